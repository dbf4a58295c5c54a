"""The benchmark framework: what it records, and that verdicts follow from definitions."""

import json
import math
import random
import xml.etree.ElementTree as ElementTree

import pytest

from benchmarks import __main__ as program
from benchmarks._frame import clock, compare, every, gate, page, registry, stats, svg
from benchmarks._frame.report import Report, load


def a_report(shift: float = 1.0, hits: int = 90) -> Report:
    chance = random.Random(7)
    report = Report("demo", quiet=True)
    report.time("scan", [shift * chance.gauss(1e-3, 2e-5) for _ in range(31)], unit="us", rows=10)
    report.count("bytes", 8, "B")
    report.rate("recall", hits, 100, edit="crop")
    report.curve("c", {"a": [(1, 1e-3), (10, 0.0)]}, "bits", "rate", log_y=True)
    report.table("t", ["<edit>", "n"], [["a&b", 1]])
    report.picture("p", b"\xff\xd8")
    report.note("read <this>")
    return report


def test_every_benchmark_states_its_claim():
    for name, claim in registry.claims().items():
        assert len(claim) > 20, name


def test_record_survives_a_file(tmp_path):
    report = a_report()
    report.save(tmp_path / "deep" / "r.json")
    record = load(tmp_path / "deep" / "r.json")
    assert record["results"] == report.results
    assert record["machine"]["cores"] >= 1 and record["versions"]["python"]
    (tmp_path / "no.json").write_text("[]")
    with pytest.raises(ValueError, match="not a record"):
        load(tmp_path / "no.json")


def test_one_name_is_reported_once():
    report = a_report()
    report.count("bytes", 8, "B", kernel="other")
    with pytest.raises(ValueError, match="twice"):
        report.count("bytes", 9, "B")


@pytest.mark.parametrize(
    ("shift", "verdict"),
    [(1.0, compare.SAME), (1.005, compare.SAME), (1.2, "SLOWER"), (0.8, "FASTER")],
)
def test_verdict_on_times_only_beyond_the_noise(shift, verdict):
    text = compare.text(a_report().record(), a_report(shift).record())
    assert verdict in next(line for line in text.splitlines() if "scan" in line)


@pytest.mark.parametrize("first", [True, False])
def test_a_clock_that_had_not_ticked_gets_no_verdict(first):
    still = Report("demo", quiet=True)
    still.time("scan", [0.0] * 31, unit="us", rows=10)
    pair = (still.record(), a_report().record())
    text = compare.text(*(pair if first else pair[::-1]))
    assert "a sample is 0" in next(line for line in text.splitlines() if "scan" in line)


def test_verdict_on_rates_and_counts():
    lines = compare.text(a_report().record(), a_report(hits=50).record()).splitlines()
    assert any("recall" in line and "lower" in line for line in lines)
    assert any("bytes" in line and line.endswith("same") for line in lines)
    near = compare.text(a_report().record(), a_report(hits=88).record())
    assert compare.SAME in next(line for line in near.splitlines() if "recall" in line)


def test_times_of_other_machines_are_not_compared():
    after = a_report(2.0).record()
    after["machine"]["cpu"] = "another"
    assert "not compared" in compare.text(a_report().record(), after)


def test_wilson_covers_as_it_says():
    """The 95 % interval holds the true proportion in about 95 of 100 draws."""
    chance = random.Random(3)
    held = 0
    for _ in range(2000):
        p = chance.uniform(0.05, 0.95)
        low, high = stats.wilson(sum(chance.random() < p for _ in range(60)), 60)
        held += low <= p <= high
    assert 0.93 < held / 2000 < 0.97


@pytest.mark.parametrize("hits", [0, 1, 3, 10, 50])
def test_bound_of_a_rare_rate(hits):
    """At the bound, seeing so few or fewer has a chance of one in twenty (definition)."""
    mean = stats.rate_bound(hits, 1.0)
    at_most = sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(hits + 1))
    assert at_most == pytest.approx(0.05, rel=0.03)


