/*
 * kernels/keypoints_avx2.c - the hot loops of keypoint signatures for AVX2 and POPCNT
 *
 * weigh works on samples less 32768, so that pairs of products fit the signed
 * multiply-add; the taps are 65536 in sum, which puts the same 32768 back.
 */
#include "kernels/kernels.h"
#include "kernels/keypoints_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif
#include <immintrin.h>

#define COUNT64(x) ((unsigned)_mm_popcnt_u64(x))
#include "kernels/keypoints_body.h"

static void weigh(const uint16_t *const *rows, const uint16_t *taps, size_t n_taps, uint16_t *out, size_t n)
{
    const __m256i flip = _mm256_set1_epi16((short)0x8000), half = _mm256_set1_epi32(32768);
    size_t x = 0;
    for (; x + 16 <= n; x += 16) {
        __m256i low = half, high = half;
        for (size_t t = 0; t < n_taps; t += 2) {
            const int pair = t + 1 < n_taps;
            const __m256i a = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(rows[t] + x)), flip);
            const __m256i b = pair ? _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(rows[t + 1] + x)), flip) : a;
            const __m256i k = _mm256_set1_epi32((int)(taps[t] | (pair ? (unsigned)taps[t + 1] << 16 : 0u)));
            low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), k));
            high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), k));
        }
        const __m256i sum = _mm256_packs_epi32(_mm256_srai_epi32(low, 16), _mm256_srai_epi32(high, 16));
        _mm256_storeu_si256((__m256i *)(out + x), _mm256_xor_si256(sum, flip));
    }
    weigh_rest(rows, taps, n_taps, out, x, n);
}

static size_t near_marks(uint16_t mark, unsigned most, const uint16_t *marks, size_t n, uint64_t *found)
{
    const __m256i same = _mm256_set1_epi16((short)mark), limit = _mm256_set1_epi16((short)most);
    const __m256i ones = _mm256_set1_epi8(1), low = _mm256_set1_epi8(15);
    const __m256i count = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                           2, 3, 2, 3, 3, 4);
    uint64_t mask = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __m256i x = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(marks + i)), same);
        const __m256i halves = _mm256_add_epi8(
            _mm256_shuffle_epi8(count, _mm256_and_si256(x, low)),
            _mm256_shuffle_epi8(count, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
        const __m256i far = _mm256_cmpgt_epi16(_mm256_maddubs_epi16(halves, ones), limit);
        const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(far), _mm256_extracti128_si256(far, 1));
        mask |= (uint64_t)(~(unsigned)_mm_movemask_epi8(bytes) & 0xffffu) << i;
    }
    return marks_found(mask, n, found);
}

const pdqi_keypoints_kernels pdqi_keypoints_avx2 = { weigh, near, near_marks };

#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
typedef int pdqi_keypoints_avx2_not_here;
#endif
