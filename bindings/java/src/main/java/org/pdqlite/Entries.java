package org.pdqlite;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Objects;

/**
 * The entries of a list: from a verified one, or hashes that came otherwise.
 *
 * @param rows 32 bytes an entry
 * @param meta metaBytes an entry (docs/formats/list-content.md, section 6); null for bare hashes
 * @param metaBytes 0, 6, 14, or 5 in a list of files
 * @param records keypoint signatures, one after another; null if there are none
 * @param lengths bytes of each entry's keypoint signature; null if there are none
 */
public record Entries(byte[] rows, byte[] meta, int metaBytes, byte[] records, int[] lengths) {
    public Entries {
        Objects.requireNonNull(rows, "rows"); // no rows at all would match nothing, in silence
    }

    /** Bare hashes: pictures of no category or source, of unknown quality. */
    public static Entries ofHashes(byte[] rows) {
        return new Entries(rows, null, 0, null, null);
    }

    /** The same with keypoint signatures, one for each entry; an empty one where there is none. */
    public Entries withKeypoints(List<byte[]> signatures) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        signatures.forEach(all::writeBytes);
        return new Entries(rows, meta, metaBytes, all.toByteArray(), signatures.stream().mapToInt(s -> s.length).toArray());
    }

    /** Number of entries. */
    public int size() {
        return rows.length / 32;
    }
}
