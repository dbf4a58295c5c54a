/*
 * keypoints/transform_vote.c - which pairs of keypoints agree on where the original sits
 *
 * Every good pair proposes an upright similarity; pairs that follow it refit
 * it to an affine map, with a tolerance that narrows. The score adds up how
 * unlikely each agreeing pair is by chance, in appearance and place, and takes off the number of ways
 * to choose so many among the keypoints that could have agreed.
 */
#include "keypoints/keypoints.h"

#include <string.h>

enum {
    MOST_DISTANCE = 14,  /* bits of 64 */
    MOST_PAIRS = 600,
    MOST_USED = 160,     /* nearest pairs */
    MOST_SEEDS = 40,
    ROUNDS = 3,
    SAME_PATCH = 16,     /* bits: descriptors this near show the same patch */
    /* signs a patch shares with a product of profiles: from where it counts less, and nothing */
    BOX = 32,
    BOX_END = 44,
    REPEATED = 4         /* weight of a pair whose patch was among the agreeing before */
};

#define FIRST_SLACK 0.20f /* of the distance from the seed, before any fit */

/* 16 ln(1 / chance that one of a query's keypoints is so near a stranger's), by distance. */
static const int16_t WEIGHT[MOST_DISTANCE + 1] = {
    176, 176, 172, 166, 159, 151, 142, 132, 121, 110, 98, 86, 74, 62, 51
};

typedef struct pair {
    uint8_t q, l, d;
} pair;

typedef struct map {
    float a, b, c, d, e, f; /* x' = a x + b y + c, y' = d x + e y + f */
} map;

typedef struct vote {
    pair agree[PDQL_MAX_KEYPOINTS];
    unsigned n;
    int32_t sum;
} vote;

static float size_of(uint8_t scale)
{
    return (float)pdqi_keypoints_sigma(scale) / 256;
}

static unsigned find_pairs(const pdqi_keypoints_kernels *k, const keypoint_set *q, const keypoint_set *l,
                           unsigned inverted, pair *out)
{
    pair all[MOST_PAIRS];
    unsigned n = 0, at[MOST_DISTANCE + 2] = { 0 };
    for (uint32_t j = 0; j < l->n; j++) {
        const uint64_t bits = inverted ? ~l->bits[j] : l->bits[j];
        const unsigned bright = l->bright[j] ^ inverted;
        uint64_t mask[KEYPOINT_QUERY_MAX / 64 + 1];
        if (!k->near(bits, MOST_DISTANCE, q->bits, q->n, mask))
            continue;
        for (uint32_t i = 0; i < q->n && n < MOST_PAIRS; i++)
            if (mask[i / 64] >> i % 64 & 1 && q->bright[i] == bright) {
                unsigned d = 0;
                for (uint64_t v = bits ^ q->bits[i]; v; v &= v - 1)
                    d++;
                all[n++] = (pair){ (uint8_t)i, (uint8_t)j, (uint8_t)d };
                at[d + 1]++;
            }
    }
    for (unsigned d = 0; d < MOST_DISTANCE + 1; d++)
        at[d + 1] += at[d];
    unsigned used = 0;
    for (unsigned i = 0; i < n; i++) {
        const unsigned to = at[all[i].d]++;
        if (to < MOST_USED) {
            out[to] = all[i];
            used++;
        }
    }
    return used;
}

/* About how far the query shows a pair from the seed. */
static float far_from(const keypoint_set *l, const pair *p, const pair *seed, float det)
{
    const float lx = l->x[p->l] - l->x[seed->l], ly = l->y[p->l] - l->y[seed->l];
    const float dx = lx < 0 ? -lx : lx, dy = ly < 0 ? -ly : ly;
    return (dx > dy ? dx + 0.4f * dy : dy + 0.4f * dx) * (det > 1 ? (det + 1) / 2 : det);
}

