"""
The only door to the C core: status to exception, buffers in and out.
"""

from __future__ import annotations

from pdqlite import errors

try:
    from pdqlite._core import ffi, lib
except ModuleNotFoundError as error:
    if error.name != "pdqlite._core":
        raise
    raise ImportError(
        "pdqlite is being imported from its source folder, which has no compiled core: run `pip install .`, and Python from another folder"
    ) from None

_ERRORS: dict[int, type[errors.PdqliteError]] = {
    lib.PDQL_ERR_ARG: errors.ArgumentError,
    lib.PDQL_ERR_SHAPE: errors.ShapeError,
    lib.PDQL_ERR_SPACE: errors.ArgumentError,
    lib.PDQL_ERR_BLOCK: errors.IndexBlockError,
}


def check(status: int, what: str) -> None:
    """Raise the error of a status other than PDQL_OK; `what` says what was attempted."""
    if status != lib.PDQL_OK:
        name = text(lib.pdql_status_name(status))
        raise _ERRORS.get(status, errors.PdqliteError)(f"{what}: {name}")


def text(chars: object) -> str:
    """Return a C string as str."""
    return bytes(ffi.string(chars)).decode("ascii")


def version() -> str:
    """Return the version of the C core."""
    return text(lib.pdql_version())


class Kernels:
    """One table of kernels: what the hot loops run on."""

    def __init__(self, pointer: object) -> None:
        self.pointer = pointer
        self.name = text(lib.pdql_kernels_name(pointer))

    def __repr__(self) -> str:
        return self.name


def kernels() -> list[Kernels]:
    """Return every table this CPU can run, fastest first."""
    found: list[Kernels] = []
    while (pointer := lib.pdql_kernels_at(len(found))) != ffi.NULL:
        found.append(Kernels(pointer))
    return found


BEST = Kernels(lib.pdql_kernels_best())
