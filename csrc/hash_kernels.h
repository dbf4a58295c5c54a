/*
 * hash_kernels.h - the hot loops of hashing: brightness and the two banded products
 *
 * All arithmetic is on integers, so every kernel gives the same answer by
 * construction. Brightness is in thousandths: 299 R + 587 G + 114 B, 0..255000;
 * a gray byte counts 1000.
 */
#ifndef PDQI_HASH_KERNELS_H
#define PDQI_HASH_KERNELS_H

#include "dct.h"
#include "shrink.h"

typedef struct pdqi_hash_kernels {
    /*
     * sum[x] = sum over r < n of taps[r] * gray(row r, x), for x < width.
     * Rows are `stride` bytes apart, pixels one byte. The caller makes sure
     * that 255 * sum(taps) fits 32 bits.
     */
    void (*gray_rows)(const uint8_t *rows, ptrdiff_t stride, size_t width,
                      const uint32_t *taps, size_t n, uint32_t *sum);
    /* As gray_rows for interleaved RGB, in thousandths: 255000 * sum(taps) fits 32 bits. */
    void (*rgb_rows)(const uint8_t *rows, ptrdiff_t stride, size_t width,
                     const uint32_t *taps, size_t n, uint32_t *sum);
    /* out[k] = sum over t < count[k] of taps[offset[k] + t] * sums[first[k] + t], for the 64 k; fits 64 bits. */
    void (*columns)(const pdqi_axis *axis, const uint32_t *taps, const uint32_t *sums, uint64_t out[PDQI_SIDE]);
    void (*dct)(const float plane[64][64], pdqi_dct *out); /* as pdqi_dct_of */
    uint8_t (*quality)(const float plane[64][64]);         /* as pdqi_quality_of */
} pdqi_hash_kernels;

extern const pdqi_hash_kernels pdqi_hash_portable;
extern const pdqi_hash_kernels pdqi_hash_avx2;
extern const pdqi_hash_kernels pdqi_hash_neon;
extern const pdqi_hash_kernels pdqi_hash_wasm128;

#endif
