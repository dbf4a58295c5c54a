"""The device's reader is a conversation: what is called before its turn, or after the end, is refused and changes nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pdqlite._core import ffi, lib

from pdqlite import errors
from pdqlite.lists.format.files import Memory
from pdqlite.lists.verify import device
from pdqlite.native import list as native_list
from support.lists import samples
from support.lists.deltas import load, pair
from support.lists.samples import KEY, NOW

# The calls of each turn, by the header: whichever of them is made next, those of other turns are refused. What is wanted may be asked
# whenever something is read: nothing, of a delta and of records.
TURNS = {
    "sealed bytes": ("pdql_list_ciphertext", "pdql_list_ciphertext_end", "pdql_list_delta"),
    "key": ("pdql_list_key_info", "pdql_list_key"),
    "pages": ("pdql_list_want", "pdql_list_give", "pdql_list_give_keypoints", "pdql_list_end"),
    "delta": ("pdql_list_want", "pdql_delta_next", "pdql_delta_page", "pdql_delta_old", "pdql_list_end"),
    "done": ("pdql_list_keypoints", "pdql_list_records"),
    "records": ("pdql_list_want", "pdql_list_record", "pdql_list_end"),
}
zeros = ffi.new("uint64_t[]", 1 << 12)
u8 = ffi.cast("uint8_t *", zeros)
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "pdql_list_ciphertext": (u8, 8),
    "pdql_list_ciphertext_end": (),
    "pdql_list_delta": (ffi.cast("pdql_held *", zeros),),
    "pdql_list_key_info": (u8, lib.PDQL_KEY_INFO_MAX, ffi.cast("size_t *", zeros)),
    "pdql_list_key": (u8,),
    "pdql_list_want": (ffi.cast("pdql_page *", zeros),),
    "pdql_list_give": (u8, 8, ffi.cast("pdql_entries *", zeros)),
    "pdql_list_give_keypoints": (u8, 8, ffi.cast("pdql_records *", zeros)),
    "pdql_list_end": (ffi.NULL,),
    "pdql_delta_next": (ffi.cast("pdql_delta_piece *", zeros),),
    "pdql_delta_page": (u8, 8),
    "pdql_delta_old": (u8, u8, 1),
    "pdql_list_keypoints": (),
    "pdql_list_records": (8,),
    "pdql_list_record": (u8, 4),
}


class Watched:
    """Stands for `lib`: before each call of a reader, tries every call of other turns on the same list."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.last: Any = None

    def __getattr__(self, name: str) -> Any:
        real = getattr(lib, name)
        if name not in ARGUMENTS:
            return real

        def call(reader: Any, *arguments: Any) -> int:
            self.last = reader
            turns = {turn for turn, calls in TURNS.items() if name in calls}
            if name != "pdql_list_end":  # it may end any of three
                self.refused(
                    reader, {c for turn, calls in TURNS.items() if turn not in turns for c in calls} - {name}, turns
                )
            return int(real(reader, *arguments))

        return call

    def refused(self, reader: Any, calls: set[str], turns: set[str]) -> None:
        allowed = {c for turn in turns for c in TURNS[turn]}
        memory = ffi.buffer(ffi.cast("uint8_t *", reader), lib.pdql_list_size())
        before = bytes(memory)
        for name in sorted(calls - allowed):
            assert getattr(lib, name)(reader, *ARGUMENTS[name]) == lib.PDQL_ERR_ORDER, (name, turns)
            assert memory[:] == before, (name, turns)
            self.tried[name] += 1


@pytest.fixture(scope="module", params=["image", "video"])
def releases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict, dict]:
    old, new = (load(d) for d in pair(tmp_path_factory.mktemp("order"), request.param, True, 600, 7, 30))
    return request.param, old, new


def test_nothing_is_taken_before_its_turn(releases: tuple[str, dict, dict], monkeypatch: pytest.MonkeyPatch) -> None:
    """A list with keypoint signatures, then a delta from it and its records: at every step every other step is tried."""
    kind, old, new = releases
    watched, trust = Watched(), samples.trust(type=kind)
    monkeypatch.setattr(native_list, "lib", watched)
    held = device.verify(Memory(old), trust, NOW)
    entries = device.entries(held, KEY)
    done = watched.last
    watched.refused(done, set(ARGUMENTS), {"done"})  # after the end: only what comes next
    given = native_list.Held(held.endorsed.seq, len(entries), held.endorsed.pt_root)
    after = device.apply(device.verify_texts(Memory(new), trust, NOW), KEY, given, entries)
    assert len(after) == 623 and set(watched.tried) == set(ARGUMENTS)


def test_a_list_that_was_refused_stays_refused(
    releases: tuple[str, dict, dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is called then says the first fault again."""
    kind, old, _ = releases
    watched = Watched()
    monkeypatch.setattr(native_list, "lib", watched)
    damaged = dict(old, **{"list.cob": old["list.cob"][:-1] + bytes([old["list.cob"][-1] ^ 1])})
    with pytest.raises(errors.CiphertextError):
        device.verify(Memory(damaged), samples.trust(type=kind), NOW)
    first = lib.pdql_list_ciphertext_end(watched.last)
    assert first not in (lib.PDQL_OK, lib.PDQL_ERR_ORDER, lib.PDQL_ERR_ARG)
    assert {name: getattr(lib, name)(watched.last, *ARGUMENTS[name]) for name in ARGUMENTS} == dict.fromkeys(
        ARGUMENTS, first
    )
