/*
 * kernels/sound_neon.c - the hot loops of sound hashes with NEON, 32 and 64 bit
 */
#include "kernels/kernels.h"
#include "kernels/sound_kernels.h"

#if PDQI_NEON
#include <arm_neon.h>

#include "base/lanes.h"

#define PRODUCT(v, f) ((pdqi_int_lanes)vqrdmulhq_s32((int32x4_t)(v), (int32x4_t)(f)))
#define SAME(x) ((pdqi_int_lanes)vdupq_n_s32(x))
#define HALF_SUM(a, b) ((pdqi_int_lanes)vhaddq_s32((int32x4_t)(a), (int32x4_t)(b)))
#define HALF_DIFFERENCE(a, b) ((pdqi_int_lanes)vhsubq_s32((int32x4_t)(a), (int32x4_t)(b)))
#define WINDOWED(x, w) ((pdqi_int_lanes)vmull_s16(vld1_s16(x), vld1_s16(w)))
#define TURN(v) turn_lanes(v)
#define SQUARES(re, im, out) squares((int32x4_t)(re), (int32x4_t)(im), out)

static inline __attribute__((always_inline)) void turn_lanes(pdqi_int_lanes v[4])
{
    const int32x4x2_t a = vtrnq_s32((int32x4_t)v[0], (int32x4_t)v[1]);
    const int32x4x2_t b = vtrnq_s32((int32x4_t)v[2], (int32x4_t)v[3]);
    v[0] = (pdqi_int_lanes)vcombine_s32(vget_low_s32(a.val[0]), vget_low_s32(b.val[0]));
    v[1] = (pdqi_int_lanes)vcombine_s32(vget_low_s32(a.val[1]), vget_low_s32(b.val[1]));
    v[2] = (pdqi_int_lanes)vcombine_s32(vget_high_s32(a.val[0]), vget_high_s32(b.val[0]));
    v[3] = (pdqi_int_lanes)vcombine_s32(vget_high_s32(a.val[1]), vget_high_s32(b.val[1]));
}

static inline __attribute__((always_inline)) void squares(int32x4_t re, int32x4_t im, uint64_t *out)
{
    const int32x2_t r0 = vget_low_s32(re), r1 = vget_high_s32(re), i0 = vget_low_s32(im), i1 = vget_high_s32(im);
    vst1q_u64(out, vreinterpretq_u64_s64(vmlal_s32(vmull_s32(r0, r0), i0, i0)));
    vst1q_u64(out + 2, vreinterpretq_u64_s64(vmlal_s32(vmull_s32(r1, r1), i1, i1)));
}

#include "kernels/sound_body.h"

static inline int32_t total(int32x4_t v)
{
    const int32x2_t two = vadd_s32(vget_low_s32(v), vget_high_s32(v));
    return vget_lane_s32(vpadd_s32(two, two), 0);
}

static inline int16_t held(int32_t sum)
{
    sum = (sum + 16384) >> 15;
    return (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
}

/* Four outputs that share their taps: where 8000 Hz divides the rate. */
static size_t together(const pdqi_sound_filter *f, const int16_t *x, int16_t *out, size_t n)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4, x += 4 * f->down) {
        int32x4_t sum[4] = { vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0) };
        for (uint32_t t = 0; t < f->taps; t += 8) {
            const int16x8_t taps = vld1q_s16(f->bank + t);
            for (int o = 0; o < 4; o++) {
                const int16x8_t v = vld1q_s16(x + (size_t)o * f->down + t);
                sum[o] = vmlal_s16(sum[o], vget_low_s16(v), vget_low_s16(taps));
                sum[o] = vmlal_s16(sum[o], vget_high_s16(v), vget_high_s16(taps));
            }
        }
        for (int o = 0; o < 4; o++)
            out[i + (size_t)o] = held(total(sum[o]));
    }
    return i;
}

static inline __attribute__((always_inline)) void add_eight(int32x4_t *a, int32x4_t *b, const int16_t *taps,
                                                            const int16_t *x)
{
    const int16x8_t w = vld1q_s16(taps), v = vld1q_s16(x);
    *a = vmlal_s16(*a, vget_low_s16(v), vget_low_s16(w));
    *b = vmlal_s16(*b, vget_high_s16(v), vget_high_s16(w));
}

static void resample(const pdqi_sound_filter *f, const int16_t *x, uint32_t phase, int16_t *out, size_t n)
{
    size_t i = f->up == 1 ? together(f, x, out, n) : 0;
    for (x += i * f->down; i < n; i++) {
        const int16_t *const taps = f->bank + (size_t)phase * f->taps;
        int32x4_t a = vdupq_n_s32(0), b = a;
        uint32_t t = 0;
        for (; t + 32 <= f->taps; t += 32)
            for (uint32_t part = 0; part < 32; part += 8)
                add_eight(&a, &b, taps + t + part, x + t + part);
        for (; t < f->taps; t += 8)
            add_eight(&a, &b, taps + t, x + t);
        out[i] = held(total(vaddq_s32(a, b)));
        phase += f->down;
        const uint32_t whole = phase / f->up;
        x += whole;
        phase -= whole * f->up;
    }
}

