"""
Releases changed at random and signed anew where dishonest people could, for the device's reader and the auditor's: both must
come to one verdict and one next state, whatever they are given.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from pdqlite import errors
from pdqlite.lists import Trust
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.note import Note, Signer
from pdqlite.lists.log.logbook import cosign
from pdqlite.lists.verify import auditor, device
from support.lists.logged import DAY, LOG, ROOTS, WITNESSES, World, next_policy
from support.lists.samples import KEY, NOW, SIGNERS, signer
from support.lists.scenarios import going_on

Files = dict[str, bytes]
NEW_LOG = replace(signer("another key of the log"), name=LOG.name)
NUMBERS = (0, 1, 2, 3, 4, 5, 31, 32, 63, 64, 255, 256, 512, NOW, NOW + DAY, 2**53 - 1, 2**53, 2**64 - 1, 2**64)
WORDS = (b"-", b"any", b"all", b"none", b"image", b"video", b"x", b"", b"\xc2\xa0", b"0", b"00", b"1 ", b"+")


def start(root: Path) -> tuple[Trust, Files, list[bytes], int]:
    """Return pins, a release under policy 2 whose log changed its key, and states of devices that may be offered it."""
    world = World(root)
    states = []
    world.release()
    states.append(device.verify_texts(Memory(world.files), world.trust, NOW).endorsed.state)
    world.log = (LOG, NEW_LOG)
    world.release(next_policy(world, log=NEW_LOG))
    world.log = (NEW_LOG,)
    world.files |= going_on(world, 2)
    states.append(device.verify_texts(Memory(world.files), world.trust, NOW, states[0]).endorsed.state)
    world.release(next_policy(world, log=NEW_LOG))
    world.files |= going_on(world, 2) | going_on(world, 4)
    return world.trust, world.files, states, NOW


def _lines(draw: random.Random, text: bytes) -> bytes:
    """Change a text by its lines and items."""
    lines = text.split(b"\n")
    at = draw.randrange(len(lines))
    kind = draw.randrange(8)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[draw.randrange(len(lines))])
    elif kind == 2:
        other = draw.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    else:
        items = lines[at].split(b" ")
        place = draw.randrange(len(items))
        items[place] = _item(draw, items[place])
        lines[at] = b" ".join(items)
    return b"\n".join(lines)


def _item(draw: random.Random, item: bytes) -> bytes:
    kind = draw.randrange(6)
    if kind == 0 or re.fullmatch(rb"\d+", item):
        near = int(item[:20]) + draw.choice((-1, 1)) if item.isdigit() and draw.random() < 0.4 else draw.choice(NUMBERS)
        return b"%d" % max(near, 0)
    if kind == 1:
        return draw.choice(WORDS)
    if kind == 2 and len(item) == 44:
        return base64.b64encode(draw.choice((bytes(32), draw.randbytes(32), draw.randbytes(33))))
    if kind == 3:
        return item + draw.choice(WORDS)
    return _bytes(draw, item)


def _bytes(draw: random.Random, data: bytes) -> bytes:
    """Flip, cut, repeat or insert, without regard to what it is."""
    if not data:
        return draw.randbytes(1)
    at, kind = draw.randrange(len(data)), draw.randrange(5)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + draw.randbytes(draw.randrange(1, 5)) + data[at:]
    if kind == 2:
        return data + data[at:]
    return data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]


def _signed(draw: random.Random, text: bytes, signers: tuple[Signer, ...]) -> bytes:
    """Sign a text, sometimes by too few or twice by one."""
    lines = [s.sign(text) for s in signers if draw.random() < 0.95]
    if lines and draw.random() < 0.05:
        lines.append(lines[0])
    return text + b"\n" + "".join(map(str, lines)).encode()


def _text(note: bytes) -> bytes:
    return note[: note.rindex(b"\n\n") + 1] if b"\n\n" in note else note


def _note(draw: random.Random, data: bytes, signers: tuple[Signer, ...]) -> bytes:
    return _signed(draw, _lines(draw, _text(data)), signers)


def _proof(draw: random.Random, data: bytes) -> bytes:
    """Change a proof's head or its checkpoint; the log and its witnesses sign that."""
    head, _, rest = data.partition(b"\n\n")
    if draw.random() < 0.5:
        return _lines(draw, head) + b"\n\n" + rest
    text = _lines(draw, _text(rest))
    time = draw.choice((NOW, NOW, NOW - DAY - 1, NOW + DAY, 0, 2**63))
    lines = [s.sign(text) for s in (LOG, NEW_LOG)]
    lines += [cosign(Note(text, ()), w, time) for w in WITNESSES if draw.random() < 0.8]
    return head + b"\n\n" + text + b"\n" + "".join(map(str, lines)).encode()


