/*
 * kernels/scan_x86.h - the index's hot loops with vectors of 256 bits, written once for AVX2 and AVX-512
 *
 * The file that includes this has set the target and defines byte_counts(x),
 * set bits of each byte; and, if it can do better than kernels/scan_slice.h, V_SUM3 and V_MAJ3.
 */
/* The four 64-bit parts of one row's distance, each in the low 16 bits of its lane. */
static inline __m256i row_parts(const uint8_t *row, __m256i query)
{
    const __m256i x = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(const void *)row), query);
    return _mm256_sad_epu8(byte_counts(x), _mm256_setzero_si256());
}

static unsigned row_distance(const uint8_t *row, const uint8_t *query)
{
    unsigned d = 0;
    for (size_t i = 0; i < PDQL_HASH_BYTES; i += 8)
        d += (unsigned)_mm_popcnt_u64(pdqi_load64(row + i) ^ pdqi_load64(query + i));
    return d;
}

static uint64_t rows_within(const uint8_t *query, const uint8_t *rows, size_t n, unsigned radius)
{
    const __m256i q = _mm256_loadu_si256((const __m256i *)(const void *)query);
    const __m128i limit = _mm_set1_epi16((short)(radius + 1));
    uint64_t within = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const uint8_t *p = rows + i * PDQL_HASH_BYTES;
        const __m256i s0 = row_parts(p, q), s1 = row_parts(p + 32, q);
        const __m256i s2 = row_parts(p + 64, q), s3 = row_parts(p + 96, q);
        /* lanes of 16 bits: in each 64 bits one part of rows i, i+1, i+2, i+3 */
        const __m256i s = _mm256_or_si256(_mm256_or_si256(s0, _mm256_slli_epi64(s1, 16)),
                                          _mm256_or_si256(_mm256_slli_epi64(s2, 32), _mm256_slli_epi64(s3, 48)));
        __m128i d = _mm_add_epi16(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
        d = _mm_add_epi16(d, _mm_srli_si128(d, 8));
        const unsigned bytes = (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi16(limit, d)) & 0xff;
        within |= (uint64_t)_pext_u32(bytes, 0x55) << i;
    }
    for (; i < n; i++)
        within |= (uint64_t)(row_distance(rows + i * PDQL_HASH_BYTES, query) <= radius) << i;
    return within;
}

#define V __m256i
#define V_BYTES 32
#define V_LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define V_STORE(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define V_MASK(m) _mm256_set1_epi32((int)(m))
#define V_XOR(a, b) _mm256_xor_si256(a, b)
#define V_AND(a, b) _mm256_and_si256(a, b)
#define V_OR(a, b) _mm256_or_si256(a, b)
#ifndef V_CHOOSE
#define V_CHOOSE(s, a, b) _mm256_or_si256(_mm256_and_si256(s, a), _mm256_andnot_si256(s, b))
#endif
#define V_FULL(v) _mm256_testc_si256(v, _mm256_set1_epi8(-1))
#include "kernels/scan_slice.h"
#include "kernels/scan_slice_many.h"

/* Of 16 values of 16 bits, which differ from q in fewer bits than `past`: lanes of ones. */
static inline __m256i sixteen_near(const uint8_t *values, __m256i q, __m256i past)
{
    const __m256i x = _mm256_xor_si256(V_LOAD(values), q);
    return _mm256_cmpgt_epi16(past, _mm256_maddubs_epi16(byte_counts(x), _mm256_set1_epi8(1)));
}

static inline uint32_t values_near(const uint8_t *block, unsigned query, unsigned limit)
{
    const __m256i q = _mm256_set1_epi16((short)query), past = _mm256_set1_epi16((short)(limit + 1));
    const __m256i both = _mm256_packs_epi16(sixteen_near(block, q, past), sixteen_near(block + 32, q, past));
    return (uint32_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(both, 0xd8));
}

static inline uint32_t bytes_near(const uint8_t *block, unsigned query, unsigned limit)
{
    const __m256i q = _mm256_set1_epi8((char)query), past = _mm256_set1_epi8((char)(limit + 1));
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(past, byte_counts(_mm256_xor_si256(V_LOAD(block), q))));
}

#include "kernels/scan_lists.h"

#define COUNT64(x) ((unsigned)_mm_popcnt_u64(x))
#define SELECT64(x, n) ((unsigned)_tzcnt_u64(_pdep_u64((uint64_t)1 << (n), x)))
#include "kernels/scan_highs.h"
