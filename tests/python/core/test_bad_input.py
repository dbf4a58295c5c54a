"""Whatever is given where a picture, a video, rows or a place is expected: our error, one line, with nothing of what was given."""

from __future__ import annotations

import io

import numpy as np
import pytest

import pdqlite
from pdqlite import Entries, Index, Matcher, Store, errors, hashing
from pdqlite.lists import Trust, load_list_key, verify_list
from support.lists import samples

ROWS = np.zeros((2, 32), np.uint8)
MATCHER = Matcher(Entries(ROWS, *(np.zeros(2, t) for t in (np.uint16, np.uint16, np.uint8, np.uint8))))
NO_PICTURES = [None, [1, 2], 3, {}, object(), io.StringIO("secret")]
NO_PATHS = ["no/secret", "a\0secret", "", "/"]
NO_PIXELS = [np.zeros((9, 9), ">u2"), np.zeros((0, 9), np.uint8), np.zeros((9, 9, 2), np.uint8), np.zeros((9, 9), object), np.zeros((9, 9), bool),
             np.zeros(9, np.uint8), np.full((9, 9), np.nan), np.zeros((4, 9), np.uint8)]  # fmt: skip
NO_PLACES = [None, 3, b"x", "", "no/secret", [1]]
NO_VALUES = [None, "secret", "", [1], {}, object()]
TRUST = samples.trust()
FILES = [*NO_PICTURES, *NO_PATHS, b""]
CALLS = {
    "hash_image": (pdqlite.hash_image, FILES + NO_PIXELS),
    "hash_video": (pdqlite.hash_video, FILES),
    "hash_file": (pdqlite.hash_file, FILES),
    "kind_of": (pdqlite.kind_of, NO_PICTURES + NO_PATHS),
    "hash_pixels": (hashing.hash_pixels, NO_PICTURES + NO_PATHS + NO_PIXELS),
    "hash_luma": (hashing.hash_luma, NO_PICTURES + NO_PATHS + NO_PIXELS),
    "match_image": (MATCHER.match_image, FILES + NO_PIXELS),
    "match_video": (MATCHER.match_video, FILES),
    "match_file": (MATCHER.match_file, FILES),
    "match_pixels": (MATCHER.match_pixels, NO_PICTURES + NO_PIXELS),
    "match_frames": (MATCHER.match_frames, [None, [1, 2], 3, object(), "secret", [(ROWS, None)], [(ROWS, "1")], [(ROWS, -1.0)], [(p, 0.0) for p in NO_PIXELS]]),
    "watch": (lambda pixels: MATCHER.watch().push(pixels, 0.0), NO_PICTURES + NO_PIXELS),
    "Matcher": (Matcher, [*NO_PICTURES, "secret", ROWS]),
    "Index": (Index, [None, [1, 2], 3, object(), "secret", b"x", ["a"], *NO_PIXELS]),
    "search": (Index(ROWS).search, [*NO_PICTURES, "secret", b"x", *NO_PIXELS]),
    "Store": (Store, [None, [1], 3, {}, b"x", "", "a\0secret", ROWS]),
    "open_list": (lambda place: pdqlite.open_list(place, bytes(32), trust=TRUST, now=0), NO_PLACES),
    "install": (lambda place: Store("none").install(place, bytes(32), trust=TRUST, now=0), [*NO_PLACES, object()]),
    "list key": (lambda key: pdqlite.open_list("none", key, trust=TRUST, now=0), [None, 3, "secret", b"x", bytes(31)]),
    "trust": (lambda trust: pdqlite.open_list("none", bytes(32), trust=trust, now=0), NO_VALUES),
    "installed trust": (lambda trust: Store("none").install("none", bytes(32), trust=trust, now=0), NO_VALUES),
    "now": (lambda now: pdqlite.open_list("none", bytes(32), trust=TRUST, now=now), [*NO_VALUES, 1.5]),
    "verified now": (lambda now: verify_list("none", TRUST, now), [*NO_VALUES, 1.5]),
    "installed now": (lambda now: Store("none").install("none", bytes(32), trust=TRUST, now=now), [*NO_VALUES, 1.5]),
    "status": (Store("none").status, [*NO_VALUES, 1.5]),
    "Trust.parse": (Trust.parse, [*NO_VALUES, b"x", b"\xff\n", bytearray(b"x\n")]),
    "load_list_key": (load_list_key, [None, [1], {}, 1.5, *NO_PATHS]),
    "limits": (lambda limits: pdqlite.hash_file(b"GIF89a", limits=limits), NO_VALUES),
    "limits apart": (lambda limits: MATCHER.match_file("none", limits=limits, isolate=True), NO_VALUES),
    "policy": (lambda policy: Matcher(MATCHER.entries, policy), ["secret", 3, object(), {"secret": 1}]),
    "decision": (lambda decision: pdqlite.drawn(decision, b""), NO_VALUES),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_our_error_and_no_other(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call, given = CALLS[name]
    for wrong in given:
        with pytest.raises(errors.PdqliteError) as caught:
            call(wrong)
        said = str(caught.value)
        assert 9 < len(said) < 300 and "\n" not in said and "secret" not in said, (wrong, said)


def test_what_is_read_only_or_not_in_order_is_read_as_it_looks():
    pixels = np.random.default_rng(1).integers(0, 256, (64, 48, 3), np.uint8)
    turned = np.asfortranarray(pixels)
    turned.setflags(write=False)
    assert pdqlite.hash_image(turned) == pdqlite.hash_image(pixels)
    assert MATCHER.match_pixels(turned) == MATCHER.match_pixels(pixels) and MATCHER.match_pixels(pixels[::-1]).quality
