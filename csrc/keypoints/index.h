/*
 * keypoints/index.h - the flat block that finds entries by their keypoints
 *
 * Every keypoint of every entry is in a bucket chosen by some bits of its
 * descriptor, complemented where the keypoint is dark so that an inverted
 * picture meets its original. A bucket keeps two bytes of the descriptor, to
 * pass over most strangers without leaving it, and where the keypoint is. Nothing
 * in a block is trusted: offsets are checked where they are used.
 */
#ifndef PDQI_KEYPOINTS_INDEX_H
#define PDQI_KEYPOINTS_INDEX_H

#include "keypoints/keypoints.h"

#include "base/bits.h"

enum {
    KEYPOINT_KEY_MAX = 22,      /* bits of a key, at most */
    KEYPOINT_MARK_BITS = 16,
    KEYPOINT_ID_BITS = 6,       /* a keypoint is entry << 6 | its number in the record */
    KEYPOINT_COMMON_BYTES = 6   /* an entry: bit i, its keypoint i stands in several other entries as well */
};

typedef struct keypoint_layout {
    size_t ids, starts, buckets, marks, aspects, common, points, size;
} keypoint_layout;

typedef struct keypoints_block {
    const uint8_t *points, *aspects, *common;
    const uint32_t *ids, *starts, *buckets;
    const uint16_t *marks;
    uint32_t entries, n_points;
    unsigned key_bits;
} keypoints_block;

/* Which bit of a descriptor is bit i of a key. */
extern const uint8_t pdqi_keypoints_key_bits[KEYPOINT_KEY_MAX];

/* The key and the mark of a descriptor. */
uint32_t pdqi_keypoints_key(uint64_t bits, unsigned n);
uint16_t pdqi_keypoints_mark(uint64_t bits);

/* Bits of a keypoint of a record as if it were bright. */
static inline uint64_t pdqi_keypoints_canonical(const uint8_t *point)
{
    return pdqi_load64(point + 3) ^ ((uint64_t)(point[2] & 1) - 1);
}

/* False if the block is no index. Looks at its head alone. */
int pdqi_keypoints_open(const void *block, size_t size, keypoints_block *view);

/* The keypoints of an entry as a record without its head; their number, or -1 in a damaged block. */
static inline int pdqi_keypoints_entry(const keypoints_block *v, uint32_t entry, const uint8_t **points)
{
    if (entry >= v->entries)
        return -1;
    const uint32_t from = v->starts[entry], to = v->starts[entry + 1];
    if (from > to || to > v->n_points || to - from > PDQL_MAX_KEYPOINTS)
        return -1;
    *points = v->points + (size_t)from * KEYPOINT_RECORD_POINT;
    return (int)(to - from);
}

/* The record of an entry, PDQL_KEYPOINTS_RECORD_MAX bytes at most; its length, 0 in a damaged block. */
size_t pdqi_keypoints_record(const keypoints_block *v, uint32_t entry, uint8_t *record);

/* The bits of KEYPOINT_COMMON_BYTES, of an entry that is there. */
uint64_t pdqi_keypoints_common(const keypoints_block *v, uint32_t entry);

/* What tells versions of one picture, and frames of one video, from pictures with a part in common. */
typedef struct keypoint_origins {
    const uint8_t *rows; /* as in pdql_keypoints_index_build */
    const uint8_t *meta; /* as in pdql_keypoints_index_build_frames; NULL for pictures */
} keypoint_origins;

/* Finds what each entry shares with others and writes it to `common`. */
void pdqi_keypoints_find_common(const pdqi_keypoints_kernels *k, const keypoints_block *v,
                                const keypoint_origins *origins, uint8_t *common);

#endif
