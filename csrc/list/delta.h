/*
 * list/delta.h - where the reader of a delta stands (docs/formats/list-delta.md, section 12)
 */
#ifndef PDQI_LIST_DELTA_H
#define PDQI_LIST_DELTA_H

#include "list/manifest.h"

enum { PDQI_DELTA_HEAD = 128, PDQI_ENTRY_MAX = PDQL_HASH_BYTES + PDQI_META_VIDEO };

typedef enum pdqi_delta_stage {
    PDQI_DELTA_FIXED, /* reading the first 128 bytes */
    PDQI_DELTA_FIRST, /* the first page of the new list */
    PDQI_DELTA_MERGE,
    PDQI_DELTA_PAD,   /* slots without entry */
    PDQI_DELTA_REST,  /* keypoint records of added entries, then zeros */
    PDQI_DELTA_LAST   /* nothing is left but the last chunk, which may be empty */
} pdqi_delta_stage;

/* A part of the plaintext that is read in order; the page it stands in, from 1 on, may be held. */
typedef struct pdqi_delta_stream {
    uint64_t at, end, held;
} pdqi_delta_stream;

/* Which part: the first bytes, the hashes and in the end the rest share a page buffer. */
enum { PDQI_STREAM_MAIN, PDQI_STREAM_META, PDQI_STREAM_GAPS, PDQI_STREAMS };

typedef struct pdqi_delta {
    pdqi_delta_line line; /* as signed */
    uint64_t held_count;
    uint8_t held_root[32];
    pdqi_delta_stage stage;
    pdqi_delta_stream parts[PDQI_STREAMS];
    size_t wanted;  /* part whose page is wanted */
    uint32_t asked; /* what the caller was last told: PDQL_DELTA_... */
    int has_last;
    uint8_t fixed[PDQI_DELTA_HEAD];
    size_t n_fixed, n_first; /* bytes of them so far */
    uint64_t removals, additions, body; /* numbers of the first 128 bytes */
    /* removals */
    uint64_t removals_left, removed, gap;
    unsigned gap_bytes;
    int has_removed;
    /* additions */
    uint64_t added; /* taken so far */
    uint8_t add[PDQI_ENTRY_MAX], last[1 + PDQL_HASH_BYTES + 8];
    size_t n_hash, n_meta;
    /* entries of the release held: the piece the caller gave, and the next slot */
    const uint8_t *old_hashes, *old_meta;
    uint64_t old_first, old_n, old_at;
    /* the block of new slots that is being filled */
    size_t filled;
    /* lengths of keypoint records */
    uint64_t lengths_end, summed;
    uint32_t half;
} pdqi_delta;

#endif
