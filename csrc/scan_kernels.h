/*
 * scan_kernels.h - the hot loops of the index, one group for each instruction set
 */
#ifndef PDQI_SCAN_KERNELS_H
#define PDQI_SCAN_KERNELS_H

#include "kernels.h"

enum { PDQI_ROWS_AT_ONCE = 64 };

typedef struct pdqi_scan_kernels {
    /*
     * Which of `n` rows (1..64, 32 bytes each, any alignment) differ from
     * `query` in at most `radius` bits (0..256): bit i is row i. Bits from n on are 0.
     */
    uint64_t (*rows_within)(const uint8_t *query, const uint8_t *rows, size_t n, unsigned radius);
} pdqi_scan_kernels;

extern const pdqi_scan_kernels pdqi_scan_portable;
#if PDQI_X86
extern const pdqi_scan_kernels pdqi_scan_avx2;
#endif
#if PDQI_NEON
extern const pdqi_scan_kernels pdqi_scan_neon;
#endif
#if PDQI_WASM128
extern const pdqi_scan_kernels pdqi_scan_wasm128;
#endif

#endif
