"""
Kill `scale hash` over many files: 20 kills of workers and decoders, 3 of the driver. The list must have the bytes of `list build`.

    python tests/fuzz/scale_kills.py FILES [SEED]       some 20 ms of CPU a file, and 20 kB of disk
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.scale import TERMS, bytes_of  # noqa: E402
from support.scale_kills import draw_many, killed_run  # noqa: E402

POINTS, DRIVERS, SHARDS = 20, 3, 200


def said(*words: str) -> None:
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def pdqlite(*words: str | Path, fine: tuple[int, ...] = (0,)) -> str:
    run = subprocess.run([sys.executable, "-P", "-m", "pdqlite", *map(str, words)], capture_output=True, text=True)
    assert run.returncode in fine, run.stderr
    return run.stdout


def killing(words: list[str], out: Path, rng: random.Random) -> Counter[str]:
    """Kill at points spread over the shards, then run to the end, again where a killed decoder cost its file."""
    points = sorted(rng.sample(range(1, SHARDS - 10), POINTS))
    ends = [points[(i + 1) * POINTS // (DRIVERS + 1)] + 1 for i in range(DRIVERS)]
    kills: Counter[str] = Counter()
    for start, end in zip([0, *ends], [*ends, None], strict=True):
        mine = [p for p in points if start <= p and (end is None or p < end)]
        kills += killed_run(words, out, mine, end, rng)
        said(f"shards {len(list((out / 'shards').glob('*.parquet')))}, kills so far {dict(kills)}")
    return kills


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as name:
        work, rng = Path(name), random.Random(seed)
        said("files drawn:", str(dict(draw_many(work / "media", count, 320))))
        key, out, source = work / "list.key", work / "shards", ["--source", "a.example"]
        pdqlite("key", "new", key, "--list")
        pdqlite("list", "build", work / "media", "-o", work / "plain", "--skip-broken", *source, "--key", key, *TERMS, fine=(0, 1))  # fmt: skip
        said("list build is done")
        words = [str(work / "media"), "-o", str(out), *source, "--workers", "2", "--shard-files", str(max(1, count // SHARDS))]  # fmt: skip
        kills = killing(words, out, rng)
        last = json.loads(pdqlite("scale", "hash", *words, "--json", fine=(0, 2)).splitlines()[-1])
        said("a last run:", json.dumps(last))
        pdqlite("scale", "merge", out, "-o", work / "merged", "--near", "0")
        pdqlite("scale", "build", work / "merged", "-o", work / "release", "--key", key, *TERMS)
        about = json.loads((work / "merged" / "merge.json").read_text())
        said(f"merged: {about['files']} files, {about['doubled']} of them hashed twice and counted once, {about['superseded']} rows superseded, failed {about['failed']}")  # fmt: skip
        assert about["files"] == count
        assert bytes_of(work / "release") == bytes_of(work / "plain"), "the list has other bytes"
        said(f"{count} files, killed {dict(kills)}: the bytes of list build")


if __name__ == "__main__":
    main()
