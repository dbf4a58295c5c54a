/*
 * index/self_build.c - a plan -> the block, list by list
 *
 * The entries of list b + 1 in their order, dealt into buckets by band b, are
 * list b in its order: one counting sort a list, from the last to the first,
 * and each step knows where in list b + 1 it stands, which is what list b has
 * to say of the entry.
 */
#include "index/self_plan.h"

enum { AHEAD = 24 };

/* Number `i` of those packed from `at` on, in memory that was zero; reads and writes 8 bytes there. */
static void pack(uint8_t *at, size_t i, unsigned bits, uint32_t value)
{
    const uint64_t bit = (uint64_t)i * bits;
    uint8_t *p = at + (size_t)(bit >> 3);
    pdqi_store64(p, pdqi_load64(p) | (uint64_t)value << (bit & 7));
}

static void write_directory(const pdqi_plan *p, const pdql_index *ix, unsigned b, uint8_t *dir)
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
#include "base/sort.h"

/* From list b + 1 at p->there, list b at p->here, and its far offsets. */
static void deal(pdqi_plan *p, const pdql_index *ix, unsigned b, uint8_t *block)
{
    const unsigned next = (b + 1) % PDQI_BANDS;
    const uint32_t most = ix->pair_base - 1;
    const uint16_t *band = p->bands[b];
    const size_t n = p->n_entries;
    uint8_t *far = block + ix->at_far[b];
    size_t n_far = 0;

    memcpy(p->cursor, p->starts[b], sizeof *p->starts);
    for (size_t v = 0, at = 0; v < PDQI_BAND_VALUES; v++) {
        const size_t start = at, end = start + pdqi_plan_bucket(p, next, v);
        for (; at < end; at++) {
            const uint32_t entry = p->there[at].entry;
            const size_t offset = at - start;
            pdqi_prefetch(&band[p->there[at + AHEAD < n ? at + AHEAD : at].entry]);
            const uint32_t place = p->cursor[band[entry]]++;
            p->here[place] = (pdqi_record){ entry, (uint16_t)v, (uint16_t)(offset < most ? offset : most) };
            if (offset < most)
                continue;
            pdqi_store32(far + n_far * PDQI_FAR_BYTES, place);
            pdqi_store32(far + n_far * PDQI_FAR_BYTES + 4, (uint32_t)offset);
            n_far++;
        }
    }
    sort_far(far, n_far);
}

static void write_list(const pdqi_plan *p, const pdql_index *ix, unsigned b, uint8_t *block)
{
    uint8_t *to = block + ix->at_lists + b * ix->list_bytes;
    const size_t places = pdqi_self_block_places(ix);
    for (size_t at = 0; at < p->n_entries; at += places, to += ix->block_bytes) {
        const size_t n = p->n_entries - at < places ? p->n_entries - at : places;
        const pdqi_record *r = p->here + at;
        uint8_t *pairs = to + pdqi_self_before_pairs(ix, (uint32_t)at);
        for (size_t i = 0; i < n; i++)
            if (ix->value_bytes == 2)
                pdqi_store16(to + i * 2, r[i].value);
            else
                to[i] = (uint8_t)r[i].value;
        for (size_t i = 0; i < n; i += 2)
            pack(pairs, i / 2, ix->pair_bits, r[i].offset + (i + 1 < n ? ix->pair_base * r[i + 1].offset : 0));
    }
}

/* Compact: a one for each entry, after as many zeros as values a bucket and high bytes within it were passed. */
static void write_highs(const pdqi_plan *p, const pdql_index *ix, unsigned b, uint8_t *block)
{
    uint8_t *bits = block + ix->at_highs + b * ix->high_bytes;
    for (size_t u = 0, at = 0; u < PDQI_BAND_VALUES; u++)
        for (const size_t end = at + pdqi_plan_bucket(p, b, u); at < end; at++) {
            const uint64_t bit = at + (uint64_t)u * PDQI_HIGH_VALUES + (p->here[at].value >> 8);
            bits[bit / 8] |= (uint8_t)(1u << bit % 8);
        }
}

/* By entry: its row; or, if several rows have its hash, n_rows + the number of their group. */
static void write_rows(const pdqi_plan *p, const pdql_index *ix, uint8_t *block)
{
    uint32_t group = 0, end = 0;
    for (size_t e = 0; e < p->n_entries && ix->row_bits; e++) {
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
    pdqi_plan p = pdqi_plan_cut(work, ix->n_rows);
    p.n_entries = ix->n_unique;
    memset(block + ix->at_dirs, 0, ix->bytes - ix->at_dirs);
    for (size_t e = 0; e < p.n_entries; e++)
        p.there[e].entry = (uint32_t)e;
    for (unsigned b = PDQI_BANDS; b-- > 0;) {
        write_directory(&p, ix, b, block + ix->at_dirs + b * ix->dir_bytes);
        deal(&p, ix, b, block);
        write_list(&p, ix, b, block);
        if (ix->value_bytes == 1)
            write_highs(&p, ix, b, block);
        pdqi_record *t = p.here;
        p.here = p.there;
        p.there = t;
    }
    write_rows(&p, ix, block);
}
