"""
Acceptances of fingerprint reports, as organisations hand them to a publisher, to the records of an intake (docs/formats/report.md).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pdqlite.cli import list_log
from pdqlite.cli.files import about, read_small
from pdqlite.errors import ArgumentError
from pdqlite.exchange import Record
from pdqlite.intake import ACCEPTANCE, Intake
from pdqlite.lists.format.note import VerifierKey
from pdqlite.reports.deciding import ENDING
from pdqlite.reports.notes import MAX_ACCEPTANCE, Acceptance


def add_options(what: Any) -> None:
    """Add the options of `list build` that are about reports."""
    what.add_argument("--reports", action="append", default=[], metavar="DIR", help="acceptances of fingerprint reports (pdqlite report accept), each vouched for by the "
                      "organisation that signed it; repeat for more")  # fmt: skip
    what.add_argument("--reports-key", action="append", default=[], metavar="PUBLIC", help="public key of an organisation whose acceptances count; with --prefix "
                      "the policy names them; repeat for more")  # fmt: skip


def handed_in(args: argparse.Namespace) -> list[Acceptance]:
    """Return the acceptances that the options of `list build` name, signed by organisations of the policy or of --reports-key."""
    if args.reports and args.base is not None and args.base_map is None:
        raise ArgumentError(
            "--reports with --base needs --base-map, the map of that release (list build --map): a release does not say which of its marks "
            "an acceptance gave, so a withdrawn one would stay. Without a map leave out --base, give everything that stands, and run pdqlite list delta "
            "OLD NEW before anybody endorses"
        )
    if not args.reports:
        return []
    if args.prefix is not None:
        return read(args.reports, list_log.opened(args.prefix).next().policy.endorsers.members.values())
    with about("--reports-key"):
        keys = [VerifierKey.parse(text) for text in args.reports_key]
    return read(args.reports, keys)


def read(folders: Sequence[str], keys: Iterable[VerifierKey]) -> list[Acceptance]:
    """
    Return the acceptances of some folders, by folder and name.

    Args:
        keys: Endorsing keys of the organisations.

    Raises:
        ReportError: One is none, or is not signed by the organisation it names.
        ArgumentError: There is no such folder. An empty one says that nothing stands.
    """
    known = {key.name: key for key in keys}
    found = []
    for folder in folders:
        paths = sorted(Path(folder).rglob(f"*{ENDING}"))
        if not paths and not Path(folder).is_dir():
            with about(folder):
                raise ArgumentError(
                    "there is no such folder; pdqlite report accept makes it, and leaves it empty once all is withdrawn"
                )
        for path in paths:
            with about(str(path)):
                found.append(Acceptance.verified(read_small(str(path), MAX_ACCEPTANCE, "acceptance"), known))
    return found


def give(given: Iterable[Acceptance], intake: Intake, masks: Mapping[str, int]) -> None:
    """
    Give an intake what organisations accepted.

    Args:
        masks: The bit of each organisation, by name.

    Raises:
        ArgumentError: The mapping of categories leaves one out, or the list has too many.
    """
    for one in given:
        report = intake.file(f"{one.name}, report {one.id.hex()}", ACCEPTANCE)
        for number, item in enumerate(one.items):
            frame = None if item.time is None else number
            record = Record(
                "the picture" if frame is None else f"frame {frame}", "pdq" if frame is None else "vpdq", item.bits, item.quality, frame,
                None if item.time is None else item.time / 1000, one.id.hex(), category=one.category,
            )  # fmt: skip
            intake.take(record, masks[one.name], item.signature)
        if report.n_refused:
            raise ArgumentError(f"the acceptance of report {one.id.hex()} by {one.name}: {report.refused[0][1]}")
