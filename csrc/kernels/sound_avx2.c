/*
 * kernels/sound_avx2.c - the hot loops of sound hashes for AVX2
 *
 * The transform goes four numbers at a time, as its lanes are four; sums of products go sixteen at a time.
 */
#include "kernels/kernels.h"
#include "kernels/sound_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif
#include <immintrin.h>

#include "base/lanes.h"

#define PRODUCT(v, f) ((pdqi_int_lanes)product((__m128i)(v), (__m128i)(f)))
#define SAME(x) ((pdqi_int_lanes)_mm_set1_epi32(x))
#define HALF_SUM(a, b) (((a) + (b)) >> 1)
#define HALF_DIFFERENCE(a, b) (((a) - (b)) >> 1)
#define WINDOWED(x, w) ((pdqi_int_lanes)_mm_mullo_epi32(four_of(x), four_of(w)))
#define TURN(v) turn_lanes(v)
#define SQUARES(re, im, out) squares((__m128i)(re), (__m128i)(im), out)
#define INLINE static inline __attribute__((always_inline))

INLINE __m128i four_of(const int16_t *x)
{
    return _mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(const void *)x));
}

/* Products in 64 bits, rounded: those of the even numbers are shifted down by 31, those of the odd ones up by 1. */
INLINE __m128i product(__m128i v, __m128i f)
{
    const __m128i half = _mm_set1_epi64x(1 << 30);
    const __m128i even = _mm_add_epi64(_mm_mul_epi32(v, f), half);
    const __m128i odd = _mm_add_epi64(_mm_mul_epi32(_mm_srli_epi64(v, 32), _mm_srli_epi64(f, 32)), half);
    return _mm_blend_epi32(_mm_srli_epi64(even, 31), _mm_slli_epi64(odd, 1), 0xa);
}

INLINE void turn_lanes(pdqi_int_lanes v[4])
{
    const __m128i a = _mm_unpacklo_epi32((__m128i)v[0], (__m128i)v[1]),
                  b = _mm_unpacklo_epi32((__m128i)v[2], (__m128i)v[3]);
    const __m128i c = _mm_unpackhi_epi32((__m128i)v[0], (__m128i)v[1]),
                  d = _mm_unpackhi_epi32((__m128i)v[2], (__m128i)v[3]);
    v[0] = (pdqi_int_lanes)_mm_unpacklo_epi64(a, b);
    v[1] = (pdqi_int_lanes)_mm_unpackhi_epi64(a, b);
    v[2] = (pdqi_int_lanes)_mm_unpacklo_epi64(c, d);
    v[3] = (pdqi_int_lanes)_mm_unpackhi_epi64(c, d);
}

INLINE void squares(__m128i re, __m128i im, uint64_t *out)
{
    const __m128i r = _mm_srli_epi64(re, 32), i = _mm_srli_epi64(im, 32);
    const __m128i even = _mm_add_epi64(_mm_mul_epi32(re, re), _mm_mul_epi32(im, im));
    const __m128i odd = _mm_add_epi64(_mm_mul_epi32(r, r), _mm_mul_epi32(i, i));
    _mm_storeu_si128((__m128i *)out, _mm_unpacklo_epi64(even, odd));
    _mm_storeu_si128((__m128i *)out + 1, _mm_unpackhi_epi64(even, odd));
}

#include "kernels/sound_body.h"

typedef __m256i wide;
#define WIDTH 16
#define ZERO _mm256_setzero_si256()
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define ADD(a, b) _mm256_add_epi32(a, b)
#define PAIRS(a, b) _mm256_madd_epi16(a, b)
#define TOTAL(v) total(v)

INLINE int32_t total(__m256i v)
{
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1)));
}

#include "kernels/sound_pairs.h"

