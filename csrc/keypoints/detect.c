/*
 * keypoints/keypoints.c - extrema of differences of Gaussians
 *
 * Lowe, Distinctive image features from scale-invariant keypoints, 2004,
 * sections 3 and 4, in integers: samples are 16 bits (brightness * 256), so a
 * difference of neighbouring levels fits 16 bits with room.
 */
#include "keypoints/keypoints.h"

#include <string.h>

enum { MOST_TAPS = 21, PAD = 16, STEP = 64 };

/* The next piece of the memory at `base`, or only its size if there is none yet. */
static void *take(uint8_t *base, size_t *used, size_t bytes)
{
    void *here = base ? base + *used : NULL;
    *used += (bytes + STEP - 1) / STEP * STEP;
    return here;
}

size_t pdqi_keypoints_lay_out(size_t width, size_t height, void *work, keypoint_memory *memory)
{
    if (width < 1 || height < 1 || width > KEYPOINT_MAX_SIDE || height > KEYPOINT_MAX_SIDE
        || width * height > KEYPOINT_MAX_AREA)
        return 0;
    /* The integral image has one row and column more; level and blurred lie together under it. */
    const size_t area = width * height, two = (width + 1) * (height + 1) * sizeof(uint32_t);
    uint8_t *const base = work ? (uint8_t *)work + (STEP - (uintptr_t)work % STEP) % STEP : NULL;
    size_t used = 0;
    memory->integral = take(base, &used, two);
    memory->level = (uint16_t *)memory->integral;
    memory->blurred = base ? memory->level + area : NULL;
    memory->next = take(base, &used, area * sizeof(uint16_t));
    memory->half = take(base, &used, area / 4 * sizeof(uint16_t) + STEP);
    for (int i = 0; i < 3; i++)
        memory->difference[i] = take(base, &used, area * sizeof(int16_t));
    memory->found = take(base, &used, KEYPOINT_CANDIDATES * sizeof(found_keypoint));
    memory->count = take(base, &used, KEYPOINT_GRID * KEYPOINT_GRID * sizeof(uint16_t));
    return used + STEP;
}

/* Index of a row or column outside the plane, mirrored back in (the edge counts twice). */
static size_t mirrored(ptrdiff_t i, size_t n)
{
    const ptrdiff_t period = 2 * (ptrdiff_t)n;
    i %= period;
    if (i < 0)
        i += period;
    return (size_t)(i < (ptrdiff_t)n ? i : period - 1 - i);
}

static void blur(const pdqi_keypoints_kernels *k, unsigned which, const uint16_t *in, size_t stride, uint16_t *middle,
                 uint16_t *out, size_t width, size_t height)
{
    const uint16_t *const taps = pdqi_keypoints_taps + pdqi_keypoints_tap_start[which];
    const size_t n = (size_t)(pdqi_keypoints_tap_start[which + 1] - pdqi_keypoints_tap_start[which]);
    const ptrdiff_t radius = (ptrdiff_t)n / 2;
    const uint16_t *rows[MOST_TAPS];
    uint16_t padded[KEYPOINT_MAX_SIDE + 2 * PAD];

    for (size_t y = 0; y < height; y++) {
        const uint16_t *const row = in + y * stride;
        memcpy(padded + radius, row, width * sizeof *row);
        for (ptrdiff_t i = 0; i < radius; i++) {
            padded[i] = row[mirrored(i - radius, width)];
            padded[radius + (ptrdiff_t)width + i] = row[mirrored((ptrdiff_t)width + i, width)];
        }
        for (size_t t = 0; t < n; t++)
            rows[t] = padded + t;
        k->weigh(rows, taps, n, middle + y * width, width);
    }
    for (size_t y = 0; y < height; y++) {
        for (size_t t = 0; t < n; t++)
            rows[t] = middle + mirrored((ptrdiff_t)y + (ptrdiff_t)t - radius, height) * width;
        k->weigh(rows, taps, n, out + y * width, width);
    }
}

typedef struct octave {
    size_t width, height;
    unsigned number, scale_min, scale_max;
    size_t plane_width, plane_height;
} octave;

