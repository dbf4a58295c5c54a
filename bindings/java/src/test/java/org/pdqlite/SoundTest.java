package org.pdqlite;

import static org.junit.jupiter.api.Assertions.*;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** tests/vectors/sound, and misuse. */
class SoundTest {
    /** The sound of a case (tests/vectors/sound/README.md), channels side by side. */
    private static short[] drawn(int rate, int frames, int seed, int channels) {
        short[] out = new short[frames * channels];
        int[] phase = new int[4];
        int[] step = new int[4];
        int[] loud = new int[4];
        int state = seed;
        for (int n = 0; n < frames; n++) {
            for (int v = 0; v < 4 && n % (rate / 8) == 0; v++) {
                state = state * 1664525 + 1013904223;
                step[v] = (200 + (state >>> 16) % 3000) * 65536 / rate;
                loud[v] = state >>> 8 & 15;
            }
            int total = 0;
            for (int v = 0; v < 4; v++) {
                phase[v] = phase[v] + step[v] & 65535;
                total += loud[v] * (phase[v] < 32768 ? phase[v] - 16384 : 49151 - phase[v]);
            }
            state = state * 1664525 + 1013904223;
            int sample = (total >> 6) + (state >>> 16 & 255) - 128;
            for (int c = 0; c < channels; c++) {
                out[n * channels + c] = (short) (c % 2 == 1 ? -(sample >> 1) : sample);
            }
        }
        return out;
    }

    private static short[] pushed(Resampler resampler, JsonObject c, short[] x, int at, int end) {
        int rate = c.get("rate").getAsInt();
        int channels = c.get("channels").getAsInt();
        int channel = c.get("channel").getAsInt();
        if (c.get("format").getAsString().equals("s16")) {
            return resampler.push(Arrays.copyOfRange(x, at, end), rate, channels, channel);
        }
        float[] floats = new float[end - at];
        for (int i = at; i < end; i++) {
            floats[i - at] = x[i] / 32768f;
        }
        return resampler.push(floats, rate, channels, channel);
    }

    @Test
    void vectors() {
        JsonArray cases = Vectors.read("sound/cases.json").getAsJsonArray();
        assertTrue(cases.size() > 20);
        for (JsonElement one : cases) {
            JsonObject c = one.getAsJsonObject();
            short[] x = drawn(c.get("rate").getAsInt(), c.get("frames").getAsInt(), c.get("seed").getAsInt(), c.get("channels").getAsInt());
            int piece = 7919 * c.get("channels").getAsInt();
            List<SoundHash> found = new ArrayList<>();
            int samples = 0;
            try (Resampler resampler = new Resampler(); SoundHasher hasher = new SoundHasher(c.get("every").getAsInt(), c.get("hypothesis").getAsInt())) {
                for (int at = 0; at < x.length; at += piece) {
                    short[] made = pushed(resampler, c, x, at, Math.min(x.length, at + piece));
                    samples += made.length;
                    found.addAll(hasher.push(made));
                }
                short[] last = resampler.finish();
                samples += last.length;
                found.addAll(hasher.push(last));
                found.addAll(hasher.finish());
                assertEquals(Status.ERR_ORDER, assertThrows(PdqliteException.class, () -> hasher.push(new short[1])).status);
            }
            assertEquals(c.get("samples").getAsInt(), samples);
            JsonArray wanted = c.getAsJsonArray("hashes");
            assertEquals(wanted.size(), found.size());
            for (int i = 0; i < found.size(); i++) {
                JsonArray h = wanted.get(i).getAsJsonArray();
                assertEquals(h.get(0).getAsLong(), found.get(i).start());
                assertEquals(h.get(1).getAsString(), found.get(i).hex(), c.get("rate") + " Hz");
                assertEquals(h.get(2).getAsInt(), found.get(i).quality());
            }
        }
    }

    @Test
    void whatIsNoSound() {
        try (Resampler resampler = new Resampler()) {
            short[] x = new short[12];
            for (int[] wrong : new int[][] {{0, 1, 0}, {-1, 1, 0}, {44101, 1, 0}, {8000, 0, 0}, {8000, 5, 0}, {8000, 65, 0}, {8000, 2, 3}, {8000, 2, -1}}) {
                assertThrows(PdqliteException.Argument.class, () -> resampler.push(x, wrong[0], wrong[1], wrong[2]), Arrays.toString(wrong));
            }
            assertThrows(NullPointerException.class, () -> resampler.push((short[]) null, 8000, 1, 0));
            float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, -7, 0.5f};
            assertArrayEquals(new short[] {0, 32767, -32768, 16384}, resampler.push(odd, 8000, 1, 0));
        }
        assertThrows(PdqliteException.Argument.class, () -> new SoundHasher(0, 0));
        assertThrows(PdqliteException.Argument.class, () -> new SoundHasher(65, 0));
        assertThrows(PdqliteException.Argument.class, () -> new SoundHasher(2, 10));
        SoundHasher closed = new SoundHasher(SoundHasher.QUERY, 0);
        closed.close();
        assertThrows(IllegalStateException.class, closed::finish);
    }
}
