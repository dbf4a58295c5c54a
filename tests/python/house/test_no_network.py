"""Nothing leaves: a whole run of hash, list and match under a filter that kills the process on a socket call."""

import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import pdqlite
from support import HANGS

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the filter is written for Linux on x86-64"
)

# seccomp(2): kill the process on socket, connect, sendto, sendmsg, bind, listen or accept. socketpair
# stays: it reaches nothing but the child processes that decode.
FILTER = """
import ctypes, struct
def instruction(code, jt, jf, k):
    return struct.pack("<HBBI", code, jt, jf, k)
calls = (41, 42, 43, 44, 46, 49, 50)
program = instruction(0x20, 0, 0, 0)  # load the number of the call
for i, call in enumerate(calls):
    program += instruction(0x15, len(calls) - i, 0, call)
program += instruction(0x06, 0, 0, 0x7FFF0000) + instruction(0x06, 0, 0, 0x80000000)  # allow, kill process
held = ctypes.create_string_buffer(program)
class Prog(ctypes.Structure):
    _fields_ = [("n", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0  # no new privileges
assert libc.prctl(22, 2, ctypes.byref(Prog(len(program) // 8, ctypes.addressof(held))), 0, 0) == 0, ctypes.get_errno()
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    package = str(Path(pdqlite.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-c", FILTER + code], capture_output=True, text=True, timeout=HANGS, cwd=package
    )


def test_the_filter_kills():
    assert run("import socket; socket.socket()").returncode == -signal.SIGSYS


def test_the_demo_calls_no_socket():
    done = run("from pdqlite.cli.main import main; raise SystemExit(main(['demo']))")
    assert done.returncode == 0, done.stderr
    assert "copies found" in done.stdout


def test_files_decoded_in_children_call_no_socket(tmp_path):
    from pdqlite.cli import scenes
    from pdqlite.media import write_picture, write_video

    write_picture(tmp_path / "a.jpg", scenes.picture(1, 200, 150))
    write_video(tmp_path / "b.mp4", scenes.clip(1, 1, fps=5, width=160, height=120), fps=5)
    done = run(f"from pdqlite.cli.main import main; raise SystemExit(main(['hash', {str(tmp_path)!r}, '--jobs', '2']))")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 2


def test_an_audit_of_a_directory_calls_no_socket(tmp_path):
    from support.lists.published import publish

    publish(tmp_path / "list", 1)
    done = run(f"from pdqlite.cli.main import main; raise SystemExit(main(['audit', {str(tmp_path / 'list')!r}]))")
    assert done.returncode == 0, done.stderr
    assert "list-bytes" in done.stdout
    done = run("from pdqlite.cli.main import main; raise SystemExit(main(['audit', 'http://127.0.0.1:9/']))")
    assert done.returncode == -signal.SIGSYS
