/*
 * plane/regions.h - the work memory of tier 1 and its search for straight edges
 */
#ifndef PDQI_PLANE_REGIONS_H
#define PDQI_PLANE_REGIONS_H

#include "plane/plane.h"

enum {
    PDQI_REGION_LINES = 9,          /* an axis */
    PDQI_REGION_RANKED = 2048   /* kept of the 10 000 looked at, at most */
};

/* A straight edge before column `at`, over the cells begin .. end - 1 of that column. */
typedef struct pdqi_edge_line {
    int32_t support, at, begin, end;
} pdqi_edge_line;

/* A rectangle and how well its sides are supported, in 1/1024. */
typedef struct pdqi_ranked {
    int32_t score, sides;
    int32_t x0, y0, x1, y1;
} pdqi_ranked;

typedef struct pdqi_regions_work {
    uint16_t turned[PDQI_PLANE_AREA];       /* the plane transposed */
    uint8_t across[PDQI_PLANE_AREA];        /* 1: an edge between this column and the one before */
    uint8_t down[PDQI_PLANE_AREA];          /* the same of the transposed plane */
    uint32_t rows[PDQI_PLANE_MAX_SIDE], columns[PDQI_PLANE_MAX_SIDE];
    pdqi_regions_room room;
    pdqi_runs runs;
    uint16_t seen[2][PDQI_REGION_LINES][PDQI_PLANE_MAX_SIDE + 1]; /* running counts of edge cells along a line */
    pdqi_ranked ranked[PDQI_REGION_RANKED];
} pdqi_regions_work;

/* Rectangles (x0, y0, x1, y1 in cells) between straight edges, best first, `cap` at most; needs work->turned. */
size_t pdqi_region_windows(const pdqi_plane_kernels *k, const pdql_plane *plane, pdqi_regions_work *work, size_t cap,
                           int32_t out[][4]);

/* As pdql_regions_find and pdql_regions_find_more, on these kernels. */
pdql_status pdqi_regions_find(const pdqi_plane_kernels *k, const pdql_plane *plane, void *work, size_t size,
                              pdql_region *regions, size_t *n_regions);
pdql_status pdqi_regions_find_more(const pdqi_plane_kernels *k, const pdql_plane *plane, void *work, size_t size,
                                   pdql_region *regions, size_t *n_regions);

#endif
