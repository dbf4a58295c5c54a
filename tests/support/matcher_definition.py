"""
What pdql_match_picture does, written out in Python over the parts of the core: views, stages, evidence.

Slow and plain. test_matcher.py holds the core's matcher against it.
"""

import dataclasses

import numpy as np

from pdqlite.hashing import hash_orientations
from pdqlite.index import Index, as_rows
from pdqlite.native import decide as core
from pdqlite.native import uncrop as native
from pdqlite.native.keypoints import KeypointIndex, KeypointQuery
from pdqlite.watching import ORIENTATIONS
from support import closer_definition as closer
from support import tilt_definition as tilts
from support.flatness_definition import FLAT, TEXTURED, flatness, is_screen

GROUPS = 6
TILTED = 3 * GROUPS * 3  # three tilts, a closer look and the unlikeliest views have a third of one part each
CLOSER = 3 * GROUPS * 5  # five queries
COUNTS, GOOD_PROOF, PROOF_ADDS = 18, 3.5, 12  # nats
PROVEN, PROVEN_CLOSER, PROVEN_FLAT, FLAT_COVER = 2, 3.5, 5.75, 15 / 16
SPEAKS = 16  # blobs of a picture whose silence says that it is not there
BLOBS_AT = 128 * (8 + 4 + 4 + 1 + 1)  # where a query has their number
ANGLES = (0, -10, -7.5, -5, -2.5, 2.5, 5, 7.5, 10)  # degrees
UPRIGHT = ("as is", "mirrored")
# Orientations by turn of a keypoint match: rows and columns swapped (4), then mirrored (1), flipped (2).
TURNS = (
    "as is", "mirrored", "flipped", "turned 180", "transposed", "turned 270", "turned 90",
    "transposed back",
)  # fmt: skip


def box(model):
    """The box around the places of the entry's corners, cut at the picture's edges."""
    a, b, c, d, e, f = model[:6]
    xs = [a * x + b * y + c for x in (0, 1) for y in (0, 1)]
    ys = [d * x + e * y + f for x in (0, 1) for y in (0, 1)]
    return tuple(min(1.0, max(0.0, v)) for v in (min(xs), min(ys), max(xs), max(ys)))


def group(rectangle, orientation, inverted):
    """Whole as it is; whole otherwise; part upright; part turned or inverted; None: not looked at."""
    if rectangle == 0:
        return 0 if orientation == "as is" and not inverted else 1
    if orientation in UPRIGHT:
        return 3 if inverted else 2
    return None if inverted else 3


def views_of(pixels, policy, tilted=False):
    """(where, bits, quality, share) of each view; where is (left, top, right, bottom, orientation, inverted)."""
    hashes = [[(h.bits, h.quality) for h in hash_orientations(pixels)]]
    places = [(0.0, 0.0, 1.0, 1.0)]
    if policy.regions:
        plane = plane_of(pixels)
        for region in native.find_regions(plane)[1:]:
            hashes.append(native.region_hashes(plane, region))
            w, h = plane.width, plane.height
            places.append((region.x0 / w, region.y0 / h, region.x1 / w, region.y1 / h))
    keys = [(r, o, i) for r in range(len(hashes)) for i in range(2 if policy.inverted else 1)
            for o in range(8 if policy.turned else 1)
            if group(r, ORIENTATIONS[o], bool(i)) is not None
            and (r == 0 or hashes[r][0][1] >= policy.min_quality)]  # fmt: skip
    groups = [group(r, ORIENTATIONS[o], bool(i)) for r, o, i in keys]
    views = []
    for (r, o, i), g in zip(keys, groups, strict=True):
        bits, quality = hashes[r][o]
        if i:
            bits = (int.from_bytes(bits, "big") ^ ((1 << 256) - 1)).to_bytes(32, "big")
        of = 3 * GROUPS if g == 3 and tilted else GROUPS
        views.append(((*places[r], ORIENTATIONS[o], bool(i)), bits, quality, of * groups.count(g)))
    return views


def plane_of(pixels):
    return native.Plane(pixels, native.RGB if pixels.ndim == 3 else native.GRAY)


def map_of(where):
    """From places of the original to places of the query, where a rectangle shows it turned."""
    left, top, right, bottom, orientation = where[:5]
    across, down = (right - left, 0, left), (0, bottom - top, top)
    back_x, back_y = (left - right, 0, right), (0, top - bottom, bottom)
    swap = lambda row: (row[1], row[0], row[2])
    x, y = {
        "as is": (across, down), "turned 90": (swap(back_x), swap(down)), "turned 180": (back_x, back_y),
        "turned 270": (swap(across), swap(back_y)), "flipped": (across, back_y), "mirrored": (back_x, down),
        "transposed": (swap(across), swap(down)), "transposed back": (swap(back_x), swap(back_y)),
    }[orientation]  # fmt: skip
    return (*x, *y)


