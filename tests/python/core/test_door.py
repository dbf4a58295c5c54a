"""The first things that a user meets: what `import pdqlite` costs, what a hash is, what may be given for a picture."""

import io
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import pdqlite
from pdqlite import ImageHash, cli, errors, hamming, hash_image
from pdqlite.cli import main as command
from support import ROOT

A = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


def loaded_after(code):
    """Return which heavy packages a fresh Python has imported after some code."""
    heavy = ("numpy", "PIL", "av", "cryptography", "multiprocessing", "pdqlite.lists")
    report = f"import sys; print([m for m in {heavy!r} if m in sys.modules])"
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}  # it imports too
    return subprocess.run(
        [sys.executable, "-P", "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True, env=env
    ).stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "code",
    [
        "import pdqlite",
        "import pdqlite; pdqlite.__version__",
        "from pdqlite.cli.main import main; main(['--version'])",
        "from pdqlite.cli.main import main; main(['--help'])",
    ],
)
def test_what_is_not_used_is_not_imported(code):
    assert loaded_after(code) == "[]"


def test_every_name_of_the_interface_is_there():
    assert all(getattr(pdqlite, name) is not None for name in pdqlite.__all__) and set(pdqlite.__all__) <= set(
        dir(pdqlite)
    )
    with pytest.raises(AttributeError):
        _ = pdqlite.nothing_of_this_name


def test_every_name_of_the_interface_stands_in_the_reference():
    page = (ROOT / "docs" / "reference" / "python.md").read_text()
    told = set(re.findall(r"^\.\. auto\w+:: pdqlite\.(\w+)$", page, re.MULTILINE))
    assert set(pdqlite.__all__) - {"__version__"} <= told


def test_help_says_of_each_group_what_the_group_says():
    whole, short = (command.build_parser(only).format_help() for only in (None, ""))
    assert whole == short and cli


def test_a_hash_is_made_compared_and_shown():
    one, other = ImageHash.from_hex(A.upper()), ImageHash(bytes(32), 7)
    assert (one.hex, one.quality, one - other) == (A, 100, int(A, 16).bit_count())
    assert one.distance(A) == hamming(one, bytes.fromhex(A)) == one - one == 0
    assert repr(one) == f"ImageHash('{A}', quality=100)" and ImageHash(bytearray(32), np.uint8(3)).bits == bytes(32)


@pytest.mark.parametrize("wrong", [None, "", A[:-1], A + "0", "g" * 64, bytes(31), b"", 5, [], 1.0])
def test_what_is_no_hash_is_our_error_and_not_shown(wrong):
    for call in (lambda: hamming(A, wrong), lambda: ImageHash(wrong, 1), lambda: ImageHash.from_hex(A) - wrong):
        with pytest.raises(errors.ArgumentError) as caught:
            call()
        assert A[:8] not in str(caught.value)


@pytest.mark.parametrize("quality", [-1, 101, 1.5, None, "9", True])
def test_a_quality_is_a_whole_number_to_100(quality):
    with pytest.raises(errors.ArgumentError):
        ImageHash(bytes(32), quality)


class Pipe(io.RawIOBase):
    """Bytes that cannot seek, as from a socket."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, room):
        return self._data.readinto(room)


class Foreign:
    """An array of another library."""

    def __init__(self, pixels):
        self.__array_interface__ = pixels.__array_interface__
        self._kept = pixels


def test_a_picture_is_a_file_bytes_a_stream_an_array_or_pillows(tmp_path):
    pixels = np.kron(
        np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8), np.ones((4, 4, 1), np.uint8)
    )
    image = Image.fromarray(pixels)
    image.save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    expected = hash_image(pixels)
    given = [tmp_path / "a.png", str(tmp_path / "a.png"), data, bytearray(data), memoryview(data), io.BytesIO(data), Pipe(data), image, Foreign(pixels),
             Image.open(tmp_path / "a.png"), image.convert("RGBA")]  # fmt: skip
    assert [hash_image(source) for source in given] == [expected] * len(given)
    assert hash_image(image.convert("P")) - expected < 40, "a palette is shown in its colours"


@pytest.mark.parametrize("wrong", [None, [1, 2], 3, {}, io.StringIO("x"), np.zeros((9, 9), np.float32) - 1, np.zeros((9, 9), ">u2"), np.zeros((0, 9), np.uint8),
                                   np.zeros((9, 9, 2), np.uint8), np.array(["a"]), Image.new("RGB", (2, 2))])  # fmt: skip
def test_what_is_no_picture_is_our_error(wrong):
    with pytest.raises(errors.PdqliteError):
        hash_image(wrong)


def test_a_stream_that_was_closed_and_colour_as_floats_are_told_so(tmp_path):
    Image.effect_noise((64, 64), 90).save(tmp_path / "a.png")
    with (tmp_path / "a.png").open("rb") as stream:
        assert hash_image(stream).quality > 0
    for call in (hash_image, pdqlite.hash_file, pdqlite.hash_video, pdqlite.kind_of):
        with pytest.raises(errors.ArgumentError, match="was closed"):
            call(stream)
    luma = np.asarray(Image.open(tmp_path / "a.png"), np.float32)
    assert hash_image(luma) == hash_image(tmp_path / "a.png")
    with pytest.raises(
        errors.ShapeError, match=r"float luma of shape \(rows, columns\), not float32 of shape \(64, 64, 3\)"
    ):
        hash_image(np.dstack([luma] * 3))


def test_a_cut_picture_of_pillows_is_our_error(tmp_path):
    Image.effect_noise((64, 64), 90).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    with pytest.raises(errors.DamagedMediaError):
        hash_image(Image.open(io.BytesIO(whole[: len(whole) // 2])))
