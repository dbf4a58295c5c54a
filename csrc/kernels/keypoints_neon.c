/*
 * kernels/keypoints_neon.c - the hot loops of keypoint signatures with NEON
 */
#include "kernels/kernels.h"
#include "kernels/keypoints_kernels.h"

#include "base/bits.h"

#if PDQI_NEON
#include <arm_neon.h>

#define COUNT64(x) pdqi_popcount64(x)
#define NEAR_OF_ITS_OWN
#include "kernels/keypoints_body.h"

static void weigh(const uint16_t *const *rows, const uint16_t *taps, size_t n_taps, uint16_t *out, size_t n)
{
    size_t x = 0;
    for (; x + 8 <= n; x += 8) {
        uint32x4_t low = vdupq_n_u32(32768), high = low;
        for (size_t t = 0; t < n_taps; t++) {
            const uint16x8_t row = vld1q_u16(rows[t] + x);
            low = vmlal_n_u16(low, vget_low_u16(row), taps[t]);
            high = vmlal_n_u16(high, vget_high_u16(row), taps[t]);
        }
        vst1q_u16(out + x, vcombine_u16(vshrn_n_u32(low, 16), vshrn_n_u32(high, 16)));
    }
    weigh_rest(rows, taps, n_taps, out, x, n);
}

static size_t near(uint64_t bits, unsigned most, const uint64_t *words, size_t n, uint64_t *found)
{
    const uint8x16_t same = vreinterpretq_u8_u64(vdupq_n_u64(bits));
    size_t total = 0;
    for (size_t base = 0; base < n; base += 64) {
        const size_t m = n - base < 64 ? n - base : 64;
        uint64_t mask = 0;
        size_t i = 0;
        for (; i + 2 <= m; i += 2) {
            const uint8x16_t ones = vcntq_u8(veorq_u8(vreinterpretq_u8_u64(vld1q_u64(words + base + i)), same));
            const uint64x2_t d = vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(ones)));
            mask |= (uint64_t)(vgetq_lane_u64(d, 0) <= most) << i | (uint64_t)(vgetq_lane_u64(d, 1) <= most) << (i + 1);
        }
        if (i < m)
            mask |= (uint64_t)(pdqi_popcount64(words[base + i] ^ bits) <= most) << i;
        found[base / 64] = mask;
        total += pdqi_popcount64(mask);
    }
    return total;
}

static size_t near_marks(uint16_t mark, unsigned most, const uint16_t *marks, size_t n, uint64_t *found)
{
    static const uint8_t PLACES[8] = { 1, 2, 4, 8, 16, 32, 64, 128 };
    const uint16x8_t same = vdupq_n_u16(mark), limit = vdupq_n_u16((uint16_t)most);
    const uint8x8_t places = vld1_u8(PLACES);
    uint64_t mask = 0;
    for (size_t i = 0; i < n; i += 8) {
        const uint8x16_t ones = vcntq_u8(vreinterpretq_u8_u16(veorq_u16(vld1q_u16(marks + i), same)));
        const uint8x8_t within = vand_u8(vmovn_u16(vcleq_u16(vpaddlq_u8(ones), limit)), places);
        mask |= (uint64_t)vget_lane_u64(vpaddl_u32(vpaddl_u16(vpaddl_u8(within))), 0) << i;
    }
    return marks_found(mask, n, found);
}

const pdqi_keypoints_kernels pdqi_keypoints_neon = { weigh, near, near_marks };
#else
typedef int pdqi_keypoints_neon_not_here;
#endif