def test_quantile_is_linear_between_order_statistics():
    assert stats.quantile([4, 1, 3, 2], 0.5) == 2.5
    assert [stats.quantile([5, 7], q) for q in (0, 0.25, 1)] == [5, 5.5, 7]


def test_gate_judges_counts_and_rates_and_missing_names():
    record = a_report().record()
    assert gate.broken(record, {"max": {"bytes": 8}, "min": {"recall edit=crop": 0.9}}) == []
    assert len(gate.broken(record, {"max": {"bytes": 7}, "min": {"recall edit=crop": 0.91}})) == 2
    assert "not in the record" in gate.broken(record, {"max": {"gone": 1}})[0]
    assert "not in the record" in gate.broken(record, {"max": {"scan rows=10": 1}})[0]  # a time
    assert gate.broken(record, {"benchmark": "other"})


def test_gate_judges_growth_of_counts():
    """One part in a hundred more passes, any more does not, less does; nothing is left out on either side."""
    for now, sentences in ((100, 0), (101, 0), (101.1, 1), (50, 0)):
        assert len(gate.grown({"a": now}, {"a": 100}, 0.01)) == sentences
    assert "not in the budget" in gate.grown({"a": 1, "b": 1}, {"a": 1}, 0.01)[0]
    assert "not in the record" in gate.grown({}, {"a": 1}, 0.01)[0]
    record = a_report().record()
    assert gate.broken(record, {"counts": {"bytes": 8, "recall edit=crop": 0.9}, "growth": 0}) == []
    assert gate.broken(record, {"counts": {"bytes": 7, "recall edit=crop": 0.9}, "growth": 0.01})


def test_gate_reads_only_budgets(tmp_path):
    for text in ("[]", "{", '{"maximum": {}}', '{"counts": {}}'):
        path = tmp_path / "b.json"
        path.write_text(text)
        with pytest.raises(registry.UsageError):
            gate.load(path)


def test_page_is_well_formed_and_stands_alone():
    text = page.render([a_report().record()])
    assert "http" not in text and "<script" not in text
    assert "&lt;edit&gt;" in text and "a&amp;b" in text and "read &lt;this&gt;" in text
    for start in [i for i in range(len(text)) if text.startswith("<svg", i)]:
        ElementTree.fromstring(text[start : text.index("</svg>", start) + 6])


def test_ticks_are_inside_and_round():
    assert svg.ticks(0, 10, log=False) == [0, 2, 4, 6, 8, 10]
    assert svg.ticks(1e-3, 10, log=True) == pytest.approx([1e-3, 1e-2, 0.1, 1, 10])


def test_clock_counts_work():
    found = clock.together({"one": lambda: sum(range(2000)), "ten": lambda: sum(range(20000))}, 5)
    assert len(found["one"]) == 5
    assert 3 < min(found["ten"]) / min(found["one"]) < 40


def test_program_lists_and_names_what_is_missing(capsys, tmp_path):
    assert program.main([]) == 0
    assert "NAME --help" in capsys.readouterr().out
    with pytest.raises(registry.UsageError, match="no benchmark 'nothing'"):
        program.main(["nothing"])
    record = tmp_path / "r.json"
    record.write_text(json.dumps(a_report().record()))
    assert program.main(["html", str(record), "-o", str(tmp_path / "p.html")]) == 0
    assert (tmp_path / "p.html").read_text().startswith("<!DOCTYPE html>")
    assert program.main(["compare", str(record), str(record)]) == 0


def test_comparing_gates_counts_and_rates_and_never_times(tmp_path, capsys):
    before, more = a_report(), a_report(shift=9.0)
    more.results = [{**r, "value": 9} if r["kind"] == "count" else r for r in more.results]
    before.pages("memory", 4096)
    more.pages("memory", 8192)  # is told, and never judged
    before.save(tmp_path / "before" / "demo.json")
    for name, after in (("slow", a_report(shift=9.0)), ("more", more), ("worse", a_report(hits=50))):
        after.save(tmp_path / name / "demo.json")
    words = lambda name, growth: ["compare", str(tmp_path / "before"), str(tmp_path / name), "--gate", growth]
    assert program.main(words("slow", "0")) == 0
    assert "SLOWER" in capsys.readouterr().out
    assert program.main(words("more", "0.125")) == 0 and program.main(words("more", "0.124")) == 1
    assert "over the gate: demo: bytes: 8, now 9" in capsys.readouterr().out
    assert program.main(words("worse", "9")) == 1
    a_report(shift=9.0).save(tmp_path / "before" / "demo-again.json")
    assert len(compare.pairs(tmp_path / "before", tmp_path / "slow")[0][0]["results"][0]["samples"]) == 62
    (tmp_path / "none").mkdir()
    with pytest.raises(registry.UsageError, match="no records of one name"):
        program.main(words("none", "0"))


