/*
 * claim.c - what speaks for an entry in a picture and against it, as one number
 *
 * Three things that are nearly independent: how many of the visible keypoints are where they should be (by
 * squares, so that a cluster on type or on a sticker counts once), how much of the entry those span, and what the
 * row's bits say. And a fourth that only takes away: signs that are barely what they should be are made, not found.
 */
#include "match/claim.h"

#include <string.h>

enum {
    GRID = 6,           /* squares of the entry along each side */
    NEAR = 12,
    FAR = 26, /* bits: up to NEAR a keypoint counts in full, from FAR on not at all */
    GOOD = 14,          /* bits: it is there, and spans */
    AROUND = 4,         /* sigmas: half of the square around a keypoint must be visible */
    TEMPLATE
    = 6, /* common keypoints from which an entry is a form, page or frame: its bits then speak against it alone */
    LEAST_SHARE = 250,  /* 1 / the least part of the entry that must be visible, */
    ONE = 65536,
    BARRED_SHARE = ONE * 3 / 8, /* and of one over which a bar lies: no sticker on a flat ground is so large a part */
    /* 1/16 nat: 7.5 cover + 0.0725 bits + 1.4375 ln hull - 3.5, and 12 (cover - 0.8) if nothing is against it
       (docs/explanation/matching.md) */
    COVER = 120,
    BITS_4096 = 297,
    MOST_BITS = 24 * 16, /* two screens of one app agree in most of their light: beyond, it says no more */
    ALL = 192,
    NEARLY_ALL = 52429,  /* of ONE: cover from which few keypoints over little of the entry do */
    BITS_AGREE = 8 * 16, /* 1/16 nat, of all of an entry: the row's bits are not against it */
    HULL_16 = 23,
    OFFSET = 56,
    HULL_LOW = -56,
    HULL_HIGH = -16,
    SURE_EIGHTHS = 3, /* least sureness of the keypoints that are there */
    UNSURE = 0        /* 1/16 nat: most that a claim is worth whose signs are less sure */
};

/*
 * What makes the 64 coefficients of a patch alike in size: 16 / their usual share, at 1920 keypoints of 40 photos.
 * Who moves signs by the least change of brightness leaves the moved coefficients near 0. In 208 copies (104 edits) the
 * mean sureness of the keypoints that are there was 0.36 at least, 0.58 in the middle; in pictures forged so at most 0.21.
 */
static const uint8_t EVEN[64] = {
    6,  6,  9,  19, 9,  9,  13, 14, 9,  8,  20, 10, 21, 8,  22, 29, 18, 18, 30, 22, 13, 33,
    10, 18, 11, 36, 14, 26, 43, 44, 31, 31, 47, 46, 28, 29, 50, 18, 28, 16, 31, 20, 57, 31,
    33, 59, 46, 38, 44, 46, 40, 50, 62, 34, 40, 70, 46, 43, 30, 32, 50, 52, 73, 41,
};

#define LEAST_SCALE 91750.4 /* 1.4 cells of the query squared, in 1/65536 */

typedef struct tally {
    uint16_t sum[GRID * GRID], count[GRID * GRID];
    uint8_t good[PDQL_MAX_KEYPOINTS][2];
    unsigned n_good, usable;
    uint32_t sure; /* sum over the good ones, 1/65536 each */
} tally;

size_t pdql_claim_work_size(uint32_t width, uint32_t height)
{
    return (uint64_t)width * height > KEYPOINT_MAX_AREA ? 0 : pdqi_claim_size((size_t)width * height);
}

claim_keypoint pdqi_claim_keypoint(const claim_view *v, const pdql_claim *claim, unsigned i)
{
    const uint8_t *const point = claim->record + KEYPOINT_RECORD_HEAD + i * KEYPOINT_RECORD_POINT;
    claim_keypoint k = { .x = (int32_t)((2u * point[0] + 1) * v->width / 2),
                         .y = (int32_t)((2u * point[1] + 1) * v->height / 2),
                         .place = { point[0], point[1] },
                         .scale = point[2] >> 1 };
    k.sigma = (int32_t)pdqi_keypoints_sigma(k.scale);
    for (int b = 0; b < 8; b++)
        k.bits |= (uint64_t)point[3 + b] << 8 * b;
    k.bits ^= claim->inverted ? UINT64_MAX : 0;
    return k;
}

