/*
 * uncrop/model.c - from the visible part of a picture to its whole PDQ hash, in odds
 *
 * A frame shows the part [u0, u1) x [v0, v1) of the original. The linear
 * least-squares estimate of the original's 16 x 16 DCT follows from the visible
 * means and a prior spectrum; what is left unexplained is the variance of each
 * coefficient, and both give the odds of each bit. Prior and estimate are
 * separable, so one operator for each range of an axis is enough.
 *
 * Real arithmetic runs in one stated order; the odds are integers, and so is
 * all that follows.
 */
#include "uncrop/model.h"

#include "kernels/plane_kernels.h"
#include "uncrop/model_tables.h"

#include <string.h>

enum { N = PDQI_UNCROP_SIDE, M = PDQI_UNCROP_CELLS };

/* cos(pi k (2 j + 1) / 128), scaled to an orthonormal DCT of 64. */
static double basis(unsigned k, unsigned j)
{
    unsigned m = k * (2 * j + 1) % 256;
    m = m > 128 ? 256 - m : m;
    const double c = m > 64 ? -COSINE[128 - m] : COSINE[m];
    return k ? c * 0.17677669529663689 : 0.125; /* sqrt(2 / 64), sqrt(1 / 64) */
}

/* b[i][k]: the i-th mean of the range seen from coefficient k. */
static void observe(unsigned from, unsigned to, double b[M][N])
{
    const double step = (double)(to - from) / M;
    for (unsigned i = 0; i < M; i++) {
        const double lo = from + i * step, hi = lo + step;
        for (unsigned k = 0; k < N; k++)
            b[i][k] = 0;
        for (unsigned j = (unsigned)lo; j < N && j < hi; j++) {
            const double part = ((hi < j + 1 ? hi : j + 1) - (lo > j ? lo : j)) / step;
            for (unsigned k = 0; k < N; k++)
                b[i][k] += part * basis(k, j);
        }
    }
}

/* s = b prior b' + noise, then s = l d l' in place (unit lower l, d on the diagonal). */
static void factor(double b[M][N], double s[M][M])
{
    for (unsigned i = 0; i < M; i++)
        for (unsigned j = 0; j <= i; j++) {
            double sum = i == j ? 0.05 * PRIOR[M] : 0;
            for (unsigned k = 0; k < N; k++)
                sum += b[i][k] * PRIOR[k] * b[j][k];
            s[i][j] = sum;
        }
    for (unsigned j = 0; j < M; j++) {
        for (unsigned k = 0; k < j; k++)
            s[j][j] -= s[j][k] * s[j][k] * s[k][k];
        for (unsigned i = j + 1; i < M; i++) {
            for (unsigned k = 0; k < j; k++)
                s[i][j] -= s[i][k] * s[j][k] * s[k][k];
            s[i][j] /= s[j][j];
        }
    }
}

static void make_operator(unsigned from, unsigned to, pdqi_operator *out)
{
    double b[M][N], s[M][M], x[M];
    observe(from, to, b);
    factor(b, s);
    for (unsigned f = 0; f < 16; f++) {
        const double prior = PRIOR[f + 1];
        double explained = 0;
        for (unsigned i = 0; i < M; i++) {
            x[i] = b[i][f + 1] * prior;
            for (unsigned k = 0; k < i; k++)
                x[i] -= s[i][k] * x[k];
        }
        for (unsigned i = 0; i < M; i++)
            x[i] /= s[i][i];
        for (unsigned i = M; i-- > 0;)
            for (unsigned k = i + 1; k < M; k++)
                x[i] -= s[k][i] * x[k];
        for (unsigned i = 0; i < M; i++) {
            explained += x[i] * b[i][f + 1] * prior;
            out->estimate[i][f] = (float)x[i];
        }
        out->told[f] = (float)(explained / prior);
    }
}

/* Ranges are numbered by their start, then their end. */
static size_t range_number(unsigned from, unsigned to)
{
    const unsigned most = N - PDQI_UNCROP_LEAST + 1; /* ends for a range from 0 */
    return (size_t)from * most - (size_t)from * (from - 1) / 2 + (to - from - PDQI_UNCROP_LEAST);
}

