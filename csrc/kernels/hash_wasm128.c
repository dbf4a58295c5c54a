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

/* ---- hashing ------------------------------------------------------------ */

/* Sums of 16 * vectors bytes from x on, of one set of weights. */
static inline __attribute__((always_inline)) void
weigh_block(const pdqi_rows *rows, const uint8_t *weights, size_t x, int vectors, int16_t *out)
{
    v128_t low[3], high[3];
    for (int i = 0; i < vectors; i++)
        low[i] = high[i] = wasm_i16x8_splat((int16_t)-PDQI_BIAS);
    for (size_t r = 0; r < rows->n; r++) {
        const v128_t w = wasm_i8x16_splat((int8_t)weights[r]);
        for (int i = 0; i < vectors; i++) {
            const v128_t bytes = wasm_v128_load(rows->row[r] + x + 16 * i);
            low[i] = wasm_i16x8_add(low[i], wasm_u16x8_extmul_low_u8x16(bytes, w));
            high[i] = wasm_i16x8_add(high[i], wasm_u16x8_extmul_high_u8x16(bytes, w));
        }
    }
    for (int i = 0; i < vectors; i++) {
        wasm_v128_store(out + x + 16 * i, low[i]);
        wasm_v128_store(out + x + 16 * i + 8, high[i]);
    }
}

static void weigh(const pdqi_rows *rows, size_t bytes, int16_t *const out[2])
{
    if (bytes < 16) {
        pdqi_hash_portable.weigh(rows, bytes, out);
        return;
    }
    for (int v = 0; v < 2 && out[v]; v++) {
        size_t x = 0;
        for (; x + 48 <= bytes; x += 48)
            weigh_block(rows, rows->weight[v], x, 3, out[v]);
        for (; x < bytes; x += 16)
            weigh_block(rows, rows->weight[v], x + 16 <= bytes ? x : bytes - 16, 1, out[v]); /* some once more */
    }
}

static void dots(const pdqi_line *line, const int16_t *values, int64_t sum[PDQI_SUMS])
{
    for (uint32_t i = 0; i < line->sums; i++) {
        const int16_t *w = line->weights + line->offset[i], *v = values + line->start[i];
        v128_t wide = wasm_i64x2_splat(0);
        for (uint32_t left = line->vectors[i]; left;) {
            const uint32_t now = left < line->batch ? left : line->batch;
            v128_t a = wasm_i32x4_splat(0), b = a;
            for (uint32_t n = 0; n < now; n++, w += PDQI_LANES, v += PDQI_LANES) {
                a = wasm_i32x4_add(a, wasm_i32x4_dot_i16x8(wasm_v128_load(w), wasm_v128_load(v)));
                b = wasm_i32x4_add(b, wasm_i32x4_dot_i16x8(wasm_v128_load(w + 8), wasm_v128_load(v + 8)));
            }
            wide = wasm_i64x2_add(wide, wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(a), wasm_i64x2_extend_high_i32x4(a)));
            wide = wasm_i64x2_add(wide, wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(b), wasm_i64x2_extend_high_i32x4(b)));
            left -= now;
        }
        sum[i] += wasm_i64x2_extract_lane(wide, 0) + wasm_i64x2_extract_lane(wide, 1);
    }
}

const pdqi_hash_kernels pdqi_hash_wasm128 = { weigh, dots, cells_of, dct_of, quality_of, bits_of, gray_rows, rgb_rows };
#endif
