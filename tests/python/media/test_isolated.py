"""isolate=True: the same answers and errors from a child of its own, which may be lost, hang or lie."""

import io
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from pdqlite import apart, errors, sources
from pdqlite.media import Limits, kind_of, open_video, read_picture
from pdqlite.media.isolated import VideoApart, _unpacked
from support.mutants import names, sample
from support.timelines import encoded, scene, video

pytestmark = pytest.mark.skipif(os.name != "posix", reason="isolate=True is for POSIX")


@pytest.mark.parametrize(
    "name",
    [n for n in names() if n in ("JPEG", "RGBA PNG", "moving WEBP", "moving GIF", "mp4", "mpegts", "PSD", "HEIF")],
)
def test_the_same_answers(name):
    data = sample(name)
    assert kind_of(data, isolate=True) == kind_of(data)
    for sampling in ("time", "keyframes-first"):
        assert sources.hash_file(data, 0.3, sampling, isolate=True) == sources.hash_file(data, 0.3, sampling)


def test_paths_streams_and_grounds(tmp_path, monkeypatch):
    data = sample("RGBA PNG")
    (tmp_path / "a.png").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    whole = sources.hash_file(data)
    assert sources.hash_file("a.png", isolate=True) == sources.hash_file(io.BytesIO(data), isolate=True) == whole
    clear = np.dstack([scene(1), scene(2)[..., 0]])
    pictures = [read_picture(encoded(clear, "PNG"))]
    from pdqlite.media.isolated import read_picture_apart

    pictures.append(read_picture_apart(encoded(clear, "PNG")))
    assert all(np.array_equal(a, b) for a, b in zip(*[(p.pixels, *p.grounds) for p in pictures], strict=True))


@pytest.mark.parametrize(("data", "error"), [
    (b"hello", errors.NotMediaError), (b"%!PS-Adobe", errors.NotMediaError), (b"\x89PNG\r\n\x1a\n", errors.DamagedMediaError),
], ids=["text", "EPS", "cut"])  # fmt: skip
def test_the_same_errors(data, error):
    with pytest.raises(error) as here:
        sources.hash_file(data)
    with pytest.raises(error) as there:
        sources.hash_file(data, isolate=True)
    assert str(here.value) == str(there.value)
    with pytest.raises(errors.UnreadableError):
        sources.hash_file("missing.png", isolate=True)
    with pytest.raises(errors.TooLargeError):
        sources.hash_image(sample("JPEG"), limits=Limits(pixels=100), isolate=True)


def test_a_video_may_be_left_and_its_child_serves_the_next():
    data = video([(scene(k), 1000) for k in range(5)])
    for _ in range(3):
        with open_video(data, "all", isolate=True) as opened:
            assert isinstance(opened, VideoApart)
            assert next(iter(opened)).number == 0
    assert len(apart._idle) >= 1
    assert sources.hash_video(data, isolate=True) == sources.hash_video(data)


def test_threads_have_children_of_their_own():
    data, found = sample("moving GIF"), []
    threads = [threading.Thread(target=lambda: found.append(sources.hash_file(data, isolate=True))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [sources.hash_file(data)] * 3


def test_a_child_that_dies_costs_one_answer():
    child = apart.borrow("pdqlite.media.server:server")
    child._process.kill()
    with pytest.raises(errors.DamagedMediaError, match="crashed"):
        child.ask(("kind", (b"", Limits())))
    apart.give_back(child)
    assert not child.alive and child not in apart._idle
    assert sources.hash_image(sample("JPEG"), isolate=True) == sources.hash_image(sample("JPEG"))


@pytest.mark.parametrize(
    "lie",
    [None, (1, 2), ((2, 2), b"abc"), ((-1, 5), b""), (("a", 2), b"ab"), ((2, 2, 3), bytes(11)), 7, ((5, 5), "x" * 25)],
)
def test_what_a_child_says_is_not_believed(lie):
    with pytest.raises(errors.DamagedMediaError):
        _unpacked(lie, Limits())
    with pytest.raises(errors.TooLargeError):
        _unpacked(((100, 100), bytes(10_000)), Limits(pixels=100))


SCRIPT = """
from pdqlite import sources
print(sources.hash_image({data!r}, isolate=True).hex)
"""


def test_a_script_without_a_guard_may_use_it():
    """multiprocessing would run the script again in its child."""
    data = sample("JPEG")
    done = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT.format(data=data)], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [sources.hash_image(data).hex], done.stderr


def test_the_child_is_confined():
    from pdqlite import _confine

    if not _confine.can_refuse_calls():
        pytest.skip("needs a filter of system calls")
    child = apart.Apart(f"{__name__}:connecting")
    try:
        os.environ["PYTHONPATH"] = os.path.dirname(__file__)
        assert child.ask("socket") == "refused" and child.ask("program") == "refused"
    finally:
        child.end()


def connecting(_setup):
    import socket

    def work(what):
        try:
            if what == "socket":
                socket.socket().close()
            else:
                os.execv(sys.executable, [sys.executable, "-c", ""])
        except PermissionError:
            return "refused"
        return "open"

    return work
