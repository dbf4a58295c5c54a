/*
 * claim_bits.c - what the bits of a row say of the part of the picture that is seen
 *
 * Un-cropping's model (Gaussian, separable prior) over 16 x 16 means of the view: what the cells in
 * sight tell of each coefficient, and how likely each bit of the row then is. One bit in ten is taken to be
 * spoiled, so that what lies under an overlay costs little. Cells in sight are those of the largest rectangle
 * that is; its two axes are treated one by one. Real arithmetic, in one stated order.
 */
#include "match/claim.h"

#include "match/claim_tables.h"
#include "uncrop/model.h"

#include <string.h>

enum { N = CLAIM_CELLS, LEAST_CELLS = 6, SEEN_FIFTHS = 3, UNIT = 2048, LOW = -320, HIGH = 640 };

#define NOISE 0.004      /* of a mean, beside the prior */
#define LEAST_GAIN 1e-6
#define UNTOLD 1.02      /* of a coefficient's prior: with this much of it nothing is told */
#define MISPLACED 0.00075

typedef struct rectangle {
    int top, bottom, left, right; /* cells; bottom and right are past the end */
} rectangle;

/* One axis of the rectangle: covariance of its cells as l d l', what they tell of each coefficient. */
typedef struct axis {
    int n;
    double l[N][N], d[N];
    double weigh[N][N];  /* [f]: the estimate of coefficient f + 1 from the cells */
    double told[N];      /* the part of its power that this explains */
    double mean[N], sum; /* weights of the cells in their mean, and their sum */
} axis;

static uint32_t cut(uint32_t cells, int i)
{
    return (cells * (uint32_t)i + N / 2) / N;
}

/* Bit c of out[r]: three fifths of the cell are seen. Means of the cells, in steps of brightness. */
static void look(const claim_view *v, uint32_t out[N], double y[N][N])
{
    for (int r = 0; r < N; r++) {
        const uint32_t y0 = cut(v->height, r), y1 = cut(v->height, r + 1);
        const uint32_t *const up = v->integral + (size_t)y0 * (v->width + 1),
                              *const down = v->integral + (size_t)y1 * (v->width + 1);
        out[r] = 0;
        for (int c = 0; c < N; c++) {
            const uint32_t x0 = cut(v->width, c), x1 = cut(v->width, c + 1), area = (y1 - y0) * (x1 - x0);
            const uint32_t seen = pdqi_claim_seen(v, (int32_t)x0, (int32_t)y0, (int32_t)x1, (int32_t)y1);
            out[r] |= (uint32_t)(seen * 5 >= area * SEEN_FIFTHS) << c;
            y[r][c] = (double)(down[x1] - down[x0] - up[x1] + up[x0]) / ((double)area * 128.0);
        }
    }
}

/* The rectangle of most cells, all seen; of equals the first. Returns its cells. */
static int largest(const uint32_t seen[N], rectangle *best)
{
    int most = 0;
    for (int top = 0; top < N; top++) {
        uint32_t all = 0xffff;
        for (int bottom = top + 1; bottom <= N; bottom++) {
            all &= seen[bottom - 1];
            for (int left = 0, right; left < N; left = right + 1) {
                for (right = left; right < N && all >> right & 1; right++)
                    ;
                if ((right - left) * (bottom - top) > most) {
                    most = (right - left) * (bottom - top);
                    *best = (rectangle){ top, bottom, left, right };
                }
            }
        }
    }
    return most;
}

static double pair(int a, int b)
{
    return a < b ? CELL_PAIRS[b * (b + 1) / 2 + a] : CELL_PAIRS[a * (a + 1) / 2 + b];
}

/* Covariance of coefficient f + 1 with a cell. */
static double with(int f, int c)
{
    const double v = CELL_ORDERS[f * N / 2 + (c < N / 2 ? c : N - 1 - c)];
    return c >= N / 2 && f % 2 == 0 ? -v : v; /* odd cosines are odd about the middle */
}

/* x = l^-1 x */
static void forward(const axis *a, double x[N])
{
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < i; k++)
            x[i] -= a->l[i][k] * x[k];
}

/* x = l'^-1 d^-1 x */
static void backward(const axis *a, double x[N])
{
    for (int i = 0; i < a->n; i++)
        x[i] /= a->d[i];
    for (int i = a->n; i-- > 0;)
        for (int k = i + 1; k < a->n; k++)
            x[i] -= a->l[k][i] * x[k];
}

