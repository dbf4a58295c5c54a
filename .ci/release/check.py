"""
What the packages of a release hold: names and one version, licences, what has to be in and what must not, and how large they are.

    python check.py DIST PREFIX      DIST/sizes.txt gets a line a package: name, bytes, the most that is allowed
"""

import argparse
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
VERSION = re.search(r'PDQL_VERSION "([^"]+)"', (TOP / "csrc/include/pdqlite.h").read_text(encoding="utf-8"))[1]  # type: ignore[index]
CORE = [line.split()[0] for line in (TOP / "csrc/cmake/sources.txt").read_text(encoding="utf-8").splitlines()]
NOWHERE = re.compile(r"(^|/)(\.git|node_modules|target|__pycache__|\.venv|build)/|\.(o|pem|key|jpg|mp4)$")
CLASS, HOME = "org/pdqlite/Native.class", "https://pdqlite.org"

# glob -> how many there are, most bytes of each, what each has to hold, what none may hold (patterns), a text file in it and what that says
PACKAGES: dict[str, tuple[int | None, int, list[str], str | None, tuple[str, list[str]] | None]] = {
    "pdqlite-{v}.tar.gz": (1, 1_600_000, ["{p}/LICENSE", "{p}/README.md", "{p}/pyproject.toml", *(f"{{p}}/csrc/{s}" for s in CORE)], r"/(tests|bindings|benchmarks)/",
                           ("{p}/PKG-INFO", ["Name: pdqlite", "License-Expression: Apache-2.0", HOME])),
    "pdqlite-{v}-*.whl": (None, 1_400_000, ["pdqlite/_core.abi3.so", "pdqlite/py.typed", "pdqlite-{v}.dist-info/licenses/LICENSE"], r"^(tests|csrc)/|\.c$",
                          ("pdqlite-{v}.dist-info/METADATA", ["Name: pdqlite", "License-Expression: Apache-2.0", HOME])),
    "pdqlite-{v}.crate": (1, 120_000, ["pdqlite-{v}/LICENSE", "pdqlite-{v}/README.md", "pdqlite-{v}/examples/quickstart.rs"], r"\.c$",
                          ("pdqlite-{v}/Cargo.toml", ['license = "Apache-2.0"', "repository = ", "readme = ", "description = "])),
    "pdqlite-sys-{v}.crate": (1, 1_000_000, ["pdqlite-sys-{v}/LICENSE", "pdqlite-sys-{v}/README.md", *(f"pdqlite-sys-{{v}}/csrc/{s}" for s in CORE)], r"\.py$",
                              ("pdqlite-sys-{v}/Cargo.toml", ['license = "Apache-2.0"', "repository = ", "readme = ", 'links = "pdqlite"'])),
    "pdqlite-{v}.tgz": (1, 900_000, ["package/LICENSE", "package/README.md", "package/dist/index.d.ts", "package/dist/bare.js", "package/dist/wasm/simd.d.ts",
                                    "package/wasm/pdqlite.wasm", "package/wasm/pdqlite-simd.wasm"], r"/(test|demo|src)/",
                        ("package/package.json", ['"license": "Apache-2.0"', '"repository"', '"homepage"'])),
    "pdqlite-{v}.jar": (1, 2_500_000, [CLASS, "module-info.class", "META-INF/LICENSE", "META-INF/native/linux-x86_64/libpdqlite_jni.so"], r"\.java$", None),
    "pdqlite-{v}-sources.jar": (1, 100_000, ["org/pdqlite/Native.java", "META-INF/MANIFEST.MF"], r"\.(class|so)$", None),
    "pdqlite-{v}-javadoc.jar": (1, 1_500_000, ["index.html", "org.pdqlite/org/pdqlite/Matcher.html"], r"\.(class|so)$", None),
    "pdqlite-android-{v}.aar": (1, 1_200_000, ["AndroidManifest.xml", "classes.jar", "proguard.txt", "META-INF/LICENSE",
                                              *(f"jni/{abi}/libpdqlite_jni.so" for abi in ("arm64-v8a", "armeabi-v7a", "x86_64"))], None, None),
    "pdqlite-c-linux-*.tar.gz": (1, 1_500_000, ["prefix/include/pdqlite.h", "prefix/share/licenses/pdqlite/LICENSE"], r"pdqlite_parts", None),
}  # fmt: skip
POM = [
    "<name>pdqlite</name>",
    "<license>",
    "<scm>",
    "<developer>",
    "<url>https://pdqlite.org</url>",
    f"<version>{VERSION}</version>",
]


