"""
What is done with an installed list: matched against, searched sealed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pdqlite import errors
from pdqlite.cli.scenes import picture
from pdqlite.lists import ListTerms, Store, add_delta, build_list, endorse, open_list, search_sealed
from pdqlite.lists.format.files import Memory
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy
from support.lists import samples
from support.lists.entries import same
from support.lists.samples import KEY, NOW, SIGNERS
from support.lists.stores import DEVICE_KEY, KEYS, held, install


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Any]]:
    """Releases 0 and 1 of a list of drawn pictures with their keypoint signatures, and the pictures."""
    from PIL import Image

    from pdqlite.making import made_of

    root = tmp_path_factory.mktemp("pictures")
    pixels, made = [picture(seed, 480, 360) for seed in range(4)], []
    for i, one in enumerate(pixels):
        Image.fromarray(one).save(root / f"{i}.png")
        made.append(made_of(str(root / f"{i}.png")))
    assert all(len(record) > 50 for _, (record,) in made)

    def entries(n: int) -> Entries:
        ones = np.ones(n, np.uint16)
        rows = np.frombuffer(b"".join(h.bits for h, _ in made[:n]), np.uint8).reshape(n, 32)  # type: ignore[union-attr]
        quality = np.array([h.quality for h, _ in made[:n]], np.uint8)  # type: ignore[union-attr]
        return Entries(rows, ones, 3 * ones, np.zeros(n, np.uint8), quality, keypoints=tuple(r for _, (r,) in made[:n]))

    terms = ListTerms(
        origin=samples.ORIGIN,
        categories=samples.CATEGORIES,
        sources=samples.ORGS,
        issued=samples.ISSUED,
        expires=samples.EXPIRES,
        min_sources=2,
    )
    for seq, n in ((0, 3), (1, 4)):
        here = replace(terms, seq=seq, prev=bytes(32) if seq else None)
        build_list(root / f"r{seq}", entries(n), here, key=KEY)
    add_delta(root / "r1", root / "r0", key=KEY)
    for seq in (0, 1):
        for each in SIGNERS[:2]:
            endorse(root / f"r{seq}", each, key=KEY)
    return root / "r0", root / "r1", pixels


@KEYS
def test_a_matcher_over_a_store_decides_as_one_over_entries(
    tmp_path: Path, pictures: tuple[Path, Path, list[Any]], device_key: bytes | None
) -> None:
    """Whole and cropped pictures, before and after a delta that brings one with its keypoint signature."""
    first, second, pixels = pictures
    store = Store(tmp_path / "store", device_key)
    tiers = set()
    for release, files in ((first, None), (second, ("manifest", "delta-0.cob"))):
        source: Any = release if files is None else Memory({n: (release / n).read_bytes() for n in files})
        install(store, source)
        whole = open_list(release, KEY, trust=samples.trust(), now=NOW)
        assert same(held(store)[1], whole.entries)
        with store.open() as opened:
            ours = Matcher.of_blocks(opened.blocks())
        theirs = Matcher(whole.entries, max_distance=whole.manifest.max_distance)
        for i in (0, 3):
            for query in (pixels[i], np.ascontiguousarray(pixels[i][70:320, 60:420])):
                decision = ours.match_pixels(query)
                assert decision == theirs.match_pixels(query)
                assert decision.matched == (i < len(whole.entries))
                tiers.add(decision.tier)
    assert len(tiers - {None}) >= 2, "hashes alone would not find the crops"


def test_sealed_search_is_a_scan(tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries]) -> None:
    store = Store(tmp_path / "store", DEVICE_KEY)
    install(store, releases[1])
    rows = expected[1].rows
    draw = np.random.default_rng(3)
    queries = rows[[3, 511, 512, len(rows) - 1]].copy()
    queries[0, :3] ^= draw.integers(0, 255, 3, dtype=np.uint8)
    distance = np.unpackbits(queries[:, None] ^ rows[None], axis=2).sum(axis=2)
    for radius in (0, 31, 110, 256):
        near = [(q, r, int(distance[q, r])) for q, r in np.argwhere(distance <= radius).tolist()]
        with store.open("sealed") as opened:
            assert search_sealed(opened, queries, radius) == near
            with pytest.raises(errors.StoreError):
                opened.blocks()
    with store.open("sealed") as opened, pytest.raises(errors.ShapeError):
        search_sealed(opened, rows[0], 31)


def test_what_was_closed_says_so(tmp_path: Path, releases: tuple[Path, Path], expected: dict[int, Entries]) -> None:
    """A sealed list needs its file; what was taken out of a resident or a mapped one stays usable."""
    flat = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    for key, mode in ((DEVICE_KEY, "sealed"), (DEVICE_KEY, "resident"), (None, "mapped")):
        store = Store(tmp_path / f"store{key is None}", key)
        install(store, releases[1])
        with store.open(mode) as opened:
            matcher = opened.matcher()
        if mode == "sealed":
            with pytest.raises(errors.StoreError, match="was closed"):
                matcher.match_pixels(picture(1, 96, 96))
        else:
            assert matcher.match_pixels(flat).verdict == "no match"
        if mode != "mapped":
            for take in (opened.matcher, opened.entries):
                with pytest.raises(errors.StoreError, match="was closed: use it within"):
                    take()


def test_an_empty_list(tmp_path: Path) -> None:
    directory = samples.make(tmp_path / "list", samples.entries(0))
    for key in (None, DEVICE_KEY):
        store = Store(tmp_path / f"store{key is None}", key)
        install(store, directory)
        assert len(held(store)[1]) == 0
        with store.open() as opened:
            matcher = Matcher.of_blocks(opened.blocks(), MatchPolicy())
            assert not matcher.match_pixels(np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)).matched
