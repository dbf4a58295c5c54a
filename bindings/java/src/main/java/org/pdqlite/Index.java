package org.pdqlite;

import java.util.Objects;

/** Exact Hamming search among 256-bit hashes. Any number of threads may search at once. */
public final class Index implements AutoCloseable {
    private final Handle handle;

    /** How an index is laid out; AUTO leaves it to the number of rows. */
    public enum Shape {
        AUTO,
        SCAN,
        SELF
    }

    /** A row within the radius of a query: numbers of both, and the differing bits. */
    public record Hit(int query, int row, int distance) {}

    private Index(long address) {
        handle = new Handle(address, true, Native::indexFree);
    }

    /**
     * @param rows 32 bytes a row
     */
    public static Index build(byte[] rows, Shape shape) {
        return new Index(Native.indexBuild(Objects.requireNonNull(rows, "rows"), shape.ordinal()));
    }

    /** Opens a block that {@link #block} gave. */
    public static Index open(byte[] block) {
        return new Index(Native.indexOpen(Objects.requireNonNull(block, "block")));
    }

    /** The block, to be stored. */
    public byte[] block() {
        return handle.use(Native::indexBlock);
    }

    /**
     * Every row within the radius of each query, in order of query, then row.
     *
     * @param queries 32 bytes a query
     * @param radius bits, 0 to 256
     */
    public Hit[] search(byte[] queries, int radius) {
        int[] found = handle.use(h -> Native.indexSearch(h, Objects.requireNonNull(queries, "queries"), radius));
        Hit[] hits = new Hit[found.length / 3];
        for (int i = 0; i < hits.length; i++) {
            hits[i] = new Hit(found[3 * i], found[3 * i + 1], found[3 * i + 2]);
        }
        return hits;
    }

    @Override
    public void close() {
        handle.close();
    }
}
