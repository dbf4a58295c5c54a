/*
 * scan_avx512.c - the index's hot loops with AVX-512's instructions on 256 bits: any function of three bits in
 * one (VPTERNLOG), and bits counted by byte (VPOPCNTB). No wider registers, so the clock stays where it is.
 */
#include "bits.h"
#include "scan_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512vl,avx512bw,avx512bitalg"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt,avx512f,avx512vl,avx512bw,avx512bitalg")
#endif
#include <immintrin.h>

static inline __m256i byte_counts(__m256i x)
{
    return _mm256_popcnt_epi8(x);
}

#define V_SUM3(a, b, c) _mm256_ternarylogic_epi32(a, b, c, 0x96)
#define V_MAJ3(a, b, c) _mm256_ternarylogic_epi32(a, b, c, 0xe8)
#define V_CHOOSE(s, a, b) _mm256_ternarylogic_epi32(s, a, b, 0xca)
#include "scan_x86.h"

const pdqi_scan_kernels pdqi_scan_avx512 = { rows_within, slice_within, slice_maybe, run_within, lows_within, highs };

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
#endif
typedef int pdqi_scan_avx512_not_empty;
