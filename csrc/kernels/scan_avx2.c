/*
 * kernels/scan_avx2.c - the index's hot loops with AVX2
 */
#include "base/bits.h"
#include "kernels/scan_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif
#include <immintrin.h>

/* Set bits of each byte, by looking up its halves (Mula, Kurz, Lemire 2017, section 3). */
static inline __m256i byte_counts(__m256i x)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                           2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(x, low)),
                           _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
}

#include "kernels/scan_x86.h"

const pdqi_scan_kernels pdqi_scan_avx2 = {
    rows_within, slice_within, slice_maybe, run_within, lows_within, highs, NULL
};

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
#endif
typedef int pdqi_scan_avx2_not_empty;
