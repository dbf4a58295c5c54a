/*
 * hash_avx2.c - the hashing kernels for AVX2
 *
 * Rows are summed before brightness is taken: the weighted sum of R, of G and
 * of B over the taps fits 16 bits for a while, so the multiplication by
 * 299, 587, 114 comes once a column instead of once a pixel.
 */
#include "kernels.h"
#include "hash_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#include <immintrin.h>
#include "hash_body.h"

enum { LANES = 32, MAX_TAP = 127, MAX_SUM16 = 128 }; /* 255 * 128 < 2^15 */

/* Taps that one 16-bit sum can take: pairs of rows, total weight up to MAX_SUM16. */
static size_t run16(const uint32_t *taps, size_t n)
{
    size_t r = 0;
    for (uint32_t sum = 0; r < n && taps[r] <= MAX_TAP; r++) {
        sum += taps[r];
        if (sum > MAX_SUM16)
            break;
    }
    return r;
}

/* lo, hi += tap0 * row0 + tap1 * row1 for 32 bytes, 16-bit lanes in unpack order. */
static inline void add_pair(__m256i a, __m256i b, __m256i taps, __m256i *lo, __m256i *hi)
{
    *lo = _mm256_add_epi16(*lo, _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), taps));
    *hi = _mm256_add_epi16(*hi, _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), taps));
}

/* Weighted sums of `n` rows for the 32 bytes at p. */
static inline void run_sums(const uint8_t *p, ptrdiff_t stride, const uint32_t *taps, size_t n,
                            __m256i *lo, __m256i *hi)
{
    *lo = *hi = _mm256_setzero_si256();
    size_t r = 0;
    for (; r + 2 <= n; r += 2, p += 2 * stride) {
        const __m256i w = _mm256_set1_epi16((short)(taps[r] | taps[r + 1] << 8));
        add_pair(_mm256_loadu_si256((const __m256i *)p),
                 _mm256_loadu_si256((const __m256i *)(p + stride)), w, lo, hi);
    }
    if (r < n)
        add_pair(_mm256_loadu_si256((const __m256i *)p), _mm256_setzero_si256(),
                 _mm256_set1_epi16((short)taps[r]), lo, hi);
}

/* The 32 sums of a run, widened to 32 bits in byte order. */
static inline void widen(__m256i lo, __m256i hi, __m256i out[4])
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i a = _mm256_unpacklo_epi16(lo, zero), b = _mm256_unpackhi_epi16(lo, zero);
    const __m256i c = _mm256_unpacklo_epi16(hi, zero), d = _mm256_unpackhi_epi16(hi, zero);
    out[0] = _mm256_permute2x128_si256(a, b, 0x20);
    out[1] = _mm256_permute2x128_si256(c, d, 0x20);
    out[2] = _mm256_permute2x128_si256(a, b, 0x31);
    out[3] = _mm256_permute2x128_si256(c, d, 0x31);
}

/* Weighted sums over all taps for the 32 bytes at p: 8 sums in each of 4 vectors. */
static inline void tap_sums(const uint8_t *p, ptrdiff_t stride, const uint32_t *taps, size_t n,
                            __m256i total[4])
{
    for (int i = 0; i < 4; i++)
        total[i] = _mm256_setzero_si256();
    while (n) {
        const size_t r = run16(taps, n);
        if (r) {
            __m256i lo, hi, wide[4];
            run_sums(p, stride, taps, r, &lo, &hi);
            widen(lo, hi, wide);
            for (int i = 0; i < 4; i++)
                total[i] = _mm256_add_epi32(total[i], wide[i]);
            taps += r, n -= r, p += (ptrdiff_t)r * stride;
        } else {
            const __m256i w = _mm256_set1_epi32((int)taps[0]);
            for (int i = 0; i < 4; i++) {
                const __m128i b = _mm_loadl_epi64((const __m128i *)(p + 8 * i));
                total[i] = _mm256_add_epi32(total[i], _mm256_mullo_epi32(_mm256_cvtepu8_epi32(b), w));
            }
            taps++, n--, p += stride;
        }
    }
}

static void gray_rows(const uint8_t *rows, ptrdiff_t stride, size_t width,
                      const uint32_t *taps, size_t n, uint32_t *sum)
{
    size_t x = 0;
    for (; x + LANES <= width; x += LANES) {
        __m256i total[4];
        tap_sums(rows + x, stride, taps, n, total);
        for (int i = 0; i < 4; i++)
            _mm256_storeu_si256((__m256i *)(sum + x + 8 * (size_t)i), total[i]);
    }
    if (x < width)
        pdqi_hash_portable.gray_rows(rows + x, stride, width - x, taps, n, sum + x);
}

/* 299 R + 587 G + 114 B of 32 pixels whose 96 channel sums lie interleaved in c. */
static inline void mix(const uint32_t *c, uint32_t *sum)
{
    const __m256i step = _mm256_setr_epi32(0, 3, 6, 9, 12, 15, 18, 21);
    const __m256i r = _mm256_set1_epi32(299), g = _mm256_set1_epi32(587), b = _mm256_set1_epi32(114);
    for (int i = 0; i < 4; i++, c += 24, sum += 8) {
        __m256i s = _mm256_mullo_epi32(_mm256_i32gather_epi32((const int *)c, step, 4), r);
        s = _mm256_add_epi32(s, _mm256_mullo_epi32(_mm256_i32gather_epi32((const int *)c + 1, step, 4), g));
        s = _mm256_add_epi32(s, _mm256_mullo_epi32(_mm256_i32gather_epi32((const int *)c + 2, step, 4), b));
        _mm256_storeu_si256((__m256i *)sum, s);
    }
}

static void rgb_rows(const uint8_t *rows, ptrdiff_t stride, size_t width,
                     const uint32_t *taps, size_t n, uint32_t *sum)
{
    size_t x = 0;
    for (; x + LANES <= width; x += LANES) {
        uint32_t channels[3 * LANES];
        for (size_t part = 0; part < 3; part++) {
            __m256i total[4];
            tap_sums(rows + 3 * x + LANES * part, stride, taps, n, total);
            for (size_t i = 0; i < 4; i++)
                _mm256_storeu_si256((__m256i *)(channels + LANES * part + 8 * i), total[i]);
        }
        mix(channels, sum + x);
    }
    if (x < width)
        pdqi_hash_portable.rgb_rows(rows + 3 * x, stride, width - x, taps, n, sum + x);
}

const pdqi_hash_kernels pdqi_hash_avx2 = { gray_rows, rgb_rows, columns, dct_of, quality_of };

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
