"""
Make an Android archive, and its pom: classes and the native library for three ABIs. Built with clang and lld, no NDK; never run on a device here.

    python aar.py BUILD_DIRECTORY CLASSES.jar      BUILD_DIRECTORY/pdqlite-android-VERSION.{aar,pom}

The libraries import a handful of functions from the device's libc, through a stub made here that has nothing but their names.
"""

import argparse
import os
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
CSRC = HERE.parents[1] / "csrc"
ABIS = {"arm64-v8a": ["--target=aarch64-linux-android24", "-march=armv8-a"],
        "armeabi-v7a": ["--target=armv7a-linux-androideabi24", "-mfpu=neon", "-mfloat-abi=softfp"],
        "x86_64": ["--target=x86_64-linux-android24"]}  # fmt: skip
LIBC = ["malloc", "free", "realloc", "posix_memalign", "memcpy", "memmove", "memset", "memcmp"]
MANIFEST = '<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.pdqlite"><uses-sdk android:minSdkVersion="24"/></manifest>\n'
KEEP = "-keep class org.pdqlite.PdqliteException { static *** of(int); }\n-keep class * implements org.pdqlite.Provider { *; }\n-keepclasseswithmembernames class org.pdqlite.Native { native <methods>; }\n"
STDLIB = """#include <stddef.h>
void *malloc(size_t);
void free(void *);
void *realloc(void *, size_t);
int posix_memalign(void **, size_t, size_t);
"""


def run(*command: str | Path) -> None:
    subprocess.run([str(c) for c in command], check=True)


def library(abi: str, flags: list[str], out: Path) -> Path:
    """Compile and link the native library of one ABI."""
    place = out / abi
    place.mkdir(parents=True, exist_ok=True)
    (place / "stdlib.h").write_text(STDLIB)
    jdk = Path(os.environ["JAVA_HOME"]) / "include"
    # jni.h asks for two headers of a C library and uses neither.
    for name in ("stdio.h", "inttypes.h"):
        (place / name).write_text("#include <stdint.h>\n#include <stdarg.h>\n")
    common = ["clang-16", *flags, "-std=c11", "-O2", "-ffp-contract=off", "-fPIC", "-fvisibility=hidden", "-ffreestanding", "-fno-builtin",
              "-ffunction-sections", "-isystem", place, "-isystem", CSRC / "freestanding", f"-I{CSRC}", f"-I{CSRC / 'include'}",
              f"-I{jdk}", f"-I{jdk / 'linux'}"]  # fmt: skip
    core = [CSRC / line.split()[0] for line in (CSRC / "cmake/sources.txt").read_text().splitlines()]
    sources = [*core, *sorted((HERE / "src/main/c").glob("*.c"))]
    objects = [place / f"{source.parent.name}-{source.name}.o" for source in sources]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda source, made: run(*common, "-c", source, "-o", made), sources, objects))
    stub = place / "stub.c"
    stub.write_text("".join(f"void {name}(void) {{}}\n" for name in LIBC))
    run("clang-16", *flags, "-ffreestanding", "-fno-builtin", "-fPIC", "-c", stub, "-o", place / "stub.o")
    run("ld.lld-16", "-shared", "-soname", "libc.so", place / "stub.o", "-o", place / "libc.so")
    helpers: list[str | Path] = []
    if abi == "armeabi-v7a":  # ARM's run-time helpers: division from libgcc, memory functions from ours
        found = subprocess.run(
            ["arm-linux-gnueabihf-gcc", "-print-libgcc-file-name"], capture_output=True, text=True, check=True
        )
        run(*common, "-Wno-missing-prototypes", "-c", CSRC / "freestanding" / "mem.c", "-o", place / "mem.o")
        helpers = [place / "mem.o", found.stdout.strip()]
    result = place / "libpdqlite_jni.so"
    run("ld.lld-16", "-shared", "--no-undefined", "--gc-sections", "--hash-style=both", "-z", "max-page-size=16384", "-s", "--exclude-libs=ALL",
        "-soname", "libpdqlite_jni.so", *objects, *helpers, place / "libc.so", "-o", result)  # fmt: skip
    run(sys.executable, HERE.parents[1] / ".ci" / "elf.py", result, "--page", "16384", "--imports", ",".join(LIBC))
    return result


def pom() -> tuple[str, str]:
    """Return the version, and the archive's pom: the jar's, without what builds that."""
    text = (HERE / "pom.xml").read_text(encoding="utf-8")
    found = re.search(r"<version>(.*?)</version>", text)
    assert found
    text = re.sub(r"(?ms)^  <(properties|dependencies|build|profiles)>.*?^  </\1>\n", "", text)
    text = text.replace(
        "<artifactId>pdqlite</artifactId>", "<artifactId>pdqlite-android</artifactId>\n  <packaging>aar</packaging>", 1
    )
    return found[1], text


def classes(jar: Path, out: Path) -> Path:
    """Write the jar's classes and licence alone: desktops' natives have no place in an APK."""
    path = out / "classes.jar"
    with zipfile.ZipFile(jar) as given, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in given.namelist():
            if name.startswith("org/") and name.endswith(".class") or name == "META-INF/LICENSE":
                kept.writestr(name, given.read(name))
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("classes", type=Path)
    args = parser.parse_args()
    args.directory.mkdir(parents=True, exist_ok=True)
    version, described = pom()
    archive = args.directory / f"pdqlite-android-{version}.aar"
    archive.with_suffix(".pom").write_text(described, encoding="utf-8")
    libraries = {abi: library(abi, flags, args.directory / "android") for abi, flags in ABIS.items()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as aar:  # all that goes into it is there
        aar.writestr("AndroidManifest.xml", MANIFEST)
        aar.writestr("proguard.txt", KEEP)
        aar.writestr("R.txt", "")
        aar.write(classes(args.classes, args.directory), "classes.jar")
        aar.write(HERE.parents[1] / "LICENSE", "META-INF/LICENSE")
        for abi, path in libraries.items():
            aar.write(path, f"jni/{abi}/{path.name}")
            print(f"{abi}: {path.stat().st_size} bytes")
    print(f"{archive.name}: {archive.stat().st_size} bytes, not run on a device")
    return 0


if __name__ == "__main__":
    sys.exit(main())
