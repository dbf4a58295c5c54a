/*
 * kernels/plane_neon.c - the loops over a plane with NEON, 32 and 64 bit
 */
#include "kernels/kernels.h"
#include "kernels/plane_kernels.h"

#if PDQI_NEON
#include <arm_neon.h>

#include "kernels/plane_body.h"

static inline uint32x4_t load4(const int32_t *p)
{
    return vreinterpretq_u32_s32(vld1q_s32(p));
}

static inline void store4(int32_t *p, uint32x4_t v)
{
    vst1q_s32(p, vreinterpretq_s32_u32(v));
}

/* As mark, of four cells: all ones where there is an edge. */
static inline uint32x4_t mark4(const int32_t *step, const int32_t *before, const int32_t *after)
{
    const uint32x4_t s = load4(step), l = load4(before), r = load4(after);
    const uint32x4_t near = vaddq_u32(vhaddq_u32(l, r), vminq_u32(l, r));
    return vandq_u32(vcgtq_u32(s, vdupq_n_u32(2 * CLEAR)), vcgtq_u32(vmulq_n_u32(s, 5), near));
}

static inline uint16x8_t mark8(const int32_t *step, const int32_t *before, const int32_t *after)
{
    return vcombine_u16(vmovn_u32(mark4(step, before, after)), vmovn_u32(mark4(step + 4, before + 4, after + 4)));
}

static inline void step8(const uint16_t *s, int32_t *step)
{
    const uint16x8_t a = vld1q_u16(s - 2), b = vld1q_u16(s - 1), c = vld1q_u16(s), d = vld1q_u16(s + 1);
    store4(step, vabdq_u32(vaddl_u16(vget_low_u16(c), vget_low_u16(d)), vaddl_u16(vget_low_u16(a), vget_low_u16(b))));
    store4(step + 4,
           vabdq_u32(vaddl_u16(vget_high_u16(c), vget_high_u16(d)), vaddl_u16(vget_high_u16(a), vget_high_u16(b))));
}

static inline void mark16(const int32_t *step, const int32_t *l, const int32_t *r, uint8_t *edge)
{
    const uint16x8_t low = mark8(step, l, r), high = mark8(step + 8, l + 8, r + 8);
    vst1q_u8(edge, vandq_u8(vcombine_u8(vmovn_u16(low), vmovn_u16(high)), vdupq_n_u8(1)));
}

static void edges(const uint16_t *s, int w, pdqi_regions_room *room, uint8_t *edge)
{
    int32_t *step = room->step + 8, *calm = room->calm + 8;
    int x = 2;
    for (; x < w - 9; x += 8)
        step8(s + x, step + x);
    step8(s + w - 9, step + w - 9); /* some once more */
    /* sums of two from x - 4 on; steps from x - 4 on, none before 0 */
    uint32x4_t pairs = vdupq_n_u32(0), here = pairs;
    for (x = 0; x < w + 8; x += 4) { /* up to 3 beyond, where there is room */
        const uint32x4_t next = load4(step + x);
        const uint32x4_t more = vaddq_u32(here, vextq_u32(here, next, 1));
        store4(calm + x - 8, vaddq_u32(pairs, vextq_u32(pairs, more, 2)));
        pairs = more;
        here = next;
    }
    mark_ends(step, calm, w, edge);
    for (x = 7; x < w - 20; x += 16)
        mark16(step + x, calm + x - 7, calm + x + 4, edge + x);
    x = w - 20;
    mark16(step + x, calm + x - 7, calm + x + 4, edge + x);
}

/*
 * As sharpness_each, eight at a time, in 16 bits: what is above the middle one less what is below it. Where one
 * of the two passes 16 bits the other is nothing, and the difference is cut at `cap` in any case.
 */
static uint32_t sharpness(const uint16_t *s, int w, int cap)
{
    const uint16x8_t most = vdupq_n_u16((uint16_t)cap);
    uint32x4_t sum = vdupq_n_u32(0);
    int x = 1;
    for (; x + 8 < w; x += 8) {
        const uint16x8_t a = vld1q_u16(s + x - 1), b = vld1q_u16(s + x), c = vld1q_u16(s + x + 1);
        const uint16x8_t over = vqaddq_u16(vqsubq_u16(a, b), vqsubq_u16(c, b));
        const uint16x8_t under = vqaddq_u16(vqsubq_u16(b, a), vqsubq_u16(b, c));
        sum = vpadalq_u16(sum, vminq_u16(vabdq_u16(over, under), most));
    }
    const uint32_t rest = x < w - 1 ? sharpness_each(s + x - 1, w - x + 1, cap) : 0;
    return vgetq_lane_u32(sum, 0) + vgetq_lane_u32(sum, 1) + vgetq_lane_u32(sum, 2) + vgetq_lane_u32(sum, 3) + rest;
}

