/*
 * kernels/hash_kernels.h - the hot loops of hashing: rows of bytes weighted, lines of sums weighted, DCT,
 * quality, bits
 *
 * Sums are of integers, so every kernel gives the same answer by construction.
 * Floats are added and multiplied in one fixed order, without contraction.
 */
#ifndef PDQI_KERNELS_HASH_KERNELS_H
#define PDQI_KERNELS_HASH_KERNELS_H

#include "pdqlite.h"

enum {
    PDQI_SIDE = 64,         /* of the plane that is hashed */
    PDQI_SUMS = PDQI_SIDE + 1,  /* of a line: pdq/downsample_weights.h */
    PDQI_GROUP = 32,        /* rows of one call, at most */
    PDQI_PIECE = 64,        /* weight of one row, at most */
    PDQI_CHUNK = 257,       /* weights of one call together, at most: 255 * 257 fits 16 bits */
    PDQI_LANES = 16,        /* weights of a line come in multiples of this */
    PDQI_BIAS = 32768,      /* sums of 16 bits are kept less this, as signed numbers */
    PDQI_TAPS = 8           /* weights of a plane's cell come in multiples of this */
};

/* Coefficients [vertical frequency - 1][horizontal frequency - 1], 1..16 each. */
typedef struct pdqi_dct {
    float c[16][16];
} pdqi_dct;

/* Up to PDQI_GROUP rows of bytes with two weights each, each within PDQI_PIECE, each column within PDQI_CHUNK. */
typedef struct pdqi_rows {
    size_t n;
    const uint8_t *row[PDQI_GROUP];
    uint8_t weight[2][PDQI_GROUP];
} pdqi_rows;

/*
 * The weights of a line, none negative, zeros after each run up to a multiple of PDQI_LANES.
 * Over any `batch` vectors of PDQI_LANES, 2 * batch * PDQI_BIAS * the largest weight is below 2^31.
 */
typedef struct pdqi_line {
    uint32_t sums;                  /* 64 or 65 */
    uint32_t batch;                 /* 1 or more */
    uint32_t alike;                 /* the first so many runs have the same weights, at most 64 */
    uint32_t narrow;                /* each run's weights times PDQI_BIAS sum up to less than 2^31 */
    const int16_t *weights;
    uint32_t start[PDQI_SUMS];      /* of a run, in the values */
    uint32_t offset[PDQI_SUMS];     /* of its weights */
    uint32_t vectors[PDQI_SUMS];    /* its length, of PDQI_LANES */
    int64_t bias[PDQI_SUMS];        /* sum of its weights times PDQI_BIAS */
} pdqi_line;

/*
 * How a sum becomes a cell: (sum * scale - black) * stretch, but the last one of a line takes `edge` for the
 * scale.
 */
typedef struct pdqi_levels {
    double scale, edge, black, stretch;
} pdqi_levels;

typedef struct pdqi_hash_kernels {
    /*
     * out[v][x] = sum over r of weight[v][r] * row[r][x], less PDQI_BIAS, for x < bytes; v is 0, and 1 if
     * out[1] is there.
     */
    void (*weigh)(const pdqi_rows *rows, size_t bytes, int16_t *const out[2]);
    /*
     * sum[i] += sum over t of weights[offset[i] + t] * values[start[i] + t], for i < sums, t < PDQI_LANES *
     * vectors[i].
     */
    void (*dots)(const pdqi_line *line, const int16_t *values, int64_t sum[PDQI_SUMS]);
    /* out[j] = ((double)luma[j] * scale - black) * stretch, to float; luma is not negative. */
    void (*cells)(const int64_t luma[64], double scale, double black, double stretch, float out[64]);
    void (*dct)(const float plane[64][64], pdqi_dct *out);              /* as pdqi_dct_of */
    /*
     * Half of that, columns first: for planes whose mirrored and transposed ones are taken from their
     * coefficients alone.
     */
    void (*dct_once)(const float plane[64][64], pdqi_dct *out);
    uint8_t (*quality)(const float plane[64][64]);                      /* as pdqi_quality_of */
    void (*bits)(const pdqi_dct *dct, uint8_t bits[PDQL_HASH_BYTES]);   /* as pdqi_bits_of */

    /*
     * For planes (plane/plane.c): out[x] = (sum over c of factor[c] * (sums[step * x + c] + PDQI_BIAS)) >>
     * 2; step is 3 or 4.
     */
    void (*mix)(const int16_t *sums, size_t pixels, size_t step, const int16_t factor[3], uint32_t *out);
    /*
     * total[c] = sum over t < taps of weights[taps * c + t] * values[first[c] + t], modulo 2^32, for c < cells;
     * taps is a multiple of PDQI_TAPS, all of the values are there.
     */
    void (*gather)(const uint32_t *values, const uint32_t *first, const uint32_t *weights, size_t taps, size_t cells,
                   uint32_t *total);
    /* out[c] = total[c] / per, to the nearest; per is 256 or 64000, totals leave room for half of it. */
    void (*samples)(const uint32_t *total, size_t cells, uint32_t per, uint16_t *out);
    /*
     * Or NULL. The first so many cells, returned and below 64, of a line whose values are all there is to be
     * summed: dots, bias and cells in one, for a narrow line. The other sums of dots go to sum[i].
     */
    uint32_t (*direct)(const pdqi_line *line, const int16_t *values, const pdqi_levels *levels, float out[64],
                       int64_t sum[PDQI_SUMS]);
} pdqi_hash_kernels;

extern const pdqi_hash_kernels pdqi_hash_portable;
extern const pdqi_hash_kernels pdqi_hash_avx2;
extern const pdqi_hash_kernels pdqi_hash_neon;
extern const pdqi_hash_kernels pdqi_hash_wasm128;

#endif
