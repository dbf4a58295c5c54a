"""
An exchange's feed becomes lists in some twelve times the CPU of parsing its XML alone, and in some 0.7 kB of memory an entry.

The feed is drawn in the form of NCMEC's hash sharing v2: pages of entries, each with an MD5, a SHA-1 and a PDQ hash; every hundredth is a video with an MD5
alone; every fiftieth names an entry of the page before that is withdrawn. Before anything is reported, both lists are read back and compared, row by
row with category and source, with what was drawn, and so are the counts of the report and the lines of the private map.
The peer is expat over the same pages, which does nothing with what it finds: no reader of XML is faster.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from benchmarks._frame.registry import UsageError
from pdqlite import exact, lists
from pdqlite.intake import read_map

SMALL = ["--entries", "2000", "--page", "500"]
MEMBERS, CLASSES = 8, ("A1", "A2", "B1", "B2")
PARSE = """
import sys
from pathlib import Path
from xml.parsers import expat
for page in sorted(Path(sys.argv[1]).iterdir()):
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = parser.EndElementHandler = lambda *a: None
    parser.CharacterDataHandler = lambda text: None
    with page.open("rb") as stream:
        parser.ParseFile(stream)
"""
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">\n'
Said = dict[bytes, tuple[int, int]]  # row -> number of its category, mask of its sources


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entries", type=int, nargs="+", default=[50_000, 200_000], help="entries of the feed (default: 50000 200000)")  # fmt: skip
    parser.add_argument("--large", action="store_true", help="a million entries, and a quarter of it to see how memory grows")  # fmt: skip
    parser.add_argument("--page", type=int, default=10_000, help="entries of a page, which is one file (default: 10000)")  # fmt: skip
    parser.add_argument("--memory", type=float, metavar="MB", help="fail where the peak is above this")


def _half(draw: Random) -> bytes:
    """128 of 256 bits set, as PDQ's median gives: two complements, shuffled by bytes."""
    left = draw.randbytes(16)
    both = bytearray(left + bytes(255 - b for b in left))
    draw.shuffle(both)
    return bytes(both)


def _one(number: int, draw: Random) -> tuple[str, dict[str, bytes], int, int]:
    """Return one entry: its text, its rows by kind of list, its classification and its member."""
    kind, member = draw.randrange(len(CLASSES)), draw.randrange(MEMBERS)
    md5, video = draw.randbytes(16), number % 100 == 7
    name = "video" if video else "image"
    rows = {"file": exact.row("md5", md5)}
    prints = f"<md5>{md5.hex()}</md5>"
    if not video:
        rows["image"] = _half(draw)
        prints += f"<sha1>{draw.randbytes(20).hex()}</sha1><pdq>{rows['image'].hex()}</pdq>"
    text = (
        f'<{name}><member id="{member}">Member {member}</member><timestamp>2026-10-24T15:00:00Z</timestamp><id>{name}{number:09d}</id>'
        f"<classification>{CLASSES[kind]}</classification><fingerprints>{prints}</fingerprints></{name}>\n"
    )
    return text, rows, kind, member


def draw_feed(folder: Path, entries: int, page: int) -> tuple[dict[str, Said], int]:
    """Write the pages; return what the lists must hold, and how many records are withdrawn."""
    wanted: dict[str, Said] = {"image": {}, "file": {}}
    draw, last, withdrawn = Random(entries), [], 0
    for begin in range(0, entries, page):
        parts: dict[str, list[str]] = {"image": [], "video": []}
        here: list[tuple[int, dict[str, bytes]]] = []
        for number in range(begin, min(begin + page, entries)):
            if number % 50 == 49 and number - page >= 0:
                old, rows = last[number % page - 1]
                parts["image"].append(f'<deletedImage><member id="0"/><id>image{old:09d}</id></deletedImage>\n')
                for kind, row in rows.items():
                    del wanted[kind][row]
                withdrawn += 1
                here.append((number, {}))
                continue
            text, rows, kind, member = _one(number, draw)
            parts["image" if "image" in rows else "video"].append(text)
            here.append((number, rows))
            for name, row in rows.items():
                wanted[name][row] = kind, 1 << (member % 2)
        last = here
        body = "".join(f"<{name}s>\n{''.join(texts)}</{name}s>\n" for name, texts in parts.items())
        (folder / f"page-{begin // page:06}.xml").write_text(f"{_HEAD}{body}</queryResult>\n")
    return wanted, withdrawn


