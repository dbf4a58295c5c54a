"""Drawn hashes, and the command that builds a list of feeds at a desk."""

from random import Random

from pdqlite.cli.main import main
from pdqlite.exchange import Record


def half(rng):
    """A hash with half of its bits set, as PDQ's median gives."""
    places = rng.sample(range(256), 128)
    return sum(1 << p for p in places).to_bytes(32)


A, B, C, D = (half(Random(i)) for i in range(4))


def pdq(value, place="line 1", **said):
    return Record(place, "pdq", value, **said)


def build(*options, out="out"):
    return main(
        [
            "list",
            "build",
            "--source",
            "a.example",
            "--source",
            "b.example",
            "--key",
            "key",
            "--origin",
            "lists.example/t",
            "--json",
            "-o",
            out,
            *options,
        ]
    )


MAPS = ("--category-map", "cats", "--source-map", "members")
