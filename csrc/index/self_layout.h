/*
 * index/self_layout.h - the self-index: 16 lists of pointers that are their own hashes
 *
 * Each different hash, an entry, is 16 bands (index/bands.h). List b holds all
 * entries sorted by bands b, b + 1, ... round the ring, so those of one band b
 * are a run, a bucket. What list b says of an entry is the value of its band
 * b + 1, and where in that value's bucket of list b + 1 the entry lies. Going
 * round the ring of lists therefore spells out all bands: no hash is stored
 * anywhere else. docs/explanation/search.md explains it at length.
 */
#ifndef PDQI_INDEX_SELF_LAYOUT_H
#define PDQI_INDEX_SELF_LAYOUT_H

#include "index/bands.h"
#include "base/bits.h"
#include "index/hits.h"
#include "kernels/scan_kernels.h"

enum {
    PDQI_MAX_PAIR_BITS = 32,
    PDQI_FAR_BYTES = 8,      /* place and offset, 32 bits each */
    PDQI_SLACK_BYTES = 8     /* after the last packed number: 64-bit loads stay inside */
};

pdql_status pdqi_self_work_size(size_t n_rows, size_t *work_bytes);

/* Plans into `work`; fills the sizes of `ix`, whose shape is set, not its layout. */
void pdqi_self_plan(const uint8_t *rows, size_t n_rows, void *work, pdql_index *ix);

/* Writes everything but the header of a laid-out `ix`, whose block is `block`. */
void pdqi_self_build(void *work, const pdql_index *ix, uint8_t *block);

/* Hits of `n` queries, settled. */
pdql_status pdqi_self_search(const pdqi_scan_kernels *k, const pdql_index *ix, const uint8_t *queries, size_t n,
                             unsigned radius, pdqi_hits *out);

pdql_status pdqi_self_rows(const pdql_index *ix, uint8_t *rows);

/* The number of offsets that one of two in `bits` bits can have: the root of 2^bits. */
static inline uint32_t pdqi_pair_base(unsigned bits)
{
    const uint64_t square = (uint64_t)1 << bits;
    uint32_t base = (uint32_t)1 << bits / 2;
    while (((uint64_t)base + 1) * (base + 1) <= square)
        base++;
    return base;
}

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

/* Places of a block. */
static inline uint32_t pdqi_self_block_places(const pdql_index *ix)
{
    return ix->value_bytes == 2 ? PDQI_LIST_BLOCK : PDQI_LOW_BLOCK;
}

/* The block that holds `place` of list `band`. */
static inline const uint8_t *pdqi_self_block(const pdql_index *ix, unsigned band, uint32_t place)
{
    const size_t number = ix->value_bytes == 2 ? place / PDQI_LIST_BLOCK : place / PDQI_LOW_BLOCK;
    return ix->block + ix->at_lists + band * ix->list_bytes + number * ix->block_bytes;
}

/* What lies before the offsets in the block of `place`: values, of the last block's places rounded up. */
static inline size_t pdqi_self_before_pairs(const pdql_index *ix, uint32_t place)
{
    if (ix->value_bytes == 2)
        return (size_t)PDQI_LIST_BLOCK * 2;
    const uint32_t left = ix->n_unique - (place - place % PDQI_LOW_BLOCK);
    return left < PDQI_LOW_BLOCK ? (left + PDQI_LIST_BLOCK - 1) / PDQI_LIST_BLOCK * PDQI_LIST_BLOCK : PDQI_LOW_BLOCK;
}

/* Number `i` of those packed from `at` on, `bits` (0..32) wide each. */
static inline uint32_t pdqi_packed(const uint8_t *at, size_t i, unsigned bits)
{
    const uint64_t bit = (uint64_t)i * bits;
    return (uint32_t)(pdqi_load64(at + (size_t)(bit >> 3)) >> (bit & 7) & (((uint64_t)1 << bits) - 1));
}

/* Where entry's row number is: the entry itself if rows were given in order. */
static inline uint32_t pdqi_self_mapped(const pdql_index *ix, uint32_t entry)
{
    return ix->row_bits ? pdqi_packed(ix->block + ix->at_map, entry, ix->row_bits) : entry;
}

/* What list `band` says at `place`, in bucket `bucket`: the next band's value and the offset in its bucket. */
void pdqi_self_read(const pdqi_scan_kernels *k, const pdql_index *ix, unsigned band, uint32_t bucket, uint32_t place,
                    uint16_t *value, uint32_t *offset);

/* Compact: the unary high bytes of list `band`, and where those of a bucket begin: its place p has a one at bit
 * start + (p - first) + high byte. */
static inline const uint8_t *pdqi_self_high_bits(const pdql_index *ix, unsigned band)
{
    return ix->block + ix->at_highs + band * ix->high_bytes;
}

static inline uint64_t pdqi_self_high_start(uint32_t bucket, uint32_t first)
{
    return (uint64_t)first + (uint64_t)bucket * PDQI_HIGH_VALUES;
}

/* The place in list `band` at `offset` of bucket `value`; 0 if there is none. */
static inline int pdqi_self_locate(const pdql_index *ix, unsigned band, uint32_t value, uint32_t offset,
                                   uint32_t *place)
{
    const uint64_t at = (uint64_t)pdqi_self_start(ix, band, value) + offset;
    *place = (uint32_t)at;
    return at < ix->n_unique;
}

/* Where the rows of group `g` lie; 0 if that cannot be. */
static inline int pdqi_self_group(const pdql_index *ix, uint32_t g, uint32_t *from, uint32_t *to)
{
    if (g >= ix->n_groups)
        return 0;
    *from = g ? pdqi_load32(ix->block + ix->at_ends + (size_t)(g - 1) * 4) : 0;
    *to = pdqi_load32(ix->block + ix->at_ends + (size_t)g * 4);
    return *from <= *to && *to <= ix->n_grouped;
}

#endif
