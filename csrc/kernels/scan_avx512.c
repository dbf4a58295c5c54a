/*
 * kernels/scan_avx512.c - the index's hot loops with AVX-512's instructions on 256 bits: any function of three
 * bits in one (VPTERNLOG), and bits counted by byte (VPOPCNTB). No wider registers, so the clock stays where it
 * is.
 */
#include "base/bits.h"
#include "kernels/scan_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push( \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512vl,avx512bw,avx512bitalg,avx512vbmi2"))), \
    apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt,avx512f,avx512vl,avx512bw,avx512bitalg,avx512vbmi2")
#endif
#include <immintrin.h>

static inline __m256i byte_counts(__m256i x)
{
    return _mm256_popcnt_epi8(x);
}

#define V_SUM3(a, b, c) _mm256_ternarylogic_epi32(a, b, c, 0x96)
#define V_MAJ3(a, b, c) _mm256_ternarylogic_epi32(a, b, c, 0xe8)
#define V_CHOOSE(s, a, b) _mm256_ternarylogic_epi32(s, a, b, 0xca)
#include "kernels/scan_x86.h"

/*
 * Bits to places and back by VPCOMPRESSB: of a word, the numbers of its ones side by side. A place's high byte is
 * its one's number less its own, and all of both fit a byte modulo 256. The numbers only grow, so the last
 * place's tells whether all can be.
 */
static int both_within(const uint8_t *lows, const uint8_t *bits, uint64_t start, uint32_t skip, uint32_t n,
                       unsigned query, unsigned limit, uint32_t *out, size_t *found)
{
    const __m256i count = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                           22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
    const __m256i low = _mm256_set1_epi8((char)query), high = _mm256_set1_epi8((char)(query >> 8));
    const __m256i most = _mm256_set1_epi8((char)limit);
    uint8_t numbers[PDQI_RUN_MAX + 96]; /* of ones, from `start` on, modulo 256 */
    uint64_t word = start / 32;
    uint32_t x = pdqi_load32(bits + (size_t)word * 4) & ~0u << start % 32, seen = 0, have = 0;
    uint32_t ones = (uint32_t)_mm_popcnt_u32(x);
    while (skip - seen >= ones) {
        seen += ones;
        if (++word * 32 >= start + skip + PDQI_HIGH_VALUES)
            return 0;
        x = pdqi_load32(bits + (size_t)word * 4);
        ones = (uint32_t)_mm_popcnt_u32(x);
    }
    const uint32_t before = skip - seen, last = skip + n - 1;
    for (;;) {
        const __m256i at = _mm256_add_epi8(count, _mm256_set1_epi8((char)(word * 32 - start)));
        _mm256_storeu_si256((__m256i *)(void *)(numbers + have), _mm256_maskz_compress_epi8(x, at));
        if (have + ones >= before + n)
            break;
        have += ones;
        if (++word * 32 >= start + last + PDQI_HIGH_VALUES)
            return 0;
        x = pdqi_load32(bits + (size_t)word * 4);
        ones = (uint32_t)_mm_popcnt_u32(x);
    }
    if (word * 32 + _tzcnt_u32(_pdep_u32(1u << (before + n - 1 - have), x)) - start - last >= PDQI_HIGH_VALUES)
        return 0;
    size_t kept = 0;
    for (uint32_t i = 0; i < n; i += 32) {
        const __m256i places = _mm256_add_epi8(count, _mm256_set1_epi8((char)(skip + i)));
        const __m256i h = _mm256_xor_si256(_mm256_sub_epi8(V_LOAD(numbers + before + i), places), high);
        const __m256i d = _mm256_add_epi8(byte_counts(h), byte_counts(_mm256_xor_si256(V_LOAD(lows + i), low)));
        uint32_t near = _mm256_cmple_epu8_mask(d, most);
        if (n - i < 32)
            near &= (1u << (n - i)) - 1;
        for (; near; near &= near - 1)
            out[kept++] = i + _tzcnt_u32(near);
    }
    *found = kept;
    return 1;
}

const pdqi_scan_kernels pdqi_scan_avx512 = { rows_within, slice_within, slice_maybe, run_within,
                                             lows_within, highs,        both_within };

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
#endif
typedef int pdqi_scan_avx512_not_empty;
