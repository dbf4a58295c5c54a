"""What `pdqlite match --explain` draws: the decision's own numbers, nothing fetched, nothing a file name can break."""

import base64
import io
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from pdqlite.cli import drawing, explain, scenes
from pdqlite.cli.main import ERROR, main
from pdqlite.media import write_picture, write_video
from pdqlite.showing import Thumbnail
from pdqlite.types import Decision, Evidence, Where

FOUND, NOTHING = 0, 1


class Page(HTMLParser):
    """Every tag with its attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "image", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, tag, kind=None):
        return [a for t, a in self.tags if t == tag and (kind is None or a.get("class") == kind)]


def asks_for_nothing(page: Page) -> bool:
    """No tag or attribute names another file or host."""
    links = [
        v
        for _, a in page.tags
        for k, v in a.items()
        if k in ("href", "src", "srcset", "action", "data", "poster") or (v and "url(" in v)
    ]
    return all(v.startswith("data:image/jpeg;base64,") for v in links) and not {t for t, _ in page.tags} & {
        "script",
        "link",
        "iframe",
        "object",
        "base",
        "form",
        "a",
    }


def explained(made, media_args, target):  # noqa: F811
    code = main(
        [
            "match",
            *map(str, media_args),
            *f"--list {made['release']} --key {made['list.key']} --explain {target} --jobs 1 -q".split(),
        ]
    )
    return code, Page(target.read_text(encoding="utf-8"))


def test_a_letterboxed_copy_is_outlined_where_it_is(made, tmp_path):  # noqa: F811
    """40 rows of black above and below 240: the outline is the picture, and the thumbnail is the query."""
    copy = np.zeros((320, 320, 3), np.uint8)
    copy[40:280] = scenes.picture(0, 320, 240)
    name = tmp_path / "a<b>&\"c'.png"
    write_picture(name, copy)
    code, page = explained(made, [name, tmp_path / "a<b>&\"c'.png"], tmp_path / "out.html")
    assert code == FOUND and page.open == [] and asks_for_nothing(page)
    assert str(name) in "".join(page.text)  # as text, not as tags
    (box, *_), (image, *_) = page.of("rect", "where"), page.of("image")
    shown = Image.open(io.BytesIO(base64.b64decode(image["href"].split(",")[1])))
    assert shown.size == (int(image["width"]), int(image["height"])) == (320, 320)
    assert np.abs(np.asarray(shown.convert("RGB")).astype(int) - copy).mean() < 12
    x, y, w, h = (float(box[k]) for k in ("x", "y", "width", "height"))
    assert (x, w) == pytest.approx((0, 320), abs=8) and (y, y + h) == pytest.approx((40, 280), abs=8)


def test_a_mirrored_clip_has_a_time_line(tmp_path, made):  # noqa: F811
    """A still of a listed picture, mirrored, between other frames: its times are drawn, its orientation told."""
    still = np.ascontiguousarray(scenes.picture(1, 320, 240)[:, ::-1])
    other = scenes.picture(77, 320, 240)
    write_video(tmp_path / "clip.mp4", [other] * 20 + [still] * 40, fps=10)
    code, page = explained(made, [tmp_path / "clip.mp4"], tmp_path / "out.html")
    text = "".join(page.text)
    assert code == FOUND and asks_for_nothing(page) and "mirrored, left to right" in text and page.of("rect", "span")


def test_what_is_drawn_is_the_decision():
    """The rectangle of any decision, in any size, is its parts of the sides."""
    where = Where(0.125, 0.25, 0.75, 1.0, "turned 90", True)
    decision = Decision(
        "match",
        5,
        3,
        1e-9,
        None,
        80,
        where,
        evidence=(Evidence(5, 3, None, 80, where, score=40.0), Evidence(7, 1, 50, 90, Where(), negative=True)),
    )
    buffer = io.BytesIO()
    Image.new("L", (64, 40)).save(buffer, "JPEG")

    class Manifest:
        origin, seq, categories, sources = "<list>", 3, {}, {}

    shown = explain.Explainer(Manifest())._shown(
        "<script>alert(1)</script>", decision, [Thumbnail(buffer.getvalue(), 64, 40)]
    )
    page = Page(drawing.page("t", ["<n>"], [shown]))
    assert page.open == [] and asks_for_nothing(page)
    (box,) = page.of("rect", "where")
    assert [float(box[k]) for k in ("x", "y", "width", "height")] == [8, 10, 40, 30]
    text = "".join(page.text)
    assert "<script>alert(1)</script>" in text and "counter-clockwise, light and dark exchanged" in text
    assert "1 in 1 000 000 000 agrees" in text and "details (keypoints)" in text and "nats" not in text
    assert "50 of 256 bits differ" in text and "7 (must not match)" in text


def test_nothing_found_is_told_without_pictures(made, tmp_path):  # noqa: F811
    write_picture(tmp_path / "flat.png", np.full((100, 100, 3), 90, np.uint8))
    code, page = explained(made, [tmp_path / "flat.png"], tmp_path / "out.html")
    assert code == NOTHING and not page.of("image") and "1 more files" in "".join(page.text)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["flat.png", "out.html"]


def test_words_alone_on_standard_output(made, media, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = (
        f"match {media / 'p1.png'} --list {made['release']} --key {made['list.key']} --jobs 1 -q --explain -".split()
    )
    assert main(asked) == FOUND
    _, *words = capsys.readouterr().out.splitlines()
    assert words[0].startswith("  A match: this file shows what entry") and all(len(line) < 80 for line in words)
    assert any("Confirmed:" in line for line in words) and list(tmp_path.iterdir()) == []
    assert main([*asked[:-1], "nowhere/page.html"]) == ERROR
    told = capsys.readouterr()
    assert told.out == "" and "--explain: the folder of its page is not there" in told.err


def test_a_picture_is_never_written_over_by_a_page(made, media, capsys, tmp_path):
    """`--explain a.jpg b.jpg`, as somebody writes it who takes --explain for a switch, must not cost a.jpg."""
    mine = tmp_path / "mine.png"
    mine.write_bytes((media / "p1.png").read_bytes())
    before = mine.read_bytes()
    asked = f"match {media / 'p1.png'} --list {made['release']} --key {made['list.key']} --jobs 1 -q --explain".split()
    assert main([*asked, str(mine)]) == ERROR and main([*asked, str(tmp_path)]) == ERROR
    told = capsys.readouterr()
    assert mine.read_bytes() == before and told.out == "" and "it stays as it is. Name a page to write" in told.err
    for _ in range(2):  # a page may take the place of an earlier one
        assert main([*asked, str(tmp_path / "page.html")]) == FOUND
