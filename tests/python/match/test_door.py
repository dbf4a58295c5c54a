"""Matching as a first user writes it: one call for a file, the list's own cap, processes, asyncio."""

import asyncio
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pdqlite import ImageHash, Matcher, MatchPolicy, Store, aio, errors, hash_image, lists
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


def test_an_event_loop_goes_on_while_a_thread_matches(known):
    matcher = Matcher(entries_of(hash_image(known / "a.png")))
    (known / "junk.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    names = ["a.png", "junk.jpg", "clip.mp4", "b.png", "missing.png"]
    running, most = 0, 0
    match_file = matcher.match_file
    waiting, both = threading.Barrier(2, timeout=300), []

    def counted(source, **options):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        if not both:  # the first two are at it together, or this would wait for ever
            waiting.wait()
            both.append(True)
        try:
            return match_file(source, **options)
        finally:
            with lock:
                running -= 1

    lock = threading.Lock()
    matcher.match_file = counted

    async def ask():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        other = asyncio.create_task(tick())
        found = [pair async for pair in aio.match_files(matcher, (known / name for name in names), jobs=2, every=1.0)]
        other.cancel()
        assert ticks > 0
        return found, await aio.hash_file(known / "a.png"), await aio.match_file(matcher, known / "b.png")

    found, hashed, alone = asyncio.run(ask())
    assert [path.name for path, _ in found] == names and most == 2
    assert found[0][1].matched and alone == match_file(known / "b.png") and hashed == hash_image(known / "a.png")
    assert isinstance(found[1][1], errors.MediaError) and isinstance(found[4][1], errors.UnreadableError)
    assert found[2][1] == match_file(known / "clip.mp4", every=1.0)


@pytest.mark.parametrize(("call", "why"), [
    (lambda m: aio.match_file(None, "a.png"), "matcher: expected Matcher.*opened.matcher"), (lambda m: aio.match_file(m, None), "None"),
    (lambda m: aio.hash_file([]), "list"), (lambda m: anext(aio.match_files(m, "a.png")), "match_file"),
    (lambda m: anext(aio.match_files(m, None)), "several"), (lambda m: anext(aio.match_files(m, ["a.png"], jobs=0)), "jobs"),
    (lambda m: anext(aio.match_files(m, ["a.png"], jobs="2")), "jobs"),
])  # fmt: skip
def test_what_cannot_be_awaited_is_our_error(known, call, why):
    matcher = Matcher(entries_of(hash_image(known / "a.png")))

    async def ask():
        return await call(matcher)

    with pytest.raises(errors.ArgumentError, match=why):
        asyncio.run(ask())


def test_whoever_stops_reading_starts_no_more_files(known):
    matcher = Matcher(entries_of(hash_image(known / "a.png")))
    begun = []

    def endless():
        while True:
            begun.append(known / "b.png")
            yield begun[-1]

    async def ask():
        reading = aio.match_files(matcher, endless(), jobs=3)
        first = await anext(reading)
        await reading.aclose()
        return first

    assert asyncio.run(ask())[1].verdict == "no match" and len(begun) == 3


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
