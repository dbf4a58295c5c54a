"""
The matcher of the C core: columns of a list and a policy in, decisions out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite.native.core import BEST, Kernels, check
from pdqlite.types import Confirmed, Verdict

NONE: int = lib.PDQL_NONE
MAX_FINDINGS: int = lib.PDQL_MAX_FINDINGS
RADIUS_BY_RATE: int = lib.PDQL_RADIUS_BY_RATE
TURNED, INVERTED = lib.PDQL_VIEW_TURNED, lib.PDQL_VIEW_INVERTED
REGIONS, KEYPOINTS, TILTED = lib.PDQL_VIEW_REGIONS, lib.PDQL_VIEW_KEYPOINTS, lib.PDQL_VIEW_TILTED
CLAIM_NONE: int = lib.PDQL_CLAIM_NONE
CONFIRMED: dict[int, Confirmed] = {
    lib.PDQL_CONFIRMED_YES: "yes",
    lib.PDQL_CONFIRMED_NO: "no",
    lib.PDQL_CONFIRMED_NOT_POSSIBLE: "not possible",
}
VERDICTS: dict[int, Verdict] = {
    lib.PDQL_NO_MATCH: "no match",
    lib.PDQL_MATCH: "match",
    lib.PDQL_TOO_FLAT: "too flat",
    lib.PDQL_NEGATED: "negated",
    lib.PDQL_UNCONFIRMED: "unconfirmed",
    lib.PDQL_SHARES_PART: "shares a part",
    lib.PDQL_IDENTICAL_FILE: "identical file",
    lib.PDQL_SAME_SOUND: "same sound",
}
LACKS = {lib.PDQL_LACKS_KEYPOINTS: "keypoint signatures", lib.PDQL_LACKS_UNCROP: "un-cropping"}
# Meta of an entry, docs/formats/list-content.md, section 6.
META_PICTURE = np.dtype([("categories", ">u2"), ("sources", ">u2"), ("flags", "u1"), ("quality", "u1")])
META_VIDEO = np.dtype([*META_PICTURE.descr, ("video", ">u4"), ("time_ms", ">u4")])

Pixels = npt.NDArray[np.uint8]


class PolicyNumbers(NamedTuple):
    """pdql_match_policy."""

    picture_neg_log10_fpr_x100: int
    video_neg_log10_fpr_x100: int
    radius: int
    max_distance: int
    min_quality: int
    frames: int
    views: int
    uncrop_entries: int
    confirm: int
    list_neg_log10_fpr_x100: int


@cache
def _uncrop_tables() -> Any:
    """The tables of un-cropping: made once a process, 3.0 MB, some 50-100 ms."""
    size = lib.pdql_uncrop_size()
    memory = ffi.new("uint64_t[]", (size + 7) // 8)
    check(lib.pdql_uncrop_init(memory, size), "un-crop tables")
    return memory


def packed_rows(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return rows, shape (n, 32), as un-cropping searches them: 32 bytes each, 36 above 100 000."""
    size = lib.pdql_uncrop_packed_size(len(rows))
    packed = np.zeros(size, np.uint8)
    given, out = ffi.from_buffer("uint8_t[]", rows), ffi.from_buffer("uint8_t[]", packed)
    check(lib.pdql_uncrop_pack(given, len(rows), out, size), "packed rows")
    return packed


