"""
The verification of a match, written out in Python: is the visible part of the entry there, or only a part of it?

Slow and plain, over integers of any length; real numbers only in what the row's bits say. test_claims.py holds
the C core against it.
"""

import math
import re

import numpy as np

from support import ROOT

CSRC = ROOT / "csrc"
GRID, NEAR, FAR, GOOD = 6, 12, 26, 14


def table(path, name):
    """The integers of a constant of the core."""
    text = re.search(rf"\b{name}\[[^=]*=\s*\{{(.*?)\}};", path.read_text(), re.S).group(1)
    return [int(v) for v in re.findall(r"-?\d+", text)]


def _tables():
    source = next(CSRC.rglob("*tables.c"))
    prefix = re.search(r"uint16_t (\w+)_window\[", source.read_text()).group(1)
    get = lambda name: np.array(table(source, f"{prefix}_{name}"), np.int64)
    return get("window"), get("dct").reshape(11, 16), get("order_y"), get("order_x"), get("exp2")


WINDOW, DCT, ORDER_Y, ORDER_X, EXP2 = _tables()
EVEN = table(CSRC / "match" / "claim.c", "EVEN")


def sigma(code):
    """1/256 of a cell."""
    return int(EXP2[code % 16 * 2]) << code // 16 >> 7


