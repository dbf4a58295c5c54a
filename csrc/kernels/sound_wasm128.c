/*
 * kernels/sound_wasm128.c - the hot loops of sound hashes for WebAssembly SIMD
 */
#include "kernels/kernels.h"
#include "kernels/sound_kernels.h"

#if PDQI_WASM128
#include <wasm_simd128.h>

#include "base/lanes.h"

#define PRODUCT(v, f) ((pdqi_int_lanes)product((v128_t)(v), (v128_t)(f)))
#define SAME(x) ((pdqi_int_lanes)wasm_i32x4_splat(x))
#define HALF_SUM(a, b) (((a) + (b)) >> 1)
#define HALF_DIFFERENCE(a, b) (((a) - (b)) >> 1)
#define WINDOWED(x, w) ((pdqi_int_lanes)wasm_i32x4_extmul_low_i16x8(wasm_v128_load64_zero(x), wasm_v128_load64_zero(w)))
#define TURN(v) turn_lanes(v)
#define SQUARES(re, im, out) squares((v128_t)(re), (v128_t)(im), out)
#define INLINE static inline __attribute__((always_inline))

INLINE v128_t product(v128_t v, v128_t f)
{
    const v128_t half = wasm_i64x2_splat(1 << 30);
    const v128_t low = wasm_i64x2_shr(wasm_i64x2_add(wasm_i64x2_extmul_low_i32x4(v, f), half), 31);
    const v128_t high = wasm_i64x2_shr(wasm_i64x2_add(wasm_i64x2_extmul_high_i32x4(v, f), half), 31);
    return wasm_i32x4_shuffle(low, high, 0, 2, 4, 6);
}

INLINE void turn_lanes(pdqi_int_lanes v[4])
{
    const v128_t a = wasm_i32x4_shuffle((v128_t)v[0], (v128_t)v[1], 0, 4, 1, 5);
    const v128_t b = wasm_i32x4_shuffle((v128_t)v[2], (v128_t)v[3], 0, 4, 1, 5);
    const v128_t c = wasm_i32x4_shuffle((v128_t)v[0], (v128_t)v[1], 2, 6, 3, 7);
    const v128_t d = wasm_i32x4_shuffle((v128_t)v[2], (v128_t)v[3], 2, 6, 3, 7);
    v[0] = (pdqi_int_lanes)wasm_i64x2_shuffle(a, b, 0, 2);
    v[1] = (pdqi_int_lanes)wasm_i64x2_shuffle(a, b, 1, 3);
    v[2] = (pdqi_int_lanes)wasm_i64x2_shuffle(c, d, 0, 2);
    v[3] = (pdqi_int_lanes)wasm_i64x2_shuffle(c, d, 1, 3);
}

INLINE void squares(v128_t re, v128_t im, uint64_t *out)
{
    wasm_v128_store(out, wasm_i64x2_add(wasm_i64x2_extmul_low_i32x4(re, re), wasm_i64x2_extmul_low_i32x4(im, im)));
    wasm_v128_store(out + 2,
                    wasm_i64x2_add(wasm_i64x2_extmul_high_i32x4(re, re), wasm_i64x2_extmul_high_i32x4(im, im)));
}

#include "kernels/sound_body.h"

typedef v128_t wide;
#define WIDTH 8
#define ZERO wasm_i32x4_splat(0)
#define LOAD(p) wasm_v128_load(p)
#define ADD(a, b) wasm_i32x4_add(a, b)
#define PAIRS(a, b) wasm_i32x4_dot_i16x8(a, b)
#define TOTAL(v) total(v)

INLINE int32_t total(v128_t v)
{
    v = wasm_i32x4_add(v, wasm_i32x4_shuffle(v, v, 2, 3, 0, 1));
    return wasm_i32x4_extract_lane(v, 0) + wasm_i32x4_extract_lane(v, 1);
}

#include "kernels/sound_pairs.h"

static uint32_t lift(const int16_t *rows, int floor, int loud, int16_t *cells)
{
    const v128_t least = wasm_i16x8_splat((int16_t)floor), limit = wasm_i16x8_splat((int16_t)loud), zero = ZERO;
    v128_t count = zero;
    for (int i = 0; i < SOUND_SIDE * SOUND_SIDE; i += 8) {
        const v128_t v = wasm_i16x8_max(wasm_i16x8_sub(LOAD(rows + i), least), zero);
        wasm_v128_store(cells + i, v);
        count = wasm_i16x8_sub(count, wasm_i16x8_ge(v, limit));
    }
    return (uint32_t)total(PAIRS(count, wasm_i16x8_splat(1)));
}

/* One coefficient over time of eight bands, two steps at a time. */
INLINE void over_time(const pdqi_sound_tables *t, const int16_t *cells, int i, int32_t *out)
{
    v128_t low = ZERO, high = ZERO;
    for (int s = 0; s < SOUND_SIDE; s += 2) {
        const v128_t a = LOAD(cells + SOUND_SIDE * s), b = LOAD(cells + SOUND_SIDE * (s + 1));
        const v128_t d = wasm_i32x4_splat((int32_t)((uint16_t)t->dct[s][i] | (uint32_t)t->dct[s + 1][i] << 16));
        low = ADD(low, PAIRS(wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11), d));
        high = ADD(high, PAIRS(wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15), d));
    }
    wasm_v128_store(out, low);
    wasm_v128_store(out + 4, high);
}

static void coefficients(const pdqi_sound_tables *t, const int16_t *cells, int32_t *out)
{
    for (int i = 0; i < SOUND_KEPT; i++) {
        int32_t sums[SOUND_SIDE];
        int64_t totals[SOUND_KEPT] = { 0 };
        for (int b = 0; b < SOUND_SIDE; b += 8)
            over_time(t, cells + b, i, sums + b);
        for (int b = 0; b < SOUND_SIDE; b++)
            for (int l = 0; l < SOUND_KEPT; l++)
                totals[l] += (int64_t)t->dct[b][l] * sums[b];
        for (int l = 0; l < SOUND_KEPT; l++)
            out[SOUND_KEPT * i + l] = (int32_t)(totals[l] >> 18);
    }
}

static uint32_t below(const int32_t *values, int32_t limit)
{
    const v128_t most = wasm_i32x4_splat(limit);
    v128_t count = ZERO;
    for (int i = 0; i < 256; i += 4)
        count = wasm_i32x4_sub(count, wasm_i32x4_lt(LOAD(values + i), most));
    return (uint32_t)total(count);
}

const pdqi_sound_kernels pdqi_sound_wasm128 = { resample, powers, lift, coefficients, below };
#else
typedef int pdqi_sound_wasm128_not_here;
#endif
