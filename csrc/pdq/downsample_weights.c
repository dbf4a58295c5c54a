/*
 * pdq/downsample_weights.c - the weights of PDQ's downsample
 *
 * Source: the Jarosz filter and decimation of Meta's PDQ (pdq/cpp/downscaling),
 * composed; see docs/explanation/hashing.md for the derivation.
 */
#include "pdq/downsample_weights.h"

#include <string.h>

enum { LAST = PDQI_SIDE - 1 };

uint32_t pdqi_window(uint32_t original)
{
    return (original + 127u) / 128u;
}

/* Weights of the longest tent once moved to the samples that are given. */
static size_t longest(uint32_t original, uint32_t length)
{
    const uint64_t taps = 2 * (uint64_t)pdqi_window(original) - 1;
    return (size_t)(length == original ? taps : taps * length / original + 3);
}

/*
 * Samples of the original that the given ones stand for: after a JPEG at 1/2, 1/4 or 1/8 the last may lie past
 * its end.
 */
static uint64_t span_of(uint32_t original, uint32_t length)
{
    const uint64_t whole = ((uint64_t)original + length - 1) / length;
    return (original + whole - 1) / whole == length ? whole * length : original;
}

/* Whether a given sample stands for one or two of the original, and those take it whole: mixing would only blur. */
static int unmixed(uint32_t original, uint32_t length)
{
    return length == original || span_of(original, length) == 2 * (uint64_t)length;
}

/* What weights are multiplied by, so that rounding mixed ones to whole numbers moves a sum by little. */
static uint32_t fineness(uint32_t original, uint32_t length)
{
    const uint32_t w = pdqi_window(original);
    return unmixed(original, length) || w > 16 ? 1 : 256 / (w * w);
}

/* A full line has the tent and, with an even window, two more: all palindromes, so the mirrored line adds none. */
size_t pdqi_axis_tents(uint32_t original, uint32_t length)
{
    return length == original ? 3 : PDQI_TENTS;
}

/* One more than are kept: the next is written down before it is compared. */
size_t pdqi_axis_weights(uint32_t original, uint32_t length)
{
    return (pdqi_axis_tents(original, length) + 1) * longest(original, length);
}

/* Where sum i starts in the original line, how many samples it takes and where its weights stop rising. */
static uint32_t place(uint32_t i, uint32_t original, uint32_t *n, uint32_t *peak)
{
    const uint32_t w = pdqi_window(original);
    const uint32_t centre = (uint32_t)((2 * (uint64_t)(i < LAST ? i : LAST) + 1) * original / (2 * PDQI_SIDE));
    *n = 2 * w - 1;
    *peak = w;
    if (w & 1)
        return centre - (w - 1);
    if (i == LAST) /* its last box has w - 1 samples */
        *n = 2 * w - 2, *peak = w - 1;
    return centre + 2 - w;
}

/*
 * The weights of sum i on the samples that are given, a number of them from *first. What lies between two given
 * samples is a mix of them, as in a picture enlarged by linear interpolation: sample m of the original lies
 * ((2 m + 1) length - span) / (2 span) given samples behind the first. Shares are added up exactly and the running
 * total is rounded, so all weights together are what they were.
 */
static uint32_t run_of(uint32_t i, uint32_t original, uint32_t length, uint32_t *first, uint16_t *out)
{
    uint32_t n, peak, count = 0;
    uint32_t from = place(i, original, &n, &peak);
    const uint32_t box = i > LAST ? pdqi_window(original) : 0;
    const uint64_t span = span_of(original, length), whole = 2 * span, fine = fineness(original, length);
    const int mixed = !unmixed(original, length);
    if (box)
        n = box - 1, from = original - n;
    /* of the sample at hand and the next; of all before, and rounded */
    uint64_t here = 0, next = 0, total = 0, given = 0;
    for (uint32_t t = 0; t <= n; t++) {
        const uint32_t up = t + 1 < n - t ? t + 1 : n - t;
        const uint64_t weight = fine * (box ? box : up < peak ? up : peak);
        const uint64_t ahead = (2 * ((uint64_t)from + t) + 1) * length, centre = ahead < span ? 0 : ahead - span;
        uint32_t at = (uint32_t)(mixed ? centre / whole : ahead / whole);
        if (!t)
            *first = at;
        if (t == n) /* what is left */
            at = *first + count + (next ? 2 : 1);
        for (; *first + count < at; here = next, next = 0) {
            total += here;
            out[count++] = (uint16_t)((total + span) / whole - given);
            given = (total + span) / whole;
        }
        const uint64_t share = mixed && at + 1 < length ? centre % whole : 0; /* there is none behind the last */
        here += weight * (whole - share);
        next += weight * share;
    }
    return count;
}

/* The tent that equals the `n` weights at `end`; they are kept as a new one if there is none. */
static uint8_t keep(pdqi_axis *axis, const uint16_t *weights, uint32_t end, uint32_t n)
{
    for (uint32_t d = 0; d < axis->tents; d++)
        if (axis->count[d] == n && !memcmp(weights + axis->offset[d], weights + end, n * sizeof *weights))
            return (uint8_t)d;
    axis->offset[axis->tents] = end;
    axis->count[axis->tents] = n;
    return (uint8_t)axis->tents++;
}

static uint32_t end_of(const pdqi_axis *axis)
{
    return axis->tents ? axis->offset[axis->tents - 1] + axis->count[axis->tents - 1] : 0;
}

void pdqi_axis_init(pdqi_axis *axis, uint16_t *weights, uint32_t original, uint32_t length)
{
    const uint32_t w = pdqi_window(original);
    memset(axis, 0, sizeof *axis);
    axis->length = length;
    axis->weights = weights;
    axis->sums = w & 1 ? PDQI_SIDE : PDQI_SUMS;
    axis->edge = w & 1 ? 1 : w - 1;
    axis->divisor[0] = (uint64_t)w * w * fineness(original, length);
    axis->divisor[1] = axis->divisor[0] * axis->edge;
    for (uint32_t i = 0; i < axis->sums; i++) {
        uint32_t n, peak;
        if (i && i < LAST && length == original) { /* the same tent, further on */
            axis->first[0][i] = place(i, original, &n, &peak);
            continue;
        }
        n = run_of(i, original, length, &axis->first[0][i], weights + end_of(axis));
        axis->tent[0][i] = keep(axis, weights, end_of(axis), n);
    }
    for (uint32_t i = 0; i < axis->sums; i++) {
        const uint32_t tent = axis->tent[0][i], n = axis->count[tent], end = end_of(axis);
        axis->first[1][i] = length - axis->first[0][i] - n;
        if (i && tent == axis->tent[0][i - 1]) {
            axis->tent[1][i] = axis->tent[1][i - 1];
            continue;
        }
        for (uint32_t t = 0; t < n; t++)
            weights[end + t] = weights[axis->offset[tent] + n - 1 - t];
        axis->tent[1][i] = keep(axis, weights, end, n);
    }
    axis->symmetric = axis->sums == PDQI_SIDE;
    for (uint32_t i = 0; i < PDQI_SIDE; i++)
        axis->symmetric &= axis->first[1][i] == axis->first[0][LAST - i] && axis->tent[1][i] == axis->tent[0][LAST - i];
}
