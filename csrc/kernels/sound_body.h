/*
 * kernels/sound_body.h - the transform of sound hashes over four numbers at a time, written once
 *
 * A vector holds the four lanes of a point, so that all stages but the last need no shuffles. The file that includes
 * this defines PRODUCT(v, f): products of four numbers and four Q31 factors, rounded as in kernels/sound_portable.c;
 * SAME(x): four times a factor; HALF_SUM(a, b) and HALF_DIFFERENCE(a, b); TURN(a, b, c, d): rows and columns of four
 * vectors exchanged; WINDOWED(x, w): products of four samples and four weights; SQUARES(re, im, out): four sums of two
 * squares.
 */
#include "base/lanes.h"

#define INLINED static inline __attribute__((always_inline))

typedef pdqi_int_lanes lanes;

INLINED lanes *at(int32_t *p)
{
    return (lanes *)(void *)p;
}

/* A transform of four points, a quarter of each. */
INLINED void four(lanes re[4], lanes im[4])
{
    const lanes sr = HALF_SUM(re[0], re[2]), si = HALF_SUM(im[0], im[2]);
    const lanes dr = HALF_DIFFERENCE(re[0], re[2]), di = HALF_DIFFERENCE(im[0], im[2]);
    const lanes tr = HALF_SUM(re[1], re[3]), ti = HALF_SUM(im[1], im[3]);
    const lanes er = HALF_DIFFERENCE(re[1], re[3]), ei = HALF_DIFFERENCE(im[1], im[3]);
    re[0] = HALF_SUM(sr, tr);
    im[0] = HALF_SUM(si, ti);
    re[1] = HALF_SUM(dr, ei);
    im[1] = HALF_DIFFERENCE(di, er);
    re[2] = HALF_DIFFERENCE(sr, tr);
    im[2] = HALF_DIFFERENCE(si, ti);
    re[3] = HALF_DIFFERENCE(dr, ei);
    im[3] = HALF_SUM(di, er);
}

INLINED void turned(lanes *re, lanes *im, lanes c, lanes s)
{
    const lanes x = PRODUCT(*re, c) - PRODUCT(*im, s);
    *im = PRODUCT(*re, s) + PRODUCT(*im, c);
    *re = x;
}

static void stage(int32_t *re, int32_t *im, int quarter, const int32_t (*factors)[2])
{
    for (int j = 0; j < quarter; j++, factors += 3) {
        const lanes c1 = SAME(factors[0][0]), s1 = SAME(factors[0][1]);
        const lanes c2 = SAME(factors[1][0]), s2 = SAME(factors[1][1]);
        const lanes c3 = SAME(factors[2][0]), s3 = SAME(factors[2][1]);
        for (int p = 4 * j; p < SOUND_SIZE; p += 16 * quarter) {
            lanes r[4], i[4];
            for (int q = 0; q < 4; q++) {
                r[q] = *at(re + p + 4 * q * quarter);
                i[q] = *at(im + p + 4 * q * quarter);
            }
            four(r, i);
            turned(&r[1], &i[1], c1, s1);
            turned(&r[2], &i[2], c2, s2);
            turned(&r[3], &i[3], c3, s3);
            for (int q = 0; q < 4; q++) {
                *at(re + p + 4 * q * quarter) = r[q];
                *at(im + p + 4 * q * quarter) = i[q];
            }
        }
    }
}

static void neighbours(int32_t *x)
{
    for (int p = 0; p < SOUND_SIZE; p += 8) {
        const lanes a = *at(x + p), b = *at(x + p + 4);
        *at(x + p) = HALF_SUM(a, b);
        *at(x + p + 4) = HALF_DIFFERENCE(a, b);
    }
}

/* The four frequencies from k on of each quarter: they lie a quarter of the points apart, from place p on. */
INLINED void across(const pdqi_sound_tables *t, int32_t *re, int32_t *im, int p, uint64_t *out)
{
    const int k = (p >> 5 & 3) << 2 | (p >> 3 & 3) << 4 | (p >> 1 & 3) << 6 | (p & 1) << 8;
    lanes r[4], i[4];
    for (int q = 0; q < 4; q++) {
        r[q] = *at(re + 4 * p + SOUND_POINTS * q);
        i[q] = *at(im + 4 * p + SOUND_POINTS * q);
    }
    TURN(r);
    TURN(i);
    for (int l = 1; l < 4; l++)
        turned(&r[l], &i[l], *(const lanes *)(const void *)(t->across[l - 1][0] + k),
               *(const lanes *)(const void *)(t->across[l - 1][1] + k));
    four(r, i);
    for (int q = 0; q < 4; q++)
        SQUARES(r[q], i[q], out + k + SOUND_POINTS * q);
}

static void powers(const pdqi_sound_tables *t, const int16_t *a, const int16_t *b, int32_t *work, uint64_t *out)
{
    int32_t *const re = work, *const im = work + SOUND_SIZE;
    for (int n = 0; n < SOUND_SIZE; n += 4) {
        *at(re + n) = WINDOWED(a + n, t->window + n);
        *at(im + n) = WINDOWED(b + n, t->window + n);
    }
    stage(re, im, 128, t->twiddles);
    stage(re, im, 32, t->twiddles + 3 * 128);
    stage(re, im, 8, t->twiddles + 3 * (128 + 32));
    stage(re, im, 2, t->twiddles + 3 * (128 + 32 + 8));
    neighbours(re);
    neighbours(im);
    for (int p = 0; p < SOUND_POINTS / 4; p++)
        across(t, re, im, p, out);
}
