"""
Write small seed corpora for the fuzz targets: `python tests/fuzz/seeds.py OUT` makes OUT/<target>/.

Taken from tests/vectors/list (log.json, deltas.json, cases.json). The plaintexts of deltas and local sections are
decrypted with the vectors' own key; states are those that the auditor's reader makes of the good cases. Pictures,
and lists that they match, are drawn.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy as np
from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag

from pdqlite.cli import scenes
from pdqlite.errors import ListError
from pdqlite.hashing import hash_pixels
from pdqlite.index import Index
from pdqlite.lists import Trust
from pdqlite.lists.format.files import Memory
from pdqlite.lists.verify.auditor import verify_files

VECTORS = Path(__file__).parents[1] / "vectors" / "list"


def keypoint(name: str) -> bytes:
    return (VECTORS / "blobs" / name).read_bytes()


def cases(name: str) -> list[dict]:
    loaded = json.loads((VECTORS / name).read_text())
    return loaded if isinstance(loaded, list) else loaded["cases"]


def put(out: Path, target: str, data: bytes) -> None:
    (out / target).mkdir(parents=True, exist_ok=True)
    (out / target / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def framed(parts: list[bytes]) -> bytes:
    return b"".join(len(p).to_bytes(3, "big") + p for p in parts)


def states(case: dict) -> tuple[bytes, bytes]:
    """What a device keeps before a case, and after it; empty where there is none."""
    state, before = None, b""
    given = Trust.parse(keypoint(case["trust"]))
    try:
        for old in [*case.get("before", []), case]:
            before = bytes(state) if state else b""
            state = verify_files(
                Memory({name: keypoint(data) for name, data in old["files"].items()}), given, old["now"], state
            ).state
    except ListError:  # the case itself, which is refused
        return bytes(state) if state else b"", b""
    return before, bytes(state) if state else b""


def releases(out: Path) -> None:
    for case in cases("log.json") + cases("cases.json"):
        files = {name: keypoint(data) for name, data in case["files"].items()}
        more = next((d for n, d in files.items() if n.startswith("consistency-")), b"")
        if any(len(d) > 100_000 for n, d in files.items() if not n.endswith(".cob")):
            continue
        state, after = states(case)
        parts = [
            keypoint(case["trust"]),
            state,
            files.get("manifest", b""),
            files.get("manifest.tlog-proof", b""),
            more,
        ]
        for version in range(4):
            parts += [files.get(f"policy-{version}", b""), files.get(f"policy-{version}.tlog-proof", b"")]
        put(out, "fuzz_release", framed(parts))
        put(out, "fuzz_list", b"\0" + parts[0])
        put(out, "fuzz_list", b"\1" + parts[2])
        for name, data in files.items():
            if len(data) > 20_000:  # made to be past a limit: no seed
                continue
            if name.endswith("tlog-proof"):
                put(out, "fuzz_proof", len(data).to_bytes(2, "big") + data + more)
            elif name.startswith("policy-"):
                put(out, "fuzz_log_policy", data.rpartition(b"\n\n")[0] + b"\n")
                put(out, "fuzz_note", data)
        for kept in filter(None, (state, after)):
            put(out, "fuzz_device_state", kept)


def tokens(out: Path) -> None:
    """A token, then tokens of one's own: another log, another size, another root, the same."""
    one = bytes(8) + (7).to_bytes(8, "big") + bytes(32)
    for own in (b"", b"\1" + one[1:], one[:15] + b"\6" + one[16:], one[:47] + b"\1", one):
        put(out, "fuzz_token", b"\0" + one + own)
        put(out, "fuzz_token", b"\0" + one + own + one)
    put(out, "fuzz_token", b"\0" + one[:9] + b"\x1f" + one[10:] + one)


