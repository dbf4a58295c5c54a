"""What a feed says of an entry (harmless, category, who vouches), and the rules of the list, on every way from the feed to a device's verdict."""

import argparse
import json

import pytest

from pdqlite import lists
from pdqlite.cli import scenes
from pdqlite.cli.main import ERROR, FOUND, NOTHING, main
from pdqlite.cli.releasing import settle_rules
from pdqlite.hashing import hash_pixels
from pdqlite.media import write_picture
from support.feeds import A, B, build

HARMLESS, HARMFUL = (scenes.picture(i, 256, 192) for i in (900, 901))
HARMLESS_HASH, HARMFUL_HASH = hash_pixels(HARMLESS).hex, hash_pixels(HARMFUL).hex


def near(digits, bits=8):
    """A hash that far away, with as many bits set: harmful, and nearer to the harmless picture than anything may be that is acted on."""
    value = int(digits, 16)
    for kind in (0, 1):
        for place in [p for p in range(256) if int(digits, 16) >> p & 1 == kind][: bits // 2]:
            value ^= 1 << place
    return f"{value:064x}"


WORDS = ("--category-map", "cats", "--source-map", "members")


@pytest.fixture
def two(desk, capsys):
    """A desk with two organisations, and a feed that both gave: a harmless picture, a harmful hash near it, a harmful picture; and a hash that a.example alone vouches for."""
    for name in "ab":
        assert main(["key", "new", f"{name}.pem", "--name", f"{name}.example"]) == FOUND
        (desk / f"{name}.pub").write_text(capsys.readouterr().out)
    given = ((HARMLESS_HASH, "A1", "true"), (HARMFUL_HASH, "B2", "false"), (near(HARMLESS_HASH), "B2", "false"))
    rows = [f"{h},{c},{m},{n}" for m in ("One", "Two") for h, c, n in given]
    (desk / "feed.csv").write_text(
        "pdq,category,member,negative\n" + "\n".join([*rows, f"{A.hex()},A1,One,false"]) + "\n"
    )
    for name, picture in (("good.png", HARMLESS), ("bad.png", HARMFUL)):
        write_picture(desk / name, picture)
    return desk


def said(release):
    e, m = release.entries, release.manifest
    return {
        row.tobytes().hex(): (bool(f & 1), {t for n, t in m.categories.items() if c >> n & 1}, {w for n, w in m.sources.items() if s >> n & 1})
        for row, f, c, s in zip(e.rows, e.flags, e.categories, e.sources, strict=True)
    }  # fmt: skip


def verdicts(capsys, *where):
    found = {}
    for name in ("good.png", "bad.png"):
        capsys.readouterr()
        code = main(["match", name, *where, "--json"])
        found[name] = code, json.loads(capsys.readouterr().out)["verdict"]
    return found


def test_from_the_feed_to_the_verdict_through_two_releases(two, capsys):
    key, both = lists.load_list_key("key"), {"a.example", "b.example"}
    wanted = {
        HARMLESS_HASH: (True, {"worst"}, both),
        HARMFUL_HASH: (False, {"bad"}, both),
        near(HARMLESS_HASH): (False, {"bad"}, both),
    }
    assert build("feed.csv", *WORDS, "--min-sources", "2", "--max-distance", "40", "--map", "0.csv", out="r0") == FOUND
    assert said(lists.read_release("r0", key)) == wanted
    more = {B.hex(): (False, {"bad"}, both)}
    (two / "next.csv").write_text("pdq,category,member\n" + "".join(f"{B.hex()},B2,{m}\n" for m in ("One", "Two")))
    capsys.readouterr()
    assert build("next.csv", *WORDS, "--base", "r0", "--base-map", "0.csv", "--map", "1.csv", out="r1") == FOUND
    second = lists.read_release("r1", key)
    assert said(second) == wanted | more
    assert (second.manifest.min_sources, second.manifest.max_distance) == (
        2,
        40,
    )  # as before, though nobody said so again
    trust = (
        "list trust --origin lists.example/t --quorum 2 --category worst --category bad --allow-unlogged -o t".split()
    )
    assert main([*trust, *(w for n in "ab" for w in ("--endorser", (two / f"{n}.pub").read_text().strip()))]) == FOUND
    for release in ("r0", "r1"):
        for name in "ab":
            words = f"list endorse {release} --name {name}.example --signing-key {name}.pem --key key".split()
            assert main(words) == FOUND
        assert main(f"list install {release} --store store --key key --trust t".split()) == FOUND  # r1 by its delta
        for where in (("--store", "store"), ("--list", release, "--key", "key", "--trust", "t")):
            assert verdicts(capsys, *where) == {"good.png": (NOTHING, "negated"), "bad.png": (FOUND, "match")}, where


def test_a_weaker_rule_is_said_and_shown_to_whoever_signs(two, capsys):
    assert build("feed.csv", *WORDS, "--min-sources", "2", "--max-distance", "40", out="r0") == FOUND
    (two / "next.csv").write_text(f"pdq,category,member\n{B.hex()},B2,One\n")
    words = ("next.csv", *WORDS, "--base", "r0", "--min-sources", "1", "--max-distance", "50")
    capsys.readouterr()
    assert build(*words, out="r1") == FOUND
    told = capsys.readouterr().err
    assert "--min-sources 1: weaker than the 2 of release 0" in told and "--max-distance 50: weaker" in told
    assert main(["list", "diff", "r0", "r1", "--key", "key", "--json"]) == FOUND
    assert json.loads(capsys.readouterr().out)["rules"] == {
        "min_sources": {"from": 2, "to": 1},
        "max_distance": {"from": 40, "to": 50},
    }


def test_rules_are_those_of_the_newest_release_whatever_the_base(two):
    """The base may be older: a rule that became stricter since is not lost by continuing from it."""
    assert build("feed.csv", *WORDS, "--min-sources", "1", "--max-distance", "50", out="r0") == FOUND
    assert build("feed.csv", *WORDS, "--min-sources", "2", "--max-distance", "40", out="published/1") == FOUND
    base = lists.read_release("r0", lists.load_list_key("key"))
    args = argparse.Namespace(
        prefix="published", min_sources=None, max_distance=None, max_sound_distance=None, days=None
    )
    settle_rules(args, base, None)
    assert (args.min_sources, args.max_distance) == (2, 40)
    args = argparse.Namespace(prefix=None, min_sources=None, max_distance=None, max_sound_distance=None, days=None)
    settle_rules(args, base, None)
    assert (args.min_sources, args.max_distance) == (1, 50)


def test_an_organisation_does_not_sign_what_says_the_opposite(two, capsys):
    """Its harmless picture as harmful, or the other way round."""
    assert build("feed.csv", *WORDS, "--min-sources", "2", out="r0") == FOUND
    rows = (two / "feed.csv").read_text().splitlines()
    mine = [row for row in rows[1:] if ",One," in row or ",Two," in row][:3]
    sign = "list endorse r0 --name a.example --signing-key a.pem --key key --submitted mine.csv".split()
    (two / "mine.csv").write_text("\n".join([rows[0], *(r.replace("true", "false") for r in mine)]) + "\n")
    assert main(sign) == ERROR
    assert '1 say "must not match" where it said "match"' in capsys.readouterr().err
    (two / "mine.csv").write_text("\n".join([rows[0], *mine]) + "\n")
    assert main(sign) == FOUND
