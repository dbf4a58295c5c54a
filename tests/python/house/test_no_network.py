"""Nothing leaves: a whole run of hash, list and match under a filter that kills the process on a socket call."""

import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import pdqlite
from support import HANGS

# Numbers of socket, bind, listen, accept, connect, sendto, sendmsg, accept4, recvmmsg, sendmmsg (asm/unistd.h of each), then
# io_uring_setup, io_uring_enter, io_uring_register, the same everywhere. Not socketpair: it reaches nothing but the child
# processes that decode. Architecture: AUDIT_ARCH_... of linux/audit.h.
IO_URING = (425, 426, 427)
MACHINES = {
    "x86_64": (0xC000003E, (41, 49, 50, 43, 42, 44, 46, 288, 299, 307)),
    "aarch64": (0xC00000B7, (198, 200, 201, 202, 203, 206, 211, 242, 243, 269)),
}
ARCHITECTURE, CALLS = MACHINES.get(platform.machine(), (0, ()))

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not CALLS, reason="the filter is written for Linux on x86-64 and aarch64"
)

# seccomp(2): kill the process on another architecture's calls, on those of x32, and on each of the numbers.
FILTER = f"""
import ctypes, struct
def instruction(code, jt, jf, k):
    return struct.pack("<HBBI", code, jt, jf, k)
calls = {(*CALLS, *IO_URING)}
program = instruction(0x20, 0, 0, 4) + instruction(0x15, 0, len(calls) + 3, {ARCHITECTURE})
program += instruction(0x20, 0, 0, 0)  # load the number of the call
program += instruction(0x35, len(calls) + 1, 0, 0x40000000)
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


@pytest.mark.parametrize("number", [*CALLS, *IO_URING])
def test_the_filter_kills(number: int) -> None:
    """Each call, asked for by its number: with sendmmsg or io_uring one sends without any of the others."""
    assert run(f"libc.syscall({number}, -1, 0, 0, 0, 0, 0)").returncode == -signal.SIGSYS


def test_the_filter_lets_others_through() -> None:
    assert run("import os, socket; os.getpid(); socket.socketpair()").returncode == 0


def test_the_demo_finds_copies_and_calls_no_socket():
    done = run("from pdqlite.cli.main import main; raise SystemExit(main(['demo']))")
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith(("copy", "stranger"))]
    strangers = [row for row in rows if row.startswith("stranger")]
    assert strangers and all(" no match " in row for row in strangers)
    assert sum(" match " in row and " no match " not in row for row in rows) >= 15
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


def command(*words: object) -> subprocess.CompletedProcess[str]:
    given = [str(word) for word in words]
    return run(f"from pdqlite.cli.main import main; raise SystemExit(main({given!r}))")


def test_install_and_match_from_a_store_call_no_socket(tmp_path: Path) -> None:
    """The whole life of a list on a device: installed, updated, matched against, sealed and plain."""
    from pdqlite.cli import scenes
    from pdqlite.lists.format import keys
    from pdqlite.media import write_picture
    from support.lists.published import pins, publish
    from support.lists.samples import KEY

    book = publish(tmp_path / "list", 2)
    write_picture(tmp_path / "a.png", scenes.picture(1, 200, 150))
    (tmp_path / "trust").write_bytes(bytes(pins()))
    keys.save_list_key(tmp_path / "list.key", KEY)
    store, device = tmp_path / "store", tmp_path / "device.key"
    keys.new_list_key(device)
    for seq in (1, 2):
        words = (
            "--store",
            store,
            "--key",
            tmp_path / "list.key",
            "--trust",
            tmp_path / "trust",
            "--device-key",
            device,
        )
        done = command("list", "install", book.path / str(seq), *words)
        assert done.returncode == 0, done.stderr
    for words in ((), ("--sealed",)):
        done = command("match", tmp_path / "a.png", "--store", store, "--device-key", device, *words)
        assert done.returncode == 1, done.stderr
