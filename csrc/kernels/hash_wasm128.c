/*
 * hash_wasm128.c - the hashing kernels for WebAssembly SIMD
 *
 * As hash_neon.c: bytes times taps into 16-bit sums, brightness taken of the sums.
 */
#include "kernels.h"
#include "hash_kernels.h"

#if PDQI_WASM128
#include <wasm_simd128.h>

#include "hash_body.h"
#include "hash_runs.h"

enum { BYTES = 48, VECTORS = BYTES / 8, RGB_PIXELS = BYTES / 3 };

/* sums[x] = weighted sums of `n` rows for the 48 bytes at p. */
static inline void run_sums(const uint8_t *p, ptrdiff_t stride, const uint32_t *taps, size_t n, v128_t *sums)
{
    for (int i = 0; i < VECTORS; i++)
        sums[i] = wasm_i16x8_splat(0);
    for (size_t r = 0; r < n; r++, p += stride) {
        const v128_t tap = wasm_i8x16_splat((int8_t)taps[r]);
        for (int i = 0; i < VECTORS; i += 2) {
            const v128_t bytes = wasm_v128_load(p + 8 * i);
            sums[i] = wasm_i16x8_add(sums[i], wasm_u16x8_extmul_low_u8x16(bytes, tap));
            sums[i + 1] = wasm_i16x8_add(sums[i + 1], wasm_u16x8_extmul_high_u8x16(bytes, tap));
        }
    }
}

static void gray_run(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                     int add, uint32_t *sum)
{
    for (size_t x = 0; x < width; x += BYTES) {
        v128_t sums[VECTORS];
        run_sums(rows + x, stride, taps, n, sums);
        for (int i = 0; i < VECTORS; i++) {
            uint32_t *out = sum + x + 8 * i;
            v128_t low = wasm_u32x4_extend_low_u16x8(sums[i]), high = wasm_u32x4_extend_high_u16x8(sums[i]);
            if (add) {
                low = wasm_i32x4_add(low, wasm_v128_load(out));
                high = wasm_i32x4_add(high, wasm_v128_load(out + 4));
            }
            wasm_v128_store(out, low);
            wasm_v128_store(out + 4, high);
        }
    }
}

static void rgb_run(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                    int add, uint32_t *sum)
{
    for (size_t x = 0; x < width; x += RGB_PIXELS) {
        v128_t sums[VECTORS];
        uint16_t mixed[BYTES];
        run_sums(rows + 3 * x, stride, taps, n, sums);
        for (int i = 0; i < VECTORS; i++)
            wasm_v128_store(mixed + 8 * i, sums[i]);
        for (size_t i = 0; i < RGB_PIXELS; i++) {
            const uint32_t luma = 299u * mixed[3 * i] + 587u * mixed[3 * i + 1] + 114u * mixed[3 * i + 2];
            sum[x + i] = add ? sum[x + i] + luma : luma;
        }
    }
}

static void gray_rows(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                      uint32_t *sum)
{
    const size_t whole = width - width % BYTES;
    if (in_runs(gray_run, rows, stride, whole, taps, n, sum))
        rows += whole, sum += whole, width -= whole;
    pdqi_hash_portable.gray_rows(rows, stride, width, taps, n, sum);
}

static void rgb_rows(const uint8_t *rows, ptrdiff_t stride, size_t width, const uint32_t *taps, size_t n,
                     uint32_t *sum)
{
    const size_t whole = width - width % RGB_PIXELS;
    if (in_runs(rgb_run, rows, stride, whole, taps, n, sum))
        rows += 3 * whole, sum += whole, width -= whole;
    pdqi_hash_portable.rgb_rows(rows, stride, width, taps, n, sum);
}

const pdqi_hash_kernels pdqi_hash_wasm128 = { gray_rows, rgb_rows, columns, dct_of, quality_of };
#endif
