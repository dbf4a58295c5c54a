"""
State, log and policies on the device: attacks by name on a reader that remembers, and the C reader
against the Python one (verdict and next state) on drawn, cut, flipped and re-signed files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pdqlite import errors
from pdqlite.lists import Trust
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.logbook import cosign
from pdqlite.lists.verify import device
from pdqlite.lists.verify.auditor import verify_texts
from pdqlite.lists.verify.state import State, list_id
from pdqlite.native import list as native_list
from support.lists import samples
from support.lists.logged import DAY, LOG, ROOTS, WITNESSES, World, next_policy, note, policy_text
from support.lists.readers import both
from support.lists.samples import NOW, ORGS, SIGNERS
from support.lists.scenarios import going_on


class Device:
    """A device that installs what it is shown, and remembers."""

    def __init__(self, trust: Trust) -> None:
        self.trust = trust
        self.state: bytes | None = None

    def sees(self, files: dict[str, bytes], now: int = NOW, **more: bytes) -> str:
        named = {name.replace("__", "-"): data for name, data in more.items()}
        status, state = both({**files, **named}, self.trust, now, self.state)
        if state:
            self.state = state
        return status

    @property
    def remembers(self) -> State:
        assert self.state is not None
        return State.parse(self.state)


def consistency(world: World, old: int) -> dict[str, bytes]:
    """The file that leads from a log of `old` leaves to the newest."""
    return going_on(world, old) if old < len(world.book.entries()) else {f"consistency-{old}": b""}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.release()
    return made


@pytest.fixture
def phone(world: World) -> Device:
    made = Device(world.trust)
    assert made.sees(world.files) == "ok"
    return made


def test_first_install_remembers(world: World, phone: Device) -> None:
    head = world.proof().checkpoint
    text = Note.parse(world.files["manifest"]).text
    assert phone.remembers == State(
        list=list_id(samples.ORIGIN, "image"), installs=1, seq=1, manifest=hashlib.sha256(text).digest(),
        floor=NOW, log=(2, head.root, phone.remembers.log[2]),  # type: ignore[index]
        policy=(0, hashlib.sha256(world.policies[0]).digest()), seen=NOW, max_age=DAY,
    )  # fmt: skip
    key = hashlib.sha256(LOG.name.encode()).digest()
    assert phone.remembers.log == (2, head.root, key)
    read = native_list.read_state(phone.state or b"")
    assert (read.installs, read.seq, read.floor, read.log_size, read.policy_version) == (1, 1, NOW, 2, 0)
    assert (read.seen, read.max_age, read.log_root) == (NOW, DAY, head.root)


def test_rollback_to_an_older_release(world: World, phone: Device) -> None:
    old = dict(world.files)
    world.release()
    assert phone.sees(world.files, **consistency(world, 2)) == "ok"
    assert phone.sees(old) == "rollback"
    assert phone.remembers.installs == 2


def test_same_release_again_is_fine(world: World, phone: Device) -> None:
    assert phone.sees(world.files) == "ok"
    assert phone.remembers.installs == 2


def test_log_that_shrank(world: World, phone: Device, tmp_path: Path) -> None:
    """A later seq in a shorter log of the same key."""
    record = replace(phone.remembers, log=(9, bytes(32), phone.remembers.log[2]))  # type: ignore[index]
    phone.state = bytes(record)
    assert phone.sees(world.files) == "rollback"


def test_freeze_by_turning_the_clock_back(world: World, phone: Device) -> None:
    """The witnesses' time bounds the device's clock from below: yesterday's list stays old."""
    old = dict(world.files)
    world.release()
    later = NOW + 2 * DAY
    world.seen.clear()
    world.book.add_cosignatures(
        "".join(str(cosign(world.book.checkpoint(), w, later)) for w in WITNESSES[1:]).encode(),  # type: ignore[arg-type]
        [w.verifier for w in WITNESSES],
    )
    signed = world.book.checkpoint()
    assert signed is not None
    fresh = [cosign(Note(signed.text, signed.signatures[:1]), w, later) for w in WITNESSES[:2]]
    proof = replace(world.book.proof(2), note=Note(signed.text, (signed.signatures[0], *fresh)))
    files = {**world.files, "manifest.tlog-proof": bytes(proof), **consistency(world, 2)}
    assert phone.sees(files, now=later) == "ok"
    assert phone.remembers.floor == later
    assert phone.sees(world.files | consistency(world, 3), now=NOW) == "freeze", "seen NOW, floor two days on"
    assert phone.sees(files, now=0) == "ok", "a clock that lost its time does not stop the device"
    assert phone.sees(old, now=NOW) == "rollback"


