/*
 * claim_warp.c - the query as it would lie in the entry's frame
 */
#include "match/claim.h"

#include <string.h>

enum {
    MOST_BOX = 16,
    ONE = 65536,
    RIM_EIGHTHS = 1,  /* of a side: a rim is at most so much, */
    BAR_EIGHTHS = 5,  /* and a bar over a picture */
    RIM_TONE = 6 * 256 /* six grey levels, in the plane's units: what is of one tone after JPEG */
};

/* cells of the query for one of the entry, by area: from 1.3 a side on they are averaged first */
#define BOX_FROM 1.69

typedef struct memory {
    uint16_t *warped, *boxed, *from, *to;
    uint32_t *integral;
    int64_t *x, *y; /* of each column: its part of the place, 1/65536 of a cell */
} memory;

/* The next piece of the memory at `base`, or only its size if there is none. */
static void *take(uint8_t *base, size_t *used, size_t bytes)
{
    void *const here = base ? base + *used : NULL;
    *used += (bytes + 7) / 8 * 8;
    return here;
}

static size_t lay_out(size_t cells, void *work, memory *m)
{
    size_t used = 0;
    m->x = take(work, &used, CLAIM_MAX_SIDE * sizeof *m->x);
    m->y = take(work, &used, CLAIM_MAX_SIDE * sizeof *m->y);
    m->integral = take(work, &used, (CLAIM_MAX_AREA + 2 * CLAIM_MAX_SIDE) * sizeof *m->integral);
    m->warped = take(work, &used, CLAIM_MAX_AREA * sizeof *m->warped);
    m->from = take(work, &used, CLAIM_MAX_SIDE * sizeof *m->from);
    m->to = take(work, &used, CLAIM_MAX_SIDE * sizeof *m->to);
    m->boxed = take(work, &used, cells * sizeof *m->boxed);
    return used;
}

size_t pdqi_claim_size(size_t cells)
{
    memory m;
    return lay_out(cells, NULL, &m);
}

/* Rounded down. */
static int64_t divided(int64_t v, int64_t by)
{
    return v / by - (v % by < 0);
}

static unsigned box_of(double grow)
{
    unsigned side = 1;
    if (grow > BOX_FROM)
        while (side < MOST_BOX && grow >= (side + 0.5) * (side + 0.5))
            side++;
    return side;
}

/* Means of side x side cells, cut at the rim; of an even side half a cell to the left and up of the place. */
static void box_means(const pdql_plane *p, uint32_t side, uint16_t *out)
{
    for (uint32_t y = 0; y < p->height; y++) {
        const uint32_t y0 = y < side / 2 ? 0 : y - side / 2, low = y + side - side / 2,
                       y1 = low < p->height ? low : p->height;
        const uint32_t *const up = p->integral + (size_t)y0 * (p->width + 1),
                              *const down = p->integral + (size_t)y1 * (p->width + 1);
        for (uint32_t x = 0; x < p->width; x++) {
            const uint32_t x0 = x < side / 2 ? 0 : x - side / 2, end = x + side - side / 2,
                           x1 = end < p->width ? end : p->width;
            out[(size_t)y * p->width + x] = (uint16_t)((down[x1] - down[x0] - up[x1] + up[x0])
                                                       / ((y1 - y0) * (x1 - x0)));
        }
    }
}

static uint32_t within(int64_t v, int64_t most)
{
    return (uint32_t)(v < 0 ? 0 : v > most ? most : v);
}

/* Between four cells; x and y in 1/256 of a cell, from the centre of the first. */
static uint16_t sample(const uint16_t *s, uint32_t width, uint32_t height, uint32_t x, uint32_t y)
{
    const uint32_t x0 = x >> 8, y0 = y >> 8, fx = x & 255, fy = y & 255;
    const uint32_t right = x0 + 1 < width, down = y0 + 1 < height ? width : 0;
    const uint16_t *const at = s + (size_t)y0 * width + x0;
    const uint32_t above = at[0] * (256 - fx) + at[right] * fx, below = at[down] * (256 - fx) + at[down + right] * fx;
    return (uint16_t)((above * (256 - fy) + below * fy + 32768) >> 16);
}

/* Cells of one tone along a side, from its end if `back`: a border put around a picture shows nothing of an entry. */
static uint32_t rim(const pdql_plane *p, int columns, int back, uint32_t eighths)
{
    const uint32_t n = columns ? p->width : p->height, length = columns ? p->height : p->width;
    uint16_t low = p->samples[back ? (size_t)p->width * p->height - 1 : 0], high = low;
    for (uint32_t i = 0; i < n * eighths / 8; i++) {
        const size_t line = back ? n - 1 - i : i;
        for (size_t j = 0; j < length; j++) {
            const uint16_t v = p->samples[columns ? j * p->width + line : line * p->width + j];
            low = v < low ? v : low;
            high = v > high ? v : high;
        }
        if (high - low > RIM_TONE)
            return i;
    }
    return n * eighths / 8;
}

