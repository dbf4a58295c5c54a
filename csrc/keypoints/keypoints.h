/*
 * keypoints/keypoints.h - keypoint signatures: keypoints, their descriptors, and what agrees
 *
 * A signature is a few dozen keypoints (extrema of differences of Gaussians over
 * place and scale, Lowe 2004) of a small brightness plane, each with 64 signs
 * of a small DCT of the patch around it. Knows planes and records, nothing of
 * lists or thresholds. All integers up to the vote, so every machine makes
 * the same signature. The record is in docs/formats/keypoints.md.
 */
#ifndef PDQI_KEYPOINTS_KEYPOINTS_H
#define PDQI_KEYPOINTS_KEYPOINTS_H

#include "kernels/kernels.h"
#include "kernels/keypoints_kernels.h"
#include "pdqlite_parts.h"

enum {
    KEYPOINT_MIN_SIDE = 16,        /* a smaller plane has no keypoints */
    KEYPOINT_MAX_SIDE = 4096,
    KEYPOINT_MAX_AREA = 1 << 17,   /* cells: the integral image of samples / 2 fits 32 bits */
    KEYPOINT_LEVELS = 3,           /* scales an octave, searched for extrema */
    KEYPOINT_CONTRAST = 100,       /* least |difference of Gaussians|, 1/256 of a brightness step */
    KEYPOINT_EDGE = 8,             /* most ratio of the principal curvatures */
    KEYPOINT_GRID = 6,             /* the plane is cut into 6 x 6 squares to spread keypoints */
    KEYPOINT_SQUARE = 32,          /* keypoints kept a square, at most */
    KEYPOINT_CANDIDATES = KEYPOINT_GRID * KEYPOINT_GRID * KEYPOINT_SQUARE,
    KEYPOINT_OCTAVE = 16,          /* steps of scale in an octave */
    KEYPOINT_SCALES = 128,         /* scale code c: sigma is 2^(c / 16) cells */
    KEYPOINT_SCALE_ENTRY_MIN = 18, /* 2.2 cells: finer keypoints do not outlive a re-encoding */
    KEYPOINT_SCALE_ENTRY_MAX = 69, /* 20 cells: the patch is about the whole plane */
    KEYPOINT_SCALE_QUERY_MIN = 8,  /* 1.4 cells */
    KEYPOINT_SCALE_QUERY_MAX = 85, /* 40 cells */
    KEYPOINT_MAG = 6,              /* half the patch, in sigmas */
    KEYPOINT_SIDE = 16,            /* parts along a side of the patch */
    KEYPOINT_ORDERS = 11,
    KEYPOINT_RECORD_HEAD = 3,
    KEYPOINT_RECORD_POINT = 11,
    KEYPOINT_VERSION = 1,
    KEYPOINT_QUERY_MAX = 128,      /* keypoints of a query, at most */
    KEYPOINT_TILTED_MAX = 96      /* keypoints of a tilted query, at most: the first */
};

/* Made by csrc/tables/keypoints_tables.py. */
extern const uint16_t pdqi_keypoints_tap_start[];  /* 7: where each of the 6 blurs starts */
extern const uint16_t pdqi_keypoints_taps[];       /* 65536 in sum for each blur */
extern const uint16_t pdqi_keypoints_exp2[];       /* 32: 2^(i / 32) * 32768 */
extern const uint16_t pdqi_keypoints_window[];     /* 256: Gaussian window of a patch, 256 at the top */
extern const int16_t pdqi_keypoints_dct[];         /* 11 x 16: cosines * 1024 */
extern const uint8_t pdqi_keypoints_order_y[];     /* 64: vertical order of each bit */
extern const uint8_t pdqi_keypoints_order_x[];
extern const uint8_t pdqi_keypoints_transpose[];   /* 64: the bit that a bit becomes when rows and columns swap */
/* 128: which of the weakest 12 key bits to flip, likeliest first */
extern const uint16_t pdqi_keypoints_probes[];
extern const uint64_t pdqi_keypoints_odd_x;        /* bits that flip in a mirror, left to right */
extern const uint64_t pdqi_keypoints_odd_y;        /* ... top to bottom */
extern const uint16_t pdqi_keypoints_log_factorial[]; /* 65: 16 ln n! */

