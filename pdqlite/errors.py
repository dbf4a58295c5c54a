"""
One error tree. Every error that pdqlite raises on purpose is a PdqliteError.

A message says what was wrong and what was expected. It never holds a key, a
hash or the name of a user's file: callers know which file they passed.
"""


class PdqliteError(Exception):
    """Base of all errors of this package. `about`: the file it is about, as the user of a command named it."""

    about: str | None = None


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


class NoSoundError(MediaError):
    """A file without sound, or without any that can be decoded, where sound was asked for."""


class NoVideoError(MediaError):
    """A media file without a video stream, or one without a single frame."""


class HashFormatError(PdqliteError, ValueError):
    """A line or file of hashes that does not follow its format."""


class ContradictionError(HashFormatError):
    """One file that both gives a hash and withdraws it."""


class IndexBlockError(PdqliteError, ValueError):
    """An index block that is damaged, cut or of another version."""


class KeyFileError(PdqliteError):
    """A key file that is missing, unreadable, of the wrong kind, or open to others."""


class StoreError(PdqliteError):
    """A store of installed lists that is empty, damaged, of another device key, or cannot be written."""


class InUseError(StoreError):
    """Another process has been writing to the store, or to the published log, for longer than one waits for it."""


class ScaleError(PdqliteError):
    """A run over many files that cannot go on: a store that fails, an output that cannot be written, shards that do not fit together."""


class ListError(PdqliteError):
    """A list that may not be used. `status` names why: the statuses of docs/formats/list.md."""

    status = "list-error"


class ListFormatError(ListError):
    """A file of the list breaks its format: one valid encoding per value."""

    status = "format"


class UnendorsedError(ListError):
    """Too few of the pinned organisations signed, or a signature of one of them is bad."""

    status = "unendorsed"


class OriginError(ListError):
    """A list of another origin or type than the one pinned."""

    status = "origin"


class PinsError(ListError):
    """The list asks for more than is pinned: another category, or a larger distance."""

    status = "pins"


class PolicyChainError(ListError):
    """The policies do not lead from the pinned one to the one the manifest names."""

    status = "policy-chain"


class UnloggedError(ListError):
    """No proof that the manifest is in the list's log, or one that does not prove it."""

    status = "unlogged"


class UnwitnessedError(ListError):
    """In the log, but too few witnesses have seen it."""

    status = "unwitnessed"


class RollbackError(ListError):
    """Older than the release that is pinned, stored or newest in the log."""

    status = "rollback"


class FreezeError(ListError):
    """The witnesses last saw the log too long ago, or in the future."""

    status = "freeze"


class SplitViewError(ListError):
    """
    Two signed texts contradict each other: another root of the log at one size, or another manifest of one
    seq. Keep both: they convince others.
    """

    status = "split-view"


class UnprovenError(ListError):
    """Nothing proves that the log goes on from the one seen before. That accuses nobody."""

    status = "unproven"


class UnauditedError(ListError):
    """Too few of the pinned auditors say that this release passed, or not lately."""

    status = "unaudited"


class ExpiredError(ListError):
    """Past the time the manifest sets."""

    status = "expired"


class CiphertextError(ListError):
    """The encrypted file is absent, cut, or not the one that was endorsed."""

    status = "ct-mismatch"


class WrongKeyError(ListError):
    """The key given is not the key of this list."""

    status = "key-commit"


class ContentError(ListError):
    """The endorsed file does not hold the endorsed content."""

    status = "content-mismatch"


class EntryRuleError(ListError):
    """The content breaks a rule of the format: order, sources, categories, counts or hashes."""

    status = "rule"


class ReportError(PdqliteError):
    """A fingerprint report, receipt or withdrawal that cannot be used. `status` names why (docs/formats/report.md)."""

    status = "report-error"


class ReportFormatError(ReportError, ValueError):
    """It breaks its format: one valid encoding per value."""

    status = "format"


class NotForUsError(ReportError):
    """It is sealed to none of the keys given."""

    status = "not-for-us"


class ReportSealError(ReportError):
    """It does not open: changed, sealed wrongly, or sealed again by somebody else."""

    status = "seal"


class ReportConflictError(ReportError):
    """The id of a report that is known, with another text: the first one stays."""

    status = "conflict"


class ReportSignatureError(ReportError):
    """A receipt, withdrawal, card or acceptance that is not signed by the key it should be signed by."""

    status = "signature"


class DeskError(ReportError):
    """A desk of an organisation that is damaged, of another version, open to others, or cannot be written."""

    status = "desk"


def expect(what: str, value: object, kind: type, how: str = "") -> None:
    """Raise ArgumentError unless a value is of a kind; `how` says where such a value comes from."""
    if not isinstance(value, kind):
        raise ArgumentError(
            f"{what}: expected {kind.__name__}{how and f' ({how})'}, not {'None' if value is None else type(value).__name__}"
        )
