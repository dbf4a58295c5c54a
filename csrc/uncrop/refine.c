/*
 * uncrop/refine.c - moving the original's region until a row fits best
 */
#include "uncrop/model.h"

#include "plane/plane.h"

#include <stddef.h>

enum { TRIALS = 160, MOVES = 8, LEAST_GAIN = 1, CLAIM = 9 /* twentieths */ };

/* Where the whole original lies, in 1/256 of a cell of the plane. */
typedef struct placed {
    float x0, x1, y0, y1;
} placed;

typedef struct task {
    const pdql_uncrop *tables;
    const pdql_plane *plane;
    const pdql_region *region;
    const uint8_t *row;
    pdql_part part;
    int32_t bias;          /* of the best so far */
    int trials;
} task;

/* The whole 1/64ths of from..to that lie inside begin..end; false if too few. */
static int visible(float from, float to, int32_t begin, int32_t end, uint8_t *lo, uint8_t *hi, int32_t cut[2])
{
    const float step = (to - from) / 64;
    if (!(step > 8.0f && step < 1e6f))
        return 0;
    int a = 0, b = 64;
    while (a < 64 && from + (float)a * step < (float)begin - step * 1e-3f)
        a++;
    while (b > a && from + (float)b * step > (float)end + step * 1e-3f)
        b--;
    if (b - a < PDQI_UNCROP_LEAST)
        return 0;
    const int32_t l = (int32_t)(from + (float)a * step), h = (int32_t)(from + (float)b * step);
    cut[0] = l < begin ? begin : l;
    cut[1] = h > end ? end : h;
    *lo = (uint8_t)a;
    *hi = (uint8_t)b;
    return cut[1] - cut[0] >= 8 * 256;
}

/* Looks at what the region shows of the original placed there; false if that is too little. */
static int measure(task *t, const placed *p, pdqi_means *means)
{
    int32_t x[2], y[2];
    if (!visible(p->x0, p->x1, t->region->x0, t->region->x1, &t->part.u0, &t->part.u1, x)
        || !visible(p->y0, p->y1, t->region->y0, t->region->y1, &t->part.v0, &t->part.v1, y))
        return 0;
    const int32_t rect[4] = { x[0], y[0], x[1], y[1] };
    pdqi_uncrop_measure(t->tables, t->plane, rect, means);
    return 1;
}

static int32_t score_at(task *t, const placed *p, int32_t *bias)
{
    pdqi_means means;
    int8_t odds[256], w[256];
    t->trials++;
    if (!measure(t, p, &means))
        return INT32_MIN;
    *bias = pdqi_uncrop_odds(t->tables, &means, &t->part, PDQI_UNCROP_FINE, odds);
    pdqi_uncrop_turn(odds, &t->part, w);
    return *bias + pdqi_uncrop_sum(w, t->row);
}

int pdqi_uncrop_seen(const pdql_uncrop *t, const pdql_plane *plane, const pdql_region *place,
                     const pdql_region *original, pdql_part *part, pdqi_means *means)
{
    task one = { t, plane, place, NULL, *part, 0, 0 };
    const placed at = { (float)original->x0, (float)original->x1, (float)original->y0, (float)original->y1 };
    if (!pdqi_region_ok(plane, place) || !measure(&one, &at, means))
        return 0;
    *part = one.part;
    return 1;
}

int pdqi_uncrop_placed(const pdql_uncrop *t, const pdql_plane *plane, const pdql_region *place,
                       const pdql_region *original, const pdql_part *as, pdql_weights *out)
{
    pdqi_means means;
    int8_t odds[256];
    out->part = *as;
    if (!pdqi_uncrop_seen(t, plane, place, original, &out->part, &means))
        return 0;
    out->bias = pdqi_uncrop_odds(t, &means, &out->part, PDQI_UNCROP_FINE, odds);
    pdqi_uncrop_turn(odds, &out->part, out->w);
    out->place = means.place;
    return 1;
}

