/*
 * scan_neon.c - the index's hot loops with NEON
 */
#include "bits.h"
#include "scan_kernels.h"

#if PDQI_NEON
#include <arm_neon.h>

/* Differing bits of 16 bytes, added up in pairs of lanes of 16 bits. */
static inline uint16x8_t pair_counts(const uint8_t *row, uint8x16_t query)
{
    return vpaddlq_u8(vcntq_u8(veorq_u8(vld1q_u8(row), query)));
}

static inline unsigned sum16(uint16x8_t v)
{
    const uint64x2_t s = vpaddlq_u32(vpaddlq_u16(v));
    return (unsigned)(vgetq_lane_u64(s, 0) + vgetq_lane_u64(s, 1));
}

static uint64_t rows_within(const uint8_t *query, const uint8_t *rows, size_t n, unsigned radius)
{
    const uint8x16_t low = vld1q_u8(query), high = vld1q_u8(query + 16);
    uint64_t within = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *row = rows + i * PDQL_HASH_BYTES;
        const unsigned d = sum16(vaddq_u16(pair_counts(row, low), pair_counts(row + 16, high)));
        within |= (uint64_t)(d <= radius) << i;
    }
    return within;
}

static inline int full(uint8x16_t v)
{
    const uint64x2_t w = vreinterpretq_u64_u8(v);
    return (vgetq_lane_u64(w, 0) & vgetq_lane_u64(w, 1)) == ~(uint64_t)0;
}

#define V uint8x16_t
#define V_BYTES 16
#define V_LOAD(p) vld1q_u8(p)
#define V_STORE(p, v) vst1q_u8(p, v)
#define V_MASK(m) vreinterpretq_u8_u32(vdupq_n_u32(m))
#define V_XOR(a, b) veorq_u8(a, b)
#define V_AND(a, b) vandq_u8(a, b)
#define V_OR(a, b) vorrq_u8(a, b)
#define V_CHOOSE(s, a, b) vbslq_u8(s, a, b)
#define V_FULL(v) full(v)
#include "slice.h"
#include "slice_many.h"

/* Which of 8 values differ from `query` in at most `limit` bits: bytes of ones. */
static inline uint8x8_t values_within(const uint8_t *values, uint8x16_t query, uint16x8_t limit)
{
    return vmovn_u16(vcleq_u16(pair_counts(values, query), limit));
}

/* One bit from each of 8 bytes that are all ones or all zeros. */
static inline uint32_t bits_of(uint8x8_t bytes)
{
    static const uint8_t place[8] = { 1, 2, 4, 8, 16, 32, 64, 128 };
    const uint8x8_t b = vand_u8(bytes, vld1_u8(place));
    return (uint32_t)vget_lane_u64(vpaddl_u32(vpaddl_u16(vpaddl_u8(b))), 0);
}

static size_t run_within(const uint8_t *list, size_t block_bytes, uint32_t first, uint32_t end, unsigned query,
                         unsigned limit, uint32_t *out)
{
    const uint8_t halves[2] = { (uint8_t)query, (uint8_t)(query >> 8) };
    const uint8x8x2_t both = vld2_dup_u8(halves);
    const uint8x8_t pairs = vzip_u8(both.val[0], both.val[1]).val[0];
    const uint8x16_t q = vcombine_u8(pairs, pairs);
    const uint16x8_t most = vdupq_n_u16((uint16_t)limit);
    const uint8_t *block = list + (size_t)(first / PDQI_LIST_BLOCK) * block_bytes;
    uint32_t keep = ~0u << first % PDQI_LIST_BLOCK;
    size_t n = 0;
    for (uint32_t base = first - first % PDQI_LIST_BLOCK; base < end; base += PDQI_LIST_BLOCK) {
        uint32_t found = 0;
        if (end - base < PDQI_LIST_BLOCK)
            keep &= (1u << (end - base)) - 1;
        for (unsigned i = 0; i < PDQI_LIST_BLOCK; i += 8)
            found |= bits_of(values_within(block + 2 * i, q, most)) << i;
        for (found &= keep; found; found &= found - 1)
            out[n++] = base + pdqi_lowest(found);
        keep = ~0u;
        block += block_bytes;
    }
    return n;
}

static size_t lows_within(const uint8_t *list, size_t block_bytes, uint32_t first, uint32_t end, unsigned query,
                          unsigned limit, uint32_t *out)
{
    const uint8x8_t q = vdup_n_u8((uint8_t)query), most = vdup_n_u8((uint8_t)limit);
    const uint8_t *block = list + (size_t)(first / PDQI_LIST_BLOCK) * block_bytes;
    uint32_t keep = ~0u << first % PDQI_LIST_BLOCK;
    size_t n = 0;
    for (uint32_t base = first - first % PDQI_LIST_BLOCK; base < end; base += PDQI_LIST_BLOCK) {
        if (end - base < PDQI_LIST_BLOCK)
            keep &= (1u << (end - base)) - 1;
        uint32_t found = 0;
        for (unsigned i = 0; i < PDQI_LIST_BLOCK; i += 8)
            found |= bits_of(vcle_u8(vcnt_u8(veor_u8(vld1_u8(block + i), q)), most)) << i;
        found &= keep;
        for (; found; found &= found - 1)
            out[n++] = base + pdqi_lowest(found);
        keep = ~0u;
        block += block_bytes;
    }
    return n;
}

#define COUNT64(x) pdqi_popcount64(x)
#define SELECT64(x, n) pdqi_select64(x, n)
#include "highs.h"

const pdqi_scan_kernels pdqi_scan_neon = { rows_within, slice_within, slice_maybe, run_within, lows_within, highs };
#endif
typedef int pdqi_scan_neon_not_empty;
