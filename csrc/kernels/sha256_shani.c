/*
 * kernels/sha256_shani.c - SHA-256 compression with the x86 SHA extensions
 *
 * The instructions keep the state as the two vectors {F,E,B,A} and {H,G,D,C}
 * and do two rounds each.
 */
#include "kernels/kernels.h"
#include "kernels/sha256_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sha,sse4.1,ssse3"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("sha,sse4.1,ssse3")
#endif
#include <immintrin.h>

typedef struct lanes {
    __m128i feba, hgdc, w[4];
} lanes;

static inline __attribute__((always_inline)) void load_state(lanes *l, const uint32_t s[8])
{
    const __m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)s);
    const __m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(s + 4));
    const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    l->feba = _mm_alignr_epi8(cdab, efgh, 8);
    l->hgdc = _mm_blend_epi16(efgh, cdab, 0xf0);
}

static inline __attribute__((always_inline)) void store_state(const lanes *l, uint32_t s[8])
{
    const __m128i abef = _mm_shuffle_epi32(l->feba, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(l->hgdc, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)s, _mm_blend_epi16(abef, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(s + 4), _mm_alignr_epi8(dchg, abef, 8));
}

static inline __attribute__((always_inline)) void add_state(lanes *l, const lanes *before)
{
    l->feba = _mm_add_epi32(l->feba, before->feba);
    l->hgdc = _mm_add_epi32(l->hgdc, before->hgdc);
}

static inline __attribute__((always_inline)) void load_block(lanes *l, const uint8_t *data)
{
    const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    for (int i = 0; i < 4; i++)
        l->w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(data + 16 * i)), swap);
}

/* Four rounds with the words of w[i], and the four words that come sixteen later in its place. */
static inline __attribute__((always_inline)) void four_rounds(lanes *l, int i, int more)
{
    const __m128i now = l->w[i & 3], last = l->w[(i + 3) & 3];
    __m128i kw = _mm_add_epi32(now, _mm_loadu_si128((const __m128i *)(const void *)(pdqi_sha256_k + 4 * i)));
    l->hgdc = _mm_sha256rnds2_epu32(l->hgdc, l->feba, kw);
    kw = _mm_shuffle_epi32(kw, 0x0e);
    l->feba = _mm_sha256rnds2_epu32(l->feba, l->hgdc, kw);
    if (more) {
        const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(now, l->w[(i + 1) & 3]),
                                          _mm_alignr_epi8(last, l->w[(i + 2) & 3], 4));
        l->w[i & 3] = _mm_sha256msg2_epu32(sum, last);
    }
}

#include "kernels/sha256_body.h"

const pdqi_sha_kernels pdqi_sha_shani = { blocks, each };

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
