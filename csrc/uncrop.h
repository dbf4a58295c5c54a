/*
 * uncrop.h - what the files of tier 2 share
 */
#ifndef PDQI_UNCROP_H
#define PDQI_UNCROP_H

#include "pdqlite.h"

enum {
    PDQI_UNCROP_SIDE = 64,                 /* a part is in 1/64 of the original's sides */
    PDQI_UNCROP_LEAST = 20,                /* the shortest part */
    PDQI_UNCROP_CELLS = 32,                /* means along each side of a frame */
    PDQI_UNCROP_RANGES = 45 * 46 / 2,      /* ranges of 20..64 in 64 */
    PDQI_UNCROP_ROUGH = 5000, PDQI_UNCROP_FINE = 1500 /* misplacement tolerated: 1e-6 of f^2 */
};

/* Estimates the coefficients 1..16 along one axis from 32 means of a visible range. */
typedef struct pdqi_operator {
    float estimate[16][PDQI_UNCROP_CELLS];
    float explained[16];   /* expected square of each estimate under the prior */
} pdqi_operator;

struct pdql_uncrop {
    float prior[16];
    pdqi_operator ranges[PDQI_UNCROP_RANGES];
};

/* The operator of a visible range. */
const pdqi_operator *pdqi_uncrop_range(const pdql_uncrop *t, unsigned from, unsigned to);

/* Weights for a rectangle of the plane that shows the part; everything checked by the caller. */
void pdqi_uncrop_weigh(const pdql_uncrop *t, const pdql_plane *plane, const int32_t rect[4], const pdql_part *part,
                       unsigned misplaced, pdql_weights *out);

/* True if the numbers of a part are in range. */
int pdqi_part_ok(const pdql_part *part);

#endif
