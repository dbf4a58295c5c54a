/*
 * index/hits.h - hits collected in the caller's memory, without allocation
 *
 * Whatever order a search finds hits in, the caller gets them by query, then
 * by row, and, if there are more than fit, those that come first in that
 * order: past capacity the collected hits become a heap with the last one on
 * top, which each better hit replaces.
 */
#ifndef PDQI_INDEX_HITS_H
#define PDQI_INDEX_HITS_H

#include "pdqlite.h"

typedef struct pdqi_hits {
    pdql_hit *at;
    size_t cap;
    size_t n;       /* collected, at most cap */
    size_t found;   /* all, collected or not */
    size_t settled; /* at[0..settled) is final: of earlier queries, sorted */
    int heaped;     /* at[settled..cap) is a heap */
} pdqi_hits;

/* The slow half of pdqi_hits_add: at capacity. */
void pdqi_hits_replace(pdqi_hits *h, pdql_hit hit);

static inline void pdqi_hits_add(pdqi_hits *h, size_t query, size_t row, unsigned distance)
{
    const pdql_hit hit = { (uint32_t)query, (uint32_t)row, distance };
    h->found++;
    if (h->n < h->cap)
        h->at[h->n++] = hit;
    else
        pdqi_hits_replace(h, hit);
}

/* Sorts what was added since the last call; later hits must be of later queries. */
void pdqi_hits_settle(pdqi_hits *h);

#endif