def contents(path: Path) -> dict[str, bytes]:
    """Return the files of an archive."""
    if path.suffix in (".whl", ".jar", ".aar"):
        with zipfile.ZipFile(path) as archive:
            return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/")}
    with tarfile.open(path) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}  # type: ignore[union-attr]


def look(path: Path, most: int, needed: list[str], barred: str | None, says: tuple[str, list[str]] | None) -> list[str]:
    """Return what is wrong with one package."""
    held = contents(path)
    fill = lambda text: text.replace("{v}", VERSION).replace("{p}", f"pdqlite-{VERSION}")
    wrong = [f"lacks {fill(n)}" for n in needed if fill(n) not in held]
    wrong += [f"holds {n}" for n in held if NOWHERE.search(n) or (barred and re.search(barred, n))]
    if path.stat().st_size > most:
        wrong.append(f"is {path.stat().st_size} bytes, over {most}")
    if says:
        text = held.get(fill(says[0]), b"").decode()
        wrong += [f"{fill(says[0])} does not say {t}" for t in [VERSION, *says[1]] if t not in text]
    licence = (TOP / "LICENSE").read_bytes()
    wrong += [
        f"{n} is not the project's licence" for n, data in held.items() if n.endswith("LICENSE") and data != licence
    ]
    return [f"{path.name} {w}" for w in wrong]


def lost(dist: Path, natives: Path) -> list[str]:
    """Return the libraries that bindings/java/natives.sh made and the jar has not."""
    jar = dist / f"pdqlite-{VERSION}.jar"
    held = contents(jar) if jar.exists() else {}
    made = [library.relative_to(natives).as_posix() for library in sorted(natives.glob("*/libpdqlite_jni.*"))]
    return [f"{jar.name} lacks {name}" for name in made if f"META-INF/native/{name}" not in held] or [
        f"{natives.name}: no library"
    ] * (not made)


def check(dist: Path, prefix: Path, natives: Path) -> list[str]:
    wrong, lines = lost(dist, natives), []
    for name, (count, most, needed, barred, says) in PACKAGES.items():
        found = sorted(dist.glob(name.replace("{v}", VERSION)))
        if count is not None and len(found) != count:
            wrong.append(f"{name}: {len(found)} of {count}")
        for path in found:
            wrong += look(path, most, needed, barred, says)
            lines.append(f"{path.name} {path.stat().st_size} {most}")
    for pom, kind in (
        (f"pdqlite-{VERSION}.pom", None),
        (f"pdqlite-android-{VERSION}.pom", "<packaging>aar</packaging>"),
    ):
        text = (dist / pom).read_text(encoding="utf-8")
        wrong += [f"{pom} does not say {t}" for t in [*POM, *filter(None, [kind])] if t not in text]
    config = subprocess.run(["grep", "-rl", str(prefix), str(prefix)], capture_output=True, text=True).stdout
    wrong += [f"{line} holds the place where it was installed" for line in config.splitlines()]
    (dist / "sizes.txt").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    print("".join(f"  {line.split()[0]}: {line.split()[1]} bytes\n" for line in sorted(lines)), end="")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dist", type=Path)
    parser.add_argument("prefix", type=Path)
    parser.add_argument("natives", type=Path)
    args = parser.parse_args()
    wrong = check(args.dist.resolve(), args.prefix.resolve(), args.natives.resolve())
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