def _image(pixels: Pixels, limited: bool) -> tuple[Any, Any]:
    """Return a pdql_image of the pixels, and what must stay alive with it."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
        raise errors.ShapeError(f"a picture needs uint8 pixels in 2 or 3 axes; got {pixels.dtype} in {pixels.ndim}")
    if pixels.ndim == 3 and pixels.shape[2] not in (3, 4):
        raise errors.ShapeError(f"a pixel needs 1, 3 or 4 channels; got {pixels.shape[2]}")
    if max(pixels.shape[:2]) >= 2**32:
        raise errors.ShapeError("sides must be 5 to 1048576 pixels")
    if 0 in pixels.strides:
        pixels = np.ascontiguousarray(pixels)
    image = ffi.new("pdql_image *")
    image.data = ffi.cast("const uint8_t *", pixels.ctypes.data)
    image.height, image.width = pixels.shape[:2]
    image.row_stride, image.pixel_stride = pixels.strides[:2]
    image.channel_stride = pixels.strides[2] if pixels.ndim == 3 else 0
    gray = lib.PDQL_GRAY_LIMITED if limited else lib.PDQL_GRAY
    image.format = gray if pixels.ndim == 2 else lib.PDQL_RGB
    return image, pixels


class RowSource:
    """
    pdql_row_source over a function. Safe on any number of threads if the function is.

    Args:
        read: Number of the first row and how many: their bytes. What it raises comes out of the match.
    """

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        failed = self._failed = threading.local()

        def answer(_: object, first: int, n: int, rows: object) -> int:
            try:
                data = memoryview(read(first, n))
                if data.nbytes != 32 * n:
                    raise errors.ShapeError(f"rows {first} to {first + n - 1} are {32 * n} bytes, not {data.nbytes}")
                ffi.memmove(rows, data, 32 * n)
            except BaseException as error:  # goes on in `check`, past the C core: an interrupt too
                failed.error = error
                return -1
            return 0

        self._call = ffi.callback("int(void *, size_t, size_t, uint8_t *)", answer, error=-1)
        self.pointer = ffi.new("pdql_row_source *", {"read": self._call})

    def check(self) -> None:
        """Raise what the last read of this thread raised."""
        error, self._failed.error = getattr(self._failed, "error", None), None
        if error:
            raise error


@dataclass(frozen=True, slots=True)
class MatchList:
    """
    pdql_match_list: the columns of a list.

    Attributes:
        rows: Hashes, shape (n, 32), C-contiguous.
        meta: A META_PICTURE or META_VIDEO array; None for bare hashes.
        index: Block of an index over the rows; None to read every row each time.
        keypoints: Block of keypoint signatures and its length in bytes; None if there are none.
        source: Where rows are read page by page; None if they are in memory. Without rows and index then, and with meta.
        packed: packed_rows of the rows; None to make it in the matcher, where the policy un-crops.
    """

    rows: npt.NDArray[np.uint8]
    meta: npt.NDArray[Any] | None = None
    index: npt.NDArray[np.uint8] | None = None
    keypoints: tuple[Any, int] | None = None
    source: RowSource | None = None
    packed: npt.NDArray[np.uint8] | None = None


def _kept(kind: str, array: Any, count: int) -> list[Any]:
    """Return copies of the first members of an array: a member itself does not keep the array alive."""
    return [ffi.new(f"{kind} *", array[i]) for i in range(count)]


class Matcher:
    """
    pdql_matcher over memory that it keeps alive. Safe on any number of threads once made.

    Args:
        given: The list.
        policy: What a match must be.
        kernels: The table to run on; the best one by default.

    Raises:
        ArgumentError: A policy out of its ranges, or columns that do not fit each other.
    """

    def __init__(self, given: MatchList, policy: PolicyNumbers, kernels: Kernels = BEST) -> None:
        rows, meta, index, keypoints = given.rows, given.meta, given.index, given.keypoints
        source, packed = given.source, given.packed
        n = len(rows) if source is None or meta is None else len(meta)
        if meta is not None and len(meta) != n:
            raise errors.ShapeError("the columns of a list need one length")
        held: list[Any] = [rows, meta, index, keypoints, source]
        one = ffi.new("pdql_match_list *", {"kernels": kernels.pointer, "n": n})

        def keep(array: Any) -> Any:
            held.append(ffi.from_buffer("uint8_t[]", array))
            return held[-1]

        if source is None:
            one.rows = keep(rows)
        if meta is not None:
            one.meta, one.meta_bytes = keep(meta.view(np.uint8)), meta.dtype.itemsize
        if index is not None:
            one.index, one.index_bytes = keep(index), len(index)
        if keypoints is not None:
            one.keypoints, one.keypoints_bytes = keep(keypoints[0]), keypoints[1]
        if 0 < n <= policy.uncrop_entries and source is None:
            packed = packed_rows(rows) if packed is None else packed
            one.uncrop = ffi.cast("const pdql_uncrop *", _uncrop_tables())
            one.packed, one.packed_bytes = keep(packed), len(packed)
        self._held = held
        native = ffi.new("pdql_match_policy *", tuple(policy))
        size = lib.pdql_matcher_size()
        self._memory = ffi.new("uint64_t[]", (size + 7) // 8)
        self.pointer = ffi.cast("pdql_matcher *", self._memory)
        self._source = source
        status = (lib.pdql_matcher_init(self.pointer, size, one, native) if source is None
                  else lib.pdql_matcher_init_paged(self.pointer, size, one, source.pointer, native))  # fmt: skip
        check(status, "a matcher")
        self._rooms: list[Any] = []

    def work(self, image: Any) -> Any:
        """Return memory for one picture: that of an earlier call if it is large enough. Give it back with `free`."""
        size = lib.pdql_match_work_size(self.pointer, image.width, image.height)
        if not size:
            raise errors.ShapeError(f"sides must be 5 to 1048576 pixels, not {image.width} x {image.height}")
        try:  # list.pop and list.append are atomic: threads share it unlocked
            room = self._rooms.pop()
        except IndexError:
            room = np.empty(0, np.uint64)
        return room if room.nbytes >= size else np.empty((size + 7) // 8, np.uint64)

    def check(self, status: int, what: str) -> None:
        """Raise what a status means; where a page could not be read, why."""
        if self._source and status != lib.PDQL_OK:
            self._source.check()
        check(status, what)

    def free(self, work: Any) -> None:
        """Give the memory of a call back."""
        self._rooms.append(work)

    def match(self, pixels: Pixels, limited: bool = False) -> tuple[Any, list[Any]]:
        """Return the pdql_decision about a picture, and the pdql_findings."""
        image, alive = _image(pixels, limited)
        work = self.work(image)
        decision, n = ffi.new("pdql_decision *"), ffi.new("size_t *")
        findings = ffi.new("pdql_finding[]", MAX_FINDINGS)
        memory = ffi.from_buffer("uint64_t[]", work)
        status = lib.pdql_match_picture(self.pointer, image, memory, work.nbytes, decision, findings, MAX_FINDINGS, n)
        self.free(work)
        self.check(status, "a match")
        del alive
        return decision, _kept("pdql_finding", findings, n[0])

    def views(self, pixels: Pixels, limited: bool = False) -> list[Any]:
        """Return the pdql_looks at a picture."""
        image, alive = _image(pixels, limited)
        work = self.work(image)
        views, n = ffi.new("pdql_view[]", lib.PDQL_MAX_VIEWS), ffi.new("size_t *")
        memory = ffi.from_buffer("uint64_t[]", work)
        status = lib.pdql_match_views(self.pointer, image, memory, work.nbytes, views, n)
        self.free(work)
        check(status, "looks at a picture")
        del alive
        return _kept("pdql_view", views, n[0])


class Watch:
    """pdql_watch. One thread at a time."""

    def __init__(self, matcher: Matcher) -> None:
        size = lib.pdql_watch_size(matcher.pointer)
        self._matcher = matcher
        self._memory = np.empty((size + 7) // 8, np.uint64)
        self._held = ffi.from_buffer("uint64_t[]", self._memory)
        self._watch = ffi.cast("pdql_watch *", self._held)
        check(lib.pdql_watch_init(self._watch, size, matcher.pointer), "a watch")
        self._listen: Any = None

    def hear(self, listen: Any) -> None:
        """Let sound that a native.listen.Listen hears count beside frames. Before the first frame."""
        check(lib.pdql_watch_hear(self._watch, listen.pointer), "a watch that hears")
        self._listen = listen

    def push(self, pixels: Pixels, time_ms: int, limited: bool) -> None:
        """Add one frame."""
        image, alive = _image(pixels, limited)
        work = self._matcher.work(image)
        memory = ffi.from_buffer("uint64_t[]", work)
        status = lib.pdql_watch_push(self._watch, image, time_ms, memory, work.nbytes)
        self._matcher.free(work)
        self._matcher.check(status, "a frame of a video")
        del alive

    def enough(self) -> bool:
        """True once the frames so far are a match."""
        return bool(lib.pdql_watch_enough(self._watch))

    def hopeful(self) -> bool:
        """False if the frames so far are near nothing in the list."""
        return bool(lib.pdql_watch_hopeful(self._watch))

    def decision(self) -> tuple[Any, list[Any]]:
        """Return the pdql_decision so far, and the pdql_frame_matches."""
        decision, n = ffi.new("pdql_decision *"), ffi.new("size_t *")
        matches = ffi.new("pdql_frame_match[]", MAX_FINDINGS)
        status = lib.pdql_watch_decision(self._watch, decision, matches, MAX_FINDINGS, n)
        check(status, "a decision about a video")
        return decision, _kept("pdql_frame_match", matches, n[0])