def _state(draw: random.Random, data: bytes) -> bytes:
    at = 8 * draw.randrange(1, 28)
    if draw.random() < 0.5:
        value = min(draw.choice(NUMBERS), 2**64 - 1).to_bytes(8, "big")
        data = data[:at] + value + data[at + 8 :]
    else:
        data = _bytes(draw, data)
    return data[:224] + hashlib.sha256(data[:224]).digest() if draw.random() < 0.8 else data


def changed(draw: random.Random, files: Files) -> tuple[Files, str]:
    """Return the files with one of them changed, and which."""
    name = draw.choice(sorted(files))
    data, made = files[name], dict(files)
    if draw.random() < 0.1:
        made[name] = _bytes(draw, data)
    elif draw.random() < 0.05:
        del made[name]
    elif draw.random() < 0.05:
        made[name] = files[draw.choice(sorted(files))]
    elif name == "manifest":
        made[name] = _note(draw, data, SIGNERS)
    elif name.endswith(".tlog-proof"):
        made[name] = _proof(draw, data)
    elif name.startswith("policy-"):
        made[name] = _note(draw, data, ROOTS)
    elif name.startswith("consistency-"):
        made[name] = _lines(draw, data)
    else:
        made[name] = _bytes(draw, data)
    return made, name


def verdict(
    read: Any, files: Files, trust: Trust, now: int, state: bytes | None, key: bytes | None
) -> tuple[str, bytes]:
    """Return status and next state; a remark as it is, an error with "refused"."""
    try:
        found = read(Memory(files), trust, now, state)
        if key is not None:
            if read is auditor.verify_texts:
                auditor.check_ciphertext(Memory(files), "list.cob", found.manifest.list)
                auditor.unseal(auditor.SealedList(Memory(files), found.manifest, found.signers, found.remarks), key)
            else:
                device.check_list(found)
                device.entries(found, key)
    except errors.ListError as error:
        return f"{error.status} refused", b""
    return found.status, found.state if read is auditor.verify_texts else found.endorsed.state


def compare(draw: random.Random, given: tuple[Trust, Files, list[bytes], int], seen: Counter[str]) -> None:
    """One release, changed up to three times, through both readers; AssertionError if they differ."""
    trust, files, states, now = given
    state = draw.choice([None, *states])
    name = "state"
    for _ in range(draw.randrange(1, 4)):
        if state is not None and draw.random() < 0.15:
            state = _state(draw, state)
        else:
            files, name = changed(draw, files)
    if "policy-0" in files and draw.random() < 0.5:  # what an application might have pinned
        trust = replace(trust, policy=(0, hashlib.sha256(_text(files["policy-0"])).digest()))
    key = KEY if draw.random() < 0.1 else None
    now = draw.choice((now, now, now, now + DAY + 1, now - DAY - 1, 0))
    both = [verdict(read, files, trust, now, state, key) for read in (auditor.verify_texts, device.verify_texts)]
    seen[f"{both[0][0]}"] += 1
    assert both[0] == both[1], (name, both[0][0], both[1][0])
