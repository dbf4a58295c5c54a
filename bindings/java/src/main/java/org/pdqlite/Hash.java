package org.pdqlite;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A PDQ hash and its quality.
 *
 * @param bits 32 bytes, in the order of the shared 64-digit text
 * @param quality 0 flat to 100 detailed; below 50 is too flat to act on
 */
public record Hash(byte[] bits, int quality) {
    /**
     * {@return the hash of one picture; for many of one size a {@link Hasher} is faster}
     *
     * @param image the picture
     */
    public static Hash of(Image image) {
        try (Hasher hasher = new Hasher(image.width(), image.height())) {
            return hasher.hash(image);
        }
    }

    static Hash[] all(byte[] raw) {
        Hash[] out = new Hash[raw.length / 33];
        for (int i = 0; i < out.length; i++) {
            out[i] = new Hash(Arrays.copyOfRange(raw, 33 * i, 33 * i + 32), raw[33 * i + 32]);
        }
        return out;
    }

    /** {@return the 64 hex digits that the industry shares} */
    public String hex() {
        return HexFormat.of().formatHex(bits);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash h && quality == h.quality && Arrays.equals(bits, h.bits);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bits);
    }
}
