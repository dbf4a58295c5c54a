/*
 * uncrop/search_large.c - un-cropping in lists that are too large to be looked through
 *
 * Rows lie in order of a key: their 13 bits of lowest frequency, which a part of a
 * picture tells best. Of a set of weights the key of a row costs what the bits that
 * disagree weigh. Slices of 256 rows hold a short range of keys, so whole slices are
 * left out for a set: those in which every key costs more than the set allows. A
 * stranger's key, bits being coins, costs half of all weights in the mean; allowed
 * are 13/8 standard deviations less. The rule is one of the row and the
 * set alone, so hits do not depend on what else is in the list.
 */
#include "uncrop/search.h"

#include <string.h>

enum {
    SETS = PDQL_MAX_HYPOTHESES,        /* of one pass */
    FIRST = 5,
    MIDDLE = 4,
    LOW = 4,    /* bits of a key */
    UNKNOWN = -1
};

/* Bit 16 i + j of the lowest i^2 + j^2, the lowest first: the first bit of a key. */
static const uint8_t KEY[PDQI_KEY_BITS] = { 0, 1, 16, 17, 2, 32, 18, 33, 34, 3, 48, 19, 49 };

/* Sets of weights, and what the keys cost that were met last. Columns of numbers: loops run across sets. */
typedef struct picks {
    uint16_t sets[SETS][PDQI_STRONG];
    uint32_t number[SETS];
    int16_t allowed[SETS];
    int16_t middle[1 << MIDDLE][SETS], low[1 << LOW][SETS]; /* what these bits cost */
    int16_t first[SETS], so_far[SETS]; /* what the first bits of `key` cost; these and those in the middle */
    int16_t least[SETS];               /* of the keys of a slice */
    int32_t key;
    size_t n;
} picks;

/* Bit `bit` of a row of 32 bytes. */
static unsigned bit_of(const uint8_t *row, unsigned bit)
{
    return row[PDQL_HASH_BYTES - 1 - bit / 8] >> bit % 8 & 1;
}

static unsigned key_of(const uint8_t *row)
{
    unsigned key = 0;
    for (int b = 0; b < PDQI_KEY_BITS; b++)
        key = key << 1 | bit_of(row, KEY[b]);
    return key;
}

/* The key of row `r` of a slice. */
static unsigned key_in(const uint8_t *slice, unsigned r)
{
    unsigned key = 0;
    for (int b = 0; b < PDQI_KEY_BITS; b++) {
        const unsigned column = KEY[b] ^ 0xf8; /* column j is bit j % 8 of byte j / 8 */
        key = key << 1 | (slice[column * PDQI_COLUMN_BYTES + r / 8] >> r % 8 & 1);
    }
    return key;
}

/* What bit number b of a key costs if it is `value`. */
static int cost_of(const pdql_weights *w, int b, unsigned value)
{
    const int v = w->w[KEY[b]];
    return value ? (v < 0 ? -v : 0) : (v > 0 ? v : 0);
}

static int32_t root(int32_t square)
{
    int32_t r = 0;
    for (int32_t step = 1 << 12; step; step >>= 1)
        if ((r + step) * (r + step) <= square)
            r += step;
    return r;
}

/* Half of all weights, less 13/8 of sqrt(sum of squares) / 2. */
static int allowance(const pdql_weights *w)
{
    int32_t all = 0, squares = 0;
    for (int b = 0; b < PDQI_KEY_BITS; b++) {
        const int32_t v = w->w[KEY[b]];
        all += v < 0 ? -v : v;
        squares += v * v;
    }
    const int32_t allowed = (8 * all - root(169 * squares)) / 16;
    return allowed < 0 ? 0 : (int)allowed;
}

int pdqi_uncrop_allowed(const pdql_weights *w, const uint8_t *slice, unsigned r)
{
    const unsigned key = key_in(slice, r);
    int cost = 0;
    for (int b = 0; b < PDQI_KEY_BITS; b++)
        cost += cost_of(w, b, key >> (PDQI_KEY_BITS - 1 - b) & 1);
    return cost <= allowance(w);
}

size_t pdqi_uncrop_large_size(void)
{
    return sizeof(picks);
}

void pdqi_uncrop_pack_large(const uint8_t *rows, size_t n_rows, uint8_t *packed)
{
    uint32_t at[PDQI_KEYS] = { 0 };
    const size_t slices = (n_rows + PDQI_SLICE_ROWS - 1) / PDQI_SLICE_ROWS;
    uint8_t some[PDQI_SLICE_BYTES], *numbers = packed + slices * PDQI_SLICE_BYTES;
    for (size_t i = 0; i < n_rows; i++)
        at[key_of(rows + i * PDQL_HASH_BYTES)]++;
    for (uint32_t key = 0, before = 0; key < PDQI_KEYS; key++) {
        const uint32_t here = at[key];
        at[key] = before;
        before += here;
    }
    for (uint32_t i = 0; i < n_rows; i++)
        memcpy(numbers + 4 * (size_t)at[key_of(rows + (size_t)i * PDQL_HASH_BYTES)]++, &i, 4);
    for (size_t s = 0; s < slices; s++) {
        const size_t base = s * PDQI_SLICE_ROWS, n = n_rows - base < PDQI_SLICE_ROWS ? n_rows - base : PDQI_SLICE_ROWS;
        memset(some, 0, sizeof some);
        for (size_t r = 0; r < n; r++) {
            uint32_t number;
            memcpy(&number, numbers + 4 * (base + r), 4);
            memcpy(some + r * PDQL_HASH_BYTES, rows + (size_t)number * PDQL_HASH_BYTES, PDQL_HASH_BYTES);
        }
        pdqi_scan_build(some, PDQI_SLICE_ROWS, packed + s * PDQI_SLICE_BYTES);
    }
}

