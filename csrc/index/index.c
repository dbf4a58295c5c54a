/*
 * index/index.c - one face for both shapes, and the block's header
 */
#include "pdqlite_parts.h"

#include "index/scan.h"
#include "index/self_layout.h"

enum {
    VERSION = 1,
    VERSION_COMPACT = 2, /* blocks of 512 places; 1 had 32 */
    USUAL_RADIUS = 31, /* bits: what the shape is picked for unless a radius is named */
    HEADER_BYTES = 128,
    AT_VERSION = 8,
    AT_SHAPE = 12,
    AT_BYTES = 16,
    AT_ROWS = 24,
    AT_UNIQUE = 28,
    AT_WIDTHS = 32,
    AT_GROUPS = 36,
    AT_GROUPED = 40,
    AT_N_FAR = 48
};

static const uint8_t MAGIC[8] = { 'p', 'd', 'q', 'l', 'i', 'n', 'd', 'x' };

static uint64_t up(uint64_t n, uint64_t to)
{
    return (n + to - 1) / to * to;
}

static int is_self(uint32_t shape)
{
    return shape == PDQL_INDEX_SELF || shape == PDQL_INDEX_COMPACT;
}

/* Offsets of all sections, from the sizes in `ix`; 0 if size_t cannot hold them. */
static int lay_out(pdql_index *ix)
{
    uint64_t at = HEADER_BYTES;
    if (ix->shape == PDQL_INDEX_SCAN) {
        at += (uint64_t)ix->n_rows * PDQL_HASH_BYTES;
    } else {
        const unsigned value_bytes = ix->shape == PDQL_INDEX_COMPACT ? 1 : 2;
        const uint64_t some = PDQI_LIST_BLOCK * (uint64_t)value_bytes + PDQI_LIST_BLOCK / 16 * (uint64_t)ix->pair_bits;
        const uint64_t block = value_bytes == 2 ? some : PDQI_LOW_BLOCK / PDQI_LIST_BLOCK * some;
        const uint64_t dir = ((uint64_t)PDQI_BAND_VALUES >> ix->group_shift) * 4
            + (uint64_t)PDQI_BAND_VALUES * ix->step_bytes;
        const uint64_t list = up(ix->n_unique, PDQI_LIST_BLOCK) / PDQI_LIST_BLOCK * some;
        const uint64_t high_bits = (uint64_t)ix->n_unique + (uint64_t)PDQI_BAND_VALUES * PDQI_HIGH_VALUES;
        const uint64_t high = value_bytes == 2 ? 0 : up(high_bits, 64) / 8 + PDQI_SLACK_BYTES;
        uint64_t far[PDQI_BANDS];
        const uint64_t lists = at + PDQI_BANDS * dir, highs = lists + PDQI_BANDS * list;
        at = highs + PDQI_BANDS * high;
        for (unsigned b = 0; b < PDQI_BANDS; b++) {
            far[b] = at;
            at += (uint64_t)ix->n_far[b] * PDQI_FAR_BYTES;
        }
        const uint64_t ends = at, grouped = ends + (uint64_t)ix->n_groups * 4;
        const uint64_t map = grouped + (uint64_t)ix->n_grouped * 4;
        at = map + up((uint64_t)ix->n_unique * ix->row_bits, 8) / 8 + PDQI_SLACK_BYTES;
        if (at > SIZE_MAX)
            return 0;
        ix->at_dirs = HEADER_BYTES;
        ix->dir_bytes = (size_t)dir;
        ix->at_lists = (size_t)lists;
        ix->list_bytes = (size_t)list;
        ix->block_bytes = (size_t)block;
        ix->value_bytes = value_bytes;
        ix->pair_base = pdqi_pair_base(ix->pair_bits);
        ix->at_highs = (size_t)highs;
        ix->high_bytes = (size_t)high;
        for (unsigned b = 0; b < PDQI_BANDS; b++)
            ix->at_far[b] = (size_t)far[b];
        ix->at_ends = (size_t)ends;
        ix->at_grouped = (size_t)grouped;
        ix->at_map = (size_t)map;
    }
    if (at > SIZE_MAX)
        return 0;
    ix->bytes = (size_t)at;
    return 1;
}

