"""
The table of what is read, made from the tables that decide it: python -m pdqlite.media.table
"""

from __future__ import annotations

from pdqlite.media.kinds import DECODERS, NAMES, PICTURES, REFUSED, VIDEOS, Kind


def _line(kind: Kind) -> str:
    still = "pillow-heif" if kind.plugin == "pillow_heif" else "Pillow" if kind.plugin else ""
    moving = {"Pillow": still, "FFmpeg": "FFmpeg", None: ""}[kind.moving]
    reader = f"FFmpeg `{'`, `'.join(kind.demuxers.split(','))}`" if kind.demuxers else moving
    return f"| {kind.name} | {NAMES[kind.name].replace('.', '')} | {still} | {reader} |"


def table() -> str:
    """Return the table in Markdown."""
    lines = ["| kind | file names end in | one picture | several frames |", "|---|---|---|---|"]
    lines += [_line(kind) for kind in PICTURES + VIDEOS]
    lines += ["", "| known, and not read | instead |", "|---|---|"]
    lines += [f"| {kind.name} | {kind.advice} |" for kind in REFUSED]
    return "\n".join([*lines, "", "| codecs |", "|---|", f"| {', '.join(sorted(DECODERS))} |", ""])


if __name__ == "__main__":
    print(table(), end="")
