package org.pdqlite;

import static org.junit.jupiter.api.Assertions.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a caller gets wrong: a typed exception at once, which names the value, what was expected and what came. */
class BadInputTest {
    private static final ByteBuffer PIXELS = ByteBuffer.allocateDirect(64 * 64);
    private static final int CALLS = Integer.getInteger("pdqlite.calls", 100_000); // fewer under emulation
    private static final MatchPolicy POLICY = MatchPolicy.advised();

    private static void refused(Status status, String text, Executable call) {
        PdqliteException.Argument said = assertThrows(PdqliteException.Argument.class, call, text);
        assertEquals(status, said.status, text);
        assertTrue(said.getMessage().startsWith(text), said.getMessage() + " does not begin with: " + text);
    }

    @Test
    void picturesAreRefusedWhenTheyAreMade() {
        refused(Status.ERR_SHAPE, "width has to be 5 to 1048576 pixels; got -3", () -> Image.of(PIXELS, -3, 64, Image.Format.GRAY));
        refused(Status.ERR_SHAPE, "height has to be 5 to 1048576 pixels; got -1", () -> Image.rgba(PIXELS, 16, -1, 64));
        refused(Status.ERR_SHAPE, "width has to be 5 to 1048576 pixels; got 4", () -> Image.luma(PIXELS, 4, 64, 64, 1));
        refused(Status.ERR_SHAPE, "height has to be 5 to 1048576 pixels; got 1048577", () -> Image.of(PIXELS, 64, 1048577, Image.Format.GRAY));
        refused(Status.ERR_SHAPE, "width has to be 5 to 1048576 pixels; got -2147483648", () -> new Hasher(Integer.MIN_VALUE, 64));
        refused(Status.ERR_ARG, "data has to be a direct buffer", () -> Image.of(ByteBuffer.allocate(64 * 64), 64, 64, Image.Format.GRAY));
        refused(Status.ERR_ARG, "data has to be a direct buffer", () -> Image.of(ByteBuffer.wrap(new byte[64 * 64]), 64, 64, Image.Format.GRAY));
        refused(Status.ERR_ARG, "data has to be a direct buffer", () -> Image.of(null, 64, 64, Image.Format.GRAY));
        refused(Status.ERR_ARG, "format has to be one of", () -> Image.of(PIXELS, 64, 64, null));
        refused(Status.ERR_SHAPE, "64 x 65 pixels with strides 64 and 1 from 0 on do not lie in the buffer of 4096 bytes", () -> Image.of(PIXELS, 64, 65, Image.Format.GRAY));
        refused(Status.ERR_SHAPE, "64 x 64 pixels with strides 192 and 3 from 0 on", () -> Image.of(PIXELS, 64, 64, Image.Format.RGB));
        for (long[] w : new long[][] {{4095, Long.MIN_VALUE, 1}, {0, Long.MAX_VALUE, Long.MAX_VALUE}, {-1, 64, 1}, {4097, 0, 0}, {0, 64, Long.MIN_VALUE}}) {
            refused(Status.ERR_SHAPE, "64 x 64 pixels with strides " + w[1], () -> new Image(PIXELS, w[0], 64, 64, w[1], w[2], Image.Format.GRAY));
        }
    }

