/*
 * uncrop_kernels.h - the coarse scan of tier 2
 */
#ifndef PDQI_UNCROP_KERNELS_H
#define PDQI_UNCROP_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum {
    PDQI_SOFT_ROWS = 32,                         /* rows of a block */
    PDQI_SOFT_BLOCK = 32 * PDQI_SOFT_ROWS,       /* bytes: byte b of all 32 rows, then b + 1 */
    PDQI_SOFT_STAGES = 4                         /* 8 bytes each; after each a block may be given up */
};

typedef struct pdqi_uncrop_kernels {
    /*
     * mask[b] gets the rows of block b whose sum of table values reaches least[3];
     * 0 if no row reaches least[s] over the first 8 (s + 1) bytes. tables[2 b + h]
     * is looked up by the low (h = 0) or high half of byte b; values 0..31.
     */
    void (*soft)(const uint8_t tables[64][16], const uint8_t *blocks, size_t n, const int16_t least[PDQI_SOFT_STAGES],
                 uint32_t *mask);
} pdqi_uncrop_kernels;

extern const pdqi_uncrop_kernels pdqi_uncrop_portable;
extern const pdqi_uncrop_kernels pdqi_uncrop_avx2;

#endif
