"""
A list is verified for the cost of hashing its bytes once, audited without key for about three times that, opened for about thirteen.

Everything is timed against SHA-256 of the same bytes once, in the same run and by the same clock. Before that, every
reader's entries are compared with those that went in.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks._frame import clock
from pdqlite.lists import ListTerms, Trust, add_delta, build_list, endorse
from pdqlite.lists.audit.audit import audit
from pdqlite.lists.format.files import Directory
from pdqlite.lists.format.note import COSIGNATURE, Note, Signer
from pdqlite.lists.format.quorum import Quorum
from pdqlite.lists.log.logbook import cosign
from pdqlite.lists.log.policy import LogPolicy, Quorums
from pdqlite.lists.publish.publication import Publication
from pdqlite.lists.verify import delta, device
from pdqlite.lists.verify.auditor import unseal, verify_files, verify_texts
from pdqlite.native.list import Held
from pdqlite.types import Entries

ORIGIN, TOKEN = "lists.example.org/bench", "known"
NOW, DAY = 1_790_000_000, 86_400
KEY, SEED = bytes(range(32)), bytes(32)
SMALL = "--entries 2000 --repeat 2".split()


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000_000])
    parser.add_argument(
        "--change", type=float, default=0.01, help="part of the entries that a delta removes, and adds (default: 0.01)"
    )
    parser.add_argument("--repeat", type=int, default=3)


def _signer(name: str, kind: int = 1) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()), kind)


ORGS = tuple(_signer(f"org{i}.example") for i in range(2))
LOG, ROOT = _signer("log.example/bench"), _signer("root.example")
WITNESSES = tuple(_signer(f"witness{i}.example", COSIGNATURE) for i in range(3))


def hashes(n: int, seed: int) -> np.ndarray:
    """Uniform hashes of a plausible number of set bits, all different."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, (n + n // 100 + 64, 32), np.uint8)
    bits = np.bitwise_count(rows).sum(axis=1, dtype=np.int64)
    return np.ascontiguousarray(rows[(bits >= 104) & (bits <= 152)][:n])


def entries(rows: np.ndarray, records: tuple[bytes, ...] | None = None) -> Entries:
    n = len(rows)
    marks = np.full(n, 3, np.uint16)
    return Entries(
        rows, np.ones(n, np.uint16), marks, np.zeros(n, np.uint8), np.full(n, 100, np.uint8), keypoints=records
    )


def publish(root: Path, releases: list[np.ndarray], records: tuple[bytes, ...] | None = None) -> Trust:
    """Publish releases with a log, witnesses and a delta from the one before; return what a device pins. `records`: keypoint signatures of each release's rows."""
    book = Publication(root)
    quorums = Quorums(
        witnesses=Quorum.of([w.verifier for w in WITNESSES], 2),
        endorsers=Quorum.of([o.verifier for o in ORGS], 2),
        root=Quorum.of([ROOT.verifier], 1),
    )
    policy = LogPolicy.make(ORIGIN, 0, quorums, log=LOG.verifier, max_age=DAY)
    book.add_policy(Note(policy.text, (ROOT.sign(policy.text),)))
    for number, rows in enumerate(releases):
        place = book.next()
        directory = root / str(place.seq)
        build_list(
            directory,
            entries(rows, records),
            ListTerms(
                origin=ORIGIN,
                categories=[TOKEN],
                sources=[o.name for o in ORGS],
                issued=NOW,
                expires=NOW + 30 * DAY,
                seq=place.seq,
                prev=place.prev,
                policy=(0, policy.hash),
                min_sources=2,
            ),
            key=KEY,
            seed=SEED,
        )
        if number:
            add_delta(directory, root / str(place.seq - 1), key=KEY)
        for org in ORGS:
            endorse(directory, org, key=KEY)
        signed = book.append(LOG) and book.book.checkpoint()
        assert signed is not None
        lines = "".join(str(cosign(signed, w, NOW)) for w in WITNESSES)
        book.book.add_cosignatures(lines.encode(), book.witnesses())
        book.prove()
    return Trust(ORIGIN, (TOKEN,), policy=(0, policy.hash))


