/*
 * uncrop/simple_shapes.c - what simple shapes would say of a row
 *
 * A disc on white, one slanted edge, a band: close-ups, skies and objects on a plain ground are
 * little more, and two such pictures agree without showing the same thing. Some 3000
 * shapes, in eight turns and both lights, are kept as weights; a row that one of them fits
 * loses that score, less the logarithm of their number (a fixed alternative in the likelihood ratio).
 * A query whose odds one shape explains by an unusual share says less in the same way.
 *
 * Mirroring changes the sign of odd coefficients, so the sums over the four classes of even and odd
 * give those of four turns.
 */
#include "uncrop/model.h"

#include "base/lanes.h"

#include <string.h>

enum {
    M = PDQI_UNCROP_CELLS,
    SAMPLES = 2 * M,       /* along each axis */
    CLASS = 64,            /* coefficients of one class */
    CHOICE = 172,          /* 16 ln(2 x 8 x PDQI_UNCROP_SHAPES) */
    /* of 256: 95 % point of a shape's share of a photo's odds: 67.7 and 68.3 in two halves */
    FREE = 68,
    RADII = 10,
    EDGES = 5 * 11,
    BANDS = 4 * 6 * 4,
    CENTRES = 7 * 8 / 2,
    ELLIPSES = CENTRES * RADII * RADII
};

_Static_assert(EDGES + BANDS + ELLIPSES == PDQI_UNCROP_SHAPES, "shapes");

/* Cosines and sines of multiples of 180 / 16 and of 15 degrees. */
static const float COS16[5] = { 1.0f, 0.980785280f, 0.923879533f, 0.831469612f, 0.707106781f };
static const float SIN16[5] = { 0.0f, 0.195090322f, 0.382683432f, 0.555570233f, 0.707106781f };
static const float COS12[4] = { 1.0f, 0.965925826f, 0.866025404f, 0.707106781f };
static const float SIN12[4] = { 0.0f, 0.258819045f, 0.5f, 0.707106781f };
static const float WIDTH[4] = { 0.06f, 0.12f, 0.2f, 0.3f };
/* 1 / r^2 of radii from 0.14 on, each 1.28 times the last. */
static const float CURVES[RADII] = { 51.02041f, 31.14039f, 19.00659f, 11.60070f, 7.080505f,
                                     4.321597f, 2.637694f, 1.609920f, 0.982617f, 0.599742f };

/* A point is in a shape where x[its column] + y[its row] lies between the limits. */
typedef struct outline {
    float x[SAMPLES], y[SAMPLES], low, high;
    int deepest;           /* the column nearest to an ellipse's centre; -1 if x and y grow */
} outline;

/* Offset of a sample from the centre, in parts of the side. */
static float offset(int s)
{
    return (float)(2 * s + 1) / (2 * SAMPLES) - 0.5f;
}

static void slanted(outline *o, float across, float down, float low, float high)
{
    for (int s = 0; s < SAMPLES; s++) {
        o->x[s] = across * offset(s);
        o->y[s] = down * offset(s);
    }
    o->low = low;
    o->high = high;
    o->deepest = -1;
}

static void ellipse(outline *o, unsigned n)
{
    unsigned a = 0, b = n / (RADII * RADII); /* the centre, a tenth of the sides a step, b <= a */
    while (b > a)
        b -= ++a;
    const float cx = CURVES[n / RADII % RADII], cy = CURVES[n % RADII];
    for (int s = 0; s < SAMPLES; s++) {
        const float dx = offset(s) - 0.1f * (float)a, dy = offset(s) - 0.1f * (float)b;
        o->x[s] = dx * dx * cx;
        o->y[s] = dy * dy * cy;
    }
    o->low = -1.0f;
    o->high = 1.0f;
    o->deepest = SAMPLES / 2;
    while (o->deepest + 1 < SAMPLES && o->x[o->deepest + 1] < o->x[o->deepest])
        o->deepest++;
}

static void outline_of(outline *o, unsigned n)
{
    if (n < EDGES) {
        slanted(o, COS16[n / 11], SIN16[n / 11], 0.06f * (float)(n % 11), 9.0f);
    } else if (n < EDGES + BANDS) {
        n -= EDGES;
        const float at = 0.11f * (float)(n / 4 % 6), w = WIDTH[n % 4];
        slanted(o, COS12[n / 24], SIN12[n / 24], at - w, at + w);
    } else {
        ellipse(o, n - EDGES - BANDS);
    }
}

static int is_in(const outline *o, int column, float y)
{
    const float v = o->x[column] + y;
    return v > o->low && v < o->high;
}

/* Moves from..to, the columns inside in the row above, to those of this row. */
static void inside(const outline *o, float y, int *from, int *to)
{
    const int deep = o->deepest;
    int a = *from, b = *to;
    if (deep < 0) { /* both ends move to the left */
        while (a > 0 && o->x[a - 1] + y > o->low)
            a--;
        while (b > 0 && !(o->x[b - 1] + y < o->high))
            b--;
    } else if (!is_in(o, deep, y)) {
        a = b = deep;
    } else {
        while (a > 0 && is_in(o, a - 1, y))
            a--;
        while (a < deep && !is_in(o, a, y))
            a++;
        while (b < SAMPLES && is_in(o, b, y))
            b++;
        while (b > deep + 1 && !is_in(o, b - 1, y))
            b--;
    }
    *from = a;
    *to = b;
}

