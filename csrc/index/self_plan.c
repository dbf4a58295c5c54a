/*
 * index/self_plan.c - rows -> entries in order, buckets counted, widths chosen
 *
 * Counting sorts by bands 3, 2, 1, 0 leave equal only rows that share 64 bits;
 * those few are sorted by comparing. Equal rows become one entry. From the
 * sizes of all buckets every width of the block follows.
 */
#include "index/self_plan.h"

enum {
    LISTS_BYTES = (PDQI_BANDS + 1) * PDQI_BAND_VALUES * 4,
    ROW_BYTES = 2 * (int)sizeof(pdqi_record) + 4 * 2 + 2 * PDQI_BANDS,
    SORTED_BANDS = 4,
    AHEAD = 24 /* rows: far enough for memory to answer */
};

pdql_status pdqi_self_work_size(size_t n_rows, size_t *work_bytes)
{
    const size_t fixed = LISTS_BYTES + 64;
    if (n_rows > (SIZE_MAX - fixed) / ROW_BYTES)
        return PDQL_ERR_ARG;
    *work_bytes = n_rows * ROW_BYTES + fixed;
    return PDQL_OK;
}

pdqi_plan pdqi_plan_cut(void *work, size_t n_rows)
{
    pdqi_plan p = { .n_rows = n_rows };
    p.starts = work;
    p.cursor = p.starts[PDQI_BANDS - 1] + PDQI_BAND_VALUES;
    p.here = (pdqi_record *)(void *)(p.cursor + PDQI_BAND_VALUES);
    p.there = p.here + n_rows;
    p.order = (uint32_t *)(void *)(p.there + n_rows);
    p.first = p.order + n_rows;
    uint16_t *bands = (uint16_t *)(void *)(p.first + n_rows + 1);
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        p.bands[b] = bands + b * n_rows;
    return p;
}

/* Counts -> starts. */
static void accumulate(uint32_t *counts)
{
    uint32_t sum = 0;
    for (size_t v = 0; v < PDQI_BAND_VALUES; v++) {
        const uint32_t n = counts[v];
        counts[v] = sum;
        sum += n;
    }
}

/* Row numbers in order of their first bands, equal ones by number. */
static void sort_rows(const uint8_t *rows, pdqi_plan *p)
{
    uint32_t *from = (uint32_t *)(void *)p->there, *to = (uint32_t *)(void *)p->here;
    for (size_t i = 0; i < p->n_rows; i++) {
        uint16_t bands[PDQI_BANDS];
        pdqi_bands_of(rows + i * PDQL_HASH_BYTES, bands);
        for (unsigned b = 0; b < SORTED_BANDS; b++)
            p->bands[b][i] = bands[b];
        from[i] = (uint32_t)i;
    }
    for (unsigned b = SORTED_BANDS; b-- > 0;) {
        const uint16_t *band = p->bands[b];
        memset(p->cursor, 0, PDQI_BAND_VALUES * sizeof *p->cursor);
        for (size_t i = 0; i < p->n_rows; i++)
            p->cursor[band[i]]++;
        accumulate(p->cursor);
        if (b == 0)
            to = p->order;
        for (size_t i = 0; i < p->n_rows; i++) {
            pdqi_prefetch(&band[from[i + AHEAD < p->n_rows ? i + AHEAD : i]]);
            to[p->cursor[band[from[i]]]++] = from[i];
        }
        uint32_t *t = from;
        from = to;
        to = t;
    }
}

typedef struct tied {
    const uint8_t *rows;
    uint32_t *order;
} tied;

static int row_less(tied a, size_t i, size_t j)
{
    const uint8_t *x = a.rows + (size_t)a.order[i] * PDQL_HASH_BYTES,
                  *y = a.rows + (size_t)a.order[j] * PDQL_HASH_BYTES;
    uint16_t bx[PDQI_BANDS], by[PDQI_BANDS];
    if (memcmp(x, y, PDQL_HASH_BYTES) == 0)
        return a.order[i] < a.order[j];
    pdqi_bands_of(x, bx);
    pdqi_bands_of(y, by);
    unsigned b = SORTED_BANDS;
    while (b < PDQI_BANDS - 1 && bx[b] == by[b])
        b++;
    return bx[b] < by[b];
}

static void row_swap(tied a, size_t i, size_t j)
{
    const uint32_t t = a.order[i];
    a.order[i] = a.order[j];
    a.order[j] = t;
}

#define SORT_NAME sort_tied
#define SORT_ARRAYS tied
#define SORT_LESS row_less
#define SORT_SWAP row_swap
#include "base/sort.h"

/* Sorts rows order[at..at+n), of one value in each of the first bands, and makes entries of them. */
static void add_entries(const uint8_t *rows, pdqi_plan *p, size_t at, size_t n, const uint16_t *bands)
{
    const uint8_t *last = rows + (size_t)p->order[at] * PDQL_HASH_BYTES;
    size_t same = 1;
    while (same < n && memcmp(last, rows + (size_t)p->order[at + same] * PDQL_HASH_BYTES, PDQL_HASH_BYTES) == 0)
        same++;
    if (same < n)
        sort_tied((tied){ rows, p->order + at }, n);
    for (size_t i = at; i < at + n; i++) {
        const uint8_t *row = rows + (size_t)p->order[i] * PDQL_HASH_BYTES;
        uint16_t own[PDQI_BANDS];
        if (i > at && memcmp(last, row, PDQL_HASH_BYTES) == 0)
            continue;
        if (n > 1) {
            pdqi_bands_of(row, own);
            bands = own;
        }
        for (unsigned b = 0; b < PDQI_BANDS; b++) {
            p->bands[b][p->n_entries] = bands[b];
            p->starts[b][bands[b]]++;
        }
        p->first[p->n_entries++] = (uint32_t)i;
        last = row;
    }
}

