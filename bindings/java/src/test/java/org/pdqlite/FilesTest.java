package org.pdqlite;

import static org.junit.jupiter.api.Assertions.*;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** tests/vectors/list/files.json: files that a list of files knows byte for byte. */
class FilesTest {
    private static Entries entries() {
        for (JsonElement c : Vectors.read("list/cases.json").getAsJsonArray()) {
            JsonObject one = c.getAsJsonObject();
            if (one.get("name").getAsString().equals("good list of files")) {
                try (VerifiedList list = ListTest.verified(one)) {
                    return list.read(ListTest.key(one), Vectors.direct(ListTest.files(one).get("list.cob")), null);
                }
            }
        }
        throw new AssertionError("no list of files among the cases");
    }

    /** A stream that gives a byte at a time. */
    private static InputStream slow(byte[] data) {
        return new ByteArrayInputStream(data) {
            @Override
            public synchronized int read(byte[] out, int at, int n) {
                return super.read(out, at, Math.min(n, 1));
            }
        };
    }

    @Test
    void filesAreFoundByteForByte() throws IOException {
        ExactMatcher matcher = new ExactMatcher(entries());
        JsonArray vectors = Vectors.read("list/files.json").getAsJsonArray();
        assertTrue(vectors.size() > 8);
        for (JsonElement v : vectors) {
            JsonObject vector = v.getAsJsonObject();
            byte[] data = HexFormat.of().parseHex(vector.get("data").getAsString());
            assertEquals(vector.get("rows").getAsString(), HexFormat.of().formatHex(ExactMatcher.rows(slow(data))));
            Decision found = matcher.match(new ByteArrayInputStream(data));
            assertEquals(vector.get("verdict").getAsString(), found.verdict().word);
            assertEquals(vector.get("entry").isJsonNull() ? -1 : vector.get("entry").getAsInt(), found.entry());
            assertEquals(vector.get("tier").getAsInt(), found.tier());
            assertNull(found.where());
        }
    }

    @Test
    void aListOfAnotherTypeIsRefused() {
        Entries files = entries();
        assertThrows(PdqliteException.Argument.class, () -> new ExactMatcher(Entries.ofHashes(new byte[32])));
        assertThrows(PdqliteException.Argument.class, () -> new Matcher(files, MatchPolicy.advised()));
    }
}
