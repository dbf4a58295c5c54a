/*
 * uncrop/operators.c - the estimate of 16 coefficients along an axis from the means of a visible range
 *
 * Least squares under the prior: x = S^-1 B P, S = B P B' + noise, where row i of B is what mean i sees of each
 * coefficient. B P B' comes from the covariance of the 64 cells: the basis is one of cosines, so that is a
 * function of how far two cells are apart, plus the same function of how far one is from the mirror image of the
 * other. An axis has the same prior in the mirror: half of the ranges are made, the others are their mirror
 * images.
 */
#include "uncrop/model.h"

#include "uncrop/model_tables.h"

#include <string.h>

enum { N = PDQI_UNCROP_SIDE, M = PDQI_UNCROP_CELLS, F = 16, OVER = 3, BLOCK = 4 };

/* What a mean of a range is taken over: the shares of up to three cells, from the first on. */
typedef struct span {
    unsigned first;
    double share[OVER];
} span;

/* The equations of a range: the upper triangle of S by rows, and behind each a right side for each coefficient. */
typedef struct equations {
    double s[M][M + F];
} equations;

static double cosine(unsigned m)
{
    m = m > 128 ? 256 - m : m;
    return m > 64 ? -COSINE[128 - m] : COSINE[m];
}

/* cos(pi k (2 j + 1) / 128), scaled to an orthonormal DCT of 64. */
static double basis(unsigned k, unsigned j)
{
    return cosine(k * (2 * j + 1) % 256) * 0.17677669529663689; /* sqrt(2 / 64) */
}

static void waves(double wave[N][F])
{
    for (unsigned j = 0; j < N; j++)
        for (unsigned f = 0; f < F; f++)
            wave[j][f] = basis(f + 1, j);
}

static span span_of(unsigned from, unsigned to, unsigned i)
{
    const double step = (double)(to - from) / M, lo = from + i * step, hi = lo + step;
    span out = { (unsigned)lo, { 0 } };
    for (unsigned t = 0; t < OVER; t++) {
        const unsigned j = out.first + t;
        if (j < hi)
            out.share[t] = ((hi < j + 1 ? hi : j + 1) - (lo > j ? lo : j)) / step;
    }
    return out;
}

/* b[i][f]: what the i-th mean of a range shows of coefficient f + 1. */
static void observe(const double wave[N][F], unsigned from, unsigned to, double b[M][F])
{
    for (unsigned i = 0; i < M; i++) {
        const span of = span_of(from, to, i);
        for (unsigned f = 0; f < F; f++)
            b[i][f] = 0;
        for (unsigned t = 0; t < OVER && of.share[t] > 0; t++)
            for (unsigned f = 0; f < F; f++)
                b[i][f] += of.share[t] * wave[of.first + t][f];
    }
}

void pdqi_uncrop_told(const pdql_uncrop *t, unsigned from, unsigned to, float m[F][F])
{
    const pdqi_operator *o = pdqi_uncrop_range(t, from, to);
    double wave[N][F], b[M][F];
    waves(wave);
    observe(wave, from, to, b);
    for (unsigned f = 0; f < F; f++)
        for (unsigned g = f; g < F; g++) {
            double sum = 0;
            for (unsigned i = 0; i < M; i++)
                sum += o->estimate[i][f] * b[i][g];
            m[f][g] = m[g][f] = (float)(sum * PRIOR[g + 1] * pdqi_root(PRIOR[f + 1] * PRIOR[g + 1]));
        }
}

/* What all ranges share. reach[N - 1 + d]: half the covariance that cells d apart have. */
typedef struct axis {
    double wave[N][F], reach[3 * N];
} axis;

static void axis_of(axis *a)
{
    double *reach = a->reach;
    waves(a->wave);
    for (unsigned d = 0; d < 2 * N; d++) {
        double sum = PRIOR[0] / 2;
        for (unsigned k = 1; k < N; k++)
            sum += PRIOR[k] * cosine(2 * k * d % 256);
        reach[N - 1 + d] = sum / N;
        if (d < N)
            reach[N - 1 - d] = sum / N;
    }
}

