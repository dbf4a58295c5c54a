/*
 * test_uncrop_large.c - un-cropping in rows that lie by their keys: more sets of weights than one pass takes
 *
 * Small lists, packed and searched as large ones are. What a search of many sets finds is the best of what
 * searches of some of them find; what those find by definition is tests/python/uncrop/test_uncrop.py's business.
 */
#include "pdqlite_parts.h"
#include "uncrop/search.h"

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MORE = PDQL_MAX_HYPOTHESES + 150, CAP = 20, MOST_ROWS = 700 };

static uint32_t state = 1;

static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)state * below >> 32);
}

typedef struct list {
    size_t n, slices;
    uint8_t *packed;
} list;

static list pack(const uint8_t *rows, size_t n)
{
    list l = { n, (n + PDQI_SLICE_ROWS - 1) / PDQI_SLICE_ROWS, NULL };
    l.packed = malloc(l.slices * PDQI_SLICE_BYTES + 4 * n);
    pdqi_uncrop_pack_large(rows, n, l.packed);
    return l;
}

static size_t search(const pdqi_uncrop_kernels *k, const list *l, const pdql_weights *weights, size_t n, void *work,
                     pdql_uncrop_hit hits[CAP])
{
    pdqi_uncrop_query q = { k,     weights,          n,      l->packed, l->packed + l->slices * PDQI_SLICE_BYTES, l->n,
                            -1000, { hits, 0, CAP }, PDQL_OK };
    assert(pdqi_uncrop_large(&q, work) == PDQL_OK);
    return q.best.n;
}

/* The best score of a row among hits; INT32_MIN if it is none. */
static int32_t score_of(const pdql_uncrop_hit *hits, size_t n, uint32_t row)
{
    for (size_t i = 0; i < n; i++)
        if (hits[i].row == row)
            return hits[i].score;
    return INT32_MIN;
}

/* Most bits as the weights say. */
static void likely(const pdql_weights *w, uint8_t *row)
{
    for (int b = 0; b < PDQL_HASH_BITS; b++) {
        uint8_t *byte = row + 31 - b / 8;
        if (draw(100) > 15)
            *byte = (uint8_t)((*byte & ~(1u << b % 8)) | (unsigned)(w->w[b] > 0) << b % 8);
    }
}

static size_t one_list(pdql_weights *weights, void *work)
{
    uint8_t *rows = malloc(MOST_ROWS * PDQL_HASH_BYTES);
    const size_t n = 1 + draw(MOST_ROWS);
    for (size_t i = 0; i < MOST_ROWS * PDQL_HASH_BYTES; i++)
        rows[i] = (uint8_t)draw(256);
    for (size_t i = 0; i < MORE; i++) {
        for (int b = 0; b < PDQL_HASH_BITS; b++)
            weights[i].w[b] = (int8_t)(draw(40) - 20);
        weights[i].bias = -(int32_t)draw(100);
    }
    for (size_t r = 0; r < n; r += 2) /* every other row fits a set, more or less */
        likely(weights + draw(MORE), rows + r * PDQL_HASH_BYTES);
    const list l = pack(rows, n);
    pdql_uncrop_hit all[CAP], first[CAP], rest[CAP], again[CAP];
    const pdqi_uncrop_kernels *portable = &pdqi_uncrop_portable;
    const size_t found = search(portable, &l, weights, MORE, work, all);
    const size_t n_first = search(portable, &l, weights, PDQL_MAX_HYPOTHESES, work, first);
    const size_t n_rest = search(portable, &l, weights + PDQL_MAX_HYPOTHESES, MORE - PDQL_MAX_HYPOTHESES, work, rest);
    for (size_t i = 0; i < found; i++) {
        const int32_t a = score_of(first, n_first, all[i].row), b = score_of(rest, n_rest, all[i].row);
        assert(all[i].row < n && all[i].score == (a > b ? a : b) && (!i || all[i].score <= all[i - 1].score));
    }
    assert(found >= n_first && found >= n_rest);
    for (size_t k = 0; pdql_kernels_at(k); k++) {
        assert(search(pdql_kernels_at(k)->uncrop, &l, weights, MORE, work, again) == found);
        assert(!memcmp(again, all, found * sizeof *all));
    }
    free(l.packed);
    free(rows);
    return n_rest;
}

int main(void)
{
    void *work = malloc(pdqi_uncrop_large_size());
    pdql_weights *weights = calloc(MORE, sizeof *weights);
    size_t in_second_pass = 0;
    for (int i = 0; i < 12; i++)
        in_second_pass += one_list(weights, work);
    assert(in_second_pass > 12);
    free(work);
    free(weights);
    puts("uncrop_large: ok");
    return 0;
}
