package org.pdqlite;

/** What a list keeps of a picture so that its parts are found again (docs/formats/keypoints.md). */
public final class KeypointSignature {
    private KeypointSignature() {}

    /**
     * {@return the keypoint signature of a picture, at most 531 bytes, for {@link Entries#withKeypoints}}
     *
     * @param image the picture
     */
    public static byte[] of(Image image) {
        return Native.keypointSignature(image.data(), image.shape());
    }
}
