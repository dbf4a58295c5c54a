"""What lies in the place of a file and is none: one status, the same in both readers, and no waiting."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pdqlite import errors
from pdqlite.lists.format.files import Directory, Memory
from pdqlite.lists.verify import device
from pdqlite.lists.verify.auditor import unseal, verify_files
from support.lists.logged import World, next_policy
from support.lists.samples import KEY, NOW
from support.lists.scenarios import going_on

pytestmark = pytest.mark.skipif(os.name != "posix", reason="FIFOs, sockets and devices")

STATUSES = {
    "manifest": "format",
    "manifest.tlog-proof": "format",
    "consistency-2": "format",
    "policy-0": "policy-chain",
    "policy-1": "policy-chain",
    "policy-1.tlog-proof": "policy-chain",
    "policy-2": "policy-chain",
    "list.cob": "ct-mismatch",
}
ABSENT = {"manifest.tlog-proof": "unlogged", "consistency-2": "unproven", "policy-2": "ok"}


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket has at most some 100 bytes
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)


KINDS: dict[str, Callable[[Path], object]] = {
    "a directory": Path.mkdir,
    "a FIFO": os.mkfifo if hasattr(os, "mkfifo") else Path.touch,
    "a link to a directory": lambda path: path.symlink_to(path.parent),
    "a link to an endless device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a socket": _socket,
    "more than a note has": lambda path: path.write_bytes(b"x\n" * 70_000),
}
GONE = ("a link to itself", "a link to nothing")  # no file is there


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, bytes]:
    """A release under policy 1, and the state of a device that has the one before."""
    world = World(tmp_path_factory.mktemp("world"))
    world.release()
    state = device.verify(Memory(world.files), world.trust, NOW).endorsed.state
    world.release(next_policy(world))
    world.files |= going_on(world, 2)
    return world, state


def by_auditor(files: Directory, world: World, state: bytes) -> str:
    sealed = verify_files(files, world.trust, NOW, state)
    unseal(sealed, KEY)
    return sealed.status


def by_device(files: Directory, world: World, state: bytes) -> str:
    verified = device.verify(files, world.trust, NOW, state)
    device.entries(verified, KEY)
    return verified.status


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STATUSES)
def test_in_the_place_of_a_file(made: tuple[World, bytes], tmp_path: Path, name: str, kind: str) -> None:
    world, state = made
    for each, data in world.files.items():
        if each != name:
            (tmp_path / each).write_bytes(data)
    KINDS[kind](tmp_path / name)
    expected = ABSENT.get(name, STATUSES[name]) if kind in GONE else STATUSES[name]
    for read in (by_auditor, by_device):
        try:
            found = read(Directory(tmp_path), world, state)
        except errors.ListError as error:
            found = error.status
        assert found == expected, read.__name__


def test_links_to_files_are_files(made: tuple[World, bytes], tmp_path: Path) -> None:
    world, state = made
    (tmp_path / "files").mkdir()
    for name, data in world.files.items():
        (tmp_path / "files" / name).write_bytes(data)
        (tmp_path / name).symlink_to(tmp_path / "files" / name)
    assert by_auditor(Directory(tmp_path), world, state) == by_device(Directory(tmp_path), world, state) == "ok"


def test_what_is_wrong_with_the_state_comes_before_an_absent_manifest(made: tuple[World, bytes]) -> None:
    """Section 9: a state of another list is ORIGIN, whatever the files are; a state that is none is FORMAT in both."""
    world, state = made
    other = replace(world.trust, origin="another.example/list")
    for stored, trust, status in ((state, other, "origin"), (state, world.trust, "format"), (None, other, "format"), (state[:-1], other, "format")):  # fmt: skip
        for read in (verify_files, device.verify):
            with pytest.raises(errors.ListError) as caught:
                read(Memory({}), trust, NOW, stored)
            assert caught.value.status == status, (stored, read)
