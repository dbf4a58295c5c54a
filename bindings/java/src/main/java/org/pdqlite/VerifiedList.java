package org.pdqlite;

import java.nio.ByteBuffer;

/** An endorsed release; nothing of it is decrypted yet. One thread at a time. */
public final class VerifiedList implements AutoCloseable {
    private static final int UNLOGGED = 1;
    private static final int UNWITNESSED = 2;
    private static final int STALE = 4;

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
     * @param localBytes of local.cob; 0 if there is none
     * @param maxDistance for {@link Policy#withMaxDistance}
     * @param unlogged a remark: no log proof
     * @param unwitnessed a remark: not enough witnesses
     * @param stale a remark: past its time
     */
    public record Info(long seq, long issued, long expires, long listBytes, long localBytes, int maxDistance, boolean unlogged, boolean unwitnessed, boolean stale) {}

    public Info info() {
        long[] n = handle.use(Native::listInfo);
        return new Info(n[0], n[1], n[2], n[3], n[4], (int) n[5], (n[6] & UNLOGGED) != 0, (n[6] & UNWITNESSED) != 0, (n[6] & STALE) != 0);
    }

    /** The next state, 256 bytes: to be stored last, once the list itself is stored. */
    public byte[] state() {
        return handle.use(Native::listState);
    }

    /**
     * Reads a list to its verdict. Once.
     *
     * @param key the list key, 32 bytes
     * @param list list.cob in a direct buffer, a mapped file for example
     * @param local local.cob likewise; null if it is not wanted
     * @throws PdqliteException.UntrustedList with the status that says why
     */
    public Entries read(byte[] key, ByteBuffer list, ByteBuffer local) {
        byte[][] out = handle.use(h -> Native.listRead(h, key, list, local, provider));
        int metaBytes = (int) (long) handle.use(h -> Native.listInfo(h)[7]);
        int[] lengths = new int[out[2].length / 2];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (out[2][2 * i] & 255) << 8 | out[2][2 * i + 1] & 255;
        }
        boolean has = lengths.length > 0;
        return new Entries(out[0], out[1], metaBytes, has ? out[3] : null, has ? lengths : null);
    }

    @Override
    public void close() {
        handle.close();
    }
}
