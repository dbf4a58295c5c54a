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