static void keep(keypoint_memory *m, const octave *o, const found_keypoint *b)
{
    size_t cx = (size_t)b->x * KEYPOINT_GRID / (o->plane_width << 8),
           cy = (size_t)b->y * KEYPOINT_GRID / (o->plane_height << 8);
    cx = cx < KEYPOINT_GRID ? cx : KEYPOINT_GRID - 1;
    cy = cy < KEYPOINT_GRID ? cy : KEYPOINT_GRID - 1;
    const size_t square = cy * KEYPOINT_GRID + cx;
    found_keypoint *const list = m->found + square * KEYPOINT_SQUARE;
    if (m->count[square] < KEYPOINT_SQUARE) {
        list[m->count[square]++] = *b;
        return;
    }
    size_t weakest = 0;
    for (size_t i = 1; i < KEYPOINT_SQUARE; i++)
        if (list[i].strength < list[weakest].strength)
            weakest = i;
    if (b->strength > list[weakest].strength)
        list[weakest] = *b;
}

/* Is v above (sign 1) or below (sign -1) its 26 neighbours? */
static int is_extremum(const int16_t *const d[3], size_t width, int v, int sign)
{
    for (int l = 0; l < 3; l++)
        for (ptrdiff_t dy = -1; dy <= 1; dy++) {
            const int16_t *const row = d[l] + dy * (ptrdiff_t)width;
            for (ptrdiff_t dx = -1; dx <= 1; dx++)
                if ((l != 1 || dx || dy) && row[dx] * sign >= v * sign)
                    return 0;
        }
    return 1;
}

static int64_t clamp(int64_t v, int64_t most)
{
    return v < -most ? -most : v > most ? most : v;
}

/* Fits a parabola through the neighbours of an extremum, drops edges, keeps the rest. */
static void refine(keypoint_memory *m, const octave *o, const int16_t *const d[3], size_t x, size_t y, int level)
{
    const ptrdiff_t w = (ptrdiff_t)o->width;
    const int16_t *const c = d[1];
    const int64_t v = c[0];
    const int64_t xx = 4 * (c[1] + c[-1] - 2 * v), yy = 4 * (c[w] + c[-w] - 2 * v);
    const int64_t xy = (int64_t)c[w + 1] - c[w - 1] - c[-w + 1] + c[-w - 1];
    const int64_t trace = xx + yy, det = xx * yy - xy * xy;
    if (det <= 0 || trace * trace * KEYPOINT_EDGE > (KEYPOINT_EDGE + 1) * (KEYPOINT_EDGE + 1) * det)
        return;
    const int64_t gx = 2 * ((int64_t)c[1] - c[-1]), gy = 2 * ((int64_t)c[w] - c[-w]);
    const int64_t ox = clamp(-256 * (yy * gx - xy * gy) / det, 179), oy = clamp(-256 * (xx * gy - xy * gx) / det, 179);
    const int64_t below = d[0][0], above = d[2][0], curve = above + below - 2 * v;
    const int64_t os = curve ? clamp(-256 * (above - below) / (2 * curve), 154) : 0;

    /* 10.85 / 16 of an octave is the 1.6 cells of the first level. */
    const int64_t scale = (2778 + (int64_t)o->number * KEYPOINT_OCTAVE * 256
                           + (level * 256 + os) * KEYPOINT_OCTAVE / KEYPOINT_LEVELS + 128)
        >> 8;
    if (scale < (int64_t)o->scale_min || scale > (int64_t)o->scale_max)
        return;
    const uint32_t size = (uint32_t)v < 0x80000000u ? (uint32_t)v : (uint32_t)-v;
    const found_keypoint b = {
        .x = (int32_t)((((int64_t)x * 256 + 128) + ox) << o->number),
        .y = (int32_t)((((int64_t)y * 256 + 128) + oy) << o->number),
        /* strength grows with the square root of scale */
        .strength = (size * (uint32_t)pdqi_keypoints_exp2[scale & 31]) >> (15 - 4) << (scale >> 5),
        .scale = (uint16_t)scale,
        .bright = v < 0, /* wider blur minus finer: negative where the middle is bright */
    };
    keep(m, o, &b);
}

