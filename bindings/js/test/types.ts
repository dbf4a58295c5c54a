// The declarations, as a strict project sees them; compiled against the packed package, never run.
import { Entries, ListError, load, webCrypto, type Decision, type Image, type Provider } from "pdqlite";

export async function first(picture: ImageData, files: Record<string, Uint8Array>, trust: Uint8Array, key: Uint8Array, list: Blob): Promise<Decision | string> {
  const pdq = await load({ simd: true });
  const provider: Provider = { ...webCrypto, verifyEd25519: () => false };
  try {
    const verified = await pdq.verifyFiles(files, { trust }, provider);
    const matcher = pdq.matcher(await verified.read(key, list), { maxDistance: verified.info.maxDistance });
    const image: Image = { data: new Uint8Array(25), width: 5, height: 5, format: "gray" };
    const watch = matcher.watch();
    watch.push(image, 0);
    return watch.enough ? watch.decision() : matcher.match(picture);
  } catch (error) {
    return error instanceof ListError ? error.code : "other";
  }
}

// @ts-expect-error a format that there is not
export const wrong: Image = { data: new Uint8Array(1), width: 5, height: 5, format: "cmyk" };
export const bare: Entries = Entries.fromHashes(new Uint8Array(32));
