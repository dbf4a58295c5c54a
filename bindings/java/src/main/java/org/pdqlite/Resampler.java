package org.pdqlite;

import java.util.Objects;

/** Makes mono at 8 kHz of a stream of PCM: however it is cut into pushes, the samples are the same. Any thread, one at a time. */
public final class Resampler implements AutoCloseable {
    static final int MOST_CHANNELS = 64;
    private final Handle handle = new Handle(Native.resamplerNew(), false, Native::free);

    /** A new one. */
    public Resampler() {}

    /**
     * {@return the samples that the next frames complete, at 8 kHz}
     *
     * @param samples 16 bits, channels side by side
     * @param rate 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400 or 192000 Hz; it may change
     * @param channels 1 to 64
     * @param channel 0: the mean of all; else one alone, from 1. A channel turned upside down makes the mean silence
     * @throws PdqliteException.Argument for another value, or samples that fill no whole frames
     */
    public short[] push(short[] samples, int rate, int channels, int channel) {
        Objects.requireNonNull(samples, "samples");
        check(samples.length, channels, channel);
        return handle.use(h -> Native.resamplerPush(h, samples, null, rate, channels, channel));
    }

    /**
     * {@return the samples that the next frames complete, at 8 kHz}
     *
     * @param samples -1 to 1, past that clipped, not a number is 0; channels side by side
     * @param rate as above
     * @param channels as above
     * @param channel as above
     */
    public short[] push(float[] samples, int rate, int channels, int channel) {
        Objects.requireNonNull(samples, "samples");
        check(samples.length, channels, channel);
        return handle.use(h -> Native.resamplerPush(h, null, samples, rate, channels, channel));
    }

    private static void check(int length, int channels, int channel) {
        Check.range(channels, "channels", 1, MOST_CHANNELS);
        Check.range(channel, "channel", 0, channels);
        if (length % channels != 0) {
            throw Check.wrong(Status.ERR_ARG, length + " samples are no whole number of frames of " + channels + " channels");
        }
    }

    /** {@return the samples that are left; the next push begins anew} */
    public short[] finish() {
        return handle.use(Native::resamplerFinish);
    }

    @Override
    public void close() {
        handle.close();
    }
}