const pdqi_operator *pdqi_uncrop_range(const pdql_uncrop *t, unsigned from, unsigned to)
{
    return &t->ranges[range_number(from, to)];
}

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
    for (unsigned from = 0; from + PDQI_UNCROP_LEAST <= N; from++)
        for (unsigned to = from + PDQI_UNCROP_LEAST; to <= N; to++)
            make_operator(from, to, &t->ranges[range_number(from, to)]);
    pdqi_uncrop_shapes(t);
    return PDQL_OK;
}

int pdqi_part_ok(const pdql_part *p)
{
    return p->u1 <= N && p->v1 <= N && p->u0 + PDQI_UNCROP_LEAST <= p->u1 && p->v0 + PDQI_UNCROP_LEAST <= p->v1
        && p->turn < 8 && p->inverted < 2;
}

/* What a rectangle shows, its mean taken off. */
void pdqi_uncrop_look(const pdql_plane *plane, const int32_t rect[4], pdqi_view *view)
{
    float mean = 0;
    float *m = &view->cells[0][0];
    pdqi_plane_means(&pdqi_look_portable, plane, rect, M, 1, m);
    for (int i = 0; i < M * M; i++)
        mean += m[i];
    mean /= M * M;
    for (int i = 0; i < M * M; i++)
        m[i] -= mean;
    view->from = view->to = 0;
    view->place = (pdql_frame){ rect[0], rect[1], rect[2], rect[3], PDQL_FRAME_WHOLE };
}

/* mid = y m, sums in ascending order; kept for the next part with the same rows. */
static void estimate_down(const pdql_uncrop *t, unsigned from, unsigned to, pdqi_view *view)
{
    const pdqi_operator *y = pdqi_uncrop_range(t, from, to);
    if (view->from == from && view->to == to)
        return;
    for (int i = 0; i < 16; i++) {
        float sum[M] = { 0 };
        for (int k = 0; k < M; k++) {
            const float a = y->estimate[k][i];
            for (int j = 0; j < M; j++)
                sum[j] += a * view->cells[k][j];
        }
        memcpy(view->mid[i], sum, sizeof sum);
    }
    view->from = (uint8_t)from;
    view->to = (uint8_t)to;
}

/* c = mid x', sums in ascending order. */
static void estimate_across(const pdqi_operator *x, const pdqi_view *view, float c[16][16])
{
    for (int i = 0; i < 16; i++) {
        float sum[16] = { 0 };
        for (int k = 0; k < M; k++) {
            const float a = view->mid[i][k];
            for (int j = 0; j < 16; j++)
                sum[j] += a * x->estimate[k][j];
        }
        memcpy(c[i], sum, sizeof sum);
    }
}

/*
 * How much of 256 the odds count, by the share of their energy that a single outer
 * product holds. Bars, borders, text lines and page furniture are such products: 31
 * free signs, not 256, and the same ones in many pictures. Photos hold 0.3 to 0.6.
 */
static int32_t worth(const int8_t w[256])
{
    float v[16], u[16], rows[16][16], columns[16][16], lanes[16] = { 0 }, all = 0, first = 0, norm = 0;
    for (int i = 0; i < 16; i++) {
        v[i] = (float)(i + 1) / 16;
        for (int j = 0; j < 16; j++) {
            rows[i][j] = columns[j][i] = (float)w[16 * i + j];
            lanes[j] += rows[i][j] * rows[i][j];
        }
    }
    for (int round = 0; round < 6; round++) {
        float next[16] = { 0 }, top = 1e-6f;
        memset(u, 0, sizeof u);
        for (int j = 0; j < 16; j++)
            for (int i = 0; i < 16; i++)
                u[i] += columns[j][i] * v[j];
        for (int i = 0; i < 16; i++)
            for (int j = 0; j < 16; j++)
                next[j] += rows[i][j] * u[i];
        first = norm = 0;
        for (int j = 0; j < 16; j++) {
            first += u[j] * u[j];
            norm += v[j] * v[j];
            top = next[j] > top ? next[j] : -next[j] > top ? -next[j] : top;
        }
        for (int j = 0; j < 16; j++)
            v[j] = next[j] / top;
    }
    for (int j = 0; j < 16; j++)
        all += lanes[j];
    if (!(all > 0 && norm > 0))
        return 0;
    const float share = first / norm / all; /* of the largest squared singular value */
    return share <= 0.6f ? 256 : share >= 0.9f ? 40 : (int32_t)(256 - 720 * (share - 0.6f));
}

