package org.pdqlite;

/** The cryptography a list needs. {@link JcaProvider} is one over the platform's. What it throws ends the call. */
public interface Provider {
    /** Ed25519 (RFC 8032): true if good. Encodings on which libraries disagree do not come here. */
    boolean ed25519Verify(byte[] publicKey, byte[] signature, byte[] message);

    /** HKDF-Expand with SHA-512 (RFC 5869, section 2.3): {@code length} bytes. */
    byte[] hkdfSha512Expand(byte[] key, byte[] info, int length);

    /** AES-256-GCM without associated data; the tag is at the end. Null if it does not open. */
    byte[] aes256gcmOpen(byte[] key, byte[] nonce, byte[] sealed);
}
