package org.pdqlite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/** The native library, one method a call. Everything else in this package is types over it. */
final class Native {
    static {
        load();
    }

    private Native() {}

    /**
     * Android: the APK carries the library. Desktop: the path in the property {@code pdqlite.library}, or the one in this jar.
     */
    private static void load() {
        String path = System.getProperty("pdqlite.library");
        if (path != null) {
            System.load(path);
            return;
        }
        String cpu = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).split(" ")[0];
        String name = "/native/" + system + "-" + cpu + "/" + System.mapLibraryName("pdqlite_jni");
        try (InputStream library = Native.class.getResourceAsStream(name)) {
            if (library == null) {
                System.loadLibrary("pdqlite_jni");
                return;
            }
            Path copy = Files.createTempFile("pdqlite", ".library");
            copy.toFile().deleteOnExit();
            Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
            System.load(copy.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("the native library cannot be unpacked", e);
        }
    }

    static native String version();

    static native String kernels();

    static native void free(long memory);

    static native long hasherNew(int width, int height);

    static native byte[] hash(long hasher, ByteBuffer data, long[] shape, boolean all);

    static native byte[] keypointSignature(ByteBuffer data, long[] shape);

    static native long indexBuild(byte[] rows, int shape);

    static native long indexOpen(byte[] block);

    static native byte[] indexBlock(long index);

    static native int[] indexSearch(long index, byte[] queries, int radius);

    static native void indexFree(long index);

    static native int[] policy();

    static native long matcherNew(byte[] rows, byte[] meta, int metaBytes, byte[] records, int[] lengths, int[] policy);

    static native int[] exactFind(byte[] rows, byte[] meta, int metaBytes, byte[] wanted);

    static native int[] matchPicture(long matcher, ByteBuffer data, long[] shape);

    static native void matcherFree(long matcher);

    static native long watchNew(long matcher);

    static native void watchPush(long watch, ByteBuffer data, long[] shape, long timeMs);

    static native boolean watchEnough(long watch);

    static native int[] watchDecision(long watch);

    static native void watchFree(long watch);

    static native long[] listNeeds(byte[][] texts, long now);

    static native long listVerify(byte[][] texts, long now, Provider provider);

    static native long[] listInfo(long list);

    static native byte[] listState(long list);

    static native byte[] listRoot(long list);

    static native byte[] listToken(long list);

    static native int tokenCompare(byte[] own, byte[] token);

    static native byte[][] listRead(long list, byte[] key, ByteBuffer file, ByteBuffer local, Provider provider);

    static native byte[][] listUpdate(long list, byte[] key, ByteBuffer delta, long seq, byte[] root, byte[] rows, byte[] meta, Provider provider);

    static native void listRecords(long list, byte[] records, int[] lengths);

    static native void listFree(long list);
}
