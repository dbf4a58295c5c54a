/*
 * kernels/hash_wasm128.c - the hashing kernels for WebAssembly SIMD
 *
 * As kernels/hash_neon.c: bytes times taps into 16-bit sums, brightness taken of the sums.
 */
#include "kernels/kernels.h"
#include "kernels/hash_kernels.h"

#if PDQI_WASM128
#include <wasm_simd128.h>

#include "kernels/hash_body.h"

/* Sums of 16 * vectors bytes from x on, of one set of weights. */
static inline __attribute__((always_inline)) void weigh_block(const pdqi_rows *rows, const uint8_t *weights, size_t x,
                                                              int vectors, int16_t *out)
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
            wide = wasm_i64x2_add(wide,
                                  wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(a), wasm_i64x2_extend_high_i32x4(a)));
            wide = wasm_i64x2_add(wide,
                                  wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(b), wasm_i64x2_extend_high_i32x4(b)));
            left -= now;
        }
        sum[i] += wasm_i64x2_extract_lane(wide, 0) + wasm_i64x2_extract_lane(wide, 1);
    }
}

const pdqi_hash_kernels pdqi_hash_wasm128 = { weigh,   dots,    cells_of,    dct_of,     dct_once_of, quality_of,
                                              bits_of, mix_any, gather_each, samples_of, NULL };
#endif
