/*
 * claim.h - is the visible part of an entry in a picture, or only a part of it?
 *
 * A map says where in the query an entry lies. The query is warped into the entry's frame, every
 * keypoint of the record is described where the map says that it should be, and the row's bits are asked of the
 * coarse picture. Knows planes, records and rows; nothing of lists or policies.
 */
#ifndef PDQI_CLAIM_H
#define PDQI_CLAIM_H

#include "keypoints/keypoints.h"

enum {
    CLAIM_MAX_SIDE = 1024 + 8,  /* of an entry's frame: aspects go to 16:1 */
    CLAIM_MAX_AREA = 65536 + 1024,
    CLAIM_CELLS = 16,           /* means along each side, for the bits */
    CLAIM_MOST_LEAN = 49152     /* 1/65536: a slant shrinks nothing to less than a quarter of what it grows */
};

/* The query as it lies in the entry's frame. Of row j, cells from[j] .. to[j] - 1 are inside the query. */
typedef struct claim_view {
    const uint32_t *integral;   /* of the warped samples / 2; height + 1 rows of width + 1 */
    const uint16_t *from, *to;
    uint32_t width, height;
    uint32_t visible;           /* cells */
    int has_bar;                /* along a side of the query lies more of one tone than a rim */
    double grow;                /* cells of the query for one of the entry, by area */
} claim_view;

/* Whether a claim is one that can be looked at. */
int pdqi_claim_ok(const pdql_plane *plane, const pdql_claim *claim);

/* A keypoint of the record, in cells of the view. */
typedef struct claim_keypoint {
    int32_t x, y, sigma;        /* 1/256 of a cell */
    uint64_t bits;
    uint8_t place[2], scale;
} claim_keypoint;

/* Keypoint i of the claim's record. */
claim_keypoint pdqi_claim_keypoint(const claim_view *v, const pdql_claim *claim, unsigned i);

/* Whether the query shows the keypoint and most of what is around it, at a scale it has; common ones say nothing. */
int pdqi_claim_usable(const claim_view *v, const claim_keypoint *k);

/* Bits between the record's descriptor and the view's, `x` and `y` steps of 3/5 sigma from its place. */
unsigned pdqi_claim_apart(const claim_view *v, const claim_keypoint *k, int x, int y, int32_t coefficients[64]);

/* Bytes of work for a plane of this many cells. */
size_t pdqi_claim_size(size_t cells);

/* Warps; `barred`: a bar over the query, along a side, shows nothing of the entry. `work` of pdqi_claim_size bytes, aligned to 8, holds what the view points to. */
void pdqi_claim_warp(const pdql_plane *plane, const pdql_claim *claim, uint32_t width, uint32_t height, int barred,
                     void *work, claim_view *view);

/* Cells of the view inside the query, of a box cut at the frame. */
uint32_t pdqi_claim_seen(const claim_view *view, int32_t x0, int32_t y0, int32_t x1, int32_t y1);

/* Twice the area of the convex hull of n <= 48 places; sorts them. */
uint32_t pdqi_claim_hull(uint8_t (*places)[2], unsigned n);

/* What the row's bits say of the visible cells, 1/16 nat. */
int32_t pdqi_claim_bits(const claim_view *view, const uint8_t *row, unsigned inverted);

#endif
