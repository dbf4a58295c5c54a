/*
 * kernels/hash_neon.c - the hashing kernels for NEON, 32 and 64 bit
 *
 * Written for cores that run in order: 64-bit loads, no result needed by the
 * next instruction. Channels are summed before brightness is taken, as in
 * kernels/hash_avx2.c; a 16-bit sum takes taps up to a total of 257.
 */
#include "kernels/kernels.h"
#include "kernels/hash_kernels.h"

#if PDQI_NEON
#include <arm_neon.h>

/*
 * All ones where a float is below the limit. 32-bit compilers ask that one by one, as those vectors take the
 * smallest numbers for 0; integers have the same order once negative ones are turned round and -0 is made +0.
 */
#if defined(__aarch64__)
typedef float32x4_t ordered;
#define below4 vcltq_f32

static inline ordered in_order(float32x4_t v)
{
    return v;
}
#else
typedef int32x4_t ordered;
#define below4 vcltq_s32

static inline ordered in_order(float32x4_t v)
{
    const int32x4_t bits = vreinterpretq_s32_f32(v), least = vdupq_n_s32(INT32_MIN);
    const int32x4_t kept = vbicq_s32(bits, vreinterpretq_s32_u32(vceqq_s32(bits, least)));
    return veorq_s32(kept, vbicq_s32(vshrq_n_s32(kept, 31), least));
}
#endif

/* How many of 256 floats are below one. */
static inline int32_t below_of(const float *v, float trial)
{
    const ordered limit = in_order(vdupq_n_f32(trial));
    uint32x4_t a = vdupq_n_u32(0), b = a;
    for (int i = 0; i < 256; i += 8) {
        a = vsubq_u32(a, below4(in_order(vld1q_f32(v + i)), limit));
        b = vsubq_u32(b, below4(in_order(vld1q_f32(v + i + 4)), limit));
    }
    a = vaddq_u32(a, b);
    const uint32x2_t two = vadd_u32(vget_low_u32(a), vget_high_u32(a));
    return (int32_t)vget_lane_u32(vpadd_u32(two, two), 0);
}

#define PDQI_OWN_BELOW
#if !defined(__aarch64__) /* counted: an eighth shorter with half the registers */
#define PDQI_EIGHT_FLOATS
#define PDQI_COSINES_IN_PLACE
#endif
#include "kernels/hash_body.h"

/* Sums of 8 * parts bytes from x on, for `directions` sets of weights; the compiler unrolls it. */
static inline __attribute__((always_inline)) void weigh_block(const pdqi_rows *rows, size_t x, int parts,
                                                              int directions, int16_t *const out[2])
{
    uint16x8_t sum[2][8];
    for (int v = 0; v < directions; v++)
        for (int i = 0; i < parts; i++)
            sum[v][i] = vdupq_n_u16(PDQI_BIAS);
    for (size_t r = 0; r < rows->n; r++) {
        const uint8_t *row = rows->row[r] + x;
        for (int i = 0; i < parts; i++) {
            const uint8x8_t bytes = vld1_u8(row + 8 * i);
            for (int v = 0; v < directions; v++)
                sum[v][i] = vmlal_u8(sum[v][i], bytes, vdup_n_u8(rows->weight[v][r]));
        }
    }
    for (int v = 0; v < directions; v++)
        for (int i = 0; i < parts; i++)
            vst1q_s16(out[v] + x + 8 * i, vreinterpretq_s16_u16(sum[v][i]));
}

static void weigh(const pdqi_rows *rows, size_t bytes, int16_t *const out[2])
{
    if (bytes < 8) {
        pdqi_hash_portable.weigh(rows, bytes, out);
        return;
    }
    size_t x = 0;
    for (; out[1] && x + 40 <= bytes; x += 40)
        weigh_block(rows, x, 5, 2, out);
    for (; !out[1] && x + 64 <= bytes; x += 64)
        weigh_block(rows, x, 8, 1, out);
    for (; x < bytes; x += 8)
        weigh_block(rows, x + 8 <= bytes ? x : bytes - 8, 1, out[1] ? 2 : 1, out); /* some of the last once more */
}

/* Dot product of `vectors` vectors, in two parts. */
static inline int64x2_t dot(const int16_t *w, const int16_t *v, size_t vectors, size_t batch)
{
    int64x2_t wide = vdupq_n_s64(0);
    while (vectors) {
        const size_t now = vectors < batch ? vectors : batch;
        int32x4_t a = vdupq_n_s32(0), b = vdupq_n_s32(0);
        for (size_t n = 0; n < now; n++, w += PDQI_LANES, v += PDQI_LANES) {
            const int16x8_t w0 = vld1q_s16(w), w1 = vld1q_s16(w + 8), v0 = vld1q_s16(v), v1 = vld1q_s16(v + 8);
            a = vmlal_s16(a, vget_low_s16(w0), vget_low_s16(v0));
            b = vmlal_s16(b, vget_high_s16(w0), vget_high_s16(v0));
            a = vmlal_s16(a, vget_low_s16(w1), vget_low_s16(v1));
            b = vmlal_s16(b, vget_high_s16(w1), vget_high_s16(v1));
        }
        wide = vpadalq_s32(vpadalq_s32(wide, a), b);
        vectors -= now;
    }
    return wide;
}

static void dots(const pdqi_line *line, const int16_t *values, int64_t sum[PDQI_SUMS])
{
    for (uint32_t i = 0; i < line->sums; i++) {
        const int64x2_t parts = dot(line->weights + line->offset[i], values + line->start[i], line->vectors[i],
                                    line->batch);
        sum[i] += vgetq_lane_s64(parts, 0) + vgetq_lane_s64(parts, 1);
    }
}