static void search(keypoint_memory *m, const octave *o, int level)
{
    const size_t w = o->width;
    const int16_t *const low = m->difference[(level - 1) % 3], *const mid = m->difference[level % 3],
                         *const high = m->difference[(level + 1) % 3];
    for (size_t y = 2; y + 2 < o->height; y++)
        for (size_t x = 2; x + 2 < w; x++) {
            const int v = mid[y * w + x];
            if (v < KEYPOINT_CONTRAST && v > -KEYPOINT_CONTRAST)
                continue;
            const int16_t *const d[3] = { low + y * w + x, mid + y * w + x, high + y * w + x };
            if (is_extremum(d, w, v, v > 0 ? 1 : -1))
                refine(m, o, d, x, y, level);
        }
}

static void halve(const uint16_t *in, size_t width, size_t height, uint16_t *out)
{
    for (size_t y = 0; y < height / 2; y++)
        for (size_t x = 0; x < width / 2; x++) {
            const uint16_t *const p = in + 2 * y * width + 2 * x;
            out[y * (width / 2) + x] = (uint16_t)((p[0] + p[1] + p[width] + p[width + 1] + 2) >> 2);
        }
}

void pdqi_keypoints_find(const pdqi_keypoints_kernels *k, const uint16_t *plane, size_t width, size_t height,
                         size_t stride, unsigned scale_min, unsigned scale_max, keypoint_memory *memory)
{
    octave o = { width, height, 0, scale_min, scale_max, width, height };
    memset(memory->count, 0, KEYPOINT_GRID * KEYPOINT_GRID * sizeof *memory->count);
    if (width >= KEYPOINT_MIN_SIDE && height >= KEYPOINT_MIN_SIDE)
        blur(k, 0, plane, stride, memory->blurred, memory->level, width, height);
    while (o.width >= KEYPOINT_MIN_SIDE && o.height >= KEYPOINT_MIN_SIDE) {
        const size_t area = o.width * o.height;
        for (unsigned i = 1; i <= KEYPOINT_LEVELS + 2; i++) {
            blur(k, i, memory->level, o.width, memory->blurred, memory->next, o.width, o.height);
            int16_t *const d = memory->difference[(i - 1) % 3];
            for (size_t j = 0; j < area; j++)
                d[j] = (int16_t)(memory->next[j] - memory->level[j]);
            uint16_t *const swap = memory->level;
            memory->level = memory->next;
            memory->next = swap;
            if (i == KEYPOINT_LEVELS)
                halve(memory->level, o.width, o.height, memory->half);
            if (i >= 3)
                search(memory, &o, (int)i - 2);
        }
        o.width /= 2;
        o.height /= 2;
        o.number++;
        memcpy(memory->level, memory->half, o.width * o.height * sizeof *memory->level);
    }
}

/* Strongest first; the rest only makes the order a function of the keypoints. */
static int before(const found_keypoint *a, const found_keypoint *b)
{
    if (a->strength != b->strength)
        return a->strength > b->strength;
    if (a->y != b->y)
        return a->y < b->y;
    if (a->x != b->x)
        return a->x < b->x;
    return a->scale < b->scale;
}

static void sort(found_keypoint *b, size_t n)
{
    for (size_t gap = n / 2; gap; gap /= 2)
        for (size_t i = gap; i < n; i++) {
            const found_keypoint x = b[i];
            size_t j = i;
            for (; j >= gap && before(&x, &b[j - gap]); j -= gap)
                b[j] = b[j - gap];
            b[j] = x;
        }
}

size_t pdqi_keypoints_spread(keypoint_memory *memory, found_keypoint *out, size_t most)
{
    size_t n = 0;
    for (size_t s = 0; s < KEYPOINT_GRID * KEYPOINT_GRID; s++) {
        found_keypoint *const list = memory->found + s * KEYPOINT_SQUARE;
        sort(list, memory->count[s]);
        for (size_t i = 0; i < memory->count[s]; i++) {
            list[i].strength = (uint32_t)((uint64_t)list[i].strength * 2 / (2 + i));
            memory->found[n++] = list[i]; /* n never passes the keypoint being read */
        }
    }
    sort(memory->found, n);
    n = n < most ? n : most;
    memcpy(out, memory->found, n * sizeof *out);
    return n;
}

uint32_t pdqi_keypoints_sigma(unsigned scale)
{
    return (uint32_t)((uint64_t)pdqi_keypoints_exp2[scale % KEYPOINT_OCTAVE * 2] << (scale / KEYPOINT_OCTAVE)) >> 7;
}
