"""
Pictures that show what is behind them: alpha, and what is seen on white and on black.

A viewer puts such a picture on a page of its own colour. The hash that is shared looks at the colours under the alpha,
which may be anything, so a picture that lies in the alpha alone would be hashed as a black page.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

GROUNDS = (255, 0)
_OPAQUE = 255


def composite(colours: Pixels, alpha: Pixels, ground: int) -> Pixels:
    """Return what is seen on a ground of one gray level; colours are gray or RGB, not multiplied by alpha."""
    weight = alpha.astype(np.uint16)
    weight = weight if colours.ndim == 2 else weight[..., None]
    return ((colours * weight + ground * (_OPAQUE - weight) + _OPAQUE // 2) // _OPAQUE).astype(np.uint8)


def seen(colours: Pixels, alpha: Pixels) -> tuple[Pixels, ...]:
    """Return what is seen on each ground; nothing if alpha is opaque."""
    if int(alpha.min(initial=_OPAQUE)) == _OPAQUE:
        return ()
    return tuple(composite(colours, alpha, ground) for ground in GROUNDS)


def has_alpha(image: Any) -> bool:
    """Say whether a Pillow image has alpha, opaque or not."""
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def alpha_of(image: Any) -> Pixels:
    """Return the alpha of a Pillow image."""
    return np.asarray(image.convert("RGBA").getchannel("A"))
