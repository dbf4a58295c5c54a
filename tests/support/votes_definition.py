"""What pdql_votes does, written out in Python: docs/explanation/matching.md's evidence over time. Slow and plain; one track is one dict."""

from __future__ import annotations

from pdqlite.native import decide as core

HASH, UNCROP, LOCAL = 1, 2, 3
NEGATIVE, STILL = 1, 2
MOST = 3000  # what is claimed at most, in 1/100 powers of ten
HITS = 256  # of one frame that are heard
NOTHING = dict.fromkeys(
    ("verdict", "neg_log10_fpr_x100", "row", "tier", "value", "video", "still", "view", "frames", "counted",
     "at_ms", "query_start_ms", "query_end_ms", "entry_start_ms", "entry_end_ms"), 0)  # fmt: skip


def cost(trials):
    """Powers of ten, in 1/100, that so many trials take from a rate."""
    return core.neg_log10_fpr_x100(HASH, 0, 1) - core.neg_log10_fpr_x100(HASH, 0, trials)


def bits_between(a, b):
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()


class Definition:
    """
    Args:
        policy: Thresholds of the decision.
        slots: Tracks that are followed at once.
    """

    def __init__(self, policy, slots):
        self.policy, self.slots = policy, slots
        self.tracks, self.frames, self.fresh, self.last_view = [], 0, 0, None
        self.single = None  # the frame that says most by itself

    def heard(self, hits):
        """The hits that count, with what each says alone, surest first."""
        hits = hits[:HITS]
        negative = [h for h in hits if h[6] & NEGATIVE]
        nearest = min((h[4] for h in negative if h[3] == HASH), default=256)
        highest = {tier: max((h[4] for h in negative if h[3] == tier), default=0) for tier in (UNCROP, LOCAL)}
        counting = []
        for h in hits:
            if h[6] & NEGATIVE:
                continue
            if h[3] == HASH and h[4] <= min(nearest, self.policy.radius) or h[3] != HASH and h[4] >= highest[h[3]]:
                counting.append((core.neg_log10_fpr_x100(h[3], h[4], 1), h))
        return sorted(counting, key=lambda pair: -pair[0])

    def push(self, time, bits, hits):
        self.frames += 1
        if self.last_view is None or bits_between(self.last_view, bits) >= 12:
            self.fresh, self.last_view = self.fresh + 1, bits
        for one, hit in self.heard(hits):
            self.stand_alone(one, hit, time)
            self.vote(one, hit, time, bits)

    def stand_alone(self, one, hit, time):
        """As a picture: any of 64 frames of a video could have met it, of a still only itself."""
        row, video, entry_time, tier, value, view, flags, trials = hit
        still = bool(flags & STILL)
        neg_log10_fpr_x100 = max(0, one - cost(trials) - cost(1 if still else 64))
        if neg_log10_fpr_x100 > (self.single["neg_log10_fpr_x100"] if self.single else 0):
            self.single = dict(
                neg_log10_fpr_x100=neg_log10_fpr_x100, row=row, tier=tier, value=value, video=video, still=int(still), view=view, frames=1, counted=1,
                at_ms=time, query_start_ms=time, query_end_ms=time, entry_start_ms=entry_time, entry_end_ms=entry_time,
            )  # fmt: skip

    def vote(self, one, hit, time, bits):
        tracks = [t for t in self.tracks if self.fits(t, hit, time)]
        if any(t["last"] == self.frames for t in tracks):
            return
        if tracks:
            self.extend(max(tracks, key=lambda t: t["neg_log10_fpr_x100"]), one, hit, time, bits)
        else:
            self.begin(one, hit, time, bits)

    @staticmethod
    def fits(track, hit, time):
        """Same view, and the same still, or the same video within 700 ms and 15 % of the time since."""
        row, video, entry_time, _, _, view, flags, _ = hit
        still = bool(flags & STILL)
        if track["view"] != view or track["still"] != still:
            return False
        if still:
            return track["row"] == row
        moved = abs(time - entry_time - track["offset"])
        return track["video"] == video and moved <= 700 + (time - track["query_end_ms"]) * 15 // 100

    def alone(self, one, trials):
        """What one frame says among all that could have met: 64 of the entry for each view of the query."""
        return max(0, one - cost(trials) - cost(self.fresh * 64))

    def begin(self, one, hit, time, bits):
        row, video, entry_time, tier, value, view, flags, trials = hit
        neg_log10_fpr_x100 = self.alone(one, trials)
        if neg_log10_fpr_x100 == 0:
            return
        track = dict(
            neg_log10_fpr_x100=neg_log10_fpr_x100, row=row, tier=tier, value=value, video=video, still=bool(flags & STILL), view=view, frames=1,
            counted=1, at_ms=time, query_start_ms=time, query_end_ms=time, entry_start_ms=entry_time, entry_end_ms=entry_time,
            offset=time - entry_time, one=one, seen=[bits], last=self.frames, all=neg_log10_fpr_x100,
        )  # fmt: skip
        if len(self.tracks) < self.slots:
            self.tracks.append(track)
            return
        worst = min(range(self.slots), key=lambda i: (self.tracks[i]["neg_log10_fpr_x100"], self.tracks[i]["last"], i))
        self.tracks[worst] = track

    def extend(self, track, one, hit, time, bits):
        row, _, entry_time, tier, value, _, _, trials = hit
        new = min(128, *(bits_between(bits, s) for s in track["seen"][-4:])) if not track["still"] else 0
        if new >= 12:
            gain = max(0, one - cost(8)) * new // (320 if tier == UNCROP else 160)
            track["all"] += gain
            track["neg_log10_fpr_x100"] = min(MOST, track["all"])
            track["seen"].append(bits)
            track["counted"] += 1
        if one > track["one"]:
            if track["counted"] == 1:
                track["all"] = track["neg_log10_fpr_x100"] = max(track["all"], self.alone(one, trials))
            track.update(one=one, row=row, tier=tier, value=value, at_ms=time)
        track["frames"] += 1
        track["query_end_ms"] = time
        track["entry_start_ms"] = min(track["entry_start_ms"], entry_time)
        track["entry_end_ms"] = max(track["entry_end_ms"], entry_time)
        track.update(offset=time - entry_time, last=self.frames)

    def best(self):
        """The surest track, beyond what is claimed too, of those that have frames enough, else the surest; if it is no match, the frame that is one by itself."""
        found = NOTHING
        if self.tracks:
            enough = lambda t: t["frames"] >= self.policy.frames  # noqa: E731
            best = max(self.tracks, key=lambda t: (enough(t), t["all"]))
            found = {name: int(best[name]) for name in NOTHING if name != "verdict"}
            found["verdict"] = int(enough(best) and best["neg_log10_fpr_x100"] >= self.policy.video_neg_log10_fpr_x100)
        if not found["verdict"] and self.single:
            neg_log10_fpr_x100 = max(0, self.single["neg_log10_fpr_x100"] - cost(self.fresh))
            if neg_log10_fpr_x100 >= self.policy.picture_neg_log10_fpr_x100:
                found = dict(self.single, neg_log10_fpr_x100=neg_log10_fpr_x100, verdict=1)
        return found