/* Each different hash once; how many rows share a hash with another, in how many groups; buckets. */
static void make_entries(const uint8_t *rows, pdqi_plan *p, pdql_index *ix)
{
    uint16_t bands[PDQI_BANDS], next[PDQI_BANDS];
    size_t at = 0;
    memset(p->starts, 0, sizeof *p->starts * PDQI_BANDS);
    for (size_t i = 0; i < p->n_rows; i++) {
        pdqi_prefetch(rows + (size_t)p->order[i + AHEAD < p->n_rows ? i + AHEAD : i] * PDQL_HASH_BYTES);
        pdqi_bands_of(rows + (size_t)p->order[i] * PDQL_HASH_BYTES, next);
        if (i > at && memcmp(bands, next, SORTED_BANDS * sizeof *bands) != 0) {
            add_entries(rows, p, at, i - at, bands);
            at = i;
        }
        if (i == at)
            memcpy(bands, next, sizeof bands);
    }
    if (p->n_rows)
        add_entries(rows, p, at, p->n_rows - at, bands);
    p->first[p->n_entries] = (uint32_t)p->n_rows;
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        accumulate(p->starts[b]);
    for (size_t e = 0; e < p->n_entries; e++) {
        const uint32_t share = p->first[e + 1] - p->first[e];
        ix->n_groups += share > 1;
        ix->n_grouped += share > 1 ? share : 0;
    }
}

/* Offsets into list b of at least `most`: they are looked up elsewhere. */
static uint32_t count_far(const pdqi_plan *p, unsigned b, uint32_t most)
{
    uint32_t far = 0;
    for (size_t v = 0; v < PDQI_BAND_VALUES; v++) {
        const uint32_t size = pdqi_plan_bucket(p, b, v);
        far += size > most ? size - most : 0;
    }
    return far;
}

/* The width that makes offsets and far offsets together smallest. */
static void choose_pair_bits(const pdqi_plan *p, pdql_index *ix)
{
    uint64_t best = UINT64_MAX;
    for (unsigned bits = 2; bits <= PDQI_MAX_PAIR_BITS; bits++) {
        const uint32_t base = pdqi_pair_base(bits);
        uint32_t n_far[PDQI_BANDS];
        uint64_t far = 0;
        for (unsigned b = 0; b < PDQI_BANDS; b++) {
            n_far[b] = count_far(p, (b + 1) % PDQI_BANDS, base - 1); /* list b points into list b + 1 */
            far += n_far[b];
        }
        const uint64_t cost = (uint64_t)p->n_entries * (PDQI_BANDS / 2) * bits + far * PDQI_FAR_BYTES * 8;
        if (cost < best) {
            best = cost;
            ix->pair_bits = bits;
            memcpy(ix->n_far, n_far, sizeof n_far);
        }
        if (far == 0)
            break;
    }
}

/* The furthest any bucket of a group of 2^shift begins after the group does. */
static uint32_t longest_step(const pdqi_plan *p, unsigned shift)
{
    uint32_t longest = 0;
    const size_t group = (size_t)1 << shift;
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        for (size_t v = 0; v < PDQI_BAND_VALUES; v += group) {
            const uint32_t step = p->starts[b][v + group - 1] - p->starts[b][v];
            longest = step > longest ? step : longest;
        }
    return longest;
}

/* Groups as large as steps of 8 or 16 bits allow, whichever makes the directories smaller. */
static void choose_directory(const pdqi_plan *p, pdql_index *ix)
{
    size_t best = SIZE_MAX;
    for (unsigned bytes = 1; bytes <= 2; bytes++) {
        unsigned shift = 16;
        while (shift && longest_step(p, shift) >> 8 * bytes)
            shift--;
        const size_t size = ((size_t)PDQI_BAND_VALUES >> shift) * 4 + (size_t)PDQI_BAND_VALUES * bytes;
        if (size < best) {
            best = size;
            ix->group_shift = shift;
            ix->step_bytes = bytes;
        }
    }
}

static void choose_row_bits(const pdqi_plan *p, pdql_index *ix)
{
    const uint64_t top = (uint64_t)p->n_rows + ix->n_groups;
    size_t in_order = 0;
    while (in_order < p->n_entries && p->order[in_order] == in_order)
        in_order++;
    ix->row_bits = 0;
    if (in_order == p->n_rows)
        return;
    while (ix->row_bits < 32 && top > (uint64_t)1 << ix->row_bits)
        ix->row_bits++;
}

void pdqi_self_plan(const uint8_t *rows, size_t n_rows, void *work, pdql_index *ix)
{
    pdqi_plan p = pdqi_plan_cut(work, n_rows);
    ix->n_rows = (uint32_t)n_rows;
    sort_rows(rows, &p);
    make_entries(rows, &p, ix);
    ix->n_unique = (uint32_t)p.n_entries;
    choose_pair_bits(&p, ix);
    choose_directory(&p, ix);
    choose_row_bits(&p, ix);
}