def deltas(out: Path) -> None:
    for case in cases("deltas.json"):
        files = {name: keypoint(data) for name, data in {**case["files"], **case.get("whole", {})}.items()}
        text = files["manifest"].decode("utf-8", "replace")
        origin = text.split("origin ")[1].split("\n")[0]
        video, keypoints = "type video" in text, "\nlocal " in text
        for name, section, more in (("delta-0.cob", "delta", "0\n"), ("local.cob", "local", "")):
            try:
                decryptor = Cobblestone256Decryptor(
                    bytes.fromhex(case["key"]), f"pdqlite.org/{section}/v1\n{origin}\n{more}1\n".encode()
                )
                plain = decryptor.update(files[name]) + decryptor.finalize()
            except (KeyError, ValueError, InvalidTag):  # a file that does not decrypt is no seed
                continue
            put(out, "fuzz_delta", bytes([(section == "local") + 2 * video + 4 * keypoints]) + plain)
            if section == "local":
                for record in records(plain):
                    put(out, "fuzz_keypoints", bytes([7, 7, 0, 47, 0, 0, 0, 0]) + record)


def records(plain: bytes) -> list[bytes]:
    """The keypoint signatures of a local section (docs/formats/list-content.md, section 8), without the empty ones."""
    slots = int.from_bytes(plain[16:24], "big")
    lengths = [int.from_bytes(plain[64 + 2 * i : 66 + 2 * i], "big") for i in range(slots)]
    found, at = [], 64 + 2 * slots
    for length in lengths:
        found.append(plain[at : at + length])
        at += length
    return [record for record in found if record]


def drawn(seed: int, width: int, height: int) -> np.ndarray:
    return np.ascontiguousarray(scenes.picture(seed, width, height)[..., 1])


def sounds(out: Path) -> None:
    """The target of sound: pushes at several rates, of 16 bits and of floats."""
    for hypothesis, (rate, channels, kind) in enumerate(((0, 1, 1), (7, 2, 1), (8, 2, 2), (1, 3, 1), (12, 1, 2))):
        noise = np.random.default_rng(hypothesis).uniform(-1, 1, 600).cumsum() / 30
        data = (noise.astype("<f4") if kind == 2 else (noise * 9000).astype("<i2")).tobytes()
        push = struct.pack("<BBBBHbb", rate, channels, kind, 0, len(data), 0, 0) + data
        put(out, "fuzz_sound", bytes([hypothesis, 3, 9, 0]) + push + push)
        for lie in (
            (64, 0),
            (0, 64),
            (64, 192),
            (0, 128),
            (128, 0),
        ):  # backwards, planar, both; channels backwards; strides of 0
            put(out, "fuzz_sound", bytes([hypothesis, 3, 9, 0]) + push[:6] + bytes(lie) + push[8:])
    for harmless in (0, 1):  # one video of twelve windows, another of one pattern; the first heard
        rows = [bytes([i % 5, 20, i, 0]) + (1000 * i).to_bytes(2, "big") for i in range(12)]
        rows += [bytes([0, 30, i, 2 + harmless]) + (200 * i).to_bytes(2, "big") for i in range(9)]
        heard = b"".join(bytes([i % 5, 9, 3 * i, 0, 8, 1 + 2 * (i % 3)]) for i in range(14))
        put(out, "fuzz_listen", bytes([84, 120]) + b"".join(rows) + b"\xff" + heard)


def pictures(out: Path) -> None:
    """Targets of pictures: any layout of pixels, keypoint signatures, un-cropping."""
    gray, colour = 1, 3
    for width, height, kind in ((64, 64, gray), (90, 70, colour), (65, 33, gray)):
        pixels = scenes.picture(width, width, height)
        data = pixels[..., 0].tobytes() if kind == gray else pixels.tobytes()
        step = len(data) // (width * height)
        for reduced in (0, 1):
            put(out, "fuzz_hash", struct.pack("<HHihhBB", width, height, width * step, step, 0, kind, reduced) + data)
        put(out, "fuzz_hash", struct.pack("<HHihhBB", width, height, -width * step, step, 0, kind, 0) + data)
    for seed in range(4):
        plane = drawn(seed, 96, 96).astype(">u2") << 8  # the target reads high bytes first
        put(out, "fuzz_keypoints", bytes([95, 95, seed % 2, 47, 0, 0, 0, 0]) + plane.astype(">u2").tobytes())
        put(
            out,
            "fuzz_uncrop",
            bytes([0, 95, 1, 95, seed, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]) + drawn(seed, 96, 96).tobytes(),
        )


