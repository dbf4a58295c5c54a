/*
 * kernels/scan_portable.c - the index's hot loops in plain C; what the others must equal
 */
#include "base/bits.h"
#include "kernels/scan_kernels.h"

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

#define V uint64_t
#define V_BYTES 8
#define V_LOAD(p) load(p)
#define V_STORE(p, v) store(p, v)
#define V_MASK(m) (0u - (uint64_t)((m) & 1))
#define V_XOR(a, b) ((a) ^ (b))
#define V_AND(a, b) ((a) & (b))
#define V_OR(a, b) ((a) | (b))
#define V_CHOOSE(s, a, b) ((b) ^ ((s) & ((a) ^ (b))))
#define V_FULL(v) ((v) == ~(uint64_t)0)

/* Bits stay where they are in memory, so no byte order is involved. */
static inline uint64_t load(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store(uint8_t *p, uint64_t v)
{
    memcpy(p, &v, sizeof v);
}

#include "kernels/scan_slice.h"
#include "kernels/scan_slice_many.h"

static size_t run_within(const uint8_t *list, size_t block_bytes, uint32_t first, uint32_t end, unsigned query,
                         unsigned limit, uint32_t *out)
{
    size_t n = 0;
    for (uint32_t p = first; p < end; p++) {
        const uint8_t *block = list + (size_t)(p / PDQI_LIST_BLOCK) * block_bytes;
        const uint32_t value = pdqi_load16(block + p % PDQI_LIST_BLOCK * 2);
        out[n] = p;
        n += pdqi_popcount64(value ^ query) <= limit;
    }
    return n;
}

static size_t lows_within(const uint8_t *list, size_t block_bytes, uint32_t first, uint32_t end, unsigned query,
                          unsigned limit, uint32_t *out)
{
    size_t n = 0;
    for (uint32_t p = first; p < end; p++) {
        const uint8_t *block = list + (size_t)(p / PDQI_LIST_BLOCK) * block_bytes;
        out[n] = p;
        n += pdqi_popcount64(block[p % PDQI_LIST_BLOCK] ^ query) <= limit;
    }
    return n;
}

#define COUNT64(x) pdqi_popcount64(x)
#define SELECT64(x, n) pdqi_select64(x, n)
#include "kernels/scan_highs.h"

const pdqi_scan_kernels pdqi_scan_portable = { rows_within, slice_within, slice_maybe, run_within,
                                               lows_within, highs,        NULL };
