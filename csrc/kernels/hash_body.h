/*
 * kernels/hash_body.h - hashing kernels written once and compiled for each instruction set
 *
 * The compiler may use vectors across elements of the results; each element is
 * a sum in one order, and no multiplication is contracted with an addition
 * (-ffp-contract=off), so every build gives the same bits.
 */
#include "kernels/dct_table.h"

#include <string.h>

/* As many floats at a time as a register holds: the compiler spills what it has to split. */
#if defined(PDQI_EIGHT_FLOATS)
typedef float lanes __attribute__((vector_size(32)));
#else
typedef float lanes __attribute__((vector_size(16)));
#endif

enum {
    HALF = 32,
    FREQUENCIES = 16,
    PARITIES = 2,
    EIGHT = 8,
    LANES = sizeof(lanes) / sizeof(float),
    PARTS = EIGHT / LANES
};

/* Dot product i of a line. */
static inline int64_t dot_one(const pdqi_line *line, const int16_t *values, uint32_t i)
{
    const int16_t *w = line->weights + line->offset[i], *v = values + line->start[i];
    int64_t total = 0;
    for (uint32_t t = 0; t < PDQI_LANES * line->vectors[i]; t++)
        total += (int32_t)w[t] * v[t];
    return total;
}

static inline uint32_t mix_one(const int16_t *sums, const int16_t factor[3])
{
    uint32_t total = 0;
    for (int c = 0; c < 3; c++)
        total += (uint32_t)factor[c] * (uint32_t)(sums[c] + PDQI_BIAS);
    return total >> 2;
}

static inline void mix_each(const int16_t *sums, size_t pixels, size_t step, const int16_t factor[3], uint32_t *out)
{
    for (size_t x = 0; x < pixels; x++, sums += step)
        out[x] = mix_one(sums, factor);
}

/* Steps of 3 and of 4, each for the compiler to unroll. */
static inline void mix_any(const int16_t *sums, size_t pixels, size_t step, const int16_t factor[3], uint32_t *out)
{
    if (step == 3)
        mix_each(sums, pixels, 3, factor, out);
    else
        mix_each(sums, pixels, 4, factor, out);
}

static inline void gather_each(const uint32_t *values, const uint32_t *first, const uint32_t *weights, size_t taps,
                               size_t cells, uint32_t *total)
{
    for (size_t c = 0; c < cells; c++, weights += taps) {
        const uint32_t *v = values + first[c];
        uint32_t sum = 0;
        for (size_t t = 0; t < taps; t += PDQI_TAPS)
            for (size_t i = t; i < t + PDQI_TAPS; i++)
                sum += weights[i] * v[i];
        total[c] = sum;
    }
}

static void samples_of(const uint32_t *restrict total, size_t cells, uint32_t per, uint16_t *restrict out)
{
    if (per == 256)
        for (size_t c = 0; c < cells; c++)
            out[c] = (uint16_t)((total[c] + 128) >> 8);
    else
        for (size_t c = 0; c < cells; c++)
            out[c] = (uint16_t)((total[c] + 32000) / 64000);
}

/*
 * The nearest double of numbers from 0 to 2^63, by halves: what a conversion gives, in operations that vectors
 * have.
 */
static void cells_of(const int64_t luma[64], double scale, double black, double stretch, float out[64])
{
    for (int j = 0; j < 64; j++) {
        const uint64_t low = ((uint64_t)luma[j] & 0xffffffffu) | 0x4330000000000000u;   /* 2^52 + low */
        /* 2^84 + 2^32 high */
        const uint64_t high = (uint64_t)luma[j] >> 32 | 0x4530000000000000u;
        double l, h;
        memcpy(&l, &low, sizeof l);
        memcpy(&h, &high, sizeof h);
        const double value = (h - 19342813118337666422669312.0) + l; /* less 2^84 + 2^52 */
        out[j] = (float)((value * scale - black) * stretch);
    }
}

/* What samples k and 63 - k give to odd frequencies (parity 0) and to even ones. */
#define FOLD(parity, a, b) ((parity) ? (a) + (b) : (a) - (b))

