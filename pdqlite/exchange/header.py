"""
The columns of a table, by their names.

A header is a first row in which no cell is a hash and a column has a name that is known. Without a header, one column of 64 hex
digits is a PDQ hash, and a whole number right behind it its quality; one text may stand beside them. Anything else without a header is an
error, since it could be anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pdqlite.errors import HashFormatError
from pdqlite.exchange.record import signal_name

HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
DIGEST = re.compile(r"[0-9a-fA-F]{31,128}", re.ASCII)
NUMBER = re.compile(r"[-+]?\d[\d.,eE%+-]*", re.ASCII)  # and what looks like one
DELIMITERS = ",;\t|"

# Names of columns, compared in lower case without spaces, `-` and `_`.
_VALUES = (
    "hash",
    "signal",
    "signalstr",
    "signalvalue",
    "hashvalue",
    "hashdigest",
    "digest",
    "indicator",
    "value",
    "fingerprint",
)
_TYPED = ("pdq", "md5", "sha1", "sha256", "sha512", "vpdq")
_TYPES = ("signaltype", "hashtype", "type", "algorithm", "algo", "hashalgorithm", "hashalgo", "hashkind", "digesttype", "fingerprinttype", "indicatortype")  # fmt: skip
_SAID = {
    "quality": ("quality", "pdqquality", "hashquality", "qualityscore", "pdqqualityscore"),
    "category": ("category", "classification", "label"),
    "id": ("id", "entryid", "recordid", "case", "caseid", "casenumber", "reference", "uuid", "guid"),
    "source": ("source", "member", "organisation", "organization", "submitter"),
    "frame": ("frame", "framenumber", "frameindex"),
    "time": ("seconds", "timestampinvideo", "frametime", "time", "timestamp"),
    "group": ("file", "filename", "video", "videoid", "path", "name"),
    "deleted": ("deleted", "isdeleted", "shoulddelete", "withdrawn", "iswithdrawn", "removed"),
    "negative": ("negative", "isnegative", "harmless", "isharmless"),
}
# In the name of a column that is not known: it may say that a row must go, that it is harmless, or of no use.
_DECISIVE = re.compile(
    r"quality|delet|withdr|remov|revo[kc]|retract|harmless|benign|malicious|negative|positive|opinion|verdict|status|enabled|disabled|"
    r"lösch|entfernt|zurückgezogen|widerruf|harmlos|unbedenklich|supprim|retiré|inoffensif|eliminad|borrad|retirad|inofensiv|"
    r"deactivat|retired|expired|disputed|whitelist|allowlist|^(is|in|not|non)?(safe|valid|invalid|ignored?|excluded?)$"
)
# What a cell of a column that is not known may say of its row: it must go, or it is harmless. Compared as names of columns are.
_AGAINST = frozenset(
    "delete deleted deletion remove removed removal withdraw withdrawn revoke revoked retract retracted retired expired disabled inactive deactivated "
    "harmless benign safe clean whitelist whitelisted allowlist allowlisted knowngood falsepositive nonmalicious notharmful negative negativeclass "
    "löschen gelöscht entfernt zurückgezogen widerrufen inaktiv harmlos unbedenklich supprimé supprimer retiré inactif inoffensif eliminado eliminar "
    "borrado borrar retirado inactivo inofensivo".split()
)
_AROUND = ".,;:!?*()[]<>\"'"  # of a word that stands alone in a cell
NOTES = ("note", "notes")  # columns that whoever keeps the table calls free text: nothing in them is looked at
_ACTIVE = re.compile(r"(?<![a-z])(?:is|in|not|non)?active")  # a word of the name: not `interactive`
_WORDS = re.compile(r"(?!.*[0-9a-fA-F]{12})[A-Za-z][\w ()%./-]{0,39}", re.ASCII)
_ONE_OF = ("group", "time")  # of several columns the first of these names is taken; of others, two are an error
_CLOCKS = (
    "time",
    "timestamp",
)  # the second of a frame beside a `frame`; else when something was done, which is not read
OTHERS = frozenset(
    {
        "vpdq",
        "md5",
        "sha1",
        "sha-1",
        "sha256",
        "sha-256",
        "sha512",
        "sha-512",
        "photodna",
        "tmk",
        "video_md5",
        "sha_1",
        "sha_256",
        "sha_512",
    }
)
_TX = ("signaltype", "signalstr", "collab", "category", "tags")  # `tx dataset --csv`: its category is an opinion
OPINIONS = ("POSITIVE_CLASS", "INVESTIGATION_SEED", "NEGATIVE_CLASS", "")
_NO_CATEGORY = frozenset(name.replace("_", "") for name in (*OPINIONS[:-1], "NON_MALICIOUS", "HARMLESS", "BENIGN", "NEGATIVE", "POSITIVE", "SAFE", "FALSE_POSITIVE"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """
    Where each thing stands in a row.

    Attributes:
        values: (column, signal) of each hash; "" for the signal that `type` names.
        type: Column of the signal's name.
        said: Columns by what they say of the record.
        count: Fields that each row must have; None without a header.
        names: Of the columns, as the header has them, else by number.
        unread: Columns of which nothing is read.
        opinion: Column of tx's opinion.
        assumed: No name says that the hash is PDQ; a quality beside it does.
    """

    values: tuple[tuple[int, str], ...]
    type: int | None
    said: Mapping[str, int]
    count: int | None
    names: tuple[str, ...]
    unread: tuple[int, ...] = ()
    opinion: int | None = None
    assumed: bool = False


def _plain(name: str) -> str:
    """Return a name as names are compared; an accent is one with its letter, however it was typed."""
    name = name if name.isascii() else unicodedata.normalize("NFC", name)
    return name.strip().lower().replace(" ", "").replace("-", "").replace("_", "")


def _apart(name: str) -> str:
    """Return the words of a name in lower case: `isActive` as `is_active`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip()).lower()


