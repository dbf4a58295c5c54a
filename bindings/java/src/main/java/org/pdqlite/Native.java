package org.pdqlite;

import java.io.IOException;
import java.io.InputStream;
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
        String place = "/META-INF/native/" + platform() + "/" + System.mapLibraryName("pdqlite_jni");
        try (InputStream library = Native.class.getResourceAsStream(place)) {
            if (library == null) {
                loadInstalled(place);
                return;
            }
            Path copy = Files.createTempFile("pdqlite", ".library");
            copy.toFile().deleteOnExit();
            Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
            System.load(copy.toString());
            copy.toFile().delete(); // loaded; where a file in use cannot go (Windows) it goes at the end
        } catch (IOException e) {
            throw (Error) new UnsatisfiedLinkError("pdqlite's native library cannot be unpacked to java.io.tmpdir: " + e.getMessage()).initCause(e);
        }
    }

    /** The library of an APK, or where the JVM looks. */
    private static void loadInstalled(String place) {
        try {
            System.loadLibrary("pdqlite_jni");
        } catch (UnsatisfiedLinkError e) {
            throw (Error) new UnsatisfiedLinkError("no native library of pdqlite for " + platform() + ": this jar has no " + place
                    + ". Build one with bindings/java/build.sh and name it: docs/howto/embed-java.md").initCause(e);
        }
    }

    /** Which natives of the jar this machine runs: {@code linux-x86_64}, {@code macos-aarch64}. */
    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String cpu = System.getProperty("os.arch");
        String name = system.startsWith("mac") ? "macos" : system.startsWith("windows") ? "windows" : system.split(" ")[0];
        return name + "-" + (cpu.equals("amd64") ? "x86_64" : cpu);
    }

    private static long tables;

    /** Tables of un-cropping, 3 MB: made once, shared by every matcher, never freed. */
    static synchronized long uncropTables() {
        if (tables == 0) {
            tables = uncropNew();
        }
        return tables;
    }

    static native String version();

    static native String kernels();

    static native void free(long memory);

    static native long hasherNew(int width, int height);

    static native byte[] hash(long hasher, ByteBuffer data, long[] shape, boolean all);

    static native byte[] keypointSignature(ByteBuffer data, long[] shape);

    static native long resamplerNew();

    static native short[] resamplerPush(long resampler, short[] shorts, float[] floats, int rate, int channels, int channel);

    static native short[] resamplerFinish(long resampler);

    static native long soundHasherNew(int every, int hypothesis);

    static native byte[] soundHasherPush(long hasher, short[] samples);

    static native long indexBuild(byte[] rows, int shape);

    static native long indexOpen(byte[] block);

    static native byte[] indexBlock(long index);

    static native int[] indexSearch(long index, byte[] queries, int radius);

    static native void indexFree(long index);

    static native int[] policy();

    static native long uncropNew();

    static native long matcherNew(byte[] rows, byte[] meta, int metaBytes, byte[] records, int[] lengths, int[] policy, long uncrop);

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