def test_fast_forward_of_time(world: World, phone: Device) -> None:
    """Colluding witnesses from the future cannot push the floor past the device's own clock."""
    signed = world.proof().note
    ahead = [cosign(signed, w, NOW + DAY) for w in WITNESSES[:2]]
    proof = bytes(replace(world.proof(), note=Note(signed.text, (signed.signatures[0], *ahead))))
    assert phone.sees({**world.files, "manifest.tlog-proof": proof}) == "ok"
    assert phone.remembers.floor == NOW
    far = [cosign(signed, w, NOW + DAY + 1) for w in WITNESSES[:2]]
    proof = bytes(replace(world.proof(), note=Note(signed.text, (signed.signatures[0], *far))))
    assert phone.sees({**world.files, "manifest.tlog-proof": proof}) == "freeze"


def test_fast_forward_of_the_number(world: World) -> None:
    """A manifest with a number far ahead is not at that place of the log."""
    text = Note.parse(world.files["manifest"]).text.replace(b"seq 1\n", b"seq 9007199254740991\n")
    files = {**world.files, "manifest": note(text, *SIGNERS[:2])}
    assert both(files, world.trust, NOW, None)[0] == "unlogged"


def test_fork_with_colluding_witnesses_is_seen_by_who_remembers(world: World, phone: Device, tmp_path: Path) -> None:
    (tmp_path / "fork").mkdir()
    fork = World(tmp_path / "fork")
    fork.texts.append(b"another leaf\n")
    fork.release()
    stranger = Device(fork.trust)
    assert stranger.sees(fork.files) == "ok", "nothing shows it to a device without state"
    assert phone.sees(fork.files, **consistency(fork, 2)) == "split-view"
    assert phone.sees(fork.files) == "unproven", "without a consistency file there is no evidence either"
    fork.texts.append(b"one more\n")
    record = replace(phone.remembers, log=(fork.proof().checkpoint.size, bytes(32), phone.remembers.log[2]))  # type: ignore[index]
    phone.state = bytes(record)
    assert phone.sees(fork.files) == "split-view", "equal size, another root"


def test_same_number_with_another_text(tmp_path: Path) -> None:
    """Without a log, a second manifest of the same number is at least seen by who has the first."""
    trust = samples.trust()
    first = samples.make(tmp_path / "a", samples.entries())
    second = samples.make(tmp_path / "b", samples.entries(seed=2))
    phone = Device(trust)
    assert phone.sees({"manifest": (first / "manifest").read_bytes()}) == "unlogged"
    assert phone.sees({"manifest": (second / "manifest").read_bytes()}) == "split-view"
    third = samples.make(tmp_path / "c", samples.entries(), SIGNERS[1:])
    assert phone.sees({"manifest": (third / "manifest").read_bytes()}) == "unlogged", "other signers, same text"


def test_rotation_continues_from_what_was_reached(world: World, phone: Device) -> None:
    text = next_policy(world)
    world.release(text)
    assert phone.sees(world.files, **consistency(world, 2)) == "ok"
    assert phone.remembers.policy == (1, hashlib.sha256(text).digest())
    world.release()
    files = {k: v for k, v in world.files.items() if not k.startswith("policy-0")}
    assert phone.sees(files, **consistency(world, 4)) == "ok", "policy 0 is not needed any more"
    stranger = Device(world.trust)
    assert stranger.sees(files) == "policy-chain"
    other = replace(phone.remembers, policy=(1, bytes(range(32))))
    phone.state = bytes(other)
    assert phone.sees(world.files, **consistency(world, 4)) == "policy-chain"


def test_policy_older_than_the_one_reached(world: World, phone: Device) -> None:
    files = dict(world.files)
    phone.state = bytes(replace(phone.remembers, policy=(1, bytes(range(32)))))
    assert phone.sees(files) == "policy-chain"


def test_pins_that_differ_from_what_was_reached(world: World, phone: Device) -> None:
    phone.trust = replace(world.trust, policy=(0, bytes(range(32))))
    assert phone.sees(world.files) == "policy-chain"


def test_a_state_of_another_log(world: World, phone: Device) -> None:
    """A list keeps its log: another name starts no new history."""
    phone.state = bytes(replace(phone.remembers, log=(99, bytes(32), bytes(range(32)))))
    assert phone.sees(world.files) == "policy-chain"