def matches(out: Path) -> None:
    """Lists that hold a picture, in each form a matcher takes, and three pictures of which one is it."""
    side, entries = 40, 8
    rows = b"".join(hash_pixels(drawn(seed, side, side)).bits for seed in range(entries))
    shown = b"".join(_shown(drawn(seed, side, side)) for seed in (3, 99, 3))
    for form in (
        1,
        6,
        2 + 8,
        1 + 16 + 32,
        128,
    ):  # rows; an index; keypoint signatures too; un-cropping too (slow here: once); pages
        for kind, meta in (
            (0, b""),
            (1, bytes([0, 1, 0, 1, 0, 100])),
            (2, bytes([0, 1, 0, 1, 2, 100, 0, 0, 0, 1, 0, 0, 0, 0])),
        ):
            if form & 16 and kind:
                continue
            blocks = b"\0" * bool(form & 2) + bytes([3, 9, 0]) * bool(form & 8)  # no damage
            rules = bytes([175, 150, 254, 50, 1, 15])  # the advised ones; of frames one
            put(out, "fuzz_match", bytes([entries, kind, form]) + rows + meta * entries + blocks + rules + shown)


def _shown(pixels: np.ndarray) -> bytes:
    """One picture as fuzz_match takes it: shape, format, step, pixels and what fills up, then four numbers."""
    data = pixels.tobytes()
    return (
        bytes([pixels.shape[1], pixels.shape[0], 1, 1])
        + data
        + bytes(5 * len(data) + 5 - len(data))
        + bytes([64, 125, 1, 64])
    )


def indexes(out: Path) -> None:
    """Whole blocks of the shape scan, and what to write over the target's own blocks, in each of their sections."""
    for n in (0, 1, 300):
        rows = np.random.default_rng(n).integers(0, 256, (n, 32), dtype=np.uint8)
        for radius in (0, 31, 200):
            put(out, "fuzz_index", bytes([16, radius, 0, 0]) + bytes(Index(rows, "scan").block))
    rows = _rows_of_the_target()
    for form, shape in ((1, "self"), (2, "compact")):
        index = Index(rows, shape)
        block, info = bytes(index.block), index.info
        lists = 128 + info.directory_bytes
        sections = [
            128,
            128 + info.directory_bytes // 2,
            lists,
            lists + info.list_bytes // 32,
            len(block) - info.row_bytes,
            len(block) - 60,
        ]
        for at in sections:
            for radius in (0, 31, 63, 100):
                for content in (bytes(48), b"\xff" * 48, bytes(range(1, 49)), b"\xff\0" * 24):
                    put(out, "fuzz_index", _over(block, form, radius, at, content))
        directory = info.directory_bytes // 16  # four starts, then a step of a byte for each value
        for band in (0, 7, 15):  # the query of zeros reads 0, 1, 2, 4 ...: two of them, each more than half the places
            at = 128 + band * directory + directory - 65536
            lie = bytearray(block[at : at + 4098])
            lie[8:10] = lie[4096:4098] = b"\0\xff"
            put(out, "fuzz_index", _over(block, form, 31, at + 8, bytes(lie[8:])))


def _rows_of_the_target() -> np.ndarray:
    """The rows that fuzz_index.c draws."""
    x, rows = 1, bytearray()
    for i in range(700 * 32):
        x = (x * 1664525 + 1013904223) % 2**32
        rows.append(x >> 24 if i % 96 < 64 else rows[i - 64])
    return np.frombuffer(bytes(rows), np.uint8).reshape(-1, 32)


def _over(block: bytes, form: int, radius: int, at: int, content: bytes) -> bytes:
    """What writes `content` over a block from `at` on; places are in 65536ths, so some bytes before it stay as they are."""
    place = at * 65536 // len(block)
    return bytes([form, radius, place % 256, place // 256]) + block[len(block) * place // 65536 : at] + content


def main() -> None:
    releases(Path(sys.argv[1]))
    tokens(Path(sys.argv[1]))
    deltas(Path(sys.argv[1]))
    pictures(Path(sys.argv[1]))
    sounds(Path(sys.argv[1]))
    matches(Path(sys.argv[1]))
    indexes(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
