/*
 * index/self_search.h - one query under way in a self-index
 */
#ifndef PDQI_INDEX_SELF_SEARCH_H
#define PDQI_INDEX_SELF_SEARCH_H

#include "index/self_layout.h"

enum { PDQI_WALKERS = 256, PDQI_PROBES = 128, PDQI_MEETINGS = 1024 };

/*
 * One entry on its way round the ring. It has passed bands start .. start + passed - 1 and stands in the last
 * one's list.
 */
typedef struct pdqi_walker {
    uint32_t from, place, entry, offset;
    uint16_t sum, value, bucket; /* value and offset: where to go next; bucket: where it stands */
    uint16_t starts;             /* bit b: a walker began at band b, and is now this one */
    uint8_t start, passed, gone;
    uint8_t d[PDQI_BANDS];
} pdqi_walker;

typedef struct pdqi_probe {
    uint32_t first, end;
    uint16_t key;
    uint8_t band, d;
} pdqi_probe;

typedef struct pdqi_search {
    const pdqi_scan_kernels *k;
    const pdql_index *ix;
    pdqi_hits *out;
    size_t number;
    uint64_t rows_left, places_left[PDQI_BANDS];
    int damaged;
    unsigned n_walkers, n_probes;
    uint16_t query[PDQI_BANDS];
    int16_t limit[PDQI_BANDS][PDQI_BANDS + 1]; /* of the sum of l bands from band b on */
    pdqi_walker walkers[PDQI_WALKERS];
    uint16_t active[PDQI_WALKERS], home[PDQI_WALKERS];
    uint16_t meetings[PDQI_MEETINGS];          /* by list and place where it began: walker + 1 */
    pdqi_probe probes[PDQI_PROBES];
} pdqi_search;

/* Begins a walk at `place` in bucket `bucket` of list `band`, whose value differs from the query's in `d` bits. */
void pdqi_walk_from(pdqi_search *s, unsigned band, uint32_t bucket, uint32_t place, unsigned d);

/* Walks everyone home and reports who is within the radius. */
void pdqi_walk(pdqi_search *s);

static inline unsigned pdqi_weight16(unsigned x)
{
    x -= (x >> 1) & 0x5555;
    x = (x & 0x3333) + ((x >> 2) & 0x3333);
    x = (x + (x >> 4)) & 0x0f0f;
    return (x + (x >> 8)) & 31;
}

static inline void pdqi_prefetch_start(const pdql_index *ix, unsigned band, uint32_t value)
{
    const uint8_t *dir = ix->block + ix->at_dirs + band * ix->dir_bytes;
    const uint8_t *steps = dir + ((size_t)PDQI_BAND_VALUES >> ix->group_shift) * 4;
    pdqi_prefetch_many(dir + (size_t)(value >> ix->group_shift) * 4);
    pdqi_prefetch_many(steps + (size_t)value * ix->step_bytes);
}

/* What reading `place` of bucket `bucket` will touch, its directory aside. */
static inline void pdqi_prefetch_place(const pdql_index *ix, unsigned band, uint32_t bucket, uint32_t place)
{
    const uint8_t *block = pdqi_self_block(ix, band, place);
    if (ix->value_bytes == 2) {
        pdqi_prefetch_many(block);
        return;
    }
    const size_t i = place % PDQI_LOW_BLOCK;
    pdqi_prefetch_many(block + i);
    pdqi_prefetch_many(block + pdqi_self_before_pairs(ix, place) + i * ix->pair_bits / 16);
    pdqi_prefetch_many(ix->block + ix->at_highs + band * ix->high_bytes
                       + (place + (size_t)bucket * PDQI_HIGH_VALUES) / 8);
}

#endif