/* out[p][k] of a line of 64: folded. */
static inline void fold_line(const float *line, float out[PARITIES][HALF])
{
    for (int k = 0; k < HALF; k++) {
        out[0][k] = line[k] - line[63 - k];
        out[1][k] = line[k] + line[63 - k];
    }
}

/* out[r][8 p + n] of ROWS lines: frequency 2 n + 1 + p. */
enum { ROWS = 4 };

static inline void dct_lines(const float *const line[ROWS], float (*out)[FREQUENCIES])
{
    float folded[ROWS][PARITIES][HALF];
    lanes sum[ROWS][PARITIES][PARTS] = { 0 };
    for (int r = 0; r < ROWS; r++)
        fold_line(line[r], folded[r]);
    for (int k = 0; k < HALF; k++)
        for (int p = 0; p < PARITIES; p++) {
            lanes cosines[PARTS];
            memcpy(cosines, DCT[p][k], sizeof cosines);
            for (int r = 0; r < ROWS; r++)
                for (int i = 0; i < PARTS; i++)
                    sum[r][p][i] += cosines[i] * folded[r][p][k];
        }
    for (int r = 0; r < ROWS; r++)
        memcpy(out[r], sum[r], sizeof sum[r]);
}

#if defined(PDQI_COSINES_IN_PLACE)
#define COSINE(n) DCT[p][k][n]
#else
#define COSINE(n) cosines[(n) / LANES][(n) % LANES]
#endif

/* out[8 p + n][x] of 64 rows of `width`: frequency 2 n + 1 + p of each column. */
static inline void dct_columns(const float *rows, int width, float *out)
{
    for (int p = 0; p < PARITIES; p++)
        for (int x = 0; x < width; x += LANES) {
            lanes sum[EIGHT] = { 0 };
            for (int k = 0; k < HALF; k++) {
                lanes a, b, cosines[PARTS];
                memcpy(&a, rows + width * k + x, sizeof a);
                memcpy(&b, rows + width * (63 - k) + x, sizeof b);
                memcpy(cosines, DCT[p][k], sizeof cosines);
                const lanes folded = FOLD(p, a, b);
                for (int n = 0; n < EIGHT; n++)
                    sum[n] += folded * COSINE(n);
            }
            for (int n = 0; n < EIGHT; n++)
                memcpy(out + width * (EIGHT * p + n) + x, &sum[n], sizeof sum[n]);
        }
}

/* Where coefficient i is among those of dct_lines. */
static inline int place_of(int i)
{
    return EIGHT * (i & 1) + i / 2;
}

/* Columns, then lines. */
static inline void columns_first(const float plane[64][64], float out[FREQUENCIES][FREQUENCIES])
{
    float mid[FREQUENCIES][64];
    dct_columns(&plane[0][0], 64, &mid[0][0]);
    for (int i = 0; i < FREQUENCIES; i += ROWS)
        dct_lines((const float *const[ROWS]){ mid[i], mid[i + 1], mid[i + 2], mid[i + 3] }, out + i);
}

static void dct_once_of(const float plane[64][64], pdqi_dct *out)
{
    float one[FREQUENCIES][FREQUENCIES];
    columns_first(plane, one);
    for (int i = 0; i < FREQUENCIES; i++)
        for (int j = 0; j < FREQUENCIES; j++)
            out->c[i][j] = one[place_of(i)][place_of(j)];
}

/*
 * Both ways round, columns then lines and lines then columns, and added: so the transposed plane has the transposed
 * coefficients to the bit, and folding does the same for mirrored planes.
 */
