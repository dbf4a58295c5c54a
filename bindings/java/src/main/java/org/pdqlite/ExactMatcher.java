package org.pdqlite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Looks for files in a list of files: IDENTICAL_FILE, NEGATED (listed as harmless) or NO_MATCH. It finds untouched files alone. Whoever had both
 * files can make two with one MD5: tier 5 says less than tier 4. Any number of threads may share it.
 */
public final class ExactMatcher {
    private final Entries entries;

    /**
     * Takes the entries of a list of files.
     *
     * @param entries as {@link VerifiedList#read} gives them
     * @throws PdqliteException.Argument entries of another type of list
     */
    public ExactMatcher(Entries entries) {
        this.entries = entries;
        find(new byte[64]);
    }

    /**
     * {@return what the list says of a file of any type}
     *
     * @param file read to its end
     * @throws IOException what the stream throws
     */
    public Decision match(InputStream file) throws IOException {
        return find(rows(file));
    }

    /**
     * {@return the rows of a file, 64 bytes: of its SHA-256, then of its MD5}
     *
     * @param file read to its end
     * @throws IOException what the stream throws
     */
    public static byte[] rows(InputStream file) throws IOException {
        MessageDigest sha256 = digest("SHA-256");
        MessageDigest md5 = digest("MD5");
        byte[] piece = new byte[65536];
        for (int n; (n = file.read(piece)) > 0; ) {
            sha256.update(piece, 0, n);
            md5.update(piece, 0, n);
        }
        byte[] rows = new byte[64];
        System.arraycopy(row("sha256", sha256.digest()), 0, rows, 0, 32);
        System.arraycopy(row("md5", md5.digest()), 0, rows, 32, 32);
        return rows;
    }

    private static byte[] row(String algorithm, byte[] digest) {
        MessageDigest row = digest("SHA-256");
        row.update(("pdqlite.org/exact/v1 " + algorithm + "\n").getBytes(StandardCharsets.US_ASCII));
        return row.digest(digest);
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has these two
        }
    }

    private Decision find(byte[] wanted) {
        return Decision.ofFile(Native.exactFind(entries.rows(), entries.meta(), entries.metaBytes(), wanted));
    }
}
