/*
 * match/decide.c - evidence and policy -> decision
 *
 * Integers only: a decision is the same on every machine. Knows distances
 * and qualities; not pictures, lists or keys.
 */
#include "match/decide.h"

typedef struct anchor {
    uint16_t distance, neg_log10_fpr_x100;
} anchor;

/*
 * Calibration 1 (docs/explanation/matching.md): the rate at which the hashes of two
 * pictures that have nothing in common lie within a distance. Straight lines
 * between the anchors; below 52 bits nothing was measured, and the line goes
 * on at 0.08 powers of ten a bit, less than it falls where it was measured.
 */
static const anchor HASH_ANCHORS[] = {
    { 0, 1346 }, { 52, 930 }, { 60, 850 }, { 66, 782 }, { 72, 723 },
    { 78, 656 }, { 84, 581 }, { 90, 493 }, { 96, 392 }, { 128, 0 },
};

enum { N_ANCHORS = sizeof HASH_ANCHORS / sizeof HASH_ANCHORS[0] };

/*
 * Calibration 2 of keypoint signatures (docs/explanation/matching.md): the rate at which a search reports the
 * signature of (part of) another photo for an edited one, by score in 1/16 nat. Measured up to
 * 352 (22 nats), where it falls by 0.27 powers of ten a nat; then the line goes on at 0.20, and
 * beyond 48 nats at 0.09.
 */
static const anchor LOCAL_ANCHORS[] = {
    { 0, 0 }, { 96, 285 }, { 160, 350 }, { 224, 430 }, { 288, 525 }, { 352, 615 }, { 768, 1135 }, { 1344, 1451 },
};

/*
 * Calibration 4 of un-cropping, after refinement and with its bits together: edited pictures
 * against whole and part pictures that show something else, one of the two a photo, 5.63e7 pairs in
 * three draws: 154 reached 160 (10 nats), 88 reached 192, 25 reached 256, 6 reached 320, 1 reached
 * 352, none 384. Beyond, the line goes on at 0.125 and 0.11 powers of ten a nat, about as it
 * falls there, and beyond 64 nats at 0.07 (docs/explanation/matching.md).
 */
static const anchor UNCROP_ANCHORS[] = {
    { 0, 0 },     { 128, 440 }, { 160, 530 }, { 192, 560 },   { 256, 610 },   { 320, 660 },
    { 384, 710 }, { 448, 760 }, { 512, 805 }, { 1024, 1157 }, { 1600, 1409 },
};

enum {
    N_LOCAL = sizeof LOCAL_ANCHORS / sizeof LOCAL_ANCHORS[0],
    N_UNCROP = sizeof UNCROP_ANCHORS / sizeof UNCROP_ANCHORS[0]
};

static uint32_t surety_of_score(const anchor *table, size_t n, uint32_t score)
{
    for (size_t i = 1; i < n; i++) {
        const anchor *a = &table[i - 1], *b = &table[i];
        if (score <= b->distance)
            return a->neg_log10_fpr_x100
                + (uint32_t)(b->neg_log10_fpr_x100 - a->neg_log10_fpr_x100) * (score - a->distance)
                / (uint32_t)(b->distance - a->distance);
    }
    return table[n - 1].neg_log10_fpr_x100;
}

uint32_t pdqi_neg_log10_fpr_of_distance(uint32_t distance)
{
    for (size_t i = 1; i < N_ANCHORS; i++) {
        const anchor *a = &HASH_ANCHORS[i - 1], *b = &HASH_ANCHORS[i];
        if (distance <= b->distance) {
            const uint32_t run = b->distance - a->distance, fall = a->neg_log10_fpr_x100 - b->neg_log10_fpr_x100;
            return a->neg_log10_fpr_x100 - (fall * (distance - a->distance) + run - 1) / run;
        }
    }
    return 0;
}

uint32_t pdqi_decades(uint64_t x)
{
    if (x < 2)
        return 0;
    uint32_t log2 = 0;                  /* in 1/256 */
    uint64_t m = x;
    while (m >> 32)
        m >>= 1, log2 += 256;
    while (m >> 1 >> 30 == 0)
        m <<= 1, log2 -= 256;
    log2 += 31 * 256;                   /* m is in [2^31, 2^32): 1 to 2 in units of 2^-31 */
    for (uint32_t bit = 128; bit; bit >>= 1) {
        m = (m * m) >> 31;
        if (m >> 32) {
            m >>= 1;
            log2 += bit;
        }
    }
    return (log2 + 1) * 7707 / 65536 + 1;  /* 100 log10(2) / 256 in 1/65536 */
}

uint32_t pdql_neg_log10_fpr_x100(uint32_t tier, uint32_t value, uint32_t trials)
{
    uint32_t one = 0;
    if (tier == PDQL_TIER_HASH)
        one = pdqi_neg_log10_fpr_of_distance(value);
    else if (tier == PDQL_TIER_UNCROP)
        one = surety_of_score(UNCROP_ANCHORS, N_UNCROP, value);
    else if (tier == PDQL_TIER_KEYPOINTS)
        one = surety_of_score(LOCAL_ANCHORS, N_LOCAL, value);
    if (trials == 0)
        return 0;
    const uint32_t cost = pdqi_decades(trials);
    return one > cost ? one - cost : 0;
}

