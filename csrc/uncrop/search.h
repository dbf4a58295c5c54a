/*
 * uncrop/search.h - what the two searches of tier 2 share
 */
#ifndef PDQI_UNCROP_SEARCH_H
#define PDQI_UNCROP_SEARCH_H

#include "index/scan.h"
#include "uncrop/model.h"
#include "kernels/uncrop_kernels.h"

/* The best rows so far, best first. */
typedef struct pdqi_board {
    pdql_uncrop_hit *hits;
    size_t n, cap;
} pdqi_board;

/* A search: sets of weights against packed rows. */
typedef struct pdqi_uncrop_query {
    const pdqi_uncrop_kernels *k;
    const pdql_weights *weights;
    size_t n_weights;
    const uint8_t *packed;
    const uint8_t *numbers;  /* of a large list: the caller's number of each packed row, 4 bytes each; else NULL */
    size_t n_rows;
    int32_t least;
    pdqi_board best;
    pdql_status status;      /* PDQL_ERR_BLOCK once a number is no row's */
} pdqi_uncrop_query;

/* Up to 64 sets of weights, to be looked at together. */
typedef struct pdqi_uncrop_group {
    uint16_t sets[PDQI_STRONG_SETS][PDQI_STRONG];
    uint32_t number[PDQI_STRONG_SETS];
    size_t n;
} pdqi_uncrop_group;

/* The columns of a slice, then their complements. */
void pdqi_uncrop_columns(const uint8_t *slice, uint8_t columns[2 * PDQI_SLICE_BYTES]);

/*
 * The columns (or, from 256 on, complements) of the bits with the largest weights; lower bits first among
 * equals.
 */
void pdqi_uncrop_strongest(const pdql_weights *w, uint16_t set[PDQI_STRONG]);

/* True if a row could reach the least score. */
int pdqi_uncrop_may(const pdqi_uncrop_query *q, const pdql_weights *w);

/* Scores the rows of the slice at `base` that agree in enough of the strongest bits of a set. */
void pdqi_uncrop_slice(pdqi_uncrop_query *q, const pdqi_uncrop_group *g, const uint8_t *columns, size_t base);

/*
 * Large lists: rows in order of a key, the 13 bits of lowest frequency. A row is looked at under a set of weights
 * only if what the set holds against its key is no more than the set's allowance (docs/explanation/matching.md).
 */
enum { PDQI_KEY_BITS = 13, PDQI_KEYS = 1 << PDQI_KEY_BITS };

size_t pdqi_uncrop_large_size(void);

/* Packs rows in order of their keys, and their numbers behind. */
void pdqi_uncrop_pack_large(const uint8_t *rows, size_t n_rows, uint8_t *packed);

/* `work`: pdqi_uncrop_large_size() bytes, aligned to 8. */
pdql_status pdqi_uncrop_large(pdqi_uncrop_query *q, void *work);

/* True if the key of row r of a slice costs no more than the weights allow. */
int pdqi_uncrop_allowed(const pdql_weights *w, const uint8_t *slice, unsigned r);

#endif
