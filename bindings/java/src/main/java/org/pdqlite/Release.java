package org.pdqlite;

import java.util.ArrayList;
import java.util.List;

/**
 * What is known of a release and what the device knew before; {@code pdql_release}. All but trust and state may come from
 * anywhere. Files that there are not are null.
 *
 * @param trust what the application pins
 * @param state the record that the last install left; null before the first
 * @param manifest a signed note
 * @param proof manifest.tlog-proof
 * @param consistency consistency-N, N from {@link Needs}
 * @param policies note and proof of each policy, from the version that {@link Needs} says
 * @param now POSIX seconds
 */
public record Release(byte[] trust, byte[] state, byte[] manifest, byte[] proof, byte[] consistency, List<Signed> policies, long now) {
    /**
     * A policy.
     *
     * @param note its text
     * @param proof its log proof; null if there is none
     */
    public record Signed(byte[] note, byte[] proof) {}

    /**
     * Which files a release needs beside manifest and proof.
     *
     * @param firstPolicy version of the first policy
     * @param policies how many; 0 if keys are pinned
     * @param consistency size of the log that was seen before; 0 for none
     */
    public record Needs(long firstPolicy, long policies, long consistency) {}

    /** {@return which further files this release needs} Nothing is verified. */
    public Needs needs() {
        long[] n = Native.listNeeds(texts(), now);
        return new Needs(n[0], n[1], n[2]);
    }

    /**
     * Verifies all that needs neither ciphertext nor key: policies, signatures, pins, log, witnesses, freshness, state.
     *
     * @param provider the cryptography, kept for reading
     * @return the list, endorsed and not yet read
     * @throws PdqliteException.UntrustedList with the status that says why
     */
    public VerifiedList verify(Provider provider) {
        return new VerifiedList(Native.listVerify(texts(), now, provider), provider);
    }

    private byte[][] texts() {
        List<byte[]> all = new ArrayList<>();
        all.add(trust);
        all.add(state);
        all.add(manifest == null ? new byte[0] : manifest);
        all.add(proof);
        all.add(consistency);
        for (Signed policy : policies) {
            all.add(policy.note());
            all.add(policy.proof());
        }
        return all.toArray(new byte[0][]);
    }
}
