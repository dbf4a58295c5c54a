/*
 * selfindex_build.c - rows -> self-index, by counting sorts in memory of the caller
 *
 * Planning permutes the rows into bands, sorts them, and keeps each different
 * hash once: an entry, numbered by its place in list 0. Then it counts every
 * bucket, from which every size follows. Building goes through the entries
 * once for each list.
 */
#include "selfindex.h"

typedef struct key {
    uint16_t band[PDQI_BANDS];
} key;

/* The caller's memory, cut up. */
typedef struct plan {
    size_t n_rows, n_entries;
    key *keys;          /* by entry; while planning, by sorted row */
    uint32_t *order;    /* row numbers, sorted by hash, then number */
    uint32_t *first;    /* by entry: where its rows begin in `order`; one more at the end */
    uint32_t *here;     /* by entry: its place in the list at hand */
    uint32_t *there;    /* by entry: its place in the next list */
    uint32_t (*starts)[PDQI_BAND_VALUES]; /* by list and bucket */
    uint32_t *cursor;   /* of the next list, by bucket */
} plan;

enum { LISTS_BYTES = (PDQI_BANDS + 1) * PDQI_BAND_VALUES * 4, ENTRY_BYTES = sizeof(key) + 4 * 4 };

pdql_status pdqi_self_work_size(size_t n_rows, size_t *work_bytes)
{
    const size_t fixed = LISTS_BYTES + 64;
    if (n_rows > (SIZE_MAX - fixed) / ENTRY_BYTES)
        return PDQL_ERR_ARG;
    *work_bytes = n_rows * ENTRY_BYTES + fixed;
    return PDQL_OK;
}

static plan cut(void *work, size_t n_rows)
{
    plan p = { .n_rows = n_rows };
    p.starts = work;
    p.cursor = p.starts[PDQI_BANDS - 1] + PDQI_BAND_VALUES;
    p.order = p.cursor + PDQI_BAND_VALUES;
    p.first = p.order + n_rows;
    p.here = p.first + n_rows + 1;
    p.there = p.here + n_rows;
    p.keys = (key *)(void *)(p.there + n_rows);
    return p;
}

/* Counts -> starts; returns the sum. */
static uint32_t accumulate(uint32_t *counts)
{
    uint32_t sum = 0;
    for (size_t v = 0; v < PDQI_BAND_VALUES; v++) {
        const uint32_t n = counts[v];
        counts[v] = sum;
        sum += n;
    }
    return sum;
}

static int compare(const key *a, const key *b)
{
    for (unsigned i = 0; i < PDQI_BANDS; i++)
        if (a->band[i] != b->band[i])
            return a->band[i] < b->band[i] ? -1 : 1;
    return 0;
}

typedef struct sorted {
    key *keys;
    uint32_t *order;
} sorted;

static int row_less(sorted a, size_t i, size_t j)
{
    const int c = compare(&a.keys[i], &a.keys[j]);
    return c ? c < 0 : a.order[i] < a.order[j];
}

static void row_swap(sorted a, size_t i, size_t j)
{
    const key k = a.keys[i];
    const uint32_t o = a.order[i];
    a.keys[i] = a.keys[j];
    a.order[i] = a.order[j];
    a.keys[j] = k;
    a.order[j] = o;
}

#define SORT_NAME sort_rows
#define SORT_ARRAYS sorted
#define SORT_LESS row_less
#define SORT_SWAP row_swap
#include "sort.h"
#undef SORT_NAME
#undef SORT_ARRAYS
#undef SORT_LESS
#undef SORT_SWAP

/* Rows into buckets of band 0, then each bucket in order. */
static void sort_all(const uint8_t *rows, plan *p)
{
    uint32_t *at = p->cursor;
    key k;
    memset(at, 0, PDQI_BAND_VALUES * sizeof *at);
    for (size_t i = 0; i < p->n_rows; i++) {
        pdqi_bands_of(rows + i * PDQL_HASH_BYTES, k.band);
        at[k.band[0]]++;
    }
    accumulate(at);
    for (size_t i = 0; i < p->n_rows; i++) {
        pdqi_bands_of(rows + i * PDQL_HASH_BYTES, k.band);
        const size_t place = at[k.band[0]]++;
        p->keys[place] = k;
        p->order[place] = (uint32_t)i;
    }
    for (size_t v = 0, start = 0; v < PDQI_BAND_VALUES; start = at[v++])
        sort_rows((sorted){ p->keys + start, p->order + start }, at[v] - start);
}

