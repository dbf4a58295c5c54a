/*
 * uncrop_avx2.c - the coarse scan of tier 2 with AVX2: a table of 16 is one shuffle
 */
#include "kernels.h"
#include "uncrop_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#include <immintrin.h>

static inline __m256i table_at(const uint8_t *t)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)t));
}

/* Sums of 4 bytes' values: 8 values of at most 31 fit a byte. */
static inline __m256i four_bytes(const uint8_t tables[][16], const uint8_t *p)
{
    const __m256i low = _mm256_set1_epi8(15);
    __m256i sum = _mm256_setzero_si256();
    for (int b = 0; b < 4; b++) {
        const __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32 * b));
        const __m256i a = _mm256_shuffle_epi8(table_at(tables[2 * b]), _mm256_and_si256(v, low));
        const __m256i c = _mm256_shuffle_epi8(table_at(tables[2 * b + 1]), _mm256_and_si256(_mm256_srli_epi16(v, 4), low));
        sum = _mm256_add_epi8(sum, _mm256_add_epi8(a, c));
    }
    return sum;
}

static void soft(const uint8_t tables[64][16], const uint8_t *blocks, size_t n, const int16_t least[PDQI_SOFT_STAGES],
                 uint32_t *mask)
{
    const __m256i zero = _mm256_setzero_si256();
    for (size_t b = 0; b < n; b++, blocks += PDQI_SOFT_BLOCK) {
        __m256i lo = zero, hi = zero; /* 16-bit sums, in unpack order */
        uint32_t m = 0;
        for (int s = 0; s < PDQI_SOFT_STAGES; s++) {
            for (int half = 0; half < 2; half++) {
                const __m256i v = four_bytes(tables + 16 * s + 8 * half, blocks + 256 * s + 128 * half);
                lo = _mm256_add_epi16(lo, _mm256_unpacklo_epi8(v, zero));
                hi = _mm256_add_epi16(hi, _mm256_unpackhi_epi8(v, zero));
            }
            const __m256i under = _mm256_set1_epi16((short)(least[s] - 1));
            /* packs undoes the unpacking: byte r is row r */
            m = (uint32_t)_mm256_movemask_epi8(_mm256_packs_epi16(_mm256_cmpgt_epi16(lo, under), _mm256_cmpgt_epi16(hi, under)));
            if (!m)
                break;
        }
        mask[b] = m;
    }
}

const pdqi_uncrop_kernels pdqi_uncrop_avx2 = { soft };
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
