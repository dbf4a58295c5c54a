"""
Make what the examples of C and other bindings are run on, and run them: a list of hashes, copies and strangers.

    python inputs.py DIRECTORY                     make them
    python inputs.py DIRECTORY --run EXAMPLES [--only PROGRAM]      run the programs in EXAMPLES and check what they say
"""

import argparse
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

from pdqlite import hash_image
from pdqlite.cli import scenes
from pdqlite.lists import load_list_key


def ppm(path: Path, pixels: np.ndarray) -> None:
    path.write_bytes(b"P6 %d %d 255\n" % (pixels.shape[1], pixels.shape[0]) + pixels.tobytes())


def y4m(path: Path, pictures: list[np.ndarray], rate: Fraction) -> None:
    """Write gray frames; the luma runs from 16 to 235."""
    height, width = pictures[0].shape
    gray = bytes([128]) * (2 * ((width + 1) // 2) * ((height + 1) // 2))
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F%d:%d C420jpeg\n" % (width, height, rate.numerator, rate.denominator))
        for luma in pictures:
            limited = np.round(luma / 255 * 219 + 16).astype(np.uint8)
            file.write(b"FRAME\n" + limited.tobytes() + gray)


def barred(pixels: np.ndarray) -> np.ndarray:
    """Return a picture with black bars above and below."""
    bar = np.zeros((pixels.shape[0] // 6, *pixels.shape[1:]), np.uint8)
    return np.concatenate([bar, pixels, bar])


def luma(pixels: np.ndarray) -> np.ndarray:
    return (pixels @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)


def make_list(folder: Path, hashes: list[str]) -> None:
    """Build, endorse and trust a list, with the commands of the README."""
    (folder / "hashes.txt").write_text("\n".join(hashes) + "\n")

    def pdqlite(*words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "pdqlite", *words], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    for name in ("list.key", "org.pem", "other.pem"):
        (folder / name).unlink(missing_ok=True)
    pdqlite("key", "new", "list.key", "--list")
    (folder / "key").write_bytes(load_list_key(str(folder / "list.key")))
    for name in ("org", "other"):
        pdqlite("key", "new", f"{name}.pem", "--name", f"{name}.example")
    common = ("--origin", "lists.example.org/c", "--key", "list.key")
    for release in ("release", "lone"):
        shutil.rmtree(folder / release, ignore_errors=True)
        pdqlite("list", "build", "hashes.txt", "--source", "org.example", *common, "-o", release)
    pdqlite("list", "endorse", "release", "--name", "org.example", "--signing-key", "org.pem", "--key", "list.key")
    pdqlite("list", "endorse", "lone", "--name", "other.example", "--signing-key", "other.pem", "--key", "list.key")
    endorser = pdqlite("key", "show", "org.pem", "--name", "org.example")
    pdqlite(
        "list",
        "trust",
        "--origin",
        "lists.example.org/c",
        "--endorser",
        endorser,
        "--quorum",
        "1",
        "--category",
        "unspecified",
        "--allow-unlogged",
        "-o",
        "trust",
    )


def make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    known = [np.ascontiguousarray(scenes.picture(i, 640, 480)) for i in range(8)]
    (folder / "hashes").write_bytes(b"".join(hash_image(p).bits for p in known))
    ppm(folder / "copy.ppm", np.ascontiguousarray(barred(known[3])[:, ::-1]))
    ppm(folder / "stranger.ppm", np.ascontiguousarray(scenes.picture(99, 640, 480)))
    strangers = [luma(scenes.picture(200 + i, 320, 240)) for i in range(3)]
    shown = [luma(known[i])[::2, ::2] for i in (2, 5)]
    still = lambda pictures: [p for p in pictures for _ in range(50)]
    y4m(folder / "copy.y4m", still([strangers[0], shown[0], shown[0], shown[1], strangers[1]]), Fraction(25))
    y4m(folder / "stranger.y4m", still(strangers), Fraction(30000, 1001))
    make_list(folder, [hash_image(p).hex for p in known])
    (folder / "cut.y4m").write_bytes((folder / "copy.y4m").read_bytes()[:20])


RUNS = [  # program, arguments, file on standard input, exit code, beginning of what it says
    ("quickstart", ["hashes", "copy.ppm"], None, 0, "matched: entry 3,"),
    ("quickstart", ["hashes", "stranger.ppm"], None, 1, "no match"),
    ("quickstart", ["hashes", "hashes"], None, 2, ""),
    ("frames", ["hashes"], "copy.y4m", 0, "matched: entry "),
    ("frames", ["hashes"], "stranger.y4m", 1, "no match in "),
    ("frames", ["hashes"], "cut.y4m", 2, ""),
    (
        "list",
        ["trust", "key", "release", "state", "copy.ppm"],
        None,
        0,
        "release 0, 8 entries, unlogged; matched: entry ",
    ),
    ("list", ["trust", "key", "release", "state", "stranger.ppm"], None, 1, "release 0, 8 entries, unlogged; no match"),
    ("list", ["trust", "key", "lone", "state", "copy.ppm"], None, 2, ""),
    ("list", ["trust", "list.key", "release", "state", "copy.ppm"], None, 2, ""),
]


def run(folder: Path, programs: Path, only: str | None) -> int:
    faults = 0
    runs = [r for r in RUNS if only in (None, r[0])]
    for program, arguments, given, code, says in runs:
        with (folder / given).open("rb") if given else open("/dev/null", "rb") as stdin:
            done = subprocess.run(
                [str(programs.resolve() / program), *arguments], cwd=folder, stdin=stdin, capture_output=True, text=True
            )
        if done.returncode != code or not done.stdout.startswith(says):
            faults += 1
            print(
                f"{program} {given or arguments[-1]}: exit {done.returncode}, not {code}: {done.stdout}{done.stderr}",
                file=sys.stderr,
            )
        else:
            print(f"{program} {given or arguments[-1]}: {(done.stdout or done.stderr).strip()}")
    print(f"{len(runs) - faults} passed, {faults} failed")
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--run", type=Path, metavar="EXAMPLES")
    parser.add_argument("--only", metavar="PROGRAM")
    args = parser.parse_args()
    if args.run:
        return run(args.directory, args.run, args.only)
    make(args.directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
