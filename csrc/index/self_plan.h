/*
 * index/self_plan.h - the memory in which a self-index is planned and built
 */
#ifndef PDQI_INDEX_SELF_PLAN_H
#define PDQI_INDEX_SELF_PLAN_H

#include "index/self_layout.h"

/* One place of a list while it is built. */
typedef struct pdqi_record {
    uint32_t entry;
    uint16_t value, offset; /* what the list says; offset is at most PDQI_OFFSET_MAX, which means "or more" */
} pdqi_record;

enum { PDQI_OFFSET_MAX = 65535 };

/* The caller's memory, cut up. */
typedef struct pdqi_plan {
    size_t n_rows, n_entries;
    uint32_t (*starts)[PDQI_BAND_VALUES]; /* by list and bucket: its first place; while planning, counts */
    uint32_t *cursor;                     /* by bucket */
    pdqi_record *here, *there;            /* two lists; while sorting, two orders of rows */
    uint32_t *order;                      /* row numbers, sorted by hash, then number */
    /* by entry: where its rows begin in `order`; one more at the end */
    uint32_t *first;
    uint16_t *bands[PDQI_BANDS];          /* by entry; while sorting, by row */
} pdqi_plan;

pdqi_plan pdqi_plan_cut(void *work, size_t n_rows);

/* How many are in bucket v of list b. */
static inline uint32_t pdqi_plan_bucket(const pdqi_plan *p, unsigned b, size_t v)
{
    return (v + 1 < PDQI_BAND_VALUES ? p->starts[b][v + 1] : (uint32_t)p->n_entries) - p->starts[b][v];
}

#endif
