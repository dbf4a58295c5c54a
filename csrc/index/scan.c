/*
 * index/scan.c - exact search among sliced rows
 *
 * A slice lets a search stop reading after about 96 of 256 bits of every row,
 * at a fixed cost of some two vector instructions a row (kernels/scan_slice.h).
 * Slices pass one after the other under a group of queries while in cache.
 */
#include "index/scan.h"
#include "base/bits.h"

/* Eight rows' bytes, lowest first, to eight columns' bytes (Warren, Hacker's Delight, 7-3). */
static uint64_t transpose8(uint64_t x)
{
    uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aau;
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & 0x0000cccc0000ccccu;
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0u;
    return x ^ t ^ (t << 28);
}

/*
 * Between 256 rows and a slice: byte c of rows 8g..8g+7 is byte g of columns
 * 8c..8c+7, with the square of 8 x 8 bits exchanged. Steps tell which way.
 */
static void exchange(const uint8_t *from, uint8_t *to, int to_slice)
{
    for (size_t g = 0; g < PDQL_HASH_BYTES; g++)
        for (size_t c = 0; c < PDQL_HASH_BYTES; c++) {
            const size_t in = to_slice ? g * 256 + c : c * 256 + g;
            const size_t out = to_slice ? c * 256 + g : g * 256 + c;
            uint64_t square = 0;
            for (size_t i = 0; i < 8; i++)
                square |= (uint64_t)from[in + i * 32] << 8 * i;
            square = transpose8(square);
            for (size_t i = 0; i < 8; i++)
                to[out + i * 32] = (uint8_t)(square >> 8 * i);
        }
}

static void convert(const uint8_t *from, size_t n_rows, uint8_t *to, int to_slice)
{
    const size_t sliced = n_rows / PDQI_SLICE_ROWS * PDQI_SLICE_BYTES;
    for (size_t at = 0; at < sliced; at += PDQI_SLICE_BYTES)
        exchange(from + at, to + at, to_slice);
    if (n_rows % PDQI_SLICE_ROWS)
        memcpy(to + sliced, from + sliced, n_rows * PDQL_HASH_BYTES - sliced);
}

void pdqi_scan_build(const uint8_t *rows, size_t n_rows, uint8_t *out)
{
    convert(rows, n_rows, out, 1);
}

void pdqi_scan_rows(const uint8_t *laid, size_t n_rows, uint8_t *rows)
{
    convert(laid, n_rows, rows, 0);
}

static void report(const pdqi_counts *counts, size_t query, size_t base, pdqi_hits *out)
{
    for (size_t byte = 0; byte < PDQI_COLUMN_BYTES; byte++)
        for (unsigned left = counts->within[byte]; left; left &= left - 1) {
            const unsigned bit = pdqi_lowest(left);
            unsigned count = 0;
            for (unsigned i = 0; i < counts->n_planes; i++)
                count |= (counts->plane[i][byte] >> bit & 1u) << i;
            pdqi_hits_add(out, query, base + byte * 8 + bit, count - counts->bias);
        }
}

enum { FEW = 3, SLICES_AT_ONCE = 4, SLICES_AHEAD = 4 };

/* A query's bits, each as wide as a lane. */
static void spread(const uint8_t *query, uint32_t *masks)
{
    static const uint32_t bit[8] = { 1, 2, 4, 8, 16, 32, 64, 128 };
    for (size_t i = 0; i < PDQL_HASH_BYTES; i++)
        for (size_t j = 0; j < 8; j++)
            masks[8 * i + j] = query[i] & bit[j] ? ~0u : 0;
}

/* One query against one slice. */
static void search_slice(const pdqi_scan_kernels *k, const uint8_t *slice, size_t base, const uint8_t *query,
                         size_t number, unsigned radius, pdqi_hits *out)
{
    uint32_t masks[PDQL_HASH_BITS];
    pdqi_counts counts;
    spread(query, masks);
    if (k->slice_within(slice, NULL, masks, radius, &counts))
        report(&counts, number, base, out);
}

/* Few queries: each against all slices; few slices at a time, which stay in cache. */
static void search_few(const pdqi_scan_kernels *k, const uint8_t *laid, size_t n_slices, const uint8_t *queries,
                       size_t n_queries, size_t first, unsigned radius, pdqi_hits *out)
{
    uint32_t masks[FEW][PDQL_HASH_BITS];
    pdqi_counts counts;
    for (size_t q = 0; q < n_queries; q++)
        spread(queries + q * PDQL_HASH_BYTES, masks[q]);
    for (size_t s = 0; s < n_slices; s += SLICES_AT_ONCE) {
        const size_t end = n_slices - s < SLICES_AT_ONCE ? n_slices : s + SLICES_AT_ONCE;
        for (size_t q = 0; q < n_queries; q++)
            for (size_t i = s; i < end; i++) {
                const uint8_t *slice = laid + i * PDQI_SLICE_BYTES;
                const uint8_t *ahead = q == 0 && i + SLICES_AHEAD < n_slices ? slice + SLICES_AHEAD * PDQI_SLICE_BYTES
                                                                             : NULL;
                if (k->slice_within(slice, ahead, masks[q], radius, &counts))
                    report(&counts, first + q, i * PDQI_SLICE_ROWS, out);
            }
    }
}

/* Many queries: each slice says of all of them which need a closer look. */
static void search_many(const pdqi_scan_kernels *k, const uint8_t *laid, size_t n_slices, const uint8_t *queries,
                        size_t n_queries, size_t first, unsigned radius, pdqi_hits *out)
{
    uint8_t patterns[PDQI_MANY][PDQI_PATTERNS];
    for (size_t q = 0; q < n_queries; q++)
        for (size_t i = 0; i < PDQL_HASH_BYTES; i++) {
            patterns[q][2 * i] = (uint8_t)(queries[q * PDQL_HASH_BYTES + i] << 4);
            patterns[q][2 * i + 1] = queries[q * PDQL_HASH_BYTES + i] & 0xf0;
        }
    for (size_t s = 0; s < n_slices; s++) {
        const uint8_t *slice = laid + s * PDQI_SLICE_BYTES;
        uint64_t left = k->slice_maybe(slice, (const uint8_t (*)[PDQI_PATTERNS])patterns, n_queries, radius);
        for (; left; left &= left - 1) {
            const size_t q = pdqi_lowest(left);
            search_slice(k, slice, s * PDQI_SLICE_ROWS, queries + q * PDQL_HASH_BYTES, first + q, radius, out);
        }
    }
}

void pdqi_scan_search(const pdqi_scan_kernels *k, const uint8_t *laid, size_t n_rows, const uint8_t *queries,
                      size_t n_queries, size_t first, unsigned radius, pdqi_hits *out)
{
    const size_t n_slices = n_rows / PDQI_SLICE_ROWS, sliced = n_slices * PDQI_SLICE_BYTES;
    if (n_queries > FEW && radius <= PDQI_MANY_RADIUS)
        search_many(k, laid, n_slices, queries, n_queries, first, radius, out);
    else
        for (size_t q = 0; q < n_queries; q += FEW)
            search_few(k, laid, n_slices, queries + q * PDQL_HASH_BYTES, n_queries - q < FEW ? n_queries - q : FEW,
                       first + q, radius, out);
    pdqi_rows_search(k, laid + sliced, n_rows % PDQI_SLICE_ROWS, n_slices * PDQI_SLICE_ROWS, queries, n_queries, first,
                     radius, out);
    pdqi_hits_settle(out);
}
