package org.pdqlite;

/** What a call came to if it is not success: {@code pdql_status} of pdqlite.h. */
public enum Status {
    /** A value is missing or out of its range. */
    ERR_ARG(1, "a value is missing or out of its range"),
    /** A width, height or stride cannot be, or the pixels do not lie in the buffer. */
    ERR_SHAPE(2, "a width, height or stride cannot be, or the pixels do not lie in the buffer"),
    /** The memory given is too small. */
    ERR_SPACE(3, "the memory given is too small"),
    /** The provider cannot say yet. */
    ERR_PENDING(4, "the provider cannot say yet"),
    /** Called before its turn, or after the end. */
    ERR_ORDER(5, "called before its turn, or after the end"),
    /** A file ends early or could not be read. */
    ERR_IO(6, "a file ends early or could not be read"),
    /** An index block is damaged, cut or of another version. */
    ERR_BLOCK(16, "an index block is damaged, cut or of another version"),
    /** A Merkle proof does not lead to the root. */
    ERR_PROOF(17, "a Merkle proof does not lead to the root"),
    /** A file of the list breaks its grammar. */
    LIST_FORMAT(32, "a file of the list breaks its grammar"),
    /** A known signature fails, or the quorum is not reached. */
    LIST_UNENDORSED(33, "a known signature fails, or the quorum is not reached"),
    /** Another origin or type than pinned. */
    LIST_ORIGIN(34, "another origin or type than pinned"),
    /** A category that is not pinned, or a larger distance. */
    LIST_PINS(35, "a category that is not pinned, or a larger distance"),
    /** The policies do not lead from the pinned one to the one named. */
    LIST_POLICY_CHAIN(36, "the policies do not lead from the pinned one to the one named"),
    /** No log proof, or one that does not prove this manifest. */
    LIST_UNLOGGED(37, "no log proof, or one that does not prove this manifest"),
    /** Logged, but the witness quorum is not reached. */
    LIST_UNWITNESSED(38, "logged, but the witness quorum is not reached"),
    /** Older than pinned or stored, or not the newest of its log. */
    LIST_ROLLBACK(39, "older than pinned or stored, or not the newest of its log"),
    /** Witnessed too long ago, or in the future. */
    LIST_FREEZE(40, "witnessed too long ago, or in the future"),
    /** Two signed texts contradict each other: another root of the log, or another manifest of one seq. */
    LIST_SPLIT_VIEW(41, "two signed texts contradict each other: another root of the log, or another manifest of one seq"),
    /** Past the time the manifest sets. */
    LIST_EXPIRED(42, "past the time the manifest sets"),
    /** An encrypted file differs, is cut or absent. */
    LIST_CT_MISMATCH(43, "an encrypted file differs, is cut or absent"),
    /** The key given is not the key of this list. */
    LIST_KEY_COMMIT(44, "the key given is not the key of this list"),
    /** The content is not the endorsed content. */
    LIST_CONTENT_MISMATCH(45, "the content is not the endorsed content"),
    /** Content that breaks the rules of entries. */
    LIST_RULE(46, "content that breaks the rules of entries"),
    /** Past its time, and allowed: a remark. */
    LIST_STALE(47, "past its time, and allowed: a remark"),
    /** Nothing proves that the log goes on from the one stored. */
    LIST_UNPROVEN(48, "nothing proves that the log goes on from the one stored"),
    /** Too few of the pinned auditors say that this release passed, or not lately. */
    LIST_UNAUDITED(49, "too few of the pinned auditors say that this release passed, or not lately"),
    /** The library is newer than these classes. */
    UNKNOWN(-1, "a status that this version does not know");

    /** Its number, part of the binary interface. */
    public final int number;

    /** What it means. */
    public final String meaning;

    Status(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    static Status of(int number) {
        for (Status status : values()) {
            if (status.number == number) {
                return status;
            }
        }
        return UNKNOWN;
    }

    /** {@return its word in the shared vectors and in other bindings: {@code "err-shape"}, {@code "unendorsed"}} */
    public String word() {
        return (name().startsWith("LIST_") ? name().substring(5) : name()).toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
