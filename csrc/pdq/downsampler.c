/*
 * pdq/downsampler.c - the room that a picture's cells take, and the weights of a line as the kernels read them
 */
#include "pdq/downsample.h"

#include <string.h>

enum {
    MIN_SIDE = 5,         /* below, the reference hashes nothing either */
    MAX_REDUCED = 1 << 17 /* of an original: its weights, added up, fit 16 bits */
};

/* ---- room -------------------------------------------------------------- */

static int side_ok(uint32_t given, uint32_t side)
{
    return side >= MIN_SIDE && side <= (given == side ? PDQL_MAX_SIDE : MAX_REDUCED) && given && given <= side
        && side / PDQI_REDUCTION <= given;
}

static size_t aligned(size_t bytes)
{
    return (bytes + 7) / 8 * 8;
}

/* Weights of a line, once expanded to steps of PDQI_STEP bytes. */
static size_t expanded(uint32_t original, uint32_t length)
{
    return pdqi_axis_weights(original, length) * PDQI_STEP + pdqi_axis_tents(original, length) * PDQI_LANES;
}

typedef struct room {
    size_t x, y, weights, sums, total; /* bytes from the start */
} room;

static room rooms(uint32_t given_width, uint32_t given_height, uint32_t width, uint32_t height)
{
    const size_t across = expanded(width, given_width), down = expanded(height, given_height);
    const size_t longer = given_width > given_height ? given_width : given_height;
    room r;
    r.x = 0;
    r.y = r.x + aligned(pdqi_axis_weights(width, given_width) * sizeof(uint16_t));
    r.weights = r.y + aligned(pdqi_axis_weights(height, given_height) * sizeof(uint16_t));
    r.sums = r.weights + aligned((across > down ? across : down) * sizeof(int16_t));
    r.total = r.sums + aligned((PDQI_STEP * longer + 2 * PDQI_PAD) * sizeof(int16_t));
    return r;
}

size_t pdqi_shrinker_room(uint32_t given_width, uint32_t given_height, uint32_t width, uint32_t height)
{
    if (!side_ok(given_width, width) || !side_ok(given_height, height) || width > PDQL_MAX_PIXELS / height)
        return 0;
    return rooms(given_width, given_height, width, height).total;
}

void pdqi_shrinker_init(pdqi_shrinker *s, void *memory, uint32_t given_width, uint32_t given_height, uint32_t width,
                        uint32_t height)
{
    const room r = rooms(given_width, given_height, width, height);
    uint8_t *const at = memory;
    memset(s, 0, sizeof *s);
    memset(at, 0, r.total);
    s->weights = (int16_t *)(void *)(at + r.weights);
    s->sums = (int16_t *)(void *)(at + r.sums);
    pdqi_axis_init(&s->x, (uint16_t *)(void *)(at + r.x), width, given_width);
    pdqi_axis_init(&s->y, (uint16_t *)(void *)(at + r.y), height, given_height);
}

/* ---- weights of a line, for steps of several bytes ---------------------- */

/* The weights of each tent times the factors of a step's bytes; returns the largest. */
static uint32_t expand_tents(const pdqi_axis *axis, size_t step, const uint32_t *factor, int16_t *out,
                             uint32_t offset[PDQI_TENTS], uint32_t vectors[PDQI_TENTS], int64_t sum[PDQI_TENTS])
{
    uint32_t largest = 0, end = 0;
    for (uint32_t d = 0; d < axis->tents; d++) {
        const uint32_t n = axis->count[d] * (uint32_t)step, padded = (n + PDQI_LANES - 1) / PDQI_LANES * PDQI_LANES;
        const uint16_t *weight = axis->weights + axis->offset[d];
        offset[d] = end;
        vectors[d] = padded / PDQI_LANES;
        sum[d] = 0;
        memset(out + end, 0, padded * sizeof *out);
        for (uint32_t t = 0; t < axis->count[d]; t++)
            for (uint32_t b = 0; b < step; b++) {
                const uint32_t value = weight[t] * factor[b];
                out[end + t * (uint32_t)step + b] = (int16_t)value;
                sum[d] += value;
                largest = value > largest ? value : largest;
            }
        end += padded;
    }
    return largest;
}

void pdqi_shrinker_expand(pdqi_shrinker *s, const pdqi_axis *axis, size_t step, const uint32_t factor[PDQI_STEP])
{
    if (s->expanded == axis && s->step == step && !memcmp(s->factor, factor, sizeof s->factor))
        return;
    uint32_t offset[PDQI_TENTS], vectors[PDQI_TENTS];
    int64_t sum[PDQI_TENTS];
    const uint32_t largest = expand_tents(axis, step, factor, s->weights, offset, vectors, sum);
    for (int m = 0; m < 2; m++) {
        pdqi_line *line = &s->line[m];
        line->sums = axis->sums;
        line->batch = (UINT32_C(1) << 31) / (2 * PDQI_BIAS) / (largest + 1);
        line->weights = s->weights;
        line->alike = 0;
        line->narrow = 1;
        for (uint32_t i = 0; i < axis->sums; i++) {
            const uint32_t tent = axis->tent[m][i];
            line->start[i] = axis->first[m][i] * (uint32_t)step;
            line->offset[i] = offset[tent];
            line->vectors[i] = vectors[tent];
            line->bias[i] = sum[tent] * PDQI_BIAS;
            line->narrow &= line->bias[i] <= INT32_MAX;
            line->alike += line->alike == i && i < PDQI_SIDE && tent == axis->tent[m][0];
        }
    }
    s->expanded = axis;
    s->step = step;
    memcpy(s->factor, factor, sizeof s->factor);
}
