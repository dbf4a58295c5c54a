"""
Matching in a list whose hashes stay sealed on disk: the decisions of a scan of the rows, and no row kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pdqlite import errors
from pdqlite.cli.main import main
from pdqlite.cli.scenes import picture
from pdqlite.hashing import hash_pixels
from pdqlite.lists import Store
from pdqlite.lists.format.keys import save_list_key
from pdqlite.matching import Matcher, _as_meta, policy_numbers
from pdqlite.native import matcher as core
from pdqlite.types import Decision, Entries, MatchPolicy, Pages
from support.lists import samples
from support.lists.samples import KEY, NOW

DEVICE_KEY = hashlib.sha256(b"a device key for tests").digest()
SHOWN = [picture(seed, 480, 360) for seed in range(8)]
STRANGERS = 2000


def columns(video: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Rows and meta: strangers, six of the pictures (one negative), rows near them; every page has some."""
    n = STRANGERS
    rows = samples.pdq_like(7, n)
    quality = np.full(n, 90, np.uint8)
    flags = np.full(n, 2 if video else 0, np.uint8)
    for i, at in enumerate((0, 511, 512, 1023, 1500, n - 1)):
        found = hash_pixels(SHOWN[i])
        rows[at] = np.frombuffer(found.bits, np.uint8)
        quality[at] = found.quality
    flags[512] |= 1
    rows[700] = rows[512]
    rows[700, :2] ^= 0x55  # 8 bits from the negative one
    for k in range(100):  # more near one picture than a look tells of
        rows[1100 + k] = rows[1500]
        rows[1100 + k, k % 32] ^= 1 << k % 8
    meta = np.zeros(n, core.META_VIDEO if video else core.META_PICTURE)
    meta["categories"], meta["sources"], meta["flags"], meta["quality"] = 1, 3, flags, quality
    if video:
        meta["video"], meta["time_ms"] = np.arange(n) // 4, 500 * (np.arange(n) % 4)
    return rows, meta.view(np.uint8).reshape(n, -1)


def both(
    rows: np.ndarray, meta: np.ndarray, policy: MatchPolicy, cap: int
) -> tuple[Matcher, Matcher, list[tuple[int, int]]]:
    """A matcher over pages, one that scans the rows in memory, and what the first has read."""
    asked: list[tuple[int, int]] = []

    def read(first: int, n: int) -> bytes:
        asked.append((first, n))
        return rows[first : first + n].tobytes()

    numbers = policy_numbers(policy, cap)._replace(uncrop_entries=0)
    scan = Matcher._of_native(core.Matcher(core.MatchList(rows, _as_meta(meta)), numbers), policy)
    return Matcher.of_pages(Pages(meta, read, cap), policy), scan, asked


def as_resident(decision: Decision) -> Decision:
    """What a matcher over rows in memory says that was not asked to un-crop: this one could not."""
    assert decision.lacks == ("keypoint signatures", "un-cropping")
    return replace(decision, lacks=decision.lacks[:1])


def queries() -> Iterator[np.ndarray]:
    for i in range(8):
        shown = SHOWN[i]
        framed = np.full((480, 480, 3), 16, np.uint8)
        framed[60:420] = shown
        yield from (
            shown,
            np.ascontiguousarray(shown[::-1]),
            255 - shown,
            framed,
            np.ascontiguousarray(shown[20:340, 30:460]),
        )


