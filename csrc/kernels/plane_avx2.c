/*
 * kernels/plane_avx2.c - the loops over a plane with AVX2
 */
#include "kernels/kernels.h"
#include "kernels/plane_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#include <immintrin.h>
#include "kernels/plane_body.h"

/* Eight numbers of 16 bits, as 32. */
static inline __m256i wide(const uint16_t *s)
{
    return _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)s));
}

static inline __m256i load8(const int32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* As mark, of eight cells: all ones where there is an edge. */
static inline __m256i mark8(const int32_t *step, const int32_t *before, const int32_t *after)
{
    const __m256i s = load8(step), l = load8(before), r = load8(after);
    const __m256i near = _mm256_add_epi32(_mm256_srli_epi32(_mm256_add_epi32(l, r), 1), _mm256_min_epi32(l, r));
    const __m256i five = _mm256_add_epi32(s, _mm256_slli_epi32(s, 2));
    return _mm256_and_si256(_mm256_cmpgt_epi32(s, _mm256_set1_epi32(2 * CLEAR)), _mm256_cmpgt_epi32(five, near));
}

static inline void step8(const uint16_t *s, int32_t *step)
{
    const __m256i after = _mm256_add_epi32(wide(s), wide(s + 1)), before = _mm256_add_epi32(wide(s - 1), wide(s - 2));
    _mm256_storeu_si256((__m256i *)(void *)step, _mm256_abs_epi32(_mm256_sub_epi32(after, before)));
}

static inline void mark32(const int32_t *step, const int32_t *l, const int32_t *r, uint8_t *edge)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i low = _mm256_packs_epi32(mark8(step, l, r), mark8(step + 8, l + 8, r + 8));
    const __m256i high = _mm256_packs_epi32(mark8(step + 16, l + 16, r + 16), mark8(step + 24, l + 24, r + 24));
    const __m256i found = _mm256_and_si256(_mm256_packs_epi16(low, high), _mm256_set1_epi8(1));
    _mm256_storeu_si256((__m256i *)(void *)edge, _mm256_permutevar8x32_epi32(found, order));
}

static void edges(const uint16_t *s, int w, pdqi_regions_room *room, uint8_t *edge)
{
    int32_t *step = room->step + 8, *calm = room->calm + 8;
    int x = 2;
    for (; x < w - 9; x += 8)
        step8(s + x, step + x);
    step8(s + w - 9, step + w - 9); /* some once more */
    for (x = -8; x < w + 4; x += 8) { /* up to 7 beyond, where there is room */
        const __m256i a = _mm256_add_epi32(load8(step + x), load8(step + x + 1));
        const __m256i b = _mm256_add_epi32(load8(step + x + 2), load8(step + x + 3));
        _mm256_storeu_si256((__m256i *)(void *)(calm + x), _mm256_add_epi32(a, b));
    }
    mark_ends(step, calm, w, edge);
    for (x = 7; x < w - 36; x += 32)
        mark32(step + x, calm + x - 7, calm + x + 4, edge + x);
    x = w - 36;
    mark32(step + x, calm + x - 7, calm + x + 4, edge + x);
}

/*
 * Sixteen second differences from s on, in 16 bits: what is above the middle one less what is below it. Where one
 * of the two passes 16 bits the other is nothing, and the difference is cut at `most` in any case, which is below
 * 2^15.
 */
static inline __m256i bends(const uint16_t *s, __m256i most)
{
    const __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(s - 1));
    const __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)s);
    const __m256i c = _mm256_loadu_si256((const __m256i *)(const void *)(s + 1));
    const __m256i over = _mm256_adds_epu16(_mm256_subs_epu16(a, b), _mm256_subs_epu16(c, b));
    const __m256i under = _mm256_adds_epu16(_mm256_subs_epu16(b, a), _mm256_subs_epu16(b, c));
    return _mm256_min_epu16(_mm256_or_si256(_mm256_subs_epu16(over, under), _mm256_subs_epu16(under, over)), most);
}

static uint32_t sharpness(const uint16_t *s, int w, int cap)
{
    const __m256i most = _mm256_set1_epi16((short)cap), one = _mm256_set1_epi16(1);
    const __m256i places = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    if (w < 18)
        return sharpness_each(s, w, cap);
    __m256i sum = _mm256_setzero_si256();
    int x = 1;
    for (; x + 16 < w; x += 16)
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(bends(s + x, most), one));
    /* of the last sixteen */
    const __m256i fresh = _mm256_cmpgt_epi16(places, _mm256_set1_epi16((short)(x - (w - 17) - 1)));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_and_si256(bends(s + w - 17, most), fresh), one));
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    return (uint32_t)_mm_cvtsi128_si32(half) + (uint32_t)_mm_extract_epi32(half, 1);
}