/* The variance of a whitened coefficient: the energy seen by what was to be seen of it. */
static float gain_of(float c[16][16], const pdqi_operator *y, const pdqi_operator *x)
{
    float energy = 0, sum_x = 0, sum_y = 0, lanes[16] = { 0 };
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++)
            lanes[j] += c[i][j] * c[i][j] * (float)((i + 1) * (i + 1) + (j + 1) * (j + 1));
    for (int i = 0; i < 16; i++) {
        sum_x += x->told[i];
        sum_y += y->told[i];
        energy += lanes[i];
    }
    /* 2: a step of brightness is 256 units, a 100th of one is no information */
    return energy / (sum_x * sum_y) + 2.0f;
}

/* Log-odds and bias of each coefficient as the picture lies; the sum of the biases, times 256. */
static int32_t odds_of(float c[16][16], const pdqi_operator *y, const pdqi_operator *x, unsigned misplaced,
                       int8_t odds[256])
{
    const float gain = gain_of(c, y, x), wrong = (float)misplaced * 1e-6f;
    float part[256];
    int32_t bias = 0;
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++) { /* the prior is 1 / f2 */
            const float f2 = (float)((i + 1) * (i + 1) + (j + 1) * (j + 1));
            const float left = gain * (1.05f - y->told[i] * x->told[j] + wrong * f2);
            const float z2 = c[i][j] * c[i][j] * f2;
            part[16 * i + j] = 256.0f * (z2 / (z2 + left));
        }
    for (int k = 0; k < 256; k++) {
        const int at = (int)part[k], q = at > 255 ? 255 : at;
        odds[k] = (int8_t)(c[k / 16][k % 16] < 0 ? -LOG_ODDS[q] : LOG_ODDS[q]);
        bias += LOG_BIAS[q];
    }
    return bias;
}

float pdqi_uncrop_estimate(const pdql_uncrop *t, pdqi_view *view, const pdql_part *part, float c[16][16])
{
    const pdqi_operator *x = pdqi_uncrop_range(t, part->u0, part->u1), *y = pdqi_uncrop_range(t, part->v0, part->v1);
    estimate_down(t, part->v0, part->v1, view);
    estimate_across(x, view, c);
    return gain_of(c, y, x);
}

/*
 * m[f][g]: covariance of the estimates of coefficients f + 1 and g + 1, before they are divided by their
 * spreads.
 */
void pdqi_uncrop_told(const pdql_uncrop *t, unsigned from, unsigned to, float m[16][16])
{
    const pdqi_operator *o = pdqi_uncrop_range(t, from, to);
    double b[M][N];
    observe(from, to, b);
    for (int f = 0; f < 16; f++)
        for (int g = f; g < 16; g++) {
            double sum = 0;
            for (int i = 0; i < M; i++)
                sum += o->estimate[i][f] * b[i][g + 1];
            m[f][g] = m[g][f] = (float)(sum * PRIOR[g + 1] * pdqi_root(PRIOR[f + 1] * PRIOR[g + 1]));
        }
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

int32_t pdqi_uncrop_odds(const pdql_uncrop *t, pdqi_view *view, const pdql_part *part, unsigned misplaced,
                         int8_t odds[256])
{
    const pdqi_operator *x = pdqi_uncrop_range(t, part->u0, part->u1);
    const pdqi_operator *y = pdqi_uncrop_range(t, part->v0, part->v1);
    float c[16][16];
    estimate_down(t, part->v0, part->v1, view);
    estimate_across(x, view, c);
    const int32_t bias = odds_of(c, y, x, misplaced, odds), keep = worth(odds);
    for (int k = 0; keep < 256 && k < 256; k++)
        odds[k] = (int8_t)(odds[k] * keep / 256);
    return -(-bias / 256 * keep / 256);
}

pdql_status pdql_uncrop_weights(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_frame *frame,
                                const pdql_part *part, pdql_weights *out)
{
    if (!tables || !plane || !frame || !part || !out || !pdqi_part_ok(part) || !pdqi_frame_ok(plane, frame))
        return PDQL_ERR_ARG;
    const int32_t rect[4] = { frame->x0, frame->y0, frame->x1, frame->y1 };
    pdqi_view view;
    int8_t odds[256];
    pdqi_uncrop_look(plane, rect, &view);
    out->bias = pdqi_uncrop_odds(tables, &view, part, PDQI_UNCROP_ROUGH, odds);
    pdqi_uncrop_turn(odds, part, out->w);
    out->part = *part;
    out->place = *frame;
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
