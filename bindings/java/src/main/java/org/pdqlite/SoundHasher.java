package org.pdqlite;

import java.util.List;
import java.util.Objects;

/** Hashes a stream of samples at 8 kHz: however it is cut into pushes, the hashes are the same. Any thread, one at a time. */
public final class SoundHasher implements AutoCloseable {
    /** Steps between hashes of a query: 1/8 s. */
    public static final int QUERY = 2;
    /** Steps between hashes of a list: 1 s. */
    public static final int LIST = 16;
    private static final int STEPS = 64;
    private static final int HYPOTHESES = 10;

    private final Handle handle;

    /**
     * Begins a sound.
     *
     * @param every steps of 1/16 s from one hash to the next, 1 to 64
     * @param hypothesis what may have been done to its speed, 0 (nothing) to 9 (docs/formats/sound-hash.md)
     * @throws PdqliteException.Argument for another value
     */
    public SoundHasher(int every, int hypothesis) {
        Check.range(every, "every", 1, STEPS);
        Check.range(hypothesis, "hypothesis", 0, HYPOTHESES - 1);
        handle = new Handle(Native.soundHasherNew(every, hypothesis), false, Native::free);
    }

    /**
     * {@return the hashes that the next samples complete}
     *
     * @param samples mono at 8 kHz, as a {@link Resampler} gives them
     * @throws PdqliteException with {@link Status#ERR_ORDER} after {@link #finish}
     */
    public List<SoundHash> push(short[] samples) {
        Objects.requireNonNull(samples, "samples");
        return SoundHash.all(handle.use(h -> Native.soundHasherPush(h, samples)));
    }

    /** {@return the hashes of the last windows; nothing can be pushed after it} */
    public List<SoundHash> finish() {
        return SoundHash.all(handle.use(h -> Native.soundHasherPush(h, null)));
    }

    @Override
    public void close() {
        handle.close();
    }
}
