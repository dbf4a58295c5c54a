/*
 * uncrop/model.c - from the visible part of a picture to its whole PDQ hash, in odds
 *
 * A region shows the part [u0, u1) x [v0, v1) of the original. The linear
 * least-squares estimate of the original's 16 x 16 DCT follows from the visible
 * means and a prior spectrum; what is left unexplained is the variance of each
 * coefficient, and both give the odds of each bit. Prior and estimate are
 * separable, so one operator for each range of an axis is enough.
 *
 * Real arithmetic runs in one stated order; the odds are integers, and so is
 * all that follows.
 */
#include "uncrop/model.h"

#include "base/lanes.h"
#include "kernels/kernels.h"
#include "kernels/plane_kernels.h"
#include "plane/plane.h"
#include "uncrop/odds_tables.h"

#include <string.h>

enum { N = PDQI_UNCROP_SIDE, M = PDQI_UNCROP_CELLS, ROUNDS = 6 };

size_t pdql_uncrop_size(void)
{
    return sizeof(pdql_uncrop);
}

pdql_status pdql_uncrop_init(void *memory, size_t size)
{
    if (!memory || (uintptr_t)memory % 8)
        return PDQL_ERR_ARG;
    if (size < sizeof(pdql_uncrop))
        return PDQL_ERR_SPACE;
    pdql_uncrop *t = memory;
    t->kernels = pdql_kernels_best()->plane;
    pdqi_uncrop_operators(t);
    pdqi_uncrop_shapes(t);
    return PDQL_OK;
}

int pdqi_part_ok(const pdql_part *part)
{
    return part->u1 <= N && part->v1 <= N && part->u0 + PDQI_UNCROP_LEAST <= part->u1
        && part->v0 + PDQI_UNCROP_LEAST <= part->v1 && part->turn < 8 && part->inverted < 2;
}

/* What a rectangle shows, its mean taken off. */
void pdqi_uncrop_measure(const pdql_uncrop *t, const pdql_plane *plane, const int32_t rect[4], pdqi_means *means)
{
    float mean = 0;
    float *m = &means->cells[0][0];
    pdqi_plane_means(t->kernels, plane, rect, M, 1, m);
    for (int i = 0; i < M * M; i++)
        mean += m[i];
    mean /= M * M;
    for (int i = 0; i < M * M; i++)
        m[i] -= mean;
    means->from = means->to = 0;
    means->place = (pdql_region){ rect[0], rect[1], rect[2], rect[3], PDQL_REGION_WHOLE };
}

/* mid = y m, sums in ascending order; kept for the next part with the same rows. */
static void estimate_down(const pdql_uncrop *t, unsigned from, unsigned to, pdqi_means *means)
{
    const pdqi_operator *y = pdqi_uncrop_range(t, from, to);
    if (means->from == from && means->to == to)
        return;
    for (int i = 0; i < 16; i += 2)
        for (int j = 0; j < M; j += 16) {
            pdqi_lanes sum[2][4] = { 0 };
            for (int k = 0; k < M; k++) {
                const pdqi_lanes *cells = pdqi_lanes_of(means->cells[k] + j);
                for (int l = 0; l < 4; l++) {
                    sum[0][l] += y->estimate[k][i] * cells[l];
                    sum[1][l] += y->estimate[k][i + 1] * cells[l];
                }
            }
            memcpy(means->mid[i] + j, sum[0], sizeof sum[0]);
            memcpy(means->mid[i + 1] + j, sum[1], sizeof sum[1]);
        }
    means->from = (uint8_t)from;
    means->to = (uint8_t)to;
}

/* c = mid x', sums in ascending order. */
static void estimate_across(const pdqi_operator *x, const pdqi_means *means, float c[16][16])
{
    for (int i = 0; i < 16; i += 2) {
        pdqi_lanes sum[2][4] = { 0 };
        for (int k = 0; k < M; k++) {
            const pdqi_lanes *of = pdqi_lanes_of(x->estimate[k]);
            for (int l = 0; l < 4; l++) {
                sum[0][l] += means->mid[i][k] * of[l];
                sum[1][l] += means->mid[i + 1][k] * of[l];
            }
        }
        memcpy(c[i], sum[0], sizeof sum[0]);
        memcpy(c[i + 1], sum[1], sizeof sum[1]);
    }
}