/* What bits from .. to - 1 of a key cost if they are `value`. */
static int16_t costs_of(const pdql_weights *w, int from, int to, unsigned value)
{
    int cost = 0;
    for (int b = from; b < to; b++)
        cost += cost_of(w, b, value >> (to - 1 - b) & 1);
    return (int16_t)cost;
}

static void take(picks *p, const pdql_weights *w, uint32_t number)
{
    const size_t i = p->n++;
    p->number[i] = number;
    pdqi_uncrop_strongest(w, p->sets[i]);
    p->allowed[i] = (int16_t)allowance(w);
    for (unsigned v = 0; v < 1 << MIDDLE; v++)
        p->middle[v][i] = costs_of(w, FIRST, FIRST + MIDDLE, v);
    for (unsigned v = 0; v < 1 << LOW; v++)
        p->low[v][i] = costs_of(w, FIRST + MIDDLE, PDQI_KEY_BITS, v);
}

/* Makes `so_far` that of a key. */
static void go_to(picks *p, const pdql_weights *weights, unsigned key)
{
    const unsigned met = (unsigned)p->key, first = key >> (MIDDLE + LOW);
    const int known = p->key != UNKNOWN;
    p->key = (int32_t)key;
    if (known && met >> LOW == key >> LOW)
        return;
    if (!known || met >> (MIDDLE + LOW) != first)
        for (size_t i = 0; i < p->n; i++)
            p->first[i] = costs_of(weights + p->number[i], 0, FIRST, first);
    const int16_t *middle = p->middle[key >> LOW & ((1 << MIDDLE) - 1)];
    for (size_t i = 0; i < p->n; i++)
        p->so_far[i] = (int16_t)(p->first[i] + middle[i]);
}

/* What the cheapest key from .. to costs each set. */
static void cheapest(picks *p, const pdql_weights *weights, unsigned from, unsigned to)
{
    for (size_t i = 0; i < p->n; i++)
        p->least[i] = INT16_MAX;
    for (unsigned key = from; key <= to; key++) {
        go_to(p, weights, key);
        const int16_t *low = p->low[key & ((1 << LOW) - 1)];
        for (size_t i = 0; i < p->n; i++) {
            const int16_t cost = (int16_t)(p->so_far[i] + low[i]);
            p->least[i] = cost < p->least[i] ? cost : p->least[i];
        }
    }
}

/* One pass over the list. */
static pdql_status pass(pdqi_uncrop_query *q, picks *p)
{
    uint8_t columns[2 * PDQI_SLICE_BYTES];
    pdqi_uncrop_group g = { .n = 0 };
    for (size_t base = 0; base < q->n_rows && q->status == PDQL_OK; base += PDQI_SLICE_ROWS) {
        const size_t left = q->n_rows - base;
        const uint8_t *slice = q->packed + base * PDQL_HASH_BYTES;
        const unsigned from = key_in(slice, 0),
                       to = key_in(slice, left < PDQI_SLICE_ROWS ? (unsigned)left - 1 : PDQI_SLICE_ROWS - 1);
        if (to < from)
            return PDQL_ERR_BLOCK;
        cheapest(p, q->weights, from, to);
        pdqi_uncrop_columns(slice, columns);
        for (size_t i = 0; i < p->n; i++) {
            if (p->least[i] <= p->allowed[i]) {
                memcpy(g.sets[g.n], p->sets[i], sizeof g.sets[0]);
                g.number[g.n++] = p->number[i];
            }
            if (g.n == PDQI_STRONG_SETS || (g.n && i + 1 == p->n)) {
                pdqi_uncrop_slice(q, &g, columns, base);
                g.n = 0;
            }
        }
    }
    return q->status;
}

pdql_status pdqi_uncrop_large(pdqi_uncrop_query *q, void *work)
{
    picks *p = work;
    p->n = 0;
    for (size_t i = 0; i < q->n_weights && q->status == PDQL_OK; i++) {
        if (pdqi_uncrop_may(q, q->weights + i))
            take(p, q->weights + i, (uint32_t)i);
        if (p->n == SETS || (p->n && i + 1 == q->n_weights)) {
            p->key = UNKNOWN;
            q->status = pass(q, p);
            p->n = 0;
        }
    }
    return q->status;
}
