"""Edits that move pixels: re-encoding, stretching, bars, borders, crops, orientation, rotation."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageFilter

from benchmarks.robustness.edits.base import Draw, add, edit, jpeg

Picture = Image.Image
LANCZOS = Image.Resampling.LANCZOS


def resized(picture: Picture, width: float, height: float) -> Picture:
    return picture.resize((max(8, round(width)), max(8, round(height))), LANCZOS)


def recode(quality: float):
    def change(picture: Picture, draw: Draw) -> Picture:
        level = max(5, round(100 - draw.amount(100 - quality)))
        return Image.open(io.BytesIO(jpeg(picture, level))).convert("RGB")

    return change


def smaller(scale: float):
    def change(picture: Picture, draw: Draw) -> Picture:
        s = draw.factor(scale)
        return resized(picture, picture.width * s, picture.height * s)

    return change


def stretched(width: float):
    def change(picture: Picture, draw: Draw) -> Picture:
        return resized(picture, picture.width * draw.factor(width), picture.height)

    return change


def on_canvas(picture: Picture, size: tuple[float, float], colour, place=(0.5, 0.5)) -> Picture:
    """Return the picture on a canvas of one colour; `place` is where the free room goes."""
    canvas = Image.new("RGB", (round(size[0]), round(size[1])), colour)
    room = canvas.width - picture.width, canvas.height - picture.height
    canvas.paste(picture, (round(room[0] * place[0]), round(room[1] * place[1])))
    return canvas


def bars(upright: bool, colour: int, centred: bool = True):
    """Letterbox (bars above and below) or pillarbox, 12 to 20 % of the side each."""

    def change(picture: Picture, draw: Draw) -> Picture:
        part = draw.amount(draw.chance.uniform(0.12, 0.20))
        grown = 1 + 2 * part
        at = 0.5 if centred else draw.chance.uniform(0.0, 0.3)
        rgb = (colour,) * 3
        if upright:
            return on_canvas(picture, (picture.width, picture.height * grown), rgb, (0.5, at))
        return on_canvas(picture, (picture.width * grown, picture.height), rgb, (at, 0.5))

    return change


def blurred_fill(picture: Picture, width: float, height: float, radius: float) -> Picture:
    """Return the whole picture on its own blurred enlargement, width x height pixels."""
    canvas = round(width), round(height)
    scale = max(canvas[0] / picture.width, canvas[1] / picture.height)
    back = resized(picture, picture.width * scale, picture.height * scale)
    left, top = (back.width - canvas[0]) // 2, (back.height - canvas[1]) // 2
    back = back.crop((left, top, left + canvas[0], top + canvas[1]))
    back = back.filter(ImageFilter.GaussianBlur(radius * max(canvas)))
    fit = min(canvas[0] / picture.width, canvas[1] / picture.height)
    front = resized(picture, picture.width * fit, picture.height * fit)
    back.paste(front, ((canvas[0] - front.width) // 2, (canvas[1] - front.height) // 2))
    return back


def blurred_background(ratio: float):
    """Fill a canvas of width:height `ratio`; one too near the picture's own is turned."""

    def change(picture: Picture, draw: Draw) -> Picture:
        own = picture.width / picture.height
        want = ratio if abs(math.log(ratio / own)) > 0.15 else (1 / ratio if ratio != 1 else 0.75)
        w, h = picture.size
        size = (h * want, h) if want > own else (w, w / want)
        return blurred_fill(picture, *size, draw.factor(draw.chance.uniform(0.015, 0.035)))

    return change


def border(part: float):
    def change(picture: Picture, draw: Draw) -> Picture:
        colour = draw.chance.choice([(0,) * 3, (255,) * 3, _a_colour(draw)])
        edge = 2 * draw.amount(part) * min(picture.size)
        return on_canvas(picture, (picture.width + edge, picture.height + edge), colour)

    return change


def _a_colour(draw: Draw) -> tuple[int, int, int]:
    return tuple(draw.chance.randrange(256) for _ in range(3))


add("recode", "jpeg50", recode(50))
add("recode", "jpeg20", recode(20))
add("recode", "resize0.5", smaller(0.5))
add("recode", "resize0.25", smaller(0.25))
add("stretch", "stretch4:3>16:9", stretched(4 / 3))
add("stretch", "stretch1:1>16:9", stretched(16 / 9))
add("stretch", "squeeze0.75", stretched(0.75))
add("bars", "letterbox_black", bars(True, 0))
add("bars", "pillarbox_black", bars(False, 0))
add("bars", "letterbox_white", bars(True, 255))
add("bars", "pillarbox_white", bars(False, 255))
add("bars", "letterbox_offcentre", bars(True, 0, centred=False))
add("blurbg", "blurbg_9:16", blurred_background(9 / 16))
add("blurbg", "blurbg_16:9", blurred_background(16 / 9))
add("blurbg", "blurbg_1:1", blurred_background(1.0))
add("border", "border5", border(0.05))
add("border", "border10", border(0.10))
add("border", "border20", border(0.20))


