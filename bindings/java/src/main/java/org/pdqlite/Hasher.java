package org.pdqlite;

/** Hashes any number of pictures of one size; the weights are made once. Any thread, one at a time. */
public final class Hasher implements AutoCloseable {
    private final Handle handle;

    /**
     * Makes the weights for one size.
     *
     * @param width pixels, 5 to 1 048 576
     * @param height as width
     * @throws PdqliteException.Argument for another side, or more than 268 435 456 pixels
     */
    public Hasher(int width, int height) {
        Check.side(width, "width");
        Check.side(height, "height");
        handle = new Handle(Native.hasherNew(width, height), false, Native::free);
    }

    /**
     * {@return the hash of one picture of this size}
     *
     * @param image the picture
     */
    public Hash hash(Image image) {
        return Hash.all(handle.use(h -> Native.hash(h, image.data(), image.shape(), false)))[0];
    }

    /**
     * {@return the hashes of its eight orientations, in the order of {@link Decision.Orientation}}
     *
     * @param image the picture
     */
    public Hash[] orientations(Image image) {
        return Hash.all(handle.use(h -> Native.hash(h, image.data(), image.shape(), true)));
    }

    @Override
    public void close() {
        handle.close();
    }
}
