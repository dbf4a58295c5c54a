"""Nothing of a file is passed over without being a record, a refusal or an error: found by somebody who tried odd inputs."""

import json
from random import Random

import pytest

from pdqlite import errors, exchange
from support.feeds import half

A, B, SHA = (half(Random(seed)).hex() for seed in (70, 71, 72))
TAT = {"results": [{"hash_digest": A, "algorithm": "PDQ", "id": 7}]}


def read(text, only=None):
    return list(exchange.read(text.encode(), only, page=exchange.Page()))


PAGE = "<queryResult>{}</queryResult>"
IMAGE = f"<image><id>1</id><fingerprints><pdq>{A}</pdq></fingerprints></image>"


@pytest.mark.parametrize("inside", [
    f"<pictures>{IMAGE}</pictures>", IMAGE, f"<images>{A}{IMAGE}</images>", f"<images>{IMAGE}{A}</images>", f"{A}<images>{IMAGE}</images>",
])  # fmt: skip
def test_what_stands_in_a_page_where_nothing_is_read_is_an_error(inside):
    with pytest.raises(errors.HashFormatError, match=r"text that is in no entry|beside images, videos and paging"):
        read(PAGE.format(inside))


@pytest.mark.parametrize("entry", [
    IMAGE.replace("image>", "picture>"), IMAGE.replace("<id>1</id>", "<id>1</id><id>2</id>"),
    IMAGE.replace("<id>", f"{B}<id>"), IMAGE.replace("<pdq>", f"{B}<pdq>"),
    IMAGE.replace("<id>", "<classification>A1</classification><classification>B2</classification><id>"),
])  # fmt: skip
def test_an_entry_that_could_be_two_things_is_refused_beside_others(entry):
    first, second = read(PAGE.format(f"<images>{entry}{IMAGE}</images><paging><next>/x</next></paging>"))
    assert first.place == "entry 1" and first.reason and second.signal == "pdq" and second.place == "entry 2"


def test_nothing_is_passed_over_because_of_how_it_begins():
    """An id with a #, a header with tabs whose first name is a signal's, a digest that a list does not carry, half a character."""
    assert [r.id for r in read(f"id,pdq\n#1,{A}\n# a comment\n2,{B}\n")] == ["#1", "2"]
    assert [(r.signal, r.quality) for r in read(f"pdq\tquality\n{A}\t90\n")] == [("pdq", 90)]
    assert [r.signal for r in read(f"sha256\tpdq\n{SHA}\t{A}\n")] == ["sha256", "pdq"]
    assert [r.signal for r in read(f"hash={A},sha1={'a' * 40},tmk=x\n")] == ["pdq", "sha1", "tmk"]
    (found,) = read(json.dumps({"results": [TAT["results"][0] | {"id": "\ud800"}]}))
    assert "surrogate" in found.reason


def test_json_of_two_exchanges_in_one_object_is_an_error_until_one_is_named():
    text = json.dumps({**TAT, "data": [{"id": "1", "type": "HASH_PDQ", "indicator": B}]})
    with pytest.raises(errors.HashFormatError, match="could be tat or threatexchange"):
        read(text)
    assert read(text, "tat") == read(json.dumps(TAT))


def test_two_members_that_say_one_signal_in_another_case_are_one():
    """ThreatExchange gives an indicator and the text that it was made of."""
    said = {"id": "1", "type": "HASH_PDQ", "indicator": A, "raw_indicator": f" {A.upper()} "}
    (found,) = read(json.dumps({"data": [said]}))
    assert found.value.hex() == A
    refused, _ = read(json.dumps({"data": [said | {"raw_indicator": B}, said]}))
    assert "two signals" in refused.reason