def operations(root: Path, trust: Trust) -> dict[str, Callable[[], object]]:
    """What is timed, by name. Each gives entries where it reads any."""
    first, second = Directory(root / "1"), Directory(root / "2")

    def sha256() -> None:
        with (root / "2" / "list.cob").open("rb") as stream:
            hashlib.file_digest(stream, "sha256")

    def on_device() -> Entries:
        return device.entries(device.verify(second, trust, NOW), KEY)

    def by_auditor() -> Entries:
        return unseal(verify_files(second, trust, NOW), KEY).entries

    held_device = device.entries(device.verify(first, trust, NOW), KEY)
    held_auditor = unseal(verify_files(first, trust, NOW), KEY)
    manifest = held_auditor.sealed.manifest
    held = Held(manifest.seq, len(held_device), manifest.root)

    def delta_on_device() -> Entries:
        return device.apply(device.verify_texts(second, trust, NOW), KEY, held, held_device)

    def delta_by_auditor() -> Entries:
        return delta.apply(verify_texts(second, trust, NOW), KEY, held_auditor).entries

    def audit_keyless() -> object:
        found = audit(Directory(root), NOW, trust=trust, last=1)
        assert not found.failed
        return None

    def audit_with_key() -> Entries:
        found = audit(Directory(root), NOW, trust=trust, keys=[KEY], last=1)
        assert not found.failed and found.newest is not None
        return found.newest.entries

    return {
        "SHA-256 of list.cob once": sha256,
        "verify without key, device": lambda: device.verify(second, trust, NOW) and None,
        "verify and open, device (C)": on_device,
        "verify and open, auditor (Python)": by_auditor,
        "apply the delta, device (C)": delta_on_device,
        "apply the delta, auditor (Python)": delta_by_auditor,
        "audit the newest release, no key": audit_keyless,
        "audit the newest release, with key": audit_with_key,
    }


def _memory_of(field: str) -> int:
    """Return VmRSS or VmHWM of this process, bytes (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def _held(root: str, trust: bytes, name: str, answer: object) -> None:
    """In a fresh process: how far the peak of memory rises while one thing is done."""
    pins = Trust.parse(trust)
    call = _only(Path(root), pins)[name]
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = _memory_of("VmRSS")
    call()
    answer.send(_memory_of("VmHWM") - before)  # type: ignore[attr-defined]


def _only(root: Path, trust: Trust) -> dict[str, Callable[[], object]]:
    second = Directory(root / "2")
    return {
        "verify without key, device": lambda: device.verify(second, trust, NOW),
        "verify and open, device (C)": lambda: device.entries(device.verify(second, trust, NOW), KEY),
        "verify and open, auditor (Python)": lambda: unseal(verify_files(second, trust, NOW), KEY),
        "audit the newest release, no key": lambda: audit(Directory(root), NOW, trust=trust, last=1),
        "audit the newest release, with key": lambda: audit(Directory(root), NOW, trust=trust, keys=[KEY], last=1),
    }


def _memory(root: Path, trust: Trust, name: str) -> int:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_held, args=(str(root), bytes(trust), name, theirs))
    child.start()
    theirs.close()
    found = ours.recv()
    child.join()
    return int(found)


def run(report, args) -> None:  # type: ignore[no-untyped-def]
    for n in args.entries:
        with tempfile.TemporaryDirectory() as folder:
            _one(report, args, n, Path(folder))


def _one(report, args, n: int, root: Path) -> None:  # type: ignore[no-untyped-def]
    changed = int(n * args.change)
    every = hashes(n + changed, 1)
    old, new = every[:n], every[changed:]
    trust = publish(root, [old, new])
    sizes = {name: (root / "2" / name).stat().st_size for name in ("list.cob", "delta-1.cob")}
    for name, size in sizes.items():
        report.count(name.split("-")[0], size, "B", entries=n)
    report.count("bytes an entry", round(sizes["list.cob"] / n, 2), "B", entries=n)
    report.count("delta, part of the list", round(sizes["delta-1.cob"] / sizes["list.cob"], 4), "", entries=n)
    expected = new[np.lexsort(new.view(">u8").T[::-1])]
    calls = operations(root, trust)
    for name, call in calls.items():
        got = call()
        if got is not None and (not np.array_equal(got.rows, expected) or (got.sources != 3).any()):
            raise AssertionError(f"{name}: other entries than went in, so no timing")
    taken = clock.together(calls, args.repeat, number=1)
    base = taken.pop("SHA-256 of list.cob once")
    report.time("SHA-256 of list.cob once", base, "ms", entries=n)
    for name, seconds in taken.items():
        report.time(name, seconds, "ms", entries=n)
        report.ratio("times SHA-256 once", base, seconds, what=name, entries=n)
    if not Path("/proc/self/clear_refs").exists():
        report.note("memory is measured on Linux alone")
        return
    for name in _only(root, trust):
        report.pages("memory held at most", round(_memory(root, trust, name) / 1e6), "MB", what=name, entries=n)
