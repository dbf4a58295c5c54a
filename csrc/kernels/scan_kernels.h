/*
 * kernels/scan_kernels.h - the hot loops of the index, one group for each instruction set
 */
#ifndef PDQI_KERNELS_SCAN_KERNELS_H
#define PDQI_KERNELS_SCAN_KERNELS_H

#include "kernels/kernels.h"

enum {
    PDQI_ROWS_AT_ONCE = 64,

    /* A slice: 256 rows as 256 columns of 32 bytes; bit e % 8 of byte e / 8 of column j is bit j of row e. */
    PDQI_SLICE_ROWS = 256,
    PDQI_SLICE_BYTES = 8192,
    PDQI_COLUMN_BYTES = 32,
    PDQI_MAX_PLANES = 9,

    /* Many queries at once: so many of them, groups of four columns, and the largest radius. */
    PDQI_MANY = 64,
    PDQI_PATTERNS = 64,
    PDQI_MANY_RADIUS = 63,

    /*
     * Blocks of a list of the self-index: values of 16 bits, then what belongs to them; compact: low bytes,
     * the last of as many times 32 as it needs.
     */
    PDQI_LIST_BLOCK = 32,
    PDQI_LOW_BLOCK = 512,
    PDQI_RUN_MAX = 256,
    PDQI_HIGH_VALUES = 256
};

/* Distances of 256 rows, sliced: row e has the number whose bit i is bit e of plane[i], less `bias`. */
typedef struct pdqi_counts {
    unsigned n_planes, bias;
    uint8_t within[PDQI_COLUMN_BYTES];
    uint8_t plane[PDQI_MAX_PLANES][PDQI_COLUMN_BYTES];
} pdqi_counts;

typedef struct pdqi_scan_kernels {
    /*
     * Which of `n` rows (1..64, 32 bytes each, any alignment) differ from
     * `query` in at most `radius` bits (0..256): bit i is row i. Bits from n on are 0.
     */
    uint64_t (*rows_within)(const uint8_t *query, const uint8_t *rows, size_t n, unsigned radius);

    /*
     * Counts a slice of 256 rows against a query of 256 masks (0 or ~0, in
     * column order). Returns 0 if no row is within `radius`; else fills
     * `counts`, of which only the rows in `within` have a distance. Meanwhile asks for as much of the slice at
     * `ahead` as most slices need; not if that is NULL.
     */
    int (*slice_within)(const uint8_t *slice, const uint8_t *ahead, const uint32_t *masks, unsigned radius,
                        pdqi_counts *counts);

    /*
     * Which of n_queries (1..64) queries may have rows of the slice within
     * `radius` (0..63): bit q is query q, and a 0 is certain. Looks at 160
     * columns below radius 32, else at all. patterns[q][g] is 16 times the query's bits 4g..4g + 3.
     */
    uint64_t (*slice_maybe)(const uint8_t *slice, const uint8_t (*patterns)[PDQI_PATTERNS], size_t n_queries,
                            unsigned radius);

    /*
     * Places p in first..end-1 (at most PDQI_RUN_MAX of them) whose value
     * differs from `query` in at most `limit` bits (0..16). Value p is at
     * list + p / 32 * block_bytes + p % 32 * 2, little-endian; whole blocks
     * are read. Returns how many were written to `out`, ascending.
     */
    size_t (*run_within)(const uint8_t *list, size_t block_bytes, uint32_t first, uint32_t end, unsigned query,
                         unsigned limit, uint32_t *out);

    /* The same of values of one byte: value p is at list + p / 32 * block_bytes + p % 32, limit 0..16. */
    size_t (*lows_within)(const uint8_t *list, size_t block_bytes, uint32_t first, uint32_t end, unsigned query,
                          unsigned limit, uint32_t *out);

    /*
     * High bytes of the values at `n` places of one bucket of a compact list,
     * ascending. `bits` has a one for each place p, at p - first + start + its
     * high byte. Returns 0 if that cannot be; reads up to 8 bytes past the bit
     * start + p - first + PDQI_HIGH_VALUES of the last place.
     */
    int (*highs)(const uint8_t *bits, uint64_t start, uint32_t first, const uint32_t *places, size_t n, uint8_t *high);

    /*
     * Or NULL. What lows_within and highs say together: which of the n (1..PDQI_RUN_MAX) places after the first
     * `skip` of a bucket have a value that differs from `query`, 16 bits, in at most `limit`. lows[i] is the low
     * byte of place skip + i, bits and start are as for highs. Writes the i, ascending, and how many. Returns 0
     * if one of the high bytes cannot be, whether or not it matters. Reads up to 31 bytes past the lows, and of
     * the bits what highs reads.
     */
    int (*both_within)(const uint8_t *lows, const uint8_t *bits, uint64_t start, uint32_t skip, uint32_t n,
                       unsigned query, unsigned limit, uint32_t *out, size_t *found);
} pdqi_scan_kernels;

extern const pdqi_scan_kernels pdqi_scan_portable;
#if PDQI_X86
extern const pdqi_scan_kernels pdqi_scan_avx2;
extern const pdqi_scan_kernels pdqi_scan_avx512;
#endif
#if PDQI_NEON
extern const pdqi_scan_kernels pdqi_scan_neon;
#endif
#if PDQI_WASM128
extern const pdqi_scan_kernels pdqi_scan_wasm128;
#endif

#endif
