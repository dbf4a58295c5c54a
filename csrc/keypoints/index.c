/*
 * keypoints/index.c - the block: its layout, how it is built, how it is opened
 */
#include "keypoints/index.h"

#include "pdqlite_parts.h"

enum {
    MAGIC = 0x33434c50, /* "PLC3" in a little-endian machine's memory, else another number: wrong order is seen */
    KEY_MIN = 8,
    FULL = 4            /* buckets hold 2^3 to 2^4 keypoints on average */
};

typedef struct header {
    uint32_t magic, entries, points, key_bits;
    uint64_t size, unused;
} header;

/*
 * Bits that halve the strangers and keep the copies. A keypoint is nearly even in x and in y: coefficients of two
 * even orders have one sign for all bright keypoints, those of (0, 1) and (0, 3) go together, and so on. Chosen
 * one after another from 1.5 million pairs of strangers and 16 000 pairs of copies: 18 bits agree by chance once
 * in 2^15.3 (the 18 lowest orders: once in 2^10.3). The mark's bits are others, chosen in the same way.
 */
const uint8_t pdqi_keypoints_key_bits[KEYPOINT_KEY_MAX] = { 1,  0, 23, 30, 18, 3, 21, 25, 17, 50, 47,
                                                            48, 2, 49, 15, 57, 8, 14, 16, 61, 19, 29 };
static const uint8_t MARK_BITS[KEYPOINT_MARK_BITS] = { 46, 28, 52, 54, 55, 60, 63, 53, 32, 62, 45, 44, 33, 36, 43, 34 };

static uint32_t gathered(uint64_t bits, const uint8_t *which, unsigned n)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < n; i++)
        out |= (uint32_t)(bits >> which[i] & 1) << i;
    return out;
}

uint32_t pdqi_keypoints_key(uint64_t bits, unsigned n)
{
    return gathered(bits, pdqi_keypoints_key_bits, n);
}

uint16_t pdqi_keypoints_mark(uint64_t bits)
{
    return (uint16_t)gathered(bits, MARK_BITS, KEYPOINT_MARK_BITS);
}

static unsigned key_bits(size_t points)
{
    unsigned n = KEY_MIN;
    while (n < KEYPOINT_KEY_MAX && points >> (n + FULL))
        n++;
    return n;
}

static size_t lay_out(size_t n, size_t points, keypoint_layout *o)
{
    if (n > (1u << (32 - KEYPOINT_ID_BITS)) || points > (1u << 30) || points > n * PDQL_MAX_KEYPOINTS)
        return 0;
    uint64_t at = sizeof(header);
    o->ids = (size_t)at;
    at += 4 * (uint64_t)points;
    o->starts = (size_t)at;
    at += 4 * ((uint64_t)n + 1);
    o->buckets = (size_t)at;
    at += 4 * (((uint64_t)1 << key_bits(points)) + 1);
    o->marks = (size_t)at;
    at += 2 * ((uint64_t)points + KEYPOINT_MARKS_PAST);
    o->aspects = (size_t)at;
    at += n;
    o->common = (size_t)at;
    at += KEYPOINT_COMMON_BYTES * (uint64_t)n;
    o->points = (size_t)at;
    at += KEYPOINT_RECORD_POINT * (uint64_t)points;
    at = (at + 7) / 8 * 8;
    if (at > SIZE_MAX)
        return 0;
    o->size = (size_t)at;
    return o->size;
}

static void view_of(const void *block, const header *h, const keypoint_layout *o, keypoints_block *v)
{
    const uint8_t *const base = block;
    *v = (keypoints_block){ base + o->points,
                            base + o->aspects,
                            base + o->common,
                            (const uint32_t *)(base + o->ids),
                            (const uint32_t *)(base + o->starts),
                            (const uint32_t *)(base + o->buckets),
                            (const uint16_t *)(base + o->marks),
                            h->entries,
                            h->points,
                            h->key_bits };
}

int pdqi_keypoints_open(const void *block, size_t size, keypoints_block *view)
{
    header h;
    keypoint_layout o;
    if (size < sizeof h)
        return 0;
    memcpy(&h, block, sizeof h);
    if (h.magic != MAGIC || h.unused || !lay_out(h.entries, h.points, &o) || o.size != h.size || h.size > size
        || h.key_bits != key_bits(h.points))
        return 0;
    view_of(block, &h, &o, view);
    return 1;
}

size_t pdql_keypoints_index_size(size_t n, size_t n_points)
{
    keypoint_layout o;
    return lay_out(n, n_points, &o);
}

pdql_status pdql_keypoints_index_open(const void *block, size_t size, size_t *n, size_t *n_points)
{
    keypoints_block v;
    if (!block || (uintptr_t)block % 8 || !n || !n_points)
        return PDQL_ERR_ARG;
    if (!pdqi_keypoints_open(block, size, &v))
        return PDQL_ERR_BLOCK;
    *n = v.entries;
    *n_points = v.n_points;
    return PDQL_OK;
}

