package org.pdqlite;

import static org.junit.jupiter.api.Assertions.*;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
        Map<String, byte[]> out = new HashMap<>();
        cases.getAsJsonObject("files").entrySet().forEach(e -> out.put(e.getKey(), blob(e.getValue())));
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
                byte[] key = HexFormat.of().parseHex(c.get("key").getAsString());
                ByteBuffer cob = Vectors.direct(files.getOrDefault("list.cob", new byte[0]));
                Entries entries = list.read(key, cob, Vectors.direct(files.getOrDefault("local.cob", new byte[0])));
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
