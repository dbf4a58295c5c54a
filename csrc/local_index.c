/*
 * local_index.c - the entries that share descriptors with a query
 *
 * Every blob of every entry sits in a bucket chosen by low-frequency bits of
 * its descriptor, complemented where the blob is dark so that an inverted
 * picture meets its original. A query looks in the buckets of its own bits
 * and of those it gets by flipping its weakest ones (multi-probe LSH); entries
 * met more than once are compared in full. Nothing in the block is trusted.
 */
#include "local.h"

#include <string.h>

enum {
    MAGIC = 0x31434c50, /* "PLC1" in a little-endian machine's memory, else another number: wrong order is seen */
    KEY_MIN = 8,
    KEY_MAX = 20,
    PROBES = 16,
    WEAK = 12,
    NEAR = 10,            /* bits: near enough to call an entry a candidate */
    MOST_ROWS = 4000000,  /* index rows looked at */
    SLOTS = 1 << 16,
    TRIES = 8,
    CANDIDATES = 256
};

typedef struct header {
    uint32_t magic, entries, points, key_bits;
    uint64_t size, unused;
} header;

typedef struct layout {
    size_t starts, buckets, rows, words, aspects, points, size;
} layout;

/* Bits that make the key: low orders first, without the two that every bright blob shares. */
static unsigned key_bit(unsigned i)
{
    return i < 2 ? i : i == 2 ? 3 : i + 2;
}

static unsigned key_of(uint64_t bits, unsigned n)
{
    return (unsigned)((bits & 3) | (bits >> 3 & 1) << 2 | (bits >> 5 << 3)) & ((1u << n) - 1);
}

static unsigned key_bits(size_t points)
{
    unsigned n = KEY_MIN;
    while (n < KEY_MAX && (points >> (n + 3)))
        n++;
    return n;
}

static size_t lay_out(size_t n, size_t points, layout *o)
{
    if (n > (1u << 26) || points > (1u << 30) || points > n * PDQL_LOCAL_KEYPOINTS)
        return 0;
    const uint64_t bucket_count = (uint64_t)1 << key_bits(points);
    uint64_t at = sizeof(header);
    o->words = (size_t)at;
    at += 8 * (uint64_t)points;
    o->rows = (size_t)at;
    at += 4 * (uint64_t)points;
    o->starts = (size_t)at;
    at += 4 * ((uint64_t)n + 1);
    o->buckets = (size_t)at;
    at += 4 * (bucket_count + 1);
    o->aspects = (size_t)at;
    at += n;
    o->points = (size_t)at;
    at += LOCAL_RECORD_POINT * (uint64_t)points;
    at = (at + 7) / 8 * 8;
    if (at > SIZE_MAX)
        return 0;
    o->size = (size_t)at;
    return o->size;
}

size_t pdql_local_index_size(size_t n, size_t n_points)
{
    layout o;
    return lay_out(n, n_points, &o);
}

static uint64_t bits_at(const uint8_t *point)
{
    uint64_t bits = 0;
    for (int b = 0; b < 8; b++)
        bits |= (uint64_t)point[3 + b] << 8 * b;
    return bits;
}

/* Bits of a blob as if it were bright. */
static uint64_t canonical(const uint8_t *point)
{
    return point[2] & 1 ? bits_at(point) : ~bits_at(point);
}

pdql_status pdql_local_index_build(const uint8_t *records, const uint32_t *lengths, size_t n, void *block, size_t size)
{
    if ((!records && n) || (!lengths && n) || !block || (uintptr_t)block % 8)
        return PDQL_ERR_ARG;
    size_t total = 0;
    const uint8_t *r = records;
    for (size_t i = 0; i < n; r += lengths[i++])
        if (lengths[i]) {
            if (pdql_local_check(r, lengths[i]) != PDQL_OK)
                return PDQL_ERR_ARG;
            total += r[1];
        }
    layout o;
    if (!lay_out(n, total, &o))
        return PDQL_ERR_ARG;
    if (size < o.size)
        return PDQL_ERR_SPACE;
    uint8_t *const base = block;
    memset(base, 0, o.size);
    uint32_t *const starts = (uint32_t *)(base + o.starts), *const buckets = (uint32_t *)(base + o.buckets);
    uint32_t *const rows = (uint32_t *)(base + o.rows);
    uint64_t *const words = (uint64_t *)(base + o.words);
    uint8_t *const points = base + o.points;
    const unsigned kb = key_bits(total);
    uint32_t at = 0;
    r = records;
    for (size_t i = 0; i < n; r += lengths[i++]) {
        starts[i] = at;
        if (!lengths[i])
            continue;
        base[o.aspects + i] = r[2];
        memcpy(points + (size_t)at * LOCAL_RECORD_POINT, r + LOCAL_RECORD_HEAD, lengths[i] - LOCAL_RECORD_HEAD);
        at += r[1];
    }
    starts[n] = at;
    for (uint32_t p = 0; p < at; p++)
        buckets[key_of(canonical(points + (size_t)p * LOCAL_RECORD_POINT), kb) + 1]++;
    for (size_t b = 0; b < (size_t)1 << kb; b++)
        buckets[b + 1] += buckets[b];
    /* Each bucket's start runs to its end as it fills; the last loop moves them back. */
    for (size_t i = 0; i < n; i++)
        for (uint32_t p = starts[i]; p < starts[i + 1]; p++) {
            const uint8_t *const point = points + (size_t)p * LOCAL_RECORD_POINT;
            const uint64_t c = canonical(point);
            const uint32_t to = buckets[key_of(c, kb)]++;
            words[to] = c;
            rows[to] = (uint32_t)i << 1 | (point[2] & 1);
        }
    for (size_t b = (size_t)1 << kb; b; b--)
        buckets[b] = buckets[b - 1];
    buckets[0] = 0;
    const header h = { MAGIC, (uint32_t)n, (uint32_t)total, kb, o.size, 0 };
    memcpy(base, &h, sizeof h);
    return PDQL_OK;
}

