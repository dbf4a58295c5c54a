package org.pdqlite;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Cryptography of the platform: Java 15 and later, Android 13 and later. Before, give a {@link Provider} of your own. */
public final class JcaProvider implements Provider {
    /** Has no state. */
    public JcaProvider() {}

    /** SubjectPublicKeyInfo of Ed25519 up to the key (RFC 8410). */
    private static final byte[] KEY_INFO = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int MAC_BYTES = 64;

    @Override
    public boolean ed25519Verify(byte[] publicKey, byte[] signature, byte[] message) {
        byte[] encoded = Arrays.copyOf(KEY_INFO, KEY_INFO.length + publicKey.length);
        System.arraycopy(publicKey, 0, encoded, KEY_INFO.length, publicKey.length);
        try {
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("this platform has no Ed25519: give a Provider of your own", e);
        } catch (GeneralSecurityException e) {
            return false; // a key or signature that is none
        }
    }

    @Override
    public byte[] hkdfSha512Expand(byte[] key, byte[] info, int length) {
        try {
            Mac mac = Mac.getInstance("HmacSHA512");
            mac.init(new SecretKeySpec(key, "HmacSHA512"));
            byte[] out = new byte[length];
            byte[] block = new byte[0];
            for (int at = 0, i = 1; at < length; at += MAC_BYTES, i++) {
                mac.update(block);
                mac.update(info);
                block = mac.doFinal(new byte[] {(byte) i});
                System.arraycopy(block, 0, out, at, Math.min(MAC_BYTES, length - at));
            }
            return out;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this platform has no HMAC-SHA-512", e);
        }
    }

    @Override
    public byte[] aes256gcmOpen(byte[] key, byte[] nonce, byte[] sealed) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            return cipher.doFinal(sealed);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this platform has no AES-256-GCM", e);
        }
    }
}
