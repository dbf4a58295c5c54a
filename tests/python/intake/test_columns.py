"""Packed rows: the index and the texts against what they stand for."""

from random import Random

from pdqlite.intake.columns import Index, Texts


def test_the_index_of_rows_is_a_dict_of_lists_whatever_comes_and_goes():
    """Against what it stands for: keys that come often, are taken out and come again, past several enlargements."""
    draw, keys, wanted = Random(5), [], {}
    index = Index(keys.__getitem__)
    for _ in range(20_000):
        key = str(draw.randrange(5000)).encode()
        assert index.rows(key) == wanted.get(key, [])
        if draw.random() < 0.2:
            wanted[key] = [row for row in wanted.pop(key, []) if draw.random() < 0.5]
            index.keep(key, wanted[key])
        else:
            keys.append(key)
            index.add(key, len(keys) - 1)
            wanted.setdefault(key, []).append(len(keys) - 1)
    assert len(wanted) > 1024 and all(index.rows(key) == rows for key, rows in wanted.items())


def test_texts_come_back_as_they_were():
    texts = Texts()
    wanted = ["", "é", "\ud800", "a\0b", ""]
    for text in wanted:
        texts.append(text)
    assert [texts[i] for i in range(len(wanted))] == wanted