/* Keeps the first of equal keys; says how many rows share a hash with another, in how many groups. */
static void keep_different(plan *p, pdql_index *ix)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_rows; i++)
        if (n == 0 || compare(&p->keys[n - 1], &p->keys[i])) {
            p->first[n] = (uint32_t)i;
            p->keys[n++] = p->keys[i];
        }
    p->n_entries = n;
    p->first[n] = (uint32_t)p->n_rows;
    for (size_t e = 0; e < n; e++) {
        const uint32_t share = p->first[e + 1] - p->first[e];
        if (share > 1) {
            ix->n_groups++;
            ix->n_grouped += share;
        }
    }
}

static uint32_t bucket_size(const plan *p, unsigned b, size_t v)
{
    return (v + 1 < PDQI_BAND_VALUES ? p->starts[b][v + 1] : (uint32_t)p->n_entries) - p->starts[b][v];
}

/* Offsets that do not fit `bits`: all ones means "look among the far ones". */
static uint32_t count_far(const plan *p, unsigned b, unsigned bits)
{
    const uint32_t fit = ((uint32_t)1 << bits) - 1;
    uint32_t far = 0;
    for (size_t v = 0; v < PDQI_BAND_VALUES; v++) {
        const uint32_t size = bucket_size(p, b, v);
        far += size > fit ? size - fit : 0;
    }
    return far;
}

/* The width that makes offsets and far offsets together smallest. */
static void choose_offset_bits(const plan *p, pdql_index *ix)
{
    uint64_t best = UINT64_MAX;
    for (unsigned bits = 1; bits <= PDQI_MAX_OFFSET_BITS; bits++) {
        uint32_t n_far[PDQI_BANDS];
        uint64_t far = 0;
        for (unsigned b = 0; b < PDQI_BANDS; b++) {
            /* offsets stored in list b point into list b + 1 */
            n_far[b] = count_far(p, (b + 1) % PDQI_BANDS, bits);
            far += n_far[b];
        }
        const uint64_t cost = (uint64_t)p->n_entries * PDQI_BANDS * bits + far * PDQI_FAR_BYTES * 8;
        if (cost < best) {
            best = cost;
            ix->offset_bits = bits;
            memcpy(ix->n_far, n_far, sizeof n_far);
        }
        if (far == 0)
            break;
    }
}

/* The furthest any bucket of a group of 2^shift begins after the group does. */
static uint32_t longest_step(const plan *p, unsigned shift)
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
static void choose_directory(const plan *p, pdql_index *ix)
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

void pdqi_self_plan(const uint8_t *rows, size_t n_rows, void *work, pdql_index *ix)
{
    plan p = cut(work, n_rows);
    ix->n_rows = (uint32_t)n_rows;
    sort_all(rows, &p);
    keep_different(&p, ix);
    ix->n_unique = (uint32_t)p.n_entries;

    memset(p.starts, 0, sizeof *p.starts * PDQI_BANDS);
    for (size_t e = 0; e < p.n_entries; e++)
        for (unsigned b = 0; b < PDQI_BANDS; b++)
            p.starts[b][p.keys[e].band[b]]++;
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        accumulate(p.starts[b]);

    choose_offset_bits(&p, ix);
    choose_directory(&p, ix);
    const uint64_t top = (uint64_t)n_rows + ix->n_groups;
    ix->row_bits = 0;
    while (ix->row_bits < 32 && top > (uint64_t)1 << ix->row_bits)
        ix->row_bits++;
}

/* Number `i` of those packed from `at` on, in memory that was zero; reads and writes 8 bytes there. */
static void pack(uint8_t *at, size_t i, unsigned bits, uint32_t value)
{
    const uint64_t bit = (uint64_t)i * bits;
    uint8_t *p = at + (size_t)(bit >> 3);
    pdqi_store64(p, pdqi_load64(p) | (uint64_t)value << (bit & 7));
}