def is_opinion(category: str) -> bool:
    """Return True for a category that is an opinion, as tx and ThreatExchange have them, or says that the row must go; however it is written."""
    return re.sub(r"[\s_-]", "", category).upper() in _NO_CATEGORY or speaks_against(category)


def speaks_against(cell: str) -> bool:
    """Return True for a cell that is nothing but a word for what must go, or is harmless."""
    return _plain(cell).strip(_AROUND) in _AGAINST


def is_column(name: str) -> bool:
    """Return True for the name of a column of hashes."""
    return _plain(name) in _VALUES or signal_name(_plain(name)) in _TYPED


def delimiter(line: str) -> str:
    """Return what parts the fields of a line: the delimiter that it holds most of outside quotes; a comma where it holds none."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=lambda d: (bare.count(d), d == ","))


def named(row: Sequence[str]) -> Columns | None:
    """Return the columns that a header names; None if the row is no header. HashFormatError where two columns could be the hash."""
    if any(DIGEST.fullmatch(cell.strip()) for cell in row):
        return None
    names = [_plain(cell) for cell in row]
    typed = [(i, signal_name(name)) for i, name in enumerate(names) if signal_name(name) in _TYPED]
    generic = [i for i, name in enumerate(names) if name in _VALUES]
    kinds = [i for i, name in enumerate(names) if name in _TYPES]
    if not typed and not generic:
        return None
    if len(generic) > 1 or len(kinds) > 1 or (generic and any(signal in ("pdq", "vpdq") for _, signal in typed)):
        raise HashFormatError(
            f"line 1: more than one column could be the hash: {', '.join(_shown(row[i]) for i in [*generic, *(i for i, _ in typed)])}"
        )
    if len({signal for _, signal in typed}) < len(typed):
        raise HashFormatError("line 1: two columns of one name")
    if tuple(names) == _TX:
        return Columns(((1, ""),), 0, {"source": 2, "category": 4}, 5, tuple(row), opinion=3)
    said = _what_is_said(row, names, generic)
    values = (*typed, *((i, "pdq" if not kinds else "") for i in generic))
    read = {*said.values(), *(i for i, _ in values), *(kinds if generic else ())}
    unread = tuple(i for i in range(len(row)) if i not in read)
    for i in unread:
        active = _ACTIVE.search(_apart(row[i]))
        if active or _DECISIVE.search(names[i]):
            hint = "; deleted is the opposite of active: turn true and false round" if active else ""
            raise HashFormatError(
                f"line 1: column {i + 1}{told(row[i])} may say what is withdrawn, harmless or of low quality, and is no name that is known: call it deleted, negative, quality, or note{hint}"
            )
    return Columns(
        values,
        kinds[0] if kinds and generic else None,
        said,
        len(row),
        tuple(row),
        unread,
        assumed=bool(generic) and not kinds,
    )


def _what_is_said(row: Sequence[str], names: Sequence[str], generic: Sequence[int]) -> dict[str, int]:
    """Return the columns of a header by what they say of a record. HashFormatError where two could say one thing."""
    found: dict[str, int] = {}
    for what, known in _SAID.items():
        places = [i for i, name in enumerate(names) if name in known and i not in generic]
        if what == "time" and "frame" not in found:
            places = [i for i in places if names[i] not in _CLOCKS]
        if len(places) > 1 and (what not in _ONE_OF or len({names[i] for i in places}) < len(places)):
            raise HashFormatError(
                f"line 1: more than one column could be the {what}: {', '.join(_shown(row[i]) for i in places)}"
            )
        if places:
            found[what] = min(places, key=lambda i: known.index(names[i]))
    return found


def told(name: str) -> str:
    """Return the name of a column that is not known; nothing where it may be no name, but what stands in a row."""
    name = name.strip()
    return f" ({name})" if _WORDS.fullmatch(name) else ""


def _shown(name: str) -> str:
    return repr(name.strip()[:24])


def unnamed(row: Sequence[str]) -> Columns | None:
    """Return the columns of a table without a header, from its first row; None if it has no hash. HashFormatError where two could be the hash."""
    places = [i for i, cell in enumerate(row) if HEX.fullmatch(cell.strip())]
    if len(places) > 1:
        raise HashFormatError(
            f"line 1: {len(places)} columns of 64 hex digits and no header that says which is PDQ: name the columns, as pdq,sha256,quality"
        )
    if not places:
        return None
    at = places[0]
    behind = row[at + 1].strip() if at + 1 < len(row) else "-"
    said = {"quality": at + 1} if not behind or NUMBER.fullmatch(behind) else {}
    others = tuple(i for i in range(len(row)) if i not in (at, *said.values()))
    if len(others) > 1 or any(NUMBER.fullmatch(row[i].strip()) for i in others):
        raise HashFormatError(
            f"line 1: {len(row)} columns and no header that says what they are: name them, as id,pdq,quality"
        )
    return Columns(
        ((at, "pdq"),), None, said, None, tuple(f"column {i + 1}" for i in range(len(row))), others, assumed=True
    )