/* Adds the samples from..to of a row to its cells, two samples wide. */
static void fill(float cells[M], int from, int to)
{
    if (from >= to)
        return;
    if (from & 1)
        cells[from / 2] += 12800.0f; /* a sample is a quarter of a cell, 200 steps of brightness high */
    if (to & 1)
        cells[to / 2] += 12800.0f;
    for (int j = (from + 1) / 2; j < to / 2; j++)
        cells[j] += 25600.0f;
}

/* Draws a shape into a means; the samples inside, of SAMPLES squared. */
static int draw(const outline *o, pdqi_means *means)
{
    int count = 0, from = o->deepest < 0 ? SAMPLES : o->deepest, to = from;
    memset(means->cells, 0, sizeof means->cells);
    for (int s = 0; s < SAMPLES; s++) {
        inside(o, o->y[s], &from, &to);
        fill(means->cells[s / 2], from, to);
        count += to - from;
    }
    const float mean = (float)count * 12800.0f / (M * M);
    for (int i = 0; i < M; i++)
        for (int l = 0; l < M / 4; l++)
            pdqi_lanes_at(means->cells[i])[l] -= mean;
    means->from = means->to = 0;
    return count;
}

/* Place of coefficient (i, j) by classes: even and odd rows, then columns. */
static unsigned place(unsigned i, unsigned j)
{
    return CLASS * (2 * (i & 1) + (j & 1)) + 8 * (i / 2) + j / 2;
}

static void make(const pdql_uncrop *t, unsigned n, pdqi_shape *shape)
{
    static const pdql_part WHOLE = { 0, 64, 0, 64, 0, 0, 0, 0 };
    pdqi_means means;
    outline o;
    int8_t odds[256];
    outline_of(&o, n);
    const int count = draw(&o, &means);
    memset(shape, 0, sizeof *shape);
    if (count * 32 <= SAMPLES * SAMPLES || count * 64 >= 63 * SAMPLES * SAMPLES) /* as good as empty */
        return;
    shape->bias = pdqi_uncrop_odds(t, &means, &WHOLE, PDQI_UNCROP_ROUGH, odds);
    for (unsigned i = 0; i < 16; i++)
        for (unsigned j = 0; j < 16; j++) {
            shape->odds[place(i, j)] = odds[16 * i + j];
            shape->square += odds[16 * i + j] * odds[16 * i + j];
        }
}

void pdqi_uncrop_shapes(pdql_uncrop *t)
{
    for (unsigned n = 0; n < PDQI_UNCROP_SHAPES; n++)
        make(t, n, &t->shapes[n]);
}

/* The largest of the sums of a shape's odds times `v`, by classes, in four turns, sign aside. */
__attribute__((noinline)) static int32_t fit(const pdqi_shape *shape, const int16_t v[256])
{
    int32_t sum[4];
    for (unsigned c = 0; c < 4; c++) {
        int32_t s = 0;
        for (unsigned k = 0; k < CLASS; k++)
            s += v[CLASS * c + k] * shape->odds[CLASS * c + k];
        sum[c] = s;
    }
    const int32_t even = sum[0] + sum[3], odd = sum[1] + sum[2], a = sum[0] - sum[3], b = sum[1] - sum[2];
    const int32_t all[4] = { even + odd, even - odd, a + b, a - b };
    int32_t most = 0;
    for (unsigned turn = 0; turn < 4; turn++) {
        const int32_t s = all[turn] < 0 ? -all[turn] : all[turn];
        most = s > most ? s : most;
    }
    return most;
}

int32_t pdqi_uncrop_keep(const pdql_uncrop *t, pdqi_means *means)
{
    static const pdql_part WHOLE = { 0, 64, 0, 64, 0, 0, 0, 0 };
    int8_t odds[256];
    int16_t v[2][256];
    int64_t own = 0, most = 0; /* of 256: the largest share */
    pdqi_uncrop_odds(t, means, &WHOLE, PDQI_UNCROP_ROUGH, odds);
    for (unsigned k = 0; k < 256; k++) {
        v[0][place(k / 16, k % 16)] = v[1][place(k % 16, k / 16)] = odds[k];
        own += odds[k] * odds[k];
    }
    for (unsigned n = 0; n < PDQI_UNCROP_SHAPES && own; n++) {
        const int64_t of = own * t->shapes[n].square;
        for (unsigned transposed = 0; transposed < 2 && of; transposed++) {
            const int64_t sum = fit(&t->shapes[n], v[transposed]);
            most = sum * sum * 256 > most * of ? sum * sum * 256 / of : most;
        }
    }
    return most <= FREE ? 256 : most >= FREE + 108 ? 40 : (int32_t)(256 - 2 * (most - FREE));
}

int32_t pdqi_uncrop_discount(const pdql_uncrop *t, const uint8_t *row)
{
    int32_t best = pdqi_uncrop_saved(row);
    int16_t v[2][256];
    for (unsigned k = 0; k < 256; k++)
        v[0][place(k / 16, k % 16)] = v[1][place(k % 16, k / 16)] = row[31 - k / 8] >> k % 8 & 1 ? 1 : -1;
    for (unsigned n = 0; n < PDQI_UNCROP_SHAPES; n++)
        for (unsigned transposed = 0; transposed < 2; transposed++) {
            const int32_t fits = fit(&t->shapes[n], v[transposed]) + t->shapes[n].bias - CHOICE;
            best = fits > best ? fits : best;
        }
    return best;
}
