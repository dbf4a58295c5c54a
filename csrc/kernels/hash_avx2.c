/*
 * kernels/hash_avx2.c - the hashing kernels for AVX2
 *
 * Rows are summed before brightness is taken: the weighted sums of R, of G and
 * of B fit 16 bits, so the multiplication by 299, 587, 114 comes once a column
 * instead of once a pixel.
 */
#include "kernels/kernels.h"
#include "kernels/hash_kernels.h"

#if PDQI_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#include <immintrin.h>

#define PDQI_EIGHT_FLOATS
#include "kernels/hash_body.h"

/* Weights of rows 2 p and 2 p + 1, low byte first, twice over: 32 bits are spread by a load alone. */
static size_t pair_up(const pdqi_rows *rows, int v, int32_t pairs[PDQI_GROUP / 2])
{
    const size_t n = (rows->n + 1) / 2;
    for (size_t p = 0; p < n; p++) {
        const int high = 2 * p + 1 < rows->n ? rows->weight[v][2 * p + 1] : 0;
        pairs[p] = (rows->weight[v][2 * p] | high << 8) * 0x10001;
    }
    return n;
}

/* 32 sums in unpack order, to where they belong. */
static inline void put_sums(int16_t *out, __m256i lo, __m256i hi)
{
    _mm256_storeu_si256((__m256i *)out, _mm256_permute2x128_si256(lo, hi, 0x20));
    _mm256_storeu_si256((__m256i *)(out + 16), _mm256_permute2x128_si256(lo, hi, 0x31));
}

/* Sums of 32 * VECTORS bytes from x on, for `directions` sets of weights; the compiler unrolls it. */
static inline __attribute__((always_inline)) void weigh_block(const uint8_t *const *row, size_t pairs,
                                                              int32_t (*weights)[PDQI_GROUP / 2], size_t x, int vectors,
                                                              int directions, int16_t *const out[2])
{
    __m256i lo[2][2], hi[2][2];
    for (int v = 0; v < directions; v++)
        for (int i = 0; i < vectors; i++)
            lo[v][i] = hi[v][i] = _mm256_set1_epi16((short)-PDQI_BIAS);
    for (size_t p = 0; p < pairs; p++) {
        const uint8_t *a = row[2 * p] + x, *b = row[2 * p + 1] + x;
        for (int i = 0; i < vectors; i++) {
            const __m256i above = _mm256_loadu_si256((const __m256i *)(a + 32 * i));
            const __m256i below = _mm256_loadu_si256((const __m256i *)(b + 32 * i));
            const __m256i low = _mm256_unpacklo_epi8(above, below), high = _mm256_unpackhi_epi8(above, below);
            for (int v = 0; v < directions; v++) {
                const __m256i w = _mm256_set1_epi32(weights[v][p]);
                lo[v][i] = _mm256_add_epi16(lo[v][i], _mm256_maddubs_epi16(low, w));
                hi[v][i] = _mm256_add_epi16(hi[v][i], _mm256_maddubs_epi16(high, w));
            }
        }
    }
    for (int v = 0; v < directions; v++)
        for (int i = 0; i < vectors; i++)
            put_sums(out[v] + x + 32 * i, lo[v][i], hi[v][i]);
}

static inline __attribute__((always_inline)) void weigh_views(const uint8_t *const *row, size_t pairs,
                                                              int32_t (*weights)[PDQI_GROUP / 2], size_t bytes,
                                                              int directions, int16_t *const out[2])
{
    size_t x = 0;
    for (; x + 64 <= bytes; x += 64)
        weigh_block(row, pairs, weights, x, 2, directions, out);
    for (; x + 32 <= bytes; x += 32)
        weigh_block(row, pairs, weights, x, 1, directions, out);
    if (x < bytes) /* some sums once more */
        weigh_block(row, pairs, weights, bytes - 32, 1, directions, out);
}