def nats(n):
    """16 ln n, straight lines between the powers of two."""
    if not n:
        return 0
    least = 1 << (n.bit_length() - 1)
    return (64 * (n.bit_length() - 1) + 64 * (n - least) // least) * 355 // 2048


def points(record):
    """(width, height of the entry's plane, [(x, y, scale, bits)]); places in 1/256 of the sides."""
    side = lambda code: np.float32(256) * _power(code)
    raw = [record[i : i + 11] for i in range(3, len(record), 11)]
    return (int(side(record[2] - 128) + np.float32(0.5)), int(side(128 - record[2]) + np.float32(0.5)),
            [(p[0], p[1], p[2] >> 1, int.from_bytes(p[3:], "little")) for p in raw])  # fmt: skip


def _power(code):
    v, i = np.float32(1), abs(code)
    v = np.float32(2.0 ** (i // 64)) * np.float32(np.float32(EXP2[i % 64 // 2]) / np.float32(32768))
    if i & 1:
        v = v * np.float32(1.0108893)
    return np.float32(1) / v if code < 0 else v


def magnified(model, width, height, w, h, lean=(0, 0)):
    """Cells of the query for one of the entry, in its middle."""
    a, b, c, d, e, f = (float(v) for v in model)
    p, q = (v / 65536 for v in lean)
    middle = 1 + (p + q) / 2
    det = a * (e - f * q) - b * (d - f * p) + c * (d * q - e * p)
    return abs(det) / 4294967296.0 / (middle * middle * middle) * (float(width * height) / float(w * h))


def smoothed(samples, side):
    """Box means of side x side cells, cut at the rim."""
    total = np.zeros((samples.shape[0] + 1, samples.shape[1] + 1), np.int64)
    total[1:, 1:] = samples.astype(np.int64).cumsum(0).cumsum(1)
    cuts = [
        (np.clip(np.arange(n) - side // 2, 0, n), np.clip(np.arange(n) - side // 2 + side, 0, n)) for n in samples.shape
    ]
    (y0, y1), (x0, x1) = cuts
    sums = total[np.ix_(y1, x1)] - total[np.ix_(y0, x1)] - total[np.ix_(y1, x0)] + total[np.ix_(y0, x0)]
    return sums // ((y1 - y0)[:, None] * (x1 - x0)[None])


def rims(samples, barred=False):
    """
    Rows of one tone (six grey levels) along each side, at most an eighth: (top, bottom, left, right); and whether one
    is longer. `barred`: the longest by its part of the side, of equals the first of left, right, top, bottom, goes to 5/8.
    """

    def tone(lines, eighths):
        most = len(lines) * eighths // 8
        for i in range(most):
            part = lines[: i + 1].astype(np.int64)
            if part.max() - part.min() > 6 * 256:
                return i
        return most

    sides = {"left": samples.T, "right": samples.T[::-1], "top": samples, "bottom": samples[::-1]}
    bars = {name: tone(lines, 5) for name, lines in sides.items()}
    ends = {name: min(bars[name], len(lines) // 8) for name, lines in sides.items()}
    part = {name: 65536 * bars[name] // len(lines) for name, lines in sides.items()}
    longest = max(part, key=part.get)
    has_bar = part[longest] > 8192
    if barred and has_bar:
        ends[longest] = bars[longest]
    return tuple(ends[name] for name in ("top", "bottom", "left", "right")), has_bar


def warp(samples, model, w, h, det, ends, lean=(0, 0)):
    """(the query as it lies in the entry's frame, which of its cells the query shows); `ends`: its rims, which show nothing."""
    height, width = samples.shape
    m = [int(v) for v in model]
    i, j = 2 * np.arange(w, dtype=object) + 1, 2 * np.arange(h, dtype=object) + 1
    by = (65536 + lean[1] * j // (2 * h))[:, None] + (lean[0] * i // (2 * w))[None]
    at = [((m[3 * k] * side * i // (2 * w))[None] + (m[3 * k + 1] * side * j // (2 * h) + m[3 * k + 2] * side)[:, None]) * 256 // by
          for k, side in ((0, width), (1, height))]  # fmt: skip
    x, y = (np.array(np.clip(v, -(2**40), 2**40), np.int64) for v in at)
    top, bottom, left, right = (256 * n for n in ends)
    seen = (x >= left) & (x < 256 * width - right) & (y >= top) & (y < 256 * height - bottom)
    side = 1
    if det > 1.69:
        while side < 16 and det >= (side + 0.5) * (side + 0.5):
            side += 1
    plane = smoothed(samples, side) if side > 1 else samples.astype(np.int64)
    shift = 0 if side % 2 == 0 else -128
    x, y = np.clip(x + shift, 0, 256 * (width - 1)), np.clip(y + shift, 0, 256 * (height - 1))
    x0, y0, fx, fy = x >> 8, y >> 8, x & 255, y & 255
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    up, down = plane[y0, x0] * (256 - fx) + plane[y0, x1] * fx, plane[y1, x0] * (256 - fx) + plane[y1, x1] * fx
    return (up * (256 - fy) + down * fy + 32768) >> 16, seen


def integral(plane):
    out = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1), np.int64)
    out[1:, 1:] = (plane >> 1).cumsum(0).cumsum(1)
    return out


def _cuts(middle, half, cells):
    at = np.array([middle - half + half * 2 * i // 16 for i in range(17)])
    at = np.clip(at, 0, cells << 8)
    length = np.diff(at)
    inside = np.nonzero(length * 16 >= half)[0]
    inverse = np.array([(1 << 24) // int(v) if v else 0 for v in length], np.int64)
    return at, inverse, inside


def describe(total, x, y, scale):
    """The 64 signs of the patch, and its coefficients."""
    half = sigma(scale) * 6
    (cx, ix, nx), (cy, iy, ny) = _cuts(x, half, total.shape[1] - 1), _cuts(y, half, total.shape[0] - 1)
    if not len(nx) or not len(ny):
        return 0, [0] * 64
    fx, fy, c0, r0 = cx & 255, cy & 255, cx >> 8, cy >> 8
    c1, r1 = c0 + (fx > 0), r0 + (fy > 0)
    left = total[np.ix_(r0, c0)] * (256 - fy)[:, None] + total[np.ix_(r1, c0)] * fy[:, None]
    right = total[np.ix_(r0, c1)] * (256 - fy)[:, None] + total[np.ix_(r1, c1)] * fy[:, None]
    corner = left * (256 - fx) + right * fx
    sums = corner[1:, 1:] - corner[1:, :-1] - corner[:-1, 1:] + corner[:-1, :-1]
    part = ((sums >> 8) * ix >> 20) * iy[:, None] >> 20
    inside = lambda n: np.clip(np.arange(16), n[0], n[-1])
    part = part[np.ix_(inside(ny), inside(nx))]
    window = WINDOW.reshape(16, 16)
    mean = (int((part * window).sum()) + int(window.sum()) // 2) // int(window.sum())
    cut = lambda v, by: np.sign(v) * (np.abs(v) // by)  # towards 0
    windowed = cut((part - mean) * window, 256)
    tall = cut(DCT @ windowed, 4096)
    coefficients = (tall @ DCT.T)[ORDER_Y, ORDER_X]
    return sum(int(c > 0) << b for b, c in enumerate(coefficients)), [int(c) for c in coefficients]


def sureness(coefficients, bits):
    """Squared cosine of the wanted signs and the coefficients made alike in size, 1/65536; 0 if they disagree."""
    even = [(abs(c) // 1024 * e) * (1 if c > 0 else -1) for c, e in zip(coefficients, EVEN, strict=True)]
    total_ = sum(c if bits >> b & 1 else -c for b, c in enumerate(even))
    squares, part = sum(c * c for c in even), max(0, total_)
    while part >> 26:
        part, squares = part >> 1, squares >> 2
    return part * part * 1024 // squares if squares else 0


def usable(w, h, det, seen, point):
    """Whether the query shows the keypoint, most of what is around it, and at a scale it has."""
    xb, yb, scale, _ = point
    x, y, s = (2 * xb + 1) * w // 2, (2 * yb + 1) * h // 2, sigma(scale)
    if not seen[y >> 8, x >> 8] or not s * s * det > 91750.4:
        return False
    around = seen[max(0, (y - 4 * s) >> 8) : ((y + 4 * s) >> 8) + 1, max(0, (x - 4 * s) >> 8) : ((x + 4 * s) >> 8) + 1]
    return bool(2 * around.sum() > around.size)


def distance(total, w, h, point, inverted):
    """(the least of five places, up to NEAR the first will do; how sure its signs are)."""
    xb, yb, scale, bits = point
    x, y, step = (2 * xb + 1) * w // 2, (2 * yb + 1) * h // 2, sigma(scale) * 3 // 5
    bits ^= (1 << 64) - 1 if inverted else 0
    best, sure = 65, 0
    for dx, dy in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
        if best <= NEAR:
            break
        seen, coefficients = describe(total, x + dx * step, y + dy * step, scale)
        if (seen ^ bits).bit_count() < best:
            best = (seen ^ bits).bit_count()
            sure = sureness(coefficients, bits) if best <= GOOD else 0
    return best, sure


def hull_twice(places):
    """Twice the area of the convex hull."""
    places = sorted(set(places))
    if len(places) < 3:
        return 0

    def chain(order):
        out = []
        for p in order:
            while len(out) > 1 and (out[-1][0] - out[-2][0]) * (p[1] - out[-2][1]) <= (out[-1][1] - out[-2][1]) * (
                p[0] - out[-2][0]
            ):
                out.pop()
            out.append(p)
        return out[:-1]

    ring = chain(places) + chain(places[::-1])
    return abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)))


def prior():
    """The spectrum of un-cropping: the separable one nearest to 1 / (k^2 + m^2)."""
    log = lambda k: sum(-math.log(k * k + m * m) for m in range(1, 25)) / 24
    middle = sum(log(k) for k in range(1, 25)) / 24
    return np.array([math.exp(log(k) - middle / 2) for k in range(64)])


PRIOR = prior()
COSINES = np.array(
    [
        [math.cos(math.pi * k * (2 * j + 1) / 128) * math.sqrt((2 if k else 1) / 64) for j in range(64)]
        for k in range(64)
    ]
)
CELLS = COSINES.reshape(64, 16, 4).mean(2).T  # [cell][order]
NOISE, LEAST_GAIN = 0.004, 1e-6


def rectangle(seen):
    """The largest rectangle of cells that are all seen, the first of equals: (top, bottom, left, right), past the end."""
    best = (0, None)
    for top in range(16):
        for bottom in range(top + 1, 17):
            rows = seen[top:bottom].all(0)
            for left in range(16):
                width = next((i for i in range(left, 16) if not rows[i]), 16) - left
                if width * (bottom - top) > best[0]:
                    best = (width * (bottom - top), (top, bottom, left, left + width))
    return best


def bits(view, seen, row, inverted):
    """
    What the row's bits say of the cells in sight, nats.

    Cells y have the covariance gain (K_rows x K_columns), a coefficient f, g of the whole picture the covariance
    gain (a_f x b_g) with them; each bit is its sign, one in ten spoiled.
    """
    h, w = view.shape
    cut = lambda n: (np.arange(17) * n + 8) // 16
    means, share = (np.array([[part[a:b, c:d].mean() for c, d in zip(cut(w), cut(w)[1:], strict=False)]
                              for a, b in zip(cut(h), cut(h)[1:], strict=False)]) for part in ((view >> 1) / 128, seen))  # fmt: skip
    count, box = rectangle(share >= 0.6)
    if count < 6:
        return 0.0
    top, bottom, left, right = box
    axes = []
    for a, b in ((top, bottom), (left, right)):
        k = CELLS[a:b] * PRIOR @ CELLS[a:b].T + NOISE * np.eye(b - a)
        orders = (CELLS[a:b] * PRIOR)[:, 1:17].T
        axes.append(
            (np.linalg.inv(k), orders, np.einsum("fi,ij,fj->f", orders, np.linalg.inv(k), orders) / PRIOR[1:17])
        )
    (r, down, told_down), (c, across, told_across) = axes
    y = means[top:bottom, left:right]
    y = y - (r.sum(1) @ y @ c.sum(1)) / (r.sum() * c.sum())
    solved = r @ y @ c
    gain = max((y * solved).sum() / count, LEAST_GAIN)
    order = np.arange(1, 17)
    untold = 1.02 - np.outer(told_down, told_across) + 0.00075 * (order[:, None] ** 2 + order[None] ** 2)
    spreads = (down @ solved @ across.T) / np.sqrt(gain * np.outer(PRIOR[1:17], PRIOR[1:17]) * untold)
    ones = np.array([row[31 - k // 8] >> k % 8 & 1 for k in range(256)]).reshape(16, 16) ^ int(inverted)
    return sum(math.log(0.9 * math.erfc(-z / math.sqrt(2)) + 0.1) for z in np.where(ones, spreads, -spreads).ravel())


def total(cover, bits_, hull, visible):
    """1/16 nat, from 1/65536, 1/16 nat and 1/65536; more where nearly all is there and the bits are not against it."""
    log = min(-16, max(-56, nats(hull) - nats(65536))) if hull else -56
    agreed = cover > 52429 and bits_ * 65536 >= 8 * 16 * visible
    nearly_all = 192 * (cover - 52429) // 65536 if agreed else 0
    return 120 * cover // 65536 + (297 * min(bits_, 384) >> 12) + (23 * log >> 4) - 56 + nearly_all


def verify(samples, row, record, model, inverted=False, common=0, bits_=None):
    """
    (value or None, bits, cover, hull, visible, usable, good); bits_ in 1/16 nat stands for the core's own. model: 6
    numbers, 2 of a lean.
    """
    return _looked_at(samples, (row, record), model, inverted, common, bits_, (rims(samples)[0], 65536 // 250))


def verify_barred(samples, row, record, model):
    """
    As verify. Where that is less than 2 nats, and more than a rim of one tone lies along a side of the picture, that may
    be a bar: the claim is also looked at beside it, if 3/8 of the entry are left, and the better counts.
    """
    proof, (ends, has_bar) = verify(samples, row, record, model), rims(samples, barred=True)
    if has_bar and (proof[0] is None or proof[0] < 32):
        beside = _looked_at(samples, (row, record), model, False, 0, None, (ends, 65536 * 3 // 8))
        if beside[0] is not None and (proof[0] is None or beside[0] > proof[0]):
            return beside
    return proof


def _looked_at(samples, entry, model, inverted, common, bits_, shown):
    """What verify returns, by `shown`: of the part of the picture inside such ends, if so much of the entry is visible."""
    (row, record), (ends, least) = entry, shown
    model, lean = model[:6], model[6:] or (0, 0)
    w, h, all_ = points(record)
    det = magnified(model, samples.shape[1], samples.shape[0], w, h, lean)
    view, seen = warp(samples, model, w, h, det, ends, lean)
    visible = int(seen.sum())
    share = visible * 65536 // (w * h)
    if not visible or share < least:
        return None, 0, 0, 0, share, 0, 0
    sums = integral(view)
    squares, good, n, sure = {}, [], 0, 0
    for i, point in enumerate(all_):
        if common >> i & 1 or not usable(w, h, det, seen, point):
            continue
        d, one = distance(sums, w, h, point, inverted)
        sure += one
        squares.setdefault((point[1] * GRID >> 8, point[0] * GRID >> 8), []).append(min(FAR - NEAR, max(0, FAR - d)))
        good += [point[:2]] if d <= GOOD else []
        n += 1
    cover = sum(65536 * sum(s) // ((FAR - NEAR) * len(s)) for s in squares.values()) // max(1, len(squares))
    hull = hull_twice(good) * w * h // (2 * visible)
    told = min(640, max(-320, math.floor(16 * bits(view, seen, row, inverted) + 0.5)))
    counted = told if bits_ is None else bits_
    if common.bit_count() >= 6:  # of a form, page or frame: the bits speak against it alone
        counted = min(counted, 0)
    value = total(cover, counted, hull, share)
    unsure = sure * 8 < 3 * 65536 * len(good)
    return min(0, value) if unsure else value, told, cover, hull, share, n, len(good)
