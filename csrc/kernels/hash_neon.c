/*
 * hash_neon.c - the hashing kernels for NEON, 32 and 64 bit
 *
 * Written for cores that run in order: 64-bit loads, no result needed by the
 * next instruction. Channels are summed before brightness is taken, as in
 * hash_avx2.c; a 16-bit sum takes taps up to a total of 257.
 */
#include "kernels.h"
#include "hash_kernels.h"

#if PDQI_NEON
#include <arm_neon.h>

#include "hash_body.h"

/* Sums of 8 * parts bytes from x on, for `views` sets of weights; the compiler unrolls it. */
static inline __attribute__((always_inline)) void
weigh_block(const pdqi_rows *rows, size_t x, int parts, int views, int16_t *const out[2])
{
    uint16x8_t sum[2][8];
    for (int v = 0; v < views; v++)
        for (int i = 0; i < parts; i++)
            sum[v][i] = vdupq_n_u16(PDQI_BIAS);
    for (size_t r = 0; r < rows->n; r++) {
        const uint8_t *row = rows->row[r] + x;
        for (int i = 0; i < parts; i++) {
            const uint8x8_t bytes = vld1_u8(row + 8 * i);
            for (int v = 0; v < views; v++)
                sum[v][i] = vmlal_u8(sum[v][i], bytes, vdup_n_u8(rows->weight[v][r]));
        }
    }
    for (int v = 0; v < views; v++)
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
        const int64x2_t parts = dot(line->weights + line->offset[i], values + line->start[i], line->vectors[i], line->batch);
        sum[i] += vgetq_lane_s64(parts, 0) + vgetq_lane_s64(parts, 1);
    }
}

const pdqi_hash_kernels pdqi_hash_neon = { weigh, dots, cells_of, dct_of, quality_of, bits_of, mix_any, gather_each, NULL };
#endif
