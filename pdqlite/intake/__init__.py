"""
From what organisations hand in to the entries of a list: counted, mapped, merged, with a report that a signer can read (docs/how-to of list makers).

Knows exchanges' records and lists' entries; nothing of media files, which a caller hashes, nor of the command line.
"""

from __future__ import annotations

from pdqlite.intake.columns import Origins
from pdqlite.intake.earlier import ACCEPTANCE
from pdqlite.intake.gather import KINDS, NEGATIVE, Intake
from pdqlite.intake.mapping import Mapping, category_token, read_mapping
from pdqlite.intake.privatemap import Origin, read_map, write_map
from pdqlite.intake.report import FileReport, Report

__all__ = [
    "ACCEPTANCE",
    "FileReport",
    "Intake",
    "KINDS",
    "Mapping",
    "NEGATIVE",
    "Origin",
    "Origins",
    "Report",
    "category_token",
    "read_map",
    "read_mapping",
    "write_map",
]
