/*
 * uncrop/search.c - the rows that fit a set of weights best
 *
 * A row is looked at under a set of weights only if it agrees in 48 of the 64 bits
 * that the weights are surest of: a stranger does so once in about 10 000 times
 * (once in 26 000 if bits were coins), 256 rows are told apart in some 380 logical
 * operations on vectors, and a row whose refined score would be a match practically
 * always agrees in more (docs/explanation/matching.md has the loss). Rows left are scored exactly.
 * Which rows of a large list are looked at is uncrop/search_large.c's business.
 */
#include "uncrop/search.h"

#include "base/lanes.h"

#include <string.h>

enum { MAX_CAP = 64, MAX_WEIGHTS = 65535, NUMBER = 4 };

static size_t slices_size(size_t n_rows)
{
    return (n_rows + PDQI_SLICE_ROWS - 1) / PDQI_SLICE_ROWS * PDQI_SLICE_BYTES;
}

size_t pdql_uncrop_packed_size(size_t n_rows)
{
    if (n_rows > PDQL_MAX_ROWS || n_rows > SIZE_MAX / (PDQL_HASH_BYTES + NUMBER) - PDQI_SLICE_ROWS)
        return 0;
    return slices_size(n_rows) + (n_rows > PDQL_UNCROP_FULL ? NUMBER * n_rows : 0);
}

size_t pdql_uncrop_search_size(size_t n_rows)
{
    return n_rows > PDQL_UNCROP_FULL ? pdqi_uncrop_large_size() : 0;
}

