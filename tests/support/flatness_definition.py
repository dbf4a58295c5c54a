"""How flat a region of a plane is, written out in numpy; csrc/match/flatness.c does the same."""

import numpy as np

TEXTURED, PAPER, FLAT = "textured", "paper", "flat"
STEP, TONE = 128, 41  # half a grey level; half grey levels of one tone


def part_of(samples, where):
    height, width = samples.shape
    left, top, right, bottom = where[:4]
    rows = slice(int(top * height), int(np.ceil(bottom * height)))
    return samples[rows, int(left * width) : int(np.ceil(right * width))].astype(np.int64)


def is_flat(part, step, tenths=6):
    """Whether over three fifths of the cells, or so many tenths, are within a step of the next ones, right and below."""
    across, down = np.abs(np.diff(part, axis=1))[:-1], np.abs(np.diff(part, axis=0))[:, :-1]
    flat = np.maximum(across, down) < step
    return bool(10 * int(flat.sum()) > tenths * flat.size)


def tone_of(part):
    """(first half level of the commonest tone, its share, the lesser share beyond it)."""
    count = np.bincount((part // STEP).ravel(), minlength=512) / part.size
    shares = np.convolve(count, np.ones(TONE))[:512]
    last = int(np.argmax(np.round(shares * part.size)))
    low = max(0, last - TONE + 1)
    return low, shares[last], min(count[:low].sum(), count[last + 1 :].sum())


def median_step(part, low, lag):
    """Median difference of cells of the tone `lag` apart, across and down, in steps of 16."""
    tone = (part // STEP >= low) & (part // STEP < low + TONE)
    across, down = np.abs(part[:, lag:] - part[:, :-lag]), np.abs(part[lag:] - part[:-lag])
    both = np.sort(np.concatenate([across[tone[:, lag:] & tone[:, :-lag]], down[tone[lag:] & tone[:-lag]]]))
    return int(both[(len(both) + 1) // 2 - 1]) // 16 * 16 if len(both) else 0


def flatness(samples, where):
    """TEXTURED as photos are, PAPER where one tone fills most of it, FLAT as graphics are, or would be without noise."""
    part = part_of(samples, where)
    if min(part.shape) < 2 or is_flat(part, STEP):
        return FLAT
    low, share, beyond = tone_of(part)
    if share < 0.55 - 1e-9 or beyond > 0.05 + 1e-9:
        return TEXTURED
    near, far = median_step(part, low, 1), median_step(part, low, 8)
    if far > 32 and far * 5 > near * (15 if share > 0.75 - 1e-9 else 8):
        return TEXTURED
    return FLAT if near * 9 // 2 > STEP and is_flat(part, near * 9 // 2) else PAPER


def is_screen(samples, where):
    """Whether a part is paper, or over a quarter of it is within a sixteenth of a grey level, as only what was drawn is."""
    part = part_of(samples, where)
    return min(part.shape) < 2 or is_flat(part, 16, 2.5) or flatness(samples, where) == PAPER