static void weigh(const pdqi_rows *rows, size_t bytes, int16_t *const out[2])
{
    if (bytes < 32) {
        pdqi_hash_portable.weigh(rows, bytes, out);
        return;
    }
    const uint8_t *row[PDQI_GROUP + 1];
    int32_t weights[2][PDQI_GROUP / 2] = { { 0 } };
    memcpy(row, rows->row, rows->n * sizeof *row);
    row[rows->n] = row[0]; /* the odd one's pair, times zero */
    const size_t pairs = pair_up(rows, 0, weights[0]);
    if (!out[1]) {
        weigh_views(row, pairs, weights, bytes, 1, out);
        return;
    }
    pair_up(rows, 1, weights[1]);
    weigh_views(row, pairs, weights, bytes, 2, out);
}

/* The eight sums of 32 bits as four of 64. */
static inline __m256i widen_sums(__m256i s)
{
    return _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_castsi256_si128(s)),
                            _mm256_cvtepi32_epi64(_mm256_extracti128_si256(s, 1)));
}

static inline __m256i load16(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

/* Parts of the dot products at v with the same weights, of vectors from..to. */
static inline __attribute__((always_inline)) void products(const int16_t *w, const int16_t *const v[4], size_t from,
                                                           size_t to, __m256i sum[4])
{
    for (int j = 0; j < 4; j++)
        sum[j] = _mm256_setzero_si256();
    for (size_t n = PDQI_LANES * from; n < PDQI_LANES * to; n += PDQI_LANES)
        for (int j = 0; j < 4; j++)
            sum[j] = _mm256_add_epi32(sum[j], _mm256_madd_epi16(load16(w + n), load16(v[j] + n)));
}

/* Four dot products with the weights of run 0, of `vectors` vectors: sums that fit 32 bits. */
static inline __attribute__((always_inline)) __m128i four_dots(const pdqi_line *line, const int16_t *values, uint32_t i,
                                                               size_t vectors)
{
    const uint32_t *at = line->start + i;
    __m256i s[4];
    products(line->weights + line->offset[0],
             (const int16_t *const[4]){ values + at[0], values + at[1], values + at[2], values + at[3] }, 0, vectors,
             s);
    const __m256i halves = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
    return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

/* The first `n` dot products, a multiple of four. */
static inline __attribute__((always_inline)) void add_narrow(const pdqi_line *line, const int16_t *values, uint32_t n,
                                                             size_t vectors, int64_t *sum)
{
    for (uint32_t i = 0; i < n; i += 4) {
        __m256i *const to = (__m256i *)(sum + i);
        const __m128i sums = four_dots(line, values, i, vectors);
        _mm256_storeu_si256(to, _mm256_add_epi64(_mm256_loadu_si256(to), _mm256_cvtepi32_epi64(sums)));
    }
}

/* The same for sums of any size. */
static void add_wide(const pdqi_line *line, const int16_t *values, uint32_t n, int64_t *sum)
{
    const int16_t *const w = line->weights + line->offset[0];
    const size_t vectors = line->vectors[0];
    for (uint32_t i = 0; i < n; i += 4) {
        const uint32_t *at = line->start + i;
        const int16_t *const v[4] = { values + at[0], values + at[1], values + at[2], values + at[3] };
        __m256i s[4],
            part[4] = { _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(),
                        _mm256_setzero_si256() };
        for (size_t from = 0, end; from < vectors; from = end) {
            end = vectors - from < line->batch ? vectors : from + line->batch;
            products(w, v, from, end, s);
            for (int j = 0; j < 4; j++)
                part[j] = _mm256_add_epi64(part[j], widen_sums(s[j]));
        }
        const __m256i a = _mm256_add_epi64(_mm256_unpacklo_epi64(part[0], part[1]),
                                           _mm256_unpackhi_epi64(part[0], part[1]));
        const __m256i b = _mm256_add_epi64(_mm256_unpacklo_epi64(part[2], part[3]),
                                           _mm256_unpackhi_epi64(part[2], part[3]));
        const __m256i sums = _mm256_add_epi64(_mm256_permute2x128_si256(a, b, 0x20),
                                              _mm256_permute2x128_si256(a, b, 0x31));
        __m256i *const to = (__m256i *)(sum + i);
        _mm256_storeu_si256(to, _mm256_add_epi64(_mm256_loadu_si256(to), sums));
    }
}

/* Dot product i, of any length and size. */
static int64_t dot(const pdqi_line *line, const int16_t *values, uint32_t i)
{
    const int16_t *w = line->weights + line->offset[i], *v = values + line->start[i];
    __m256i wide = _mm256_setzero_si256();
    for (size_t left = line->vectors[i]; left;) {
        __m256i s = _mm256_setzero_si256();
        const size_t now = left < line->batch ? left : line->batch;
        for (size_t n = 0; n < now; n++, w += PDQI_LANES, v += PDQI_LANES)
            s = _mm256_add_epi32(s, _mm256_madd_epi16(load16(w), load16(v)));
        wide = _mm256_add_epi64(wide, widen_sums(s));
        left -= now;
    }
    int64_t part[4];
    _mm256_storeu_si256((__m256i *)part, wide);
    return part[0] + part[1] + part[2] + part[3];
}

static void dots(const pdqi_line *line, const int16_t *values, int64_t sum[PDQI_SUMS])
{
    const uint32_t alike = line->alike / 4 * 4;
    if (!line->narrow)
        add_wide(line, values, alike, sum);
    else if (line->vectors[0] == 1)
        add_narrow(line, values, alike, 1, sum);
    else if (line->vectors[0] == 2)
        add_narrow(line, values, alike, 2, sum);
    else
        add_narrow(line, values, alike, line->vectors[0], sum);
    for (uint32_t i = alike; i < line->sums; i++)
        sum[i] += dot(line, values, i);
}

/*
 * The first `n` cells, 4 or more: a sum with its bias, which fits 32 bits, becomes a double as the lower part
 * of 2^52.
 */
static inline __attribute__((always_inline)) void narrow_cells(const pdqi_line *line, const int16_t *values, uint32_t n,
                                                               size_t vectors, const pdqi_levels *l, float *out)
{
    const __m128i bias = _mm_set1_epi32((int32_t)line->bias[0]);
    const __m256d two52 = _mm256_set1_pd(4503599627370496.0), scale = _mm256_set1_pd(l->scale),
                  black = _mm256_set1_pd(l->black), stretch = _mm256_set1_pd(l->stretch);
    for (uint32_t next = 0, i; next < n; next += 4) {
        i = next + 4 <= n ? next : n - 4; /* some once more */
        const __m256i luma = _mm256_cvtepu32_epi64(_mm_add_epi32(four_dots(line, values, i, vectors), bias));
        const __m256d value = _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(luma), two52), two52);
        _mm_storeu_ps(out + i,
                      _mm256_cvtpd_ps(_mm256_mul_pd(_mm256_sub_pd(_mm256_mul_pd(value, scale), black), stretch)));
    }
}