/* The rims: left, right, top, bottom. A bar is one of them, where `barred`: the longest. 1 if that is longer than a rim. */
static int rims(const pdql_plane *p, int barred, uint32_t out[4])
{
    unsigned longest = 0;
    uint32_t most = 0;
    for (unsigned i = 0; i < 4; i++) {
        const uint32_t n = i < 2 ? p->width : p->height, bar = rim(p, i < 2, i & 1, BAR_EIGHTHS),
                       part = (uint32_t)((uint64_t)bar * 65536 / n);
        out[i] = bar < n * RIM_EIGHTHS / 8 ? bar : n * RIM_EIGHTHS / 8;
        if (part > most)
            longest = i, most = part;
    }
    if (most <= 65536 * RIM_EIGHTHS / 8)
        return 0;
    if (barred)
        out[longest] = rim(p, longest < 2, longest & 1, BAR_EIGHTHS);
    return 1;
}

/* Cells of the query for one of the entry, by area, in the middle of the entry. */
static double grow_of(const pdql_claim *claim, double ratio)
{
    const int32_t *const m = claim->model;
    const double p = claim->lean[0] / 65536.0, q = claim->lean[1] / 65536.0, middle = 1 + (p + q) / 2;
    const double det = m[0] * (m[4] - m[5] * q) - m[1] * (m[3] - m[5] * p) + m[2] * (m[3] * q - m[4] * p);
    return (det < 0 ? -det : det) / 4294967296.0 / (middle * middle * middle) * ratio;
}

void pdqi_claim_warp(const pdql_plane *plane, const pdql_claim *claim, uint32_t width, uint32_t height, int barred,
                     void *work, claim_view *view)
{
    memory m;
    const int32_t *const model = claim->model;
    const int64_t w = plane->width, h = plane->height;
    const int slanted = claim->lean[0] || claim->lean[1];
    lay_out((size_t)w * (size_t)h, work, &m);
    uint32_t ends[4];
    *view = (claim_view){ m.integral, m.from, m.to, width, height, 0, rims(plane, barred, ends), 0 };
    view->grow = grow_of(claim, (double)(w * h) / (double)(width * height));
    const unsigned side = box_of(view->grow);
    const int64_t shift = side % 2 ? -128 : 0;
    const uint16_t *const s = side > 1 ? m.boxed : plane->samples;
    if (side > 1)
        box_means(plane, side, m.boxed);
    const int64_t left = 256 * (int64_t)ends[0], right = 256 * (w - ends[1]), top = 256 * (int64_t)ends[2],
                  bottom = 256 * (h - ends[3]);
    for (uint32_t i = 0; i < width; i++) {
        m.x[i] = divided(model[0] * w * (2 * i + 1), 2 * (int64_t)width);
        m.y[i] = divided(model[3] * h * (2 * i + 1), 2 * (int64_t)width);
    }
    for (uint32_t j = 0; j < height; j++) {
        const int64_t x0 = divided(model[1] * w * (2 * j + 1), 2 * (int64_t)height) + model[2] * w;
        const int64_t y0 = divided(model[4] * h * (2 * j + 1), 2 * (int64_t)height) + model[5] * h;
        const int64_t lean = ONE + divided((int64_t)claim->lean[1] * (2 * j + 1), 2 * (int64_t)height);
        uint32_t first = width, last = 0;
        for (uint32_t i = 0; i < width; i++) {
            int64_t x = divided(m.x[i] + x0, 256), y = divided(m.y[i] + y0, 256);
            if (slanted) {
                const int64_t by = lean + divided((int64_t)claim->lean[0] * (2 * i + 1), 2 * (int64_t)width);
                x = divided((m.x[i] + x0) * 256, by);
                y = divided((m.y[i] + y0) * 256, by);
            }
            if (x >= left && x < right && y >= top && y < bottom) {
                first = first < i ? first : i;
                last = i + 1;
            }
            m.warped[(size_t)j * width + i] = sample(s, plane->width, plane->height, within(x + shift, 256 * (w - 1)),
                                                     within(y + shift, 256 * (h - 1)));
        }
        m.from[j] = (uint16_t)(first < last ? first : last);
        m.to[j] = (uint16_t)last;
        view->visible += (uint32_t)m.to[j] - m.from[j];
    }
    pdqi_keypoints_integrate(m.warped, width, height, width, m.integral);
}

uint32_t pdqi_claim_seen(const claim_view *view, int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
    uint32_t n = 0;
    for (int32_t y = y0; y < y1; y++) {
        const int32_t from = view->from[y] > x0 ? view->from[y] : x0, to = view->to[y] < x1 ? view->to[y] : x1;
        n += to > from ? (uint32_t)(to - from) : 0;
    }
    return n;
}
