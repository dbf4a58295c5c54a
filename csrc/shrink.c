/*
 * shrink.c - the taps of PDQ's downsample
 *
 * Source: the Jarosz filter and decimation of Meta's PDQ (pdq/cpp/downscaling),
 * composed; see docs/hash.md for the derivation.
 */
#include "shrink.h"

#include <string.h>

/* The samples that a box of width w averages at position i of a line of n. */
static void box(uint32_t i, uint32_t w, uint32_t n, uint32_t *from, uint32_t *to)
{
    const uint32_t ahead = (w + 2) / 2, behind = w - ahead;
    *from = i > behind ? i - behind : 0;
    if (w == 1)
        *from = i;
    *to = n - i > ahead ? i + ahead : n;
    if (w == 1)
        *to = i + 1;
}

size_t pdqi_axis_taps(uint32_t original)
{
    const size_t w = (original + 127u) / 128u;
    return PDQI_SIDE * (2 * w);
}

/* Weights of output position i over the original line, times the divisor that is returned. */
static uint64_t row(uint32_t i, uint32_t w, uint32_t n, uint32_t *first, uint32_t *count, uint32_t *taps)
{
    uint32_t from, to, lo, hi, shrunk = 0;
    box(i, w, n, &from, &to);
    box(from, w, n, first, &hi);
    box(to - 1, w, n, &lo, &hi);
    *count = hi - *first;
    for (uint32_t j = from; j < to; j++) {
        box(j, w, n, &lo, &hi);
        shrunk |= hi - lo != w;
    }
    /* Windows hold w samples, or w - 1 at the far edge of an even w: one common multiple serves. */
    const uint32_t multiple = shrunk ? w * (w - 1) : w;
    memset(taps, 0, *count * sizeof *taps);
    for (uint32_t j = from; j < to; j++) {
        box(j, w, n, &lo, &hi);
        for (uint32_t m = lo; m < hi; m++)
            taps[m - *first] += multiple / (hi - lo);
    }
    return (uint64_t)multiple * (to - from);
}

/* Moves taps on samples of the original line to the samples that are given. */
static void reduce(uint32_t original, uint32_t length, uint32_t *first, uint32_t *count, uint32_t *taps)
{
    const uint32_t start = (uint32_t)((uint64_t)*first * length / original);
    uint32_t used = 0;
    for (uint32_t t = 0; t < *count; t++) {
        const uint32_t at = (uint32_t)((uint64_t)(*first + t) * length / original) - start;
        const uint32_t tap = taps[t];
        taps[t] = 0;
        taps[at] += tap;
        used = at + 1;
    }
    *first = start;
    *count = used;
}

void pdqi_axis_init(pdqi_axis *axis, uint32_t *taps, uint32_t original, uint32_t length)
{
    const uint32_t w = (original + 127u) / 128u;
    uint32_t offset = 0;
    axis->length = length;
    for (uint32_t k = 0; k < PDQI_SIDE; k++) {
        const uint32_t i = (uint32_t)((2 * (uint64_t)k + 1) * original / (2 * PDQI_SIDE));
        uint32_t first, count;
        axis->divisor[k] = row(i, w, original, &first, &count, taps + offset);
        if (length != original)
            reduce(original, length, &first, &count, taps + offset);
        axis->first[k] = first;
        axis->count[k] = count;
        axis->offset[k] = offset;
        offset += count;
    }
}
