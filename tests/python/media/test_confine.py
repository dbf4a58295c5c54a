"""The filter of a child: what it refuses, on either processor, by running its program; and on this one by asking the kernel."""

import errno
import os
import platform
import subprocess
import sys

import pytest

from pdqlite import _confine

ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PID = 4711
GROUPS = (
    _confine._NETWORK,
    _confine._AROUND,
    _confine._PROGRAMS,
    _confine._PROCESSES,
    _confine._FILES,
    _confine._SIGNALS_OTHERS,
)
# What decoders and Python's pipes need, by number.
NEEDED = {
    "x86_64": {"read": 0, "write": 1, "close": 3, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "clone": 56, "exit": 60, "futex": 202,
               "poll": 7, "lseek": 8, "fstat": 5, "getdents64": 217, "socketpair": 53, "getrandom": 318, "dup2": 33, "pipe2": 293, "flock": 73},
    "aarch64": {"read": 63, "write": 64, "close": 57, "mmap": 222, "mprotect": 226, "munmap": 215, "brk": 214, "clone": 220, "exit": 93,
                "futex": 98, "ppoll": 73, "lseek": 62, "fstat": 80, "getdents64": 61, "socketpair": 199, "getrandom": 278, "dup3": 24, "pipe2": 59,
                "flock": 32},
}  # fmt: skip


def run(code, number, *arguments, architecture):
    """Run a filter as the kernel does (classic BPF over struct seccomp_data)."""
    data = {0: number, 4: architecture, **{16 + 8 * i: value for i, value in enumerate(arguments)}}
    at = accumulator = 0
    while True:
        operation, true, false, value = code[at]
        at += 1
        if operation == 0x20:
            accumulator = data.get(value, 0)
        elif operation == 0x06:
            return value
        else:
            taken = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[operation]
            at += true if taken else false


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_refuses_what_it_names_and_nothing_else(machine):
    column = {"x86_64": 0, "aarch64": 1}[machine]
    code = _confine.filter_code(machine, PID)
    assert len(code) < 4096 and all(0 <= t < 256 and 0 <= f < 256 for _, t, f, _ in code)
    refused = set()
    for name, numbers in ((n, v) for group in GROUPS for n, v in group.items()):
        if numbers[column] is not None:
            refused.add(numbers[column])
            got = run(code, numbers[column], architecture=ARCHITECTURE[machine])
            assert got == (ENOSYS if name == "clone3" else EPERM), name
    for name, number in NEEDED[machine].items():
        assert run(code, number, architecture=ARCHITECTURE[machine]) == ALLOW, name
    other = [n for n in range(470) if n not in refused]
    assert sum(run(code, n, PID, 0, 0, architecture=ARCHITECTURE[machine]) == ALLOW for n in other) == len(other)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_files_are_opened_to_read_and_signals_go_home(machine):
    code, architecture = _confine.filter_code(machine, PID), ARCHITECTURE[machine]
    column = {"x86_64": 0, "aarch64": 1}[machine]
    openat = {"x86_64": 257, "aarch64": 56}[machine]
    for flags, allowed in (
        (os.O_RDONLY, True),
        (os.O_RDONLY | 0o2000000, True),
        (0o1, False),
        (0o2, False),
        (0o100, False),
        (0o1000, False),
    ):
        assert (run(code, openat, 0, 0, flags, architecture=architecture) == ALLOW) == allowed
        if machine == "x86_64":
            assert (run(code, 2, 0, flags, architecture=architecture) == ALLOW) == allowed
    for numbers in _confine._SIGNALS.values():
        assert run(code, numbers[column], PID, architecture=architecture) == ALLOW
        assert run(code, numbers[column], 1, architecture=architecture) == EPERM
    free = _confine.filter_code(machine, PID, programs=False, files=False)
    assert run(free, openat, 0, 0, 0o102, architecture=architecture) == ALLOW
    assert run(free, _confine._PROGRAMS["execve"][column], architecture=architecture) == ALLOW


def test_another_architecture_gets_nothing():
    code = _confine.filter_code("x86_64", PID)
    assert run(code, 0, architecture=0x40000003) == EPERM  # 32 bits
    assert run(code, 0x40000000 | 41, architecture=ARCHITECTURE["x86_64"]) == EPERM  # x32
    assert run(_confine.filter_code("aarch64", PID), 63, architecture=ARCHITECTURE["x86_64"]) == EPERM
    assert run(_confine.filter_code("x86_64", PID, kill=True), 41, architecture=ARCHITECTURE["x86_64"]) == KILL


KERNEL = """
import ctypes, errno, os, sys
from pdqlite import _confine
open(os.devnull).close()
assert _confine.refuse_calls()
libc = ctypes.CDLL(None, use_errno=True)
for line in sys.stdin:
    name, number = line.split()
    ctypes.set_errno(0)
    got = libc.syscall(int(number), -1, -1, -1, -1, -1, -1)
    print(name, got, ctypes.get_errno())
try:
    open(sys.argv[1], "w")
except PermissionError:
    print("written 0 0")
print("read", len(open(sys.executable, "rb").read(4)), 0)
import threading
thread = threading.Thread(target=print, args=("thread", 0, 0)); thread.start(); thread.join()
"""


@pytest.mark.skipif(not _confine.can_refuse_calls(), reason="needs seccomp on Linux, x86-64 or aarch64")
def test_this_kernel_refuses_them(tmp_path):
    """Each call is made, with arguments that do nothing if it goes through."""
    column = _confine._ARCHITECTURES[platform.machine()][1]
    calls = {n: v[column] for group in GROUPS for n, v in group.items() if v[column] is not None}
    asked = "".join(f"{name} {number}\n" for name, number in calls.items())
    target = str(tmp_path / "new")
    done = subprocess.run(
        [sys.executable, "-P", "-c", KERNEL, target], input=asked, capture_output=True, text=True, check=False
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == len(calls) + 3, done.stderr
    for name, got, error in lines[: len(calls)]:
        assert (got, int(error)) == ("-1", errno.ENOSYS if name == "clone3" else errno.EPERM), name
    assert lines[-3:] == [["written", "0", "0"], ["read", "4", "0"], ["thread", "0", "0"]]
    assert not os.path.exists(target)