/* A keypoint before its descriptor. */
typedef struct found_keypoint {
    int32_t x, y;       /* 1/256 of a cell */
    uint32_t strength;
    uint16_t scale;     /* code */
    uint16_t bright;    /* 1 brighter than around, 0 darker */
} found_keypoint;

/* Keypoints to be compared, a column for each property; places in cells of a plane of about 65 536. */
typedef struct keypoint_set {
    uint64_t bits[KEYPOINT_QUERY_MAX];
    float x[KEYPOINT_QUERY_MAX], y[KEYPOINT_QUERY_MAX];
    uint8_t scale[KEYPOINT_QUERY_MAX], bright[KEYPOINT_QUERY_MAX];
    uint32_t n;
    float width, height;
} keypoint_set;

/* What pdql_keypoints_query makes. */
typedef struct keypoint_query {
    keypoint_set points;
    int32_t coefficients[KEYPOINT_QUERY_MAX][64];
} keypoint_query;

typedef struct keypoint_memory {
    uint16_t *next, *level, *blurred, *half;
    int16_t *difference[3];
    uint32_t *integral;   /* over level and blurred, once the search is over */
    found_keypoint *found;    /* KEYPOINT_CANDIDATES, in squares */
    uint16_t *count;      /* keypoints in each square */
} keypoint_memory;

/* Lays the parts out in `work`; returns the bytes needed, 0 for an impossible size. work may be NULL. */
size_t pdqi_keypoints_lay_out(size_t width, size_t height, void *work, keypoint_memory *memory);

/*
 * Finds keypoints; fills found and count. Bounded: at most KEYPOINT_CANDIDATES are kept, the strongest of each
 * square.
 */
void pdqi_keypoints_find(const pdqi_keypoints_kernels *k, const uint16_t *plane, size_t width, size_t height,
                         size_t stride, unsigned scale_min, unsigned scale_max, keypoint_memory *memory);

/*
 * Orders the found keypoints by strength, weakened by stronger ones of the same square; the best `most` go to
 * out.
 */
size_t pdqi_keypoints_spread(keypoint_memory *memory, found_keypoint *out, size_t most);

/* 64 signs, and their coefficients if `coefficients` is not NULL, for the patch of one keypoint. */
uint64_t pdqi_keypoints_describe(const uint32_t *integral, size_t width, size_t height, const found_keypoint *keypoint,
                                 int32_t *coefficients);

/* The signs of a patch by the means of its 16 x 16 parts, brightness * 128, row by row; coefficients as above. */
uint64_t pdqi_keypoints_signs(const int32_t *part, int32_t *coefficients);

/* The plane of about 65 536 cells that the record of an entry is of. */
void pdqi_keypoints_shape(const uint8_t *record, uint32_t *width, uint32_t *height);

/* Reads a record that passed pdql_keypoints_check. */
void pdqi_keypoints_read(const uint8_t *record, keypoint_set *out);

/*
 * The keypoints of the query as they are when the picture is turned; coefficients follow from
 * pdqi_keypoints_turned_bit.
 */
void pdqi_keypoints_turn(const keypoint_set *in, unsigned turn, keypoint_set *out);

/* Best agreement of query and entry, both polarities or one (0 same, 1 inverted); score 0 if none. */
void pdqi_keypoints_vote(const pdqi_keypoints_kernels *k, const keypoint_set *query, const keypoint_set *entry,
                         unsigned inverted, pdql_keypoints_match *match);

/* Takes the model of a turned query back to the query as it came. */
void pdqi_keypoints_unturn(pdql_keypoints_match *match, unsigned turn);

void pdqi_keypoints_integrate(const uint16_t *plane, size_t width, size_t height, size_t stride, uint32_t *integral);

/* 16 ln n, straight lines between the powers of two; 0 for 0. */
uint32_t pdqi_keypoints_nats(uint32_t n);

/* sigma of a scale code, 1/256 of a cell. */
uint32_t pdqi_keypoints_sigma(unsigned scale);

#endif