def _run(*words: str) -> tuple[float, float, int]:
    """Run a program; return its CPU seconds, the seconds that passed, and its peak memory in bytes."""
    begin = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    said = child.stderr.read()
    _, code, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(code)
    if child.returncode:
        raise AssertionError(f"ended with {child.returncode}: {said[-2000:].decode()}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - begin, used.ru_maxrss * 1024


def _check(work: Path, wanted: dict[str, Said], withdrawn: int) -> None:
    key = lists.load_list_key(work / "key")
    for kind, said in wanted.items():
        made = lists.read_release(work / "out" / kind, key)
        numbers = {token: number for number, token in made.manifest.categories.items()}
        places = [numbers[f"class-{name.lower()}"] for name in CLASSES]
        found = {
            row.tobytes(): (int(c), int(s))
            for row, c, s in zip(made.entries.rows, made.entries.categories, made.entries.sources, strict=True)
        }
        assert found == {row: (1 << places[c], s) for row, (c, s) in said.items()}, (
            f"{kind}: other entries than were drawn"
        )
        report = json.loads((work / f"report.{kind}.json").read_text())
        deleted = sum(f["deletions"] for f in report["files"])
        assert (report["entries"], report["refused"], deleted) == (len(said), 0, withdrawn), f"{kind}: another report"
        ids = {(o.entry, o.bits) for o in read_map(work / f"map.{kind}.csv")}
        assert ids == {(i, row.tobytes()) for i, row in enumerate(made.entries.rows)}, f"{kind}: another map"


def _size(report, args, entries: int) -> tuple[int, int]:  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "feed").mkdir()
        wanted, withdrawn = draw_feed(work / "feed", entries, args.page)
        (work / "categories").write_text("".join(f"{name} = class-{name.lower()}\n" for name in CLASSES))
        (work / "members").write_text("".join(f"Member {i} = org{i % 2}.example\n" for i in range(MEMBERS)))
        _run(sys.executable, "-P", "-m", "pdqlite", "key", "new", str(work / "key"), "--list")
        size = sum(page.stat().st_size for page in (work / "feed").iterdir())
        floor = _run(sys.executable, "-P", "-c", PARSE, str(work / "feed"))
        cpu, wall, peak = _run(
            sys.executable, "-P", "-m", "pdqlite", "list", "build", str(work / "feed"), "--source", "org0.example", "--source", "org1.example",
            "--origin", "lists.example.org/feed", "--key", str(work / "key"), "--category-map", str(work / "categories"),
            "--source-map", str(work / "members"), "--map", str(work / "map.csv"), "--report", str(work / "report.json"),
            "--seed", hashlib.sha256(b"feed").hexdigest(), "--issued", str(int(time.time())), "-q", "-o", str(work / "out"),
        )  # fmt: skip
        _check(work, wanted, withdrawn)
        said = {"entries": entries}
        report.count("feed", size, "B", **said)
        for kind, rows in wanted.items():
            report.count(f"entries of the {kind} list", len(rows), **said)
        report.time("list build, CPU", [cpu], "s", **said)
        report.time("list build, an entry", [cpu], "us", per=entries, **said)
        report.time("list build, time passed on a shared machine", [wall], "s", **said)
        report.ratio("list build / parsing the XML", [floor[0]], [cpu], **said)
        report.pages("peak memory", round(peak / 1e6), "MB", **said)
        return size, peak


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    if not hasattr(resource, "getrusage"):
        raise UsageError("intake measures children as POSIX does")
    sizes = [250_000, 1_000_000] if args.large else args.entries
    found = [_size(report, args, n) for n in sizes]
    for (n, (_, peak)), (m, (_, more)) in zip(
        zip(sizes, found, strict=True), zip(sizes[1:], found[1:], strict=True), strict=False
    ):
        report.pages("memory that an entry adds", round((more - peak) / (m - n)), "B", between=f"{n} and {m}")
    worst = max(peak for _, peak in found) / 1e6
    if args.memory is not None and worst > args.memory:
        raise AssertionError(f"peak memory {worst:.0f} MB is above {args.memory:.0f} MB")
