package org.pdqlite;

import static org.junit.jupiter.api.Assertions.*;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** tests/vectors/list: good and broken lists, attacks by name. */
class ListTest {
    private static byte[] blob(JsonElement name) {
        try {
            return Files.readAllBytes(Vectors.ROOT.resolve("list/blobs").resolve(name.getAsString()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, byte[]> files(JsonObject cases) {
        return named(cases.getAsJsonObject("files"));
    }

    private static Map<String, byte[]> named(JsonObject files) {
        Map<String, byte[]> out = new HashMap<>();
        files.entrySet().forEach(e -> out.put(e.getKey(), blob(e.getValue())));
        return out;
    }

    /** Verifies a release as an application would: asks what it needs, and gives what there is of that. */
    private static VerifiedList verify(byte[] trust, Map<String, byte[]> files, byte[] state, long now, Provider provider) {
        byte[] manifest = files.get("manifest");
        byte[] proof = files.get("manifest.tlog-proof");
        Release.Needs needs = new Release(trust, state, manifest, proof, null, List.of(), now).needs();
        List<Release.Signed> policies = new ArrayList<>();
        for (long i = 0; i < needs.policies(); i++) {
            String name = "policy-" + (needs.firstPolicy() + i);
            policies.add(new Release.Signed(files.getOrDefault(name, new byte[0]), files.get(name + ".tlog-proof")));
        }
        byte[] consistency = needs.consistency() > 0 ? files.get("consistency-" + needs.consistency()) : null;
        return new Release(trust, state, manifest, proof, consistency, policies, now).verify(provider);
    }

    private static String verdict(JsonObject c) {
        byte[] trust = blob(c.get("trust"));
        byte[] state = null;
        try {
            if (c.has("before")) {
                for (JsonElement before : c.getAsJsonArray("before")) {
                    try (VerifiedList list = verify(trust, files(before.getAsJsonObject()), state, before.getAsJsonObject().get("now").getAsLong(), new JcaProvider())) {
                        state = list.state();
                    }
                }
            }
            Map<String, byte[]> files = files(c);
            try (VerifiedList list = verify(trust, files, state, c.get("now").getAsLong(), new JcaProvider())) {
                ByteBuffer cob = Vectors.direct(files.getOrDefault("list.cob", new byte[0]));
                Entries entries = list.read(key(c), cob, Vectors.direct(files.getOrDefault("local.cob", new byte[0])));
                new Matcher(entries, Policy.advised().withMaxDistance(list.info().maxDistance())).close();
                VerifiedList.Info info = list.info();
                return info.stale() ? "stale" : info.unlogged() ? "unlogged" : info.unwitnessed() ? "unwitnessed" : "ok";
            }
        } catch (PdqliteException.UntrustedList e) {
            boolean remark = e.status == Status.LIST_UNLOGGED || e.status == Status.LIST_UNWITNESSED;
            return e.status.word() + (remark ? "-refused" : "");
        }
    }

    @Test
    void verdicts() {
        for (String name : List.of("list/cases.json", "list/log.json")) {
            for (JsonElement c : Vectors.read(name).getAsJsonArray()) {
                assertEquals(c.getAsJsonObject().get("status").getAsString(), verdict(c.getAsJsonObject()), c.getAsJsonObject().get("name").getAsString());
            }
        }
    }

    private static JsonObject logged(String field, String value) {
        for (JsonElement c : Vectors.read("list/log.json").getAsJsonArray()) {
            if (c.getAsJsonObject().get(field).getAsString().equals(value)) {
                return c.getAsJsonObject();
            }
        }
        throw new AssertionError(value);
    }

    private static VerifiedList verified(JsonObject c) {
        return verify(blob(c.get("trust")), files(c), null, c.get("now").getAsLong(), new JcaProvider());
    }

    private static TokenSays changed(byte[] own, int at) {
        byte[] token = own.clone();
        token[at] ^= 1;
        return TokenSays.compare(List.of(new byte[48], own), token);
    }

    /** Size and root of the checkpoint, as docs/formats/list.md says (section 16). */
    @Test
    void tokens() throws Exception {
        JsonObject good = logged("name", "nothing wrong");
        byte[] own;
        try (VerifiedList list = verified(good)) {
            own = list.token();
        }
        String[] checkpoint = new String(files(good).get("manifest.tlog-proof"), StandardCharsets.UTF_8).split("\n\n")[1].split("\n");
        ByteBuffer expected = ByteBuffer.allocate(48);
        expected.put(MessageDigest.getInstance("SHA-256").digest(checkpoint[0].getBytes(StandardCharsets.UTF_8)), 0, 8);
        expected.putLong(Long.parseLong(checkpoint[1])).put(Base64.getDecoder().decode(checkpoint[2]));
        assertArrayEquals(expected.array(), own);
        assertEquals(TokenSays.SAME, TokenSays.compare(List.of(own), own.clone()));
        assertEquals(List.of(TokenSays.OTHER_LOG, TokenSays.UNKNOWN, TokenSays.SPLIT_VIEW), List.of(changed(own, 0), changed(own, 15), changed(own, 47)));
        assertEquals(TokenSays.OTHER_LOG, TokenSays.compare(List.of(), own));
        assertEquals(Status.LIST_FORMAT, statusOf(() -> changed(own, 8)));
        assertEquals(Status.LIST_FORMAT, statusOf(() -> TokenSays.compare(List.of(own), new byte[47])));
        assertEquals(Status.ERR_ARG, statusOf(() -> TokenSays.compare(List.of(new byte[47]), own)));
        assertEquals(Status.ERR_ARG, statusOf(() -> TokenSays.compare(List.of(own), null)));
        try (VerifiedList list = verified(logged("status", "unlogged"))) {
            assertEquals(Status.LIST_UNLOGGED, statusOf(list::token));
        }
    }

    private static Status statusOf(Executable call) {
        return assertThrows(PdqliteException.class, call).status;
    }

    /** A release read whole, and what to keep of it. */
    private record Installed(VerifiedList.Held held, Entries entries) {
        static Installed of(JsonObject c, Map<String, byte[]> files) {
            try (VerifiedList list = verify(blob(c.get("trust")), files, null, c.get("now").getAsLong(), new JcaProvider())) {
                byte[] local = files.get("local.cob");
                return new Installed(list.held(), list.read(key(c), Vectors.direct(files.get("list.cob")), local == null ? null : Vectors.direct(local)));
            }
        }
    }

    private static byte[] key(JsonObject c) {
        return HexFormat.of().parseHex(c.get("key").getAsString());
    }

    private static Entries update(JsonObject c, VerifiedList.Held held, Entries entries, boolean local) {
        Map<String, byte[]> files = files(c);
        try (VerifiedList list = verify(blob(c.get("trust")), files, null, c.get("now").getAsLong(), new JcaProvider())) {
            return list.update(key(c), Vectors.direct(files.getOrDefault("delta-0.cob", new byte[0])), held, entries, local);
        }
    }

    @Test
    void deltas() {
        int count = 0;
        for (JsonElement e : Vectors.read("list/deltas.json").getAsJsonArray()) {
            JsonObject c = e.getAsJsonObject();
            String name = c.get("name").getAsString();
            Installed before = Installed.of(c, named(c.getAsJsonObject("held")));
            if (c.has("whole")) {
                Map<String, byte[]> whole = files(c);
                whole.putAll(named(c.getAsJsonObject("whole")));
                Entries expected = Installed.of(c, whole).entries();
                Entries after = update(c, before.held(), before.entries(), true);
                assertArrayEquals(expected.rows(), after.rows(), name);
                assertArrayEquals(expected.meta(), after.meta(), name);
                assertArrayEquals(expected.records(), after.records(), name);
                assertArrayEquals(expected.lengths(), after.lengths(), name);
            } else {
                PdqliteException.UntrustedList said = assertThrows(PdqliteException.UntrustedList.class, () -> update(c, before.held(), before.entries(), true), name);
                assertEquals(c.get("status").getAsString(), said.status.word(), name);
            }
            count++;
        }
        assertTrue(count >= 19);
    }

    @Test
    void deltasFromWhatIsNotHeld() {
        JsonObject c = Vectors.read("list/deltas.json").getAsJsonArray().get(0).getAsJsonObject();
        Installed before = Installed.of(c, named(c.getAsJsonObject("held")));
        Entries entries = before.entries();
        byte[] root = before.held().root();
        assertEquals(Status.LIST_CT_MISMATCH, updateStatus(c, new VerifiedList.Held(7, root), entries));
        assertEquals(Status.LIST_CONTENT_MISMATCH, updateStatus(c, new VerifiedList.Held(0, new byte[32]), entries));
        assertEquals(Status.ERR_ARG, updateStatus(c, new VerifiedList.Held(0, new byte[31]), entries));
        assertEquals(Status.ERR_ARG, updateStatus(c, new VerifiedList.Held(0, null), entries));
        assertEquals(Status.ERR_ARG, updateStatus(c, before.held(), Entries.ofHashes(entries.rows())));
        Entries fewer = new Entries(Arrays.copyOf(entries.rows(), entries.rows().length - 32), Arrays.copyOf(entries.meta(), entries.meta().length - 6), 6, null, null);
        assertEquals(Status.LIST_CONTENT_MISMATCH, updateStatus(c, before.held(), fewer));
        update(c, before.held(), entries, false);
    }

    private static Status updateStatus(JsonObject c, VerifiedList.Held held, Entries entries) {
        return assertThrows(PdqliteException.class, () -> update(c, held, entries, false)).status;
    }

    @Test
    void whatAProviderThrowsComesThrough() {
        JsonObject good = Vectors.read("list/cases.json").getAsJsonArray().get(0).getAsJsonObject();
        Provider broken = new Provider() {
            @Override
            public boolean ed25519Verify(byte[] publicKey, byte[] signature, byte[] message) {
                throw new UnsupportedOperationException("broken on purpose");
            }

            @Override
            public byte[] hkdfSha512Expand(byte[] key, byte[] info, int length) {
                return new byte[length - 1];
            }

            @Override
            public byte[] aes256gcmOpen(byte[] key, byte[] nonce, byte[] sealed) {
                return null;
            }
        };
        byte[] trust = blob(good.get("trust"));
        long now = good.get("now").getAsLong();
        assertThrows(UnsupportedOperationException.class, () -> verify(trust, files(good), null, now, broken));
        assertThrows(PdqliteException.class, () -> verify(trust, files(good), null, now, null));
        try (VerifiedList list = verify(trust, files(good), null, now, new JcaProvider())) {
            assertThrows(PdqliteException.class, () -> list.read(new byte[31], Vectors.direct(new byte[9]), null));
        }
    }
}