/* out = m' v, sums in ascending order. */
static inline void times(float m[16][16], const float v[16], float out[16])
{
    pdqi_lanes sum[4] = { 0 };
    for (int j = 0; j < 16; j++)
        for (int l = 0; l < 4; l++)
            sum[l] += v[j] * pdqi_lanes_of(m[j])[l];
    memcpy(out, sum, sizeof sum);
}

/*
 * How much of 256 the odds count, by the share of their energy that a single outer
 * product holds. Bars, borders, text lines and page furniture are such products: 31
 * free signs, not 256, and the same ones in many pictures. Photos hold 0.3 to 0.6.
 */
static int32_t worth(const int8_t w[256])
{
    float rows[16][16], columns[16][16], v[16], u[16], next[16], all = 0, first = 0, norm = 0;
    pdqi_lanes lanes[4] = { 0 };
    for (int i = 0; i < 16; i++) {
        v[i] = (float)(i + 1) / 16;
        for (int j = 0; j < 16; j++)
            rows[i][j] = columns[j][i] = (float)w[16 * i + j];
        for (int l = 0; l < 4; l++)
            lanes[l] += pdqi_lanes_of(rows[i])[l] * pdqi_lanes_of(rows[i])[l];
    }
    for (int round = 0; round < ROUNDS; round++) {
        float top = 1e-6f;
        if (round)
            memcpy(v, next, sizeof v);
        times(columns, v, u);
        times(rows, u, next);
        for (int j = 0; j < 16; j++)
            top = next[j] > top ? next[j] : -next[j] > top ? -next[j] : top;
        for (int l = 0; l < 4; l++)
            pdqi_lanes_at(next)[l] /= top;
    }
    for (int j = 0; j < 16; j++) {
        first += u[j] * u[j];
        norm += v[j] * v[j];
        all += lanes[j / 4][j % 4];
    }
    if (!(all > 0 && norm > 0))
        return 0;
    const float share = first / norm / all; /* of the largest squared singular value */
    return share <= 0.6f ? 256 : share >= 0.9f ? 40 : (int32_t)(256 - 720 * (share - 0.6f));
}

/* The square of the frequency of four coefficients, from (i + 1, j + 1) on. */
static inline pdqi_lanes frequencies(int i, int j)
{
    const int down = (i + 1) * (i + 1), a = j + 1, b = j + 2, c = j + 3, d = j + 4;
    return (pdqi_lanes){ (float)(down + a * a), (float)(down + b * b), (float)(down + c * c), (float)(down + d * d) };
}

/* The variance of a whitened coefficient: the energy seen by what was to be seen of it. */
static float gain_of(float c[16][16], const pdqi_operator *y, const pdqi_operator *x)
{
    float energy = 0, sum_x = 0, sum_y = 0;
    pdqi_lanes lanes[4] = { 0 };
    for (int i = 0; i < 16; i++)
        for (int l = 0; l < 4; l++) {
            const pdqi_lanes at = pdqi_lanes_of(c[i])[l];
            lanes[l] += at * at * frequencies(i, 4 * l);
        }
    for (int i = 0; i < 16; i++) {
        sum_x += x->told[i];
        sum_y += y->told[i];
        energy += lanes[i / 4][i % 4];
    }
    /* 2: a step of brightness is 256 units, a 100th of one is no information */
    return energy / (sum_x * sum_y) + 2.0f;
}

