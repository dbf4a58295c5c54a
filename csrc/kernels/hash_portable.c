/*
 * hash_portable.c - the definition of the hashing kernels
 */
#include "hash_kernels.h"
#include "hash_body.h"

static void gray_rows(const uint8_t *rows, ptrdiff_t stride, size_t width,
                      const uint32_t *taps, size_t n, uint32_t *sum)
{
    for (size_t x = 0; x < width; x++)
        sum[x] = 0;
    for (size_t r = 0; r < n; r++) {
        const uint8_t *row = rows + (ptrdiff_t)r * stride;
        const uint32_t tap = taps[r];
        for (size_t x = 0; x < width; x++)
            sum[x] += tap * row[x];
    }
}

static void rgb_rows(const uint8_t *rows, ptrdiff_t stride, size_t width,
                     const uint32_t *taps, size_t n, uint32_t *sum)
{
    for (size_t x = 0; x < width; x++)
        sum[x] = 0;
    for (size_t r = 0; r < n; r++) {
        const uint8_t *p = rows + (ptrdiff_t)r * stride;
        const uint32_t tap = taps[r];
        for (size_t x = 0; x < width; x++, p += 3)
            sum[x] += tap * (299u * p[0] + 587u * p[1] + 114u * p[2]);
    }
}

const pdqi_hash_kernels pdqi_hash_portable = { gray_rows, rgb_rows, columns, dct_of, quality_of };
