/*
 * uncrop_portable.c - the coarse scan of tier 2 in plain C
 */
#include "uncrop_kernels.h"

static uint32_t one_block(const uint8_t tables[64][16], const uint8_t *block, const int16_t *least)
{
    int16_t sum[PDQI_SOFT_ROWS] = { 0 };
    uint32_t mask = 0;
    for (int s = 0; s < PDQI_SOFT_STAGES; s++) {
        for (int b = 8 * s; b < 8 * s + 8; b++)
            for (int r = 0; r < PDQI_SOFT_ROWS; r++) {
                const uint8_t v = block[b * PDQI_SOFT_ROWS + r];
                sum[r] = (int16_t)(sum[r] + tables[2 * b][v & 15] + tables[2 * b + 1][v >> 4]);
            }
        mask = 0;
        for (int r = 0; r < PDQI_SOFT_ROWS; r++)
            mask |= (uint32_t)(sum[r] >= least[s]) << r;
        if (!mask)
            break;
    }
    return mask;
}

static void soft(const uint8_t tables[64][16], const uint8_t *blocks, size_t n, const int16_t least[PDQI_SOFT_STAGES],
                 uint32_t *mask)
{
    for (size_t b = 0; b < n; b++)
        mask[b] = one_block(tables, blocks + b * PDQI_SOFT_BLOCK, least);
}

const pdqi_uncrop_kernels pdqi_uncrop_portable = { soft };
