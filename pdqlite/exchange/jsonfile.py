"""
The JSON of exchanges: ThreatExchange, StopNCII, Tech Against Terrorism, Matrix MSC4113, HMA, and threatexchange's own list of frames.

One function a format, from one JSON value to items; docs/formats/exchange.md cites each format's public description.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from pdqlite.errors import HashFormatError
from pdqlite.exchange.frames import frames, frames_of
from pdqlite.exchange.objects import documents, flag_of, objects, one_of, text_of
from pdqlite.exchange.pages import Page, follows
from pdqlite.exchange.record import BYTES, Items, Record, Refusal, quality_of, signal_name, value_of

_MEDIA_HASH = ("m.policy.media_hash", "space.midnightthoughts.policy.media_hash")
_MEDIA_PDQ = ("m.pdqhash", "space.midnightthoughts.pdqhash")
_CLOCK = 12  # digits of POSIX seconds
# StopNCII's states of a hash, compared without case; True: it must go.
_STATUS = {"unknown": False, "received": False, "active": False, "withdrawn": True, "deleted": True}


def _one(place: str, signal: str, text: str | None, quality: int | None = None, **said: Any) -> Items:
    """Yield one signal, or the frames of one video."""
    if text is None:
        raise HashFormatError("no signal")
    kind = signal_name(signal)
    if kind == "vpdq" and text.lstrip().startswith("["):
        yield from frames(text, place, said.pop("group", None) or place, **said)
    else:
        yield Record(place, kind, value_of(kind, text), quality, **said)


def _each(items: list[Any], read: Callable[[str, dict[str, Any]], Items], what: str = "entry") -> Items:
    """Yield what `read` finds in each object of a list; what it cannot read is a refusal."""
    for number, item in enumerate(items, 1):
        place = f"{what} {number}"
        try:
            if not isinstance(item, dict):
                raise HashFormatError("no JSON object")
            yield from read(place, item)
        except HashFormatError as error:
            yield Refusal(place, str(error))


def _threatexchange(place: str, item: dict[str, Any]) -> Items:
    """One indicator of ThreatExchange's /threat_updates, or one descriptor of /threat_descriptors."""
    kind, number = text_of(item, "type"), text_of(item, "id")
    if kind is None:
        raise HashFormatError("no `type`")
    inner = item.get("descriptors")
    descriptors = inner.get("data") if isinstance(inner, dict) else None
    if follows(inner):
        raise HashFormatError("`descriptors` go on in another page")
    if descriptors is not None and not isinstance(descriptors, list):
        raise HashFormatError("`descriptors` holds no list")
    deleted = flag_of(item, "should_delete") or ("should_delete" in item and not descriptors)  # as its own client says
    said = descriptors or [item]
    harmless = all(isinstance(d, dict) and d.get("status") == "NON_MALICIOUS" for d in said)
    whole = item.get("indicator")  # of a descriptor, an object
    if isinstance(whole, dict):
        item = {**item, "indicator": text_of(whole, "indicator")}
    yield from _one(
        place, kind, one_of(item, "indicator", "raw_indicator"), group=number, id=number, category=_tags(said), deleted=deleted, negative=harmless,
    )  # fmt: skip


def _tags(descriptors: list[Any]) -> str | None:
    """Return the tags of descriptors as one text, sorted; None without any."""
    found: set[str] = set()
    for descriptor in descriptors:
        tags = descriptor.get("tags") if isinstance(descriptor, dict) else None
        if isinstance(tags, dict):
            data = tags.get("data")
            tags = [tag.get("text") for tag in data if isinstance(tag, dict)] if isinstance(data, list) else data
        if not isinstance(tags, list | None):
            raise HashFormatError("`tags` is no list")
        found |= {tag for tag in tags or [] if isinstance(tag, str)}
    return " ".join(sorted(found)) or None


