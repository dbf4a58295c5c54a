/*
 * uncrop_search.c - the rows that fit a set of weights best
 *
 * A coarse scan adds up rounded table values for 32 rows at a time, the
 * coefficients that a crop tells most about first, and gives a block up as soon
 * as none of its rows can reach the score wanted. Rows that do are scored exactly.
 */
#include "kernels.h"
#include "uncrop_kernels.h"

#include <string.h>

enum {
    MAX_CAP = 64,
    MAX_WEIGHTS = 65535,
    RUN = 64,        /* blocks per kernel call */
    COARSE = 8,      /* a table value is 8 / 16 nat */
    SLACK = 6        /* table values: 3 nat, over twice what the rounding spreads */
};

/* Bytes of a row in the order of the scan: both frequencies below 9 first, both above 8 last. */
static const uint8_t ORDER[32] = {
    31, 29, 27, 25, 23, 21, 19, 17, 30, 28, 26, 24, 22, 20, 18, 16,
    15, 13, 11, 9, 7, 5, 3, 1, 14, 12, 10, 8, 6, 4, 2, 0,
};

size_t pdql_uncrop_packed_size(size_t n_rows)
{
    if (n_rows > PDQL_MAX_ROWS || n_rows > SIZE_MAX / PDQL_HASH_BYTES - PDQI_SOFT_ROWS)
        return 0;
    return (n_rows + PDQI_SOFT_ROWS - 1) / PDQI_SOFT_ROWS * PDQI_SOFT_BLOCK;
}

pdql_status pdql_uncrop_pack(const uint8_t *rows, size_t n_rows, uint8_t *packed, size_t size)
{
    const size_t need = pdql_uncrop_packed_size(n_rows);
    if ((!rows && n_rows) || (!packed && n_rows) || (n_rows && !need))
        return PDQL_ERR_ARG;
    if (size < need)
        return PDQL_ERR_SPACE;
    if (need)
        memset(packed + need - PDQI_SOFT_BLOCK, 0, PDQI_SOFT_BLOCK);
    for (size_t r = 0; r < n_rows; r++, rows += PDQL_HASH_BYTES)
        for (size_t b = 0; b < PDQL_HASH_BYTES; b++)
            packed[r / PDQI_SOFT_ROWS * PDQI_SOFT_BLOCK + b * PDQI_SOFT_ROWS + r % PDQI_SOFT_ROWS] = rows[ORDER[b]];
    return PDQL_OK;
}

static void unpack_row(const uint8_t *packed, size_t row, uint8_t out[PDQL_HASH_BYTES])
{
    const uint8_t *p = packed + row / PDQI_SOFT_ROWS * PDQI_SOFT_BLOCK + row % PDQI_SOFT_ROWS;
    for (size_t b = 0; b < PDQL_HASH_BYTES; b++)
        out[ORDER[b]] = p[b * PDQI_SOFT_ROWS];
}

typedef struct coarse {
    uint8_t tables[64][16];
    int32_t base;                     /* score of a row with all table values 0 */
    int32_t rest[PDQI_SOFT_STAGES];   /* most that the bytes after a stage can add */
} coarse;

static void prepare(const pdql_weights *w, coarse *c)
{
    c->base = w->bias;
    memset(c->rest, 0, sizeof c->rest);
    for (int h = 0; h < 64; h++) {
        const int k = 8 * (31 - ORDER[h / 2]) + 4 * (h % 2);
        int least = 0, most = 0;
        for (int t = 0; t < 4; t++)
            least -= w->w[k + t] < 0 ? -w->w[k + t] : w->w[k + t];
        for (int v = 0; v < 16; v++) {
            int s = -least;
            for (int t = 0; t < 4; t++)
                s += v >> t & 1 ? w->w[k + t] : -w->w[k + t];
            const int value = (s + COARSE / 2) / COARSE;
            c->tables[h][v] = (uint8_t)(value > 31 ? 31 : value);
            most = c->tables[h][v] > most ? c->tables[h][v] : most;
        }
        c->base += least;
        for (int s = 0; s < h / 16; s++)
            c->rest[s] += most;
    }
}

/* The best rows so far, best first. */
typedef struct board {
    pdql_uncrop_hit *hits;
    size_t n, cap;
} board;

static int before(const pdql_uncrop_hit *a, const pdql_uncrop_hit *b)
{
    return a->score != b->score ? a->score > b->score : a->row < b->row;
}

static void enter(board *b, pdql_uncrop_hit hit)
{
    size_t at = 0;
    while (at < b->n && b->hits[at].row != hit.row)
        at++;
    if (at < b->n && b->hits[at].score >= hit.score)
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

static void thresholds(const coarse *c, const board *b, int32_t least, int16_t out[PDQI_SOFT_STAGES])
{
    const int32_t wanted = b->n == b->cap && b->hits[b->n - 1].score > least ? b->hits[b->n - 1].score : least;
    const int32_t sum = (wanted - c->base) / COARSE - SLACK;
    for (int s = 0; s < PDQI_SOFT_STAGES; s++) {
        const int32_t v = sum - c->rest[s];
        out[s] = (int16_t)(v < 0 ? 0 : v > 4095 ? 4095 : v);
    }
}

static void search_one(const pdqi_uncrop_kernels *k, const pdql_weights *w, uint32_t number, const uint8_t *packed,
                       size_t n_rows, int32_t least, board *b)
{
    coarse c;
    prepare(w, &c);
    const size_t blocks = (n_rows + PDQI_SOFT_ROWS - 1) / PDQI_SOFT_ROWS;
    for (size_t base = 0; base < blocks; base += RUN) {
        const size_t n = blocks - base < RUN ? blocks - base : RUN;
        uint32_t mask[RUN];
        int16_t need[PDQI_SOFT_STAGES];
        thresholds(&c, b, least, need);
        k->soft((const uint8_t(*)[16])c.tables, packed + base * PDQI_SOFT_BLOCK, n, need, mask);
        for (size_t j = 0; j < n; j++)
            for (unsigned r = 0; mask[j]; r++, mask[j] >>= 1) {
                const size_t row = (base + j) * PDQI_SOFT_ROWS + r;
                uint8_t bits[PDQL_HASH_BYTES];
                if (!(mask[j] & 1) || row >= n_rows)
                    continue;
                unpack_row(packed, row, bits);
                const int32_t score = pdql_uncrop_score(w, bits);
                if (score >= least)
                    enter(b, (pdql_uncrop_hit){ (uint32_t)row, score, number });
            }
    }
}

pdql_status pdql_uncrop_search(const pdql_kernels *k, const pdql_weights *weights, size_t n_weights,
                               const uint8_t *packed, size_t n_rows, int32_t least, pdql_uncrop_hit *hits, size_t cap,
                               size_t *n_hits)
{
    if (!k || (!weights && n_weights) || (!packed && n_rows) || !hits || !n_hits || !cap || cap > MAX_CAP
        || n_weights > MAX_WEIGHTS || n_rows > PDQL_MAX_ROWS || least < -100000 || least > 100000)
        return PDQL_ERR_ARG;
    board b = { hits, 0, cap };
    for (size_t i = 0; i < n_weights; i++)
        search_one(k->uncrop, weights + i, (uint32_t)i, packed, n_rows, least, &b);
    *n_hits = b.n;
    return PDQL_OK;
}