static int32_t low(int32_t at)
{
    return at < 0 ? 0 : at >> 8;
}

static int32_t high(int32_t at, uint32_t cells)
{
    return (uint32_t)(at >> 8) + 1 < cells ? (at >> 8) + 1 : (int32_t)cells;
}

int pdqi_claim_usable(const claim_view *v, const claim_keypoint *k)
{
    const int32_t r = AROUND * k->sigma, y = k->y >> 8, x = k->x >> 8;
    if (x < v->from[y] || x >= v->to[y] || !((double)k->sigma * k->sigma * v->grow > LEAST_SCALE))
        return 0;
    const int32_t x0 = low(k->x - r), x1 = high(k->x + r, v->width), y0 = low(k->y - r), y1 = high(k->y + r, v->height);
    return 2 * pdqi_claim_seen(v, x0, y0, x1, y1) > (uint32_t)((x1 - x0) * (y1 - y0));
}

static unsigned apart(uint64_t a, uint64_t b)
{
    unsigned n = 0;
    for (uint64_t v = a ^ b; v; v &= v - 1)
        n++;
    return n;
}

unsigned pdqi_claim_apart(const claim_view *v, const claim_keypoint *k, int x, int y, int32_t coefficients[64])
{
    const int32_t step = k->sigma * 3 / 5;
    const found_keypoint moved = { k->x + x * step, k->y + y * step, 0, k->scale, 0 };
    return apart(pdqi_keypoints_describe(v->integral, v->width, v->height, &moved, coefficients), k->bits);
}

/* The squared cosine between the record's signs and the coefficients made alike in size, 1/65536; 0 if they disagree. */
static uint32_t sureness(const int32_t *coefficients, uint64_t bits)
{
    int64_t sum = 0;
    uint64_t squares = 0;
    for (int b = 0; b < 64; b++) {
        const int64_t c = coefficients[b] / 1024 * EVEN[b];
        sum += bits >> b & 1 ? c : -c;
        squares += (uint64_t)(c * c);
    }
    uint64_t part = sum > 0 ? (uint64_t)sum : 0;
    for (; part >> 26; part >>= 1)
        squares >>= 2;
    return squares ? (uint32_t)(part * part * 1024 / squares) : 0;
}

