/*
 * index/scan.h - the scan shape: rows sliced 256 at a time, the rest as they are
 *
 * Exactly 32 bytes a row: n / 256 slices of 8192 bytes (kernels/scan_kernels.h), then
 * n % 256 rows of 32 bytes.
 */
#ifndef PDQI_INDEX_SCAN_H
#define PDQI_INDEX_SCAN_H

#include "index/hits.h"
#include "kernels/scan_kernels.h"

enum { PDQI_QUERIES_AT_ONCE = PDQI_MANY };

/* Lays out `n_rows` rows of 32 bytes at `out`, which has n_rows x 32 bytes. */
void pdqi_scan_build(const uint8_t *rows, size_t n_rows, uint8_t *out);

/* The inverse. */
void pdqi_scan_rows(const uint8_t *laid, size_t n_rows, uint8_t *rows);

/* Hits of up to PDQI_QUERIES_AT_ONCE queries, the first of which has number `first`; settled. */
void pdqi_scan_search(const pdqi_scan_kernels *k, const uint8_t *laid, size_t n_rows, const uint8_t *queries,
                      size_t n_queries, size_t first, unsigned radius, pdqi_hits *out);

/* The same among rows as they lie, numbered from `base`; not settled (index/hamming.c). */
void pdqi_rows_search(const pdqi_scan_kernels *k, const uint8_t *rows, size_t n_rows, size_t base,
                      const uint8_t *queries, size_t n_queries, size_t first, unsigned radius, pdqi_hits *out);

#endif