static void write_header(const pdql_index *ix, uint8_t *h)
{
    memset(h, 0, HEADER_BYTES);
    memcpy(h, MAGIC, sizeof MAGIC);
    pdqi_store32(h + AT_VERSION, ix->shape == PDQL_INDEX_COMPACT ? VERSION_COMPACT : VERSION);
    pdqi_store32(h + AT_SHAPE, ix->shape);
    pdqi_store64(h + AT_BYTES, ix->bytes);
    pdqi_store32(h + AT_ROWS, ix->n_rows);
    pdqi_store32(h + AT_UNIQUE, ix->n_unique);
    h[AT_WIDTHS] = (uint8_t)ix->pair_bits;
    h[AT_WIDTHS + 1] = (uint8_t)ix->group_shift;
    h[AT_WIDTHS + 2] = (uint8_t)ix->step_bytes;
    h[AT_WIDTHS + 3] = (uint8_t)ix->row_bits;
    pdqi_store32(h + AT_GROUPS, ix->n_groups);
    pdqi_store32(h + AT_GROUPED, ix->n_grouped);
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        pdqi_store32(h + AT_N_FAR + 4 * b, ix->n_far[b]);
}

static void read_header(pdql_index *ix, const uint8_t *h)
{
    ix->shape = pdqi_load32(h + AT_SHAPE);
    ix->n_rows = pdqi_load32(h + AT_ROWS);
    ix->n_unique = pdqi_load32(h + AT_UNIQUE);
    ix->pair_bits = h[AT_WIDTHS];
    ix->group_shift = h[AT_WIDTHS + 1];
    ix->step_bytes = h[AT_WIDTHS + 2];
    ix->row_bits = h[AT_WIDTHS + 3];
    ix->n_groups = pdqi_load32(h + AT_GROUPS);
    ix->n_grouped = pdqi_load32(h + AT_GROUPED);
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        ix->n_far[b] = pdqi_load32(h + AT_N_FAR + 4 * b);
}

/* Whether a header's numbers can be those of a self-index. */
static int self_makes_sense(const pdql_index *ix)
{
    const uint64_t top = (uint64_t)ix->n_rows + ix->n_groups;
    unsigned row_bits = 0;
    while (row_bits < 32 && top > (uint64_t)1 << row_bits)
        row_bits++;
    if (ix->row_bits == 0 && ix->n_unique == ix->n_rows)
        row_bits = 0; /* rows that were given in order need no map */
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        if (ix->n_far[b] > ix->n_unique)
            return 0;
    return ix->n_unique <= ix->n_rows && (ix->n_unique > 0) == (ix->n_rows > 0) && ix->n_groups <= ix->n_unique
        && ix->n_grouped == ix->n_rows - (ix->n_unique - ix->n_groups) && ix->n_grouped / 2 >= ix->n_groups
        && ix->pair_bits >= 2 && ix->pair_bits <= PDQI_MAX_PAIR_BITS && ix->group_shift <= 16
        && (ix->step_bytes == 1 || ix->step_bytes == 2) && ix->row_bits == row_bits;
}

