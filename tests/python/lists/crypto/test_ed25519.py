"""Ed25519's edge cases: every provider here says what RFC 8032's equation says, after the strict check of encodings."""

from __future__ import annotations

import hashlib

import pytest

from pdqlite.lists.crypto import ed25519
from support import ROOT
from support.ed25519 import ed25519_check
from support.third_party import vectors, wycheproof

CHECKS = {"core": ed25519_check, "Python": ed25519.verify}

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


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_ed25519_edge_cases(check) -> None:
    """CCTV's 914: the verdict is that of the formulas, and the number the one the C providers come to."""
    cases = vectors("ed25519-cctv", "ed25519vectors.json")
    assert len(cases) == 914
    accepted = 0
    for case in cases:
        key, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        good = check(key, signature, case["msg"].encode())
        assert good == signature_holds(key, signature, case["msg"].encode()), case["number"]
        accepted += good
    program = (ROOT / "tests" / "c" / "provider_vectors.c").read_text(encoding="utf-8")
    assert f"CCTV_ACCEPTED = {accepted} }}" in program


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_ed25519_of_wycheproof(check) -> None:
    cases = wycheproof("ed25519_test.json")
    assert len(cases) == 151
    for case in cases:
        good = check(bytes.fromhex(case["publicKey"]["pk"]), bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
        assert good == (case["result"] == "valid"), case["tcId"]


# Section 3 of the format, on encodings whatever else the signature says: y below p, no small order, S below L.
BASE = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")
ORDER_8 = decoded(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
assert ORDER_8 is not None
SMALL = sorted({point[1] * pow(point[2], P - 2, P) % P for point in (times(n, ORDER_8) for n in range(8))})


def encoded(y: int, sign: int = 0) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


@pytest.mark.parametrize("sign", [0, 1])
def test_strict_encodings_are_the_definition(sign: int) -> None:
    """Each bound from both sides, for the key, for R and for S; the core refuses what Python refuses, before it asks a provider."""
    assert len(SMALL) == 5
    good_s = (ORDER - 1).to_bytes(32, "little")
    points = {encoded(y, sign): y < P and y not in SMALL
              for y in (*SMALL, *range(P - 2, 2**255), *(y + 1 for y in SMALL), 2**254, 9)}  # fmt: skip
    for point, good in points.items():
        for key, r in ((point, BASE), (BASE, point)):
            asked = []
            assert ed25519.strict_encodings(key, r + good_s) == good
            answer = ed25519_check(key, r + good_s, b"", lambda *_, asked=asked: asked.append(1) or True)
            assert answer == good == bool(asked)
    for s in (0, 1, ORDER - 1, ORDER, ORDER + 1, 2**253, 2**255 + ORDER - 1, 2**256 - 1):
        signature = BASE + s.to_bytes(32, "little")
        assert ed25519.strict_encodings(BASE, signature) == (s < ORDER)
        assert ed25519_check(BASE, signature, b"", lambda *_: True) == (s < ORDER)
    for key, signature in (
        (BASE[:31], BASE + good_s),
        (BASE + b"\0", BASE + good_s),
        (BASE, BASE + good_s[:31]),
        (BASE, BASE + good_s + b"\0"),
    ):
        assert not ed25519.strict_encodings(key, signature) and not ed25519_check(key, signature, b"")