static void set_up(const axis *a, unsigned from, unsigned to, equations *e)
{
    span of[M];
    double b[M][F];
    observe(a->wave, from, to, b);
    for (int i = 0; i < M; i++)
        of[i] = span_of(from, to, (unsigned)i);
    for (int i = 0; i < M; i++) {
        double seen[N + OVER] = { 0 }; /* covariance of mean i and each cell from its first on */
        for (int t = 0; t < OVER && of[i].share[t] > 0; t++) {
            const int first = (int)of[i].first, end = (int)to;
            const double share = of[i].share[t], *apart = a->reach + N - 1 - first - t,
                         *mirrored = a->reach + N + first + t;
            for (int q = first; q < end; q++)
                seen[q] += share * (apart[q] + mirrored[q]);
        }
        for (int j = i; j < M; j++) {
            const double *at = seen + of[j].first, *share = of[j].share;
            e->s[i][j] = share[0] * at[0] + share[1] * at[1] + share[2] * at[2];
        }
        e->s[i][i] += 0.05 * PRIOR[M];
        for (int f = 0; f < F; f++)
            e->s[i][M + f] = b[i][f] * PRIOR[f + 1];
    }
}

/*
 * a -= by b; whole blocks. A call of its own, so that the compiler makes a loop of vectors of it and not 16
 * lines.
 */
__attribute__((noinline)) static void subtract(double *restrict a, const double *restrict b, double by, int n)
{
    for (int j = 0; j < n; j++)
        a[j] -= by * b[j];
}

/* Elimination, in whole blocks and so over some of what is below the diagonal too, then substitution. */
static void solve(equations *e)
{
    double pivot[M];
    for (int k = 0; k < M; k++) {
        pivot[k] = 1 / e->s[k][k];
        for (int i = k + 1, at; i < M; i++) {
            at = i / BLOCK * BLOCK;
            subtract(e->s[i] + at, e->s[k] + at, e->s[k][i] * pivot[k], M + F - at);
        }
    }
    for (int k = M; k-- > 0;) {
        for (int f = M; f < M + F; f++)
            e->s[k][f] *= pivot[k];
        for (int i = 0; i < k; i++)
            subtract(e->s[i] + M, e->s[k] + M, e->s[i][k], F);
    }
}

static void make(const axis *a, unsigned from, unsigned to, pdqi_operator *out)
{
    equations e;
    double b[M][F];
    set_up(a, from, to, &e);
    solve(&e);
    observe(a->wave, from, to, b);
    for (unsigned f = 0; f < F; f++) {
        double told = 0;
        for (unsigned i = 0; i < M; i++) {
            told += e.s[i][M + f] * b[i][f];
            out->estimate[i][f] = (float)e.s[i][M + f];
        }
        out->told[f] = (float)told;
    }
}

/* Even coefficients are the same in the mirror, odd ones change their sign. */
static void mirror(const pdqi_operator *of, pdqi_operator *out)
{
    memcpy(out->told, of->told, sizeof out->told);
    for (unsigned i = 0; i < M; i++)
        for (unsigned f = 0; f < F; f += 2) { /* of coefficients f + 1 and f + 2 */
            out->estimate[i][f] = -of->estimate[M - 1 - i][f];
            out->estimate[i][f + 1] = of->estimate[M - 1 - i][f + 1];
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

void pdqi_uncrop_operators(pdql_uncrop *t)
{
    axis a;
    axis_of(&a);
    for (unsigned from = 0; from + PDQI_UNCROP_LEAST <= N; from++)
        for (unsigned to = from + PDQI_UNCROP_LEAST; to + from <= N; to++) {
            pdqi_operator *one = &t->ranges[range_number(from, to)];
            make(&a, from, to, one);
            if (to + from < N)
                mirror(one, &t->ranges[range_number(N - to, N - from)]);
        }
}
