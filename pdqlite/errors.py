"""
One error tree. Every error that pdqlite raises on purpose is a PdqliteError.

A message says what was wrong and what was expected. It never holds a key, a
hash or the name of a user's file: callers know which file they passed.
"""


class PdqliteError(Exception):
    """Base of all errors of this package."""


class ArgumentError(PdqliteError, ValueError):
    """A value out of its range, or of the wrong kind."""


class ShapeError(ArgumentError):
    """An array or picture whose shape, type or stride cannot be used."""


class MediaError(PdqliteError):
    """A file or buffer that could not be turned into frames."""


class UnreadableError(MediaError, OSError):
    """The path cannot be opened: missing, a directory, or no permission."""


class NotMediaError(MediaError):
    """The bytes are no picture or video that can be decoded."""


class DamagedMediaError(MediaError):
    """A picture or video that starts well and is cut or corrupt, so nothing can be hashed."""


class TooLargeError(MediaError):
    """Past a stated limit of pixels, frames, seconds or bytes."""


class NoVideoError(MediaError):
    """A media file without a video stream, or one without a single frame."""


class HashFormatError(PdqliteError, ValueError):
    """A line or file of hashes that does not follow its format."""


class IndexBlockError(PdqliteError, ValueError):
    """An index block that is damaged, cut or of another version."""


class KeyFileError(PdqliteError):
    """A key file that is missing, unreadable, of the wrong kind, or open to others."""


class ListError(PdqliteError):
    """A list that may not be used. `status` names why, as pdql_status_name gives it."""

    status = "list-error"


class ListFormatError(ListError):
    """A file of the list breaks its format: one valid encoding per value."""

    status = "format"