pdql_status pdql_index_open(const uint8_t *block, size_t bytes, pdql_index *ix)
{
    uint8_t again[HEADER_BYTES];
    pdql_index found = { .block = block };
    if (!block || !ix)
        return PDQL_ERR_ARG;
    if (bytes < HEADER_BYTES)
        return PDQL_ERR_BLOCK;
    read_header(&found, block);
    if (found.shape != PDQL_INDEX_SCAN && (!is_self(found.shape) || !self_makes_sense(&found)))
        return PDQL_ERR_BLOCK;
    if (!lay_out(&found) || found.bytes != bytes)
        return PDQL_ERR_BLOCK;
    if (found.shape == PDQL_INDEX_SCAN) { /* needs nothing else, so nothing else may be there */
        const pdql_index plain = {
            .block = block, .bytes = bytes, .shape = PDQL_INDEX_SCAN, .n_rows = found.n_rows, .n_unique = found.n_rows
        };
        found = plain;
    }
    write_header(&found, again); /* magic, version, length and every unused byte must be these */
    if (memcmp(again, block, HEADER_BYTES) != 0)
        return PDQL_ERR_BLOCK;
    *ix = found;
    return PDQL_OK;
}

/* Values of 16 bits that differ from one in fewer than `units` bits, up to 4. */
static unsigned near_values(unsigned units)
{
    static const unsigned within[5] = { 0, 1, 17, 137, 697 };
    return within[units];
}

/*
 * Measured on a Sapphire Rapids machine, 12 thousand to a million rows: a scan
 * takes 0.25 ns a row and 0.01 ns for each bit of radius; a bucket 20 ns and,
 * for each row in it, 2 ns, or 7 from radius 48 on, where many rows begin to walk.
 */
pdql_index_shape pdql_index_pick(size_t n_rows, unsigned radius, pdql_index_cost *cost)
{
    const unsigned units = radius + 1;
    const uint64_t n = n_rows < PDQL_MAX_ROWS ? n_rows : PDQL_MAX_ROWS;
    pdql_index_cost c = { 0, 0, n * (25 + (radius < PDQL_HASH_BITS ? radius : PDQL_HASH_BITS)) / 100 };
    if (radius <= PDQL_INDEX_SELF_RADIUS) {
        for (unsigned b = 0; b < PDQI_BANDS; b++)
            c.buckets += near_values(units / PDQI_BANDS + (b < units % PDQI_BANDS));
        c.self_ns = c.buckets * (20 + n * (radius < 48 ? 2 : 7) / PDQI_BAND_VALUES);
    }
    if (cost)
        *cost = c;
    return c.buckets && 4 * c.self_ns <= c.scan_ns ? PDQL_INDEX_SELF : PDQL_INDEX_SCAN;
}

static pdql_index_shape shape_for(size_t n_rows, pdql_index_shape shape)
{
    return shape == PDQL_INDEX_AUTO ? pdql_index_pick(n_rows, USUAL_RADIUS, NULL) : shape;
}

enum { PLAN_BYTES = (sizeof(pdql_index) + 63) / 64 * 64 };

pdql_status pdql_index_work_size(size_t n_rows, pdql_index_shape shape, size_t *work_bytes)
{
    if (!work_bytes || n_rows > PDQL_MAX_ROWS || (unsigned)shape > PDQL_INDEX_COMPACT)
        return PDQL_ERR_ARG;
    size_t more = 0;
    if (is_self(shape_for(n_rows, shape)) && (pdqi_self_work_size(n_rows, &more) || more > SIZE_MAX - PLAN_BYTES))
        return PDQL_ERR_ARG;
    *work_bytes = more + PLAN_BYTES;
    return PDQL_OK;
}

pdql_status pdql_index_plan(const uint8_t *rows, size_t n_rows, pdql_index_shape shape, void *work, size_t work_bytes,
                            size_t *block_bytes)
{
    size_t need;
    if ((!rows && n_rows) || !work || !block_bytes || pdql_index_work_size(n_rows, shape, &need))
        return PDQL_ERR_ARG;
    if (work_bytes < need)
        return PDQL_ERR_SPACE;
    pdql_index ix = { .shape = (uint32_t)shape_for(n_rows, shape) };
    if (is_self(ix.shape))
        pdqi_self_plan(rows, n_rows, (uint8_t *)work + PLAN_BYTES, &ix);
    else
        ix.n_rows = ix.n_unique = (uint32_t)n_rows;
    if (!lay_out(&ix))
        return PDQL_ERR_ARG;
    memcpy(work, &ix, sizeof ix);
    *block_bytes = ix.bytes;
    return PDQL_OK;
}

