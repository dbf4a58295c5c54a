"""
What a child process that decodes strangers' media gives up: memory past a limit and, on 64-bit x86 and ARM Linux,
the network, starting programs, writing files, and looking into or stopping other processes. Elsewhere only memory,
where there is a limit.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_X32_BIT = 0x40000000

# Numbers of system calls: x86-64 (arch/x86/entry/syscalls/syscall_64.tbl), aarch64 (include/uapi/asm-generic/unistd.h); None:
# the processor has no such call. Numbers above 402 are the same on both.
_NETWORK = {  # not socketpair, nor what only asks about a socket: Python's own pipes use them
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200), "listen": (50, 201),
    "sendto": (44, 206), "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212), "sendmmsg": (307, 269), "recvmmsg": (299, 243),
}  # fmt: skip
# Calls that do what others do by way of memory that a filter cannot see, or that open what a filter cannot close again.
_AROUND = {
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "openat2": (437, 437),
    "io_setup": (206, 0), "io_submit": (209, 2), "bpf": (321, 280), "userfaultfd": (323, 282), "perf_event_open": (298, 241),
    "memfd_secret": (447, 447), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
}  # fmt: skip
_PROGRAMS = {"execve": (59, 221), "execveat": (322, 281)}
_PROCESSES = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "process_madvise": (440, 440), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "process_mrelease": (448, 448),
    "unshare": (272, 97), "setns": (308, 268), "clone3": (435, 435),
}  # fmt: skip
_FILES = {
    "creat": (85, None), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37),
    "symlink": (88, None), "symlinkat": (266, 36), "unlink": (87, None), "unlinkat": (263, 35), "mkdir": (83, None), "mkdirat": (258, 34),
    "rmdir": (84, None), "mknod": (133, None), "mknodat": (259, 33), "truncate": (76, 45), "chmod": (90, None), "fchmod": (91, 52),
    "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "fsopen": (430, 430), "fsmount": (432, 432), "move_mount": (429, 429), "open_tree": (428, 428), "mount_setattr": (442, 442),
}  # fmt: skip
# Signals: to this process alone.
_SIGNALS = {"kill": (62, 129), "tgkill": (234, 131)}
_SIGNALS_OTHERS = {"tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)}
_OPEN, _OPENAT = (2, None), (257, 56)
# Of the flags of open: to write, to make, to cut. O_TMPFILE needs one to write.
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000
# clone3 gets its flags by memory; glibc takes clone where it is told that there is no such call.
_UNKNOWN = ("clone3",)

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # AUDIT_ARCH_... (linux/audit.h), column above
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2
_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF (linux/bpf_common.h)
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in seccomp_data

Code = list[tuple[int, int, int, int]]


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
    return sys.platform == "linux" and platform.machine() in _ARCHITECTURES and sys.maxsize > 1 << 32


def refuse_calls(programs: bool = True, kill: bool = False, files: bool = True) -> bool:
    """
    Refuse network calls to this thread, and to the threads and programs it starts, for good; and calls that look into
    other processes or lead around a filter.

    Args:
        programs: Refuse to start programs, and to send signals to others, too.
        kill: End the process at such a call; else the call fails with EPERM.
        files: Refuse to make, change and remove files too. Writing to what is open already stays possible.

    Returns:
        bool: False if the system cannot: another system or processor, or no seccomp.

    Source: seccomp(2), Documentation/userspace-api/seccomp_filter.rst of Linux.
    """
    if not can_refuse_calls():
        return False
    return _install(filter_code(platform.machine(), os.getpid(), programs, kill, files))


def filter_code(machine: str, pid: int, programs: bool = True, kill: bool = False, files: bool = True) -> Code:
    """
    Return the filter for a processor, "x86_64" or "aarch64", as (operation, jump if true, jump if false, value).

    Args:
        pid: Of this process: who may still get a signal.
    """
    architecture, column = _ARCHITECTURES[machine]
    refused = {
        **_NETWORK,
        **_AROUND,
        **_PROCESSES,
        **(_PROGRAMS | _SIGNALS_OTHERS if programs else {}),
        **(_FILES if files else {}),
    }
    no = _KILL_PROCESS if kill else _ERRNO | errno.EPERM
    code: Code = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, no), (_LOAD, 0, 0, _NUMBER)]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32_BIT), (_RETURN, 0, 0, no)]
    for name, numbers in refused.items():
        number = numbers[column]
        if number is not None:
            answer = _ERRNO | errno.ENOSYS if name in _UNKNOWN else no
            code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]
    for numbers in _SIGNALS.values() if programs else ():
        code += [(_EQUAL, 0, 4, numbers[column]), (_LOAD, 0, 0, _ARGUMENTS), (_EQUAL, 0, 1, pid),
                 (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, no)]  # fmt: skip
    for call, flags in ((_OPEN, 1), (_OPENAT, 2)) if files else ():
        number = call[column]
        if number is not None:  # which argument holds the flags; none of them lies in its upper half
            code += [(_EQUAL, 0, 4, number), (_LOAD, 0, 0, _ARGUMENTS + 8 * flags), (_SET, 0, 1, _WRITING),
                     (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)]  # fmt: skip
    return [*code, (_RETURN, 0, 0, _ALLOW)]


def _install(code: Code) -> bool:
    raw = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(raw))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, None, 0, 0):
        return False
    return bool(prctl(_PR_SET_SECCOMP, _MODE_FILTER, program, 0, 0) == 0)
