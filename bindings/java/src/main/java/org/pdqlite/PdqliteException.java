package org.pdqlite;

/** A call that did not succeed; {@link #status} says why. Nothing was changed. */
public class PdqliteException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public final Status status;

    PdqliteException(Status status) {
        this(status, status.meaning);
    }

    PdqliteException(Status status, String text) {
        super(text + " (" + status.word() + ")");
        this.status = status;
    }

    /** A value, width, height, stride or buffer that cannot be. */
    public static final class Argument extends PdqliteException {
        private static final long serialVersionUID = 1;

        Argument(Status status) {
            super(status);
        }

        Argument(Status status, String text) {
            super(status, text);
        }
    }

    /** A damaged index block. */
    public static final class Block extends PdqliteException {
        private static final long serialVersionUID = 1;

        Block(Status status) {
            super(status);
        }
    }

    /** A list that is not to be used. */
    public static final class UntrustedList extends PdqliteException {
        private static final long serialVersionUID = 1;

        UntrustedList(Status status) {
            super(status);
        }
    }

    /** Called by the native library. */
    static PdqliteException of(int number) {
        Status status = Status.of(number);
        if (number >= Status.LIST_FORMAT.number) {
            return new UntrustedList(status);
        }
        return switch (status) {
            case ERR_ARG, ERR_SHAPE -> new Argument(status);
            case ERR_BLOCK -> new Block(status);
            default -> new PdqliteException(status);
        };
    }
}