static uint32_t lift(const int16_t *rows, int floor, int loud, int16_t *cells)
{
    const __m256i least = _mm256_set1_epi16((short)floor), zero = ZERO, limit = _mm256_set1_epi16((short)(loud - 1));
    __m256i count = zero;
    for (int i = 0; i < SOUND_SIDE * SOUND_SIDE; i += 16) {
        const __m256i v = _mm256_max_epi16(_mm256_sub_epi16(LOAD(rows + i), least), zero);
        _mm256_storeu_si256((__m256i *)(cells + i), v);
        count = _mm256_sub_epi16(count, _mm256_cmpgt_epi16(v, limit));
    }
    return (uint32_t)total(PAIRS(count, _mm256_set1_epi16(1)));
}

/* Two coefficients over time of sixteen bands, two steps at a time. */
INLINE void over_time(const pdqi_sound_tables *t, const int16_t *cells, int i, int32_t *out, int32_t *next)
{
    __m256i sums[2][2] = { { ZERO, ZERO }, { ZERO, ZERO } };
    for (int s = 0; s < SOUND_SIDE; s += 2) {
        const __m256i a = LOAD(cells + SOUND_SIDE * s), b = LOAD(cells + SOUND_SIDE * (s + 1));
        const __m256i low = _mm256_unpacklo_epi16(a, b), high = _mm256_unpackhi_epi16(a, b);
        for (int c = 0; c < 2; c++) {
            const __m256i d = _mm256_set1_epi32(
                (int)((uint16_t)t->dct[s][i + c] | (uint32_t)t->dct[s + 1][i + c] << 16));
            sums[c][0] = ADD(sums[c][0], PAIRS(low, d));
            sums[c][1] = ADD(sums[c][1], PAIRS(high, d));
        }
    }
    for (int c = 0; c < 2; c++) {
        int32_t *const to = c ? next : out;
        _mm256_storeu_si256((__m256i *)to, _mm256_permute2x128_si256(sums[c][0], sums[c][1], 0x20));
        _mm256_storeu_si256((__m256i *)(to + 8), _mm256_permute2x128_si256(sums[c][0], sums[c][1], 0x31));
    }
}

static void coefficients(const pdqi_sound_tables *t, const int16_t *cells, int32_t *out)
{
    int32_t sums[SOUND_KEPT][SOUND_SIDE];
    for (int i = 0; i < SOUND_KEPT; i += 2)
        for (int b = 0; b < SOUND_SIDE; b += 16)
            over_time(t, cells + b, i, &sums[i][b], &sums[i + 1][b]);
    for (int i = 0; i < SOUND_KEPT; i++) {
        __m256i totals[4] = { ZERO, ZERO, ZERO, ZERO };
        for (int b = 0; b < SOUND_SIDE; b++) {
            const __m256i a = _mm256_set1_epi32(sums[i][b]);
            for (int l = 0; l < 4; l++)
                totals[l] = _mm256_add_epi64(
                    totals[l],
                    _mm256_mul_epi32(a, _mm256_cvtepi16_epi64(_mm_loadl_epi64((const __m128i *)(t->dct[b] + 4 * l)))));
        }
        for (int l = 0; l < 4; l++) {
            int64_t four_totals[4];
            _mm256_storeu_si256((__m256i *)four_totals, totals[l]);
            for (int c = 0; c < 4; c++)
                out[SOUND_KEPT * i + 4 * l + c] = (int32_t)(four_totals[c] >> 18);
        }
    }
}

static uint32_t below(const int32_t *values, int32_t limit)
{
    const __m256i most = _mm256_set1_epi32(limit);
    __m256i count = ZERO;
    for (int i = 0; i < 256; i += 8)
        count = _mm256_sub_epi32(count, _mm256_cmpgt_epi32(most, LOAD(values + i)));
    return (uint32_t)total(count);
}

const pdqi_sound_kernels pdqi_sound_avx2 = { resample, powers, lift, coefficients, below };

#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
typedef int pdqi_sound_avx2_not_here;
#endif
