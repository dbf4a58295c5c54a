/*
 * hash_runs.h - taps in runs whose weighted sums of bytes fit 16 bits
 */
#ifndef PDQI_HASH_RUNS_H
#define PDQI_HASH_RUNS_H

#include "../hash_kernels.h"

enum { MAX_TAP = 255, MAX_RUN = 257 }; /* 255 * 257 = 2^16 - 1 */

/* Weighted sums of n rows of `width` pixels, added to `sum` or put there. n is 1 or more. */
typedef void run_rows(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                      int add, uint32_t *sum);

/* Calls `run` for each run of the taps; 0, having done nothing, if there are none or one is past MAX_TAP. */
static int in_runs(run_rows *run, const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps,
                   size_t n, uint32_t *sum)
{
    for (size_t r = 0; r < n; r++)
        if (taps[r] > MAX_TAP)
            return 0;
    for (size_t first = 0, next = 0; first < n; first = next) {
        uint32_t total = 0;
        while (next < n && total + taps[next] <= MAX_RUN)
            total += taps[next++];
        run(rows + (ptrdiff_t)first * stride, stride, width, taps + first, next - first, first > 0, sum);
    }
    return n > 0;
}

#endif
