/*
 * index/hamming.c - exact search among rows as they lie in memory
 *
 * Knows rows of 32 bytes, nothing above them. Reads every row for every
 * query, 64 rows at a time, so that a block stays in cache while a group of
 * queries passes over it.
 */
#include "base/bits.h"
#include "index/scan.h"

unsigned pdql_distance(const uint8_t *a, const uint8_t *b)
{
    unsigned d = 0;
    for (size_t i = 0; i < PDQL_HASH_BYTES; i += 8)
        d += pdqi_popcount64(pdqi_load64(a + i) ^ pdqi_load64(b + i));
    return d;
}

void pdqi_rows_search(const pdqi_scan_kernels *k, const uint8_t *rows, size_t n_rows, size_t base,
                      const uint8_t *queries, size_t n_queries, size_t first, unsigned radius, pdqi_hits *out)
{
    for (size_t at = 0; at < n_rows; at += PDQI_ROWS_AT_ONCE) {
        const size_t n = n_rows - at < PDQI_ROWS_AT_ONCE ? n_rows - at : PDQI_ROWS_AT_ONCE;
        const uint8_t *block = rows + at * PDQL_HASH_BYTES;
        for (size_t q = 0; q < n_queries; q++) {
            const uint8_t *query = queries + q * PDQL_HASH_BYTES;
            uint64_t left = k->rows_within(query, block, n, radius);
            for (; left; left &= left - 1) {
                const size_t i = pdqi_lowest(left);
                pdqi_hits_add(out, first + q, base + at + i, pdql_distance(query, block + i * PDQL_HASH_BYTES));
            }
        }
    }
}

pdql_status pdql_scan(const pdql_kernels *k, const uint8_t *queries, size_t n_queries, const uint8_t *rows,
                      size_t n_rows, unsigned radius, pdql_hit *hits, size_t cap, size_t *n_hits)
{
    if (!k || !n_hits || (!queries && n_queries) || (!rows && n_rows) || (!hits && cap) || radius > PDQL_HASH_BITS
        || n_rows > PDQL_MAX_ROWS || n_queries > PDQL_MAX_ROWS)
        return PDQL_ERR_ARG;

    pdqi_hits out = { hits, cap, 0, 0, 0, 0 };
    for (size_t q = 0; q < n_queries; q += PDQI_QUERIES_AT_ONCE) {
        const size_t n = n_queries - q < PDQI_QUERIES_AT_ONCE ? n_queries - q : PDQI_QUERIES_AT_ONCE;
        pdqi_rows_search(k->scan, rows, n_rows, 0, queries + q * PDQL_HASH_BYTES, n, q, radius, &out);
        pdqi_hits_settle(&out);
    }
    *n_hits = out.found;
    return PDQL_OK;
}