static void write_directory(const plan *p, const pdql_index *ix, unsigned b, uint8_t *dir)
{
    uint8_t *steps = dir + ((size_t)PDQI_BAND_VALUES >> ix->group_shift) * 4;
    for (size_t v = 0; v < PDQI_BAND_VALUES; v++) {
        const size_t group = v >> ix->group_shift;
        const uint32_t base = p->starts[b][group << ix->group_shift], step = p->starts[b][v] - base;
        pdqi_store32(dir + group * 4, base);
        if (ix->step_bytes == 1)
            steps[v] = (uint8_t)step;
        else
            pdqi_store16(steps + v * 2, step);
    }
}

static int far_less(uint8_t *a, size_t i, size_t j)
{
    return pdqi_load32(a + i * PDQI_FAR_BYTES) < pdqi_load32(a + j * PDQI_FAR_BYTES);
}

static void far_swap(uint8_t *a, size_t i, size_t j)
{
    uint8_t t[PDQI_FAR_BYTES];
    memcpy(t, a + i * PDQI_FAR_BYTES, sizeof t);
    memcpy(a + i * PDQI_FAR_BYTES, a + j * PDQI_FAR_BYTES, sizeof t);
    memcpy(a + j * PDQI_FAR_BYTES, t, sizeof t);
}

#define SORT_NAME sort_far
#define SORT_ARRAYS uint8_t *
#define SORT_LESS far_less
#define SORT_SWAP far_swap
#include "sort.h"

/* List b, whose entries lie at p->here; finds p->there, their places in list b + 1. */
static void write_list(plan *p, const pdql_index *ix, unsigned b, uint8_t *block)
{
    const unsigned next = (b + 1) % PDQI_BANDS;
    const uint32_t mark = ((uint32_t)1 << ix->offset_bits) - 1;
    uint8_t *list = block + ix->at_lists + b * ix->list_bytes, *far = block + ix->at_far[b];
    size_t n_far = 0;

    memcpy(p->cursor, p->starts[next], sizeof *p->starts);
    for (size_t e = 0; e < p->n_entries; e++) {
        const uint32_t value = p->keys[e].band[next], place = p->here[e];
        const uint32_t offset = p->cursor[value]++ - p->starts[next][value];
        uint8_t *at = list + (size_t)(place / PDQI_LIST_BLOCK) * ix->block_bytes;
        p->there[e] = p->starts[next][value] + offset;
        pdqi_store16(at + place % PDQI_LIST_BLOCK * 2, value);
        pack(at + PDQI_LIST_BLOCK * 2, place % PDQI_LIST_BLOCK, ix->offset_bits, offset < mark ? offset : mark);
        if (offset >= mark) {
            pdqi_store32(far + n_far * PDQI_FAR_BYTES, place);
            pdqi_store32(far + n_far * PDQI_FAR_BYTES + 4, offset);
            n_far++;
        }
    }
    sort_far(far, n_far);
    uint32_t *t = p->here;
    p->here = p->there;
    p->there = t;
}

/* By entry: its row; or, if several rows have its hash, n_rows + the number of their group. */
static void write_rows(const plan *p, const pdql_index *ix, uint8_t *block)
{
    uint32_t group = 0, end = 0;
    for (size_t e = 0; e < p->n_entries; e++) {
        const uint32_t from = p->first[e], to = p->first[e + 1];
        if (to - from == 1) {
            pack(block + ix->at_map, e, ix->row_bits, p->order[from]);
            continue;
        }
        pack(block + ix->at_map, e, ix->row_bits, ix->n_rows + group);
        for (uint32_t i = from; i < to; i++)
            pdqi_store32(block + ix->at_grouped + (size_t)end++ * 4, p->order[i]);
        pdqi_store32(block + ix->at_ends + (size_t)group++ * 4, end);
    }
}

void pdqi_self_build(void *work, const pdql_index *ix, uint8_t *block)
{
    plan p = cut(work, ix->n_rows);
    p.n_entries = ix->n_unique;
    memset(block + ix->at_dirs, 0, ix->bytes - ix->at_dirs);
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        write_directory(&p, ix, b, block + ix->at_dirs + b * ix->dir_bytes);
    for (size_t e = 0; e < p.n_entries; e++)
        p.here[e] = (uint32_t)e;
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        write_list(&p, ix, b, block);
    write_rows(&p, ix, block);
}