/* One (entry, turn, inverted) that was met, and how much speaks for it. */
typedef struct slot {
    uint32_t key; /* entry << 4 | turn << 1 | inverted, plus 1; 0 is free */
    uint16_t weight, last; /* last query blob that met it, plus 1 */
} slot;

typedef struct search_memory {
    slot slots[SLOTS];
    uint32_t order[SLOTS];
    pdql_local_match found[CANDIDATES];
    local_points turned[8];
    local_points entry;
} search_memory;

size_t pdql_local_search_size(void)
{
    return sizeof(search_memory) + 16;
}

static void meet(search_memory *m, uint32_t key, unsigned blob, unsigned weight)
{
    uint32_t at = key * 2654435761u >> 16;
    for (int t = 0; t < TRIES; t++, at = (at + 1) % SLOTS) {
        slot *const s = &m->slots[at];
        if (!s->key)
            *s = (slot){ key, 0, 0 };
        if (s->key != key)
            continue;
        if (s->last != blob + 1) {
            s->weight = (uint16_t)(s->weight + weight);
            s->last = (uint16_t)(blob + 1);
        }
        return;
    }
}

/* The query's 12 weakest key bits under a turn, weakest first. */
static void weakest(const int32_t *coefficients, unsigned turn, unsigned kb, uint32_t *flip)
{
    uint32_t size[WEAK];
    unsigned n = 0;
    for (unsigned i = 0; i < kb; i++) {
        const unsigned b = key_bit(i);
        const int32_t c = coefficients[turn & 4 ? pdqi_local_transpose[b] : b];
        const uint32_t v = c < 0 ? 0u - (uint32_t)c : (uint32_t)c;
        unsigned j = n < WEAK ? n++ : WEAK - 1;
        if (j == WEAK - 1 && n == WEAK && i >= WEAK && v >= size[j])
            continue;
        for (; j && size[j - 1] > v; j--) {
            size[j] = size[j - 1];
            flip[j] = flip[j - 1];
        }
        size[j] = v;
        flip[j] = 1u << i;
    }
    for (; n < WEAK; n++)
        flip[n] = 0;
}

typedef struct view {
    const uint8_t *base;
    layout at;
    uint32_t entries, points;
    unsigned key_bits;
} view;

static int open_block(const void *block, size_t size, view *v)
{
    header h;
    if (size < sizeof h)
        return 0;
    memcpy(&h, block, sizeof h);
    v->base = block;
    v->entries = h.entries;
    v->points = h.points;
    v->key_bits = h.key_bits;
    return h.magic == MAGIC && lay_out(h.entries, h.points, &v->at) && v->at.size == h.size && h.size <= size
           && h.key_bits == key_bits(h.points);
}

/* Looks one blob up under one turn. Returns 0 on a damaged block. */
static int look(const pdqi_local_kernels *k, const view *v, search_memory *m, const local_points *q, uint32_t blob,
                unsigned turn, const uint32_t *flip, size_t *budget)
{
    const uint32_t *const buckets = (const uint32_t *)(v->base + v->at.buckets);
    const uint32_t *const rows = (const uint32_t *)(v->base + v->at.rows);
    const uint64_t *const words = (const uint64_t *)(v->base + v->at.words);
    const uint64_t bits = q->bright[blob] ? q->bits[blob] : ~q->bits[blob];
    const unsigned key = key_of(bits, v->key_bits);
    for (unsigned p = 0; p < PROBES; p++) {
        unsigned probe = key;
        for (unsigned i = 0, s = pdqi_local_probes[p]; s; i++, s >>= 1)
            if (s & 1)
                probe ^= flip[i];
        const uint32_t from = buckets[probe], to = buckets[probe + 1];
        if (from > to || to > v->points)
            return 0;
        for (uint32_t r = from; r < to && *budget; r += 64) {
            const size_t n = to - r < 64 ? to - r : 64;
            uint64_t hit;
            *budget -= n < *budget ? n : *budget;
            if (!k->near(bits, NEAR, words + r, n, &hit))
                continue;
            for (unsigned i = 0; hit; i++, hit >>= 1)
                if (hit & 1) {
                    const uint32_t row = rows[r + i];
                    if (row >> 1 >= v->entries)
                        return 0;
                    unsigned d = 0;
                    for (uint64_t x = words[r + i] ^ bits; x; x &= x - 1)
                        d++;
                    meet(m, ((row >> 1) << 4 | turn << 1 | ((row & 1) ^ q->bright[blob])) + 1, blob, 20 - d);
                }
        }
    }
    return 1;
}

