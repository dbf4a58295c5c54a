/*
 * kernels/uncrop_avx512.c - the coarse scan of tier 2 on 256 bits, any function of three bits in one instruction
 * (AVX-512VL)
 */
#include "kernels/uncrop_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512vl"))), apply_to = function)
#else
#pragma GCC target("avx2,avx512f,avx512vl")
#endif
#include <immintrin.h>

#define V __m256i
#define V_BYTES 32
#define V_LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define V_STORE(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define V_ZERO _mm256_setzero_si256()
#define V_ONES _mm256_set1_epi32(-1)
#define V_XOR(a, b) _mm256_xor_si256(a, b)
#define V_AND(a, b) _mm256_and_si256(a, b)
#define V_ANY(v) (!_mm256_testz_si256(v, v))
#define V_SUM3(a, b, c) _mm256_ternarylogic_epi32(a, b, c, 0x96)
#define V_MAJ3(a, b, c) _mm256_ternarylogic_epi32(a, b, c, 0xe8)
#include "kernels/uncrop_strong.h"

const pdqi_uncrop_kernels pdqi_uncrop_avx512 = { strong };
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
