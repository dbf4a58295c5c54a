/*
 * match/video_vote.c - evidence over time: which video, at which offset, turned how
 *
 * A track is one hypothesis: this video, seen by this view, at this offset
 * between the query's clock and the entry's. Each frame that fits a track
 * adds what its distance (or score) is worth, once for each frame that is new; what
 * frames of one scene say is not independent, so a frame counts by how far it is
 * from those counted before it. The offset follows the frames, so a copy played faster or slower
 * stays on its track.
 */
#include "match/votes.h"

#include <string.h>

enum {
    NEW_BITS = 12,        /* a frame is new from this distance to the last one counted */
    SLACK_MS = 700,       /* an offset may jump by this much between two frames ... */
    DRIFT_PERCENT = 15,   /* ... and by this part of the time between them */
    FIRST_TRIALS = 64,     /* frames of the entry that the first agreeing frame could have met */
    NEXT_TRIALS = 8,       /* frames of it near the place where the next one must be */
    FAR = 128,            /* bits between frames that have nothing in common */
    /* a frame d bits from the others counts d / FULL of what it says, d at most FAR, */
    FULL = 160,
    /* of un-cropping d / this: what two scenes have in common by their build, they keep */
    FULL_PARTS = 320
};

size_t pdql_votes_size(size_t slots)
{
    if (slots < 1 || slots > PDQL_MAX_SLOTS)
        return 0;
    return sizeof(pdql_votes) + slots * sizeof(pdqi_track);
}

pdql_status pdql_votes_init(pdql_votes *memory, size_t size, size_t slots, const pdql_thresholds *thresholds)
{
    const size_t needed = pdql_votes_size(slots);
    if (!memory || (uintptr_t)memory % sizeof(uint64_t) || !thresholds || !needed || !pdqi_thresholds_ok(thresholds))
        return PDQL_ERR_ARG;
    if (size < needed)
        return PDQL_ERR_SPACE;
    memset(memory, 0, sizeof *memory);
    memory->thresholds = *thresholds;
    memory->slots = (uint32_t)slots;
    return PDQL_OK;
}

void pdqi_votes_copy(pdql_votes *to, const pdql_votes *from)
{
    memcpy(to, from, sizeof *from + from->used * sizeof *from->tracks);
}

static int fits(const pdqi_track *t, const pdql_frame_hit *hit, int64_t offset, uint32_t now)
{
    const int still = (hit->flags & PDQL_FLAG_STILL) != 0;
    if (t->found.view != hit->view || (int)t->found.still != still)
        return 0;
    if (still)
        return t->found.row == hit->row;
    if (t->found.video != hit->video)
        return 0;
    const int64_t moved = offset > t->offset ? offset - t->offset : t->offset - offset;
    return moved <= SLACK_MS + (int64_t)(now - t->found.query_end_ms) * DRIFT_PERCENT / 100;
}

/* The slot for a new track: a free one, else the least sure, of equals the one silent longest. */
static pdqi_track *slot(pdql_votes *v)
{
    if (v->used < v->slots)
        return &v->tracks[v->used++];
    pdqi_track *worst = &v->tracks[0];
    for (uint32_t i = 1; i < v->used; i++) {
        pdqi_track *t = &v->tracks[i];
        if (t->found.neg_log10_fpr_x100 < worst->found.neg_log10_fpr_x100
            || (t->found.neg_log10_fpr_x100 == worst->found.neg_log10_fpr_x100 && t->frame < worst->frame))
            worst = t;
    }
    return worst;
}

/* Pairs of frames that could have met by chance before this one did. */
static uint32_t chances(const pdql_votes *v)
{
    return v->fresh < UINT32_MAX / FIRST_TRIALS ? v->fresh * FIRST_TRIALS : UINT32_MAX;
}

/* What a frame is worth as a picture. Of a video's many frames any could have met it. */
static uint32_t alone(const pdql_frame_hit *hit, uint32_t one)
{
    return pdqi_worth(one, hit->trials, hit->flags & PDQL_FLAG_STILL ? 1 : FIRST_TRIALS);
}

