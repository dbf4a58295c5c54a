"""
An organisation's desk: what it has received, in one file (SQLite, mode 0600). Nothing that came in is lost without a trace:
of each file there is a row, of each refused one the reason.

What a report says is in it in clear until it is decided on; keep the desk on an encrypted disk.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pdqlite.errors import ArgumentError, DeskError

VERSION = 3
OPEN, ACCEPTED, DECLINED, WITHDRAWN, BLOCKED = "open", "accepted", "declined", "withdrawn", "blocked"

_TABLES = """
CREATE TABLE report (
    number INTEGER PRIMARY KEY,     -- in order of arrival
    id BLOB NOT NULL UNIQUE,
    text BLOB NOT NULL,             -- SHA-256 of the text
    state TEXT NOT NULL,
    cluster INTEGER,
    arrived INTEGER NOT NULL,       -- POSIX seconds
    run INTEGER NOT NULL,           -- which `report open` took it in
    retired INTEGER NOT NULL,       -- 1: sealed to an older key
    reporter TEXT NOT NULL,
    signer TEXT,                    -- name of a known key, or in state blocked the key itself; NULL: anonymous
    category TEXT NOT NULL,
    country TEXT NOT NULL,
    week TEXT NOT NULL,
    recipients INTEGER NOT NULL,
    sign BLOB, receive BLOB,        -- reply keys
    statement TEXT,
    items BLOB,                     -- lines of the picture or frames; NULL: not kept, or decided on
    repeats INTEGER NOT NULL DEFAULT 0,
    looked INTEGER NOT NULL DEFAULT 0, -- 1: a person has begun to look at it
    reason TEXT,
    answered TEXT                   -- the last status that a receipt was written for
);
CREATE INDEX report_cluster ON report (cluster, state);
CREATE INDEX report_answered ON report (answered, state);
CREATE INDEX report_signer ON report (signer) WHERE signer IS NOT NULL;
CREATE TABLE cluster (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    key BLOB NOT NULL,              -- SHA-256 of the rows: the same again needs no search
    rows BLOB NOT NULL,             -- hashes of the report it began with
    signatures BLOB NOT NULL,       -- its keypoint signatures: u16be length and bytes, in turn
    like INTEGER,                   -- a group with these hashes and other keypoints
    run INTEGER NOT NULL,
    members INTEGER NOT NULL,
    kept INTEGER NOT NULL
);
CREATE INDEX cluster_key ON cluster (key);
CREATE TABLE refused (
    digest BLOB PRIMARY KEY,        -- SHA-256 of the file
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    run INTEGER NOT NULL
);
CREATE TABLE run (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, channel TEXT NOT NULL);
"""
_UNKEPT = """
ALTER TABLE run ADD COLUMN unkept INTEGER NOT NULL DEFAULT 0; -- withdrawals that it brought and that do not wait
CREATE INDEX early_run ON early (run);
"""
_EARLY = """
CREATE TABLE early (                -- withdrawals that came before their reports
    id BLOB NOT NULL,
    note BLOB NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (id, note)
) WITHOUT ROWID;
"""


class Desk:
    """
    One desk. Not for several threads; a second process that writes waits, or gets DeskError.

    Args:
        path: The file.
        new: Make it if it is not there.

    Raises:
        DeskError: It is none, of another version, open to others, or in use.
    """

    def __init__(self, path: str | os.PathLike[str], new: bool = False) -> None:
        self.path = Path(path)
        fresh = self._check(new)
        try:
            self._db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute("PRAGMA temp_store = MEMORY")
            self._db.execute("PRAGMA cache_size = -65536")
            if fresh:
                self._db.executescript(
                    f"PRAGMA journal_mode = TRUNCATE; BEGIN; {_TABLES} {_EARLY} {_UNKEPT} PRAGMA user_version = {VERSION}; COMMIT;"
                )
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
            if found in (1, 2):
                self._bring_on(found)
                found = VERSION
        except sqlite3.Error:
            raise DeskError("not a desk, damaged, or in use by another command") from None
        if found != VERSION:
            raise DeskError(
                f"a desk of version {found}, made by a later pdqlite: use that one"
                if found > VERSION
                else f"not a desk of version {VERSION}; make one with pdqlite report open"
            )

    def _bring_on(self, version: int) -> None:
        """Bring a desk of an earlier version to this one, or leave it as it was."""
        columns = [row[1] for row in self._db.execute("PRAGMA table_info(report)")]
        looked = "" if "looked" in columns else "ALTER TABLE report ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;"
        early = _EARLY if version == 1 else ""
        self._db.executescript(f"BEGIN IMMEDIATE; {looked} {early} {_UNKEPT} PRAGMA user_version = {VERSION}; COMMIT;")

    def _check(self, new: bool) -> bool:
        """Return True if the file has to be made; it is made empty, for nobody else to read."""
        try:
            mode = self.path.stat().st_mode
        except FileNotFoundError:
            if not new:
                raise DeskError("there is no desk here; make one with pdqlite report open") from None
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            return True
        if not stat.S_ISREG(mode):
            raise DeskError("a desk is a regular file")
        if os.name == "posix" and mode & 0o077:
            raise DeskError("the desk is open to other users; run chmod 600 on it")
        return self.path.stat().st_size == 0

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def ask(self, sql: str, values: Iterable[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a question."""
        try:
            yield from self._db.execute(sql, tuple(values))
        except sqlite3.Error:
            raise DeskError("the desk is damaged, or in use by another command") from None

    def one(self, sql: str, values: Iterable[Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row of a question; None if there is none."""
        return next(self.ask(sql, values), None)

    def tell(self, sql: str, values: Iterable[Any] = ()) -> int:
        """Change something; return the number of the row that was added last."""
        try:
            return int(self._db.execute(sql, tuple(values)).lastrowid or 0)
        except sqlite3.Error:
            raise DeskError("the desk cannot be written: full, damaged, or in use by another command") from None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Make all changes inside, or none of them."""
        self.tell("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it already
                self._db.execute("ROLLBACK")
            raise
        self.tell("COMMIT")

    def cluster(self, number: int) -> tuple[str, str]:
        """Return kind and state of a group; ArgumentError if there is none of this number."""
        found = self.one("SELECT kind, state FROM cluster WHERE number = ?", (number,))
        if found is None:
            raise ArgumentError(f"the desk has no group {number}; pdqlite report triage shows them")
        return str(found[0]), str(found[1])