static void gather(const keypoint_set *q, const keypoint_set *l, const pair *pairs, unsigned n, const map *m,
                   const pair *seed, int round, vote *v)
{
    uint64_t used_q[2] = { 0 }, used_l = 0;
    const float det = m->a * m->e - m->b * m->d;
    v->n = 0;
    v->sum = 0;
    if (!(det > 0.04f && det < 25))
        return;
    for (unsigned i = 0; i < n && v->n < PDQL_MAX_KEYPOINTS; i++) {
        const pair p = pairs[i];
        if (used_q[p.q >> 6] >> (p.q & 63) & 1 || used_l >> p.l & 1)
            continue;
        const float sq = size_of(q->scale[p.q]), sl = size_of(l->scale[p.l]);
        const float ratio = sq * sq / (sl * sl * det);
        if (ratio < 0.36f || ratio > 2.79f)
            continue;
        const float ex = m->a * l->x[p.l] + m->b * l->y[p.l] + m->c - q->x[p.q];
        const float ey = m->d * l->x[p.l] + m->e * l->y[p.l] + m->f - q->y[p.q];
        const float far = far_from(l, &p, seed, det);
        const float slack = round == 0 ? sq + FIRST_SLACK * far
            : round == 1               ? sq + 0.04f * far
                                       : 0.8f * sq + 0.015f * far + 1;
        if (ex * ex + ey * ey > slack * slack)
            continue;
        used_q[p.q >> 6] |= (uint64_t)1 << (p.q & 63);
        used_l |= (uint64_t)1 << p.l;
        v->agree[v->n++] = p;
        v->sum += WEIGHT[p.d];
    }
}

/* Least squares from the agreeing pairs: a similarity for few, else an affine map held near it. */
static void fit(const keypoint_set *q, const keypoint_set *l, const vote *v, int round, map *m)
{
    float x0 = 0, y0 = 0, u0 = 0, v0 = 0, xx = 0, xy = 0, yy = 0, ux = 0, uy = 0, vx = 0, vy = 0;
    const float n = (float)v->n;
    for (unsigned i = 0; i < v->n; i++) {
        x0 += l->x[v->agree[i].l];
        y0 += l->y[v->agree[i].l];
        u0 += q->x[v->agree[i].q];
        v0 += q->y[v->agree[i].q];
    }
    x0 /= n, y0 /= n, u0 /= n, v0 /= n;
    for (unsigned i = 0; i < v->n; i++) {
        const float x = l->x[v->agree[i].l] - x0, y = l->y[v->agree[i].l] - y0;
        const float u = q->x[v->agree[i].q] - u0, w = q->y[v->agree[i].q] - v0;
        xx += x * x, xy += x * y, yy += y * y;
        ux += u * x, uy += u * y, vx += w * x, vy += w * y;
    }
    const float spread = xx + yy;
    if (spread < 1)
        return;
    const float s = (ux + vy) / spread, r = (uy - vx) / spread;
    m->a = m->e = s;
    m->b = r;
    m->d = -r;
    if (v->n > 2 && (round > 0 || v->n >= 5)) {
        const float hold = 0.02f * spread + 60, p = xx + hold, t = yy + hold, det = p * t - xy * xy;
        const float r0 = ux + hold * s, r1 = uy + hold * r, r2 = vx - hold * r, r3 = vy + hold * s;
        m->a = (r0 * t - r1 * xy) / det;
        m->b = (r1 * p - r0 * xy) / det;
        m->d = (r2 * t - r3 * xy) / det;
        m->e = (r3 * p - r2 * xy) / det;
    }
    m->c = u0 - m->a * x0 - m->b * y0;
    m->f = v0 - m->d * x0 - m->e * y0;
}

/* Keypoints of the entry that lie inside the query under the map at a scale it has. */
static unsigned visible(const keypoint_set *q, const keypoint_set *l, const map *m)
{
    const float det = m->a * m->e - m->b * m->d;
    unsigned n = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        const float x = m->a * l->x[i] + m->b * l->y[i] + m->c, y = m->d * l->x[i] + m->e * l->y[i] + m->f;
        const float s = size_of(l->scale[i]);
        n += x > 0 && y > 0 && x < q->width && y < q->height && s * s * det > 1.4f && s * s * det < 1600;
    }
    return n;
}

/* 16 ln of how many patches of a picture look like this one, itself included. */
static int32_t alike(const pdqi_keypoints_kernels *k, uint64_t bits, const keypoint_set *in)
{
    uint64_t mask[KEYPOINT_QUERY_MAX / 64];
    size_t n = k->near(bits, SAME_PATCH, in->bits, in->n, mask);
    n = n < 1 ? 1 : n > 64 ? 64 : n;
    return pdqi_keypoints_log_factorial[n] - pdqi_keypoints_log_factorial[n - 1];
}

/*
 * 16 ln of 1 / the chance that a pair elsewhere in the query would have been let in beside the seed; half of it
 * counts, for the places of a picture's keypoints depend on each other.
 */
static int32_t place_weight(const keypoint_set *q, const keypoint_set *l, const pair *p, const pair *seed, float det)
{
    const float slack = size_of(q->scale[p->q]) + FIRST_SLACK * far_from(l, p, seed, det);
    const int32_t w = (int32_t)pdqi_keypoints_nats((uint32_t)(q->width * q->height))
        - (int32_t)pdqi_keypoints_nats((uint32_t)(3.14f * slack * slack) + 1);
    return w > 0 ? w / 2 : 0;
}

