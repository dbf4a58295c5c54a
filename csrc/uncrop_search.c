/*
 * uncrop_search.c - the rows that fit a set of weights best
 *
 * A row is looked at under a set of weights only if it agrees in 48 of the 64 bits
 * that the weights are surest of: a stranger does so once in about 10 000 times
 * (once in 26 000 if bits were coins), 256 rows are told apart in some 380 logical
 * operations on vectors, and a row whose refined score would be a match practically
 * always agrees in more (docs/matching.md has the loss). Rows left are scored exactly.
 */
#include "scan.h"
#include "uncrop.h"
#include "uncrop_kernels.h"

#include <string.h>

enum { MAX_CAP = 64, MAX_WEIGHTS = 65535 };

size_t pdql_uncrop_packed_size(size_t n_rows)
{
    if (n_rows > PDQL_MAX_ROWS || n_rows > SIZE_MAX / PDQL_HASH_BYTES - PDQI_SLICE_ROWS)
        return 0;
    return (n_rows + PDQI_SLICE_ROWS - 1) / PDQI_SLICE_ROWS * PDQI_SLICE_BYTES;
}

pdql_status pdql_uncrop_pack(const uint8_t *rows, size_t n_rows, uint8_t *packed, size_t size)
{
    const size_t need = pdql_uncrop_packed_size(n_rows), over = n_rows % PDQI_SLICE_ROWS, whole = n_rows - over;
    if ((!rows && n_rows) || (!packed && n_rows) || (n_rows && !need))
        return PDQL_ERR_ARG;
    if (size < need)
        return PDQL_ERR_SPACE;
    if (whole)
        pdqi_scan_build(rows, whole, packed);
    if (over) {
        uint8_t last[PDQI_SLICE_BYTES];
        memset(last, 0, sizeof last);
        memcpy(last, rows + whole * PDQL_HASH_BYTES, over * PDQL_HASH_BYTES);
        pdqi_scan_build(last, PDQI_SLICE_ROWS, packed + whole * PDQL_HASH_BYTES);
    }
    return PDQL_OK;
}

/* Column j of a slice is bit j % 8 of byte j / 8; PDQ's bit k is in byte 31 - k / 8. */
static unsigned column_of(unsigned bit)
{
    return bit ^ 0xf8;
}

/* The columns (or, from 256 on, complements) of the bits with the largest weights; lower bits first among equals. */
static void strongest(const pdql_weights *w, uint16_t set[PDQI_STRONG])
{
    uint16_t above[130] = { 0 }; /* above[v]: bits of a larger weight than v */
    for (int k = 0; k < PDQL_HASH_BITS; k++)
        above[w->w[k] < 0 ? -w->w[k] : w->w[k]]++;
    for (unsigned v = 129, more = 0; v-- > 0;) {
        const unsigned here = above[v];
        above[v] = (uint16_t)more;
        more += here;
    }
    for (unsigned k = 0; k < PDQL_HASH_BITS; k++) {
        const int v = w->w[k];
        const unsigned place = above[v < 0 ? -v : v]++;
        if (place < PDQI_STRONG)
            set[place] = (uint16_t)(column_of(k) + (v < 0 ? PDQL_HASH_BITS : 0));
    }
}

/* No row can reach more. */
static int32_t most_of(const pdql_weights *w)
{
    int32_t most = w->bias;
    for (int k = 0; k < PDQL_HASH_BITS; k++)
        most += w->w[k] < 0 ? -w->w[k] : w->w[k];
    return most;
}

static void row_of(const uint8_t *slice, unsigned row, uint8_t out[PDQL_HASH_BYTES])
{
    const uint8_t *p = slice + row / 8;
    for (unsigned b = 0; b < PDQL_HASH_BYTES; b++) {
        unsigned v = 0;
        for (unsigned k = 0; k < 8; k++, p += PDQI_COLUMN_BYTES)
            v |= (unsigned)(*p >> row % 8 & 1) << k;
        out[b] = (uint8_t)v;
    }
}

/* The best rows so far, best first. */
typedef struct board {
    pdql_uncrop_hit *hits;
    size_t n, cap;
} board;

