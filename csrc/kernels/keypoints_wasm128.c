/*
 * kernels/keypoints_wasm128.c - the hot loops of keypoint signatures with WebAssembly's 128-bit vectors
 */
#include "kernels/kernels.h"
#include "kernels/keypoints_kernels.h"

#if PDQI_WASM128
#include <wasm_simd128.h>

#define COUNT64(x) ((unsigned)__builtin_popcountll(x))
#include "kernels/keypoints_body.h"

static void weigh(const uint16_t *const *rows, const uint16_t *taps, size_t n_taps, uint16_t *out, size_t n)
{
    size_t x = 0;
    for (; x + 8 <= n; x += 8) {
        v128_t low = wasm_u32x4_splat(32768), high = low;
        for (size_t t = 0; t < n_taps; t++) {
            const v128_t row = wasm_v128_load(rows[t] + x), tap = wasm_u16x8_splat(taps[t]);
            low = wasm_i32x4_add(low, wasm_u32x4_extmul_low_u16x8(row, tap));
            high = wasm_i32x4_add(high, wasm_u32x4_extmul_high_u16x8(row, tap));
        }
        wasm_v128_store(out + x, wasm_i16x8_shuffle(low, high, 1, 3, 5, 7, 9, 11, 13, 15));
    }
    weigh_rest(rows, taps, n_taps, out, x, n);
}

static size_t near_marks(uint16_t mark, unsigned most, const uint16_t *marks, size_t n, uint64_t *found)
{
    const v128_t same = wasm_u16x8_splat(mark), limit = wasm_u16x8_splat((uint16_t)most);
    uint64_t mask = 0;
    for (size_t i = 0; i < n; i += 8) {
        const v128_t ones = wasm_i8x16_popcnt(wasm_v128_xor(wasm_v128_load(marks + i), same));
        const v128_t within = wasm_u16x8_le(wasm_u16x8_extadd_pairwise_u8x16(ones), limit);
        mask |= (uint64_t)wasm_i16x8_bitmask(within) << i;
    }
    return marks_found(mask, n, found);
}

const pdqi_keypoints_kernels pdqi_keypoints_wasm128 = { weigh, near, near_marks };
#else
typedef int pdqi_keypoints_wasm128_not_here;
#endif
