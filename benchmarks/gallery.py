"""
A gallery: each of the 104 edits on a drawn scene, before and after, what the matcher says, and where it looked.

The list holds 40 drawn scenes with keypoint signatures. No picture that was measured gets into it: scenes are drawn from
their number. `--page FILE.md` writes the page of the site, with its pictures in a folder beside it.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.robustness import drawn, edits
from benchmarks.robustness.methods import Ours
from pdqlite.hashing import hash_pixels
from pdqlite.types import Decision

SMALL = "--scenes 4 --every 20".split()
ENOUGH = 50  # PDQ quality under which nothing is acted on: a flat scene would show that alone
SIDE = 200  # the longer side of a picture in the page
HEAD = """# Gallery

Each of the {count} edits of the [robustness](robustness.md) benchmark on one drawn scene. The list holds {scenes} scenes with keypoint signatures. A frame shows
where the matcher found the original. {found} are found here. Missed: {missed}. One scene each is an example, not a measurement: the benchmark counts.

`python -m benchmarks gallery --page FILE.md`
"""


def options(parser) -> None:
    parser.add_argument("--scenes", type=int, default=40, help="drawn scenes in the list")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="of the edits, every N-th")
    parser.add_argument("--pair", nargs=2, metavar=("EDIT", "FILE.jpg"), help="write one original beside its copy")
    parser.add_argument("--page", type=Path, metavar="FILE.md", help="write the page of the site")


def run(report, args) -> None:
    scenes = [
        scene for scene in map(drawn.scene, range(2 * args.scenes)) if hash_pixels(np.asarray(scene)).quality >= ENOUGH
    ]
    scenes = scenes[: args.scenes]
    others = [drawn.scene(1000 + number) for number in range(4)]
    method = Ours("with keypoint signatures", 256, keypoints=True)
    method.learn(scenes)
    check(method, scenes)
    rows, sections, missed = [], {}, []
    for number, edit in enumerate(list(edits.EDITS.values())[:: args.every]):
        which = number % len(scenes)
        data = edits.apply(edit.name, scenes[which], f"scene {which}", 0, 0.0, others)
        copy = Image.open(io.BytesIO(data)).convert("RGB")
        decision = method.matcher.match_pixels(np.asarray(copy))
        rows.append([edit.name, edit.group, words(decision, which)])
        sections.setdefault(edit.group, []).append((edit.name, scenes[which], framed(copy, decision), rows[-1][2]))
        if not decision.matched or decision.entry != which:
            missed.append(f"`{edit.name}`")
    found = len(rows) - len(missed)
    report.rate("found", found, len(rows))
    report.table("gallery", ["edit", "class", "what the matcher says"], rows)
    if args.pair:
        side_by_side(
            Path(args.pair[1]), *next(s[1:3] for group in sections.values() for s in group if s[0] == args.pair[0])
        )
    if args.page:
        told = {"found": f"{found} of {len(rows)}", "missed": ", ".join(missed) or "none"}
        write(args.page, sections, HEAD.format(count=len(rows), scenes=len(scenes), **told))


def check(method: Ours, scenes: list[Image.Image]) -> None:
    """A gallery of wrong answers is none: each scene finds itself, and one that is not listed finds nothing."""
    for number, scene in enumerate(scenes[:4]):
        assert method.found(scene) == {number}
    assert not method.found(drawn.scene(2000))


def words(decision: Decision, which: int) -> str:
    """Return the verdict, what found it and how surely, for people."""
    if decision.verdict == "no match":
        return "no match"
    if decision.entry != which:
        return f"{decision.verdict}, with another scene"
    by = {1: "whole hashes", 2: "un-cropping", 3: "keypoints"}[decision.tier]
    return f"{decision.verdict}, by {by}, rate {decision.rate:.0e}"


def framed(copy: Image.Image, decision: Decision) -> Image.Image:
    """Return the copy with a frame where the original was found."""
    shown = copy.copy()
    if decision.where is not None and decision.verdict != "no match":
        at, (w, h) = decision.where, copy.size
        left, right = sorted((at.left * w, at.right * w))
        top, bottom = sorted((at.top * h, at.bottom * h))
        wide = max(3, min(w, h) // 80)
        ImageDraw.Draw(shown).rectangle((left, top, right - 1, bottom - 1), outline=(255, 32, 32), width=wide)
    return shown


def side_by_side(path: Path, original: Image.Image, copy: Image.Image, height: int = 320) -> None:
    """Write the original and the framed copy as one picture."""
    parts = [p.resize((round(p.width * height / p.height), height), Image.Resampling.LANCZOS) for p in (original, copy)]
    whole = Image.new("RGB", (parts[0].width + parts[1].width + 24, height), (255, 255, 255))
    whole.paste(parts[0], (0, 0))
    whole.paste(parts[1], (parts[0].width + 24, 0))
    whole.save(path, quality=80)


def write(page: Path, sections: dict, head: str) -> None:
    """Write the page, a table a class, and its pictures."""
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [head]
    for group, shown in sections.items():
        lines += [f"## {group}", "", "| edit | original | copy | verdict |", "|---|---|---|---|"]
        for name, original, copy, said in shown:
            stem = "".join(c if c.isalnum() else "-" for c in name)
            for picture, kind in ((original, "a"), (copy, "b")):
                small = picture.copy()
                small.thumbnail((SIDE, SIDE))
                small.save(folder / f"{stem}-{kind}.jpg", quality=75)
            pictures = [
                f"![{what}]({folder.name}/{stem}-{kind}.jpg)" for kind, what in (("a", "original"), ("b", "copy"))
            ]
            lines.append(f"| {name} | {pictures[0]} | {pictures[1]} | {said} |")
        lines.append("")
    page.write_text("\n".join(lines), encoding="utf-8")
