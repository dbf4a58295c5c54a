use crate::Provider;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha512;

/// The cryptography of lists over ed25519-dalek, aes-gcm and hkdf.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

impl Provider for RustCrypto {
    fn ed25519_verify(&self, public_key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool {
        VerifyingKey::from_bytes(public_key).is_ok_and(|key| key.verify(message, &Signature::from_bytes(signature)).is_ok())
    }

    fn hkdf_sha512_expand(&self, key: &[u8; 32], info: &[u8], out: &mut [u8]) -> bool {
        // The list key is the pseudo-random key itself, half as long as `from_prk` asks for; HMAC pads it with zeros.
        let mut prk = [0; 64];
        prk[..32].copy_from_slice(key);
        Hkdf::<Sha512>::from_prk(&prk).is_ok_and(|hkdf| hkdf.expand(info, out).is_ok())
    }

    fn aes256gcm_open(&self, key: &[u8; 32], nonce: &[u8; 12], sealed: &[u8], out: &mut [u8]) -> bool {
        let (text, tag) = sealed.split_at(sealed.len() - 16);
        out.copy_from_slice(text);
        Aes256Gcm::new(key.into()).decrypt_in_place_detached(Nonce::from_slice(nonce), &[], out, Tag::from_slice(tag)).is_ok()
    }
}
