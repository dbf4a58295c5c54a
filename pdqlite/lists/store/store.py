"""
A list installed on a device: verified once, kept in the form that matching needs, updated in one step
(docs/formats/store.md).

    store = Store("/var/lib/app/list", device_key=key)
    store.install("download", list_key, trust=trust, now=int(time.time()))
    with store.open() as opened:
        matcher = opened.matcher()
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from numbers import Integral

from pdqlite.errors import ListError, SplitViewError, StoreError, expect
from pdqlite.lists.format import note
from pdqlite.lists.format.files import LIST, MANIFEST, PROOF, Directory, Files, directory, open_regular
from pdqlite.lists.format.keys import check_list_key
from pdqlite.lists.format.locks import WAIT, locked
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.store import content
from pdqlite.lists.store.content import Mapped, Sealed
from pdqlite.lists.store.disk import Disk, others_may_write, read_bytes
from pdqlite.lists.store.opened import Installed, Opened
from pdqlite.lists.verify import device, reading
from pdqlite.native import list as native_list
from pdqlite.native.list import Held, Release
from pdqlite.types import Entries

_LOG = logging.getLogger("pdqlite.store")  # releases and counts; no names of files, no keys, no hashes
STATE_BYTES = 256
CONTENT = "content"
SLOTS = ("a", "b")
SALT_BYTES = 24
MAX_EVIDENCE = 12  # files: some four contradictions


class Store:
    """
    One list in a directory of the application's own.

    Args:
        path: Made if it is absent. Nobody else should be able to write there; keep it out of backups.
        device_key: 32 bytes that never leave this device (Keychain, Keystore, TPM): the content is
            sealed under it. None: it is kept plain, to be mapped. A list that was installed plain
            stays plain, and opens, until the next install.
        disk: The operations on the disk; tests give others.

    Any number of processes may open while one installs; two installs wait for each other, 60 s unless told otherwise. May be used in a `with`:

        with Store("list") as store, store.open() as opened:
            decision = opened.matcher().match_file("received.jpg")
    """

    def __init__(self, path: str | os.PathLike[str], device_key: bytes | None = None, disk: Disk | None = None) -> None:
        self.path = directory(path)
        self._disk = disk or Disk()
        self._key = None if device_key is None else check_list_key(device_key)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open between calls."""

    def install(
        self,
        source: str | os.PathLike[str] | Files,
        key: reading.ListKey,
        *,
        trust: Trust,
        now: int,
        salt: bytes | None = None,
        wait: float = WAIT,
    ) -> Installed:
        """
        Verify a release to the last rule and put it in the place of the one installed.

        Takes the delta if the release offers one from what is installed and its file is there, else
        list.cob. Whatever happens on the way, until the last step the earlier list is what opens.

        Args:
            source: Directory of the release, or its files.
            key: The list key, or a function that returns it (see open_list).
            trust: What the application pins.
            now: POSIX seconds.
            salt: 24 bytes for sealing; random if None. Never give one twice.
            wait: Seconds to wait for another process that installs; 0: do not wait.

        Raises:
            ListError: The release may not be used; `status` says why. Nothing has changed.
            InUseError: Another process still installs after that time. Nothing has changed.
            StoreError: The store is damaged, or cannot be written. Nothing has changed.
        """
        reading.check_asked(trust, now)
        if not isinstance(source, str | os.PathLike) and not hasattr(source, "open"):
            directory(source)  # says that it is no path
        files = source if not isinstance(source, str | os.PathLike) else Directory(source)
        try:
            self._disk.make_directory(self.path)
            self._check_private()
            with locked(self.path / "lock", wait):
                return self._install(files, key, trust, now, salt)
        except OSError as error:
            raise StoreError(f"the store cannot be written ({error.strerror}); what was installed stays") from None

    def _install(self, files: Files, key: reading.ListKey, trust: Trust, now: int, salt: bytes | None) -> Installed:
        current = self._current()
        before = current[1] if current else None
        try:
            release = device.release_of(files, bytes(trust), now, before)
            try:
                verified = device.verify_release(files, trust, release)
            except SplitViewError:
                self._keep_evidence(release)
                raise
            entries = self._entries(verified, key, trust, current)
        except ListError as refused:
            reading.explain(files, key, trust, now, before, refused)
            raise
        state = verified.endorsed.state
        slot = _slot(state)
        self._write_slot(slot, verified, entries, state, salt)
        self._commit(slot, state)
        status = self.status(now)
        assert status is not None
        _LOG.info("release %d installed: %d entries, %s", status.manifest.seq, len(entries), status.status)
        return status

    def _entries(
        self, verified: device.DeviceList, key: reading.ListKey, trust: Trust, current: tuple[str, bytes] | None
    ) -> Entries:
        secret = reading.secret(key, verified.manifest)
        if current is not None:
            found = self._by_delta(verified, secret, *current)
            if found is not None:
                return found
            verified = device.verify_texts(verified.files, trust, verified.release.now, current[1])
        device.check_list(verified)
        return device.entries(verified, secret)

    def _by_delta(self, verified: device.DeviceList, secret: bytes, slot: str, state: bytes) -> Entries | None:
        """
        Return what the delta from the release installed leads to; None if there is none.

        None too if it does not apply, or what is installed does not open, as long as list.cob is there.
        """
        files = verified.files
        if self._key is None and (self.path / slot / f"{CONTENT}.sealed").exists():
            raise StoreError("the installed list is sealed: its device key is needed (--device-key)")
        try:
            with self._open_slot(slot, state, mode=None) as opened:
                seq = opened.manifest.seq
                if not any(d.since == seq for d in verified.manifest.deltas) or not _there(files, f"delta-{seq}.cob"):
                    return None
                old = opened.entries()
                return device.apply(verified, secret, Held(seq, len(old), opened.manifest.root), old)
        except (ListError, StoreError, OSError) as error:
            if _there(files, LIST):
                _LOG.info("the delta was not used (%s); the whole list is read", type(error).__name__)
                return None
            if isinstance(error, OSError):
                raise StoreError(f"the installed list cannot be read ({error.strerror}); install it whole") from None
            raise

    def _write_slot(
        self, slot: str, verified: device.DeviceList, entries: Entries, state: bytes, salt: bytes | None
    ) -> None:
        disk, where = self._disk, self.path / slot
        disk.clear(where)
        disk.sync_directory(where)
        release = verified.release
        small = {MANIFEST: release.manifest, PROOF: release.proof}
        if release.policies:
            small["policy"] = device.policy_of(release)
        for name, data in small.items():
            if data is not None:
                disk.write_file(where / name, [data])
        manifest = verified.manifest
        plain = content.plain_pieces(content.parts_of(entries), manifest.seq)
        if self._key is None:
            disk.write_file(where / CONTENT, plain)
        else:
            bound = _bound(manifest, state)
            salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
            disk.write_file(where / f"{CONTENT}.sealed", content.sealed_pieces(plain, self._key, bound, salt))
        disk.sync_directory(where)
        disk.sync_directory(self.path)

    def _commit(self, slot: str, state: bytes) -> None:
        """Name the new slot: the one step before which the old list is installed, and after which the new one."""
        beside = self.path / f"state.{slot}.new"
        self._disk.write_file(beside, [state])
        self._disk.rename(beside, self.path / f"state.{slot}")
        self._disk.sync_directory(self.path)

    def _keep_evidence(self, offered: Release) -> None:
        """
        Keep what convinces others of a split view, under its hashes: both proofs, whose checkpoints the log
        signed, and the consistency file between them; where there is no log, both manifests. The first few only.
        """
        current, where = self._current(), self.path / "evidence"
        slot = self.path / current[0] if current else self.path
        kept = {
            "tlog-proof": (offered.proof, read_bytes(slot / PROOF, note.MAX_BYTES)),
            "consistency": (offered.consistency,),
        }
        if None in kept["tlog-proof"]:
            kept = {"manifest": (offered.manifest, read_bytes(slot / MANIFEST, note.MAX_BYTES))}
        made = {f"{hashlib.sha256(d).hexdigest()[:16]}.{kind}": d for kind, many in kept.items() for d in many if d}
        self._disk.make_directory(where)
        there = {path.name for path in where.iterdir()}
        if len(there | made.keys()) <= MAX_EVIDENCE:
            for name in made.keys() - there:
                self._disk.write_file(where / name, [made[name]])

    def _current(self) -> tuple[str, bytes] | None:
        """Return the slot and state in force; None if nothing was ever installed."""
        found: list[tuple[int, str, bytes]] = []
        self._check_private()
        for slot in SLOTS:
            path = self.path / f"state.{slot}"
            data = read_bytes(path, STATE_BYTES)
            if data is None and not os.path.lexists(path):
                continue
            try:
                good = data is not None and _slot(data) == slot
            except ListError:
                good = False
            if not good:  # whichever it is: the newest release may be the one it says
                raise StoreError(
                    f"the store is damaged: state.{slot} cannot be read. Put a copy of it back, or remove the store and install again: "
                    "then nothing is known of earlier releases"
                )
            assert data is not None
            found.append((native_list.read_state(data).installs, slot, data))
        if not found:
            return None
        _, slot, data = max(found)
        return slot, data

    def _check_private(self) -> None:
        try:
            if self.path.exists() and others_may_write(self.path):
                raise StoreError(
                    "others may write in the store's directory; run chmod 700 on it, or choose one of your own"
                )
        except OSError as error:
            raise StoreError(f"the store cannot be read ({error.strerror})") from None

    def status(self, now: int) -> Installed | None:
        """
        Return what is installed and how it stands at `now` (POSIX seconds); None if nothing is.

        Raises:
            StoreError: The store is damaged.
        """
        expect("now", now, Integral, "POSIX seconds, int(time.time())")
        try:
            return self._status(now)
        except OSError as error:
            raise StoreError(f"the store cannot be read ({error.strerror})") from None

    def _status(self, now: int) -> Installed | None:
        current = self._current()
        if current is None:
            return None
        slot, data = current
        state, manifest = native_list.read_state(data), self._manifest(slot, data)
        now = max(now, state.floor)
        remarks = [] if now < manifest.expires else ["stale"]
        if state.seen and now - state.seen > state.max_age:
            remarks.append("freeze")
        logged = (self.path / slot / PROOF).exists() and state.policy_version is not None
        remarks += [] if logged else ["unlogged"]
        remarks += ["unwitnessed"] if logged and not state.seen else []
        sealed = (self.path / slot / f"{CONTENT}.sealed").exists()
        try:
            size = (self.path / slot / (f"{CONTENT}.sealed" if sealed else CONTENT)).stat().st_size
        except OSError:
            raise StoreError("the store is damaged: the list itself is gone; install it again") from None
        return Installed(remarks[0] if remarks else "ok", tuple(remarks), manifest, state, size, sealed)

    def _manifest(self, slot: str, state: bytes) -> Manifest:
        data = read_bytes(self.path / slot / MANIFEST, note.MAX_BYTES)
        text = b"" if data is None else data[: data.rindex(b"\n\n") + 1] if b"\n\n" in data else b""
        if hashlib.sha256(text).digest() != native_list.read_state(state).manifest:
            raise StoreError("the store is damaged: its manifest is not the one installed; install it again")
        try:
            return Manifest.parse(Note.parse(data or b"", "manifest").text)
        except ListError:
            raise StoreError("the store is damaged: its manifest cannot be read; install it again") from None

    def open(self, mode: str | None = None) -> Opened:
        """
        Open what is installed: nothing is verified or built again.

        Args:
            mode: "resident" (default for a sealed content): decrypted into memory once. "sealed": nothing
                is kept decrypted, a search opens 16 KiB at a time. "mapped" (a plain content).

        Raises:
            StoreError: Nothing is installed, the device key is another, or the content was changed.
        """
        while True:
            current = self._current()
            if current is None:
                raise StoreError(
                    "nothing is installed in this store; Store.install, or pdqlite list install, puts a list there"
                )
            try:
                return self._open_slot(*current, mode)
            except (StoreError, OSError) as error:
                if self._current() == current:  # else: two installs went by meanwhile
                    if isinstance(error, StoreError):
                        raise
                    raise StoreError(f"the installed list cannot be read ({error.strerror})") from None

    def _open_slot(self, slot: str, state: bytes, mode: str | None) -> Opened:
        manifest = self._manifest(slot, state)
        sealed = (self.path / slot / f"{CONTENT}.sealed").exists()
        allowed = ("resident", "sealed") if sealed else ("mapped",)
        mode = mode or allowed[0]
        if mode not in allowed:
            raise StoreError(f"this list can be opened {' or '.join(allowed)}, as it was installed")
        stream = open_regular(self.path / slot / (f"{CONTENT}.sealed" if sealed else CONTENT))
        try:
            if not sealed:
                return Opened(stream, Mapped(stream, manifest.seq), manifest, mode)
            if self._key is None:
                raise StoreError("the installed list is sealed: its device key is needed (--device-key)")
            content = Sealed(stream, self._key, _bound(manifest, state), manifest.seq)
            return Opened(stream, content, manifest, mode)
        except BaseException:
            stream.close()
            raise


def _slot(state: bytes) -> str:
    """Return the slot of a state: installs take turns."""
    return SLOTS[(native_list.read_state(state).installs + 1) % 2]


def _bound(manifest: Manifest, state: bytes) -> bytes:
    return content.context(manifest.origin, manifest.seq, native_list.read_state(state).installs)


def _there(files: Files, name: str) -> bool:
    try:
        files.size(name)
    except OSError:
        return False
    return True