/* Eight rows of eight, turned. */
static inline void transpose8(const uint16_t *s, size_t w, size_t h, uint16_t *out)
{
    __m128i r[8], t[8];
    for (size_t i = 0; i < 8; i++)
        r[i] = _mm_loadu_si128((const __m128i *)(const void *)(s + i * w));
    for (int i = 0; i < 4; i++) {
        t[i] = _mm_unpacklo_epi16(r[i], r[i + 4]);
        t[i + 4] = _mm_unpackhi_epi16(r[i], r[i + 4]);
    }
    for (int i = 0; i < 4; i++) { /* t[i]: rows i and i + 4 by turns */
        const int half = i / 2 * 4, at = i % 2;
        r[2 * i] = _mm_unpacklo_epi16(t[half + at], t[half + at + 2]);
        r[2 * i + 1] = _mm_unpackhi_epi16(t[half + at], t[half + at + 2]);
    }
    for (int i = 0; i < 4; i++) { /* r[4 q + i]: two columns of the even rows, then of the odd ones */
        const int half = i / 2 * 4, at = i % 2;
        t[2 * i] = _mm_unpacklo_epi16(r[half + at], r[half + at + 2]);
        t[2 * i + 1] = _mm_unpackhi_epi16(r[half + at], r[half + at + 2]);
    }
    for (size_t i = 0; i < 8; i++)
        _mm_storeu_si128((__m128i *)(void *)(out + i * h), t[i]);
}

static void transpose(const uint16_t *s, int w, int h, uint16_t *out)
{
    int y = 0;
    for (; y + 8 <= h; y += 8) {
        int x = 0;
        for (; x + 8 <= w; x += 8)
            transpose8(s + y * w + x, (size_t)w, (size_t)h, out + x * h + y);
        transpose_some(s, w, h, x, y, y + 8, out);
    }
    transpose_some(s, w, h, 0, y, h, out);
}

static void integrate(const uint16_t *s, uint32_t w, const uint32_t *above, uint32_t *below)
{
    __m256i carry = _mm256_setzero_si256();
    uint32_t x = 0;
    below[0] = 0;
    for (; x + 8 <= w; x += 8) {
        __m256i v = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)(s + x)));
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
        const __m256i low = _mm256_permute2x128_si256(v, v, 0x08); /* nothing, and the lower half */
        v = _mm256_add_epi32(v, _mm256_shuffle_epi32(low, 0xff));
        v = _mm256_add_epi32(v, carry);
        carry = _mm256_permutevar8x32_epi32(v, _mm256_set1_epi32(7));
        const __m256i up = _mm256_loadu_si256((const __m256i *)(const void *)(above + x + 1));
        _mm256_storeu_si256((__m256i *)(void *)(below + x + 1), _mm256_add_epi32(v, up));
    }
    uint32_t sum = x ? (uint32_t)_mm256_extract_epi32(carry, 0) : 0;
    for (; x < w; x++) {
        sum += s[x];
        below[x + 1] = above[x + 1] + sum;
    }
}

/* The values at p and p + 1, and at q and q + 1. */
static inline __m128i pairs_at(const uint32_t *p, const uint32_t *q)
{
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)(const void *)p),
                              _mm_loadl_epi64((const __m128i *)(const void *)q));
}

/* Two corners, each in two halves to be added; less 2^47, as conversions know signed numbers only. */
static inline __m256d corner_pair(const uint32_t *up, const uint32_t *down, const uint32_t *x,
                                  const double (*across)[2], __m256d part)
{
    const __m128i u = pairs_at(up + x[0], up + x[1]), d = pairs_at(down + x[0], down + x[1]);
    const __m256d from = _mm256_cvtepi32_pd(_mm_xor_si128(u, _mm_set1_epi32(INT32_MIN)));
    const __m256d step = _mm256_cvtepi32_pd(_mm_sub_epi32(d, u)); /* a row's sum: below 2^31 */
    const __m256d value = _mm256_add_pd(_mm256_mul_pd(from, _mm256_set1_pd(256)), _mm256_mul_pd(step, part));
    return _mm256_mul_pd(value, _mm256_loadu_pd(across[0]));
}

static void corners(const uint32_t *up, const uint32_t *down, const uint32_t *x, const double (*across)[2], double part,
                    size_t n, double *out)
{
    const __m256d parts = _mm256_set1_pd(part), base = _mm256_set1_pd(140737488355328.0); /* 2^47 */
    for (size_t j = 0; j < n; j += 4) {
        const __m256d a = corner_pair(up, down, x + j, across + j, parts);
        const __m256d b = corner_pair(up, down, x + j + 2, across + j + 2, parts);
        const __m256d sums = _mm256_permute4x64_pd(_mm256_hadd_pd(a, b), 0xd8);
        _mm256_storeu_pd(out + j, _mm256_add_pd(sums, base));
    }
}

const pdqi_plane_kernels pdqi_plane_avx2 = { edges, runs, sharpness, strays, transpose, integrate, corners, means };

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
typedef int pdqi_plane_avx2_not_empty;
