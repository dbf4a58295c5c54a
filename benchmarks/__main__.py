"""Lists, runs, records, compares and draws benchmarks; `python -m benchmarks --help`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks._frame import compare, every, gate, insert, page, registry
from benchmarks._frame.report import Report, load


def list_all() -> int:
    for name, claim in registry.claims().items():
        print(f"{name:14} {claim}")
    print("\npython -m benchmarks NAME --help shows the options of one.")
    return 0


def run(name: str, argv: list[str]) -> int:
    module = registry.load(name)
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    frame = parser.add_argument_group("every benchmark")
    frame.add_argument("-o", "--out", type=Path, metavar="FILE.json", help="where to record")
    frame.add_argument("--html", type=Path, metavar="FILE.html", help="draw the record too")
    frame.add_argument("--gate", type=Path, metavar="BUDGET.json", help="fail where a count is over its budget")
    frame.add_argument("--small", action="store_true", help="at its smallest size, which other options change")
    frame.add_argument("--quiet", action="store_true", help="print no results as they come")
    if hasattr(module, "options"):
        module.options(parser.add_argument_group(name))
    if "--small" in argv:
        argv = [*module.SMALL, *argv]
    args = parser.parse_args(argv)
    budget = gate.load(args.gate) if args.gate else None
    report = Report(name, options=argv, quiet=args.quiet)
    try:
        module.run(report, args)
    except ModuleNotFoundError as error:
        raise registry.AbsentError(f"{name} needs the Python package {error.name!r}") from error
    out = args.out or registry.LOCAL / f"{name}.json"
    report.save(out)
    print(f"recorded in {out}")
    if args.html:
        args.html.write_text(page.render([report.record()]), encoding="utf-8")
        print(f"drawn in {args.html}")
    return gate.judge(report.record(), budget) if budget is not None else 0


def compare_two(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks compare", description=compare.__doc__)
    parser.add_argument("before", type=Path, metavar="BEFORE", help="a record, or a folder of records")
    parser.add_argument("after", type=Path, metavar="AFTER", help="a record, or a folder of records")
    parser.add_argument(
        "--gate",
        type=float,
        metavar="GROWTH",
        help="fail where a count of both grew by more than this part, or a rate moved beyond its interval; times never fail",
    )
    args = parser.parse_args(argv)
    pairs = compare.pairs(args.before, args.after)
    broken = []
    for before, after in pairs:
        print(compare.text(before, after))
        broken += [] if args.gate is None else compare.broken(before, after, args.gate)
    for line in broken:
        print(f"over the gate: {line}")
    if args.gate is not None and not broken:
        print(f"{len(pairs)} records: no count grew by more than {args.gate:.1%}, no rate moved")
    return 1 if broken else 0


def draw(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks html")
    parser.add_argument("records", type=Path, nargs="+")
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args(argv)
    args.out.write_text(page.render([load(p) for p in args.records]), encoding="utf-8")
    print(f"drawn in {args.out}")
    return 0


def insert_tables(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks insert",
        description=insert.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("record", type=Path)
    parser.add_argument("pages", type=Path, nargs="+")
    args = parser.parse_args(argv)
    record = load(args.record)
    for file in args.pages:
        print(f"{insert.into(file, record)} tables put into {file}")
    return 0


def main(argv: list[str]) -> int:
    if not argv or argv[0] == "list":
        return list_all()
    if argv[0] in ("-h", "--help"):
        print(sys.modules["benchmarks"].__doc__)
        return 0
    if argv[0] == "compare":
        return compare_two(argv[1:])
    if argv[0] == "all":
        return every.main(argv[1:])
    if argv[0] == "html":
        return draw(argv[1:])
    if argv[0] == "insert":
        return insert_tables(argv[1:])
    return run(argv[0], argv[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except registry.AbsentError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(every.ABSENT)
    except registry.UsageError as error:
        sys.exit(f"benchmarks: {error}")
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
