/*
 * uncrop/model.h - what the files of tier 2 share
 */
#ifndef PDQI_UNCROP_MODEL_H
#define PDQI_UNCROP_MODEL_H

#include "pdqlite_parts.h"

enum {
    PDQI_UNCROP_SIDE = 64,                 /* a part is in 1/64 of the original's sides */
    PDQI_UNCROP_LEAST = 20,                /* the shortest part */
    PDQI_UNCROP_CELLS = 32,                /* means along each side of a region */
    PDQI_UNCROP_RANGES = 45 * 46 / 2,      /* ranges of 20..64 in 64 */
    PDQI_UNCROP_SHAPES = 2951,
    PDQI_UNCROP_ROUGH = 5000,
    PDQI_UNCROP_FINE = 1500 /* misplacement tolerated: 1e-6 of f^2 */
};

/* Estimates the coefficients 1..16 along one axis from 32 means of a visible range. */
typedef struct pdqi_operator {
    float estimate[PDQI_UNCROP_CELLS][16]; /* of coefficient f + 1 from mean i: [i][f] */
    float told[16];   /* expected square of each estimate, by that of the coefficient */
} pdqi_operator;

/* What a simple shape would say: as the weights of a set, by classes (uncrop/simple_shapes.c). All 0: no shape. */
typedef struct pdqi_shape {
    int32_t bias, square;  /* square: sum of the squares of the odds */
    int8_t odds[256];
} pdqi_shape;

struct pdql_uncrop {
    const struct pdqi_plane_kernels *kernels; /* of this machine; every one gives the same means */
    pdqi_shape shapes[PDQI_UNCROP_SHAPES];
    pdqi_operator ranges[PDQI_UNCROP_RANGES];
};

/* Makes the operators of all ranges. */
void pdqi_uncrop_operators(pdql_uncrop *t);

/* The operator of a visible range. */
const pdqi_operator *pdqi_uncrop_range(const pdql_uncrop *t, unsigned from, unsigned to);

/* A rectangle of a plane as 32 x 32 means, and its rows seen as those of one range of the original. */
typedef struct pdqi_means {
    float cells[PDQI_UNCROP_CELLS][PDQI_UNCROP_CELLS];
    float mid[16][PDQI_UNCROP_CELLS];
    uint8_t from, to;      /* the range that mid is of; 0, 0: none */
    pdql_region place;
} pdqi_means;

void pdqi_uncrop_measure(const pdql_uncrop *t, const pdql_plane *plane, const int32_t rect[4], pdqi_means *means);

/* Log-odds as the picture lies, and the bias, of a part that the means may show; checked by the caller. */
int32_t pdqi_uncrop_odds(const pdql_uncrop *t, pdqi_means *means, const pdql_part *part, unsigned misplaced,
                         int8_t odds[256]);

/* The estimated coefficients of a part that the means may show, and the variance of one that is whitened. */
float pdqi_uncrop_estimate(const pdql_uncrop *t, pdqi_means *means, const pdql_part *part, float c[16][16]);

/*
 * How the estimates of the coefficients 1..16 of a range go together: correlations, each times its share that
 * is told.
 */
void pdqi_uncrop_told(const pdql_uncrop *t, unsigned from, unsigned to, float m[16][16]);

/* The weights of the original as it lay before the part's turn and inversion. */
void pdqi_uncrop_turn(const int8_t odds[256], const pdql_part *part, int8_t w[256]);

/*
 * The weights of what `place` shows of the original that lies at `original`, turned as `as` says; 0 if that is
 * too little.
 */
int pdqi_uncrop_placed(const pdql_uncrop *t, const pdql_plane *plane, const pdql_region *place,
                       const pdql_region *original, const pdql_part *as, pdql_weights *out);

/*
 * The means of what `place` shows of the original that lies at `original`, and which part that is; 0 if it is
 * too little.
 */
int pdqi_uncrop_seen(const pdql_uncrop *t, const pdql_plane *plane, const pdql_region *place,
                     const pdql_region *original, pdql_part *part, pdqi_means *means);

/* Takes a map (as in pdql_claim) to the plane turned by an angle back to the plane as it is. */
void pdqi_uncrop_turn_back(unsigned angle, const pdql_plane *plane, int32_t map[6]);

/* Where the whole original lies if `place` shows this part of it. */
pdql_region pdqi_uncrop_whole(const pdql_region *place, const pdql_part *part);

/* How much of 256 a means's scores count, by the share of its odds that one shape explains. */
int32_t pdqi_uncrop_keep(const pdql_uncrop *t, pdqi_means *means);

/* The weights where the row's bits are 1, minus those where they are 0. */
int32_t pdqi_uncrop_sum(const int8_t w[256], const uint8_t *row);

/* Bits of a row that one outer product explains, 128..256, and what that takes off its scores, 1/16 nat. */
unsigned pdqi_uncrop_outer(const uint8_t *row);
int32_t pdqi_uncrop_saved(const uint8_t *row);

/* Makes the shapes; the ranges are made. What they and outer products take off a row's scores. */
void pdqi_uncrop_shapes(pdql_uncrop *t);
int32_t pdqi_uncrop_discount(const pdql_uncrop *t, const uint8_t *row);

/* 1 / sqrt(v), v > 0 and neither tiny nor huge. */
static inline double pdqi_root(double v)
{
    double r = 1.0 / (v > 1 ? v : 1);
    for (int i = 0; i < 60; i++) {
        const double next = r * (1.5 - 0.5 * v * r * r);
        if (next == r)
            break;
        r = next;
    }
    return r;
}

/* True if a bias can be one: sums then stay far inside 32 bits. */
static inline int pdqi_bias_ok(const pdql_weights *w)
{
    return w->bias > -(1 << 24) && w->bias < 1 << 24;
}

/* True if the numbers of a part are in range. */
int pdqi_part_ok(const pdql_part *part);

#endif