@edit("border", "polaroid")
def _polaroid(picture: Picture, draw: Draw) -> Picture:
    edge = draw.amount(0.06) * min(picture.size)
    low = draw.amount(0.22) * min(picture.size)
    size = picture.width + 2 * edge, picture.height + edge + low
    return on_canvas(picture, size, (248, 246, 240), (0.5, edge / (edge + low)))


def crop_to(picture: Picture, width: float, height: float, x: float, y: float) -> Picture:
    """Return width x height (parts of the sides), x, y of the cut-off room to the left, above."""
    w, h = picture.size
    cut_w, cut_h = max(8, round(w * width)), max(8, round(h * height))
    left, top = round((w - cut_w) * x), round((h - cut_h) * y)
    return picture.crop((left, top, left + cut_w, top + cut_h))


def centre(part: float):
    return lambda p, draw: crop_to(p, draw.keep(part), draw.keep(part), 0.5, 0.5)


def corner(part: float):
    def change(picture: Picture, draw: Draw) -> Picture:
        x, y = draw.chance.choice((0, 1)), draw.chance.choice((0, 1))
        return crop_to(picture, draw.keep(part), draw.keep(part), x, y)

    return change


def free(low: float, high: float):
    """Each side kept by its own part, at any place."""

    def change(picture: Picture, draw: Draw) -> Picture:
        parts = [draw.keep(draw.chance.uniform(low, high)) for _ in range(2)]
        return crop_to(picture, *parts, draw.chance.random(), draw.chance.random())

    return change


def to_ratio(ratio: float):
    def change(picture: Picture, draw: Draw) -> Picture:
        own = picture.width / picture.height
        if abs(math.log(own / ratio)) < 0.15:  # has this ratio already: cut to another
            own, wanted = 1.0, draw.factor(0.75)
        else:
            wanted = ratio
        narrow, low = min(1.0, wanted / own), min(1.0, own / wanted)
        return crop_to(picture, narrow, low, draw.chance.uniform(0.3, 0.7), 0.5)

    return change


for _part in (95, 90, 80, 70, 60, 50):
    add("crop", f"crop_c{_part}", centre(_part / 100))
for _part in (90, 80, 70, 50):
    add("crop", f"crop_corner{_part}", corner(_part / 100))
add("crop", "crop_free70-95", free(0.70, 0.95))
add("crop", "crop_free50-70", free(0.50, 0.70))
add("crop", "crop_1:1", to_ratio(1.0))
add("crop", "crop_9:16", to_ratio(9 / 16))

for _name, _turn in (
    ("flip_h", Image.Transpose.FLIP_LEFT_RIGHT),
    ("rot90", Image.Transpose.ROTATE_90),
    ("rot180", Image.Transpose.ROTATE_180),
    ("flip_rot90", Image.Transpose.TRANSPOSE),
):
    add("dihedral", _name, lambda p, draw, turn=_turn: p.transpose(turn))


def rotated(picture: Picture, degrees: float, fill: tuple[int, int, int] = (0, 0, 0)) -> Picture:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=fill)


def rotate(degrees: float, how: str):
    """`fill` keeps the canvas, `crop` keeps what is inside, `expand` keeps every pixel."""

    def change(picture: Picture, draw: Draw) -> Picture:
        angle = draw.amount(degrees) * draw.chance.choice((-1, 1))
        if how == "expand":
            return picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=(0,) * 3)
        turned = rotated(picture, angle)
        return turned if how == "fill" else inside(turned, angle)

    return change


def inside(turned: Picture, degrees: float) -> Picture:
    """Return the largest rectangle of the same ratio that holds no corner of the canvas."""
    w, h = turned.size
    sin, cos = abs(math.sin(math.radians(degrees))), abs(math.cos(math.radians(degrees)))
    part = min(1 / (cos + sin * h / w), 1 / (cos + sin * w / h))
    return crop_to(turned, part, part, 0.5, 0.5)


for _degrees, _how in ((2, "fill"), (2, "crop"), (5, "fill"), (5, "crop"), (10, "fill"),
                       (10, "crop"), (10, "expand")):  # fmt: skip
    add("rotate", f"rotate{_degrees}_{_how}", rotate(_degrees, _how))
