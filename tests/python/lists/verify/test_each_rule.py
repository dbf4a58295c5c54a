"""
Each rule of docs/formats/list.md on the texts of a list, sections 2 to 4, from both of its sides: what it just takes and
what it just refuses, through the auditor (Python) and the device (C).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

import pytest

from pdqlite.errors import ListError
from pdqlite.lists import Trust
from pdqlite.lists.format.files import Memory
from pdqlite.lists.verify import auditor
from pdqlite.native import list as native_list
from support.lists import samples
from support.lists.device_files import sign

HASH = base64.b64encode(hashlib.sha256(b"a hash").digest()).decode()
MOST = 2**53 - 1
Case = tuple[str, str, bool]  # what, the text, whether the rules take it


def vkey(name: str, seed: str, kind: int = 1) -> str:
    """A vkey of section 3, of a public key that is the hash of the seed: no text is verified with it."""
    public = bytes([kind]) + hashlib.sha256(seed.encode()).digest()
    named = hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8]
    return f"{name}+{named}+{base64.b64encode(public).decode()}"


def verdicts(trust: bytes, manifest: bytes) -> tuple[str, str]:
    """The statuses that the auditor and the device give; "ok" for none."""
    found = []
    for read in (
        lambda: auditor.verify_texts(Memory({"manifest": manifest}), Trust.parse(trust), samples.NOW),
        lambda: native_list.verify_list(native_list.Release(trust, manifest, samples.NOW)),
    ):
        try:
            read()
            found.append("ok")
        except ListError as error:
            found.append(error.status)
    return found[0], found[1]


def judged(what: str, trust: str, manifest: bytes, taken: bool) -> None:
    by_auditor, by_device = verdicts(trust.encode(), manifest)
    assert (by_auditor != "format") == taken, (what, by_auditor)
    assert by_device == by_auditor, what


# ---- trust, section 4 ------------------------------------------------------------------------------------


def trust_text(**changes: str) -> str:
    """A trust file with every line there is; a part is replaced by what is given."""
    parts = {
        "origin": f"origin {samples.ORIGIN}\n",
        "type": "type image\n",
        "min_seq": "min-seq 0\n",
        "distance": "max-distance 31\n",
        "quorum": "quorum 2\n",
        "allow": "allow unlogged\nallow stale\nallow unaudited\n",
        "categories": "category scam\ncategory spam\n",
        "endorsers": "".join(f"endorser {s.verifier}\n" for s in samples.SIGNERS),
        "auditors": f"auditors 1 1\nauditor {vkey('a.example', 'a', 4)}\nauditor {vkey('b.example', 'b', 4)}\n",
    }
    return "pdqlite.org/trust/v1\n" + "".join({**parts, **changes}.values())


def keys(word: str, n: int, kind: int) -> str:
    return "".join(f"{word} {vkey(f'{word}{i}', f'{word}{i}', kind)}\n" for i in range(n))


def trust_cases() -> Iterator[Case]:
    def case(what: str, taken: bool, **changes: str) -> Case:
        return what, trust_text(**changes), taken

    one, two = vkey("a.example", "a", 4), vkey("b.example", "b", 4)
    yield case("all lines", True)
    yield case("allow unaudited, no auditors", False, auditors="")
    yield case("neither", True, auditors="", allow="")
    for k, age, taken in ((0, 1, False), (1, 0, False), (2, 1, True), (3, 1, False), (1, MOST, True), (1, MOST + 1, False)):  # fmt: skip
        lines = f"auditors {k} {age}\nauditor {one}\nauditor {two}\n"
        yield case(f"auditors {k} of 2 within {age} s", taken, auditors=lines)
    yield case("auditors without a key", False, auditors="auditors 1 1\n")
    yield case("an auditor without auditors", False, auditors=f"auditor {one}\n", allow="")
    yield case("an organisation's key audits", False, auditors=f"auditors 1 1\nauditor {vkey('c', 'c', 1)}\n")
    yield case("an auditor's key endorses", False, endorsers=f"endorser {vkey('c', 'c', 4)}\n", quorum="quorum 1\n")
    for what, name, seed in (("name", "a.example", "b"), ("key", "b.example", "a")):
        lines = f"auditors 1 1\nauditor {one}\nauditor {vkey(name, seed, 4)}\n"
        yield case(f"two auditors of one {what}", False, auditors=lines)
        lines = f"endorser {vkey('a.example', 'a')}\nendorser {vkey(name, seed)}\n"
        yield case(f"two endorsers of one {what}", False, endorsers=lines, quorum="quorum 1\n")
    for n, taken in ((1, True), (16, True), (17, False)):
        yield case(f"{n} auditors", taken, auditors="auditors 1 1\n" + keys("auditor", n, 4))
        lines = "".join(f"category c{chr(97 + i)}\n" for i in range(n))
        yield case(f"{n} categories", taken, categories=lines)
    yield case("no category", False, categories="")
    for n, taken in ((1, True), (32, True), (33, False)):
        yield case(f"{n} endorsers", taken, endorsers=keys("endorser", n, 1), quorum="quorum 1\n")
    for k, taken in ((0, False), (3, True), (4, False)):
        yield case(f"quorum {k} of 3", taken, quorum=f"quorum {k}\n")
    yield case("no endorser", False, endorsers="")
    yield case("a policy", True, quorum=f"policy 0 {HASH}\n", endorsers="")
    yield case("a policy that is none", False, quorum="policy -\n", endorsers="")
    yield case("a policy and endorsers", False, quorum=f"policy 0 {HASH}\n")
    yield case("a policy and a quorum", False, quorum=f"policy 0 {HASH}\nquorum 1\n", endorsers="")


def trust_word_cases() -> Iterator[Case]:
    def case(what: str, taken: bool, **changes: str) -> Case:
        return what, trust_text(**changes), taken

    allow = ("allow unlogged\n", "allow stale\n", "allow unaudited\n")
    for lines, taken in (("", True), (allow[0] + allow[2], True), (allow[1] + allow[0], False), (allow[0] * 2, False), (allow[2] + allow[1], False), ("allow all\n", False)):  # fmt: skip
        yield case(" ".join(lines.split()) or "nothing allowed", taken, allow=lines)
    for lines, taken in (("a b", True), ("b a", False), ("a a", False), ("a a-b", True), ("ab a", False)):
        yield case(f"categories {lines}", taken, categories="".join(f"category {c}\n" for c in lines.split()))
    for seq, taken in ((str(MOST), True), (str(MOST + 1), False), ("00", False), ("-1", False), ("", False), ("9" * 17, False)):  # fmt: skip
        yield case(f"min-seq {seq}", taken, min_seq=f"min-seq {seq}\n")
    for distance, taken in ((255, True), (256, False)):
        yield case(f"max-distance {distance}", taken, distance=f"max-distance {distance}\n")
    for kind, taken in (("image", True), ("video", True), ("file", True), ("sound", False), ("images", False)):
        yield case(f"type {kind}", taken, type=f"type {kind}\n")
    for name, taken in (("!", True), ("~", True), ("n" * 128, True), ("n" * 129, False), ("", False), ("a+b", False), ("a b", False), ("a\x7f", False), ("*,", True)):  # fmt: skip
        yield case(f"origin {name!r}", taken, origin=f"origin {name}\n")
    for token, taken in (("a", True), ("z", True), ("0", True), ("9", True), ("a-z", True), ("t" * 32, True), ("t" * 33, False), ("-a", False), ("a-", False), ("-", False), ("", False), ("a`", False), ("a{", False), ("a/", False), ("a:", False), ("A", False), ("a.b", False), ("a,b", False)):  # fmt: skip
        yield case(f"category {token!r}", taken, categories=f"category {token}\n")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return (samples.make(tmp_path_factory.mktemp("rule") / "list", samples.entries()) / "manifest").read_bytes()


@pytest.mark.parametrize(
    ("what", "text", "taken"), [pytest.param(*c, id=c[0]) for c in (*trust_cases(), *trust_word_cases())]
)
def test_trust(what: str, text: str, taken: bool, release: bytes) -> None:
    judged(what, text, release, taken)


# ---- the manifest's text, section 2 -----------------------------------------------------------------------


def file_bytes(plain: int) -> int:
    """The size of a Cobblestone file: section 5."""
    return 56 + plain + 16 * (plain // 16384 + 1)


def list_bytes(slots: int, kind: str) -> int:
    return file_bytes(16384 + (32 + {"image": 6, "video": 14, "file": 5}[kind]) * slots)


def manifest_text(kind: str = "image", slots: int = 512, **changes: str) -> str:
    parts = {
        "origin": f"origin {samples.ORIGIN}\n",
        "type": f"type {kind}\n",
        "seq": "seq 10\n",
        "time": f"time {samples.ISSUED} {samples.EXPIRES}\n",
        "policy": "policy -\n",
        "prev": f"prev {HASH}\n",
        "list": f"list {list_bytes(slots, kind)} {HASH} {HASH}\n",
        "content": f"content {slots} {HASH}\n",
        "local": "" if kind == "file" else f"local 1 72 {HASH} {HASH}\n",
        "rule": f"rule 2 {0 if kind == 'file' else 31}\n",
        "sound": "sound 100\n" if kind == "video" else "",
        "sources": "source 0 alpha.example/key\nsource 7 beta.example/key\n",
        "categories": "category 0 scam\ncategory 15 spam\n",
        "deltas": f"delta 9 72 {HASH}\ndelta 0 72 {HASH}\n",
    }
    return "pdqlite.org/manifest/v1\n" + "".join({**parts, **changes}.values())


def manifest_cases() -> Iterator[Case]:
    def case(what: str, taken: bool, **changes: object) -> Case:
        return what, manifest_text(**changes), taken  # type: ignore[arg-type]

    for kind in ("image", "video", "file"):
        yield case(f"all lines of {kind}", True, kind=kind)
        for slots, taken in ((0, False), (256, False), (511, False), (513, False), (1024, True), (2**28, True), (2**28 + 512, False)):  # fmt: skip
            yield case(f"{kind}: {slots} slots", taken, kind=kind, slots=slots)
        for more in (-1, 1):
            line = f"list {list_bytes(512, kind) + more} {HASH} {HASH}\n"
            yield case(f"{kind}: list {more} longer", False, kind=kind, list=line)
    for n, taken in ((0, True), (255, True), (256, False)):
        yield case(f"sound {n}", taken, kind="video", sound=f"sound {n}\n")
        yield case(f"rule 1 {n}", taken, rule=f"rule 1 {n}\n")
    for kind in ("image", "file"):
        yield case(f"sound in a list of {kind}", False, kind=kind, sound="sound 1\n")
    yield case("no sound", True, kind="video", sound="")
    yield case("two sounds", False, kind="video", sound="sound 1\nsound 1\n")
    yield case("a distance between files", False, kind="file", rule="rule 1 1\n")
    yield case("keypoints of files", False, kind="file", local=f"local 1 72 {HASH} {HASH}\n")
    for least, taken in ((0, False), (1, True), (2, True), (3, False), (17, False)):
        yield case(f"{least} of two sources", taken, rule=f"rule {least} 31\n")
    for size in (71, 72, 72 + 16383, 56 + 16400, 56 + 16400 + 15, 56 + 16400 + 16, 56 + 2 * 16400 + 1, 2**40, 2**40 + 1):  # fmt: skip
        taken = 72 <= size <= 2**40
        yield case(f"delta of {size}", taken, deltas=f"delta 9 {size} {HASH}\n")
        taken = taken and any(file_bytes(plain) == size for plain in range(size - 56 - 16 * (size // 16400 + 2), size))
        yield case(f"local of {size}", taken, local=f"local 1 {size} {HASH} {HASH}\n")
    for version in (0, 2):
        yield case(f"local {version}", False, local=f"local {version} 72 {HASH} {HASH}\n")


def manifest_line_cases() -> Iterator[Case]:
    def case(what: str, taken: bool, **changes: object) -> Case:
        return what, manifest_text(**changes), taken  # type: ignore[arg-type]

    for issued, expires, taken in ((5, 5, False), (5, 6, True), (6, 5, False), (0, MOST, True), (0, MOST + 1, False), (MOST, MOST, False)):  # fmt: skip
        yield case(f"time {issued} {expires}", taken, time=f"time {issued} {expires}\n")
    for seq, prev, taken in ((0, "-", True), (0, HASH, False), (1, "-", False), (1, HASH, True), (MOST, HASH, True), (MOST + 1, HASH, False)):  # fmt: skip
        yield case(f"seq {seq} prev {prev[:3]}", taken, seq=f"seq {seq}\n", prev=f"prev {prev}\n", deltas="")
    for policy, taken in ((f"0 {HASH}", True), (f"{MOST} {HASH}", True), (f"{MOST + 1} {HASH}", False), (f"- {HASH}", False), ("0", False), ("", False)):  # fmt: skip
        yield case(f"policy {policy[:20]}", taken, policy=f"policy {policy}\n")
    for froms, taken in (("", True), ("9", True), ("10", False), ("11", False), ("9 8", True), ("8 9", False), ("8 8", False), ("8 7 6 5 4 3 2 1", True), ("8 7 6 5 4 3 2 1 0", False)):  # fmt: skip
        yield case(f"deltas from {froms}", taken, deltas="".join(f"delta {n} 72 {HASH}\n" for n in froms.split()))
    for i, taken in (("0 15", True), ("0 16", False), ("15 0", False), ("3 3", False), ("00 1", False)):
        pair = list(zip(i.split(), ("a", "b"), strict=True))
        yield case(f"sources {i}", taken, sources="".join(f"source {n} {name}\n" for n, name in pair))
        yield case(f"categories {i}", taken, categories="".join(f"category {n} {name}\n" for n, name in pair))
    yield case("a source twice", False, sources="source 0 a\nsource 1 b\nsource 2 a\n")
    yield case("a category twice", False, categories="category 0 a\ncategory 1 b\ncategory 2 a\n")
    yield case("a name that another starts with", True, sources="source 0 ab\nsource 1 a\n")
    yield case("no source", False, sources="", rule="rule 1 31\n")
    yield case("no category", False, categories="")
    sixteen = "".join(f"source {n} s{n}\n" for n in range(16))
    yield case("16 of 16 sources", True, sources=sixteen, rule="rule 16 31\n")
    unused = HASH[:-2] + chr(ord(HASH[-2]) + 1) + "="
    for bad in (HASH[:-1], HASH + "=", unused, HASH[:-1] + "A", "*" + HASH[1:], HASH[:4] + "=" + HASH[5:], HASH[4:]):
        yield case(f"hash {bad}", False, content=f"content 512 {bad}\n")


@pytest.mark.parametrize(
    ("what", "text", "taken"), [pytest.param(*c, id=c[0]) for c in (*manifest_cases(), *manifest_line_cases())]
)
def test_manifest(what: str, text: str, taken: bool) -> None:
    trust = bytes(samples.trust(type=text.split("type ")[1].split("\n")[0])).decode()
    judged(what, trust, sign(text.encode()), taken)


# ---- the note, section 3 ------------------------------------------------------------------------------------

SPACES = [0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]


def test_white_space_in_a_key_name(release: bytes) -> None:
    """Each character that is white space, and those beside it and of the same last bytes, that are none."""
    pins = bytes(samples.trust()).decode()
    beside = {s + d for s in SPACES for d in (-1, 1, 0x40, 0x100, 0x1000)} | {0x385, 0x3A0, 0x105}
    for code in sorted({*SPACES, *beside}):
        line = f"\u2014 a{chr(code)}b AAAAAAA=\n".encode()
        judged(f"U+{code:04X}", pins, release + line, code not in SPACES and code >= 0x20)


def test_utf8_in_a_key_name(release: bytes) -> None:
    """The first and the last sequence of each length and of each gap; and those that Unicode's table 3-7 leaves out."""
    pins = bytes(samples.trust()).decode()
    good = (0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0x10FFFF)
    for code in good:
        judged(f"U+{code:04X}", pins, release + b"\xe2\x80\x94 a" + chr(code).encode() + b" AAAAAAA=\n", True)
    bad = (
        "80", "bf", "c0 80", "c1 bf", "c2", "c2 7f", "c2 c0", "e0 80 80", "e0 9f bf", "ed a0 80", "ed bf bf", "e1 80", "e1 80 7f",
        "e1 c0 80", "e1 7f 80", "f0 80 80 80", "f0 8f bf bf", "f4 90 80 80", "f4 bf bf bf", "f5 80 80 80", "f1 80 80", "f1 80 80 c0",
        "f1 80 7f 80", "f1 c0 80 80", "f8 88 80 80 80", "fe", "ff",
    )  # fmt: skip
    for hexes in bad:
        for after in (b"", b"b"):
            line = b"\xe2\x80\x94 a" + bytes.fromhex(hexes) + after + b" AAAAAAA=\n"
            judged(hexes, pins, release + line, False)


