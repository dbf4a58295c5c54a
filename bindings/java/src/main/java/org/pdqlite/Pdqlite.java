package org.pdqlite;

/** The library as a whole. */
public final class Pdqlite {
    private Pdqlite() {}

    /** {@return the version of the C core, "major.minor.patch"} */
    public static String version() {
        return Native.version();
    }

    /** {@return the name of the kernels that this processor runs: "avx2", "neon", "portable"} */
    public static String kernels() {
        return Native.kernels();
    }
}
