"""A log of as many releases as asked for, tile by tile, so that making it takes no more memory than auditing it."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

from pdqlite.lists.audit.audit import audit
from pdqlite.lists.crypto import merkle
from pdqlite.lists.crypto.merkle import HashRow
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.files import Directory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Checkpoint
from pdqlite.lists.log.logbook import WIDTH, cosign, each_hash_tile, tile_path
from pdqlite.lists.log.policy import LogPolicy
from support.lists.logged import LOG, ROOTS, WITNESSES, policy_text
from support.lists.published import NOW, publish


def _manifests(root: Path) -> tuple[str, str, str]:
    """Return what stands before, between and after `seq` and `prev` in the manifest of a list that was published."""
    text = Note.parse((publish(root, 1, inventory=False).path / "1/manifest").read_bytes()).text.decode()
    lines = text.splitlines(keepends=True)
    seq, prev = (next(i for i, line in enumerate(lines) if line.startswith(word)) for word in ("seq ", "prev "))
    assert seq < prev
    return "".join(lines[:seq]), "".join(lines[seq + 1 : prev]), "".join(lines[prev + 1 :])


def make_log(root: Path, leaves: int) -> Path:
    """Write the log of a policy and `leaves` - 1 releases, each naming the leaf before; the releases' own files are withheld."""
    before, between, after = _manifests(root / "one")
    where, policy, row = root / "long", policy_text(), HashRow()
    (where / "policy").mkdir(parents=True)
    (where / "policy/0").write_bytes(bytes(Note(policy, tuple(s.sign(policy) for s in ROOTS))))
    assert LogPolicy.parse(policy).seq == 0
    tile: list[bytes] = []
    for seq in range(leaves):
        leaf = f"{before}seq {seq}\n{between}prev {tobase64(row[seq - 1])}\n{after}".encode() if seq else policy
        row.append(merkle.leaf_hash(leaf))
        tile.append(len(leaf).to_bytes(2, "big") + leaf)
        if len(tile) == WIDTH or seq == leaves - 1:
            _write(where, tile_path("entries", seq // WIDTH, len(tile)), b"".join(tile))
            tile = []
    for name, data in each_hash_tile(row):
        _write(where, name, data)
    head = Checkpoint(LOG.name, leaves, merkle.root(row))
    signed = Note(head.text, (LOG.sign(head.text),))
    lines = tuple(cosign(signed, w, NOW) for w in WITNESSES[:2])
    (where / "checkpoint").write_bytes(bytes(Note(head.text, (*signed.signatures, *lines))))
    return where


def _write(where: Path, name: str, data: bytes) -> None:
    (where / name).parent.mkdir(parents=True, exist_ok=True)
    (where / name).write_bytes(data)


def cost_of_audit(where: Path, *words: str) -> tuple[int, float, str]:
    """Audit a log by the command in a process of its own; return its peak resident bytes, its seconds of CPU, and what it said."""
    child = subprocess.Popen(
        [sys.executable, "-m", "pdqlite", "audit", str(where), *words], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    assert child.returncode in (0, 1), child.returncode
    return used.ru_maxrss * 1024, used.ru_utime + used.ru_stime, said


def memory_of_audit(where: Path) -> int:
    """Audit a log in this process; return the most bytes that Python held for it."""
    tracemalloc.start()
    try:
        found = audit(Directory(where), NOW)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not found.failed and {c.token: c.verdict for c in found.checks}["log-leaves"] == "passed"
    return peak
