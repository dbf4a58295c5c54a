/*
 * scan_portable.c - the index's hot loops in plain C; what the others must equal
 */
#include "bits.h"
#include "scan_kernels.h"

static uint64_t rows_within(const uint8_t *query, const uint8_t *rows, size_t n, unsigned radius)
{
    const uint64_t q0 = pdqi_load64(query), q1 = pdqi_load64(query + 8);
    const uint64_t q2 = pdqi_load64(query + 16), q3 = pdqi_load64(query + 24);
    uint64_t within = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *row = rows + i * PDQL_HASH_BYTES;
        unsigned d = pdqi_popcount64(pdqi_load64(row) ^ q0) + pdqi_popcount64(pdqi_load64(row + 8) ^ q1);
        if (d > radius) /* almost always: half a row is enough to tell */
            continue;
        d += pdqi_popcount64(pdqi_load64(row + 16) ^ q2) + pdqi_popcount64(pdqi_load64(row + 24) ^ q3);
        within |= (uint64_t)(d <= radius) << i;
    }
    return within;
}

const pdqi_scan_kernels pdqi_scan_portable = { rows_within };
