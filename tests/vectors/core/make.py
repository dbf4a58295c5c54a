"""
Make cases.json. Needs pdqlite and pdqhash; its README says what is in it.

    python make.py
"""

import base64
import json
import math
from pathlib import Path

import numpy as np
import pdqhash

from pdqlite import Matcher, hash_image, keypoints
from pdqlite.cli import scenes
from pdqlite.types import Entries, MatchPolicy

HERE = Path(__file__).parent
RADII = [0, 31, 90, 256]


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def stored(pixels: np.ndarray, kind: str, pad: int = 0, step: int = 0) -> dict:
    """Return a picture with `pad` bytes behind each row and `step` bytes from pixel to pixel."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    step = step or channels
    rows = np.full((height, width * step + pad), 0xA5, np.uint8)
    for c in range(channels):
        rows[:, c : width * step : step] = pixels if pixels.ndim == 2 else pixels[:, :, c]
    return {"format": kind, "width": width, "height": height, "row_stride": width * step + pad,
            "pixel_stride": step, "data": text(rows.tobytes())}  # fmt: skip


def turned(pixels: np.ndarray) -> list[np.ndarray]:
    """Return the eight orientations in the order of pdql_hash_orientations."""
    rot = [np.rot90(pixels, n) for n in range(4)]
    swap = (1, 0, 2) if pixels.ndim == 3 else (1, 0)
    back = np.rot90(pixels, 2).transpose(swap)
    return [*rot, pixels[::-1], pixels[:, ::-1], pixels.transpose(swap), back]


def oracle(pixels: np.ndarray) -> list[list]:
    """Return what pdqhash says of the eight orientations."""
    out = []
    for view in turned(pixels):
        rgb = view if view.ndim == 3 else np.repeat(view[:, :, None], 3, axis=2)
        bits, quality = pdqhash.compute(np.ascontiguousarray(rgb))
        out.append([np.packbits(bits.astype(np.uint8)).tobytes().hex(), int(quality)])
    return out


def luma(pixels: np.ndarray) -> np.ndarray:
    return (pixels @ np.array([0.299, 0.587, 0.114])).round().astype(np.uint8)


def barred(pixels: np.ndarray) -> np.ndarray:
    bar = np.zeros((pixels.shape[0] // 5, *pixels.shape[1:]), np.uint8)
    return np.concatenate([bar, pixels, bar])


def pictures() -> tuple[list[dict], list[list], dict[str, int]]:
    """Return the pictures, what the oracle says of each, and their numbers by name."""
    made: list[dict] = []
    hashes: list[list] = []
    names: dict[str, int] = {}

    def add(name: str, pixels: np.ndarray, kind: str, seen: np.ndarray, **layout: int) -> None:
        names[name] = len(made)
        made.append({"name": name, **stored(pixels, kind, **layout)})
        hashes.append(oracle(seen))

    known = [scenes.picture(i, 128, 88) for i in range(4)]
    for i, pixels in enumerate(known):
        add(f"known {i}", pixels, "rgb", pixels)
    gray = luma(known[0])
    add("gray, padded rows", gray, "gray", gray, pad=13)
    add("gray, every second byte", gray, "gray", gray, step=2)
    levels = gray // 64  # 0, 73, 146, 219 above black: the four steps whose full-range values are whole numbers
    limited, wide = levels * 73 + 16, levels * 85
    add("limited", limited, "gray_limited", wide)
    add("rgba", known[1], "rgb", known[1], step=4)
    add("bgr", known[2][:, :, ::-1], "bgr", known[2])
    add("mirrored, in bars", barred(known[2])[:, ::-1], "rgb", barred(known[2])[:, ::-1])
    add("inverted", 255 - known[3], "rgb", 255 - known[3])
    add("stranger", scenes.picture(77, 120, 96), "rgb", scenes.picture(77, 120, 96))
    return made, hashes, names


def index_cases() -> dict:
    rng = np.random.default_rng(8)
    rows = [rng.bytes(32) for _ in range(40)]
    queries = []
    for near in (3, 17, 17):
        flips = sum(1 << int(b) for b in rng.choice(256, 20 + near, replace=False))
        queries.append((int.from_bytes(rows[near], "big") ^ flips).to_bytes(32, "big"))
    queries += [rows[5], rng.bytes(32)]
    rows.append(rows[5])
    distance = lambda a, b: (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()
    answers = {str(radius): [[q, r, d] for q, a in enumerate(queries) for r, b in enumerate(rows)
                             if (d := distance(a, b)) <= radius] for radius in RADII}  # fmt: skip
    return {"rows": text(b"".join(rows)), "queries": text(b"".join(queries)), "answers": answers}


def decision_of(decision) -> dict:
    where = decision.where
    hundredths = lambda rate: 0 if rate is None else round(-100 * math.log10(rate))  # of a power of ten
    return {"verdict": decision.verdict, "entry": decision.entry, "tier": decision.tier, "distance": decision.distance,
            "orientation": where.orientation if where else None, "inverted": where.inverted if where else None,
            "rate": hundredths(decision.rate), "list_rate": hundredths(decision.list_rate), "lacks": list(decision.lacks)}  # fmt: skip


def decision_cases(made: list[dict], hashes: list[list], names: dict[str, int]) -> dict:
    """Four stills and a clip of two frames; of the stills one negative, one of low quality."""
    flags, quality = [0, 0, 0, 0], [100, 100, 100, 100]
    rows = [bytes.fromhex(hashes[i][0][0]) for i in range(4)]
    meta = b"".join(bytes([0, 1, 0, 1, f, q]) for f, q in zip(flags, quality, strict=True))
    entries = Entries(np.frombuffer(b"".join(rows), np.uint8).reshape(-1, 32), np.ones(4, np.uint16), np.ones(4, np.uint16),
                      np.array(flags, np.uint8), np.array(quality, np.uint8))  # fmt: skip
    matcher = Matcher(entries)
    pixels = [unpacked(p) for p in made]
    shows = {
        "known 0": 0,
        "gray, padded rows": 0,
        "gray, every second byte": 0,
        "rgba": 1,
        "bgr": 2,
        "mirrored, in bars": 2,
        "inverted": 3,
        "stranger": None,
    }
    stills = [
        {"picture": names[n], "shows": s, **decision_of(matcher.match_pixels(pixels[names[n]]))}
        for n, s in shows.items()
    ]
    clips = []
    for frames, shown in (([("stranger", 0), ("known 1", 500), ("rgba", 1000), ("known 0", 1500), ("known 1", 2000)], 1),
                          ([("stranger", 0), ("stranger", 500), ("stranger", 1000)], None)):  # fmt: skip
        decision = matcher.match_frames([(pixels[names[n]], t / 1000) for n, t in frames])
        clips.append({"frames": [[names[n], t] for n, t in frames], "shows": shown, **decision_of(decision)})
    for case in stills + clips:
        assert case["entry"] == case["shows"], case
    return {
        "rows": text(b"".join(rows)),
        "meta_bytes": 6,
        "meta": text(meta),
        "policy": {},
        "pictures": stills,
        "videos": clips,
    }


def signature_cases(made: list[dict], hashes: list[list]) -> dict:
    """The keypoint signatures of the four stills, and parts of half their sides, too small for hashes to find."""
    parts = [{"picture": n, "left": 19, "top": 8, "width": 64, "height": 44, "shows": n} for n in range(4)]
    records = [keypoints.signature(unpacked(p)) for p in made[:4]]
    return {"of": [text(r) for r in records], "parts": parts, "claims": claim_cases(made, hashes, records)}


def claim_cases(made: list[dict], hashes: list[list], records: list[bytes]) -> list[dict]:
    """The stills against their own signatures, and against those of one another: a hash that no keypoint confirms."""
    rows = np.array([np.frombuffer(bytes.fromhex(hashes[i][0][0]), np.uint8) for i in range(4)])
    ones, flags, quality = np.ones(4, np.uint16), np.zeros(4, np.uint8), np.full(4, 100, np.uint8)
    cases = []
    for order in ([0, 1, 2, 3], [1, 0, 3, 2]):
        kept = tuple(records[i] for i in order)
        matcher = Matcher(Entries(rows, ones, ones, flags, quality, keypoints=kept), MatchPolicy(uncrop_entries=0))
        for n in range(4):
            got = matcher.match_pixels(unpacked(made[n]))
            assert got.entry == n and (got.verdict, got.confirmed) == (
                ("match", "yes") if order[n] == n else ("unconfirmed", "no")
            ), got
            case = {"signatures": order, "picture": n, "verdict": got.verdict, "entry": got.entry, "tier": got.tier}
            cases.append({**case, "confirmed": got.confirmed})
    return cases


def frame_cases() -> dict:
    """Frames of a pan and a part of one, once as one video, once as a video each: what frames of one video share is the video's own."""
    frames = list(scenes.clip(7, 3.0, 8, 320, 240))[:8]
    hashes, records = [hash_image(f) for f in frames], tuple(keypoints.signature(f) for f in frames)
    part = np.ascontiguousarray(luma(frames[3])[30:-20, 40:-20] if frames[3].ndim == 3 else frames[3][30:-20, 40:-20])
    rows = np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32)
    ones, quality, times = (
        np.ones(8, np.uint16),
        np.array([h.quality for h in hashes], np.uint8),
        np.arange(8, dtype=np.uint32) * 125,
    )
    cases = []
    for videos in (np.zeros(8, np.uint32), np.arange(8, dtype=np.uint32)):
        meta = b"".join(b"\0\1\0\1\2" + bytes([q]) + int(v).to_bytes(4, "big") + int(t).to_bytes(4, "big")
                        for q, v, t in zip(quality, videos, times, strict=True))  # fmt: skip
        entries = Entries(rows, ones, ones, np.full(8, 2, np.uint8), quality, videos, times, records)
        got = Matcher(entries, MatchPolicy(uncrop_entries=0), max_distance=0).match_pixels(part)
        cases.append(
            {
                "meta": text(meta),
                "verdict": got.verdict,
                "entry": got.entry,
                "proof": None if got.proof is None else round(16 * got.proof),
            }
        )
    assert cases[0]["verdict"] == "match" and cases[0] != {**cases[1], "meta": cases[0]["meta"]}, cases
    return {"rows": text(rows.tobytes()), "meta_bytes": 14, "signatures": [text(r) for r in records], "picture": stored(part, "gray"),
            "cases": cases}  # fmt: skip


