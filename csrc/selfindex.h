/*
 * selfindex.h - the self-index: 16 lists of pointers that are their own hashes
 *
 * Each different hash, an entry, is 16 bands (bands.h). List b holds all
 * entries grouped by band b into buckets. What list b says of an entry is the
 * value of its band b + 1, and where in that value's bucket of list b + 1 the
 * entry lies. Going round the ring of lists therefore spells out all bands: no
 * hash is stored anywhere else. docs/index.md explains it at length.
 */
#ifndef PDQI_SELFINDEX_H
#define PDQI_SELFINDEX_H

#include "bands.h"
#include "bits.h"
#include "hits.h"
#include "scan_kernels.h"

enum {
    PDQI_MAX_OFFSET_BITS = 24,
    PDQI_FAR_BYTES = 8,      /* place and offset, 32 bits each */
    PDQI_SLACK_BYTES = 8     /* after the last packed number: 64-bit loads stay inside */
};

pdql_status pdqi_self_work_size(size_t n_rows, size_t *work_bytes);

/* Plans into `work`; fills shape and sizes of `ix`, not its layout. */
void pdqi_self_plan(const uint8_t *rows, size_t n_rows, void *work, pdql_index *ix);

/* Writes everything but the header of a laid-out `ix`, whose block is `block`. */
void pdqi_self_build(void *work, const pdql_index *ix, uint8_t *block);

/* Hits of one query, not settled. */
pdql_status pdqi_self_search(const pdqi_scan_kernels *k, const pdql_index *ix, const uint8_t *query, size_t number,
                             unsigned radius, pdqi_hits *out);

pdql_status pdqi_self_rows(const pdql_index *ix, uint8_t *rows);

/* Where bucket `value` of list `band` begins, in places of that list. */
static inline uint32_t pdqi_self_start(const pdql_index *ix, unsigned band, uint32_t value)
{
    const uint8_t *dir = ix->block + ix->at_dirs + band * ix->dir_bytes;
    const uint8_t *steps = dir + ((size_t)PDQI_BAND_VALUES >> ix->group_shift) * 4;
    const uint32_t base = pdqi_load32(dir + (size_t)(value >> ix->group_shift) * 4);
    return base + (ix->step_bytes == 1 ? steps[value] : pdqi_load16(steps + (size_t)value * 2));
}

static inline uint32_t pdqi_self_end(const pdql_index *ix, unsigned band, uint32_t value)
{
    return value == PDQI_BAND_VALUES - 1 ? ix->n_unique : pdqi_self_start(ix, band, value + 1);
}

/* The block of 32 places that holds `place` of list `band`. */
static inline const uint8_t *pdqi_self_block(const pdql_index *ix, unsigned band, uint32_t place)
{
    return ix->block + ix->at_lists + band * ix->list_bytes + (size_t)(place / PDQI_LIST_BLOCK) * ix->block_bytes;
}

/* Number `i` of those packed from `at` on, `bits` (0..32) wide each. */
static inline uint32_t pdqi_packed(const uint8_t *at, size_t i, unsigned bits)
{
    const uint64_t bit = (uint64_t)i * bits;
    return (uint32_t)(pdqi_load64(at + (size_t)(bit >> 3)) >> (bit & 7) & (((uint64_t)1 << bits) - 1));
}

#endif
