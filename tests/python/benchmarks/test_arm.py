"""Counted costs and the device benchmark: what they say follows from what was counted."""

import json

import numpy as np
import pytest

from benchmarks import arm, device
from benchmarks._frame import gate
from benchmarks._frame.report import Report
from benchmarks.arm import cycles


def test_budget_is_one_and_keeps_the_targets():
    budget = gate.load(arm.BUDGET)
    assert budget["growth"] == arm.GROWTH == 0.01
    for key, most in arm.TARGETS.items():
        assert budget["counts"][key] <= most
    assert {key.split("arch=")[1] for key in budget["counts"]} == {"aarch64", "armv7"}
    assert set(budget["about"]["functions"]) == set(budget["counts"])


def test_every_region_has_limits_of_misses():
    budget = gate.load(arm.BUDGET)
    wanted = {key.replace(" arch=", f" L{level} misses arch=") for key in budget["counts"] for level in (1, 2)}
    assert set(budget["max"]) == wanted


def test_misses_may_be_some_percent_and_a_page_above():
    assert arm.limit_of_misses(1, 1000, 1) == 1164
    assert arm.limit_of_misses(2, 1000, 1) == 1114
    assert arm.limit_of_misses(2, 0, 6400) == 0.01
    budget = {"benchmark": "arm", "growth": 0.01, "counts": {"r": 10}, "max": {"r L1 misses": 21}}
    record = lambda n, misses: {"benchmark": "arm", "results": [  # noqa: E731
        {"kind": "count", "name": "r", "params": {}, "value": n}, {"kind": "count", "name": "r L1 misses", "params": {}, "value": misses}]}  # fmt: skip
    assert gate.broken(record(10, 21), budget) == []
    assert len(gate.broken(record(10, 22), budget)) == 1
    assert len(gate.broken(record(11, 21), budget)) == 1


BLOCKS = """\
block 2 f 010000000200000003000000
after r 2 1 1
after r 2 2 99
block 1 f 04000000
after r 1 0 1
after r 1 3 4
after other 1 0 7
block 3 g 05000000
after r 3 2 5
"""


def test_blocks_are_priced_behind_what_led_to_them():
    blocks = cycles.read(BLOCKS)
    assert blocks.code == {2: ("01000000", "02000000", "03000000"), 1: ("04000000",), 3: ("05000000",)}
    assert blocks.ran["other"] == {(0, 1): 7}
    ran = blocks.ran["r"]
    assert ran == {(1, 2): 1, (2, 2): 99, (0, 1): 1, (3, 1): 4, (2, 3): 5}
    assert cycles.leading(ran, blocks.code, 2) == (2,) * 22  # a loop behind itself: 66 instructions
    assert cycles.leading(ran, blocks.code, 1) == (2,) * 21 + (3, 1)
    assert cycles.leading(blocks.ran["other"], blocks.code, 1) == (1,)


def test_estimate_is_what_the_blocks_cost_each(monkeypatch):
    """Priced at three cycles for an instruction, a region takes three for each it executes, over the factor."""
    monkeypatch.setattr(cycles, "assembly", lambda words: {word: word for word in words})
    monkeypatch.setattr(cycles, "price", lambda sequences, lines: [10 + 3 * len(s) for s in sequences])
    found = cycles.estimate(cycles.read(BLOCKS))
    assert found["r"] == pytest.approx(3 * (3 * 100 + 5 + 5) / cycles.FACTOR)
    assert found["other"] == pytest.approx(3 * 7 / cycles.FACTOR)


def test_growth_is_blamed_on_the_functions_that_grew():
    before = {"weigh": 900, "dots": 80}
    assert arm.explain("r", {"weigh": 950, "dots": 80, "tiny": 1}, before) == ["r: weigh 900 -> 950"]
    assert arm.explain("r", {"weigh": 910, "new": 500}, before) == ["r: new 0 -> 500", "r: weigh 900 -> 910"]
    assert arm.explain("r", before, before) == []


@pytest.mark.parametrize("shape", [(37, 5, 1), (80, 75, 3)])
def test_picture_is_that_of_the_c_program(shape):
    """As benchmarks/c/fixed.h writes it down, one sample after the other."""
    width, height, channels = shape
    expected, noise = [], 1
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                noise = (noise * 1664525 + 1013904223) % 2**32
                tile = ((x // 37 * 2654435761 % 2**32) ^ ((y // 37 + c) * 2246822519 % 2**32)) >> 25
                expected.append((tile + 64 * x // width + 48 * y // height + (noise >> 29)) % 256)
    assert device.picture(*shape).shape == (height, width, channels)
    assert np.array_equal(device.picture(*shape).ravel(), np.array(expected, np.uint8))


def test_what_a_device_wrote_is_taken_over():
    state = {"clock_khz": 1, "max_khz": 2, "hottest_millicelsius": -1, "governor": ""}
    result = {
        "name": "hash_720p_y",
        "item": "frame",
        "ns_median": 2.0,
        "ns_10": 1.0,
        "ns_90": 3.0,
        "samples_ns": [1.0, 2.0, 3.0],
    }
    record = {"cpu": "x", "cores": 4, "one_core": True, "kernels": "neon", "compiler": "c", "before": state, "after": state,
              "power_uw": 5, "seconds": 1.0, "results": [result]}  # fmt: skip
    report = Report("device", quiet=True)
    device.take_over(report, json.loads(json.dumps(record)))
    assert report.results[0]["samples"] == pytest.approx([1.0, 2.0, 3.0])
    assert any("power_uw 5" in r["name"] for r in report.results)
