/*
 * plane/plane.h - a small brightness plane with its integral image
 *
 * What tiers 1 and 2 look at, as integers, so every kernel and machine gives
 * the same cells. pdql_plane itself is in pdqlite.h.
 */
#ifndef PDQI_PLANE_PLANE_H
#define PDQI_PLANE_PLANE_H

#include "kernels/plane_kernels.h"
#include "pdqlite_parts.h"

enum { PDQI_PLANE_AREA = 65536 /* cells at most: the integral image then fits 32 bits */ };

/* The size of the plane that a picture of this size gets. */
void pdqi_plane_shape(uint32_t width, uint32_t height, uint32_t *plane_width, uint32_t *plane_height);

/*
 * A plane under way: begun, then given rows as they become known, then ended. Rows that something else has
 * just read are near, so who hashes a picture makes its plane by the way. The picture and the memory stay as they
 * are.
 */
typedef struct pdqi_plane_maker {
    const pdql_kernels *k;
    const pdql_image *image;
    void *memory;
    uint32_t done;              /* rows of cells */
} pdqi_plane_maker;

/* As pdql_plane_make; what it checks is checked here. */
pdql_status pdqi_plane_begin(pdqi_plane_maker *maker, const pdql_kernels *k, const pdql_image *image, void *memory,
                             size_t size);

/* Makes what rows 0 .. upto - 1 of the picture suffice for. */
void pdqi_plane_rows(pdqi_plane_maker *maker, uint32_t upto);

/* Makes what is left. */
void pdqi_plane_end(pdqi_plane_maker *maker, pdql_plane *plane);

/* pdql_hash_orientations and pdql_plane_make over one reading of the picture. */
pdql_status pdqi_hash_and_plane(const pdql_kernels *k, pdql_hasher *h, const pdql_image *im, void *memory, size_t size,
                                pdql_hash *out, pdql_plane *plane);

/*
 * Means of the n x n equal parts of a rectangle (1/256 cells, inside the plane,
 * at least n / 16 cells a side), row by row, in the unit of the samples times `unit`, a power of two.
 * n is 1..64. Bilinear in the integral image: exact for parts cut anywhere.
 */
void pdqi_plane_means(const pdqi_plane_kernels *k, const pdql_plane *plane, const int32_t rect[4], unsigned n,
                      float unit, float *out);

/* Fills the integral image: height + 1 rows of width + 1. */
void pdqi_plane_integrate(const pdqi_plane_kernels *k, const uint16_t *samples, uint32_t width, uint32_t height,
                          uint32_t *integral);

/* True if a region lies inside the plane and has at least 8 cells a side. */
int pdqi_region_ok(const pdql_plane *plane, const pdql_region *region);

/* As pdql_region_hashes, on these kernels: the same bits, sooner. */
pdql_status pdqi_region_hashes(const pdql_kernels *k, const pdql_plane *plane, const pdql_region *region,
                               pdql_hash *out);

#endif
