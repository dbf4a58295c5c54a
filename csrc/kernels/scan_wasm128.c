/*
 * kernels/scan_wasm128.c - the index's hot loops with WebAssembly's 128-bit vectors
 */
#include "base/bits.h"
#include "kernels/scan_kernels.h"

#if PDQI_WASM128
#include <wasm_simd128.h>

/* Differing bits of 16 bytes, added up in pairs of lanes of 16 bits. */
static inline v128_t pair_counts(const uint8_t *row, v128_t query)
{
    return wasm_u16x8_extadd_pairwise_u8x16(wasm_i8x16_popcnt(wasm_v128_xor(wasm_v128_load(row), query)));
}

static uint64_t rows_within(const uint8_t *query, const uint8_t *rows, size_t n, unsigned radius)
{
    const v128_t low = wasm_v128_load(query), high = wasm_v128_load(query + 16);
    uint64_t within = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *row = rows + i * PDQL_HASH_BYTES;
        const v128_t s = wasm_i16x8_add(pair_counts(row, low), pair_counts(row + 16, high));
        const v128_t w = wasm_u32x4_extadd_pairwise_u16x8(s);
        const unsigned d = (unsigned)(wasm_i32x4_extract_lane(w, 0) + wasm_i32x4_extract_lane(w, 1)
                                      + wasm_i32x4_extract_lane(w, 2) + wasm_i32x4_extract_lane(w, 3));
        within |= (uint64_t)(d <= radius) << i;
    }
    return within;
}

#define V v128_t
#define V_BYTES 16
#define V_LOAD(p) wasm_v128_load(p)
#define V_STORE(p, v) wasm_v128_store(p, v)
#define V_MASK(m) wasm_i32x4_splat((int32_t)(m))
#define V_XOR(a, b) wasm_v128_xor(a, b)
#define V_AND(a, b) wasm_v128_and(a, b)
#define V_OR(a, b) wasm_v128_or(a, b)
#define V_CHOOSE(s, a, b) wasm_v128_bitselect(a, b, s)
#define V_FULL(v) (!wasm_v128_any_true(wasm_v128_not(v)))
#include "kernels/scan_slice.h"
#include "kernels/scan_slice_many.h"

static inline uint32_t values_near(const uint8_t *block, unsigned query, unsigned limit)
{
    const v128_t q = wasm_i16x8_splat((int16_t)query), most = wasm_i16x8_splat((int16_t)limit);
    uint32_t found = 0;
    for (unsigned i = 0; i < PDQI_LIST_BLOCK; i += 8)
        found |= (uint32_t)wasm_i16x8_bitmask(wasm_i16x8_le(pair_counts(block + 2 * i, q), most)) << i;
    return found;
}

static inline uint32_t bytes_near(const uint8_t *block, unsigned query, unsigned limit)
{
    const v128_t q = wasm_i8x16_splat((int8_t)query), most = wasm_i8x16_splat((int8_t)limit);
    uint32_t found = 0;
    for (unsigned i = 0; i < PDQI_LIST_BLOCK; i += 16) {
        const v128_t counts = wasm_i8x16_popcnt(wasm_v128_xor(wasm_v128_load(block + i), q));
        found |= (uint32_t)wasm_i8x16_bitmask(wasm_i8x16_le(counts, most)) << i;
    }
    return found;
}

#include "kernels/scan_lists.h"

#define COUNT64(x) ((unsigned)__builtin_popcountll(x))
#define SELECT64(x, n) pdqi_select64(x, n)
#include "kernels/scan_highs.h"

const pdqi_scan_kernels pdqi_scan_wasm128 = { rows_within, slice_within, slice_maybe, run_within,
                                              lows_within, highs,        NULL };
#endif
typedef int pdqi_scan_wasm128_not_empty;
