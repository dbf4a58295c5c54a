package org.pdqlite;

/** Hashes any number of pictures of one size; the weights are made once. Any thread, one at a time. */
public final class Hasher implements AutoCloseable {
    private final Handle handle;

    /**
     * @throws PdqliteException.Argument a side under 5 or above 1 048 576 pixels
     */
    public Hasher(int width, int height) {
        handle = new Handle(Native.hasherNew(width, height), false, Native::free);
    }

    /** The hash of one picture of this size. */
    public Hash hash(Image image) {
        return Hash.all(handle.use(h -> Native.hash(h, image.data(), image.shape(), false)))[0];
    }

    /** The hashes of its eight orientations, in the order of {@link Decision.Orientation}. */
    public Hash[] orientations(Image image) {
        return Hash.all(handle.use(h -> Native.hash(h, image.data(), image.shape(), true)));
    }

    @Override
    public void close() {
        handle.close();
    }
}