/* Log-odds and bias of each coefficient as the picture lies; the sum of the biases, times 256. */
static int32_t odds_of(float c[16][16], const pdqi_operator *y, const pdqi_operator *x, unsigned misplaced,
                       int8_t odds[256])
{
    const float gain = gain_of(c, y, x), wrong = (float)misplaced * 1e-6f;
    int32_t bias = 0, q[16];
    for (int i = 0; i < 16; i++) {
        for (int l = 0; l < 4; l++) { /* the prior is 1 / f2 */
            const pdqi_lanes f2 = frequencies(i, 4 * l), at = pdqi_lanes_of(c[i])[l];
            const pdqi_lanes left = gain * (1.05f - y->told[i] * pdqi_lanes_of(x->told)[l] + wrong * f2);
            const pdqi_lanes z2 = at * at * f2, part = 256.0f * (z2 / (z2 + left));
            const pdqi_int_lanes whole = __builtin_convertvector(part, pdqi_int_lanes); /* 0..256 */
            memcpy(q + 4 * l, &whole, sizeof whole);
        }
        for (int j = 0; j < 16; j++) {
            const int at = q[j] - (q[j] >> 8);
            odds[16 * i + j] = (int8_t)(c[i][j] < 0 ? -LOG_ODDS[at] : LOG_ODDS[at]);
            bias += LOG_BIAS[at];
        }
    }
    return bias;
}

float pdqi_uncrop_estimate(const pdql_uncrop *t, pdqi_means *means, const pdql_part *part, float c[16][16])
{
    const pdqi_operator *x = pdqi_uncrop_range(t, part->u0, part->u1), *y = pdqi_uncrop_range(t, part->v0, part->v1);
    estimate_down(t, part->v0, part->v1, means);
    estimate_across(x, means, c);
    return gain_of(c, y, x);
}

void pdqi_uncrop_turn(const int8_t odds[256], const pdql_part *part, int8_t w[256])
{
    const int columns = part->turn & 1, rows = part->turn >> 1 & 1;
    int8_t swapped[256];
    for (int k = 0; (part->turn & 4) && k < 256; k++)
        swapped[k] = odds[16 * (k % 16) + k / 16];
    const int8_t *from = part->turn & 4 ? swapped : odds;
    for (int i = 0; i < 16; i++) /* bit (i, j) of the original as it lay before its turn */
        for (int j = 0; j < 16; j++) {
            const int8_t flip = (int8_t)-((columns & ~j & 1) ^ (rows & ~i & 1) ^ part->inverted);
            w[16 * i + j] = (int8_t)((from[16 * i + j] ^ flip) - flip);
        }
}

int32_t pdqi_uncrop_odds(const pdql_uncrop *t, pdqi_means *means, const pdql_part *part, unsigned misplaced,
                         int8_t odds[256])
{
    const pdqi_operator *x = pdqi_uncrop_range(t, part->u0, part->u1);
    const pdqi_operator *y = pdqi_uncrop_range(t, part->v0, part->v1);
    float c[16][16];
    estimate_down(t, part->v0, part->v1, means);
    estimate_across(x, means, c);
    const int32_t bias = odds_of(c, y, x, misplaced, odds), keep = worth(odds);
    for (int k = 0; keep < 256 && k < 256; k++)
        odds[k] = (int8_t)(odds[k] * keep / 256);
    return -(-bias / 256 * keep / 256);
}

pdql_status pdql_uncrop_weights(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_region *region,
                                const pdql_part *part, pdql_weights *out)
{
    if (!tables || !plane || !region || !part || !out || !pdqi_part_ok(part) || !pdqi_region_ok(plane, region))
        return PDQL_ERR_ARG;
    const int32_t rect[4] = { region->x0, region->y0, region->x1, region->y1 };
    pdqi_means means;
    int8_t odds[256];
    pdqi_uncrop_measure(tables, plane, rect, &means);
    out->bias = pdqi_uncrop_odds(tables, &means, part, PDQI_UNCROP_ROUGH, odds);
    pdqi_uncrop_turn(odds, part, out->w);
    out->part = *part;
    out->place = *region;
    return PDQL_OK;
}

int32_t pdqi_uncrop_sum(const int8_t w[256], const uint8_t *row)
{
    int32_t sum = 0;
    for (unsigned b = 0; b < 32; b++)
        for (unsigned k = 0; k < 8; k++) {
            const int32_t v = w[8 * b + k], minus = (row[31 - b] >> k & 1) - 1; /* 0 or all ones */
            sum += (v ^ minus) - minus;
        }
    return sum;
}

int32_t pdql_uncrop_score(const pdql_weights *weights, const uint8_t *row)
{
    return weights->bias + pdqi_uncrop_sum(weights->w, row);
}