@pytest.mark.parametrize(("policy", "cap"), [
    (MatchPolicy(), 256), (MatchPolicy(), 31), (MatchPolicy(radius=0), 256), (MatchPolicy(picture_rate=1e-2, min_quality=0, false_matches_per_million=None), 256),
    (MatchPolicy(turned=False, inverted=False, regions=False), 31),
    (MatchPolicy(picture_rate=1, min_quality=0, false_matches_per_million=None), 256),  # thousands of rows in reach of every look
])  # fmt: skip
def test_pictures_as_by_a_scan(policy: MatchPolicy, cap: int) -> None:
    paged, scan, asked = both(*columns(), policy, cap)
    matched = 0
    for query in queries():
        decision = paged.match_pixels(query)
        assert as_resident(decision) == scan.match_pixels(query)
        matched += decision.matched
        assert all(first % 512 == 0 and n == min(512, STRANGERS - first) for first, n in asked)
        if policy.picture_rate < 1e-2:
            assert len(asked) <= -(-STRANGERS // 512), "more than one pass over the pages"
        asked.clear()
    assert matched >= (0 if policy.radius == 0 else 5)


@pytest.mark.parametrize(
    "policy",
    [MatchPolicy(), MatchPolicy(video_rate=1, picture_rate=1, min_quality=0, false_matches_per_million=None)],
    ids=["advised", "anything"],
)
def test_videos_as_by_a_scan(policy: MatchPolicy) -> None:
    paged, scan, asked = both(*columns(video=True), policy, 256)
    for order in ([0, 0, 6, 1, 1], [6, 7, 6], [2, 2, 2, 4, 4]):
        frames = [(np.ascontiguousarray(SHOWN[s][..., 1]), 0.5 * t) for t, s in enumerate(order)]
        assert as_resident(paged.match_frames(frames)) == scan.match_frames(frames)
        assert asked or policy.video_rate == 1
        asked.clear()


def test_a_frame_whose_page_cannot_be_read_leaves_no_trace() -> None:
    """Every read fails once, each in its turn: the frame is pushed again, and the decision is that of a list that is whole."""
    rows, meta = columns(video=True)
    policy = MatchPolicy()
    numbers = policy_numbers(policy, 256)._replace(uncrop_entries=0)
    frames = [(np.ascontiguousarray(SHOWN[s][..., 1]), 0.5 * t) for t, s in enumerate([0, 0, 6, 1, 1])]
    fails = {"at": -1, "reads": 0}

    def read(first: int, n: int) -> bytes:
        fails["reads"] += 1
        if fails["reads"] == fails["at"]:
            raise OSError("this page cannot be read")
        return rows[first : first + n].tobytes()

    def watched(skip: bool) -> tuple[Decision, int]:
        watch, failed = Matcher.of_pages(Pages(meta, read, 256), policy).watch(), 0
        for pixels, seconds in frames:
            try:
                watch.push(pixels, seconds)
            except OSError:
                failed += 1
                if not skip:
                    watch.push(pixels, seconds)
        return watch.decision(), failed

    whole, _ = watched(skip=False)
    assert whole.matched and as_resident(whole) == Matcher._of_native(
        core.Matcher(core.MatchList(rows, _as_meta(meta)), numbers), policy
    ).match_frames(frames)
    reads = fails["reads"]
    for at in sorted({1, 2, reads // 2, reads - 1, reads}):
        fails.update(at=at, reads=0)
        assert watched(skip=False) == (whole, 1)
        fails.update(at=at, reads=0)
        assert watched(skip=True)[0].matched, "those of its kind that follow are looked at"


def installed(root: Path) -> Store:
    """A sealed store of strangers and the first three pictures."""
    rows, _ = columns()
    few = rows[:600]
    good = (np.bitwise_count(few).sum(axis=1, dtype=int) >= 104) & (np.bitwise_count(few).sum(axis=1, dtype=int) <= 152)
    few = np.unique(few[good], axis=0)
    n = len(few)
    ones = np.ones(n, np.uint16)
    given = Entries(few, ones, 3 * ones, np.zeros(n, np.uint8), np.full(n, 90, np.uint8))
    store = Store(root / "store", DEVICE_KEY)
    store.install(samples.make(root / "list", given), KEY, trust=samples.trust(), now=NOW)
    return store


def test_a_sealed_store(tmp_path: Path) -> None:
    store = installed(tmp_path)
    with store.open("sealed") as opened:
        paged = Matcher.of_pages(opened.pages())
        with store.open("resident") as whole:
            resident = Matcher.of_blocks(whole.blocks(), MatchPolicy(uncrop_entries=0))
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(paged.match_pixels, SHOWN * 3))
        assert [as_resident(d) for d in found] == [resident.match_pixels(p) for p in SHOWN] * 3
        assert [d.matched for d in found[:8]] == [True] * 3 + [False] * 5
    with pytest.raises(errors.StoreError), Store(tmp_path / "store").open("sealed"):
        raise AssertionError("opened without its key")


def test_a_page_that_was_changed_ends_the_match(tmp_path: Path) -> None:
    store = installed(tmp_path)
    (content,) = (tmp_path / "store").glob("*/content.sealed")
    with store.open("sealed") as opened:
        matcher = Matcher.of_pages(opened.pages())
        assert matcher.match_pixels(SHOWN[0]).matched
        data = bytearray(content.read_bytes())
        data[56 + 2 * 16400 + 100] ^= 1  # the second page of hashes
        content.write_bytes(data)
        with pytest.raises(errors.StoreError, match="damaged"):
            matcher.match_pixels(SHOWN[0])
        watch = matcher.watch()
        with pytest.raises(errors.StoreError, match="damaged"):
            watch.push(SHOWN[0], 0.0)
        data[56 + 2 * 16400 + 100] ^= 1
        content.write_bytes(data)
        assert matcher.match_pixels(SHOWN[0]).matched


def test_what_a_read_raises_comes_out() -> None:
    rows, meta = columns()

    def read(first: int, n: int) -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Matcher.of_pages(Pages(meta, read, 31)).match_pixels(SHOWN[0])


@pytest.mark.parametrize("more", [-1, 1])
def test_a_read_of_another_length_is_an_error(more: int) -> None:
    """Fewer bytes than asked for would leave the core with what lay behind them."""
    _, meta = columns()

    def read(first: int, n: int) -> bytes:
        return bytes(32 * n + more)

    with pytest.raises(errors.ShapeError, match="bytes, not"):
        Matcher.of_pages(Pages(meta, read, 31)).match_pixels(SHOWN[0])


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_while_rows_are_read_comes_out(raised: type[BaseException]) -> None:
    _, meta = columns()

    def read(first: int, n: int) -> bytes:
        raise raised

    with pytest.raises(raised):
        Matcher.of_pages(Pages(meta, read, 31)).match_pixels(SHOWN[0])


def test_a_plain_store_has_no_pages(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.install(samples.make(tmp_path / "list", samples.entries(0)), KEY, trust=samples.trust(), now=NOW)
    with store.open() as opened, pytest.raises(errors.StoreError, match="only a sealed list"):
        opened.pages()
    sealed = Store(tmp_path / "sealed", DEVICE_KEY)
    sealed.install(tmp_path / "list", KEY, trust=samples.trust(), now=NOW)
    with sealed.open("sealed") as opened:
        assert not Matcher.of_pages(opened.pages()).match_pixels(SHOWN[0]).matched


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`match --sealed` finds what is listed, and needs a store."""
    from PIL import Image

    installed(tmp_path)
    key_file = tmp_path / "device.key"
    save_list_key(key_file, DEVICE_KEY)
    Image.fromarray(SHOWN[0]).save(tmp_path / "in.png")
    Image.fromarray(SHOWN[7]).save(tmp_path / "out.png")
    base: list[Any] = f"match --store {tmp_path / 'store'} --device-key {key_file} --json --jobs 1".split()
    assert main([*base, "--sealed", str(tmp_path / "in.png"), str(tmp_path / "out.png")]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [f["verdict"] for f in found] == ["match", "no match"]
    assert main(["match", "--list", str(tmp_path / "list"), "--sealed", str(tmp_path / "in.png")]) == 2