def test_chain_of_32_steps_and_no_longer(tmp_path: Path) -> None:
    world = World(tmp_path)
    for _ in range(32):
        world.release(next_policy(world)) if world.book.entries() else world.release()
    world.release(next_policy(world))
    assert both(world.files, world.trust, NOW, None)[0] == "ok"
    world.release(next_policy(world))
    assert both(world.files, world.trust, NOW, None)[0] == "policy-chain"


def test_duplicate_signature_by_one_key(world: World) -> None:
    """One organisation under two names of the policy, or two lines of one key."""
    data = world.files["manifest"]
    line = data[data.rindex(b"\xe2\x80\x94") :]
    assert both({**world.files, "manifest": data + line}, world.trust, NOW, None)[0] == "format"
    twice = policy_text().replace(
        f"witness m1 {SIGNERS[1].verifier}".encode(), f"witness m1 {SIGNERS[0].verifier}".encode()
    )
    pinned = replace(world.trust, policy=(0, hashlib.sha256(twice).digest()))
    assert both({**world.files, "policy-0": note(twice, *ROOTS)}, pinned, NOW, None)[0] == "policy-chain"


def test_expired(world: World, phone: Device) -> None:
    late = samples.EXPIRES
    signed = world.proof().note
    fresh = [cosign(signed, w, late) for w in WITNESSES[:2]]
    proof = bytes(replace(world.proof(), note=Note(signed.text, (signed.signatures[0], *fresh))))
    files = {**world.files, "manifest.tlog-proof": proof}
    assert phone.sees(files, now=late) == "expired"
    assert phone.sees(files, now=late - 1) == "ok"
    assert phone.sees(files, now=NOW) == "ok", "the floor is a second before the end"
    phone.trust = replace(phone.trust, allow_stale=True)
    assert phone.sees(files, now=late) == "stale"
    assert phone.remembers.floor == late
    phone.trust = replace(phone.trust, allow_stale=False)
    assert phone.sees(files, now=NOW) == "expired", "and turning the clock back does not help"


ENDLESS = ("manifest", "manifest.tlog-proof", "policy-0", "consistency-1")


@pytest.mark.parametrize("name", ENDLESS)
def test_endless_data(world: World, name: str) -> None:
    """A file past its limit is refused after the limit, not after its end."""
    read = 0

    class Endless(Memory):
        def open(self, wanted: str) -> Any:
            nonlocal read
            if wanted != name:
                return super().open(wanted)
            start = self.files.get(name, b"")

            class Stream:
                def read(self, n: int) -> bytes:
                    nonlocal read
                    read += n
                    return (start + b"A" * n)[:n]

                def __enter__(self) -> Stream:
                    return self

                def __exit__(self, *_: object) -> None:
                    pass

            return Stream()

    state = None
    files = dict(world.files)
    if name == "consistency-1":
        files[name] = b""
        _, data = both(world.files, world.trust, NOW, None)
        before = State.parse(data)
        state = bytes(replace(before, log=(1, bytes(32), before.log[2])))  # type: ignore[index]
    for reader in (verify_texts, device.verify_texts):
        with pytest.raises(errors.ListError) as caught:
            reader(Endless(files | ({name: b"A"} if state else {})), world.trust, NOW, state)  # type: ignore[operator]
        assert caught.value.status == ("policy-chain" if name == "policy-0" else "format")
    assert read <= 2 * 2 * (131072 + 1)


def test_state_records(world: World, phone: Device) -> None:
    """Every byte flipped and every cut is refused; so is a record that adds up but says nonsense."""
    data = phone.state
    assert data is not None
    for at in range(len(data)):
        broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert both(world.files, world.trust, NOW, broken)[0] == "format"
        assert both(world.files, world.trust, NOW, data[:at])[0] == "format"
    good = phone.remembers

    def sealed(record: bytes) -> bytes:
        return record[:224] + hashlib.sha256(record[:224]).digest()

    for at, value, status in [
        (8, bytes(8), "format"), (8, (2**53 - 1).to_bytes(8, "big"), "format"), (16, b"\1" * 8, "format"),
        (32, bytes(8), "format"), (32, bytes(40 + 32), "ok"), (104, b"\1", "origin"), (144, bytes(32), "ok"),
        (136, (1).to_bytes(8, "big") + bytes(32), "format"), (216, bytes(8), "format"), (208, bytes(16), "ok"),
        (16, (7).to_bytes(8, "big"), "rollback"), (176, bytes(32), "split-view"), (0, b"PDQLST1", "format"), (72, bytes(range(32)), "policy-chain"),
    ]:  # fmt: skip
        record = sealed(data[:at] + value + data[at + len(value) :])
        assert both(world.files, world.trust, NOW, record)[0] == status, at
    assert bytes(good) == data