static uint32_t direct(const pdqi_line *line, const int16_t *values, const pdqi_levels *levels, float out[64],
                       int64_t sum[PDQI_SUMS])
{
    const uint32_t n = line->alike < 4 ? 0 : line->alike < 63 ? line->alike : 63;
    if (line->vectors[0] == 1)
        narrow_cells(line, values, n, 1, levels, out);
    else if (line->vectors[0] == 2)
        narrow_cells(line, values, n, 2, levels, out);
    else
        narrow_cells(line, values, n, line->vectors[0], levels, out);
    for (uint32_t i = n; i < line->sums; i++)
        sum[i] = dot(line, values, i);
    return n;
}

/* Two pixels of the 16 bytes at p and two of those at q, as 16 bits each of three channels and a zero. */
static inline __m256i pixels_at(const int16_t *p, const int16_t *q, __m256i order)
{
    const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p)),
                                                 _mm_loadu_si128((const __m128i *)q), 1);
    return _mm256_shuffle_epi8(both, order);
}

static void mix(const int16_t *sums, size_t pixels, size_t step, const int16_t factor[3], uint32_t *out)
{
    const __m128i three = _mm_setr_epi8(0, 1, 2, 3, 4, 5, -1, -1, 6, 7, 8, 9, 10, 11, -1, -1);
    const __m128i four = _mm_setr_epi8(0, 1, 2, 3, 4, 5, -1, -1, 8, 9, 10, 11, 12, 13, -1, -1);
    const __m256i order = _mm256_broadcastsi128_si256(step == 3 ? three : four);
    const __m256i w = _mm256_setr_epi16(factor[0], factor[1], factor[2], 0, factor[0], factor[1], factor[2], 0,
                                        factor[0], factor[1], factor[2], 0, factor[0], factor[1], factor[2], 0);
    const __m256i bias = _mm256_set1_epi32(PDQI_BIAS * (factor[0] + factor[1] + factor[2]));
    size_t x = 0;
    for (; x + 9 <= pixels; x += 8, sums += 8 * step) { /* the last 16 bytes reach into a ninth pixel */
        const __m256i a = _mm256_madd_epi16(pixels_at(sums, sums + 4 * step, order), w);
        const __m256i b = _mm256_madd_epi16(pixels_at(sums + 2 * step, sums + 6 * step, order), w);
        const __m256i total = _mm256_add_epi32(_mm256_hadd_epi32(a, b), bias);
        _mm256_storeu_si256((__m256i *)(out + x), _mm256_srli_epi32(total, 2));
    }
    mix_each(sums, pixels - x, step, factor, out + x);
}

