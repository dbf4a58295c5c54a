// HPKE (RFC 9180), base mode, single shot: X25519, HKDF-SHA256, AES-256-GCM, by WebCrypto. As reports use it (docs/formats/report.md).
import { join } from "./bytes.js";

type Bytes = Uint8Array<ArrayBuffer>;
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const KEM = Uint8Array.of(0x4b, 0x45, 0x4d, 0, 0x20); // "KEM" and its number
const SUITE = Uint8Array.of(0x48, 0x50, 0x4b, 0x45, 0, 0x20, 0, 1, 0, 2); // "HPKE" and three numbers
const VERSION = text("HPKE-v1");
const NOTHING = new Uint8Array(0);
const PKCS8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65]; // then 6e X25519 or 70 Ed25519, 04 22 04 20, 32 bytes
const KINDS = { X25519: 0x6e, Ed25519: 0x70 } as const;

/** A private key of 32 bytes, and its public half. */
export async function keyPair(kind: keyof typeof KINDS, secret: Uint8Array): Promise<{ private: CryptoKey; public: Uint8Array }> {
  const { subtle } = globalThis.crypto;
  const usages: KeyUsage[] = kind === "X25519" ? ["deriveBits"] : ["sign"];
  const key = await subtle.importKey("pkcs8", Uint8Array.of(...PKCS8, KINDS[kind], 4, 0x22, 4, 0x20, ...secret), { name: kind }, true, usages);
  const { x } = await subtle.exportKey("jwk", key);
  const found = atob(x!.replace(/-/g, "+").replace(/_/g, "/"));
  return { private: key, public: Uint8Array.from(found, (c) => c.charCodeAt(0)) };
}

async function hmac(key: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  const padded = key.length ? key : new Uint8Array(32); // HMAC pads with zeros; WebCrypto takes no empty key
  const made = await crypto.subtle.importKey("raw", padded as Bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, data as Bytes));
}

const extract = (suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Promise<Uint8Array> => hmac(salt, join([VERSION, suite, text(label), ikm]));

async function expand(suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, length: number): Promise<Uint8Array> {
  const block = await hmac(prk, join([Uint8Array.of(0, length), VERSION, suite, text(label), info, Uint8Array.of(1)]));
  return block.subarray(0, length); // at most 32 bytes: one block
}

/** Key and nonce that both sides come to, from a shared point. */
async function schedule(shared: Uint8Array, enc: Uint8Array, to: Uint8Array, info: Uint8Array): Promise<[CryptoKey, Uint8Array]> {
  const secret = await expand(KEM, await extract(KEM, NOTHING, "eae_prk", shared), "shared_secret", join([enc, to]), 32);
  const context = join([Uint8Array.of(0), await extract(SUITE, NOTHING, "psk_id_hash", NOTHING), await extract(SUITE, NOTHING, "info_hash", info)]);
  const prk = await extract(SUITE, secret, "secret", NOTHING);
  const key = await expand(SUITE, prk, "key", context, 32);
  const made = await crypto.subtle.importKey("raw", key as Bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return [made, await expand(SUITE, prk, "base_nonce", context, 12)];
}

async function point(own: CryptoKey, other: Uint8Array): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", other as Bytes, { name: "X25519" }, false, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: key }, own, 256));
  if (shared.every((byte) => byte === 0)) throw new Error("a key of small order"); // where WebCrypto has not said so
  return shared;
}

/** Returns enc || ciphertext for a public key of 32 bytes; an Error if that is of small order. */
export async function seal(data: Uint8Array, to: Uint8Array, info: Uint8Array): Promise<Uint8Array> {
  const own = (await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"])) as CryptoKeyPair;
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const [key, iv] = await schedule(await point(own.privateKey, to), enc, to, info);
  return join([enc, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: iv as Bytes }, key, data as Bytes))]);
}

/** Opens enc || ciphertext; null if it does not open. */
export async function unseal(data: Uint8Array, own: { private: CryptoKey; public: Uint8Array }, info: Uint8Array): Promise<Uint8Array | null> {
  try {
    const enc = data.subarray(0, 32);
    const [key, iv] = await schedule(await point(own.private, enc), enc, own.public, info);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: iv as Bytes }, key, data.subarray(32) as Bytes));
  } catch {
    return null;
  }
}