def test_every_benchmark_has_a_smallest_size(monkeypatch):
    """Its options are options of the benchmark, and a person's own come after them."""
    for name in registry.claims():
        try:
            module = registry.load(name)
        except registry.AbsentError:
            continue  # CI has all that they need, and runs them
        seen = []
        monkeypatch.setattr(module, "run", lambda report, args, seen=seen: seen.append(args))
        monkeypatch.setattr(Report, "save", lambda *_: None)
        assert program.main([name, "--small", "--quiet"]) == 0 and len(seen) == 1, name
        assert module.SMALL, name


def test_all_names_what_it_leaves_out_and_fails_for_what_fails(tmp_path, capsys):
    states = dict.fromkeys(registry.claims(), "ran")

    def one(name, small, folder):
        if states[name] == "ran":
            report = Report(name, quiet=True)
            report.count("c", 1)
            report.save(folder / f"{name}.json")
        return every.Outcome(name, states[name], 0.1, "faiss is missing")

    words = ["--small", "-o", str(tmp_path)]
    assert every.main(words, one) == 0
    page_of_all = (tmp_path / "index.html").read_text()
    assert all(f"<h2>{name}</h2>" in page_of_all for name in states)
    states["index"] = "left out"
    assert every.main(words, one) == 0 and "faiss is missing" in capsys.readouterr().out
    assert every.main([*words, "--strict"], one) == 1
    assert every.main([*words, "--strict", "--without", "index"], one) == 0
    states["index"] = "FAILED"
    assert every.main(words, one) == 1
    with pytest.raises(registry.UsageError, match="no benchmark 'x'"):
        every.main(["--only", "x"], one)


def test_a_missing_package_is_told_apart(monkeypatch):
    module = registry.load("hash")

    def run(*_):
        raise ModuleNotFoundError("no", name="a_peer")

    monkeypatch.setattr(module, "run", run)
    with pytest.raises(registry.AbsentError, match="hash needs the Python package 'a_peer'"):
        program.main(["hash", "--quiet"])


def test_a_table_is_put_where_a_page_asks_for_it(tmp_path):
    report = Report("attack", options=["--media", "/some/where", "--only", "forge", "-o", "x.json"], quiet=True)
    report.table("attacks", ["attack", "CPU s"], [["forge: hash", 0.25], ["invert", 1.5]])
    page_ = tmp_path / "page.md"
    page_.write_text(
        "before\n<!-- table attacks of attack: forge -->\nold\n<!-- end of table -->\nbetween\n"
        "<!-- table attacks of attack -->\n<!-- end of table -->\n<!-- table x of other -->\nkept\n<!-- end of table -->\n"
    )
    record = tmp_path / "record.json"
    report.save(record)
    assert program.main(["insert", str(record), str(page_)]) == 0
    text = page_.read_text()
    assert "old" not in text and "kept" in text and text.startswith("before\n") and "\nbetween\n" in text
    assert text.count("| forge: hash | 0.25 |") == 2 and text.count("| invert | 1.5 |") == 1
    assert "`python -m benchmarks attack --media DIR --only forge`" in text and "where" not in text
    assert program.main(["insert", str(record), str(page_)]) == 0 and page_.read_text() == text
    (tmp_path / "empty.md").write_text("nothing\n")
    with pytest.raises(registry.UsageError, match="no line"):
        program.main(["insert", str(record), str(tmp_path / "empty.md")])