/* Bits between the record's descriptor and the nearest of five places; up to NEAR the first will do. And its sureness. */
static unsigned distance(const claim_view *v, const claim_keypoint *k, uint32_t *sure)
{
    static const int8_t STEPS[5][2] = { { 0, 0 }, { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };
    int32_t coefficients[64] = { 0 };
    unsigned best = 65;
    for (int i = 0; i < 5 && best > NEAR; i++) {
        const unsigned d = pdqi_claim_apart(v, k, STEPS[i][0], STEPS[i][1], coefficients);
        if (d < best) {
            best = d;
            *sure = d <= GOOD ? sureness(coefficients, k->bits) : 0;
        }
    }
    return best;
}

static void count(const claim_view *v, const pdql_claim *claim, tally *t)
{
    for (unsigned i = 0; i < claim->record[1]; i++) {
        const claim_keypoint k = pdqi_claim_keypoint(v, claim, i);
        if (claim->common >> i & 1 || !pdqi_claim_usable(v, &k))
            continue;
        uint32_t sure = 0;
        const unsigned d = distance(v, &k, &sure), square = (k.place[1] * GRID >> 8) * GRID + (k.place[0] * GRID >> 8);
        t->usable++;
        t->count[square]++;
        t->sum[square] = (uint16_t)(t->sum[square] + (d <= NEAR ? FAR - NEAR : d < FAR ? FAR - d : 0));
        if (d <= GOOD) {
            memcpy(t->good[t->n_good++], k.place, 2);
            t->sure += sure;
        }
    }
}

/* Mean over the squares that have keypoints of the mean over those, 1/65536. */
static uint32_t cover_of(const tally *t)
{
    uint32_t sum = 0, squares = 0;
    for (int i = 0; i < GRID * GRID; i++)
        if (t->count[i]) {
            sum += (uint32_t)ONE * t->sum[i] / ((FAR - NEAR) * t->count[i]);
            squares++;
        }
    return squares ? sum / squares : 0;
}

/* 16 ln of a part of ONE, cut. */
static int32_t hull_nats(uint32_t part)
{
    const int32_t log = (int32_t)pdqi_keypoints_nats(part) - (int32_t)pdqi_keypoints_nats(ONE);
    return part == 0 || log < HULL_LOW ? HULL_LOW : log > HULL_HIGH ? HULL_HIGH : log;
}

/* v / 2^n, rounded down. */
static int32_t shifted(int32_t v, unsigned n)
{
    return v < 0 ? -(int32_t)(((uint32_t)-v + (1u << n) - 1) >> n) : (int32_t)((uint32_t)v >> n);
}

static void judge(const claim_view *v, const pdql_claim *claim, pdql_claim_proof *out)
{
    tally t = { .usable = 0 };
    const uint64_t cells = (uint64_t)v->width * v->height;
    count(v, claim, &t);
    out->usable = (uint16_t)t.usable;
    out->good = (uint16_t)t.n_good;
    out->cover = cover_of(&t);
    out->hull = (uint32_t)(pdqi_claim_hull(t.good, t.n_good) * cells / (2 * (uint64_t)v->visible));
    out->bits = claim->row ? pdqi_claim_bits(v, claim->row, claim->inverted) : 0;
    const int32_t told = apart(claim->common, 0) >= TEMPLATE && out->bits > 0 ? 0 : out->bits,
                  bits = told < MOST_BITS ? told : MOST_BITS;
    out->value = (int32_t)((uint64_t)COVER * out->cover / ONE) + shifted(BITS_4096 * bits, 12)
        + shifted(HULL_16 * hull_nats(out->hull), 4) - OFFSET;
    if (out->cover > NEARLY_ALL && (int64_t)told * ONE >= (int64_t)BITS_AGREE * out->visible)
        out->value += (int32_t)(ALL * (out->cover - NEARLY_ALL) / ONE);
    if ((uint64_t)t.sure * 8 < (uint64_t)SURE_EIGHTHS * ONE * t.n_good && out->value > UNSURE)
        out->value = UNSURE;
}

int pdqi_claim_ok(const pdql_plane *plane, const pdql_claim *claim)
{
    if (!plane || !plane->samples || !plane->integral || !claim || claim->inverted > 1 || claim->bars > 1
        || pdql_keypoints_check(claim->record, claim->length) != PDQL_OK)
        return 0;
    for (int i = 0; i < 6; i++)
        if (claim->model[i] > 1 << 30 || claim->model[i] < -(1 << 30))
            return 0;
    const int64_t x = claim->lean[0], y = claim->lean[1];
    return (x < 0 ? -x : x) + (y < 0 ? -y : y) <= CLAIM_MOST_LEAN;
}

pdql_status pdql_claim_verify(const pdql_plane *plane, const pdql_claim *claim, void *work, size_t size,
                              pdql_claim_proof *proof)
{
    if (!work || (uintptr_t)work % 8 || !proof || !pdqi_claim_ok(plane, claim))
        return PDQL_ERR_ARG;
    const size_t need = pdql_claim_work_size(plane->width, plane->height);
    if (!need || !plane->width || !plane->height)
        return PDQL_ERR_SHAPE;
    if (size < need)
        return PDQL_ERR_SPACE;
    claim_view view;
    uint32_t width, height;
    pdqi_keypoints_shape(claim->record, &width, &height);
    *proof = (pdql_claim_proof){ .value = PDQL_CLAIM_NONE };
    for (int barred = 0; barred < 2; barred++) {
        pdql_claim_proof now = { .value = PDQL_CLAIM_NONE };
        pdqi_claim_warp(plane, claim, width, height, barred, work, &view);
        now.visible = (uint32_t)((uint64_t)view.visible * ONE / ((uint64_t)width * height));
        if (view.visible && now.visible >= (barred ? BARRED_SHARE : ONE / LEAST_SHARE))
            judge(&view, claim, &now);
        if (!barred || now.value > proof->value)
            *proof = now;
        if (!claim->bars || !view.has_bar || proof->value >= PDQL_CLAIM_MATCH)
            break;
    }
    return PDQL_OK;
}
