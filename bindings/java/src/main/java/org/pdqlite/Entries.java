package org.pdqlite;

import java.io.ByteArrayOutputStream;
import java.util.List;

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
    /**
     * Checks that the columns go together.
     *
     * @param rows as above
     * @param meta as above
     * @param metaBytes as above
     * @param records as above
     * @param lengths as above
     * @throws PdqliteException.Argument that names what cannot be
     */
    public Entries {
        Check.rows(rows, "rows");
        long n = rows.length / 32;
        if (metaBytes < 0 || (meta == null ? 0 : meta.length) != n * metaBytes) {
            throw Check.wrong(Status.ERR_ARG, "meta has to be " + metaBytes + " bytes for each of " + n + " entries; got " + (meta == null ? 0 : meta.length));
        }
        if (lengths != null && (lengths.length != n || records == null || sum(lengths) != records.length)) {
            throw Check.wrong(Status.ERR_ARG, "lengths has to have a number for each of " + n + " entries, and their sum has to be that of the records");
        }
    }

    private static long sum(int[] lengths) {
        long all = 0;
        for (int length : lengths) {
            all += Check.range(length, "a keypoint signature's length", 0, 65535);
        }
        return all;
    }

    /**
     * {@return bare hashes: pictures of no category or source, of unknown quality}
     *
     * @param rows 32 bytes a hash
     */
    public static Entries ofHashes(byte[] rows) {
        return new Entries(rows, null, 0, null, null);
    }

    /**
     * {@return the same with keypoint signatures}
     *
     * @param signatures one for each entry; an empty one where there is none
     */
    public Entries withKeypoints(List<byte[]> signatures) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        signatures.forEach(all::writeBytes);
        return new Entries(rows, meta, metaBytes, all.toByteArray(), signatures.stream().mapToInt(s -> s.length).toArray());
    }

    /** {@return the number of entries} */
    public int size() {
        return rows.length / 32;
    }
}