def turned_back(model, angle, wide):
    """A map to the plane turned by an angle, as one to the plane as it is."""
    cos, sin = np.cos(np.radians(ANGLES[angle])), np.sin(np.radians(ANGLES[angle]))
    x, y = np.array(model[:3]) - (0, 0, 0.5), np.array(model[3:]) - (0, 0, 0.5)
    return (*(cos * x - sin / wide * y + (0, 0, 0.5)), *(sin * wide * x + cos * y + (0, 0, 0.5)))


def untilted(model, tilt, plane):
    """A map to the canvas of the picture turned by a tilt, as one to the picture as it is."""
    cos, sin = tilts.COSINE[tilt] / 65536, tilts.SINE[tilt] / 65536
    width, height = plane.width, plane.height
    u = (cos * width + sin * height) * (np.array(model[:3]) - (0, 0, 0.5))
    v = (sin * width + cos * height) * (np.array(model[3:]) - (0, 0, 0.5))
    return (*((cos * u - sin * v) / width + (0, 0, 0.5)), *((sin * u + cos * v) / height + (0, 0, 0.5)))


class Definition:
    """Decides as pdqlite.Matcher, pictures only."""

    def __init__(self, entries, policy, max_distance=256):
        self.entries, self.policy = entries, policy
        self.index = Index(as_rows(entries.rows))
        neg_log10_fpr_x100 = round(-100 * np.log10(policy.picture_rate))
        if policy.false_matches_per_million is not None:  # each of the entries may have its part of them
            whole = core.neg_log10_fpr_x100(core.TIER_HASH, 0, 1)
            entries_cost = whole - core.neg_log10_fpr_x100(core.TIER_HASH, 0, max(1, len(entries)))
            neg_log10_fpr_x100 = max(
                neg_log10_fpr_x100, round(-100 * np.log10(policy.false_matches_per_million / 1e6)) + entries_cost
            )
        cap = max_distance if policy.radius is None else min(policy.radius, max_distance)
        self.thresholds = core.Thresholds(neg_log10_fpr_x100, 0, cap, policy.min_quality, policy.frames)
        self.keypoints = (
            KeypointIndex(entries.keypoints, rows=as_rows(entries.rows))
            if entries.keypoints and policy.keypoints
            else None
        )
        self.ended = set()  # stages that ended with a match
        self.uncrops = 0 < len(entries) <= policy.uncrop_entries
        if self.uncrops:
            self.tables, self.packed = native.Uncrop(), native.PackedRows(entries.rows)

    def hash_stage(self, views, plane):
        for number, (where, bits, quality, share) in enumerate(views):
            textured = flatness(plane.samples, where) == TEXTURED
            radius = core.radius_of(self.thresholds.picture_neg_log10_fpr_x100, share)
            hits = self.index.search(bits, min(radius, self.thresholds.radius)) if radius >= 0 else []
            for hit in sorted(hits, key=lambda h: (h.distance, h.row))[:64]:
                if hit.distance > 31 and not textured:
                    continue
                yield self.evidence(hit.row, core.TIER_HASH, hit.distance, number, quality, share)

    def verified(self, plane, row, model, inverted, **more):
        """How the claim stands that an entry lies under a map."""
        return native.verify_claim(
            plane, self.entries.rows[row].tobytes(), self.entries.keypoints[row], model, inverted, **more
        )

    def screen_differs(self, plane, found, model):
        """A screen's frame and words are a large part of it: nearly all of what is visible has to be there."""
        share = min(round(65536 * found.visible), 65536 // 10 * 9)
        return round(65536 * found.cover) < 65536 // 100 * 66 + share * 3 // 10 and is_screen(plane.samples, box(model))

    def proven_by_keypoints(self, plane, hit, flat, closer_look):
        """
        Nats of proof under the map as it is, or, of a stage's first two that have too few, as it is after three rounds of
        refinement; None: not proven. Flat graphics need more, and nearly all keypoints; a closer look needs more too.
        """
        found = self.verified(plane, hit.entry, hit.model, hit.inverted, bars=True)
        least = PROVEN_FLAT if flat else PROVEN_CLOSER if closer_look else PROVEN
        if found.value is not None and found.value >= least:
            if not (flat and found.cover < FLAT_COVER) and not self.screen_differs(plane, found, hit.model):
                return found.value
            found = dataclasses.replace(found, value=None)
        if flat:
            return None
        self.refits += 1
        if self.refits > 2:
            return None
        model, lean, record = hit.model, (0, 0), self.entries.keypoints[hit.entry]
        for _ in range(3):
            model, lean, used = native.refine_claim(plane, record, model, hit.inverted, lean)
            if not used:
                break
        if sum(round(65536 * abs(v)) for v in lean) < 6554:  # what does not lean is no picture from the side
            return None
        found = self.verified(plane, hit.entry, (*model, *lean), hit.inverted, bars=True)
        proven = found.value is not None and found.value >= max(3, least)
        return found.value if proven and not self.screen_differs(plane, found, model) else None

    def confirm(self, plane, row, where, model):
        """What the entry's keypoints say of what hashes found: a flag."""
        record = self.entries.keypoints[row]
        if len(record) < 3 or record[1] < 8:
            return core.UNCONFIRMABLE

        def says(model, inverted):
            p = self.verified(plane, row, model, inverted)
            proven = p.value is not None and p.value >= 1.75 and p.bits >= 10 * p.visible
            return proven and not self.screen_differs(plane, p, model)

        if says(model or map_of(where), where[5]):
            return core.CONFIRMED
        vote = KeypointQuery(plane.samples).compare(record, 255 if self.policy.turned else 1)
        return core.CONFIRMED if vote and says(vote.model, vote.inverted) else core.UNCONFIRMED

    def settle(self, plane, found, wheres, models):
        """The choice, once what hashes found is confirmed, row by row, of at most 8."""
        asked = 0
        while True:
            choice = core.decide(self.thresholds, np.array(found, core.EVIDENCE))
            row, tier, *_ = found[choice.evidence] if found else (0, core.TIER_KEYPOINTS)
            if (
                choice.verdict != "match"
                or tier == core.TIER_KEYPOINTS
                or not self.keypoints
                or found[choice.evidence][5] & 56
            ):
                return choice
            view = found[choice.evidence][3]
            flag = self.confirm(plane, row, wheres[view], models.get(view))
            asked += flag != core.UNCONFIRMABLE
            assert asked <= 8, "more than the tests have"
            for i, e in enumerate(found):
                if e[0] == row and e[1] != core.TIER_KEYPOINTS:
                    found[i] = (*e[:5], e[5] | flag, e[6])

    def evidence(self, row, tier, value, view, quality, share):
        quality = min(quality, int(self.entries.quality[row]))
        return (row, tier, value, view, quality, int(self.entries.flags[row]) & 1, share)

    def search(self, query, least, limit):
        return self.keypoints.search(query, least, limit, 255 if self.policy.turned else 1)

    def take(self, plane, hits, trials):
        """
        Keypoint hits as (tier, row, 1/16 nat, where, model, trials, whether proven), best first. What could count is
        looked at, eight of a stage. Flat graphics say nothing that is not proven.
        """
        for hit in hits:
            where = (*box(hit.model), TURNS[hit.turn], hit.inverted)
            if hit.inverted and not self.policy.inverted:
                continue
            value, flat = min(round(16 * hit.score), 65535), flatness(plane.samples, where) == FLAT
            counts = hit.score >= COUNTS or self.sure(value, trials)
            self.claims += counts
            looked = counts and self.claims <= 8
            proof = self.proven_by_keypoints(plane, hit, flat, trials == CLOSER) if looked else None
            if proof is not None and proof >= GOOD_PROOF:
                value += 16 * PROOF_ADDS
            self.proven |= proof is not None and self.sure(value, trials)
            if proof is not None or not flat:
                yield (core.TIER_KEYPOINTS, hit.entry, value, where, hit.model, trials,
                       None if not counts else proof is not None)  # fmt: skip

    def sure(self, value, trials):
        rate = core.neg_log10_fpr_x100(core.TIER_KEYPOINTS, value, trials)
        return rate >= self.thresholds.picture_neg_log10_fpr_x100

    def local_stage(self, plane, _):
        if self.keypoints is None:
            return
        query = KeypointQuery(plane.samples)
        hits = self.search(query, 12.0, 64)
        blobs = int(np.frombuffer(native.ffi.buffer(query._words), np.uint32, 1, BLOBS_AT)[0])
        self.silent = not hits and blobs >= SPEAKS
        yield from self.take(plane, hits, GROUPS)

    def tilted_stage(self, plane, _):
        """What signatures say of the picture turned by 22.5, 45, 67.5 degrees, until one claim is proven."""
        if self.keypoints is None or not self.policy.tilted:
            return
        query, turned = KeypointQuery(plane.samples), KeypointQuery(plane.samples)
        for tilt in (1, 2, 3):
            turned._words = tilts.asked(plane.samples, query._words, tilt)[1]
            hits = [
                dataclasses.replace(hit, model=untilted(hit.model, tilt, plane))
                for hit in self.search(turned, 12.0, 16)
            ]
            self.silent &= not hits
            yield from self.take(plane, hits, TILTED)
            if self.proven:
                return

    def closer_stage(self, plane, pixels):
        """What signatures say of the picture at half its resolution; of boxes that quarters point to."""
        if self.keypoints is None or not self.policy.regions:
            return
        self.refits = 0
        hits = self.search(KeypointQuery(closer.halved(plane.samples)), 12.0, 16)
        self.silent &= not hits
        yield from self.take(plane, hits, CLOSER)
        if self.proven or min(pixels.shape[:2]) < closer.LEAST_SIDE:
            return
        found = []
        for quarter in closer.quarters(pixels):
            hits = self.search(KeypointQuery(plane_of(quarter.of(pixels)).samples), 10.0, 16)
            self.silent &= not hits or hits[0].score < 12
            found += [(hit, closer.box_of(hit.model, quarter, pixels)) for hit in hits]
        for hit, box in closer.best(found):
            part = plane_of(box.of(pixels))
            match = KeypointQuery(part.samples).compare(self.entries.keypoints[hit.entry], 1 << hit.turn)
            if match is None or match.score < 12:
                continue
            match = dataclasses.replace(match, entry=hit.entry)
            for tier, row, value, where, model, *rest in self.take(part, [match], CLOSER):
                yield tier, row, value, box.where(where, pixels), box.model(model, pixels), *rest
            if self.proven:
                return

    def uncrop_stage(self, plane, _):
        signed = self.keypoints is not None and all(len(r) >= 3 + 11 * SPEAKS for r in self.entries.keypoints)
        if not self.uncrops or (signed and self.silent):
            return
        regions = native.find_regions(plane, more=True)
        weights = self.tables.hypotheses(plane, regions if self.policy.regions else regions[:1])
        for row, _, number in self.packed.search(weights, 16.0, 12):
            bits = self.entries.rows[row].tobytes()
            score, at = self.tables.refine(weights, number, bits)
            if score >= 4:
                score += self.tables.joint(weights, number, bits, at)
            *_, turn, inverted, angle = weights.part(number)
            x = [min(1.0, max(0.0, v / plane.width)) for v in (at.x0, at.x1)]
            y = [min(1.0, max(0.0, v / plane.height)) for v in (at.y0, at.y1)]
            whole = (at.x0 / plane.width, at.y0 / plane.height, at.x1 / plane.width, at.y1 / plane.height)
            where = (x[0], y[0], x[1], y[1], TURNS[turn], bool(inverted))
            unwanted = (turn and not self.policy.turned) or (inverted and not self.policy.inverted)
            if not unwanted and flatness(plane.samples, where) == TEXTURED:  # paper agrees as a whole with other paper
                yield (core.TIER_UNCROP, row, min(max(round(16 * score), 0), 65535), where,
                       turned_back(map_of((*whole, TURNS[turn])), angle, plane.width / plane.height), GROUPS, None)  # fmt: skip

    def decide(self, pixels):
        """(verdict, entry, tier, neg_log10_fpr_x100, distance, quality, where)."""
        views = views_of(pixels, self.policy, self.keypoints is not None and self.policy.tilted)
        wheres, quality = [view[0] for view in views], views[0][2]
        plane = plane_of(pixels)
        found = list(self.hash_stage(views, plane))
        models, self.refits = {}, 0
        choice, last = self.settle(plane, found, wheres, models), self.hash_stage
        for stage in (self.local_stage, self.tilted_stage, self.closer_stage, self.uncrop_stage):
            if choice.verdict == "match":
                break
            last = stage
            self.proven, self.claims = False, 0
            for tier, row, value, where, model, trials, proven in stage(plane, pixels):
                e = self.evidence(row, tier, value, len(wheres), quality, trials)
                if proven:  # whatever the hash is worth
                    e = (*e[:4], 100, *e[5:])
                elif proven is False:
                    e = (*e[:5], e[5] | core.PART, e[6])
                found.append(e)
                models[len(wheres)] = model
                wheres.append(where)
            choice = self.settle(plane, found, wheres, models)
        if choice.verdict == "match":
            self.ended.add(last.__name__)
        if choice.verdict == "no match":
            return "no match", None, None, 0, None, quality, None
        row, tier, _, view, *_ = found[choice.evidence]
        near = [e[2] for e in found if e[0] == row and e[1] == core.TIER_HASH]
        return choice.verdict, row, tier, choice.neg_log10_fpr_x100, min(near, default=None), quality, wheres[view]