pdql_status pdql_index_build(const uint8_t *rows, size_t n_rows, void *work, size_t work_bytes, uint8_t *block,
                             size_t block_bytes)
{
    pdql_index ix;
    size_t need;
    if ((!rows && n_rows) || !work || !block || work_bytes < PLAN_BYTES)
        return PDQL_ERR_ARG;
    memcpy(&ix, work, sizeof ix);
    if (ix.n_rows != n_rows || pdql_index_work_size(n_rows, (pdql_index_shape)ix.shape, &need))
        return PDQL_ERR_ARG;
    if (work_bytes < need || block_bytes < ix.bytes)
        return PDQL_ERR_SPACE;
    write_header(&ix, block);
    if (is_self(ix.shape))
        pdqi_self_build((uint8_t *)work + PLAN_BYTES, &ix, block);
    else if (n_rows)
        pdqi_scan_build(rows, n_rows, block + HEADER_BYTES);
    return PDQL_OK;
}

pdql_status pdql_index_search(const pdql_kernels *k, const pdql_index *ix, const uint8_t *queries, size_t n_queries,
                              unsigned radius, pdql_hit *hits, size_t cap, size_t *n_hits)
{
    if (!k || !ix || !n_hits || (!queries && n_queries) || (!hits && cap) || radius > PDQL_HASH_BITS
        || n_queries > PDQL_MAX_ROWS)
        return PDQL_ERR_ARG;
    pdqi_hits out = { hits, cap, 0, 0, 0, 0 };
    if (is_self(ix->shape)) {
        const pdql_status status = pdqi_self_search(k->scan, ix, queries, n_queries, radius, &out);
        if (status != PDQL_OK)
            return status;
    } else {
        for (size_t q = 0; q < n_queries; q += PDQI_QUERIES_AT_ONCE) {
            const size_t n = n_queries - q < PDQI_QUERIES_AT_ONCE ? n_queries - q : PDQI_QUERIES_AT_ONCE;
            pdqi_scan_search(k->scan, ix->block + HEADER_BYTES, ix->n_rows, queries + q * PDQL_HASH_BYTES, n, q, radius,
                             &out);
        }
    }
    *n_hits = out.found;
    return PDQL_OK;
}

pdql_status pdql_index_rows(const pdql_index *ix, uint8_t *rows, size_t row_bytes)
{
    if (!ix || (!rows && ix->n_rows))
        return PDQL_ERR_ARG;
    if (row_bytes / PDQL_HASH_BYTES < ix->n_rows)
        return PDQL_ERR_SPACE;
    if (is_self(ix->shape))
        return pdqi_self_rows(ix, rows);
    if (ix->n_rows)
        pdqi_scan_rows(ix->block + HEADER_BYTES, ix->n_rows, rows);
    return PDQL_OK;
}

pdql_status pdql_index_describe(const pdql_index *ix, pdql_index_info *info)
{
    if (!ix || !info)
        return PDQL_ERR_ARG;
    const int self = is_self(ix->shape);
    *info = (pdql_index_info){
        .shape = ix->shape,
        .n_rows = ix->n_rows,
        .n_unique = ix->n_unique,
        .pair_bits = ix->pair_bits,
        .bytes = ix->bytes,
        .list_bytes = self ? (uint64_t)(ix->at_ends - ix->at_lists) : (uint64_t)ix->n_rows * PDQL_HASH_BYTES,
        .directory_bytes = self ? (uint64_t)ix->dir_bytes * PDQI_BANDS : 0,
        .row_bytes = self ? (uint64_t)(ix->bytes - ix->at_ends) : 0,
    };
    return PDQL_OK;
}
