package org.pdqlite;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** What somebody's token says beside one's own: whether both were shown the same log ({@link VerifiedList#token}). */
public enum TokenSays {
    /** Both were shown one log. */
    SAME,
    /** Two logs under one name: keep the token, and manifest.tlog-proof of one's own release of that size. */
    SPLIT_VIEW,
    /** Of a size at which one never looked: nothing follows. */
    UNKNOWN,
    /** Of a log that one has never seen: nothing follows. */
    OTHER_LOG;

    /**
     * Compares a token that somebody sent with one's own.
     *
     * @param own 48 bytes each
     * @param token what was sent
     * @return what follows from it
     * @throws PdqliteException.UntrustedList with {@link Status#LIST_FORMAT} if {@code token} is none
     */
    public static TokenSays compare(List<byte[]> own, byte[] token) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        own.forEach(all::writeBytes);
        return values()[Native.tokenCompare(all.toByteArray(), token)];
    }
}
