"""
Write the list vectors: `python make.py` from the repository's root, with the package installed.

Each case of cases.json names its files (by their place in blobs/), its trust file, key, time
and what a reader must say. Good lists are built by pdqlite.lists from fixed seeds; broken ones
are the good image list with the one change that the name says, endorsed anew where dishonest
organisations could do so. Expected verdicts are written in tests/support/lists/breaking.py, from the format, and
are not taken from a reader.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from support.lists import deltas, exact, samples  # noqa: E402
from support.lists.attacks import ATTACKS, page  # noqa: E402
from support.lists.breaking import CASES, load, reseal, resign  # noqa: E402


def blob(data: bytes) -> str:
    """Store a file once; return its name."""
    name = hashlib.sha256(data).hexdigest()[:16]
    (HERE / "blobs").mkdir(exist_ok=True)
    (HERE / "blobs" / name).write_bytes(data)
    return name


def case(name: str, status: str, files: dict[str, bytes], **changes: object) -> dict[str, object]:
    now, key = changes.pop("now", samples.NOW), changes.pop("key", samples.KEY)
    return {
        "name": name,
        "status": status,
        "now": now,
        "key": key.hex(),
        "trust": blob(bytes(samples.trust(**changes))),
        "files": {file: blob(data) for file, data in sorted(files.items())},
    }


def main() -> None:
    root = Path(tempfile.mkdtemp())
    shutil.rmtree(HERE / "blobs", ignore_errors=True)
    good = load(samples.make(root / "image", samples.entries()))
    video = load(samples.make(root / "video", samples.entries(kind="video", keypoints=True)))
    cases = [
        case("good image list", "unlogged", good),
        case("good video list with keypoint signatures", "unlogged", video, type="video"),
        case("empty list", "unlogged", load(samples.make(root / "empty", samples.entries(0)))),
        case("stale", "stale", good, now=samples.EXPIRES, allow_stale=True),
        case("unlogged is not allowed", "unlogged-refused", good, allow_unlogged=False),
        case("older than pinned", "rollback", good, min_seq=1),
        case("quorum of three", "unendorsed", good, quorum=3),
        case("other type", "origin", good, type="video"),
        case("wrong key", "key-commit", good, key=bytes(32)),
        case("last second", "unlogged", good, now=samples.EXPIRES - 1),
    ]
    cases += file_cases(root)
    for name, (status, change) in CASES.items():
        files = dict(good)
        change(files)
        cases.append(case(name, status, files))
    write("cases.json", cases)
    write("files.json", file_vectors())
    write("deltas.json", delta_cases(root))
    write("log.json", log_cases(root))
    (HERE.parents[2] / "docs" / "formats" / "attacks.md").write_text(page(), encoding="utf-8")


def file_cases(root: Path) -> list[dict[str, object]]:
    """Return cases of lists of files."""
    good = load(samples.make(root / "file", exact.entries()))
    wide, flagged = dict(good), dict(good)
    resign(wide, max_distance=1)
    reseal(flagged, lambda plain: plain.__setitem__(16384 + 512 * 32 + 4, 2))
    return [
        case("good list of files", "unlogged", good, type="file"),
        case("a list of files for one of pictures", "origin", good),
        case("a list of files with a distance", "format", wide, type="file"),
        case("a list of files with a frame of a video", "rule", flagged, type="file"),
    ]


def file_vectors() -> list[dict[str, object]]:
    """Return files, and what looking for each in the good list of files comes to; rows from the format's own words."""
    listed = sorted(
        (exact.row_of(algorithm, data), algorithm, negative) for _, data, algorithm, negative in exact.FILES
    )
    places = {row: number for number, (row, *_) in enumerate(listed)}
    vectors = []
    for data in [one for _, given, *_ in exact.FILES[:3] for one in (given, given + b"\0", given[1:])] + [
        b"",
        b"a" * 200,
    ]:
        rows = [exact.row_of(algorithm, data) for algorithm in ("sha256", "md5")]
        tier = next((4 + i for i, row in enumerate(rows) if row in places), 0)
        entry = places[rows[tier - 4]] if tier else None
        verdict = "no match" if entry is None else "negated" if listed[entry][2] else "identical file"
        vectors.append(
            {"data": data.hex(), "rows": b"".join(rows).hex(), "verdict": verdict, "entry": entry, "tier": tier}
        )
    return vectors


def write(name: str, cases: list[dict[str, object]]) -> None:
    (HERE / name).write_text(json.dumps(cases, indent=1) + "\n")


def log_cases(root: Path) -> list[dict[str, object]]:
    """Return the attacks of tests/support/lists/attacks: what was installed before, and what is offered."""
    cases = []
    for number, (name, (status, make)) in enumerate(ATTACKS.items()):
        place = root / f"attack-{number}"
        place.mkdir()
        found = make(place)
        before = [{"now": now, "files": stored(files)} for files, now in found.before]
        cases.append({
            "name": name, "status": status, "now": found.now, "key": found.key.hex(), "trust": blob(bytes(found.trust)),
            "before": before, "files": stored(found.files),
        })  # fmt: skip
    return cases


def stored(files: dict[str, bytes]) -> dict[str, str]:
    return {file: blob(data) for file, data in sorted(files.items())}


def delta_cases(root: Path) -> list[dict[str, object]]:
    """Return cases whose files hold a manifest and delta-0.cob, and what is held before."""
    cases = []

    def add(name: str, status: str, held: dict[str, bytes], files: dict[str, bytes], **changes: object) -> None:
        given = {n: d for n, d in files.items() if n in ("manifest", "delta-0.cob")}
        whole = {n: blob(d) for n, d in files.items() if n in ("list.cob", "local.cob")}
        made = case(name, status, given, **changes)
        cases.append(
            {**made, "held": {n: blob(d) for n, d in held.items()}} | ({"whole": whole} if status == "unlogged" else {})
        )

    for kind in ("image", "video"):
        for local in (False, True):
            place = root / f"delta-{kind}-{local}"
            place.mkdir()
            held, files = map(load, deltas.pair(place, kind, local))
            add(f"good {kind} delta{' with keypoint signatures' * local}", "unlogged", held, files, type=kind)
    place = root / "delta-empty"
    place.mkdir()
    add("nothing changed", "unlogged", *map(load, deltas.pair(place, n=7, gone=0, come=0)))
    place = root / "delta-broken"
    place.mkdir()
    held, files = map(load, deltas.pair(place))
    plain = deltas.plain_of(files)
    for name in ("magic", "from", "root of the old release", "count of the first page", "additions past 2^64 bytes",
                 "local seed", "added hash", "additions not in order", "gap not minimal", "cut"):  # fmt: skip
        add(name, "content-mismatch", held, deltas.endorsed_anew(files, deltas.BROKEN[name](plain)))
    add("other key", "key-commit", held, deltas.endorsed_anew(files, plain, key=bytes(32)))
    flipped = files["delta-0.cob"][:-1] + bytes([files["delta-0.cob"][-1] ^ 1])
    add("flipped", "ct-mismatch", held, {**files, "delta-0.cob": flipped})
    add("absent", "ct-mismatch", held, {"manifest": files["manifest"]})
    text = deltas.Note.parse(files["manifest"]).text
    alone = bytes(deltas.Note(text, (samples.SIGNERS[0].sign(text),)))
    add("one organisation signed", "rule", held, {**files, "manifest": alone}, quorum=1)
    place = root / "delta-record"
    place.mkdir()
    add("a keypoint record that is none", "rule", *map(load, deltas.pair_with_no_record(place)))
    return cases


if __name__ == "__main__":
    main()
