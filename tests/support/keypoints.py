"""The core's check of a keypoint signature by itself."""

from pdqlite.native.core import check, ffi, lib


def check_signature(record: bytes) -> None:
    """Raise ArgumentError unless the bytes are a keypoint signature in its one encoding."""
    check(lib.pdql_keypoints_check(ffi.from_buffer("uint8_t[]", record), len(record)), "keypoint signature")
