/*
 * hash_body.h - hashing kernels written once and compiled for each instruction set
 *
 * The compiler may use vectors across elements of the results; each element is
 * a sum in one order, and no multiplication is contracted with an addition
 * (-ffp-contract=off), so every build gives the same bits.
 */
#include "../dct_table.h"

#include <string.h>

/* Eight floats at a time; the compiler splits them where registers are narrower. */
typedef float lanes8 __attribute__((vector_size(32)));

enum { LANES8 = 8, HALF = 32, FREQUENCIES = 16, PARITIES = 2 };

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

/* The nearest double of numbers from 0 to 2^63, by halves: what a conversion gives, in operations that vectors have. */
static void cells_of(const int64_t luma[64], double scale, double black, double stretch, float out[64])
{
    for (int j = 0; j < 64; j++) {
        const uint64_t low = ((uint64_t)luma[j] & 0xffffffffu) | 0x4330000000000000u;   /* 2^52 + low */
        const uint64_t high = (uint64_t)luma[j] >> 32 | 0x4530000000000000u;            /* 2^84 + 2^32 high */
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
    lanes8 sum[ROWS][PARITIES] = { 0 };
    for (int r = 0; r < ROWS; r++)
        fold_line(line[r], folded[r]);
    for (int k = 0; k < HALF; k++)
        for (int p = 0; p < PARITIES; p++) {
            lanes8 cosines;
            memcpy(&cosines, DCT[p][k], sizeof cosines);
            for (int r = 0; r < ROWS; r++)
                sum[r][p] += cosines * folded[r][p][k];
        }
    for (int r = 0; r < ROWS; r++)
        memcpy(out[r], sum[r], sizeof sum[r]);
}

/* out[8 p + n][x] of 64 rows of `width`: frequency 2 n + 1 + p of each column. */
static inline void dct_columns(const float *rows, int width, float *out)
{
    for (int p = 0; p < PARITIES; p++)
        for (int x = 0; x < width; x += LANES8) {
            lanes8 sum[LANES8] = { 0 };
            for (int k = 0; k < HALF; k++) {
                lanes8 a, b;
                memcpy(&a, rows + width * k + x, sizeof a);
                memcpy(&b, rows + width * (63 - k) + x, sizeof b);
                const lanes8 folded = FOLD(p, a, b);
                for (int n = 0; n < LANES8; n++)
                    sum[n] += folded * DCT[p][k][n];
            }
            for (int n = 0; n < LANES8; n++)
                memcpy(out + width * (LANES8 * p + n) + x, &sum[n], sizeof sum[n]);
        }
}

/*
 * Both ways round, columns then lines and lines then columns, and added: so the transposed plane has the transposed
 * coefficients to the bit, and folding does the same for mirrored planes.
 */
static void dct_of(const float plane[64][64], pdqi_dct *out)
{
    float mid[FREQUENCIES][64], one[FREQUENCIES][FREQUENCIES];
    float other_mid[64][FREQUENCIES], other[FREQUENCIES][FREQUENCIES];
    dct_columns(&plane[0][0], 64, &mid[0][0]);
    for (int i = 0; i < FREQUENCIES; i += ROWS)
        dct_lines((const float *const[ROWS]){ mid[i], mid[i + 1], mid[i + 2], mid[i + 3] }, one + i);
    for (int y = 0; y < 64; y += ROWS)
        dct_lines((const float *const[ROWS]){ plane[y], plane[y + 1], plane[y + 2], plane[y + 3] }, other_mid + y);
    dct_columns(&other_mid[0][0], FREQUENCIES, &other[0][0]);
    for (int i = 0; i < FREQUENCIES; i++)
        for (int j = 0; j < FREQUENCIES; j++) {
            const int from_i = LANES8 * (i & 1) + i / 2, from_j = LANES8 * (j & 1) + j / 2;
            out->c[i][j] = one[from_i][from_j] + other[from_i][from_j];
        }
}

/*
 * |u - v| in whole percent of the range, cut: the reference's (int)(((u - v) * 100) / 255). Nothing below a multiple of
 * 255 is so near to it that the division would round up to a whole number, so the cut can come first.
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

/* Integers in the order of the floats; equal for -0 and +0; NaN never occurs. */
static inline int32_t key_of(float value)
{
    int32_t bits;
    value += 0.0f; /* -0 becomes +0 */
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? (int32_t)(INT32_MIN + (-1 - bits)) : bits;
}

/*
 * Bits are above the 128th smallest of the keys, found by halves: 32 counts over 256 values at most, and fewer as soon
 * as a trial has the 128 smallest below it and so parts the keys as the median does.
 */
static void bits_of(const pdqi_dct *dct, uint8_t bits[PDQL_HASH_BYTES])
{
    int32_t keys[256], below = 0;
    uint32_t low = 0; /* at the end the 128th smallest, or the trial less one */
    for (int i = 0; i < 256; i++)
        keys[i] = key_of(dct->c[i / 16][i % 16]);
    for (uint32_t bit = 0x80000000u; bit && below != 128; bit >>= 1) {
        const int32_t trial = (int32_t)((low | bit) ^ 0x80000000u);
        below = 0;
        for (int i = 0; i < 256; i++)
            below += keys[i] < trial;
        if (below < 128)
            low |= bit;
        else if (below == 128)
            low |= bit - 1;
    }
    const int32_t median = (int32_t)(low ^ 0x80000000u);
    for (int byte = 0; byte < PDQL_HASH_BYTES; byte++) {
        unsigned set = 0;
        for (int b = 0; b < 8; b++)
            set |= (unsigned)(keys[8 * byte + b] > median) << b;
        bits[PDQL_HASH_BYTES - 1 - byte] = (uint8_t)set;
    }
}