static uint32_t lift(const int16_t *rows, int floor, int loud, int16_t *cells)
{
    const int16x8_t least = vdupq_n_s16((int16_t)floor), zero = vdupq_n_s16(0), limit = vdupq_n_s16((int16_t)loud);
    uint32x4_t count = vdupq_n_u32(0);
    for (int i = 0; i < SOUND_SIDE * SOUND_SIDE; i += 64) {
        uint16x8_t some = vdupq_n_u16(0);
        for (int j = 0; j < 64; j += 8) {
            const int16x8_t v = vmaxq_s16(vsubq_s16(vld1q_s16(rows + i + j), least), zero);
            vst1q_s16(cells + i + j, v);
            some = vsubq_u16(some, vcgeq_s16(v, limit));
        }
        count = vpadalq_u16(count, some);
    }
    return (uint32_t)total(vreinterpretq_s32_u32(count));
}

/* Eight coefficients over time of eight bands. */
static inline __attribute__((always_inline)) void over_time(const pdqi_sound_tables *t, const int16_t *cells, int i,
                                                            int32_t (*out)[SOUND_SIDE])
{
    int32x4_t low[8], high[8];
    for (int c = 0; c < 8; c++)
        low[c] = high[c] = vdupq_n_s32(0);
    for (int s = 0; s < SOUND_SIDE; s++) {
        const int16x8_t v = vld1q_s16(cells + SOUND_SIDE * s), d = vld1q_s16(t->dct[s] + i);
        const int16x4_t v0 = vget_low_s16(v), v1 = vget_high_s16(v), d0 = vget_low_s16(d), d1 = vget_high_s16(d);
#define ONE(c, half, lane) \
    low[c] = vmlal_lane_s16(low[c], v0, half, lane); \
    high[c] = vmlal_lane_s16(high[c], v1, half, lane)
        ONE(0, d0, 0);
        ONE(1, d0, 1);
        ONE(2, d0, 2);
        ONE(3, d0, 3);
        ONE(4, d1, 0);
        ONE(5, d1, 1);
        ONE(6, d1, 2);
        ONE(7, d1, 3);
#undef ONE
    }
    for (int c = 0; c < 8; c++) {
        vst1q_s32(out[i + c], low[c]);
        vst1q_s32(out[i + c] + 4, high[c]);
    }
}

static void coefficients(const pdqi_sound_tables *t, const int16_t *cells, int32_t *out)
{
    int32_t sums[SOUND_KEPT][SOUND_SIDE];
    for (int b = 0; b < SOUND_SIDE; b += 8)
        for (int i = 0; i < SOUND_KEPT; i += 8)
            over_time(t, cells + b, i, (int32_t (*)[SOUND_SIDE])(void *)&sums[0][b]);
    for (int i = 0; i < SOUND_KEPT; i++) {
        int64x2_t total_of[8];
        for (int l = 0; l < 8; l++)
            total_of[l] = vdupq_n_s64(0);
        for (int b = 0; b < SOUND_SIDE; b++) {
            const int32x2_t a = vdup_n_s32(sums[i][b]);
            for (int l = 0; l < 4; l++) {
                const int32x4_t d = vmovl_s16(vld1_s16(t->dct[b] + 4 * l));
                total_of[2 * l] = vmlal_s32(total_of[2 * l], vget_low_s32(d), a);
                total_of[2 * l + 1] = vmlal_s32(total_of[2 * l + 1], vget_high_s32(d), a);
            }
        }
        for (int l = 0; l < 8; l++)
            vst1_s32(out + SOUND_KEPT * i + 2 * l, vmovn_s64(vshrq_n_s64(total_of[l], 18)));
    }
}

static uint32_t below(const int32_t *values, int32_t limit)
{
    const int32x4_t most = vdupq_n_s32(limit);
    uint32x4_t a = vdupq_n_u32(0), b = a;
    for (int i = 0; i < 256; i += 8) {
        a = vsubq_u32(a, vcltq_s32(vld1q_s32(values + i), most));
        b = vsubq_u32(b, vcltq_s32(vld1q_s32(values + i + 4), most));
    }
    return (uint32_t)total(vreinterpretq_s32_u32(vaddq_u32(a, b)));
}

const pdqi_sound_kernels pdqi_sound_neon = { resample, powers, lift, coefficients, below };
#else
typedef int pdqi_sound_neon_not_here;
#endif
