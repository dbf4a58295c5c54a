"""
The same pictures through every binding's quick start: equal finds, equal verdicts, equal rates. What cannot be used: exit code 2, a line that says why.

    python quickstarts.py DIRECTORY [--photos] NAME=PROGRAM ...      PROGRAM HASHES PICTURE.ppm, as bindings/c/examples/quickstart.c

Drawn pictures and edits of them are made in DIRECTORY, written by Pillow; with --photos also of scikit-image's photographs. Every program must
say of each what the first one says, and the first one must find what the edits leave and nothing in strangers.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from pdqlite import hash_image
from pdqlite.cli import scenes

SAID = re.compile(r"matched: entry (\d+), false-match rate (\S+), (\S+) over the list")
EDITS = {  # name -> the edit, and whether it has to be found
    "jpeg": (lambda p: p, True),
    "smaller": (lambda p: p.resize((320, 320 * p.height // p.width)), True),
    "mirrored": (ImageOps.mirror, True),
    "turned": (lambda p: p.transpose(Image.Transpose.ROTATE_90), True),
    "inverted": (ImageOps.invert, True),
    "framed": (lambda p: ImageOps.expand(p, border=(0, p.height // 6), fill=(0, 0, 0)), True),
    "cropped": (lambda p: p.crop((p.width // 8, p.height // 9, p.width * 8 // 9, p.height * 7 // 8)), False),
    "half": (lambda p: p.crop((p.width // 4, p.height // 4, p.width * 3 // 4, p.height * 3 // 4)), False),
}  # fmt: skip


def drawn(seed: int) -> Image.Image:
    return Image.fromarray(scenes.picture(seed, 480, 360))


def photographs() -> list[Image.Image]:
    """Return photographs that scikit-image carries."""
    from skimage import data

    return [
        Image.fromarray(np.ascontiguousarray(p)).convert("RGB")
        for p in (data.astronaut(), data.coffee(), data.chelsea(), data.rocket())
    ]


def make(folder: Path, photos: bool) -> dict[str, int | None]:
    """Write hashes and pictures; return the entry that each has to be found as, -1 for either."""
    folder.mkdir(parents=True, exist_ok=True)
    known = [drawn(seed) for seed in range(3)] + (photographs() if photos else [])
    rows = [hash_image(np.asarray(p)).bits for p in known]
    padding = [hash_image(scenes.picture(500 + i, 160, 120)).bits for i in range(60)]
    (folder / "hashes").write_bytes(b"".join(rows + padding))
    wanted: dict[str, int | None] = {}
    for n, picture in enumerate(known):
        for name, (edit, found) in EDITS.items():
            path = folder / f"{n}-{name}.ppm"
            edit(picture).save(path.with_suffix(".jpg"), quality=70)
            Image.open(path.with_suffix(".jpg")).save(path)
            wanted[path.name] = n if found else -1
    for seed in range(3):
        drawn(900 + seed).save(folder / f"stranger-{seed}.ppm")
        wanted[f"stranger-{seed}.ppm"] = None
    plain = (folder / "0-jpeg.ppm").read_bytes()
    head = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", plain)
    assert head
    (folder / "comments.ppm").write_bytes(b"P6 # by hand\n#\n%s\t %s\n\n255\n" % head.groups() + plain[head.end() :])
    wanted["comments.ppm"] = 0
    return wanted


def refused(programs: dict[str, str], folder: Path) -> int:
    """Give every program what it cannot use; return how many faults there are: it has to exit with 2 and say why in a line."""
    (folder / "cut").write_bytes((folder / "hashes").read_bytes()[:-1])
    (folder / "words.ppm").write_bytes(b"no picture")
    (folder / "small.ppm").write_bytes(b"P6 4 4 255\n" + bytes(48))
    (folder / "short.ppm").write_bytes(b"P6 64 64 255\n" + bytes(64 * 64 * 3 - 1))
    faults = 0
    pairs = [("cut", "0-jpeg.ppm"), ("absent", "0-jpeg.ppm"), ("hashes", "absent.ppm")]
    for hashes, picture in pairs + [("hashes", name) for name in ("words.ppm", "small.ppm", "short.ppm")]:
        for name, program in programs.items():
            done = subprocess.run([program, hashes, picture], cwd=folder, capture_output=True, text=True)
            if (done.returncode, done.stdout, done.stderr.count("\n")) != (2, "", 1):
                faults += 1
                print(
                    f"{name}, {hashes} {picture}: exit code {done.returncode}, {done.stdout + done.stderr}",
                    file=sys.stderr,
                )
    return faults


def said(program: str, folder: Path, name: str) -> tuple[object, ...]:
    """Return (exit code, entry, rate, rate over the list) of one run."""
    done = subprocess.run(
        [program, "hashes", name], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    found = SAID.match(done.stdout)
    if found and done.returncode == 0:
        return (0, int(found[1]), float(found[2]), float(found[3]))
    if done.returncode == 1 and done.stdout.startswith("no match"):
        return (1, None, None, None)
    return (done.returncode, done.stdout[:200], done.stderr[:200])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--photos", action="store_true")
    parser.add_argument("programs", nargs="+", metavar="NAME=PROGRAM")
    args = parser.parse_args()
    programs = {name: str(Path(path).resolve()) for name, path in (p.split("=", 1) for p in args.programs)}
    first, *_ = programs
    wanted = make(args.directory, args.photos)
    faults, matches = refused(programs, args.directory), 0
    for name, entry in wanted.items():
        answers = {program: said(path, args.directory, name) for program, path in programs.items()}
        matches += answers[first][0] == 0
        if entry != -1 and (answers[first][0] != (entry is None) or answers[first][1] != entry):
            faults += 1
            print(f"{name}: {first} says {answers[first]}, entry {entry} is shown", file=sys.stderr)
        for program, answer in answers.items():
            if answer != answers[first]:
                faults += 1
                print(f"{name}: {program} says {answer}, {first} {answers[first]}", file=sys.stderr)
    print(f"{len(wanted)} pictures through {', '.join(programs)}: {matches} matches each, {faults} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
