/** Numbers of two bytes, high byte first. */
export function counts(pairs: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: pairs.length >> 1 }, (_, i) => (pairs[2 * i]! << 8) | pairs[2 * i + 1]!);
}

/** All pieces as one. */
export function join(pieces: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((n, piece) => n + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** Bytes as padded base64. */
export const base64 = (data: Uint8Array): string => btoa(Array.from(data, (c) => String.fromCharCode(c)).join(""));

/** SHA-256 of all pieces as one. */
export const sha256 = async (...parts: Uint8Array[]): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", join(parts) as Uint8Array<ArrayBuffer>));

/** Below 0, 0 or above 0, as the bytes of `a` come before, with or after those of `b`, of one length. */
export const order = (a: Uint8Array, b: Uint8Array): number => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
};

/** True for the same bytes. */
export const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && order(a, b) === 0;
