"""Untrusted files are worked on apart: a lost child costs one file, and a child may do little."""

import io
import multiprocessing.util
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.connection import wait
from pathlib import Path

import pytest

import pdqlite
from pdqlite import _confine, errors, workers
from pdqlite.cli import scenes
from pdqlite.media import write_picture, write_video
from pdqlite.types import ImageHash
from pdqlite.workers import Unpacker, _Worker, work_apart
from support import HANGS

needs_filter = pytest.mark.skipif(not _confine.can_refuse_calls(), reason="needs seccomp on Linux, x86-64 or aarch64")


def behaviour(_setup):
    """What the children of these tests do with an item."""

    def work(item):
        if item == "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        if item == "hang":
            time.sleep(3600)
        if item == "refuse":
            raise errors.NotMediaError("not media")
        if item == "memory":
            return len(bytearray(6 << 30))
        if item == "smuggle":
            return Path("x")
        if item == "socket":
            try:
                socket.socket().close()
            except PermissionError:
                return "refused"
            return "open"
        if item == "program":
            try:
                os.execv(sys.executable, [sys.executable, "-c", ""])
            except PermissionError:
                return "refused"
        return item

    return work


def nothing_to_work_with(_setup):
    raise errors.StoreError("the content is damaged")


def test_what_cannot_be_set_up_is_said_for_each_item():
    found = dict(work_apart(f"{__name__}:nothing_to_work_with", None, [1, 2, 3], jobs=2))
    assert sorted(found) == [0, 1, 2] and {(type(e), str(e)) for e in found.values()} == {
        (errors.StoreError, "the content is damaged")
    }


def run(items, **options):
    return dict(work_apart(f"{__name__}:behaviour", None, items, **options))


def test_each_item_has_a_result_whatever_happens_to_the_children():
    items = [0, "die", 2, "refuse", "die", "smuggle", 6, 7]
    got = run(items, jobs=2)
    assert sorted(got) == list(range(len(items)))
    assert [got[i] for i in (0, 2, 6, 7)] == [0, 2, 6, 7]
    assert type(got[3]) is errors.NotMediaError
    assert {type(got[i]) for i in (1, 4, 5)} == {errors.DamagedMediaError}
    assert run([]) == {}
    with pytest.raises(errors.ArgumentError):
        run([1], jobs=0)


class Clock:
    """Stands for workers.time and workers.wait: hours pass when the test says so, never because the machine is slow."""

    def __init__(self, monkeypatch, step):
        self.now, self.step, self.begun = (
            0.0,
            step,
            0,
        )  # step: children that are ready -> seconds that a moment of waiting takes
        ready = _Worker.started

        def started(worker):
            self.begun += 1
            return ready(worker)

        monkeypatch.setattr(workers, "time", self)
        monkeypatch.setattr(workers, "wait", self.wait)
        monkeypatch.setattr(_Worker, "started", started)

    def monotonic(self):
        return self.now

    def wait(self, pipes, timeout):
        ready = wait(pipes, timeout=0.01)
        self.now += 0.0 if ready else self.step(self.begun)
        return ready


def test_a_child_that_hangs_is_killed_while_others_go_on(monkeypatch):
    got = {}
    clock = Clock(monkeypatch, lambda begun: 30.0 if begun == 2 and len(got) == 3 else 0.0)
    for item, result in work_apart(f"{__name__}:behaviour", None, ["hang", 1, 2, 3], jobs=2, seconds=60):
        got[item] = result
    assert list(got)[3] == 0 and [got[i] for i in (1, 2, 3)] == [1, 2, 3]
    assert isinstance(got[0], errors.TooLargeError) and "60 seconds" in str(got[0])
    assert clock.now == 90.0


def test_the_time_of_an_item_begins_when_its_child_is_ready(monkeypatch):
    """Starting takes a busy machine long; no file is given up for that."""
    clock = Clock(monkeypatch, lambda begun: 0.0 if begun or clock.now > 9 else 1.0)
    assert run([1, 2, 3], jobs=1, seconds=0.5) == {0: 1, 1: 2, 2: 3}
    assert clock.now >= 1.0


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)); bytearray(6 << 30)"


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS")
def test_memory_is_limited():
    if subprocess.run([sys.executable, "-c", LIMITED], stderr=subprocess.DEVNULL).returncode == 0:
        pytest.skip("this kernel does not keep RLIMIT_AS: an emulator's")
    assert isinstance(run(["memory"])[0], errors.TooLargeError)


@needs_filter
def test_a_child_may_not_connect_or_start_programs():
    assert run(["socket", "program"], jobs=1) == {0: "refused", 1: "refused"}


class _Evil:
    def __reduce__(self):
        return (os.system, ("true",))


@pytest.mark.parametrize("value", [_Evil(), os.getcwd, Path("x")], ids=["call", "function", "foreign class"])
def test_what_a_child_sends_cannot_run_anything(value):
    with pytest.raises(pickle.UnpicklingError):
        Unpacker(io.BytesIO(pickle.dumps(value))).load()
    mine = ImageHash(bytes(32), 7)
    assert Unpacker(io.BytesIO(pickle.dumps([mine]))).load() == [mine]


CONFINED = """
import sys
from pdqlite import _confine
assert _confine.refuse_calls(programs=False, kill=True, files=False)
if sys.argv[1] == "connect":
    import socket
    socket.create_connection(("127.0.0.1", 9))
from pdqlite.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def confined(*arguments):
    # Its own session and a closed input: nothing of the test run's reaches it.
    # Run where the package under test lies: a source tree in the working directory would hide it.
    place = Path(pdqlite.__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-c", CONFINED, *map(str, arguments)], capture_output=True, text=True, timeout=HANGS, cwd=place
    )


@needs_filter
def test_hashing_opens_no_connection(tmp_path):
    """Children inherit the filter, so a socket call anywhere in the run would end it."""
    assert confined("connect").returncode == -signal.SIGSYS
    write_picture(tmp_path / "a.png", scenes.picture(1, 160, 120))
    write_video(tmp_path / "b.mp4", scenes.clip(1, 2, fps=5, width=160, height=120), fps=5)
    (tmp_path / "c.mp4").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"
    )
    (tmp_path / "d.mp4").write_text("ffconcat version 1.0\nfile 'http://127.0.0.1:9/x.ts'\n")
    done = confined("hash", tmp_path)
    assert done.returncode == 2, done.stderr
    assert len(done.stdout.splitlines()) >= 3
    assert len(done.stderr.splitlines()) == 2
    assert "decoder crashed" not in done.stderr


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="pthread_sigmask")
def test_a_child_that_still_starts_does_not_hear_ctrl_c(monkeypatch):
    """A program inherits what its starter holds back: until it ignores Ctrl-C it would answer with a traceback."""
    held = []
    spawn = multiprocessing.util.spawnv_passfds

    def spawned(path, args, fds):
        held.append(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))
        return spawn(path, args, fds)

    monkeypatch.setattr(multiprocessing.util, "spawnv_passfds", spawned)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert run([1, 2], jobs=2) == {0: 1, 1: 2}
    assert held and all(held) and signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
