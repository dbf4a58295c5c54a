"""
What a child process that decodes strangers' media gives up: memory past a limit and, on 64-bit x86 Linux, the
network and starting programs. Elsewhere only the memory limit, where there is one.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys

_X86_64 = 0xC000003E  # AUDIT_ARCH_X86_64 (linux/audit.h)
_X32_BIT = 0x40000000
# socket to listen, accept4, recvmmsg, sendmmsg. Not socketpair and what only asks about a socket: Python's pipes use them.
_NETWORK = (41, 42, 43, 44, 45, 46, 47, 49, 50, 288, 299, 307)
_PROGRAMS = (59, 322, 101)  # execve, execveat, ptrace
_IO_URING = (425, 426, 427)
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2
_ALLOW, _KILL_PROCESS, _EPERM = 0x7FFF0000, 0x80000000, 0x00050000 | 1
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF (linux/bpf_common.h)


def limit_memory(size: int) -> None:
    """Let this process take at most `size` bytes of address space; no effect on Windows."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > size:
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


def can_refuse_calls() -> bool:
    """Say whether refuse_calls works here."""
    return sys.platform == "linux" and platform.machine() == "x86_64" and sys.maxsize > 1 << 32


def refuse_calls(programs: bool = True, kill: bool = False) -> bool:
    """
    Refuse network calls to this thread, and to the threads and programs it starts, for good.

    Args:
        programs: Refuse to start programs too.
        kill: End the process at such a call; else the call fails with EPERM.

    Returns:
        bool: False if the system cannot: another system or processor, or no seccomp.

    Source: seccomp(2), Documentation/userspace-api/seccomp_filter.rst of Linux.
    """
    if not can_refuse_calls():
        return False
    # Wrong architecture, the x32 calls and each refused number jump to the last instruction.
    refused = _NETWORK + _IO_URING + (_PROGRAMS if programs else ())
    tests = [(_AT_LEAST, _X32_BIT), *((_EQUAL, number) for number in refused)]
    code = [(_LOAD, 0, 0, 4), (_EQUAL, 0, len(tests) + 2, _X86_64), (_LOAD, 0, 0, 0)]
    code += [(op, len(tests) - at, 0, value) for at, (op, value) in enumerate(tests)]
    code += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _KILL_PROCESS if kill else _EPERM)]
    return _install(code)


def _install(code: list[tuple[int, int, int, int]]) -> bool:
    raw = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(raw))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, None, 0, 0):
        return False
    return bool(prctl(_PR_SET_SECCOMP, _MODE_FILTER, program, 0, 0) == 0)