pdql_status pdql_uncrop_pack(const uint8_t *rows, size_t n_rows, uint8_t *packed, size_t size)
{
    const size_t need = pdql_uncrop_packed_size(n_rows), over = n_rows % PDQI_SLICE_ROWS, whole = n_rows - over;
    if ((!rows && n_rows) || (!packed && n_rows) || (n_rows && !need))
        return PDQL_ERR_ARG;
    if (size < need)
        return PDQL_ERR_SPACE;
    if (n_rows > PDQL_UNCROP_FULL) {
        pdqi_uncrop_pack_large(rows, n_rows, packed);
        return PDQL_OK;
    }
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

void pdqi_uncrop_strongest(const pdql_weights *w, uint16_t set[PDQI_STRONG])
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

int pdqi_uncrop_may(const pdqi_uncrop_query *q, const pdql_weights *w)
{
    int32_t most = w->bias;
    for (int k = 0; k < PDQL_HASH_BITS; k++)
        most += w->w[k] < 0 ? -w->w[k] : w->w[k];
    return most >= q->least;
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

static int before(const pdql_uncrop_hit *a, const pdql_uncrop_hit *b)
{
    return a->score != b->score ? a->score > b->score : a->row != b->row ? a->row < b->row : a->weights < b->weights;
}

static void enter(pdqi_board *b, pdql_uncrop_hit hit)
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

/* The caller's number of a packed row. */
static uint32_t number_of(pdqi_uncrop_query *q, size_t at)
{
    uint32_t number = (uint32_t)at;
    if (q->numbers)
        memcpy(&number, q->numbers + NUMBER * at, NUMBER);
    if (number >= q->n_rows)
        q->status = PDQL_ERR_BLOCK;
    return number;
}

/* The exact score of row r of a slice. */
static int32_t score_in(const pdql_weights *w, const uint8_t *slice, unsigned r)
{
    uint8_t bytes[PDQL_HASH_BITS]; /* the byte that bit k is in */
    const uint8_t *at = slice + r / 8;
    int32_t score = w->bias;
    pdqi_short_lanes sums = { 0 }; /* 32 weights each, below 2^13 */
    for (unsigned b = PDQL_HASH_BYTES; b-- > 0;)
        for (unsigned k = 0; k < 8; k++, at += PDQI_COLUMN_BYTES)
            bytes[8 * b + k] = *at;
    for (unsigned k = 0; k < PDQL_HASH_BITS; k += 16) {
        const pdqi_byte_lanes bit = *(const pdqi_byte_lanes *)(bytes + k) & (int8_t)(1 << r % 8), minus = bit == 0;
        const pdqi_short_lanes pairs = (pdqi_short_lanes)((*(const pdqi_byte_lanes *)(w->w + k) ^ minus) - minus);
        sums += (pdqi_short_lanes)(pairs << 8 >> 8) + (pairs >> 8);
    }
    for (unsigned l = 0; l < 8; l++)
        score += sums[l];
    return score;
}

static void score_row(pdqi_uncrop_query *q, uint32_t set, const uint8_t *slice, size_t base, unsigned r)
{
    uint8_t bits[PDQL_HASH_BYTES];
    int32_t score = score_in(q->weights + set, slice, r);
    if (score < q->least)
        return;
    row_of(slice, r, bits);
    score -= pdqi_uncrop_saved(bits);
    if (score >= q->least)
        enter(&q->best, (pdql_uncrop_hit){ number_of(q, base + r), score, set });
}

void pdqi_uncrop_columns(const uint8_t *slice, uint8_t columns[2 * PDQI_SLICE_BYTES])
{
    memcpy(columns, slice, PDQI_SLICE_BYTES);
    for (size_t i = 0; i < PDQI_SLICE_BYTES; i++)
        columns[PDQI_SLICE_BYTES + i] = (uint8_t)~slice[i];
}

/* The rows of a slice that a set's mask names. */
static void look_at(pdqi_uncrop_query *q, uint32_t set, const uint8_t mask[32], const uint8_t *columns, size_t base)
{
    for (unsigned byte = 0; byte < 32; byte++)
        for (unsigned left = mask[byte], r = 8 * byte; left; left >>= 1, r++)
            if ((left & 1) && base + r < q->n_rows
                && (!q->numbers || pdqi_uncrop_allowed(q->weights + set, columns, r)))
                score_row(q, set, columns, base, r);
}

void pdqi_uncrop_slice(pdqi_uncrop_query *q, const pdqi_uncrop_group *g, const uint8_t *columns, size_t base)
{
    uint8_t masks[PDQI_STRONG_SETS][32];
    uint64_t any = q->k->strong(columns, g->sets, g->n, masks);
    for (size_t s = 0; any; s++, any >>= 1)
        if (any & 1)
            look_at(q, g->number[s], masks[s], columns, base);
}

static void search_group(pdqi_uncrop_query *q, const pdqi_uncrop_group *g)
{
    uint8_t columns[2 * PDQI_SLICE_BYTES];
    for (size_t base = 0; base < q->n_rows; base += PDQI_SLICE_ROWS) {
        pdqi_uncrop_columns(q->packed + base * PDQL_HASH_BYTES, columns);
        pdqi_uncrop_slice(q, g, columns, base);
    }
}

static void search_all(pdqi_uncrop_query *q)
{
    pdqi_uncrop_group g = { .n = 0 };
    for (size_t i = 0; i < q->n_weights; i++) {
        if (pdqi_uncrop_may(q, q->weights + i)) {
            g.number[g.n] = (uint32_t)i;
            pdqi_uncrop_strongest(q->weights + i, g.sets[g.n++]);
        }
        if (g.n == PDQI_STRONG_SETS || (g.n && i + 1 == q->n_weights)) {
            search_group(q, &g);
            g.n = 0;
        }
    }
}

pdql_status pdql_uncrop_search(const pdql_kernels *k, const pdql_weights *weights, size_t n_weights,
                               const uint8_t *packed, size_t n_rows, int32_t least, void *work, size_t work_size,
                               pdql_uncrop_hit *hits, size_t cap, size_t *n_hits)
{
    const int large = n_rows > PDQL_UNCROP_FULL;
    if (!k || (!weights && n_weights) || (!packed && n_rows) || !hits || !n_hits || !cap || cap > MAX_CAP
        || n_weights > MAX_WEIGHTS || n_rows > PDQL_MAX_ROWS || least < -100000 || least > 100000
        || (large && (!work || (uintptr_t)work % 8)))
        return PDQL_ERR_ARG;
    if (work_size < pdql_uncrop_search_size(n_rows))
        return PDQL_ERR_SPACE;
    for (size_t i = 0; i < n_weights; i++)
        if (!pdqi_bias_ok(weights + i))
            return PDQL_ERR_ARG;
    pdqi_uncrop_query q = { k->uncrop, weights, n_weights,        packed, large ? packed + slices_size(n_rows) : NULL,
                            n_rows,    least,   { hits, 0, cap }, PDQL_OK };
    if (large)
        q.status = pdqi_uncrop_large(&q, work);
    else
        search_all(&q);
    *n_hits = q.best.n;
    return q.status;
}