def test_consistency_files(world: World, phone: Device) -> None:
    for _ in range(4):
        world.release()
    ((name, path),) = consistency(world, 2).items()
    assert len(path) >= 90
    state = phone.state
    statuses = set()
    for at in range(len(path)):
        for changed in (path[:at], path[:at] + bytes([path[at] ^ 1]) + path[at + 1 :]):
            statuses.add(both({**world.files, name: changed}, world.trust, NOW, state)[0])
    assert statuses == {"format", "unproven"}, "what nobody signed accuses nobody"
    for changed in (path * 40, path + b"\n", b"\n", path + path[:45]):
        assert both({**world.files, name: changed}, world.trust, NOW, state)[0] in ("format", "unproven")
    assert both({**world.files, name: path}, world.trust, NOW, state)[0] == "ok"


def test_every_byte_of_a_policy(world: World) -> None:
    """Pinned by its hash: nothing of it may change; a step is held by signatures and log."""
    world.release(next_policy(world))
    for name in ("policy-0", "policy-1"):
        data = world.files[name]
        text = data.rindex(b"\n\n")
        for at in range(0, len(data), 3):
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            status = both({**world.files, name: changed}, world.trust, NOW, None)[0]
            assert status == "policy-chain" or (name == "policy-0" and at > text and status == "ok")
            cut = both({**world.files, name: data[:at]}, world.trust, NOW, None)[0]
            assert cut == "policy-chain"


def test_answers_that_come_later(world: World) -> None:
    """All signatures of a chain, a manifest and a proof are asked for at once; no verdict comes before."""
    world.release(next_policy(world))
    release = device.release_of(Memory(world.files), bytes(world.trust), NOW)
    asked: dict[tuple[bytes, bytes, bytes], int] = {}

    def later(*question: bytes) -> int:
        return asked.setdefault(question, -1)  # type: ignore[arg-type]

    with pytest.raises(errors.PdqliteError, match="pending"):
        native_list.verify_list(release, verify=later)  # type: ignore[arg-type]
    first = len(asked)
    assert first == 2 + 3 + 2, "two root keys; log and two witnesses over one checkpoint; two organisations"
    for question in asked:
        asked[question] = native_list.ed25519_good(*question)
    assert native_list.verify_list(release, verify=later).remarks == ()  # type: ignore[arg-type]
    assert len(asked) == first, "nothing new was asked"
    questions = list(asked)
    for question, error in ((questions[-1], errors.UnendorsedError), (questions[0], errors.PolicyChainError)):
        asked[question] = 0
        with pytest.raises(error):
            native_list.verify_list(release, verify=later)  # type: ignore[arg-type]


NESTED: list[Callable[[list[str]], str]] = [
    lambda w: f"group a 2 {w[0]} {w[1]} {w[2]}\nquorum a",
    lambda w: f"group a any {w[0]} {w[1]}\ngroup b all a {w[2]}\nquorum b",
    lambda w: f"group a all {w[0]} {w[1]}\ngroup b any a {w[2]}\nquorum b",
    lambda w: f"quorum {w[1]}",
    lambda w: f"group a any {w[0]}\ngroup b all a\ngroup c 1 b {w[1]}\nquorum c",
]


@pytest.mark.parametrize("nested", range(len(NESTED)))
def test_threshold_of_nested_groups(tmp_path: Path, nested: int) -> None:
    """Every subset of the organisations against the group tree, worked out by hand in `expected`."""
    expected = [
        lambda s: len(s) >= 2,
        lambda s: bool(s & {0, 1}) and 2 in s,
        lambda s: {0, 1} <= s or 2 in s,
        lambda s: 1 in s,
        lambda s: bool(s & {0, 1}),
    ][nested]
    lines = "\n".join(f"witness m{i} {s.verifier}" for i, s in enumerate(SIGNERS))
    start = policy_text()
    head, tail = start.split(b"--- endorse\n")
    rule = NESTED[nested](["m0", "m1", "m2"])
    text = head + f"--- endorse\n{lines}\n{rule}\n".encode() + b"--- root\n" + tail.split(b"--- root\n")[1]
    world = World(tmp_path, text)
    world.release()
    manifest = Note.parse(world.files["manifest"]).text
    for mask in range(1, 8):
        chosen = {i for i in range(3) if mask >> i & 1}
        files = {**world.files, "manifest": note(manifest, *(SIGNERS[i] for i in sorted(chosen)))}
        status = both(files, world.trust, NOW, None)[0]
        assert status == ("ok" if expected(chosen) else "unendorsed"), (nested, chosen)
    assert len(ORGS) == 3
