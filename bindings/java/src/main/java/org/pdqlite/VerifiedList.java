package org.pdqlite;

import java.nio.ByteBuffer;

/** An endorsed release; nothing of it is decrypted yet. One thread at a time. */
public final class VerifiedList implements AutoCloseable {
    private static final int KEY = 32;
    private static final int UNLOGGED = 1;
    private static final int UNWITNESSED = 2;
    private static final int STALE = 4;
    private static final int UNAUDITED = 8;

    private final Handle handle;
    private final Provider provider;

    VerifiedList(long address, Provider provider) {
        handle = new Handle(address, false, Native::listFree);
        this.provider = provider;
    }

    /**
     * What was signed. Remarks are what the trust file allows, and what an application should say.
     *
     * @param seq number of the release
     * @param issued POSIX seconds
     * @param expires POSIX seconds
     * @param listBytes of list.cob
     * @param keypointsBytes of local.cob; 0 if there is none
     * @param maxDistance for {@link MatchPolicy#withMaxDistance}
     * @param unlogged a remark: no log proof
     * @param unwitnessed a remark: not enough witnesses
     * @param stale a remark: past its time
     * @param unaudited a remark: too few of the pinned auditors passed it
     */
    public record Info(long seq, long issued, long expires, long listBytes, long keypointsBytes, int maxDistance, boolean unlogged, boolean unwitnessed, boolean stale, boolean unaudited) {}

    /**
     * The release that a device holds: what a delta starts from.
     *
     * @param seq its number
     * @param root root of its content, 32 bytes
     */
    public record Held(long seq, byte[] root) {}

    /** {@return what was signed} */
    public Info info() {
        long[] n = handle.use(Native::listInfo);
        return new Info(n[0], n[1], n[2], n[3], n[4], (int) n[5], (n[6] & UNLOGGED) != 0, (n[6] & UNWITNESSED) != 0, (n[6] & STALE) != 0, (n[6] & UNAUDITED) != 0);
    }

    /** {@return the next state, 256 bytes: to be stored last, once the list itself is stored} */
    public byte[] state() {
        return handle.use(Native::listState);
    }

    /**
     * {@return the token of the log that this list is in, 48 bytes} To be kept with those of earlier releases, and carried to other users
     * for {@link TokenSays#compare}.
     *
     * @throws PdqliteException.UntrustedList with {@link Status#LIST_UNLOGGED} if the list is in none
     */
    public byte[] token() {
        return handle.use(Native::listToken);
    }

    /**
     * Reads a list to its verdict. Once.
     *
     * @param key the list key, 32 bytes
     * @param list list.cob in a direct buffer, a mapped file for example
     * @param local local.cob likewise; null if it is not wanted
     * @return its entries
     * @throws PdqliteException.UntrustedList with the status that says why
     */
    public Entries read(byte[] key, ByteBuffer list, ByteBuffer local) {
        Check.length(key, "key", KEY);
        Check.direct(list, "list");
        if (local != null) {
            Check.direct(local, "local");
        }
        byte[][] out = handle.use(h -> Native.listRead(h, key, list, local, provider));
        int[] lengths = lengths(out[2]);
        boolean has = lengths.length > 0;
        return new Entries(out[0], out[1], metaBytes(), has ? out[3] : null, has ? lengths : null);
    }

    /**
     * Makes this release's entries of those held and a delta, to its verdict. Once, instead of {@link #read}.
     *
     * @param key the list key, 32 bytes
     * @param delta delta-N.cob, N the number of the release held, in a direct buffer
     * @param held what the device holds
     * @param entries its entries
     * @param keypoints make keypoint signatures too, if the list has them; the entries held then need their own
     * @throws PdqliteException.UntrustedList with the status that says why: {@link Status#LIST_CT_MISMATCH} if no delta is
     *     offered from there; the list can be verified again and read whole
     * @return the entries of this release
     */
    public Entries update(byte[] key, ByteBuffer delta, Held held, Entries entries, boolean keypoints) {
        Check.length(key, "key", KEY);
        Check.direct(delta, "delta");
        byte[] meta = entries.meta() == null ? new byte[0] : entries.meta();
        byte[][] out = handle.use(h -> Native.listUpdate(h, key, delta, held.seq(), held.root(), entries.rows(), meta, provider));
        if (!keypoints || info().keypointsBytes() == 0) {
            return new Entries(out[0], out[1], metaBytes(), null, null);
        }
        Records records = Records.after(out[4], new Records(entries.records(), entries.lengths()), new Records(out[3], lengths(out[2])));
        handle.use(h -> {
            Native.listRecords(h, records.bytes(), records.lengths());
            return null;
        });
        return new Entries(out[0], out[1], metaBytes(), records.bytes(), records.lengths());
    }

    /** {@return what to keep beside the entries, for the next delta} */
    public Held held() {
        return new Held(info().seq(), handle.use(Native::listRoot));
    }

    private int metaBytes() {
        return (int) (long) handle.use(h -> Native.listInfo(h)[7]);
    }

    private static int[] lengths(byte[] pairs) {
        int[] lengths = new int[pairs.length / 2];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (pairs[2 * i] & 255) << 8 | pairs[2 * i + 1] & 255;
        }
        return lengths;
    }

    @Override
    public void close() {
        handle.close();
    }
}
