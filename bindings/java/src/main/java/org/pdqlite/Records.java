package org.pdqlite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;

/** Keypoint signatures one after another, and the length of each; nulls are none. */
record Records(byte[] bytes, int[] lengths) {
    private static final int ADDED = 0x80000000;

    /** Those after a delta: each from where {@code origin} says, the release held or what was added. */
    static Records after(byte[] origin, Records held, Records added) {
        IntBuffer from = ByteBuffer.wrap(origin).order(ByteOrder.nativeOrder()).asIntBuffer();
        int[] heldStarts = held.starts();
        int[] addedStarts = added.starts();
        int[] lengths = new int[from.remaining()];
        byte[] bytes = new byte[held.size() + added.size()]; // each is used once at most
        int at = 0;
        for (int i = 0; i < lengths.length; i++) {
            boolean isNew = (from.get(i) & ADDED) != 0;
            Records source = isNew ? added : held;
            int n = from.get(i) & ~ADDED;
            if (n < source.count()) { // else it has none, and the check says so
                lengths[i] = source.lengths[n];
                System.arraycopy(source.bytes, (isNew ? addedStarts : heldStarts)[n], bytes, at, lengths[i]);
                at += lengths[i];
            }
        }
        return new Records(Arrays.copyOf(bytes, at), lengths);
    }

    private int count() {
        return lengths == null || bytes == null ? 0 : lengths.length;
    }

    private int size() {
        return bytes == null ? 0 : bytes.length;
    }

    private int[] starts() {
        int[] starts = new int[count()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + lengths[i - 1];
        }
        return starts;
    }
}