def _stopncii(place: str, item: dict[str, Any]) -> Items:
    """One record of StopNCII's FetchHashes."""
    kind = text_of(item, "signalType")
    if kind is None:
        raise HashFormatError("no `signalType`")
    cases = item.get("caseNumbers") or {}
    if not isinstance(cases, dict):
        raise HashFormatError("`caseNumbers` is no object")
    case = " ".join(sorted(cases)) or None
    status = (text_of(item, "hashStatus") or "active").lower()
    if status not in _STATUS:
        raise HashFormatError(f"`hashStatus` is none of {', '.join(name.title() for name in _STATUS)}")
    deleted = _STATUS[status]  # of this hash: its case may have others, which stay
    yield from _one(place, kind, text_of(item, "hashValue"), group=case, id=None if deleted else case, deleted=deleted)


def _tat(place: str, item: dict[str, Any]) -> Items:
    """One entry of Tech Against Terrorism's hash list."""
    kind, number = text_of(item, "algorithm"), text_of(item, "id")
    if kind is None:
        raise HashFormatError("no `algorithm`")
    yield from _one(
        place,
        kind,
        text_of(item, "hash_digest"),
        group=number,
        id=number,
        category=text_of(item, "ideology"),
        deleted=flag_of(item, "deleted"),
    )


def _matrix(place: str, item: dict[str, Any]) -> Items:
    """One state event of MSC4113. An event without content has been redacted: what its state key named is withdrawn. Others are counted by their type."""
    kind = text_of(item, "type")
    if kind is None:
        raise HashFormatError("no `type`")
    if kind not in _MEDIA_HASH:
        yield Record(place, kind, value_of(kind, ""), id=text_of(item, "event_id"))
        return
    content, sender = item.get("content"), text_of(item, "sender")
    if not isinstance(content, dict):
        raise HashFormatError("`content` is no object")
    if not content:
        key = text_of(item, "state_key")
        yield from _one(place, "pdq", key, group=key, id=text_of(item, "event_id"), source=sender, deleted=True)
        return
    found = [content[name] for name in _MEDIA_PDQ if name in content]
    if not found:
        kind = signal_name(next((name for name in content if name != "reason"), "unknown"))
        if kind in BYTES or kind == "vpdq":
            raise HashFormatError("a hash under another name than `m.pdqhash`")
        yield Record(place, kind, value_of(kind, ""), id=text_of(item, "event_id"))
        return
    if not isinstance(found[0], dict) or text_of(found[0], "quality") is None:
        raise HashFormatError("m.pdqhash needs `hash` and `quality`")
    text = text_of(found[0], "hash")
    yield from _one(
        place, "pdq", text, quality_of(text_of(found[0], "quality") or ""), group=text, id=text_of(item, "event_id"), source=sender,
        category=text_of(content, "reason"),
    )  # fmt: skip


def _hma(place: str, item: dict[str, Any], at: int | None = None) -> Items:
    """One content of an HMA bank: `signals` by type; or one signal with its type beside it. `at`: when it is asked whether it is switched off."""
    number, bank = text_of(item, "content_id", "id", "bank_content_id"), item.get("bank")
    bank_name = text_of(bank, "name") if isinstance(bank, dict) else text_of(item, "bank", "bank_name")
    off = _switched_off(item, at) or (isinstance(bank, dict) and bank.get("matching_enabled_ratio") in (0, 0.0))
    said: dict[str, Any] = {
        "group": number,
        "id": number,
        "category": bank_name,
        "deleted": flag_of(item, "deleted") or off,
    }
    signals = item.get("signals")
    if isinstance(signals, dict):
        if not signals:
            raise HashFormatError("no signal")
        for kind, text in signals.items():
            if not isinstance(text, str):
                raise HashFormatError("a signal is no text")
            yield from _one(place, kind, text, **said)
        return
    kind = text_of(item, "signal_type", "type")
    if kind is None:
        raise HashFormatError("neither `signals` nor `signal_type`")
    text = one_of(item, "signal_value", "signal_str", "signal", "value", "hash")
    yield from _one(place, kind, text, source=text_of(item, "collab", "source"), **said)


