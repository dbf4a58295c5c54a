package org.pdqlite;

/** The cryptography a list needs. {@link JcaProvider} is one over the platform's. What it throws ends the call. */
public interface Provider {
    /**
     * Ed25519 (RFC 8032). Encodings on which libraries disagree do not come here.
     *
     * @param publicKey 32 bytes
     * @param signature 64 bytes
     * @param message what was signed
     * @return true if good
     */
    boolean ed25519Verify(byte[] publicKey, byte[] signature, byte[] message);

    /**
     * HKDF-Expand with SHA-512 (RFC 5869, section 2.3).
     *
     * @param key 32 bytes
     * @param info any bytes
     * @param length bytes that are wanted
     * @return so many bytes
     */
    byte[] hkdfSha512Expand(byte[] key, byte[] info, int length);

    /**
     * AES-256-GCM without associated data.
     *
     * @param key 32 bytes
     * @param nonce 12 bytes
     * @param sealed the ciphertext, its tag of 16 bytes at the end
     * @return the plaintext; null if it does not open
     */
    byte[] aes256gcmOpen(byte[] key, byte[] nonce, byte[] sealed);
}
