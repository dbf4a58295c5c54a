import { UnsupportedError, refuse } from "./errors.js";

type Maybe<T> = T | Promise<T>;

/**
 * The cryptography that a list needs beyond the core's SHA-256. `webCrypto` is what is used if none is given; where
 * a browser has no Ed25519 in WebCrypto, put `verifyEd25519` of a library in its place: RFC 8032 without cofactor.
 */
export interface Provider {
  /** True if the signature (64 bytes) by this key (32) over this message is good. */
  verifyEd25519(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Maybe<boolean>;
  /** HKDF-Expand with SHA-512 (RFC 5869, section 2.3) under a key of 32 bytes. */
  hkdfSha512Expand(key: Uint8Array, info: Uint8Array, length: number): Maybe<Uint8Array>;
  /** What opens AES-256-GCM under this key: nonce of 12 bytes, tag of 16 at the end; null if it does not open. */
  aes256Gcm(key: Uint8Array): Maybe<(nonce: Uint8Array, sealed: Uint8Array) => Maybe<Uint8Array | null>>;
}

/** A provider that has the functions that will be asked for. */
export function able(provider: Provider, names: readonly (keyof Provider)[] = ["verifyEd25519", "hkdfSha512Expand", "aes256Gcm"]): Provider {
  for (const name of names) if (typeof provider?.[name] !== "function") refuse(`a provider has a function ${name}; this one has none`);
  return provider;
}

type Bytes = Uint8Array<ArrayBuffer>;

function subtle(): SubtleCrypto {
  const found = globalThis.crypto?.subtle;
  if (!found) throw new UnsupportedError("no WebCrypto here; browsers have it on https, localhost and in extensions only");
  return found;
}

async function verifyEd25519(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  let key: CryptoKey;
  try {
    key = await subtle().importKey("raw", publicKey as Bytes, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error instanceof UnsupportedError) throw error;
    const name = (error as Error)?.name;
    if (name === "NotSupportedError" || name === "SyntaxError") throw new UnsupportedError("no Ed25519 in this WebCrypto; give a provider");
    return false; // not a point of the curve
  }
  return subtle().verify({ name: "Ed25519" }, key, signature as Bytes, message as Bytes);
}

/** Expand alone: WebCrypto's own HKDF would extract first. Blocks T(i) = HMAC(key, T(i-1) | info | i). */
async function hkdfSha512Expand(key: Uint8Array, info: Uint8Array, length: number): Promise<Uint8Array> {
  const hmac = await subtle().importKey("raw", key as Bytes, { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  const out = new Uint8Array(Math.ceil(length / 64) * 64);
  let last: Uint8Array = new Uint8Array(0);
  for (let i = 0; i * 64 < length; i++) {
    const text = new Uint8Array(last.length + info.length + 1);
    text.set(last);
    text.set(info, last.length);
    text[text.length - 1] = i + 1;
    last = new Uint8Array(await subtle().sign("HMAC", hmac, text));
    out.set(last, i * 64);
  }
  return out.subarray(0, length);
}

async function aes256Gcm(key: Uint8Array): Promise<(nonce: Uint8Array, sealed: Uint8Array) => Promise<Uint8Array | null>> {
  const opener = await subtle().importKey("raw", key as Bytes, "AES-GCM", false, ["decrypt"]);
  return async (iv, sealed) => {
    try {
      return new Uint8Array(await subtle().decrypt({ name: "AES-GCM", iv: iv as Bytes }, opener, sealed as Bytes));
    } catch {
      return null;
    }
  };
}

/** WebCrypto: Node 20 and newer, Chromium 137, Firefox 129, Safari 17 and newer. */
export const webCrypto: Provider = { verifyEd25519, hkdfSha512Expand, aes256Gcm };
