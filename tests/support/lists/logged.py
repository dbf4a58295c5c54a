"""A publisher with a log, witnesses and policies, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pdqlite import errors
from pdqlite.lists import Trust
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.note import COSIGNATURE, Note, Signer
from pdqlite.lists.log.checkpoint import Checkpoint, Proof
from pdqlite.lists.log.logbook import Logbook, add_checkpoint
from pdqlite.lists.log.policy import LogPolicy
from pdqlite.lists.verify import device
from pdqlite.lists.verify.auditor import unseal, verify_files
from support.lists import samples
from support.lists.samples import KEY, NOW, ORIGIN, SIGNERS, entries, make, signer

LOG = signer("log.example/demo")


WITNESSES = tuple(replace(signer(f"witness{i}.example"), kind=COSIGNATURE) for i in range(3))


ROOTS = tuple(signer(f"root{i}.example") for i in range(2))


DAY = 86400


def block(signers: tuple[Signer, ...], rule: str) -> str:
    lines = [f"witness m{i} {s.verifier}" for i, s in enumerate(signers)]
    names = " ".join(f"m{i}" for i in range(len(signers)))
    return "\n".join([*lines, f"group all-of-them {rule} {names}", "quorum all-of-them"])


def policy_text(
    version: int = 0,
    seq: int = 0,
    prev: bytes | None = None,
    roots: tuple[Signer, ...] = ROOTS,
    orgs: tuple[Signer, ...] = SIGNERS,
    witnesses: str | None = None,
    log: Signer = LOG,
) -> bytes:
    return f"""\
pdqlite.org/policy/v1
origin {ORIGIN}
version {version}
seq {seq}
prev {"-" if prev is None else tobase64(prev)}
max-age {DAY}
--- log
log {log.verifier}
{witnesses or block(WITNESSES, "2")}
--- endorse
{block(orgs, "2")}
--- root
{block(roots, "all")}
""".encode()


def note(text: bytes, *signers: Signer) -> bytes:
    return bytes(Note(text, tuple(s.sign(text) for s in signers)))


def _verdict(verify: Callable[[], Any], read: Callable[[Any], object]) -> str:
    try:
        verified = verify()
        read(verified)
    except errors.ListError as error:
        return error.status
    return str(verified.status)


class World:
    """A publisher with a log, a policy and releases in memory."""

    def __init__(self, root: Path, policy: bytes | None = None) -> None:
        self.root = root
        self.book = Logbook(root / "log")
        (root / "log").mkdir()
        self.policies = [policy or policy_text()]
        self.files: dict[str, bytes] = {"policy-0": note(self.policies[0], *ROOTS)}
        self.seen: dict[str, Checkpoint] = {}
        self.texts: list[bytes] = [self.policies[0]]
        self.log: tuple[Signer, ...] = (LOG,)  # its keys: two while a policy changes it

    @property
    def trust(self) -> Trust:
        pin = LogPolicy.parse(self.policies[0])
        return Trust(ORIGIN, samples.CATEGORIES, policy=(0, pin.hash))

    def release(
        self,
        policy: bytes | None = None,
        orgs: tuple[Signer, ...] = SIGNERS[:2],
        now: int = NOW,
        witnesses: tuple[Signer, ...] = WITNESSES[:2],
        **changes: object,
    ) -> None:
        """Append what waits and one more manifest to the log."""
        if policy is not None:
            self.policies.append(policy)
            self.texts.append(policy)
        start = len(self.book.entries())
        current = LogPolicy.parse(self.policies[-1])
        seq = start + len(self.texts)
        before = (self.book.entries() + self.texts)[-1]
        directory = make(
            self.root / f"release-{seq}",
            entries(seed=seq),
            orgs,
            seq=seq,
            prev=merkle.leaf_hash(before),
            policy=(current.version, current.hash),
            **changes,
        )
        self.files |= {p.name: p.read_bytes() for p in directory.iterdir()}
        text = Note.parse(self.files["manifest"]).text
        self.book.append([*self.texts, text], *self.log)
        self.texts = []
        self.witness(now, witnesses)
        self.files["manifest.tlog-proof"] = bytes(self.book.proof(seq))
        if policy is not None:
            name = f"policy-{current.version}"
            self.files[name] = note(policy, *ROOTS)
            self.files[f"{name}.tlog-proof"] = bytes(self.book.proof(seq - 1))

    def witness(self, now: int, witnesses: tuple[Signer, ...]) -> None:
        for each in witnesses:
            seen = self.seen.get(each.name)
            request = self.book.request(seen.size if seen else 0)
            answer, self.seen[each.name] = add_checkpoint(request, seen, self.log[0].verifier, each, now)
            self.book.add_cosignatures(answer, [each.verifier])

    def status(self, now: int = NOW, **files: bytes) -> str:
        """What the auditor's reader and the device's reader both say."""
        given = Memory({**self.files, **files})
        found = _verdict(lambda: verify_files(given, self.trust, now), lambda v: unseal(v, KEY))
        assert found == _verdict(lambda: device.verify(given, self.trust, now), lambda v: device.entries(v, KEY))
        return found

    def proof(self) -> Proof:
        return Proof.parse(self.files["manifest.tlog-proof"])

    def reproof(self, **changes: object) -> bytes:
        return bytes(replace(self.proof(), **changes))  # type: ignore[arg-type]


def next_policy(world: World, **changes: object) -> bytes:
    old = LogPolicy.parse(world.policies[-1])
    values: dict[str, object] = {
        "version": old.version + 1,
        "seq": len(world.book.entries()),
        "prev": old.hash,
    }
    return policy_text(**{**values, **changes})  # type: ignore[arg-type]