static void make(axis *a, int from, int to)
{
    a->n = to - from;
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j <= i; j++) {
            double s = pair(from + i, from + j) + (i == j ? NOISE : 0);
            for (int k = 0; k < j; k++)
                s -= a->l[i][k] * a->l[j][k] * a->d[k];
            if (i == j)
                a->d[i] = s;
            else
                a->l[i][j] = s / a->d[j];
        }
    for (int f = 0; f < N; f++) {
        double *const x = a->weigh[f];
        a->told[f] = 0;
        for (int i = 0; i < a->n; i++)
            x[i] = with(f, from + i);
        forward(a, x);
        for (int i = 0; i < a->n; i++)
            a->told[f] += x[i] * x[i] / a->d[i];
        a->told[f] /= ORDER_POWER[f];
        backward(a, x);
    }
    a->sum = 0;
    for (int i = 0; i < a->n; i++)
        a->mean[i] = 1;
    forward(a, a->mean);
    backward(a, a->mean);
    for (int i = 0; i < a->n; i++)
        a->sum += a->mean[i];
}

/* Takes the mean off the cells; the variance of a whitened cell. */
static double gain_of(const axis *rows, const axis *columns, double y[N][N])
{
    double white[N][N], mean = 0, gain = 0;
    for (int i = 0; i < rows->n; i++)
        for (int j = 0; j < columns->n; j++)
            mean += rows->mean[i] * columns->mean[j] * y[i][j];
    mean /= rows->sum * columns->sum;
    for (int i = 0; i < rows->n; i++)
        for (int j = 0; j < columns->n; j++) {
            double v = y[i][j] -= mean;
            for (int k = 0; k < i; k++)
                v -= rows->l[i][k] * white[k][j];
            white[i][j] = v;
        }
    for (int i = 0; i < rows->n; i++) {
        forward(columns, white[i]);
        for (int j = 0; j < columns->n; j++)
            gain += white[i][j] * white[i][j] / (rows->d[i] * columns->d[j]);
    }
    gain /= rows->n * columns->n;
    return gain > LEAST_GAIN ? gain : LEAST_GAIN;
}

/*
 * Logarithm of twice the chance of a bit to whose side the mean lies by so many spreads: straight lines between
 * eighths.
 */
static double chance(double spreads)
{
    const double at = (spreads < -6 ? -6 : spreads > 6 ? 6 : spreads) * 8 + 48;
    const int i = at < 95 ? (int)at : 95;
    return (BIT_CHANCE[i] + (at - i) * (BIT_CHANCE[i + 1] - BIT_CHANCE[i])) / UNIT;
}

static double sum_of(const axis *rows, const axis *columns, double y[N][N], const uint8_t *row, unsigned inverted)
{
    const double gain = gain_of(rows, columns, y);
    double sum = 0;
    for (int f = 0; f < N; f++) {
        double across[N] = { 0 };
        for (int i = 0; i < rows->n; i++)
            for (int j = 0; j < columns->n; j++)
                across[j] += rows->weigh[f][i] * y[i][j];
        for (int g = 0; g < N; g++) {
            const int bit = (row[31 - (N * f + g) / 8] >> (N * f + g) % 8 & 1) ^ (int)inverted;
            const double f2 = (f + 1) * (f + 1) + (g + 1) * (g + 1);
            const double left = gain * ((double)ORDER_POWER[f] * ORDER_POWER[g])
                * (UNTOLD - rows->told[f] * columns->told[g] + MISPLACED * f2);
            double mean = 0;
            for (int j = 0; j < columns->n; j++)
                mean += across[j] * columns->weigh[g][j];
            mean *= pdqi_root(left);
            sum += chance(bit ? mean : -mean);
        }
    }
    return sum;
}

int32_t pdqi_claim_bits(const claim_view *view, const uint8_t *row, unsigned inverted)
{
    uint32_t seen[N];
    double y[N][N];
    rectangle r = { 0, 0, 0, 0 };
    axis rows, columns;
    look(view, seen, y);
    if (largest(seen, &r) < LEAST_CELLS)
        return 0;
    make(&rows, r.top, r.bottom);
    make(&columns, r.left, r.right);
    for (int i = 0; i < rows.n; i++)
        memmove(y[i], &y[r.top + i][r.left], (size_t)columns.n * sizeof(double));
    const double nats = 16 * sum_of(&rows, &columns, y, row, inverted);
    return nats < LOW ? LOW : nats > HIGH ? HIGH : (int32_t)(nats + 1024.5) - 1024;
}
