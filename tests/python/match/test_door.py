"""Matching as a first user writes it: one call for a file, the list's own cap, processes, asyncio."""

import asyncio
import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pdqlite import ImageHash, Matcher, MatchPolicy, Store, errors, hash_image, lists
from pdqlite.cli import scenes
from pdqlite.media import write_picture, write_video
from pdqlite.types import Entries


def entries_of(*hashes):
    n = len(hashes)
    rows = np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32)
    one = np.ones(n, np.uint16)
    return Entries(rows, one, one, np.zeros(n, np.uint8), np.full(n, 100, np.uint8))


@pytest.fixture
def known(tmp_path):
    write_picture(tmp_path / "a.png", scenes.picture(1))
    write_picture(tmp_path / "b.png", scenes.picture(2))
    write_video(tmp_path / "clip.mp4", scenes.clip(3, 2.0, 10), 10)
    return tmp_path


def test_a_file_is_matched_whichever_it_is(known):
    matcher = Matcher(entries_of(hash_image(known / "a.png")))
    picture = matcher.match_file(known / "a.png")
    assert picture == matcher.match_image(known / "a.png") and picture.matched
    assert matcher.match_file((known / "a.png").read_bytes()) == picture
    assert matcher.match_file(known / "clip.mp4") == matcher.match_video(known / "clip.mp4")
    with pytest.raises(errors.ArgumentError):
        matcher.match_file(None)


def test_async_and_threads_answer_as_one(known):
    matcher = Matcher(entries_of(hash_image(known / "a.png")))
    expected = [matcher.match_file(known / name) for name in ("a.png", "b.png")] * 3

    async def ask():
        return await asyncio.gather(
            *(asyncio.to_thread(matcher.match_file, known / name) for name in ("a.png", "b.png") * 3)
        )

    assert asyncio.run(ask()) == expected
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda name: matcher.match_file(known / name), ("a.png", "b.png") * 3)) == expected


def test_a_matcher_goes_to_another_process(known):
    matcher = Matcher(entries_of(hash_image(known / "a.png")), MatchPolicy(picture_rate=1e-9), max_distance=17)
    again = pickle.loads(pickle.dumps(matcher))
    assert again.policy == matcher.policy
    for name in ("a.png", "b.png"):
        assert again.match_file(known / name) == matcher.match_file(known / name)


def far(h, bits):
    """A hash at a distance."""
    return ImageHash((int.from_bytes(h.bits) ^ ((1 << bits) - 1)).to_bytes(32), h.quality)


def test_an_open_list_keeps_to_the_cap_that_was_signed(known):
    listed = far(hash_image(known / "a.png"), 36)
    folder, key, signer = (
        known / "release",
        lists.new_list_key(known / "list.key"),
        lists.new_signing_key(known / "a.pem", "a.example"),
    )
    now = int(time.time())
    lists.build_list(
        folder,
        entries_of(listed),
        lists.ListTerms(
            origin="lists.example/t",
            categories=["unspecified"],
            sources=["a.example"],
            issued=now - 1,
            expires=now + 999,
            max_distance=32,
        ),
        key=key,
    )
    lists.endorse(folder, signer, key=key)
    trust = lists.Trust(
        "lists.example/t",
        ("unspecified",),
        endorsers=(signer.verifier,),
        quorum=1,
        max_distance=68,
        allow_unlogged=True,
    )
    opened = lists.open_list(folder, key, trust=trust, now=now)
    policy = MatchPolicy(radius=60, picture_rate=1e-3, uncrop_entries=0)
    assert Matcher(opened.entries, policy).match_file(known / "a.png").matched
    assert not opened.matcher(policy).match_file(known / "a.png").matched
    with Store(known / "store") as store:
        store.install(folder, key, trust=trust, now=now)
        with store.open() as installed:
            matcher = installed.matcher(policy)
            assert not matcher.match_file(known / "a.png").matched
            with pytest.raises(errors.ArgumentError, match="initialiser"):
                pickle.dumps(matcher)
    assert set(dir(lists)) == set(lists.__all__)
