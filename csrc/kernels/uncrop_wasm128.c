/*
 * kernels/uncrop_wasm128.c - the coarse scan of tier 2 with WebAssembly's 128-bit vectors
 */
#include "kernels/uncrop_kernels.h"

#if PDQI_WASM128
#include <wasm_simd128.h>

#define V v128_t
#define V_BYTES 16
#define V_LOAD(p) wasm_v128_load(p)
#define V_STORE(p, v) wasm_v128_store(p, v)
#define V_ZERO wasm_i32x4_splat(0)
#define V_ONES wasm_i32x4_splat(-1)
#define V_XOR(a, b) wasm_v128_xor(a, b)
#define V_AND(a, b) wasm_v128_and(a, b)
#define V_CHOOSE(s, a, b) wasm_v128_bitselect(a, b, s)
#define V_ANY(v) wasm_v128_any_true(v)
#include "kernels/uncrop_strong.h"

const pdqi_uncrop_kernels pdqi_uncrop_wasm128 = { strong };
#endif