static int before(const pdql_uncrop_hit *a, const pdql_uncrop_hit *b)
{
    return a->score != b->score ? a->score > b->score
         : a->row != b->row ? a->row < b->row : a->weights < b->weights;
}

static void enter(board *b, pdql_uncrop_hit hit)
{
    size_t at = 0;
    while (at < b->n && b->hits[at].row != hit.row)
        at++;
    if (at < b->n && !before(&hit, &b->hits[at]))
        return;
    if (at == b->n) {
        if (b->n == b->cap && !before(&hit, &b->hits[b->n - 1]))
            return;
        b->n += b->n < b->cap;
        at = b->n - 1;
    }
    for (; at > 0 && before(&hit, &b->hits[at - 1]); at--)
        b->hits[at] = b->hits[at - 1];
    b->hits[at] = hit;
}

/* A group of weights against the list. */
typedef struct group {
    uint16_t sets[PDQI_STRONG_SETS][PDQI_STRONG];
    uint32_t number[PDQI_STRONG_SETS];
    size_t n;
} group;

/* Scores the rows of a mask under one set of weights. */
static void score_rows(const pdql_weights *weights, uint32_t number, const uint8_t *slice, const uint8_t mask[32],
                       size_t base, size_t n_rows, int32_t least, board *b)
{
    for (unsigned r = 0; r < PDQI_SLICE_ROWS; r++) {
        uint8_t bits[PDQL_HASH_BYTES];
        if (!mask[r / 8])
            r |= 7;
        else if ((mask[r / 8] >> r % 8 & 1) && base + r < n_rows) {
            row_of(slice, r, bits);
            int32_t score = pdql_uncrop_score(weights + number, bits);
            if (score >= least)
                score -= pdqi_uncrop_saved(bits);
            if (score >= least)
                enter(b, (pdql_uncrop_hit){ (uint32_t)(base + r), score, number });
        }
    }
}

static void search_group(const pdqi_uncrop_kernels *k, const pdql_weights *weights, const group *g,
                         const uint8_t *packed, size_t n_rows, int32_t least, board *b)
{
    uint8_t columns[2 * PDQI_SLICE_BYTES], masks[PDQI_STRONG_SETS][32];
    for (size_t base = 0; base < n_rows; base += PDQI_SLICE_ROWS) {
        const uint8_t *slice = packed + base * PDQL_HASH_BYTES;
        memcpy(columns, slice, PDQI_SLICE_BYTES);
        for (size_t i = 0; i < PDQI_SLICE_BYTES; i++)
            columns[PDQI_SLICE_BYTES + i] = (uint8_t)~slice[i];
        uint64_t any = k->strong(columns, g->sets, g->n, masks);
        for (size_t s = 0; any; s++, any >>= 1)
            if (any & 1)
                score_rows(weights, g->number[s], slice, masks[s], base, n_rows, least, b);
    }
}

pdql_status pdql_uncrop_search(const pdql_kernels *k, const pdql_weights *weights, size_t n_weights,
                               const uint8_t *packed, size_t n_rows, int32_t least, pdql_uncrop_hit *hits, size_t cap,
                               size_t *n_hits)
{
    if (!k || (!weights && n_weights) || (!packed && n_rows) || !hits || !n_hits || !cap || cap > MAX_CAP
        || n_weights > MAX_WEIGHTS || n_rows > PDQL_MAX_ROWS || least < -100000 || least > 100000)
        return PDQL_ERR_ARG;
    for (size_t i = 0; i < n_weights; i++)
        if (!pdqi_bias_ok(weights + i))
            return PDQL_ERR_ARG;
    board b = { hits, 0, cap };
    group g = { .n = 0 };
    for (size_t i = 0; i < n_weights; i++) {
        if (most_of(weights + i) >= least) {
            g.number[g.n] = (uint32_t)i;
            strongest(weights + i, g.sets[g.n++]);
        }
        if (g.n == PDQI_STRONG_SETS || (g.n && i + 1 == n_weights)) {
            search_group(k->uncrop, weights, &g, packed, n_rows, least, &b);
            g.n = 0;
        }
    }
    *n_hits = b.n;
    return PDQL_OK;
}