def unpacked(picture: dict) -> np.ndarray:
    data = np.frombuffer(base64.b64decode(picture["data"]), np.uint8).reshape(picture["height"], picture["row_stride"])
    w, step = picture["width"], picture["pixel_stride"]
    channel = lambda c: data[:, c : w * step : step]
    if picture["format"] in ("gray", "gray_limited"):
        return channel(0)
    order = (2, 1, 0) if picture["format"] == "bgr" else (0, 1, 2)
    return np.ascontiguousarray(np.stack([channel(c) for c in order], axis=2))


ERRORS = [
    {"call": "hash", "what": "width 4", "status": "err-shape"},
    {"call": "hash", "what": "rows closer than a row is long", "status": "err-shape"},
    {"call": "index", "what": "radius 257", "status": "err-arg"},
    {"call": "index", "what": "a block cut by one byte", "status": "err-block"},
]


def main() -> None:
    made, hashes, names = pictures()
    for picture, expected in zip(made, hashes, strict=True):
        if picture["format"] != "gray_limited":
            assert hash_image(unpacked(picture)).bits.hex() == expected[0][0], picture["name"]
    cases = {"pictures": made, "hashes": hashes, "index": index_cases(),
             "decisions": decision_cases(made, hashes, names), "signatures": signature_cases(made, hashes), "frames": frame_cases(), "errors": ERRORS}  # fmt: skip
    (HERE / "cases.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
