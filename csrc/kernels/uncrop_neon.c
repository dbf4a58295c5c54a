/*
 * kernels/uncrop_neon.c - the coarse scan of tier 2 for NEON, 32 and 64 bit
 */
#include "kernels/uncrop_kernels.h"

#if PDQI_NEON
#include <arm_neon.h>

static inline int any_bit(uint8x16_t v)
{
    const uint64x2_t w = vreinterpretq_u64_u8(v);
    return (vgetq_lane_u64(w, 0) | vgetq_lane_u64(w, 1)) != 0;
}

#define V uint8x16_t
#define V_BYTES 16
#define V_LOAD(p) vld1q_u8(p)
#define V_STORE(p, v) vst1q_u8(p, v)
#define V_ZERO vdupq_n_u8(0)
#define V_ONES vdupq_n_u8(255)
#define V_XOR(a, b) veorq_u8(a, b)
#define V_AND(a, b) vandq_u8(a, b)
#define V_CHOOSE(s, a, b) vbslq_u8(s, a, b)
#define V_ANY(v) any_bit(v)
#include "kernels/uncrop_strong.h"

const pdqi_uncrop_kernels pdqi_uncrop_neon = { strong };
#endif