def test_lines_of_signatures(release: bytes) -> None:
    """Sizes of a signature, of the note, and the base64 of either."""
    pins = bytes(samples.trust()).decode()
    for n, taken in ((4, False), (5, True), (8192, True), (8193, False)):
        line = f"\u2014 a {base64.b64encode(bytes(n)).decode()}\n".encode()
        judged(f"{n} bytes", pins, release + line, taken)
    for end in ("AAAAAAA=", "AAAAAAB="):  # unused bits
        judged(end, pins, release + f"\u2014 a {end}\n".encode(), end == "AAAAAAA=")
    for what, taken in (("\u2014 a AAAAAAA=\n\u2014 a AAAAAAA=\n", False), ("\u2014 a AAAAAAA=\n\u2014 a AAABAAA=\n", True), ("\u2014 a AAAAAAA=\n\u2014 b AAAAAAA=\n", True)):  # fmt: skip
        judged(what, pins, release + what.encode(), taken)
    room = 131072 - len(release)
    body, last = divmod(room, 7 + 10924)  # as long as lines may be: 8192 bytes are 10924 characters
    lines = b"".join(
        b"\xe2\x80\x94 %c " % (97 + i) + base64.b64encode(bytes(8191) + b"\1") + b"\n" for i in range(body)
    )
    short = last - 7
    short -= short % 4
    tail = b"\xe2\x80\x94 " + b"z" * (last - 6 - short) + b" " + b"A" * short + b"\n"
    whole = release + lines + tail
    assert len(whole) == 131072
    judged("as long as a note may be", pins, whole, True)
    judged("one byte longer", pins, release + lines + tail.replace(b" z", b" zz", 1), False)
