package org.pdqlite;


/** Exact Hamming search among 256-bit hashes. Any number of threads may search at once. */
public final class Index implements AutoCloseable {
    private final Handle handle;

    /** How an index is laid out; AUTO leaves it to the number of rows. */
    public enum Shape {
        /** The library's choice. */
        AUTO,
        /** 32 bytes a row, read one after the other. */
        SCAN,
        /** The self-index (docs/explanation/search.md). */
        SELF
    }

    /**
     * A row within the radius of a query.
     *
     * @param query number of the query, from 0
     * @param row number of the row
     * @param distance differing bits
     */
    public record Hit(int query, int row, int distance) {}

    private Index(long address) {
        handle = new Handle(address, true, Native::indexFree);
    }

    /**
     * {@return an index of rows}
     *
     * @param rows 32 bytes a row
     * @param shape how it is laid out
     */
    public static Index build(byte[] rows, Shape shape) {
        return new Index(Native.indexBuild(Check.rows(rows, "rows"), shape.ordinal()));
    }

    /**
     * {@return the index of a block that {@link #block} gave}
     *
     * @param block its bytes
     * @throws PdqliteException.Block for any other bytes
     */
    public static Index open(byte[] block) {
        return new Index(Native.indexOpen(java.util.Objects.requireNonNull(block, "block")));
    }

    /** {@return the block, to be stored} */
    public byte[] block() {
        return handle.use(Native::indexBlock);
    }

    /**
     * {@return every row within the radius of each query, in order of query, then row}
     *
     * @param queries 32 bytes a query
     * @param radius bits, 0 to 256
     */
    public Hit[] search(byte[] queries, int radius) {
        Check.rows(queries, "queries");
        Check.range(radius, "radius", 0, 256);
        int[] found = handle.use(h -> Native.indexSearch(h, queries, radius));
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