/* One of the moves: slide, grow, one side, along x, y or both. */
static placed moved(placed p, int move, float by)
{
    const float dx = by * (p.x1 - p.x0), dy = by * (p.y1 - p.y0);
    static const int8_t SIDES[MOVES][4] = { /* x0 x1 y0 y1 */
                                            { 1, 1, 0, 0 }, { 0, 0, 1, 1 }, { -1, 1, -1, 1 }, { 1, 0, 0, 0 },
                                            { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 },   { 1, 1, 1, 1 }
    };
    const int8_t *s = SIDES[move];
    return (placed){ p.x0 + (float)s[0] * dx, p.x1 + (float)s[1] * dx, p.y0 + (float)s[2] * dy,
                     p.y1 + (float)s[3] * dy };
}

static placed placed_by(const pdql_region *f, const pdql_part *p)
{
    const float sx = (float)(f->x1 - f->x0) / (float)(p->u1 - p->u0);
    const float sy = (float)(f->y1 - f->y0) / (float)(p->v1 - p->v0);
    const float x0 = (float)f->x0 - (float)p->u0 * sx, y0 = (float)f->y0 - (float)p->v0 * sy;
    return (placed){ x0, x0 + 64 * sx, y0, y0 + 64 * sy };
}

pdql_region pdqi_uncrop_whole(const pdql_region *place, const pdql_part *part)
{
    const placed at = placed_by(place, part);
    return (pdql_region){ (int32_t)at.x0, (int32_t)at.y0, (int32_t)at.x1, (int32_t)at.y1, place->kind };
}

static int weights_ok(const pdql_weights *w, const pdql_plane *plane)
{
    return pdqi_bias_ok(w) && pdqi_part_ok(&w->part) && pdqi_region_ok(plane, &w->place);
}

/* Climbs from `at` with all eight moves at steps halved three times. */
static int32_t climb(task *t, placed *at)
{
    int32_t best = score_at(t, at, &t->bias), bias = 0;
    for (float step = 0.025f; step > 0.003f && t->trials < TRIALS;) {
        int gained = 0;
        for (int m = 0; m < 2 * MOVES && t->trials < TRIALS; m++) {
            const placed next = moved(*at, m / 2, m & 1 ? step : -step);
            const int32_t s = score_at(t, &next, &bias);
            if (s < best + LEAST_GAIN)
                continue;
            best = s;
            t->bias = bias;
            *at = next;
            gained = 1;
        }
        if (!gained)
            step *= 0.5f;
    }
    return best;
}

/*
 * What a score is worth against strangers. What simple rows share is taken off, a query that is little
 * more than a shape counts less, and so does a set that claims much: its bias is what it loses where bits are coins,
 * and strangers' bits, which are no coins, win part of it back.
 */
static int32_t judged(task *t, const placed *at, int32_t best)
{
    pdqi_means means;
    best -= pdqi_uncrop_discount(t->tables, t->row);
    if (best > 0 && measure(t, at, &means))
        best = (int32_t)((int64_t)best * pdqi_uncrop_keep(t->tables, &means) / 256);
    return best + t->bias * CLAIM / 20;
}

pdql_status pdql_uncrop_refine(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_weights *weights,
                               const uint8_t *row, int32_t *score, pdql_region *original)
{
    if (!tables || !plane || !weights || !row || !score || !original || !weights_ok(weights, plane))
        return PDQL_ERR_ARG;
    const pdql_region *f = &weights->place;
    task t = { tables, plane, f, row, weights->part, weights->bias, 0 };
    const placed start = placed_by(f, &weights->part);
    placed at = start;
    int32_t best = climb(&t, &at);
    const int32_t given = pdql_uncrop_score(weights, row);
    if (given > best) {
        best = given;
        at = start;
        t.bias = weights->bias;
    }
    *score = judged(&t, &at, best);
    *original = (pdql_region){ (int32_t)at.x0, (int32_t)at.y0, (int32_t)at.x1, (int32_t)at.y1, f->kind };
    return PDQL_OK;
}
