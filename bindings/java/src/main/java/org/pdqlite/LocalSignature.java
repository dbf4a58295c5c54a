package org.pdqlite;

/** What a list keeps of a picture so that its parts are found again (docs/formats/local.md). */
public final class LocalSignature {
    private LocalSignature() {}

    /** The local signature of a picture, at most 531 bytes, for {@link Entries#withLocal}. */
    public static byte[] of(Image image) {
        return Native.localSignature(image.data(), image.shape());
    }
}