static void dct_of(const float plane[64][64], pdqi_dct *out)
{
    float one[FREQUENCIES][FREQUENCIES], other_mid[64][FREQUENCIES], other[FREQUENCIES][FREQUENCIES];
    columns_first(plane, one);
    for (int y = 0; y < 64; y += ROWS)
        dct_lines((const float *const[ROWS]){ plane[y], plane[y + 1], plane[y + 2], plane[y + 3] }, other_mid + y);
    dct_columns(&other_mid[0][0], FREQUENCIES, &other[0][0]);
    for (int i = 0; i < FREQUENCIES; i++)
        for (int j = 0; j < FREQUENCIES; j++)
            out->c[i][j] = one[place_of(i)][place_of(j)] + other[place_of(i)][place_of(j)];
}

/*
 * |u - v| in whole percent of the range, cut: the reference's (int)(((u - v) * 100) / 255). Nothing below a
 * multiple of 255 is so near to it that the division would round up to a whole number, so the cut can come first.
 */
static inline uint32_t step_of(float u, float v)
{
    const int32_t scaled = (int32_t)((u - v) * 100);
    const uint32_t n = (uint32_t)(scaled < 0 ? -scaled : scaled);
    return (n + 1 + (n >> 8)) >> 8; /* n / 255, for n below 65535 */
}

static uint8_t quality_of(const float plane[64][64])
{
    uint32_t sum = 0;
    for (int y = 0; y < 64; y++) {
        const float *row = plane[y], *below = plane[y < 63 ? y + 1 : y];
        for (int x = 0; x < 63; x++)
            sum += step_of(row[x], row[x + 1]) + step_of(row[x], below[x]);
        sum += step_of(row[63], below[63]);
    }
    return (uint8_t)(sum / 90 > 100 ? 100 : sum / 90);
}

/* Integers in the order of the floats, -0 below +0; NaN never occurs. And back. */
static inline int32_t key_of(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? (int32_t)(INT32_MIN + (-1 - bits)) : bits;
}

static inline float value_of(int32_t key)
{
    const int32_t bits = key < 0 ? (int32_t)(-1 - (key - INT32_MIN)) : key;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#if !defined(PDQI_OWN_BELOW)
static inline int32_t below_of(const float *v, float trial)
{
    int32_t n = 0;
    for (int i = 0; i < 256; i++)
        n += v[i] < trial;
    return n;
}
#endif

enum { GUESSES = 12, INFINITE = 0x7f800000 /* the key of infinity */ };

/*
 * A value that the coefficients above the 128th smallest reach, and no others. Any trial with 128 below it will
 * do, so the way there is free: from 0 in steps, then where a straight line between the two nearest counts leads;
 * by halves if that takes too long, as where values are alike.
 */
static inline float parting_of(const float *v)
{
    int32_t low = -1 - INFINITE, high = INFINITE, trial = 0; /* too few below; too many */
    float step = 0, low_n = 0, high_n = 256;
    for (int i = 240; i < 256; i++)
        step += (v[i] < 0 ? -v[i] : v[i]) * (1.0f / 1024);
    for (int guess = 0; high - (int64_t)low > 1; guess++) {
        const float at = value_of(trial);
        const int32_t n = below_of(v, at);
        if (n == 128)
            return at;
        if (!guess)
            step *= (float)(128 - n);
        if (n < 128)
            low = trial, low_n = (float)n;
        else
            high = trial, high_n = (float)n;
        trial = (int32_t)(low + ((int64_t)high - low) / 2);
        if (guess >= GUESSES)
            continue;
        const float a = value_of(low), b = value_of(high);
        float next = at + step;
        if (high != INFINITE && low != -1 - INFINITE)
            next = a + (b - a) * ((128 - low_n) / (high_n - low_n));
        else
            step *= 2;
        if (next > a && next < b)
            trial = key_of(next);
    }
    return value_of(high);
}

static inline void bits_of(const pdqi_dct *dct, uint8_t bits[PDQL_HASH_BYTES])
{
    const float *v = &dct->c[0][0], least = parting_of(v);
    for (int byte = 0; byte < PDQL_HASH_BYTES; byte++) {
        unsigned set = 0;
        for (int b = 0; b < 8; b++)
            set |= (unsigned)(v[8 * byte + b] >= least) << b;
        bits[PDQL_HASH_BYTES - 1 - byte] = (uint8_t)set;
    }
}