/* The bit of order (i, 0) or (0, j): the ends of a diagonal of the table. */
static unsigned pure(unsigned i, unsigned j)
{
    const unsigned sum = i + j, first = sum * (sum + 1) / 2 - 1 - (sum == 10 && i == 10);
    return first + i;
}

/*
 * How far a patch is a product of a profile down and one across, as the corners of drawn boxes are: of the 44
 * coefficients that are neither purely, those whose sign is the product of the two pure ones', or its opposite,
 * whichever are more.
 */
static unsigned boxlike(uint64_t bits)
{
    unsigned same = 0;
    for (unsigned b = 0; b < 64; b++) {
        const unsigned i = pdqi_keypoints_order_y[b], j = pdqi_keypoints_order_x[b];
        if (i && j)
            same += (bits >> b ^ bits >> pure(i, 0) ^ bits >> pure(0, j)) & 1;
    }
    return same > 22 ? same : 44 - same;
}

/*
 * Textures, grids and type repeat their patches: a pair says less by the number of places that would have done as
 * well, and almost nothing where its patch has agreed before.
 */
static int32_t score(const pdqi_keypoints_kernels *k, const keypoint_set *q, const keypoint_set *l, const vote *v,
                     const map *m, const pair *seed)
{
    int32_t sum = 0;
    uint64_t seen[PDQL_MAX_KEYPOINTS], mask[1];
    unsigned of = visible(q, l, m);
    of = of < v->n ? v->n : of;
    for (unsigned i = 0; i < v->n; i++) {
        const uint64_t bits = l->bits[v->agree[i].l];
        int32_t w = WEIGHT[v->agree[i].d] - alike(k, bits, l) - alike(k, q->bits[v->agree[i].q], q);
        if (w > REPEATED && k->near(bits, SAME_PATCH, seen, i, mask))
            w = REPEATED;
        const unsigned box = boxlike(bits);
        if (box > BOX)
            w = w > 0 ? w * (int32_t)(BOX_END - box) / (BOX_END - BOX) : w;
        seen[i] = bits;
        if (v->agree[i].l != seed->l)
            w += place_weight(q, l, &v->agree[i], seed, m->a * m->e - m->b * m->d);
        sum += w > 0 ? w : 0;
    }
    return sum
        - (pdqi_keypoints_log_factorial[of] - pdqi_keypoints_log_factorial[v->n]
           - pdqi_keypoints_log_factorial[of - v->n]);
}

static int32_t fixed(float v)
{
    const float s = v * 65536;
    return s > 2e9f ? 2000000000 : s < -2e9f ? -2000000000 : (int32_t)s;
}

void pdqi_keypoints_vote(const pdqi_keypoints_kernels *k, const keypoint_set *query, const keypoint_set *entry,
                         unsigned inverted, pdql_keypoints_match *match)
{
    pair pairs[MOST_USED];
    vote v;
    const unsigned n = find_pairs(k, query, entry, inverted, pairs), seeds = n < MOST_SEEDS ? n : MOST_SEEDS;
    int32_t best = 0;
    memset(match, 0, sizeof *match);
    match->inverted = (uint8_t)inverted;
    for (unsigned i = 0; i < seeds; i++) {
        const pair *const seed = &pairs[i];
        const float s = size_of(query->scale[seed->q]) / size_of(entry->scale[seed->l]);
        if (s < 0.25f || s > 4)
            continue;
        map m = { s, 0, query->x[seed->q] - s * entry->x[seed->l], 0, s, query->y[seed->q] - s * entry->y[seed->l] };
        for (int round = 0; round < ROUNDS; round++) {
            gather(query, entry, pairs, n, &m, seed, round, &v);
            if (round == ROUNDS - 1 || v.n < 2)
                break;
            fit(query, entry, &v, round, &m);
        }
        if (v.n < 2 || v.sum <= best)
            continue;
        const int32_t sc = score(k, query, entry, &v, &m, seed);
        if (sc <= best)
            continue;
        best = sc;
        match->score = sc;
        match->agreeing = (uint16_t)v.n;
        match->model[0] = fixed(m.a * entry->width / query->width);
        match->model[1] = fixed(m.b * entry->height / query->width);
        match->model[2] = fixed(m.c / query->width);
        match->model[3] = fixed(m.d * entry->width / query->height);
        match->model[4] = fixed(m.e * entry->height / query->height);
        match->model[5] = fixed(m.f / query->height);
    }
}
