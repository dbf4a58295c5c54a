/*
 * kernels/sound_portable.c - the hot loops of sound hashes in plain C: the definition
 */
#include "kernels/sound_kernels.h"

static void resample(const pdqi_sound_filter *f, const int16_t *x, uint32_t phase, int16_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int16_t *const taps = f->bank + (size_t)phase * f->taps;
        int32_t sum = 16384;
        for (uint32_t t = 0; t < f->taps; t++)
            sum += taps[t] * x[t];
        sum >>= 15;
        out[i] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
        phase += f->down;
        x += phase / f->up;
        phase %= f->up;
    }
}

/* A product of a number and a Q31 factor, rounded. */
static inline int32_t times(int32_t a, int32_t factor)
{
    return (int32_t)(((int64_t)a * factor + (1 << 30)) >> 31);
}

typedef struct point {
    int32_t re, im;
} point;

static inline point turned(point z, const int32_t factor[2])
{
    return (point){ times(z.re, factor[0]) - times(z.im, factor[1]), times(z.re, factor[1]) + times(z.im, factor[0]) };
}

static inline point half_sum(point a, point b)
{
    return (point){ (a.re + b.re) >> 1, (a.im + b.im) >> 1 };
}

static inline point half_difference(point a, point b)
{
    return (point){ (a.re - b.re) >> 1, (a.im - b.im) >> 1 };
}

/* A transform of four points, a quarter of each. */
static inline void four(point z[4])
{
    const point s = half_sum(z[0], z[2]), d = half_difference(z[0], z[2]);
    const point t = half_sum(z[1], z[3]), e = half_difference(z[1], z[3]);
    z[0] = half_sum(s, t);
    z[1] = (point){ (d.re + e.im) >> 1, (d.im - e.re) >> 1 };
    z[2] = half_difference(s, t);
    z[3] = (point){ (d.re - e.im) >> 1, (d.im + e.re) >> 1 };
}

/* One stage over points that lie `quarter` apart, on the numbers of one lane. */
static void stage(int32_t *re, int32_t *im, int quarter, const int32_t (*factors)[2])
{
    for (int start = 0; start < SOUND_POINTS; start += 4 * quarter) {
        for (int j = 0; j < quarter; j++) {
            point z[4];
            for (int i = 0; i < 4; i++)
                z[i] = (point){ re[4 * (start + j + i * quarter)], im[4 * (start + j + i * quarter)] };
            four(z);
            for (int i = 0; i < 4; i++) {
                const point p = i ? turned(z[i], factors[3 * j + i - 1]) : z[0];
                re[4 * (start + j + i * quarter)] = p.re;
                im[4 * (start + j + i * quarter)] = p.im;
            }
        }
    }
}

static void last_stage(int32_t *re, int32_t *im)
{
    for (int i = 0; i < SOUND_SIZE; i += 8) {
        const point a = { re[i], im[i] }, b = { re[i + 4], im[i + 4] };
        const point s = half_sum(a, b), d = half_difference(a, b);
        re[i] = s.re;
        im[i] = s.im;
        re[i + 4] = d.re;
        im[i + 4] = d.im;
    }
}

/* The frequency at place p of a lane: its digits the other way round, to the bases 4, 4, 4, 4, 2. */
static inline int frequency(int p)
{
    return (p >> 7 & 3) | (p >> 5 & 3) << 2 | (p >> 3 & 3) << 4 | (p >> 1 & 3) << 6 | (p & 1) << 8;
}

static void powers(const pdqi_sound_tables *t, const int16_t *a, const int16_t *b, int32_t *work, uint64_t *out)
{
    static const int QUARTERS[4] = { 128, 32, 8, 2 };
    int32_t *const re = work, *const im = work + SOUND_SIZE;
    for (int n = 0; n < SOUND_SIZE; n++) {
        re[n] = a[n] * t->window[n];
        im[n] = b[n] * t->window[n];
    }
    for (int lane = 0; lane < 4; lane++) {
        const int32_t (*factors)[2] = t->twiddles;
        for (int s = 0; s < 4; s++) {
            stage(re + lane, im + lane, QUARTERS[s], factors);
            factors += 3 * QUARTERS[s];
        }
        last_stage(re + lane, im + lane);
    }
    for (int p = 0; p < SOUND_POINTS; p++) {
        const int k = frequency(p);
        point z[4];
        for (int l = 0; l < 4; l++) {
            z[l] = (point){ re[4 * p + l], im[4 * p + l] };
            if (l) {
                const int32_t factor[2] = { t->across[l - 1][0][k], t->across[l - 1][1][k] };
                z[l] = turned(z[l], factor);
            }
        }
        four(z);
        for (int q = 0; q < 4; q++)
            out[k + SOUND_POINTS * q] = (uint64_t)((int64_t)z[q].re * z[q].re + (int64_t)z[q].im * z[q].im);
    }
}

static uint32_t lift(const int16_t *rows, int floor, int loud, int16_t *cells)
{
    uint32_t count = 0;
    for (int i = 0; i < SOUND_SIDE * SOUND_SIDE; i++) {
        const int above = rows[i] - floor;
        cells[i] = (int16_t)(above > 0 ? above : 0);
        count += above >= loud;
    }
    return count;
}

static void coefficients(const pdqi_sound_tables *t, const int16_t *cells, int32_t *out)
{
    for (int i = 0; i < SOUND_KEPT; i++) {
        int32_t over_time[SOUND_SIDE] = { 0 };
        for (int s = 0; s < SOUND_SIDE; s++)
            for (int b = 0; b < SOUND_SIDE; b++)
                over_time[b] += t->dct[s][i] * cells[SOUND_SIDE * s + b];
        for (int l = 0; l < SOUND_KEPT; l++) {
            int64_t sum = 0;
            for (int b = 0; b < SOUND_SIDE; b++)
                sum += (int64_t)t->dct[b][l] * over_time[b];
            out[SOUND_KEPT * i + l] = (int32_t)(sum >> 18);
        }
    }
}

static uint32_t below(const int32_t *values, int32_t limit)
{
    uint32_t count = 0;
    for (int i = 0; i < 256; i++)
        count += values[i] < limit;
    return count;
}

const pdqi_sound_kernels pdqi_sound_portable = { resample, powers, lift, coefficients, below };
