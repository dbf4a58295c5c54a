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
    /** Bytes that a list of files has of each entry (docs/formats/list-content.md, section 20). */
    private static final int FILE_META = 5;

    static byte[] blob(JsonElement name) {
        try {
            return Files.readAllBytes(Vectors.ROOT.resolve("list/blobs").resolve(name.getAsString()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Map<String, byte[]> files(JsonObject cases) {
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
                if (entries.metaBytes() != FILE_META) { // a list of files is asked by an ExactMatcher
                    new Matcher(entries, MatchPolicy.advised().withMaxDistance(list.info().maxDistance())).close();
                }
                VerifiedList.Info info = list.info();
                return info.stale() ? "stale" : info.unlogged() ? "unlogged" : info.unwitnessed() ? "unwitnessed" : info.unaudited() ? "unaudited" : "ok";
            }
        } catch (PdqliteException.UntrustedList e) {
            boolean remark = e.status == Status.LIST_UNLOGGED || e.status == Status.LIST_UNWITNESSED || e.status == Status.LIST_UNAUDITED;
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

    static VerifiedList verified(JsonObject c) {
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

    static byte[] key(JsonObject c) {
        return HexFormat.of().parseHex(c.get("key").getAsString());
    }

    private static Entries update(JsonObject c, VerifiedList.Held held, Entries entries, boolean keypoints) {
        Map<String, byte[]> files = files(c);
        try (VerifiedList list = verify(blob(c.get("trust")), files, null, c.get("now").getAsLong(), new JcaProvider())) {
            return list.update(key(c), Vectors.direct(files.getOrDefault("delta-0.cob", new byte[0])), held, entries, keypoints);
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

    /** A good provider, but for what is done before the n-th call of one of its methods. Counts the calls of each. */
    private static final class Disturbed implements Provider {
        private final Provider good = new JcaProvider();
        private final String method;
        private final int number;
        private final Runnable disturbance;
        final Map<String, Integer> calls = new HashMap<>();

        Disturbed(String method, int number, Runnable disturbance) {
            this.method = method;
            this.number = number;
            this.disturbance = disturbance;
        }

        private void call(String name) {
            if (calls.merge(name, 1, Integer::sum) == number && name.equals(method)) {
                disturbance.run();
            }
        }

        @Override
        public boolean ed25519Verify(byte[] publicKey, byte[] signature, byte[] message) {
            call("verify");
            return good.ed25519Verify(publicKey, signature, message);
        }

        @Override
        public byte[] hkdfSha512Expand(byte[] key, byte[] info, int length) {
            call("expand");
            return good.hkdfSha512Expand(key, info, length);
        }

        @Override
        public byte[] aes256gcmOpen(byte[] key, byte[] nonce, byte[] sealed) {
            call("open");
            return good.aes256gcmOpen(key, nonce, sealed);
        }
    }

    /** A list read whole with its keypoint signatures, and the same release made by a delta, through one provider. */
    private static void readAndUpdate(JsonObject c, Installed before, Provider provider) {
        Map<String, byte[]> files = files(c);
        files.putAll(named(c.getAsJsonObject("whole")));
        byte[] trust = blob(c.get("trust"));
        long now = c.get("now").getAsLong();
        try (VerifiedList list = verify(trust, files, null, now, provider)) {
            byte[] local = files.get("local.cob");
            list.read(key(c), Vectors.direct(files.get("list.cob")), local == null ? null : Vectors.direct(local));
        }
        try (VerifiedList list = verify(trust, files, null, now, provider)) {
            list.update(key(c), Vectors.direct(files.get("delta-0.cob")), before.held(), before.entries(), true);
        }
    }

    /** At every call that a list, its keypoint signatures and a delta make: exceptions and errors, and the asking ends. */
    @Test
    void whatAProviderThrowsComesThrough() {
        JsonObject c = Vectors.read("list/deltas.json").getAsJsonArray().get(0).getAsJsonObject();
        Installed before = Installed.of(c, named(c.getAsJsonObject("held")));
        Disturbed counting = new Disturbed("", 0, null);
        readAndUpdate(c, before, counting);
        assertEquals(3, counting.calls.size());
        counting.calls.forEach((method, n) -> {
            for (int i = 1; i <= n; i++) {
                Throwable thrown = i % 2 == 0 ? new OutOfMemoryError("thrown on purpose") : new UnsupportedOperationException("thrown on purpose");
                Disturbed broken = new Disturbed(method, i, () -> ListTest.<RuntimeException>sneak(thrown));
                assertSame(thrown, assertThrows(Throwable.class, () -> readAndUpdate(c, before, broken)), method + i);
                assertEquals(i, broken.calls.get(method), method);
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** A provider that uses or closes the list that asks it: C is at work on that list. */
    @Test
    void aListIsNotUsedWithinItsOwnCall() {
        JsonObject c = Vectors.read("list/deltas.json").getAsJsonArray().get(0).getAsJsonObject();
        Map<String, byte[]> files = files(c);
        files.putAll(named(c.getAsJsonObject("whole")));
        ByteBuffer cob = Vectors.direct(files.get("list.cob"));
        VerifiedList[] list = new VerifiedList[1];
        List<Runnable> within = List.of(() -> list[0].close(), () -> list[0].state(), () -> list[0].read(key(c), cob, null));
        for (Runnable use : within) {
            for (String method : List.of("expand", "open")) {
                list[0] = verify(blob(c.get("trust")), files, null, c.get("now").getAsLong(), new Disturbed(method, 1, use));
                assertThrows(IllegalStateException.class, () -> list[0].read(key(c), cob, null));
                assertEquals(256, list[0].state().length);
                list[0].close();
            }
        }
    }

    @Test
    void aProviderThatLies() {
        JsonObject good = Vectors.read("list/cases.json").getAsJsonArray().get(0).getAsJsonObject();
        byte[] trust = blob(good.get("trust"));
        long now = good.get("now").getAsLong();
        ByteBuffer cob = Vectors.direct(files(good).get("list.cob"));
        byte[][] answers = {null, {}, new byte[75], new byte[77]};
        for (byte[] answer : answers) {
            for (boolean expands : new boolean[] {false, true}) {
                Provider jca = new JcaProvider();
                Provider lying = new Provider() {
                    @Override
                    public boolean ed25519Verify(byte[] publicKey, byte[] signature, byte[] message) {
                        return jca.ed25519Verify(publicKey, signature, message);
                    }

                    @Override
                    public byte[] hkdfSha512Expand(byte[] key, byte[] info, int length) {
                        return expands ? jca.hkdfSha512Expand(key, info, length) : answer;
                    }

                    @Override
                    public byte[] aes256gcmOpen(byte[] key, byte[] nonce, byte[] sealed) {
                        return answer;
                    }
                };
                try (VerifiedList list = verify(trust, files(good), null, now, lying)) {
                    assertThrows(PdqliteException.class, () -> list.read(key(good), cob, null));
                }
            }
        }
        assertThrows(PdqliteException.class, () -> verify(trust, files(good), null, now, null));
        try (VerifiedList list = verify(trust, files(good), null, now, new JcaProvider())) {
            assertThrows(PdqliteException.class, () -> list.read(new byte[31], Vectors.direct(new byte[9]), null));
        }
    }
}
