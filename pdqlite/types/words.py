"""
A decision in words for people who know nothing of hashes. Pure: values in, text out.

What stands here names no file, hash or key.
"""

from __future__ import annotations

from html import escape
from typing import Any

TURNED = {
    "as is": "upright", "turned 90": "turned by a quarter, counter-clockwise", "turned 180": "upside down",
    "turned 270": "turned by a quarter, clockwise", "flipped": "mirrored, top to bottom", "mirrored": "mirrored, left to right",
    "transposed": "mirrored along its diagonal", "transposed back": "mirrored along its other diagonal",
}  # fmt: skip
_VERDICTS = {
    "match": "A match: this file shows what entry {entry} of the list shows. That is a candidate; a person must look before anything is done.",
    "no match": "No match: nothing of the list was found in this file.",
    "too flat": "No match, too flat: it is near entry {entry}, but has so little detail that strangers look alike.",
    "negated": "No match: it is near entry {entry}, but nearer to one that the list marks as what must not match.",
    "unconfirmed": "No match, unconfirmed: its hash is near that of entry {entry}, but the details of that picture are not where they "
    "would be. The hash may be forged, or the picture much changed.",
    "shares a part": "No match, it shares a part: something in it, such as a sticker, a page or a frame, is in entry {entry} too. The rest is not.",
    "identical file": "A match: this file is entry {entry} of the list, byte for byte. A person must look before anything is done.",
}
_DIGESTS = {4: "its SHA-256", 5: "its MD5 alone, which whoever had both files can make alike: compare the files"}
_AGREED = {
    1: "the whole hashes",
    2: "a part of this picture, with the hash of a larger original",
    3: "small details (keypoints), which lie as they lie in the entry",
}
_CONFIRMED = {
    "yes": "Confirmed: the details that the list keeps of the entry are where they should be.",
    "no": "Not confirmed: the details that the list keeps of the entry are not where they should be.",
    "not possible": "Not confirmed, as that is not possible: the list keeps too few details of this entry.",
}
_LACKS = {
    "keypoint signatures": "The list keeps no details of its entries (keypoint signatures): a copy that is cropped or covered may be "
    "missed, and nothing that is found can be confirmed.",
    "un-cropping": "Parts were not compared with whole originals (un-cropping): the list is too long for it, or stays sealed. A cropped copy may be missed.",
}
_MOST = 15  # decimal digits of a chance that are spelled out


def one_in(rate: float | None) -> str:
    """Return a chance for people, such as "1 in 20 000 000"."""
    if rate is None or rate >= 0.5:
        return "1 in 1"
    if rate < 10.0**-_MOST:
        return "less than 1 in " + f"{10**_MOST:,}".replace(",", " ")
    whole = 1 / rate
    digits = max(0, len(str(int(whole))) - 2)
    return "1 in " + f"{round(whole / 10**digits) * 10**digits:,}".replace(",", " ")


def turned(where: Any) -> str:
    """Return how the original is turned in a query."""
    orientation: str = where.orientation
    return TURNED.get(orientation, orientation) + (", light and dark exchanged" if where.inverted else "")


def place(where: Any) -> str:
    """Return which part of a query shows the original."""
    if (where.left, where.top, where.right, where.bottom) == (0, 0, 1, 1):
        return "all of it"
    across, down = ((where.left, where.right), (where.top, where.bottom))
    return f"{across[0]:.0%} to {across[1]:.0%} from the left, {down[0]:.0%} to {down[1]:.0%} from the top"


def in_words(d: Any) -> list[str]:
    """
    Return what a Decision says, one sentence or two for each thing: the verdict, what agreed, where, how sure, what was not looked at.
    """
    if d.tier in _DIGESTS:
        found = (
            _VERDICTS["identical file"]
            if d.verdict == "identical file"
            else "No match: the list marks this very file, entry {entry}, as harmless."
        )
        return [found.format(entry=d.entry), f"What agrees: {_DIGESTS[d.tier]}."]
    said = [_VERDICTS.get(d.verdict, f"No match, {d.verdict}: entry {{entry}}.").format(entry=d.entry)]
    if d.verdict == "no match" and d.entry is not None:
        said = [f"No match: something agrees with entry {d.entry}, but too little to act on."]
    if d.entry is not None and d.rate is not None and d.where is not None:
        said += _found(d)
    elif d.quality < 50 and d.frames:
        said.append(f"It has little detail (quality {d.quality} of 100; from 50 on a hash can be acted on).")
    return said + _unseen(d)


def _found(d: Any) -> list[str]:
    agreed = f"What agrees: {_AGREED.get(d.tier, 'something')}"
    if d.tier == 1 and d.distance is not None:
        agreed += f"; {d.distance} of 256 bits differ (the same picture: 0 to 4; strangers: about 128)"
    said = [f"{agreed}."]
    if d.span is not None:
        said.append(
            f"When: from {d.span[0]:.1f} to {d.span[1]:.1f} s; {d.agreeing} of {d.frames} frames looked at agree."
        )
        if d.entry_span is not None:
            said.append(f"In the original that is from {d.entry_span[0]:.1f} to {d.entry_span[1]:.1f} s.")
    said.append(f"Where: {place(d.where)}; the original is {turned(d.where)}.")
    kind = "pictures" if d.span is None else "videos"
    chance = f"How sure: of pairs of {kind} that have nothing in common, {one_in(d.rate)} agrees as well by chance"
    if d.list_rate is not None:
        chance += f"; of {kind} looked up in the whole list, {one_in(d.list_rate)}"
    said.append(f"{chance}.")
    if d.confirmed in _CONFIRMED and d.verdict != "unconfirmed":
        said.append(_CONFIRMED[d.confirmed])
    return said


def _unseen(d: Any) -> list[str]:
    said = [_LACKS.get(what, f"The list lacks {what}.") for what in d.lacks]
    said += ["The file is damaged: it was looked at as far as it decodes."] * d.damaged
    said += ["The video goes on behind the limit of seconds: what is there was not looked at."] * d.truncated
    said += ["Its time stamps begin anew or leap: its parts were put one behind the other."] * d.discontinuity
    return said + [f"Not looked at: {what}." for what in d.missing]


def rectangle(where: Any, width: float, height: float) -> tuple[float, float, float, float]:
    """Return x, y, width and height of the original's rectangle in a picture of this size."""
    return (
        where.left * width,
        where.top * height,
        (where.right - where.left) * width,
        (where.bottom - where.top) * height,
    )


def outlined(where: Any, width: int, height: int, inside: str = "") -> str:
    """Return an SVG of a picture (`inside`, or plain gray) with the original's rectangle."""
    x, y, across, down = (f"{v:.1f}" for v in rectangle(where, width, height))
    box = f'x="{x}" y="{y}" width="{across}" height="{down}" fill="none"'
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="the query, the original outlined">'
        f'{inside or f"""<rect class="picture" width="{width}" height="{height}" fill="#e3e5e9"/>"""}'
        f'<rect class="under" {box} stroke="#fff" stroke-width="5"/><rect class="where" {box} stroke="#e5352b" stroke-width="3"/></svg>'
    )


def html(d: Any, picture: str = "") -> str:
    """Return a decision for a notebook: a drawing, and its words."""
    drawing = picture or ("" if d.where is None else outlined(d.where, 160, 120))
    words = "".join(f"<p>{escape(line)}</p>" for line in in_words(d))
    return f'<div class="pdqlite">{drawing}{words}</div>'
