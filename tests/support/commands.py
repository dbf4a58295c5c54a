"""The commands of a list's life, as its people type them."""

from __future__ import annotations

import time
from pathlib import Path

from pdqlite import lists
from pdqlite.cli.main import main

FOUND, NOTHING, ERROR = 0, 1, 2  # what a command returns


ORIGIN, LOG = "lists.example.org/life", "log.example.org/life"


def run(*words: object) -> None:
    assert main([str(w) for w in words]) == FOUND, words


def release(hashes: int, seq: int, since: int | None = None, sign: str = "ab") -> None:
    run(
        "list",
        "build",
        *(f"hashes/{i}.txt" for i in range(hashes)),
        *"--source a.example --source b.example --min-sources 2 --key list.key --prefix published".split(),
    )
    if since is not None:
        run("list", "delta", f"published/{since}", f"published/{seq}", "--key", "list.key")
    for name in sign:
        run(
            *f"list endorse published/{seq} --name {name}.example --signing-key {name}.example.pem --key list.key".split()
        )


def log() -> None:
    run("list", "log", "append", "published", "--key", "log.example.org.pem", "--name", LOG)


def cosign(names: tuple[str, ...], key: str, old: int) -> None:
    run("list", "log", "request", "published", "--old", old, "-o", "request")
    for name in names:
        run(
            *f"list log cosign request --log {key} --key {name}.pem --name {name} --seen {name}.seen -o {name}.response".split()
        )
        run("list", "log", "answer", "published", f"{name}.response")


def verified(seq: int) -> str:
    trust = lists.Trust.parse(Path("trust").read_bytes())
    return lists.verify_list(f"published/{seq}", trust, int(time.time())).status
