/*
 * uncrop/joint_score.c - what the bits of a row say together
 *
 * A crop leaves coefficients unsure, but not each by itself: what lies outside the
 * region moves them together. Given the visible part they are normal with the means that
 * were estimated and the covariance I - told_y x told_x (whitened). So the chance of a row is the product of
 * the chances of its bits, each given those before it; the mean and the covariance are
 * brought up to date after every bit by matching moments. For rows of coins the
 * product exceeds t times theirs at a rate of 1 / t at most. Strangers whose bits agree one by one
 * ask for an outside that no picture has, and lose here what copies keep.
 */
#include "uncrop/model.h"

#include "uncrop/joint_tables.h"

#include <string.h>

enum { BITS = 256, STEPS = 8, END = 6 };

/* The coefficients that are still to come: covariance, the upper triangle by rows, and means. */
typedef struct joint {
    float s[BITS * (BITS + 1) / 2];
    float mean[BITS], noise[BITS], sign[BITS];
} joint;

/* Row k of the triangle: element (k, j) is at [j - k]. */
static float *row_at(joint *q, unsigned k)
{
    return q->s + k * (2 * BITS + 1 - k) / 2;
}

/*
 * Logarithm of twice the chance of a bit whose mean lies y spreads to its side, and its slope: cubic between
 * the table's points.
 */
static float chance(float y, float *slope)
{
    y = y < -END ? -END : y > END ? END : y;
    const float at = (y + END) * STEPS;
    int i = (int)at;
    i = i > 2 * END * STEPS - 1 ? 2 * END * STEPS - 1 : i;
    const float t = at - (float)i, rise = LEVEL[i + 1] - LEVEL[i], a = SLOPE[i] / STEPS, b = SLOPE[i + 1] / STEPS;
    const float c2 = 3 * rise - 2 * a - b, c3 = a + b - 2 * rise;
    *slope = (a + t * (2 * c2 + 3 * c3 * t)) * STEPS;
    return LEVEL[i] + t * (a + t * (c2 + t * c3));
}

/* The bits of a row as signs of the coefficients as the picture lies. */
static void signs_of(const uint8_t *row, const pdql_part *part, float sign[BITS])
{
    int8_t turned[BITS], odd[BITS];
    const pdql_part back = { .turn = part->turn & 4 };
    memset(odd, 1, sizeof odd);
    pdqi_uncrop_turn(odd, part, turned); /* what mirroring and inverting turn over, as the original lay */
    for (unsigned k = 0; k < BITS; k++)
        turned[k] = (int8_t)(row[31 - k / 8] >> k % 8 & 1 ? turned[k] : -turned[k]);
    pdqi_uncrop_turn(turned, &back, odd);
    for (unsigned k = 0; k < BITS; k++)
        sign[k] = odd[k];
}

static void begin(joint *q, const pdql_uncrop *t, pdqi_means *means, const pdql_part *part)
{
    float c[16][16], x[16][16], y[16][16];
    const float gain = pdqi_uncrop_estimate(t, means, part, c);
    pdqi_uncrop_told(t, part->u0, part->u1, x);
    pdqi_uncrop_told(t, part->v0, part->v1, y);
    for (unsigned k = 0; k < BITS; k++) {
        const unsigned i = k / 16, j = k % 16;
        const float f2 = (float)((i + 1) * (i + 1) + (j + 1) * (j + 1));
        float *s = row_at(q, k);
        q->mean[k] = c[i][j] * f2 * (float)pdqi_root((double)f2 * gain);
        q->noise[k] = 0.05f + PDQI_UNCROP_FINE * 1e-6f * f2;
        for (unsigned other = k; other < BITS; other++)
            s[other - k] = -(y[i][other / 16] * x[j][other % 16]);
        s[0] += 1;
    }
}

/* How many spreads the mean of coefficient k lies to the side of its bit; the root is 1 / the spread. */
static float lies(joint *q, unsigned k, float *root)
{
    const float v = *row_at(q, k);
    *root = (float)pdqi_root((v > 1e-6f ? v : 1e-6f) + q->noise[k]);
    return q->sign[k] * q->mean[k] * *root;
}

/* Brings what is to come up to date with bit k. */
static void learn(joint *q, unsigned k, float y, float slope, float root)
{
    const float move = q->sign[k] * slope * root, fall = -(y * slope + slope * slope) * root * root;
    const float *of = row_at(q, k);
    for (unsigned j = k + 1; j < BITS; j++)
        q->mean[j] += move * of[j - k];
    for (unsigned i = k + 1; i < BITS; i++) {
        const float by = fall * of[i - k], *restrict from = of + (i - k);
        float *restrict s = row_at(q, i);
        for (unsigned j = 0; j < BITS - i; j++)
            s[j] += by * from[j];
    }
}

size_t pdql_uncrop_joint_size(void)
{
    return sizeof(joint);
}

pdql_status pdql_uncrop_joint(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_weights *weights,
                              const pdql_region *original, const uint8_t *row, void *work, size_t size, int32_t *more)
{
    if (!tables || !plane || !weights || !original || !row || !work || !more || (uintptr_t)work % 8
        || !pdqi_part_ok(&weights->part))
        return PDQL_ERR_ARG;
    if (size < sizeof(joint))
        return PDQL_ERR_SPACE;
    pdql_part part = weights->part;
    pdqi_means means;
    joint *q = work;
    float alone = 0, together = 0, root, slope;
    *more = 0;
    if (!pdqi_uncrop_seen(tables, plane, &weights->place, original, &part, &means))
        return PDQL_OK;
    begin(q, tables, &means, &part);
    signs_of(row, &part, q->sign);
    for (unsigned k = 0; k < BITS; k++)
        alone += chance(lies(q, k, &root), &slope);
    for (unsigned k = 0; k < BITS; k++) {
        const float y = lies(q, k, &root);
        together += chance(y, &slope);
        learn(q, k, y, slope, root);
    }
    *more = (int32_t)((together - alone) * 16.0f);
    return PDQL_OK;
}
