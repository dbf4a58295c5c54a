"""Several edits one after the other, as re-posts gather them."""

from __future__ import annotations

from PIL import Image, ImageEnhance

from benchmarks.robustness.edits.base import EDITS, Draw, add
from benchmarks.robustness.edits.geometry import border, centre, recode, rotated, stretched
from benchmarks.robustness.edits.light import enhanced, insta, noisy
from benchmarks.robustness.edits.overlays import emoji, logo, text
from benchmarks.robustness.edits.scenes import picture_in_picture

Picture = Image.Image


def chain(*changes):
    def change(picture: Picture, draw: Draw) -> Picture:
        for one in changes:
            picture = (EDITS[one].change if isinstance(one, str) else one)(picture, draw)
        return picture

    return change


def slight_turn(picture: Picture, draw: Draw) -> Picture:
    """Turned by 3 degrees; the corners that come free are mostly cut off by the crop after it."""
    return rotated(picture, draw.amount(3) * draw.chance.choice((-1, 1)))


bright = enhanced(ImageEnhance.Brightness, 1.2)

add("combo", "cb_crop90+jpeg30+bright", chain(centre(0.90), recode(30), bright))
add("combo", "cb_crop80+insta", chain(centre(0.80), insta))
add("combo", "cb_flip+crop85+text5", chain("flip_h", centre(0.85), text(0.05)))
add("combo", "cb_border10+noise", chain(border(0.10), noisy(15)))
add("combo", "cb_letterbox+logo5", chain("letterbox_black", logo(0.05)))
add("combo", "cb_phone+letterbox", chain("letterbox_black", "phone_light"))
add("combo", "cb_blurbg+caption", chain("blurbg_9:16", "caption_bottom"))
add("combo", "cb_stretch+emoji5", chain(stretched(4 / 3), emoji(0.05)))
add("combo", "cb_rot3+crop90", chain(slight_turn, centre(0.90)))
add("combo", "cb_flip+blurbg", chain("flip_h", "blurbg_9:16"))
add("combo", "cb_crop70+border5", chain(centre(0.70), border(0.05)))
add("combo", "cb_pip65+flip", chain(picture_in_picture(0.65), "flip_h"))
add("combo", "cb_crop60+flip+filter", chain(centre(0.60), "flip_h", insta))
