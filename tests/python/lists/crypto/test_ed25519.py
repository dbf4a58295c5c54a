"""Ed25519's edge cases: every provider here says what RFC 8032's equation says, after the strict check of encodings."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from pdqlite.native import list as native_list
from support import ROOT


def external(name: str) -> Path:
    root = os.environ.get("PDQLITE_EXTERNAL")
    if not root:
        pytest.skip("PDQLITE_EXTERNAL is not set: third-party vectors are elsewhere")
    return Path(root) / "vectors" / name


# RFC 8032, section 5.1: points as (x, y), slowly, from its formulas.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def added(a: Point, b: Point) -> Point:
    aa, bb = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    cc, dd = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = bb - aa, dd - cc, dd + cc, bb + aa
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n: int, point: Point) -> Point:
    out: Point = (0, 1, 1, 0)
    while n:
        out, point, n = added(out, point) if n & 1 else out, added(point, point), n >> 1
    return out


def decoded(data: bytes) -> Point | None:
    """The point of a canonical encoding; None if there is none."""
    y, sign = int.from_bytes(data, "little") & 2**255 - 1, data[31] >> 7
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def same_point(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 == (a[1] * b[2] - b[1] * a[2]) % P


def signature_holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Section 3 of the format: canonical, no point of small order, S < L, the equation without cofactor."""
    a, r, s = decoded(key), decoded(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER or any(same_point(times(8, p), (0, 1, 1, 0)) for p in (a, r)):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    base = decoded((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert base is not None
    return same_point(times(s, base), added(r, times(k, a)))


def test_ed25519_edge_cases() -> None:
    """CCTV's 914: the verdict is that of the formulas, and the number the one the C providers come to."""
    cases = json.loads(external("ed25519-cctv/ed25519vectors.json").read_text(encoding="utf-8"))
    assert len(cases) == 914
    accepted = 0
    for case in cases:
        key, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        good = native_list.ed25519_check(key, signature, case["msg"].encode())
        assert good == signature_holds(key, signature, case["msg"].encode()), case["number"]
        accepted += good
    program = (ROOT / "tests" / "c" / "provider_vectors.c").read_text(encoding="utf-8")
    assert f"CCTV_ACCEPTED = {accepted} }}" in program


def test_ed25519_of_wycheproof() -> None:
    suite = json.loads(external("wycheproof/ed25519_test.json").read_text(encoding="utf-8"))
    seen = 0
    for group in suite["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            good = native_list.ed25519_check(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            assert good == (case["result"] == "valid"), case["tcId"]
            seen += 1
    assert seen >= 150