    @Test
    void columnsAreRefusedWhenTheyAreMade() {
        refused(Status.ERR_ARG, "rows has to be 32 bytes for each hash; got 31 bytes", () -> Entries.ofHashes(new byte[31]));
        refused(Status.ERR_ARG, "meta has to be 6 bytes for each of 1 entries; got 5", () -> new Entries(new byte[32], new byte[5], 6, null, null));
        refused(Status.ERR_ARG, "meta has to be -1 bytes", () -> new Entries(new byte[32], null, -1, null, null));
        refused(Status.ERR_ARG, "lengths has to have a number for each of 1 entries", () -> Entries.ofHashes(new byte[32]).withKeypoints(List.of()));
        refused(Status.ERR_ARG, "lengths has to have a number for each of 1 entries", () -> new Entries(new byte[32], null, 0, new byte[3], new int[] {4}));
        refused(Status.ERR_ARG, "a keypoint signature's length has to be 0 to 65535; got -1", () -> new Entries(new byte[64], null, 0, new byte[0], new int[] {1, -1}));
        refused(Status.ERR_ARG, "rows has to be 32 bytes for each hash; got 33 bytes", () -> Index.build(new byte[33], Index.Shape.SELF));
        try (Index index = Index.build(new byte[64], Index.Shape.AUTO)) {
            refused(Status.ERR_ARG, "queries has to be 32 bytes for each hash; got 31 bytes", () -> index.search(new byte[31], 3));
            refused(Status.ERR_ARG, "radius has to be 0 to 256; got -1", () -> index.search(new byte[32], -1));
        }
        refused(Status.ERR_ARG, "maxDistance has to be 0 to 256; got -1", () -> POLICY.withMaxDistance(-1));
        refused(Status.ERR_ARG, "frames has to be 1 to", () -> POLICY.withFrames(-2));
        refused(Status.ERR_ARG, "uncropEntries has to be 0 to", () -> POLICY.withUncropEntries(-1));
        refused(Status.ERR_ARG, "pictureRate has to be", () -> POLICY.withRates(Double.NaN, 1e-6));
        refused(Status.ERR_ARG, "videoRate has to be", () -> POLICY.withRates(1e-7, -1));
        refused(Status.ERR_ARG, "falseMatchesPerMillion has to be", () -> POLICY.withFalseMatchesPerMillion(0));
        try (Matcher matcher = new Matcher(Entries.ofHashes(new byte[32]), POLICY); Watch watch = matcher.watch()) {
            refused(Status.ERR_ARG, "timeMs has to be 0 to 4294967295; got -1", () -> watch.push(Image.of(PIXELS, 64, 64, Image.Format.GRAY), -1));
        }
    }

    /** Resident memory of this process, bytes; 0 where the system does not say. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/statm");
        return Files.exists(status) ? 4096 * Long.parseLong(Files.readString(status).split(" ")[1]) : 0;
    }

    @Test
    void aHundredThousandCallsKeepNoMemory() throws Exception {
        Image image = Image.of(PIXELS, 64, 64, Image.Format.GRAY);
        ByteBuffer heap = ByteBuffer.allocate(64 * 64);
        byte[] rows = new byte[32 * 64];
        long[] after = new long[2];
        try (Hasher hasher = new Hasher(64, 64)) {
            Hash wanted = hasher.hash(image);
            for (int i = 0; i < CALLS; i++) { // good calls, and bad ones that throw from Java and from C
                assertEquals(wanted, hasher.hash(image));
                if (i % 10 == 0) {
                    assertThrows(PdqliteException.Argument.class, () -> Image.of(heap, 64, 64, Image.Format.GRAY));
                    assertThrows(PdqliteException.Block.class, () -> Index.open(new byte[40]));
                }
                if (i % 1000 == 0) {
                    try (Matcher matcher = new Matcher(Entries.ofHashes(rows), POLICY); Watch watch = matcher.watch()) {
                        watch.push(image, 0);
                    }
                }
                if (i == CALLS / 10) {
                    after[0] = resident();
                }
            }
        }
        after[1] = resident();
        assertTrue(after[1] - after[0] < 64L << 20, after[0] + " bytes resident, then " + after[1]); // 99 matchers' tables of their own would be 297 MB
    }

    @Test
    void twoThreadsAndOneHasher() throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try (Hasher hasher = new Hasher(64, 64)) {
            Image image = Image.of(PIXELS, 64, 64, Image.Format.GRAY);
            Hash wanted = hasher.hash(image);
            List<Future<Map<Boolean, Integer>>> both = two.invokeAll(java.util.Collections.nCopies(2, () -> {
                Map<Boolean, Integer> equal = new java.util.HashMap<>();
                for (int i = 0; i < 2000; i++) {
                    equal.merge(hasher.hash(image).equals(wanted), 1, Integer::sum);
                }
                return equal;
            }));
            for (Future<Map<Boolean, Integer>> one : both) {
                assertEquals(Map.of(true, 2000), one.get());
            }
        } finally {
            two.shutdownNow();
        }
    }
}
