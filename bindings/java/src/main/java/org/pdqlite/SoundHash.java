package org.pdqlite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The hash of 4 seconds of sound (docs/formats/sound-hash.md). It names a recording, not a speaker.
 *
 * @param start first sample of the window at 8 kHz, counted from the first that was pushed
 * @param bits 32 bytes, a row as those of pictures
 * @param quality 0 to 100; below 25 it is too quiet or too empty to list or to look up
 */
public record SoundHash(long start, byte[] bits, int quality) {
    private static final int SIZE = 41;

    static List<SoundHash> all(byte[] raw) {
        List<SoundHash> out = new ArrayList<>();
        for (int at = 0; at < raw.length; at += SIZE) {
            long start = ByteBuffer.wrap(raw, at, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
            out.add(new SoundHash(start, Arrays.copyOfRange(raw, at + 8, at + 40), raw[at + 40]));
        }
        return out;
    }

    /** {@return 64 hex digits} */
    public String hex() {
        return HexFormat.of().formatHex(bits);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SoundHash h && start == h.start && quality == h.quality && Arrays.equals(bits, h.bits);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bits) + Long.hashCode(start);
    }
}
