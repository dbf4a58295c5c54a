"""The stand-in for python-threatexchange's index gives what the original gives."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pdqlite
from pdqlite.errors import ArgumentError
from pdqlite.threatexchange import PDQFlatIndex, PDQIndex


def texts(seed: int, n: int) -> list[str]:
    """Hashes of which many lie near each other, some of them equal."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (9, 256), dtype=np.uint8)[rng.integers(0, 9, n)]
    flips = rng.choice([0, 0, 3, 20, 31, 32, 52, 53, 90], n)
    order = rng.random((n, 256)).argsort(axis=1).argsort(axis=1)
    return [row.tobytes().hex() for row in np.packbits(bits ^ (order < flips[:, None]), axis=1)]


def found(index: object, query: str) -> list[tuple[int, object]]:
    matches = index.query(query)  # type: ignore[attr-defined]
    return sorted((match.similarity_info.distance, match.metadata) for match in matches)


@pytest.mark.parametrize("ours, name", [(PDQIndex, "PDQIndex"), (PDQFlatIndex, "PDQFlatIndex")])
@pytest.mark.parametrize("n", [1, 40, 1500])
def test_matches_are_those_of_the_original(ours: type, name: str, n: int) -> None:
    original = pytest.importorskip("threatexchange.signal_type.pdq.pdq_index", reason="needs threatexchange")
    theirs = getattr(original, name)
    hashes = texts(n, n + 20)
    pairs = [(text, number) for number, text in enumerate(hashes[:n])]
    one, other = ours.build(pairs), theirs.build(pairs)
    assert len(one) == len(other) == n
    for text in hashes[n:] + hashes[:20]:
        assert found(one, text) == found(other, text)
    for text, number in [(hashes[n], "new"), (hashes[0], "again")]:
        one.add(text, number)
        other.add(text, number)
        assert one.query(text)[-1].metadata == number
        assert sorted(str(m.metadata) for m in one.query(text)) == sorted(str(m.metadata) for m in other.query(text))
    mine, its = one.query(hashes[0]), other.query(hashes[0])
    assert isinstance(one, original.SignalTypeIndex)
    assert isinstance(mine[0], type(its[0]))
    assert all(any(m.similarity_info == t.similarity_info for t in its) for m in mine)


def test_distances_are_the_definition() -> None:
    hashes = texts(3, 600)
    index = PDQIndex((text, i) for i, text in enumerate(hashes))
    for query in hashes[:30]:
        far = [(int(query, 16) ^ int(text, 16)).bit_count() for text in hashes]
        expected = [(i, d) for i, d in enumerate(far) if d <= 31]
        assert [(m.metadata, m.similarity_info.distance) for m in index.query(query)] == expected


def test_added_one_by_one_and_asked_between() -> None:
    """Past the point where what was added is merged, nothing is lost or found twice."""
    hashes = texts(4, 9500)
    index: PDQIndex[int] = PDQIndex()
    assert list(index.query(hashes[0])) == []
    for i, text in enumerate(hashes):
        index.add(text, i)
        if i in (0, 1, 4095, 4096, 5000, 9499):
            same = [j for j, other in enumerate(hashes[: i + 1]) if other == text]
            assert [m.metadata for m in index.query(text) if m.similarity_info.distance == 0] == same
    assert len(index) == 9500


def test_serialized_and_back() -> None:
    hashes = texts(5, 300)
    index = PDQIndex((text, {"id": i}) for i, text in enumerate(hashes))
    index.add(hashes[0], {"id": "late"})
    file = io.BytesIO()
    index.serialize(file)
    again = PDQIndex.deserialize(io.BytesIO(file.getvalue()))
    assert len(again) == 301
    assert [m.metadata for m in again.query(hashes[0])] == [m.metadata for m in index.query(hashes[0])]
    again.add(hashes[1], {"id": "later"})
    assert again.query(hashes[1])[-1].metadata == {"id": "later"}
    with pytest.raises(ArgumentError):
        PDQFlatIndex.deserialize(io.BytesIO(file.getvalue()))
    again.dispose()
    assert len(again) == 0 and list(again.query(hashes[0])) == []


@pytest.mark.parametrize("text", ["", "f" * 63, "f" * 65, "g" * 64, "f f" * 24, None, 7, b"f" * 64])
def test_what_is_no_hash_is_refused_whole(text: object) -> None:
    index = PDQIndex([("0" * 64, 0)])
    with pytest.raises(ArgumentError):
        index.add_all([("f" * 64, 1), (text, 2)])  # type: ignore[list-item]
    with pytest.raises(ArgumentError):
        index.query(text)  # type: ignore[arg-type]
    assert len(index) == 1
    assert [m.metadata for m in index.query("0" * 64)] == [0]