/* Keypoints of all records together; SIZE_MAX if one is no record. */
static size_t count(const uint8_t *records, const uint32_t *lengths, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < n; records += lengths[i++])
        if (lengths[i]) {
            if (pdql_keypoints_check(records, lengths[i]) != PDQL_OK)
                return SIZE_MAX;
            total += records[1];
        }
    return total;
}

/* Each bucket's start runs to its end as it fills; the last loop moves them back. */
static void fill(uint32_t *buckets, uint32_t *ids, uint16_t *marks, const uint32_t *starts, const uint8_t *points,
                 size_t n, unsigned kb)
{
    const size_t total = starts[n];
    for (size_t p = 0; p < total; p++)
        buckets[pdqi_keypoints_key(pdqi_keypoints_canonical(points + p * KEYPOINT_RECORD_POINT), kb) + 1]++;
    for (size_t b = 0; b < (size_t)1 << kb; b++)
        buckets[b + 1] += buckets[b];
    for (size_t i = 0; i < n; i++)
        for (uint32_t p = starts[i]; p < starts[i + 1]; p++) {
            const uint64_t c = pdqi_keypoints_canonical(points + (size_t)p * KEYPOINT_RECORD_POINT);
            const uint32_t to = buckets[pdqi_keypoints_key(c, kb)]++;
            marks[to] = pdqi_keypoints_mark(c);
            ids[to] = (uint32_t)i << KEYPOINT_ID_BITS | (p - starts[i]);
        }
    for (size_t b = (size_t)1 << kb; b; b--)
        buckets[b] = buckets[b - 1];
    buckets[0] = 0;
}

size_t pdqi_keypoints_record(const keypoints_block *v, uint32_t entry, uint8_t *record)
{
    const uint8_t *points;
    const int n = pdqi_keypoints_entry(v, entry, &points);
    if (n < 0)
        return 0;
    record[0] = KEYPOINT_VERSION;
    record[1] = (uint8_t)n;
    record[2] = v->aspects[entry];
    memcpy(record + KEYPOINT_RECORD_HEAD, points, (size_t)n * KEYPOINT_RECORD_POINT);
    return KEYPOINT_RECORD_HEAD + (size_t)n * KEYPOINT_RECORD_POINT;
}

uint64_t pdqi_keypoints_common(const keypoints_block *v, uint32_t entry)
{
    uint64_t bits = 0;
    for (int i = 0; i < KEYPOINT_COMMON_BYTES; i++)
        bits |= (uint64_t)v->common[(size_t)entry * KEYPOINT_COMMON_BYTES + (size_t)i] << 8 * i;
    return bits;
}

pdql_status pdql_keypoints_index_build(const uint8_t *records, const uint32_t *lengths, const uint8_t *rows, size_t n,
                                       void *block, size_t size)
{
    return pdql_keypoints_index_build_frames(records, lengths, rows, NULL, n, block, size);
}

pdql_status pdql_keypoints_index_build_frames(const uint8_t *records, const uint32_t *lengths, const uint8_t *rows,
                                              const uint8_t *meta, size_t n, void *block, size_t size)
{
    if ((!records && n) || (!lengths && n) || !block || (uintptr_t)block % 8)
        return PDQL_ERR_ARG;
    const size_t total = count(records, lengths, n);
    keypoint_layout o;
    if (total == SIZE_MAX || !lay_out(n, total, &o))
        return PDQL_ERR_ARG;
    if (size < o.size)
        return PDQL_ERR_SPACE;
    uint8_t *const base = block;
    memset(base, 0, o.size);
    uint32_t *const starts = (uint32_t *)(base + o.starts);
    uint32_t at = 0;
    const uint8_t *r = records;
    for (size_t i = 0; i < n; r += lengths[i++]) {
        starts[i] = at;
        if (!lengths[i])
            continue;
        base[o.aspects + i] = r[2];
        memcpy(base + o.points + (size_t)at * KEYPOINT_RECORD_POINT, r + KEYPOINT_RECORD_HEAD,
               lengths[i] - KEYPOINT_RECORD_HEAD);
        at += r[1];
    }
    starts[n] = at;
    const unsigned kb = key_bits(total);
    fill((uint32_t *)(base + o.buckets), (uint32_t *)(base + o.ids), (uint16_t *)(base + o.marks), starts,
         base + o.points, n, kb);
    const header h = { MAGIC, (uint32_t)n, (uint32_t)total, kb, o.size, 0 };
    memcpy(base, &h, sizeof h);
    keypoints_block v;
    view_of(base, &h, &o, &v);
    pdqi_keypoints_find_common(pdql_kernels_best()->keypoints, &v, &(keypoint_origins){ rows, meta }, base + o.common);
    return PDQL_OK;
}
