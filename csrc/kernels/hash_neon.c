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
#include "hash_runs.h"

enum { GRAY_BYTES = 64, PIXELS = 16, RGB_BYTES = 3 * PIXELS };

/* sums[x] = weighted sums of `n` rows for `parts` times 8 bytes at p; unrolled by the compiler. */
static inline __attribute__((always_inline)) void
run_sums(const uint8_t *p, ptrdiff_t stride, const uint32_t *taps, size_t n, int parts, uint16x8_t *sums)
{
    for (int i = 0; i < parts; i++)
        sums[i] = vmull_u8(vld1_u8(p + 8 * i), vdup_n_u8((uint8_t)taps[0]));
    for (size_t r = 1; r < n; r++) {
        const uint8x8_t tap = vdup_n_u8((uint8_t)taps[r]);
        p += stride;
        for (int i = 0; i < parts; i++)
            sums[i] = vmlal_u8(sums[i], vld1_u8(p + 8 * i), tap);
    }
}

static void gray_run(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                     int add, uint32_t *sum)
{
    for (size_t x = 0; x < width; x += GRAY_BYTES) {
        uint16x8_t sums[GRAY_BYTES / 8];
        run_sums(rows + x, stride, taps, n, GRAY_BYTES / 8, sums);
        for (int i = 0; i < GRAY_BYTES / 8; i++) {
            uint32_t *out = sum + x + 8 * i;
            uint32x4_t low = vmovl_u16(vget_low_u16(sums[i])), high = vmovl_u16(vget_high_u16(sums[i]));
            if (add) {
                low = vaddq_u32(low, vld1q_u32(out));
                high = vaddq_u32(high, vld1q_u32(out + 4));
            }
            vst1q_u32(out, low);
            vst1q_u32(out + 4, high);
        }
    }
}

static inline uint32x4_t mix(uint16x4_t r, uint16x4_t g, uint16x4_t b)
{
    return vmlal_n_u16(vmlal_n_u16(vmull_n_u16(r, 299), g, 587), b, 114);
}

static void rgb_run(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                    int add, uint32_t *sum)
{
    for (size_t x = 0; x < width; x += PIXELS) {
        uint16x8_t sums[RGB_BYTES / 8];
        uint16_t mixed[RGB_BYTES];
        run_sums(rows + 3 * x, stride, taps, n, RGB_BYTES / 8, sums);
        for (int i = 0; i < RGB_BYTES / 8; i++)
            vst1q_u16(mixed + 8 * i, sums[i]);
        for (int i = 0; i < PIXELS; i += 8) {
            const uint16x8x3_t c = vld3q_u16(mixed + 3 * i);
            uint32_t *out = sum + x + i;
            uint32x4_t low = mix(vget_low_u16(c.val[0]), vget_low_u16(c.val[1]), vget_low_u16(c.val[2]));
            uint32x4_t high = mix(vget_high_u16(c.val[0]), vget_high_u16(c.val[1]), vget_high_u16(c.val[2]));
            if (add) {
                low = vaddq_u32(low, vld1q_u32(out));
                high = vaddq_u32(high, vld1q_u32(out + 4));
            }
            vst1q_u32(out, low);
            vst1q_u32(out + 4, high);
        }
    }
}

static void gray_rows(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                      uint32_t *sum)
{
    const size_t whole = width - width % GRAY_BYTES;
    if (in_runs(gray_run, rows, stride, whole, taps, n, sum))
        rows += whole, sum += whole, width -= whole;
    pdqi_hash_portable.gray_rows(rows, stride, width, taps, n, sum);
}

static void rgb_rows(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                     uint32_t *sum)
{
    const size_t whole = width - width % PIXELS;
    if (in_runs(rgb_run, rows, stride, whole, taps, n, sum))
        rows += 3 * whole, sum += whole, width -= whole;
    pdqi_hash_portable.rgb_rows(rows, stride, width, taps, n, sum);
}

const pdqi_hash_kernels pdqi_hash_neon = { gray_rows, rgb_rows, columns, dct_of, quality_of };
#endif
