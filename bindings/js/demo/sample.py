"""
Make the page's sample list: the drawn pictures' hashes, signed by two of three organisations, logged, witnessed, encrypted.

    python sample.py > sample.js       after `npm run build`; the same bytes each time

Its keys follow from names that everybody can read, so it proves nothing but how a list is read.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pdqlite.lists import ListTerms, Signer, Trust, build_list, endorse, verify_list
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.note import COSIGNATURE, Note
from pdqlite.lists.log.logbook import Logbook, add_checkpoint
from pdqlite.lists.log.policy import LogPolicy
from pdqlite.types import Entries

HERE = Path(__file__).parent
ORIGIN = "sample.pdqlite.example/drawn"
ISSUED = 1_767_225_600  # 2026-01-01
YEARS = 10 * 366 * 86_400


def secret(name: str) -> bytes:
    """Return 32 bytes that follow from a name."""
    return hashlib.sha256(f"pdqlite sample {name}".encode()).digest()


def signer(name: str) -> Signer:
    """Return who signs by this name."""
    return Signer(name, Ed25519PrivateKey.from_private_bytes(secret(name)))


ORGANISATIONS = tuple(signer(f"hotline-{x}.example") for x in "abc")
WITNESSES = tuple(replace(signer(f"witness-{x}.example"), kind=COSIGNATURE) for x in "xyz")
LOG, ROOT = signer("log.pdqlite.example"), signer("root.pdqlite.example")


def block(signers: tuple[Signer, ...], quorum: str) -> str:
    """Return a quorum block of a policy."""
    names = [f"m{i}" for i in range(len(signers))]
    lines = [f"witness {name} {s.verifier}" for name, s in zip(names, signers, strict=True)]
    return "\n".join([*lines, f"group all-of-them {quorum} {' '.join(names)}", "quorum all-of-them"])


POLICY = f"""\
pdqlite.org/policy/v1
origin {ORIGIN}
version 0
seq 0
prev -
max-age {YEARS}
--- log
log {LOG.verifier}
{block(WITNESSES, "2")}
--- endorse
{block(ORGANISATIONS, "2")}
--- root
{block((ROOT,), "all")}
""".encode()


def entries() -> Entries:
    """Return what the page's pictures come to."""
    rows = json.loads(subprocess.run(["node", HERE / "rows.js"], check=True, capture_output=True).stdout)
    every = np.full(len(rows), 3, np.uint16)
    return Entries(
        rows=np.array([list(bytes.fromhex(row["hash"])) for row in rows], np.uint8),
        categories=np.ones(len(rows), np.uint16),
        sources=every,
        flags=np.zeros(len(rows), np.uint8),
        quality=np.array([row["quality"] for row in rows], np.uint8),
        keypoints=tuple(bytes.fromhex(row["signature"]) for row in rows),
    )


def make(folder: Path) -> dict[str, bytes]:
    """Return the files of release 1."""
    key, seed = secret("list key"), secret("seed")
    policy = LogPolicy.parse(POLICY)
    where = folder / "release"
    terms = ListTerms(
        origin=ORIGIN, categories=["drawn"], sources=[s.name for s in ORGANISATIONS], max_distance=68, issued=ISSUED,
        expires=ISSUED + YEARS, min_sources=2, seq=1, prev=merkle.leaf_hash(POLICY), policy=(0, policy.hash),
    )  # fmt: skip
    build_list(where, entries(), terms, key=key, seed=seed)
    for each in ORGANISATIONS[:2]:
        endorse(where, each, key=key)
    (where / "policy-0").write_bytes(bytes(Note(POLICY, (ROOT.sign(POLICY),))))
    (folder / "log").mkdir()
    book = Logbook(folder / "log")
    book.append([POLICY, Note.parse((where / "manifest").read_bytes()).text], LOG)
    for each in WITNESSES[:2]:
        answer, _ = add_checkpoint(book.request(0), None, LOG.verifier, each, ISSUED)
        book.add_cosignatures(answer, [each.verifier])
    (where / "manifest.tlog-proof").write_bytes(bytes(book.proof(1)))
    trust = Trust(ORIGIN, ("drawn",), policy=(0, policy.hash), max_distance=68)
    verify_list(where, trust, ISSUED)
    files = {path.name: path.read_bytes() for path in sorted(where.iterdir())}
    return files | {"sample.trust": bytes(trust), "sample.key": key}


def main() -> None:
    """Write the module."""
    with tempfile.TemporaryDirectory() as folder:
        files = make(Path(folder))
    print(
        "// Made by sample.py: the files of the sample list, its trust file and its key (public: it is a sample), base64.\nexport default {"
    )
    for name, data in files.items():
        print(f' "{name}": "{base64.b64encode(data).decode()}",')
    print("};")


if __name__ == "__main__":
    main()
