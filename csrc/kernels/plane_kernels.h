/*
 * kernels/plane_kernels.h - the hot loops of finding regions in a plane and of cutting them into cells
 *
 * Whole numbers throughout, and doubles that hold whole numbers below 2^53: every kernel gives the same answer.
 */
#ifndef PDQI_KERNELS_PLANE_KERNELS_H
#define PDQI_KERNELS_PLANE_KERNELS_H

#include "pdqlite.h"

enum {
    PDQI_PLANE_MIN_SIDE = 64,
    PDQI_PLANE_MAX_SIDE = 1024,
    PDQI_CORNERS = 68          /* of a line of cells, at most: 65, and some to make fours */
};

/* Steps in brightness along a row, and sums of four; 8 cells of nothing on both sides. */
typedef struct pdqi_regions_room {
    int32_t step[PDQI_PLANE_MAX_SIDE + 16], calm[PDQI_PLANE_MAX_SIDE + 16];
} pdqi_regions_room;

/* Of each column, the run that ends here and the best one so far: cells on an edge less others. */
typedef struct pdqi_runs {
    int16_t now[PDQI_PLANE_MAX_SIDE], start[PDQI_PLANE_MAX_SIDE], best[PDQI_PLANE_MAX_SIDE];
    int16_t begin[PDQI_PLANE_MAX_SIDE], end[PDQI_PLANE_MAX_SIDE];
} pdqi_runs;

typedef struct pdqi_plane_kernels {
    /* edge[x] is 1 if there is an edge before column x of a row of w; w is PDQI_PLANE_MIN_SIDE or more. */
    void (*edges)(const uint16_t *samples, int w, pdqi_regions_room *room, uint8_t *edge);
    /* Row y of edges: the best run of each column but 0, 1 and the last, so far. */
    void (*runs)(const uint8_t *edge, int w, int y, pdqi_runs *runs);
    /* Absolute second differences of a row, each cut at `cap`, below 2^15, added up. */
    uint32_t (*sharpness)(const uint16_t *samples, int w, int cap);
    /* How many of a row are further than `slack` from `value`. */
    int (*strays)(const uint16_t *samples, int w, int value, int slack);
    /* out[x * h + y] = samples[y * w + x] */
    void (*transpose)(const uint16_t *samples, int w, int h, uint16_t *out);
    /* below[x + 1] = above[x + 1] + samples[0] + .. + samples[x], below[0] = 0, for x < w. */
    void (*integrate)(const uint16_t *samples, uint32_t w, const uint32_t *above, uint32_t *below);
    /*
     * out[j] = a * across[j][0] + b * across[j][1], a and b those of columns x[j] and x[j] + 1 of 256 * up +
     * (down - up) * part; j < n, a multiple of four. Parts are 0..256, across[j] adds up to 256.
     */
    void (*corners)(const uint32_t *up, const uint32_t *down, const uint32_t *x, const double (*across)[2], double part,
                    size_t n, double *out);
    /*
     * out[j] = what lies between corners j and j + 1 of two lines, times scale; whole numbers, rounded once
     * to float; j < n.
     */
    void (*means)(const double *here, const double *above, unsigned n, float scale, float *out);
} pdqi_plane_kernels;

extern const pdqi_plane_kernels pdqi_plane_portable;
extern const pdqi_plane_kernels pdqi_plane_avx2;
extern const pdqi_plane_kernels pdqi_plane_neon;

#endif
