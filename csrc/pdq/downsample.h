/*
 * pdq/downsample.h - a picture to planes of 64 x 64 brightness, as it is and mirrored
 */
#ifndef PDQI_PDQ_DOWNSAMPLE_H
#define PDQI_PDQ_DOWNSAMPLE_H

#include "kernels/hash_kernels.h"
#include "pdq/pixels.h"
#include "pdq/downsample_weights.h"

enum { PDQI_PAD = 2 * PDQI_LANES /* values that are read past a row, times zero */ };

typedef float pdqi_cells[PDQI_SIDE][PDQI_SIDE];

/* Weights of one size and the room to use them; see pdql_hasher. */
typedef struct pdqi_shrinker {
    pdqi_axis x, y;
    pdqi_line line[2];              /* across, for the rows that were last read; and mirrored */
    const pdqi_axis *expanded;      /* the axis that `line` is of */
    size_t step;
    uint32_t factor[PDQI_STEP];
    int16_t *weights;               /* of `line` */
    /* of 16 bits; room for PDQI_STEP * the longer side, and two pads */
    int16_t *sums;
} pdqi_shrinker;

/* Bytes of weights and sums, aligned to 8; 0 if the sides are out of range. */
size_t pdqi_shrinker_room(uint32_t given_width, uint32_t given_height, uint32_t width, uint32_t height);

/* `memory` holds pdqi_shrinker_room bytes, not 0. */
void pdqi_shrinker_init(pdqi_shrinker *s, void *memory, uint32_t given_width, uint32_t given_height, uint32_t width,
                        uint32_t height);

/* Makes `line` those of `axis` for such steps of bytes that count `factor`, if it is not so already. */
void pdqi_shrinker_expand(pdqi_shrinker *s, const pdqi_axis *axis, size_t step, const uint32_t factor[PDQI_STEP]);

/* Someone who wants rows while they are near: told each time that rows 0 .. upto - 1, as they are read, were. */
typedef struct pdqi_follower {
    void (*rows)(void *ctx, uint32_t upto);
    void *ctx;
} pdqi_follower;

/*
 * Fills cells[v][h], where there is one: the rows as they are read (v 0) or
 * bottom row first (v 1), each as it is (h 0) or mirrored (h 1). A source that
 * is transposed gives transposed cells. cells[0][0] is there; `follower` may be NULL.
 */
void pdqi_shrink(const pdqi_hash_kernels *k, pdqi_shrinker *s, const pdqi_source *source, pdqi_cells *const cells[2][2],
                 const pdqi_follower *follower);

#endif
