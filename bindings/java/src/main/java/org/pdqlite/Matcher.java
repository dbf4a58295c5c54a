package org.pdqlite;

/** Matches pictures and videos against one list. Any number of threads may share it. */
public final class Matcher implements AutoCloseable {
    final Handle handle;

    /**
     * Copies the entries of a list and builds what searching them needs.
     *
     * @param entries of a list of pictures or videos
     * @param policy what must hold for a match
     * @throws PdqliteException.Argument entries of files, or a damaged keypoint signature
     */
    public Matcher(Entries entries, MatchPolicy policy) {
        long address = Native.matcherNew(entries.rows(), entries.meta(), entries.metaBytes(), entries.records(), entries.lengths(), policy.numbers(),
                entries.size() > 0 && entries.size() <= policy.uncropEntries() ? Native.uncropTables() : 0);
        handle = new Handle(address, true, Native::matcherFree);
    }

    /**
     * {@return what the list says of one picture}
     *
     * @param image the picture
     */
    public Decision match(Image image) {
        return Decision.ofPicture(handle.use(h -> Native.matchPicture(h, image.data(), image.shape())));
    }

    /** {@return a watch of one video; the matcher must stay open until it is closed} */
    public Watch watch() {
        return new Watch(this);
    }

    /** Waits for matches that run. Watches of it fail from now on. */
    @Override
    public void close() {
        handle.close();
    }
}
