/*
 * kernels/uncrop_kernels.h - the coarse scan of tier 2
 */
#ifndef PDQI_KERNELS_UNCROP_KERNELS_H
#define PDQI_KERNELS_UNCROP_KERNELS_H

#include "kernels/kernels.h"

enum {
    PDQI_STRONG = 64,        /* bits that a hypothesis is surest of */
    PDQI_STRONG_LEAST = 48,  /* of them a row must agree in: 4 standard deviations above chance */
    PDQI_STRONG_SETS = 64
};

typedef struct pdqi_uncrop_kernels {
    /*
     * Which of 256 rows have at least PDQI_STRONG_LEAST ones in each of `n` (1..64) sets of
     * columns. `columns`: the 256 columns of a slice (kernels/scan_kernels.h), then their
     * complements; a set holds their numbers. masks[s]: row e of set s is bit e % 8 of
     * byte e / 8. Returns the sets that have any row, set s as bit s.
     */
    uint64_t (*strong)(const uint8_t *columns, const uint16_t (*sets)[PDQI_STRONG], size_t n, uint8_t (*masks)[32]);
} pdqi_uncrop_kernels;

extern const pdqi_uncrop_kernels pdqi_uncrop_portable;
#if PDQI_X86
extern const pdqi_uncrop_kernels pdqi_uncrop_avx2;
extern const pdqi_uncrop_kernels pdqi_uncrop_avx512;
#endif
#if PDQI_NEON
extern const pdqi_uncrop_kernels pdqi_uncrop_neon;
#endif
#if PDQI_WASM128
extern const pdqi_uncrop_kernels pdqi_uncrop_wasm128;
#endif

#endif
