"""
A list as it is published: its log, policies and releases in one directory of static files.

    checkpoint  tile/...                     the log (C2SP tlog-tiles)
    policy/<version>  <version>.tlog-proof   policies, in their order
    record/<seq>                             disputes and withdrawals
    <seq>/manifest  list.cob  ...            releases; the number is the index in the log

Any web server can serve it. Whoever writes holds `.lock`; others wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pdqlite.errors import ArgumentError, ListFormatError, PolicyChainError
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format import note
from pdqlite.lists.format.files import MANIFEST, PROOF, Directory, read_small, replace
from pdqlite.lists.format.manifest import MAGIC as MANIFEST_MAGIC
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note, Signer, VerifierKey
from pdqlite.lists.log.checkpoint import consistency_file
from pdqlite.lists.log.logbook import Logbook
from pdqlite.lists.log.policy import LogPolicy, follow, signed_by
from pdqlite.lists.log.record import Record, check_signed

POLICIES = "policy"
RECORDS = "record"
MAX_STEPS = 1024  # earlier releases from which the newest one proves that the log goes on


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where the next release goes, for its manifest.

    Attributes:
        seq: Its index in the log.
        prev: Leaf hash of the leaf before; None at seq 0.
        policy: The policy in force.
    """

    seq: int
    prev: bytes | None
    policy: LogPolicy


