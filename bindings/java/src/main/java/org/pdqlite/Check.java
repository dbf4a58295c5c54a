package org.pdqlite;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Values that a caller got wrong, refused at once and by name. */
final class Check {
    private static final int HASH = 32;

    private Check() {}

    static PdqliteException wrong(Status status, String text) {
        return new PdqliteException.Argument(status, text);
    }

    /** A number from {@code least} to {@code most}. */
    static long range(long value, String name, long least, long most) {
        if (value < least || value > most) {
            throw wrong(Status.ERR_ARG, name + " has to be " + least + " to " + most + "; got " + value);
        }
        return value;
    }

    /** A side of a picture. */
    static void side(long value, String name) {
        if (value < Image.LEAST_SIDE || value > Image.MOST_SIDE) {
            throw wrong(Status.ERR_SHAPE, name + " has to be " + Image.LEAST_SIDE + " to " + Image.MOST_SIDE + " pixels; got " + value);
        }
    }

    /** Hashes, 32 bytes each; null is an error of its own: no rows at all would match nothing, in silence. */
    static byte[] rows(byte[] value, String name) {
        if (Objects.requireNonNull(value, name).length % HASH != 0) {
            throw wrong(Status.ERR_ARG, name + " has to be 32 bytes for each hash; got " + value.length + " bytes");
        }
        return value;
    }

    /** Just so many bytes. */
    static byte[] length(byte[] value, String name, int bytes) {
        if (value == null || value.length != bytes) {
            throw wrong(Status.ERR_ARG, name + " has to be " + bytes + " bytes; got " + (value == null ? "null" : value.length + " bytes"));
        }
        return value;
    }

    /** Memory that C can read in place. */
    static ByteBuffer direct(ByteBuffer value, String name) {
        if (value == null || !value.isDirect()) {
            throw wrong(Status.ERR_ARG, name + " has to be a direct buffer (ByteBuffer.allocateDirect, or a mapped file); got "
                    + (value == null ? "null" : "one on the heap"));
        }
        return value;
    }
}
