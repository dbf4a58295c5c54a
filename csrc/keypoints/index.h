/*
 * keypoints/index.h - the flat block that finds entries by their blobs
 *
 * Every blob of every entry is in a bucket chosen by some bits of its
 * descriptor, complemented where the blob is dark so that an inverted
 * picture meets its original. A bucket keeps two bytes of the descriptor, to
 * pass over most strangers without leaving it, and where the blob is. Nothing
 * in a block is trusted: offsets are checked where they are used.
 */
#ifndef PDQI_KEYPOINTS_INDEX_H
#define PDQI_KEYPOINTS_INDEX_H

#include "keypoints/keypoints.h"

#include "base/bits.h"

enum {
    LOCAL_KEY_MAX = 22,      /* bits of a key, at most */
    LOCAL_MARK_BITS = 16,
    LOCAL_ID_BITS = 6,       /* a blob is entry << 6 | its number in the record */
    LOCAL_COMMON_BYTES = 6   /* an entry: bit i, its blob i stands in several other entries as well */
};

typedef struct local_layout {
    size_t ids, starts, buckets, marks, aspects, common, points, size;
} local_layout;

typedef struct local_view {
    const uint8_t *points, *aspects, *common;
    const uint32_t *ids, *starts, *buckets;
    const uint16_t *marks;
    uint32_t entries, n_points;
    unsigned key_bits;
} local_view;

/* Which bit of a descriptor is bit i of a key. */
extern const uint8_t pdqi_local_key_bits[LOCAL_KEY_MAX];

/* The key and the mark of a descriptor. */
uint32_t pdqi_local_key(uint64_t bits, unsigned n);
uint16_t pdqi_local_mark(uint64_t bits);

/* Bits of a blob of a record as if it were bright. */
static inline uint64_t pdqi_local_canonical(const uint8_t *point)
{
    return pdqi_load64(point + 3) ^ ((uint64_t)(point[2] & 1) - 1);
}

/* False if the block is no index. Looks at its head alone. */
int pdqi_local_open(const void *block, size_t size, local_view *view);

/* The blobs of an entry as a record without its head; their number, or -1 in a damaged block. */
static inline int pdqi_local_entry(const local_view *v, uint32_t entry, const uint8_t **points)
{
    if (entry >= v->entries)
        return -1;
    const uint32_t from = v->starts[entry], to = v->starts[entry + 1];
    if (from > to || to > v->n_points || to - from > PDQL_LOCAL_KEYPOINTS)
        return -1;
    *points = v->points + (size_t)from * LOCAL_RECORD_POINT;
    return (int)(to - from);
}

/* The record of an entry, PDQL_LOCAL_RECORD_MAX bytes at most; its length, 0 in a damaged block. */
size_t pdqi_local_record(const local_view *v, uint32_t entry, uint8_t *record);

/* The bits of LOCAL_COMMON_BYTES, of an entry that is there. */
uint64_t pdqi_local_common(const local_view *v, uint32_t entry);

/* Finds what each entry shares with others and writes it to `common`; rows as in pdql_local_index_build. */
void pdqi_local_find_common(const pdqi_local_kernels *k, const local_view *v, const uint8_t *rows, uint8_t *common);

#endif