class Publication:
    """
    A list's directory.

    Args:
        path: Is made if it does not exist.
    """

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.files = Directory(path)
        self.book = Logbook(path)

    def policies(self) -> list[LogPolicy]:
        """
        Return the chain of policies, logged or not, checked but for their places in the log.

        Raises:
            ListError: A policy does not follow the one before it, or its root quorum is missing.
        """
        chain: list[LogPolicy] = []
        while (self.path / POLICIES / str(len(chain))).exists():
            signed = self._policy(len(chain))
            if chain:
                chain.append(follow(signed, chain[-1]))
                continue
            first = LogPolicy.parse(signed.text)
            signed_by(signed, first.root)
            if first.version != 0:
                raise PolicyChainError("the first policy is not version 0")
            chain.append(first)
        return chain

    def records(self, chain: list[LogPolicy] | None = None) -> list[Record]:
        """
        Return disputes and withdrawals, logged or not, by their place in the log.

        Raises:
            ListError: One is not signed by the organisation it names, or stands in another's place.
        """
        folder, found = self.path / RECORDS, []
        names = [p.name for p in folder.iterdir() if p.name.isdigit()] if folder.is_dir() else []
        for name in sorted(names, key=int):
            signed = Note.parse(read_small(self.files, f"{RECORDS}/{name}", note.MAX_BYTES), "record")
            found.append(check_signed(signed, self.policies() if chain is None else chain))
            if str(found[-1].seq) != name:
                raise ListFormatError("record: stands in the place of another")
        return found

    def add_record(self, make: Callable[[int], Record], signer: Signer) -> Record:
        """Sign what make(its seq) gives and put it where the next release takes it into the log."""
        with self.book.lock():
            record = make(self.seq())
            signed = Note(record.text, (signer.sign(record.text),))
            check_signed(signed, self.policies())
            (self.path / RECORDS).mkdir(exist_ok=True)
            replace(self.path / RECORDS / str(record.seq), bytes(signed))
        return record

    def _policy(self, version: int) -> Note:
        return Note.parse(read_small(self.files, f"{POLICIES}/{version}", note.MAX_BYTES), "policy")

    def _waiting(self, leaves: list[bytes], chain: list[LogPolicy]) -> list[bytes]:
        """Return the texts of policies that are not in the log yet."""
        logged = [p for p in chain if p.seq < len(leaves)]
        if [leaves[p.seq] for p in logged] != [p.text for p in logged]:
            raise PolicyChainError("the log holds another text in the place of a policy")
        records = self.records(chain)
        waiting = sorted([(p.seq, p.text) for p in chain] + [(r.seq, r.text) for r in records])
        waiting = [one for one in waiting if one[0] >= len(leaves)]
        if [seq for seq, _ in waiting] != list(range(len(leaves), len(leaves) + len(waiting))):
            raise PolicyChainError("a policy or record names a place that is not the next one of the log")
        return [text for _, text in waiting]

    def seq(self) -> int:
        """Return the index of the next leaf: for a new policy, what it names as its place."""
        leaves, chain = self.book.entries(), self.policies()
        return len(leaves) + len(self._waiting(leaves, chain))

    def next(self) -> Place:
        """Return what the next release's manifest must say."""
        leaves, chain = self.book.entries(), self.policies()
        if not chain:
            raise ArgumentError("the list has no policy yet")
        leaves += self._waiting(leaves, chain)
        return Place(len(leaves), merkle.leaf_hash(leaves[-1]) if leaves else None, chain[-1])

    def append(self, *signers: Signer) -> Manifest:
        """
        Put policies that wait and the release `<next seq>/` into the log, under one checkpoint.

        Args:
            signers: Key of the log; both keys where a policy that waits changes it.

        Raises:
            ListError: The manifest does not fit its place, or lacks endorsements: nothing is done.
        """
        with self.book.lock():
            return self._append(signers)

    def _append(self, signers: tuple[Signer, ...]) -> Manifest:
        place = self.next()
        data = read_small(self.files, f"{place.seq}/{MANIFEST}", note.MAX_BYTES)
        signed = Note.parse(data, "manifest")
        manifest = Manifest.parse(signed.text)
        policy = place.policy
        if (manifest.origin, manifest.seq, manifest.prev) != (policy.origin, place.seq, place.prev):
            raise ArgumentError("the manifest names another origin, seq or predecessor")
        if manifest.policy != (policy.version, policy.hash):
            raise ArgumentError("the manifest names another policy than the newest")
        signed_by(signed, policy.endorsers)
        needed = {p.log for p in self._signing(len(self.book.entries()))}
        if not needed <= {s.verifier for s in signers}:
            raise ArgumentError("a key of the log that the policy names is missing")
        leaves = self.book.entries()
        self.book.append([*self._waiting(leaves, self.policies()), signed.text], *signers)
        return manifest

    def _signing(self, size: int) -> list[LogPolicy]:
        """Return the policies whose log and witnesses a checkpoint that continues `size` needs."""
        chain = self.policies()
        first = next((p.version for p in chain if p.seq >= size), len(chain))
        return chain[max(first - 1, 0) :]

    def _logged(self) -> list[LogPolicy]:
        """Return the chain of policies as far as it is in the log; what waits for a release governs nothing yet."""
        seq = self._newest()
        return [p for p in self.policies() if p.seq <= seq]

    def _covering(self) -> list[LogPolicy]:
        """Return the policies whose witnesses the newest checkpoint needs."""
        chain = self._logged()
        fresh = [p.version for p in chain if not self._proven(p.version)]
        first = min(fresh, default=len(chain))
        return chain[max(first - 1, 0) :]

    def _proven(self, version: int) -> bool:
        return version == 0 or (self.path / POLICIES / f"{version}.tlog-proof").exists()

    def _newest(self) -> int:
        size = len(self.book.entries())
        if not size:
            raise ArgumentError("nothing is in the log yet")
        return size - 1

    def witnesses(self) -> list[VerifierKey]:
        """Return the keys of the witnesses whose cosignatures the newest checkpoint wants."""
        found = {k: None for p in self._covering() for k in p.witnesses.members.values()}
        return list(found)

    def prove(self) -> Manifest:
        """
        Write the proofs of the newest release and of policies that have none, and put the chain
        of policies beside the release. Again after new cosignatures: the proof is then fresh.

        Raises:
            UnwitnessedError: Too few witnesses have cosigned the checkpoint: nothing is written.
        """
        with self.book.lock():
            return self._prove()

    def _prove(self) -> Manifest:
        seq, chain = self._newest(), self._logged()
        release = self.path / str(seq)
        text = Note.parse(read_small(Directory(release), MANIFEST, note.MAX_BYTES)).text
        proof = self.book.proof(seq)
        proof.check(text, seq, chain[-1].log, chain[-1].witnesses)
        made: dict[Path, bytes] = {}
        for old, new in zip(chain, chain[1:], strict=False):
            path = self.path / POLICIES / f"{new.version}.tlog-proof"
            if path.exists():
                continue
            step = self.book.proof(new.seq)
            step.check(new.text, new.seq, old.log, old.witnesses)
            made[path] = bytes(step)
        for path, data in made.items():
            replace(path, data)
        for policy in chain:
            source = self.path / POLICIES / str(policy.version)
            replace(release / f"policy-{policy.version}", source.read_bytes())
            if policy.version:
                data = source.with_name(f"{policy.version}.tlog-proof").read_bytes()
                replace(release / f"policy-{policy.version}.tlog-proof", data)
        leaves = self.book.entries()
        tree = [merkle.leaf_hash(leaf) for leaf in leaves]
        for size in self._earlier(leaves):
            lines = consistency_file(tree, size)
            path = release / f"consistency-{size}"
            if not path.exists() or path.read_bytes() != lines:
                replace(path, lines)
        replace(release / PROOF, bytes(proof))
        return Manifest.parse(text)

    @staticmethod
    def _earlier(leaves: list[bytes]) -> list[int]:
        """Return the sizes at which earlier checkpoints were published, the newest of them."""
        is_release = [leaf.startswith(f"{MANIFEST_MAGIC}\n".encode()) for leaf in leaves[:-1]]
        return [i + 1 for i, yes in enumerate(is_release) if yes][-MAX_STEPS:]

    def add_policy(self, signed: Note) -> LogPolicy:
        """
        Put a signed policy in its place; it goes into the log before the next release.

        Raises:
            ListError: It does not follow the newest one, or its root quorums are not reached.
        """
        with self.book.lock():
            return self._add_policy(signed)

    def _add_policy(self, signed: Note) -> LogPolicy:
        chain, policy = self.policies(), LogPolicy.parse(signed.text)
        if chain:
            follow(signed, chain[-1])
        else:
            signed_by(signed, policy.root)
        if policy.version != len(chain) or policy.seq != self.seq():
            raise PolicyChainError(f"expected version {len(chain)} at seq {self.seq()}")
        folder = self.path / POLICIES
        folder.mkdir(exist_ok=True)
        replace(folder / str(policy.version), bytes(signed))
        return policy