int32_t pdql_radius_of(uint32_t neg_log10_fpr_x100, uint32_t trials)
{
    if (!trials)
        return -1;
    const uint32_t cost = pdqi_decades(trials);
    /* a match within `low`, none at `high`: false-match rates fall with distance */
    int32_t low = -1, high = PDQL_HASH_BITS + 1;
    if (!neg_log10_fpr_x100)
        return PDQL_HASH_BITS;
    while (high - low > 1) {
        const int32_t middle = (low + high) / 2;
        if (pdqi_neg_log10_fpr_of_distance((uint32_t)middle) >= (uint64_t)neg_log10_fpr_x100 + cost)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int pdqi_thresholds_ok(const pdql_thresholds *thresholds)
{
    return thresholds->picture_neg_log10_fpr_x100 <= PDQL_NEG_LOG10_FPR_X100_MAX
        && thresholds->video_neg_log10_fpr_x100 <= PDQL_NEG_LOG10_FPR_X100_MAX && thresholds->radius <= PDQL_HASH_BITS
        && thresholds->min_quality <= 100 && thresholds->frames >= 1;
}

/* Whether `a` decides rather than `b`. */
static int surer(const pdql_evidence *a, uint32_t sa, const pdql_evidence *b, uint32_t sb)
{
    if (sa != sb)
        return sa > sb;
    if (a->tier == PDQL_TIER_HASH && b->tier == PDQL_TIER_HASH && a->value != b->value)
        return a->value < b->value;
    if (a->row != b->row)
        return a->row < b->row;
    if (a->quality != b->quality)
        return a->quality > b->quality;
    return a->view < b->view; /* so that the order of the evidence never matters */
}

pdql_status pdql_decide(const pdql_thresholds *thresholds, const pdql_evidence *evidence, size_t n, pdql_choice *choice)
{
    if (!thresholds || (!evidence && n) || !choice || n > UINT32_MAX || !pdqi_thresholds_ok(thresholds))
        return PDQL_ERR_ARG;
    static const uint8_t ORDER[] = { PDQL_MATCH, PDQL_NEGATED, PDQL_UNCONFIRMED, PDQL_SHARES_PART, PDQL_TOO_FLAT };
    uint32_t negated_by = PDQL_HASH_BITS + 1, negated_score[PDQL_TIER_KEYPOINTS + 1] = { 0 };
    for (size_t i = 0; i < n; i++) {
        const pdql_evidence *e = &evidence[i];
        const int scored = e->tier == PDQL_TIER_UNCROP || e->tier == PDQL_TIER_KEYPOINTS;
        if ((!scored && (e->tier != PDQL_TIER_HASH || e->value > PDQL_HASH_BITS)) || e->quality > 100 || e->trials == 0)
            return PDQL_ERR_ARG;
        if (!(e->flags & PDQL_FLAG_NEGATIVE) || e->flags & (PDQL_FLAG_PART | PDQL_FLAG_UNCONFIRMED))
            continue;
        if (scored && e->value > negated_score[e->tier])
            negated_score[e->tier] = e->value;
        if (!scored && e->value < negated_by)
            negated_by = e->value;
    }
    pdql_choice best[PDQL_SHARES_PART + 1] = { { 0, 0, 0, 0 } };
    for (size_t i = 0; i < n; i++) {
        const pdql_evidence *e = &evidence[i];
        const uint32_t neg_log10_fpr_x100 = pdql_neg_log10_fpr_x100(e->tier, e->value, e->trials);
        const int scored = e->tier != PDQL_TIER_HASH;
        if ((e->flags & PDQL_FLAG_NEGATIVE) || (!scored && e->value > thresholds->radius)
            || neg_log10_fpr_x100 < thresholds->picture_neg_log10_fpr_x100)
            continue;
        pdql_verdict verdict = PDQL_MATCH;
        if (e->quality < thresholds->min_quality)
            verdict = PDQL_TOO_FLAT;
        else if (e->flags & (PDQL_FLAG_PART | PDQL_FLAG_UNCONFIRMED))
            verdict = e->flags & PDQL_FLAG_PART ? PDQL_SHARES_PART : PDQL_UNCONFIRMED;
        else if (scored ? negated_score[e->tier] > e->value : negated_by < e->value)
            verdict = PDQL_NEGATED;
        pdql_choice *d = &best[verdict];
        if (!d->verdict || surer(e, neg_log10_fpr_x100, &evidence[d->evidence], d->neg_log10_fpr_x100))
            *d = (pdql_choice){ (uint32_t)verdict, (uint32_t)i, neg_log10_fpr_x100, 0 };
    }
    *choice = best[PDQL_NO_MATCH];
    for (size_t i = sizeof ORDER; i-- > 0;)
        *choice = best[ORDER[i]].verdict ? best[ORDER[i]] : *choice;
    return PDQL_OK;
}