/* Three sums of 16 bits times their factors; `total` is what the bias of the sums lacks. */
static inline uint32x4_t mix_low(const int16x8_t sum[3], int16x4_t factor, int32x4_t total)
{
    total = vmlal_lane_s16(total, vget_low_s16(sum[0]), factor, 0);
    total = vmlal_lane_s16(total, vget_low_s16(sum[1]), factor, 1);
    total = vmlal_lane_s16(total, vget_low_s16(sum[2]), factor, 2);
    return vshrq_n_u32(vreinterpretq_u32_s32(total), 2);
}

static inline uint32x4_t mix_high(const int16x8_t sum[3], int16x4_t factor, int32x4_t total)
{
    total = vmlal_lane_s16(total, vget_high_s16(sum[0]), factor, 0);
    total = vmlal_lane_s16(total, vget_high_s16(sum[1]), factor, 1);
    total = vmlal_lane_s16(total, vget_high_s16(sum[2]), factor, 2);
    return vshrq_n_u32(vreinterpretq_u32_s32(total), 2);
}

static inline __attribute__((always_inline)) void mix_step(const int16_t *sums, size_t pixels, size_t step,
                                                           const int16_t factor[3], uint32_t *out)
{
    const int16x4_t factors = vset_lane_s16(factor[2], vset_lane_s16(factor[1], vdup_n_s16(factor[0]), 1), 2);
    const int32x4_t bias = vdupq_n_s32(PDQI_BIAS * (factor[0] + factor[1] + factor[2]));
    size_t x = 0;
    for (; x + 9 <= pixels; x += 8, sums += 8 * step) { /* the fourth channel of the last pixel may not be there */
        int16x8_t sum[3];
        if (step == 3) {
            const int16x8x3_t v = vld3q_s16(sums);
            sum[0] = v.val[0], sum[1] = v.val[1], sum[2] = v.val[2];
        } else {
            const int16x8x4_t v = vld4q_s16(sums);
            sum[0] = v.val[0], sum[1] = v.val[1], sum[2] = v.val[2];
        }
        vst1q_u32(out + x, mix_low(sum, factors, bias));
        vst1q_u32(out + x + 4, mix_high(sum, factors, bias));
    }
    mix_each(sums, pixels - x, step, factor, out + x);
}

static void mix(const int16_t *sums, size_t pixels, size_t step, const int16_t factor[3], uint32_t *out)
{
    if (step == 3)
        mix_step(sums, pixels, 3, factor, out);
    else
        mix_step(sums, pixels, 4, factor, out);
}

static inline uint32x2_t pair_sums(uint32x4_t v)
{
    return vadd_u32(vget_low_u32(v), vget_high_u32(v));
}

/* Products of a cell's values and weights, in four parts. */
static inline uint32x4_t gather_cell(const uint32_t *v, const uint32_t *w, size_t taps)
{
    uint32x4_t a = vmulq_u32(vld1q_u32(v), vld1q_u32(w));
    a = vmlaq_u32(a, vld1q_u32(v + 4), vld1q_u32(w + 4));
    for (size_t t = PDQI_TAPS; t < taps; t += 4)
        a = vmlaq_u32(a, vld1q_u32(v + t), vld1q_u32(w + t));
    return a;
}

static inline __attribute__((always_inline)) void gather_taps(const uint32_t *values, const uint32_t *first,
                                                              const uint32_t *weights, size_t taps, size_t cells,
                                                              uint32_t *total)
{
    size_t c = 0;
    for (; c + 4 <= cells; c += 4) {
        uint32x2_t s[4];
        for (size_t i = 0; i < 4; i++)
            s[i] = pair_sums(gather_cell(values + first[c + i], weights + taps * (c + i), taps));
        vst1q_u32(total + c, vcombine_u32(vpadd_u32(s[0], s[1]), vpadd_u32(s[2], s[3])));
    }
    gather_each(values, first + c, weights + taps * c, taps, cells - c, total + c);
}

static void gather(const uint32_t *values, const uint32_t *first, const uint32_t *weights, size_t taps, size_t cells,
                   uint32_t *total)
{
    if (taps == PDQI_TAPS)
        gather_taps(values, first, weights, PDQI_TAPS, cells, total);
    else
        gather_taps(values, first, weights, taps, cells, total);
}

/* As bits_of. */
static void bits(const pdqi_dct *dct, uint8_t out[PDQL_HASH_BYTES])
{
    static const uint32_t WORTH[8] = { 1, 2, 4, 8, 16, 32, 64, 128 };
    const float *v = &dct->c[0][0];
    const ordered least = in_order(vdupq_n_f32(parting_of(v)));
    const uint32x4_t low = vld1q_u32(WORTH), high = vld1q_u32(WORTH + 4);
    for (int byte = 0; byte < PDQL_HASH_BYTES; byte++, v += 8) {
        const uint32x4_t set = vorrq_u32(vbicq_u32(low, below4(in_order(vld1q_f32(v)), least)),
                                         vbicq_u32(high, below4(in_order(vld1q_f32(v + 4)), least)));
        const uint32x2_t two = pair_sums(set);
        out[PDQL_HASH_BYTES - 1 - byte] = (uint8_t)vget_lane_u32(vpadd_u32(two, two), 0);
    }
}

const pdqi_hash_kernels pdqi_hash_neon = { weigh, dots, cells_of, dct_of,     dct_once_of, quality_of,
                                           bits,  mix,  gather,   samples_of, NULL };
#endif