/* The row that says most about a track from now on. */
static void show(pdqi_track *t, const pdql_frame_hit *hit, uint32_t one, uint32_t now)
{
    t->one = one;
    t->alone = alone(hit, one);
    t->found.row = hit->row;
    t->found.tier = hit->tier;
    t->found.value = hit->value;
    t->found.at_ms = now;
}

/* What a frame of a track that it begins, or that stands alone, comes to. */
static pdql_video_match single(const pdql_frame_hit *hit, uint32_t neg_log10_fpr_x100, uint32_t now)
{
    return (pdql_video_match){
        .proof = PDQL_CLAIM_NONE,
        .neg_log10_fpr_x100 = neg_log10_fpr_x100,
        .row = hit->row,
        .tier = hit->tier,
        .value = hit->value,
        .view = hit->view,
        .still = (hit->flags & PDQL_FLAG_STILL) != 0,
        .video = hit->video,
        .frames = 1,
        .counted = 1,
        .at_ms = now,
        .query_start_ms = now,
        .query_end_ms = now,
        .entry_start_ms = hit->time_ms,
        .entry_end_ms = hit->time_ms,
    };
}

static void begin(pdql_votes *v, const pdql_frame_hit *hit, uint32_t one, uint32_t now, const uint8_t *hash)
{
    const uint32_t neg_log10_fpr_x100 = pdqi_worth(one, hit->trials, chances(v));
    if (neg_log10_fpr_x100 == 0)
        return;
    pdqi_track *t = slot(v);
    t->found = single(hit, neg_log10_fpr_x100, now);
    t->one = one;
    t->alone = alone(hit, one);
    t->all = neg_log10_fpr_x100;
    t->offset = (int64_t)now - hit->time_ms;
    t->frame = v->frames;
    memcpy(t->seen[0], hash, PDQL_HASH_BYTES);
}

/* Bits to the nearest of the new frames counted last, FAR at most. */
static unsigned novelty(const pdqi_track *t, const uint8_t *hash)
{
    unsigned least = FAR;
    for (uint32_t i = 0; i < PDQI_SEEN && i < t->found.counted; i++) {
        const unsigned d = pdql_distance(t->seen[i], hash);
        least = d < least ? d : least;
    }
    return least;
}

static void extend(pdql_votes *v, pdqi_track *t, const pdql_frame_hit *hit, uint32_t one, uint32_t now,
                   const uint8_t *hash)
{
    pdql_video_match *m = &t->found;
    const unsigned new_bits = m->still ? 0 : novelty(t, hash);
    if (new_bits >= NEW_BITS) {
        const uint32_t more = pdqi_worth(one, 1, NEXT_TRIALS) * new_bits
            / (hit->tier == PDQL_TIER_UNCROP ? FULL_PARTS : FULL);
        t->all += t->all < UINT32_MAX - more ? more : 0;
        m->neg_log10_fpr_x100 = t->all < PDQL_NEG_LOG10_FPR_X100_MAX ? t->all : PDQL_NEG_LOG10_FPR_X100_MAX;
        memcpy(t->seen[m->counted++ % PDQI_SEEN], hash, PDQL_HASH_BYTES);
    }
    if (one > t->one) { /* a nearer frame than the one the track began with */
        const uint32_t better = pdqi_worth(one, hit->trials, chances(v));
        if (m->counted == 1 && better > m->neg_log10_fpr_x100)
            m->neg_log10_fpr_x100 = t->all = better;
        show(t, hit, one, now);
    }
    m->frames++;
    m->query_end_ms = now;
    if (hit->time_ms < m->entry_start_ms)
        m->entry_start_ms = hit->time_ms;
    if (hit->time_ms > m->entry_end_ms)
        m->entry_end_ms = hit->time_ms;
    t->offset = (int64_t)now - hit->time_ms;
    t->frame = v->frames;
}

