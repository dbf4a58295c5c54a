/*
 * pdq/downsample_weights.h - PDQ's downsample as one linear operator
 *
 * PDQ smooths a line of N samples twice with a box of w = ceil(N/128) and then
 * takes 64 of the results. Composed, each of the 64 is a weighted sum of 2 w - 1
 * neighbouring samples, a tent, with whole weights over w squared. An even w
 * reaches one sample over the far edge, where the reference shrinks the box: the
 * last result is a tent `edge` times and a box beside it, here the 65th sum.
 */
#ifndef PDQI_PDQ_DOWNSAMPLE_WEIGHTS_H
#define PDQI_PDQ_DOWNSAMPLE_WEIGHTS_H

#include "kernels/hash_kernels.h"

enum {
    PDQI_TENTS = 2 * PDQI_SUMS,     /* runs of weights that differ, at most */
    PDQI_REDUCTION = 16             /* samples of the original that one given sample may stand for */
};

/*
 * One direction of the operator. Sum i takes the samples from first[m][i], with
 * the weights of tent[m][i]; m is 1 for the mirrored line. Result i < 64 is sum
 * i over divisor[i == 63], but with 65 sums the last is (edge * sum 63 + sum 64).
 */
typedef struct pdqi_axis {
    uint32_t length;                /* samples of the line that is given */
    uint32_t sums;                  /* 64 or 65 */
    uint32_t edge;
    uint32_t symmetric;             /* the mirrored line's results are the line's, mirrored */
    uint64_t divisor[2];
    uint32_t first[2][PDQI_SUMS];
    uint8_t tent[2][PDQI_SUMS];
    uint32_t tents;
    uint32_t offset[PDQI_TENTS];    /* of a tent, in the weights */
    uint32_t count[PDQI_TENTS];
    const uint16_t *weights;
} pdqi_axis;

/* Width of the box for a line of `original` samples. */
uint32_t pdqi_window(uint32_t original);

/* The most weights, and tents, that an axis takes of which `length` of `original` samples are given. */
size_t pdqi_axis_weights(uint32_t original, uint32_t length);
size_t pdqi_axis_tents(uint32_t original, uint32_t length);

/*
 * Fills an axis for a line of `original` samples of which `length` are given: fewer after a reduced decode, when
 * samples of the original are mixes of the two given ones that they lie between.
 * 1 <= length <= original <= PDQI_REDUCTION * length + PDQI_REDUCTION - 1.
 * `weights` holds pdqi_axis_weights and lives as long as the axis.
 */
void pdqi_axis_init(pdqi_axis *axis, uint16_t *weights, uint32_t original, uint32_t length);

#endif