def test_works_without_the_original(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['threatexchange'] = None\n"
        "from pdqlite.threatexchange import PDQIndex\n"
        "match = PDQIndex.build([('0' * 64, 'a')]).query('0' * 63 + '1')[0]\n"
        "assert (match.similarity_info.distance, match.metadata) == (1, 'a')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(pdqlite.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment)


def videos(seed: int, n: int) -> list[str]:
    """Signals of videos that share frames, some too flat to count."""
    rng = np.random.default_rng(seed)
    pool = texts(seed, 12)
    return [
        "["
        + ", ".join(
            f'"{pool[i]},{rng.choice([10, 49, 50, 100])},{second}.000"'
            for second, i in enumerate(rng.integers(0, 12, 8))
        )
        + "]"
        for _ in range(n)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_videos_match_as_the_original_says(seed: int) -> None:
    theirs = pytest.importorskip("threatexchange.extensions.vpdq.vpdq_index", reason="needs threatexchange and vpdq")
    from pdqlite.threatexchange import VPDQIndex

    signals = videos(seed, 12)
    for thresholds in ((50, 80.0, 0.0), (50, 40.0, 60.0), (0, 10.0, 10.0)):
        one, other = VPDQIndex(*thresholds), theirs.VPDQIndex(*thresholds)
        for number, signal in enumerate(signals[:9]):
            for index in (one, other):
                try:
                    index.add(signal, number)
                except ValueError:
                    assert not any(q in signal for q in (",50,", ",100,"))
        for signal in signals:
            expected = sorted(
                (m.metadata, m.similarity_info.query_match_percent, m.similarity_info.compared_match_percent)
                for m in other.query(signal)
            )
            assert expected == [
                (m.metadata, m.similarity_info.query_match_percent, m.similarity_info.compared_match_percent)
                for m in one.query(signal)
            ]


def test_signal_types_give_the_original_signals(tmp_path: Path) -> None:
    original = pytest.importorskip("threatexchange.signal_type.pdq.signal", reason="needs threatexchange").PdqSignal
    from PIL import Image

    from pdqlite.threatexchange import PDQSignal, VPDQSignal

    rng = np.random.default_rng(5)
    pixels = np.kron(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8), np.ones((4, 4, 1), np.uint8))
    for name, picture in (
        ("a.png", Image.fromarray(pixels)),
        ("p.png", Image.fromarray(pixels).convert("P")),
        ("g.gif", Image.fromarray(pixels)),
    ):
        picture.save(tmp_path / name)
        assert (
            PDQSignal.hash_from_file(tmp_path / name) == original.hash_from_bytes((tmp_path / name).read_bytes()) != ""
        )
    assert (PDQSignal.get_name(), VPDQSignal.get_name()) == ("pdq", "vpdq")
    example = VPDQSignal.get_examples()[0]
    assert VPDQSignal.validate_signal_str(example) == example and VPDQSignal.compare_hash(example, example).match
    with pytest.raises(ValueError):
        VPDQSignal.validate_signal_str("[1]")


def test_a_video_is_hashed_as_vpdq_samples_it(tmp_path: Path) -> None:
    pytest.importorskip("threatexchange.signal_type.pdq.signal", reason="needs threatexchange")
    from pdqlite.cli.scenes import clip
    from pdqlite.media import write_video
    from pdqlite.threatexchange import VPDQIndex, VPDQSignal

    write_video(tmp_path / "clip.mp4", clip(1, 3.0, fps=10, width=320, height=180), fps=10)
    signal = VPDQSignal.hash_from_file(tmp_path / "clip.mp4")
    expected = pdqlite.hash_video(tmp_path / "clip.mp4", sampling="vpdq").frames
    assert [item.split(",")[0] for item in signal.strip('["]').split('", "')] == [frame.hex for frame in expected]
    index = VPDQSignal.get_index_cls().build([(signal, "clip")])
    assert [match.metadata for match in index.query(signal)] == ["clip"] and len(index) == 1
    assert "100%" in index.query(signal)[0].similarity_info.pretty_str()
    assert VPDQIndex().query(signal) == [] and index.query("[]") == []
    for wrong in ("{}", "[1", '["x"]'):
        with pytest.raises(ValueError, match="."):
            VPDQSignal.validate_signal_str(wrong)
    with pytest.raises(ArgumentError):
        index.add("[]", "nothing")
