/*
 * sound/constants.c - constants of sound hashes, in the order in which the loops read them
 *
 * All follow from one quarter of a cosine, one half of a low-pass filter and the bands' edges (csrc/tables/sound_tables.py).
 */
#include "sound/sound.h"

#include "sound/sound_tables.h"

enum { QUARTER = SOUND_SIZE / 4, HALF = SOUND_SIZE / 2 };

/* cos(2 pi n / 2048), Q31. */
static int32_t cosine(int n)
{
    n &= SOUND_SIZE - 1;
    if (n > HALF)
        n = SOUND_SIZE - n;
    return n <= QUARTER ? COSINE[n] : -COSINE[HALF - n];
}

/* W^n = exp(-2 pi i n / 2048). */
static void turn(int n, int32_t *re, int32_t *im)
{
    *re = cosine(n);
    *im = cosine(n + QUARTER);
}

void pdqi_sound_tables_make(pdqi_sound_tables *t)
{
    int at = 0;
    for (int quarter = QUARTER / 4; quarter; quarter /= 4)
        for (int j = 0; j < quarter; j++)
            for (int i = 1; i < 4; i++, at++)
                turn(i * j * (HALF / 2 / quarter), &t->twiddles[at][0], &t->twiddles[at][1]);
    for (int l = 1; l < 4; l++)
        for (int k = 0; k < SOUND_POINTS; k++)
            turn(l * k, &t->across[l - 1][0][k], &t->across[l - 1][1][k]);
    for (int n = 0; n < SOUND_SIZE; n++)
        t->window[n] = (int16_t)((2147483648 + (1 << 17) - (int64_t)cosine(n)) >> 18);
    for (int s = 0; s < SOUND_SIDE; s++)
        for (int i = 0; i < SOUND_KEPT; i++)
            t->dct[s][i] = (int16_t)(((int64_t)cosine(8 * (i + 1) * (2 * s + 1)) + (1 << 17)) >> 18);
}

int pdqi_sound_ratio(uint32_t rate, uint32_t *up, uint32_t *down)
{
    static const uint32_t RATES[][3] = {
        { 8000, 1, 1 },   { 11025, 320, 441 }, { 12000, 2, 3 },    { 16000, 1, 2 }, { 22050, 160, 441 },
        { 24000, 1, 3 },  { 32000, 1, 4 },     { 44100, 80, 441 }, { 48000, 1, 6 }, { 88200, 40, 441 },
        { 96000, 1, 12 }, { 176400, 20, 441 }, { 192000, 1, 24 },
    };
    for (size_t i = 0; i < sizeof RATES / sizeof RATES[0]; i++) {
        if (RATES[i][0] == rate) {
            *up = RATES[i][1];
            *down = RATES[i][2];
            return 1;
        }
    }
    return 0;
}

/* The low-pass filter at n / down of its grid, times `down`. */
static int64_t lowpass(int64_t n, int64_t down)
{
    if (n < 0)
        n = -n;
    const int64_t at = n / down, part = n % down;
    if (at >= 576)
        return 0;
    return LOWPASS[at] * (down - part) + LOWPASS[at + 1] * part;
}

int pdqi_sound_filter_make(pdqi_sound_filter *f, uint32_t rate)
{
    if (!pdqi_sound_ratio(rate, &f->up, &f->down))
        return 0;
    f->taps = 0;
    if (f->down == 1)
        return 1;
    const int64_t up = f->up, down = f->down, half = (12 * down - 1) / up;
    f->taps = (uint32_t)(2 * half + 2 + 7) & ~7u;
    for (int64_t phase = 0; phase < up; phase++) {
        int16_t *const taps = f->bank + phase * f->taps;
        int64_t sum = 0, left = 32768;
        for (int64_t k = -half; k <= half + 1; k++)
            sum += lowpass((k * up - phase) * 48, down);
        for (int64_t k = -half; k < (int64_t)f->taps - half; k++) {
            const int64_t value = k <= half + 1 ? lowpass((k * up - phase) * 48, down) : 0;
            /* floor of a quotient of whole numbers, of which the upper may be negative */
            const int64_t scaled = 65536 * value + sum + 131072 * sum;
            taps[k + half] = (int16_t)(scaled / (2 * sum) - 65536);
            left -= taps[k + half];
        }
        taps[half + (2 * phase > up)] += (int16_t)left;
    }
    return 1;
}

static const uint8_t HOPS_OF_PITCH[PDQL_SOUND_HYPOTHESES] = { 0, 0, 0, 0, 1, 2, 3, 4, 5, 6 };

const uint16_t *pdqi_sound_edges(uint32_t hypothesis)
{
    return EDGES[HOPS_OF_PITCH[hypothesis]];
}

pdql_status pdql_sound_hypothesis_at(uint32_t i, pdql_sound_hypothesis *out)
{
    static const uint16_t HOPS[PDQL_SOUND_HYPOTHESES] = { 250, 301, 208, 172, 301, 275, 227, 207, 188, 171 };
    if (!out || i >= PDQL_SOUND_HYPOTHESES)
        return PDQL_ERR_ARG;
    *out = (pdql_sound_hypothesis){ HOPS[i], HOPS_OF_PITCH[i] != 0 };
    return PDQL_OK;
}

/* 256 times the logarithm of v to base 2, v at least 1. */
static int logarithm(uint64_t v)
{
    const int whole = 63 - __builtin_clzll(v);
    const uint64_t part = whole >= 8 ? v >> (whole - 8) : v << (8 - whole);
    return whole * 256 + LOGARITHM[part & 255];
}

/* What of bin edge / 16 lies below the edge, in 1/16 of its power. */
static uint64_t below(const uint64_t *powers, int edge)
{
    const int k = edge >> 4;
    return (powers[k] + powers[SOUND_SIZE - k]) * (uint64_t)(edge & 15);
}

void pdqi_sound_row(const uint16_t *edges, const uint64_t *powers, int16_t row[SOUND_SIDE])
{
    uint64_t before = below(powers, edges[0]);
    for (int b = 0; b < SOUND_SIDE; b++) {
        const int end = edges[b + 1] >> 4;
        uint64_t sum = 0;
        for (int k = edges[b] >> 4; k < end; k++)
            sum += powers[k] + powers[SOUND_SIZE - k];
        const uint64_t share = below(powers, edges[b + 1]);
        row[b] = (int16_t)logarithm(((16 * sum - before + share) >> 12) + 1);
        before = share;
    }
}