/* One hit: a track that already has its frame takes it in silence, else it moves one or starts one. */
static void vote(pdql_votes *v, const pdql_frame_hit *hit, uint32_t one, uint32_t now, const uint8_t *hash)
{
    const int64_t offset = (int64_t)now - hit->time_ms;
    pdqi_track *best = NULL;
    for (uint32_t i = 0; i < v->used; i++) {
        pdqi_track *t = &v->tracks[i];
        if (!fits(t, hit, offset, now))
            continue;
        if (t->frame == v->frames)
            return;
        if (!best || t->found.neg_log10_fpr_x100 > best->found.neg_log10_fpr_x100)
            best = t;
    }
    if (best)
        extend(v, best, hit, one, now, hash);
    else
        begin(v, hit, one, now, hash);
}

/* Remembers the frame that says most by itself. */
static void stand_alone(pdql_votes *v, const pdql_frame_hit *hit, uint32_t one, uint32_t now)
{
    const uint32_t neg_log10_fpr_x100 = alone(hit, one);
    if (neg_log10_fpr_x100 > v->alone.neg_log10_fpr_x100)
        v->alone = single(hit, neg_log10_fpr_x100, now);
}

/* What a negative entry takes out: hashes farther than one, scores below one. */
typedef struct negated {
    uint32_t distance, score[PDQL_TIER_KEYPOINTS + 1];
} negated;

static int out_of_range(const pdql_frame_hit *hit)
{
    return hit->tier < PDQL_TIER_HASH || hit->tier > PDQL_TIER_KEYPOINTS || hit->trials == 0
        || (hit->tier == PDQL_TIER_HASH && hit->value > PDQL_HASH_BITS);
}

static void negate(negated *by, const pdql_frame_hit *hit)
{
    if (!(hit->flags & PDQL_FLAG_NEGATIVE))
        return;
    if (hit->tier == PDQL_TIER_HASH && hit->value < by->distance)
        by->distance = hit->value;
    if (hit->tier != PDQL_TIER_HASH && hit->value > by->score[hit->tier])
        by->score[hit->tier] = hit->value;
}

static int counts(const pdql_votes *v, const negated *by, const pdql_frame_hit *hit)
{
    if (hit->flags & PDQL_FLAG_NEGATIVE)
        return 0;
    if (hit->tier == PDQL_TIER_HASH)
        return hit->value <= by->distance && hit->value <= v->thresholds.radius;
    return hit->value >= by->score[hit->tier];
}

pdql_status pdql_votes_push(pdql_votes *votes, uint32_t time_ms, const uint8_t *hash, const pdql_frame_hit *hits,
                            size_t n)
{
    if (!votes || !hash || (!hits && n) || time_ms < votes->last_ms)
        return PDQL_ERR_ARG;
    negated by = { PDQL_HASH_BITS, { 0 } };
    uint16_t one[PDQL_FRAME_HITS];
    uint8_t order[PDQL_FRAME_HITS];   /* surest first, so that a frame speaks for the place it fits best */
    size_t kept = 0;
    n = n > PDQL_FRAME_HITS ? PDQL_FRAME_HITS : n;
    for (size_t i = 0; i < n; i++) {
        if (out_of_range(&hits[i]))
            return PDQL_ERR_ARG;
        negate(&by, &hits[i]);
    }
    for (size_t i = 0; i < n; i++) {
        if (!counts(votes, &by, &hits[i]))
            continue;
        one[i] = (uint16_t)pdql_neg_log10_fpr_x100(hits[i].tier, hits[i].value, 1);
        size_t at = kept++;
        for (; at && one[order[at - 1]] < one[i]; at--)
            order[at] = order[at - 1];
        order[at] = (uint8_t)i;
    }
    votes->frames++;
    votes->last_ms = time_ms;
    if (votes->fresh == 0 || pdql_distance(votes->last_fresh, hash) >= NEW_BITS) {
        votes->fresh++;
        memcpy(votes->last_fresh, hash, PDQL_HASH_BYTES);
    }
    for (size_t i = 0; i < kept; i++) {
        stand_alone(votes, &hits[order[i]], one[order[i]], time_ms);
        vote(votes, &hits[order[i]], one[order[i]], time_ms, hash);
    }
    return PDQL_OK;
}
