package org.pdqlite;

/** One video being watched: push frames, ask at any time. Its memory does not grow with the video. */
public final class Watch implements AutoCloseable {
    private final Matcher matcher;
    private final Handle handle;

    Watch(Matcher matcher) {
        this.matcher = matcher;
        handle = new Handle(matcher.handle.use(Native::watchNew), false, Native::watchFree);
    }

    /**
     * Adds one frame. After an exception nothing was added.
     *
     * @param frame its pixels; frames may change their size
     * @param timeMs milliseconds since the start, not before the last frame's
     */
    public void push(Image frame, long timeMs) {
        Check.range(timeMs, "timeMs", 0, 0xffffffffL);
        matcher.handle.use(m -> handle.use(h -> {
            Native.watchPush(h, frame.data(), frame.shape(), timeMs);
            return null;
        }));
    }

    /** {@return true once the frames so far are a match} */
    public boolean enough() {
        return matcher.handle.use(m -> handle.use(Native::watchEnough));
    }

    /** {@return what the frames so far come to} */
    public Decision decision() {
        return Decision.ofVideo(matcher.handle.use(m -> handle.use(Native::watchDecision)));
    }

    @Override
    public void close() {
        handle.close();
    }
}