/* Eight products of each of eight cells, added up: one tree of pairs. */
static inline __attribute__((always_inline)) void gather_cells(const uint32_t *values, const uint32_t *first,
                                                               const uint32_t *weights, size_t taps, uint32_t *total)
{
    __m256i s[8];
    for (int c = 0; c < 8; c++) {
        s[c] = _mm256_setzero_si256();
        for (size_t t = 0; t < taps; t += PDQI_TAPS) {
            const __m256i v = _mm256_loadu_si256((const __m256i *)(values + first[c] + t));
            const __m256i w = _mm256_loadu_si256((const __m256i *)(weights + taps * (size_t)c + t));
            s[c] = _mm256_add_epi32(s[c], _mm256_mullo_epi32(v, w));
        }
    }
    const __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
    const __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(s[4], s[5]), _mm256_hadd_epi32(s[6], s[7]));
    _mm256_storeu_si256((__m256i *)total,
                        _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31)));
}

static void gather(const uint32_t *values, const uint32_t *first, const uint32_t *weights, size_t taps, size_t cells,
                   uint32_t *total)
{
    size_t c = 0;
    for (; taps == PDQI_TAPS && c + 8 <= cells; c += 8)
        gather_cells(values, first + c, weights + PDQI_TAPS * c, PDQI_TAPS, total + c);
    for (; c + 8 <= cells; c += 8)
        gather_cells(values, first + c, weights + taps * c, taps, total + c);
    gather_each(values, first + c, weights + taps * c, taps, cells - c, total + c);
}

/* As bits_of. */
static void bits(const pdqi_dct *dct, uint8_t out[PDQL_HASH_BYTES])
{
    const float *v = &dct->c[0][0];
    const __m256 least = _mm256_set1_ps(parting_of(v));
    for (int byte = 0; byte < PDQL_HASH_BYTES; byte++)
        out[PDQL_HASH_BYTES - 1 - byte] = (uint8_t)_mm256_movemask_ps(
            _mm256_cmp_ps(_mm256_loadu_ps(v + 8 * byte), least, _CMP_GE_OQ));
}

const pdqi_hash_kernels pdqi_hash_avx2 = { weigh, dots, cells_of, dct_of,     dct_once_of, quality_of,
                                           bits,  mix,  gather,   samples_of, direct };

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