/* Eight rows of eight, turned: blocks of one, of two, then of four change places. */
static inline void transpose8(const uint16_t *s, size_t w, size_t h, uint16_t *out)
{
    uint16x8_t r[8];
    for (size_t i = 0; i < 8; i++)
        r[i] = vld1q_u16(s + i * w);
    uint32x4_t t[8];
    for (int i = 0; i < 8; i += 2) {
        const uint16x8x2_t pair = vtrnq_u16(r[i], r[i + 1]);
        t[i] = vreinterpretq_u32_u16(pair.val[0]);
        t[i + 1] = vreinterpretq_u32_u16(pair.val[1]);
    }
    for (int i = 0; i < 8; i += i % 4 == 1 ? 3 : 1) { /* 0, 1, 4, 5 */
        const uint32x4x2_t pair = vtrnq_u32(t[i], t[i + 2]);
        t[i] = pair.val[0];
        t[i + 2] = pair.val[1];
    }
    for (size_t i = 0; i < 4; i++) {
        const uint32x4_t a = t[i], b = t[i + 4];
        vst1q_u16(out + i * h, vreinterpretq_u16_u32(vcombine_u32(vget_low_u32(a), vget_low_u32(b))));
        vst1q_u16(out + (i + 4) * h, vreinterpretq_u16_u32(vcombine_u32(vget_high_u32(a), vget_high_u32(b))));
    }
}

static void transpose(const uint16_t *s, int w, int h, uint16_t *out)
{
    int y = 0;
    for (; y + 8 <= h; y += 8) {
        int x = 0;
        for (; x + 8 <= w; x += 8)
            transpose8(s + y * w + x, (size_t)w, (size_t)h, out + x * h + y);
        transpose_some(s, w, h, x, y, y + 8, out);
    }
    transpose_some(s, w, h, 0, y, h, out);
}

/* The sums of the first one to four of v. */
static inline uint32x4_t sums_of(uint32x4_t v)
{
    const uint32x4_t none = vdupq_n_u32(0);
    v = vaddq_u32(v, vextq_u32(none, v, 3));
    return vaddq_u32(v, vextq_u32(none, v, 2));
}

static void integrate(const uint16_t *s, uint32_t w, const uint32_t *above, uint32_t *below)
{
    uint32x4_t carry = vdupq_n_u32(0);
    uint32_t x = 0;
    below[0] = 0;
    for (; x + 8 <= w; x += 8) {
        const uint16x8_t v = vld1q_u16(s + x);
        const uint32x4_t low = vaddq_u32(sums_of(vmovl_u16(vget_low_u16(v))), carry);
        carry = vdupq_lane_u32(vget_high_u32(low), 1);
        const uint32x4_t high = vaddq_u32(sums_of(vmovl_u16(vget_high_u16(v))), carry);
        carry = vdupq_lane_u32(vget_high_u32(high), 1);
        vst1q_u32(below + x + 1, vaddq_u32(low, vld1q_u32(above + x + 1)));
        vst1q_u32(below + x + 5, vaddq_u32(high, vld1q_u32(above + x + 5)));
    }
    uint32_t sum = vgetq_lane_u32(carry, 0);
    for (; x < w; x++) {
        sum += s[x];
        below[x + 1] = above[x + 1] + sum;
    }
}

#if defined(__aarch64__)
/* A corner in two halves to be added: a row's sum is below 2^31, all before the last product below 2^40. */
static inline float64x2_t corner(const uint32_t *up, const uint32_t *down, const double across[2], uint32x2_t part)
{
    const uint32x2_t u = vld1_u32(up), step = vsub_u32(vld1_u32(down), u);
    return vmulq_f64(vcvtq_f64_u64(vmlal_u32(vshll_n_u32(u, 8), step, part)), vld1q_f64(across));
}

static void corners(const uint32_t *up, const uint32_t *down, const uint32_t *x, const double (*across)[2], double part,
                    size_t n, double *out)
{
    const uint32x2_t parts = vdup_n_u32((uint32_t)part);
    for (size_t j = 0; j < n; j += 2) {
        const float64x2_t a = corner(up + x[j], down + x[j], across[j], parts);
        const float64x2_t b = corner(up + x[j + 1], down + x[j + 1], across[j + 1], parts);
        vst1q_f64(out + j, vpaddq_f64(a, b));
    }
}
#else
#define corners corners_each /* no doubles in vectors */
#endif

const pdqi_plane_kernels pdqi_plane_neon = { edges, runs, sharpness, strays, transpose, integrate, corners, means };
#endif
typedef int pdqi_plane_neon_not_empty;
