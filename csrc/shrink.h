/*
 * shrink.h - PDQ's downsample as one linear operator
 *
 * PDQ smooths a line of N samples twice with a box of w = ceil(N/128) and then
 * takes 64 of the results. Composed, each of the 64 is a weighted sum of a few
 * neighbouring samples with whole weights over a common divisor.
 */
#ifndef PDQI_SHRINK_H
#define PDQI_SHRINK_H

#include "pdqlite.h"

enum { PDQI_SIDE = 64 };

/* One direction of the operator; `taps` of output k start at first[k] in the line, at offset[k] in taps. */
typedef struct pdqi_axis {
    uint32_t length;                /* samples of the line that is given */
    uint32_t first[PDQI_SIDE];
    uint32_t count[PDQI_SIDE];
    uint32_t offset[PDQI_SIDE];
    uint64_t divisor[PDQI_SIDE];
} pdqi_axis;

/* The most taps an axis of `original` samples needs. */
size_t pdqi_axis_taps(uint32_t original);

/*
 * Fills an axis for a line of `original` samples of which `length` are given
 * (fewer after a reduced decode: sample m of the original is then taken from
 * floor(m * length / original)). 1 <= length <= original.
 */
void pdqi_axis_init(pdqi_axis *axis, uint32_t *taps, uint32_t original, uint32_t length);

#endif