def _switched_off(item: dict[str, Any], at: int | None) -> bool:
    """Return True for a content that HMA does not match: `disable_until_ts` is 0, or a time behind `at`; 1 is on."""
    text = text_of(item, "disable_until_ts")
    if text is None:
        return False
    if not (text.isascii() and text.isdigit() and len(text) <= _CLOCK):
        raise HashFormatError("`disable_until_ts` is no time in POSIX seconds")
    if int(text) > 1 and at is None:
        raise HashFormatError(
            "`disable_until_ts` is a time, and nobody said at which time to judge it: `list build` has --issued"
        )
    return int(text) == 0 or (at is not None and int(text) > max(at, 1))


READERS: dict[str, tuple[Callable[[Any], list[Any] | None], Callable[[str, dict[str, Any]], Items]]] = {}


def _under(name: str, sign: str) -> Callable[[Any], list[Any] | None]:
    """Return a function from a document to its list of objects: under `name`, or the document itself; None if its objects lack `sign`."""

    def find(document: Any) -> list[Any] | None:
        if isinstance(document, dict) and name in document:
            found = objects(document, name)
            return found if not found or any(isinstance(item, dict) and sign in item for item in found) else None
        if isinstance(document, list) and any(isinstance(item, dict) and sign in item for item in document):
            return document
        return [document] if isinstance(document, dict) and sign in document else None

    return find


def _events(document: Any) -> list[Any] | None:
    events = (
        document
        if isinstance(document, list)
        else document.get("chunk")
        if isinstance(document, dict) and "chunk" in document
        else [document]
    )
    if not isinstance(events, list) or not any(isinstance(e, dict) and e.get("type") in _MEDIA_HASH for e in events):
        return None
    return events


READERS.update(
    {
        "stopncii": (_under("hashRecords", "hashValue"), _stopncii),
        "tat": (_under("results", "hash_digest"), _tat),
        "msc4113": (_events, _matrix),
        "threatexchange": (_under("data", "indicator"), _threatexchange),
        "hma": (_under("content", "signals"), _hma),
    }
)


def _frame_lists(document: Any) -> list[list[Any]] | None:
    """Return the videos of threatexchange's JSON: a list of strings, or a list of such lists."""
    if isinstance(document, list) and document and all(isinstance(item, str) for item in document):
        return [document]
    if isinstance(document, list) and document and all(isinstance(item, list) for item in document):
        return document
    return None


def json_format(values: list[Any]) -> str | None:
    """Return which of READERS reads these values, or "vpdq-json"; None if none does."""
    first = values[0] if len(values) == 1 else values
    if _frame_lists(first) is not None:
        return "vpdq-json"
    found = [name for name, (find, _) in READERS.items() if find(first) is not None]
    if isinstance(first, dict) and len(found) > 1:
        raise HashFormatError(f"JSON that could be {' or '.join(found)}: --from names one, and the rest is not read")
    if found:
        return found[0]
    is_hma = isinstance(first, list) and any(isinstance(item, dict) and ("signal_type" in item) for item in first)
    return "hma" if is_hma else None


def read_json(stream: BinaryIO, only: str | None, page: Page, at: int | None) -> Items:
    """
    Yield the signals of a JSON file of any known exchange.

    Args:
        only: Name of the one format to read; None finds it by content.
        page: Is told the format, and whether more follows.
        at: POSIX seconds, at which HMA's contents are on or off.

    Raises:
        HashFormatError: No JSON, a key twice, or no format that is known.
    """
    values = documents(stream)
    name = only or json_format(values)
    if name is None:
        raise HashFormatError("JSON of no exchange that is known; --from names one")
    document = values[0] if len(values) == 1 else values
    page.form = name
    page.hear(document)
    if name == "vpdq-json":
        videos = _frame_lists(document)
        if videos is None:
            raise HashFormatError("not a JSON list of `hash,quality,seconds`")
        for number, video in enumerate(videos):
            yield from frames_of(video, f"video {number + 1}" if len(videos) > 1 else "", str(number))
        return
    find, read = READERS[name]
    found = find(document)
    if found is None and isinstance(document, list) and name == "hma":
        found = document
    if found is None:
        raise HashFormatError(f"not the JSON of {name}")
    yield from _each(found, partial(_hma, at=at) if name == "hma" else read)