/* The best CANDIDATES slots, by weight; returns how many. */
static size_t choose(search_memory *m)
{
    uint32_t at[2049] = { 0 };
    for (size_t i = 0; i < SLOTS; i++)
        if (m->slots[i].key)
            at[2047 - (m->slots[i].weight < 2047 ? m->slots[i].weight : 2047) + 1]++;
    for (size_t w = 0; w < 2048; w++)
        at[w + 1] += at[w];
    const size_t n = at[2048] < CANDIDATES ? at[2048] : CANDIDATES;
    for (size_t i = 0; i < SLOTS; i++)
        if (m->slots[i].key) {
            const uint32_t to = at[2047 - (m->slots[i].weight < 2047 ? m->slots[i].weight : 2047)]++;
            if (to < n)
                m->order[to] = m->slots[i].key - 1;
        }
    return n;
}

static int read_entry(const view *v, uint32_t entry, local_points *out)
{
    const uint32_t *const starts = (const uint32_t *)(v->base + v->at.starts);
    const uint32_t from = starts[entry], to = starts[entry + 1];
    if (from > to || to > v->points || to - from > PDQL_LOCAL_KEYPOINTS)
        return 0;
    uint8_t record[PDQL_LOCAL_RECORD_MAX] = { LOCAL_VERSION, (uint8_t)(to - from), v->base[v->at.aspects + entry] };
    memcpy(record + LOCAL_RECORD_HEAD, v->base + v->at.points + (size_t)from * LOCAL_RECORD_POINT,
           (to - from) * LOCAL_RECORD_POINT);
    pdqi_local_read(record, out);
    return 1;
}

/* Keeps the best match of each entry, best first, at most cap. */
static void insert(pdql_local_match *hits, size_t cap, size_t *n, const pdql_local_match *m)
{
    size_t j = 0;
    while (j < *n && hits[j].entry != m->entry)
        j++;
    if (j < *n && hits[j].score >= m->score)
        return;
    if (j == *n) {
        if (*n < cap)
            (*n)++;
        else if (!cap || hits[--j].score >= m->score)
            return;
    }
    for (; j && (hits[j - 1].score < m->score || (hits[j - 1].score == m->score && hits[j - 1].entry > m->entry)); j--)
        hits[j] = hits[j - 1];
    hits[j] = *m;
}

pdql_status pdql_local_search(const pdql_kernels *k, const void *block, size_t size, const void *query, unsigned turns,
                              int32_t min_score, void *work, size_t work_size, pdql_local_match *hits, size_t cap,
                              size_t *n_hits)
{
    const local_query *const q = query;
    view v;
    if (!k || !block || (uintptr_t)block % 8 || !query || (uintptr_t)query % 8 || !work || !n_hits || (!hits && cap)
        || !turns || turns > PDQL_LOCAL_TURNS || q->points.n > LOCAL_QUERY_MAX)
        return PDQL_ERR_ARG;
    if (work_size < pdql_local_search_size())
        return PDQL_ERR_SPACE;
    if (!open_block(block, size, &v))
        return PDQL_ERR_BLOCK;
    search_memory *const m = (search_memory *)((uint8_t *)work + (16 - (uintptr_t)work % 16) % 16);
    memset(m->slots, 0, sizeof m->slots);
    size_t found = 0, asked = 0;
    for (unsigned t = turns; t; t &= t - 1)
        asked++;
    for (unsigned t = 0; t < 8; t++)
        if (turns >> t & 1) {
            size_t budget = MOST_ROWS / asked; /* so that no turn starves another */
            pdqi_local_turn(&q->points, t, &m->turned[t]);
            for (uint32_t i = 0; i < q->points.n; i++) {
                uint32_t flip[WEAK];
                weakest(q->coefficients[i], t, v.key_bits, flip);
                if (!look(k->local, &v, m, &m->turned[t], i, t, flip, &budget))
                    return PDQL_ERR_BLOCK;
            }
        }
    const size_t n = choose(m);
    for (size_t i = 0; i < n; i++) {
        const unsigned turn = m->order[i] >> 1 & 7;
        pdql_local_match match;
        if (!read_entry(&v, m->order[i] >> 4, &m->entry))
            return PDQL_ERR_BLOCK;
        pdqi_local_vote(k->local, &m->turned[turn], &m->entry, m->order[i] & 1, &match);
        if (match.score < min_score || !match.score)
            continue;
        match.entry = m->order[i] >> 4;
        pdqi_local_unturn(&match, turn);
        insert(m->found, CANDIDATES, &found, &match);
    }
    *n_hits = found < cap ? found : cap;
    if (*n_hits)
        memcpy(hits, m->found, *n_hits * sizeof *hits);
    return PDQL_OK;
}
