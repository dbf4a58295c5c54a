/*
 * keypoints/keypoints.h - local signatures: blobs, their descriptors, and what agrees
 *
 * A signature is a few dozen blobs (extrema of differences of Gaussians over
 * place and scale, Lowe 2004) of a small brightness plane, each with 64 signs
 * of a small DCT of the patch around it. Knows planes and records, nothing of
 * lists or thresholds. All integers up to the vote, so every machine makes
 * the same signature. The record is in docs/formats/local.md.
 */
#ifndef PDQI_KEYPOINTS_KEYPOINTS_H
#define PDQI_KEYPOINTS_KEYPOINTS_H

#include "kernels/kernels.h"
#include "kernels/keypoints_kernels.h"

enum {
    LOCAL_MIN_SIDE = 16,        /* a smaller plane has no blobs */
    LOCAL_MAX_SIDE = 4096,
    LOCAL_MAX_AREA = 1 << 17,   /* cells: the integral image of samples / 2 fits 32 bits */
    LOCAL_LEVELS = 3,           /* scales an octave, searched for extrema */
    LOCAL_CONTRAST = 100,       /* least |difference of Gaussians|, 1/256 of a brightness step */
    LOCAL_EDGE = 8,             /* most ratio of the principal curvatures */
    LOCAL_GRID = 6,             /* the plane is cut into 6 x 6 squares to spread blobs */
    LOCAL_SQUARE = 32,          /* blobs kept a square, at most */
    LOCAL_CANDIDATES = LOCAL_GRID * LOCAL_GRID * LOCAL_SQUARE,
    LOCAL_OCTAVE = 16,          /* steps of scale in an octave */
    LOCAL_SCALES = 128,         /* scale code c: sigma is 2^(c / 16) cells */
    LOCAL_SCALE_ENTRY_MIN = 18, /* 2.2 cells: finer blobs do not outlive a re-encoding */
    LOCAL_SCALE_ENTRY_MAX = 69, /* 20 cells: the patch is about the whole plane */
    LOCAL_SCALE_QUERY_MIN = 8,  /* 1.4 cells */
    LOCAL_SCALE_QUERY_MAX = 85, /* 40 cells */
    LOCAL_MAG = 6,              /* half the patch, in sigmas */
    LOCAL_SIDE = 16,            /* parts along a side of the patch */
    LOCAL_ORDERS = 11,
    LOCAL_RECORD_HEAD = 3,
    LOCAL_RECORD_POINT = 11,
    LOCAL_VERSION = 1,
    LOCAL_QUERY_MAX = 128       /* blobs of a query, at most */
};

/* Made by csrc/tables/keypoints_tables.py. */
extern const uint16_t pdqi_local_tap_start[];  /* 7: where each of the 6 blurs starts */
extern const uint16_t pdqi_local_taps[];       /* 65536 in sum for each blur */
extern const uint16_t pdqi_local_exp2[];       /* 32: 2^(i / 32) * 32768 */
extern const uint16_t pdqi_local_window[];     /* 256: Gaussian window of a patch, 256 at the top */
extern const int16_t pdqi_local_dct[];         /* 11 x 16: cosines * 1024 */
extern const uint8_t pdqi_local_order_y[];     /* 64: vertical order of each bit */
extern const uint8_t pdqi_local_order_x[];
extern const uint8_t pdqi_local_transpose[];   /* 64: the bit that a bit becomes when rows and columns swap */
/* 128: which of the weakest 12 key bits to flip, likeliest first */
extern const uint16_t pdqi_local_probes[];
extern const uint64_t pdqi_local_odd_x;        /* bits that flip in a mirror, left to right */
extern const uint64_t pdqi_local_odd_y;        /* ... top to bottom */
extern const uint16_t pdqi_local_log_factorial[]; /* 65: 16 ln n! */

/* A blob before its descriptor. */
typedef struct local_blob {
    int32_t x, y;       /* 1/256 of a cell */
    uint32_t strength;
    uint16_t scale;     /* code */
    uint16_t bright;    /* 1 brighter than around, 0 darker */
} local_blob;

/* Blobs to be compared, a column for each property; places in cells of a plane of about 65 536. */
typedef struct local_points {
    uint64_t bits[LOCAL_QUERY_MAX];
    float x[LOCAL_QUERY_MAX], y[LOCAL_QUERY_MAX];
    uint8_t scale[LOCAL_QUERY_MAX], bright[LOCAL_QUERY_MAX];
    uint32_t n;
    float width, height;
} local_points;

/* What pdql_local_query makes. */
typedef struct local_query {
    local_points points;
    int32_t coefficients[LOCAL_QUERY_MAX][64];
} local_query;

typedef struct local_memory {
    uint16_t *next, *level, *blurred, *half;
    int16_t *difference[3];
    uint32_t *integral;   /* over level and blurred, once the search is over */
    local_blob *found;    /* LOCAL_CANDIDATES, in squares */
    uint16_t *count;      /* blobs in each square */
} local_memory;

/* Lays the parts out in `work`; returns the bytes needed, 0 for an impossible size. work may be NULL. */
size_t pdqi_local_lay_out(size_t width, size_t height, void *work, local_memory *memory);

/* Finds blobs; fills found and count. Bounded: at most LOCAL_CANDIDATES are kept, the strongest of each square. */
void pdqi_local_blobs(const pdqi_local_kernels *k, const uint16_t *plane, size_t width, size_t height, size_t stride,
                      unsigned scale_min, unsigned scale_max, local_memory *memory);

/* Orders the found blobs by strength, weakened by stronger ones of the same square; the best `most` go to out. */
size_t pdqi_local_spread(local_memory *memory, local_blob *out, size_t most);

/* 64 signs, and their coefficients if `coefficients` is not NULL, for the patch of one blob. */
uint64_t pdqi_local_describe(const uint32_t *integral, size_t width, size_t height, const local_blob *blob,
                             int32_t *coefficients);

/* The plane of about 65 536 cells that the record of an entry is of. */
void pdqi_local_shape(const uint8_t *record, uint32_t *width, uint32_t *height);

/* Reads a record that passed pdql_local_check. */
void pdqi_local_read(const uint8_t *record, local_points *out);

/* The blobs of the query as they are when the picture is turned; coefficients follow from pdqi_local_turned_bit. */
void pdqi_local_turn(const local_points *in, unsigned turn, local_points *out);

/* Best agreement of query and entry, both polarities or one (0 same, 1 inverted); score 0 if none. */
void pdqi_local_vote(const pdqi_local_kernels *k, const local_points *query, const local_points *entry,
                     unsigned inverted, pdql_local_match *match);

/* Takes the model of a turned query back to the query as it came. */
void pdqi_local_unturn(pdql_local_match *match, unsigned turn);

void pdqi_local_integrate(const uint16_t *plane, size_t width, size_t height, size_t stride, uint32_t *integral);

/* 16 ln n, straight lines between the powers of two; 0 for 0. */
uint32_t pdqi_local_nats(uint32_t n);

/* sigma of a scale code, 1/256 of a cell. */
uint32_t pdqi_local_sigma(unsigned scale);

#endif
