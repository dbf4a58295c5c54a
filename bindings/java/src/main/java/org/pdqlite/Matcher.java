package org.pdqlite;

/** Matches pictures and videos against one list. Any number of threads may share it. */
public final class Matcher implements AutoCloseable {
    final Handle handle;

    /** Copies the entries of a list and builds what searching them needs. */
    public Matcher(Entries entries, MatchPolicy policy) {
        long address = Native.matcherNew(entries.rows(), entries.meta(), entries.metaBytes(), entries.records(), entries.lengths(), policy.numbers());
        handle = new Handle(address, true, Native::matcherFree);
    }

    /** Decides about one picture. */
    public Decision match(Image image) {
        return Decision.ofPicture(handle.use(h -> Native.matchPicture(h, image.data(), image.shape())));
    }

    /** Begins to watch a video. The matcher must stay open until the watch is closed. */
    public Watch watch() {
        return new Watch(this);
    }

    /** Waits for matches that run. Watches of it fail from now on. */
    @Override
    public void close() {
        handle.close();
    }
}
