/*
 * kernels/scan_neon.c - the index's hot loops with NEON
 */
#include "base/bits.h"
#include "kernels/scan_kernels.h"

#if PDQI_NEON
#include <arm_neon.h>

/* Differing bits of 16 bytes, added up in pairs of lanes of 16 bits. */
static inline uint16x8_t pair_counts(const uint8_t *row, uint8x16_t query)
{
    return vpaddlq_u8(vcntq_u8(veorq_u8(vld1q_u8(row), query)));
}

/* Sums of neighbours: the eight of a, then the eight of b. */
static inline uint8x16_t neighbours(uint8x16_t a, uint8x16_t b)
{
#if PDQI_ARMV8
    return vpaddq_u8(a, b);
#else
    return vcombine_u8(vpadd_u8(vget_low_u8(a), vget_high_u8(a)), vpadd_u8(vget_low_u8(b), vget_high_u8(b)));
#endif
}

/* Differing bits of a row, 0..16 in each of 16 lanes. */
static inline uint8x16_t row_counts(const uint8_t *row, uint8x16_t low, uint8x16_t high)
{
    return vaddq_u8(vcntq_u8(veorq_u8(vld1q_u8(row), low)), vcntq_u8(veorq_u8(vld1q_u8(row + 16), high)));
}

/* The same of two rows, 0..32 in each of 8 lanes, one row after the other. */
static inline uint8x16_t two_rows(const uint8_t *row, uint8x16_t low, uint8x16_t high)
{
    return neighbours(row_counts(row, low, high), row_counts(row + PDQL_HASH_BYTES, low, high));
}

/* One bit from each of 8 bytes that are all ones or all zeros. */
static inline uint32_t bits_of(uint8x8_t bytes)
{
    static const uint8_t place[8] = { 1, 2, 4, 8, 16, 32, 64, 128 };
    const uint8x8_t b = vand_u8(bytes, vld1_u8(place));
    return (uint32_t)vget_lane_u64(vpaddl_u32(vpaddl_u16(vpaddl_u8(b))), 0);
}

/*
 * Eight rows are added up together: lanes are folded three times, to two of at most 128 a row, so that 8 bits
 * suffice until the last sum.
 */
static uint64_t rows_within(const uint8_t *query, const uint8_t *rows, size_t n, unsigned radius)
{
    enum { TWO = 2 * PDQL_HASH_BYTES };
    const uint8x16_t low = vld1q_u8(query), high = vld1q_u8(query + 16);
    const uint16x8_t most = vdupq_n_u16((uint16_t)radius);
    uint64_t within = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8, rows += 4 * TWO) {
        const uint8x16_t four = neighbours(two_rows(rows, low, high), two_rows(rows + TWO, low, high));
        const uint8x16_t more = neighbours(two_rows(rows + 2 * TWO, low, high), two_rows(rows + 3 * TWO, low, high));
        const uint16x8_t d = vpaddlq_u8(neighbours(four, more));
        within |= (uint64_t)bits_of(vmovn_u16(vcleq_u16(d, most))) << i;
    }
    for (; i < n; i++, rows += PDQL_HASH_BYTES) {
        const uint64x2_t d = vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(row_counts(rows, low, high))));
        within |= (uint64_t)(vgetq_lane_u64(d, 0) + vgetq_lane_u64(d, 1) <= radius) << i;
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
#include "kernels/scan_slice.h"
#include "kernels/scan_slice_many.h"

static inline uint32_t values_near(const uint8_t *block, unsigned query, unsigned limit)
{
    const uint8_t halves[2] = { (uint8_t)query, (uint8_t)(query >> 8) };
    const uint8x8x2_t both = vld2_dup_u8(halves);
    const uint8x8_t pairs = vzip_u8(both.val[0], both.val[1]).val[0];
    const uint8x16_t q = vcombine_u8(pairs, pairs);
    const uint16x8_t most = vdupq_n_u16((uint16_t)limit);
    uint32_t found = 0;
    for (unsigned i = 0; i < PDQI_LIST_BLOCK; i += 8)
        found |= bits_of(vmovn_u16(vcleq_u16(pair_counts(block + 2 * i, q), most))) << i;
    return found;
}

static inline uint32_t bytes_near(const uint8_t *block, unsigned query, unsigned limit)
{
    const uint8x8_t q = vdup_n_u8((uint8_t)query), most = vdup_n_u8((uint8_t)limit);
    uint32_t found = 0;
    for (unsigned i = 0; i < PDQI_LIST_BLOCK; i += 8)
        found |= bits_of(vcle_u8(vcnt_u8(veor_u8(vld1_u8(block + i), q)), most)) << i;
    return found;
}

#include "kernels/scan_lists.h"

#define COUNT64(x) pdqi_popcount64(x)
#define SELECT64(x, n) pdqi_select64(x, n)
#include "kernels/scan_highs.h"

const pdqi_scan_kernels pdqi_scan_neon = {
    rows_within, slice_within, slice_maybe, run_within, lows_within, highs, NULL
};
#endif
typedef int pdqi_scan_neon_not_empty;
