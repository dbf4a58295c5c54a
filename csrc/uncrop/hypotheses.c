/*
 * uncrop/hypotheses.c - which parts of the original a picture may show
 *
 * A fixed, bounded set; pdql_uncrop_refine moves the best of them. Parts that
 * differ by a turn or an inversion share one estimate: their weights are
 * permuted, not computed again.
 */
#include "kernels/plane_kernels.h"
#include "plane/plane.h"
#include "uncrop/model.h"

#include <string.h>

/* Sines and cosines of 0, -10, -7.5, -5, -2.5, 2.5, 5, 7.5, 10 degrees. */
static const float SINE[PDQL_ANGLES] = { 0.000000000f, -0.173648178f, -0.130526192f, -0.087155743f, -0.043619387f,
                                         0.043619387f, 0.087155743f,  0.130526192f,  0.173648178f };
static const float COSINE_OF[PDQL_ANGLES] = { 1.000000000f, 0.984807753f, 0.991444861f, 0.996194698f, 0.999048222f,
                                              0.999048222f, 0.996194698f, 0.991444861f, 0.984807753f };

/*
 * Crops: each end of each side cut by a multiple of STEP 64ths. Half a step off costs a
 * few nats, which refinement finds again. Sides are cut by nearly as much, or one is not
 * cut at all; LEAST_AREA of 4096 stays (less of a picture says too little).
 */
enum { STEP = 3, STEPS = 12, UNLIKE = 2, LEAST_AREA = 1500, MILD_FRAMES = 4 };

typedef struct range {
    uint8_t from, to;
} range;

/* What a crop may leave along each side of regions that are seldom cropped. */
static const range MILD[] = { { 0, 64 }, { 0, 58 }, { 3, 61 }, { 6, 64 }, { 0, 52 }, { 4, 56 }, { 8, 60 }, { 12, 64 } };
enum { N_MILD = sizeof MILD / sizeof MILD[0] };

/* What an overlay at the other side leaves clear. */
static const uint8_t CLEAR[][4] = {
    { 0, 38, 0, 64 }, { 26, 64, 0, 64 }, { 0, 64, 0, 38 },  { 0, 64, 26, 64 },
    { 0, 45, 0, 45 }, { 19, 64, 0, 45 }, { 0, 45, 19, 64 }, { 19, 64, 19, 64 },
};

typedef struct maker {
    const pdql_uncrop *tables;
    const pdql_plane *plane;
    pdql_weights *out;
    size_t n, cap;
} maker;

/* Adds a part of the means, in turns 0 .. turns - 1, plain and perhaps inverted. */
static void add(maker *m, pdqi_means *means, pdql_part part, unsigned turns, unsigned inversions)
{
    int8_t odds[256];
    const int32_t bias = pdqi_uncrop_odds(m->tables, means, &part, PDQI_UNCROP_ROUGH, odds);
    for (unsigned v = 0; v < inversions; v++)
        for (unsigned t = 0; t < turns && m->n < m->cap; t++) {
            pdql_weights *out = m->out + m->n++;
            part.turn = (uint8_t)t;
            part.inverted = (uint8_t)v;
            pdqi_uncrop_turn(odds, &part, out->w);
            out->bias = bias;
            out->part = part;
            out->place = means->place;
        }
}

static void add_rect(maker *m, const int32_t rect[4], pdql_part part, unsigned turns, unsigned inversions)
{
    pdqi_means means;
    pdqi_uncrop_measure(m->tables, m->plane, rect, &means);
    add(m, &means, part, turns, inversions);
}

/*
 * Number of the region that is taken for the picture: bars and borders are the same
 * strong shape in many pictures, so once they are trimmed the whole says little.
 */
static size_t first_region(const pdql_region *regions, size_t n_regions)
{
    if (n_regions < 2 || regions[1].kind != PDQL_REGION_TRIM)
        return 0;
    const int64_t whole = (int64_t)(regions[0].x1 - regions[0].x0) * (regions[0].y1 - regions[0].y0);
    const int64_t inner = (int64_t)(regions[1].x1 - regions[1].x0) * (regions[1].y1 - regions[1].y0);
    return inner * 32 < whole * 31;
}

static int plausible(unsigned cut_x, unsigned cut_y)
{
    const unsigned more = cut_x > cut_y ? cut_x - cut_y : cut_y - cut_x;
    return (more <= UNLIKE || !cut_x || !cut_y) && (64 - STEP * cut_x) * (64 - STEP * cut_y) >= LEAST_AREA;
}

static void add_crops(maker *m, pdqi_means *means, uint8_t region)
{
    for (unsigned cut_y = 0; cut_y <= STEPS; cut_y++)
        for (unsigned top = 0; top <= cut_y; top++)
            for (unsigned cut_x = cut_y ? 0 : 1; cut_x <= STEPS; cut_x++)
                for (unsigned left = 0; left <= cut_x && plausible(cut_x, cut_y); left++)
                    add(m, means,
                        (pdql_part){ (uint8_t)(STEP * left), (uint8_t)(64 - STEP * (cut_x - left)),
                                     (uint8_t)(STEP * top), (uint8_t)(64 - STEP * (cut_y - top)), region, 0, 0, 0 },
                        2, 1);
}

static void add_mild_crops(maker *m, pdqi_means *means, uint8_t region)
{
    for (unsigned j = 0; j < N_MILD; j++)
        for (unsigned i = j ? 0 : 1; i < N_MILD; i++)
            add(m, means, (pdql_part){ MILD[i].from, MILD[i].to, MILD[j].from, MILD[j].to, region, 0, 0, 0 }, 2, 1);
}

static void add_upright(maker *m, const pdql_region *regions, size_t n_regions)
{
    const size_t first = first_region(regions, n_regions);
    for (size_t f = first; f < n_regions; f++) {
        const int32_t rect[4] = { regions[f].x0, regions[f].y0, regions[f].x1, regions[f].y1 };
        pdqi_means means;
        pdqi_uncrop_measure(m->tables, m->plane, rect, &means);
        add(m, &means, (pdql_part){ 0, 64, 0, 64, (uint8_t)f, 0, 0, 0 }, f < PDQL_MAX_REGIONS ? 8 : 2,
            f < PDQL_MAX_REGIONS ? 2 : 1);
        if (f == first)
            add_crops(m, &means, (uint8_t)f);
        else if (f < first + MILD_FRAMES)
            add_mild_crops(m, &means, (uint8_t)f);
    }
    for (unsigned i = 0; i < sizeof CLEAR / sizeof CLEAR[0]; i++) {
        const uint8_t *c = CLEAR[i];
        const pdql_region *f = regions + first;
        const int32_t w = f->x1 - f->x0, h = f->y1 - f->y0;
        const int32_t rect[4] = { f->x0 + w * c[0] / 64, f->y0 + h * c[2] / 64, f->x0 + w * c[1] / 64,
                                  f->y0 + h * c[3] / 64 };
        if (rect[2] - rect[0] >= 8 * 256 && rect[3] - rect[1] >= 8 * 256)
            add_rect(m, rect, (pdql_part){ c[0], c[1], c[2], c[3], (uint8_t)first, 0, 0, 0 }, 2, 1);
    }
}

/* A centred rectangle of the plane, a share of each side. */
static void add_centred(maker *m, float sx, float sy, float u, float v, unsigned angle)
{
    if (!(sx > 0.3f && sx <= 1 && sy > 0.3f && sy <= 1)) /* a thin plane asks for more than there is */
        return;
    const float w = (float)m->plane->width * 128, h = (float)m->plane->height * 128;
    const int32_t rect[4] = { (int32_t)(w - w * sx), (int32_t)(h - h * sy), (int32_t)(w + w * sx),
                              (int32_t)(h + h * sy) };
    const int du = (int)(32 * u + 0.5f), dv = (int)(32 * v + 0.5f);
    const pdql_part p = { (uint8_t)(32 - du), (uint8_t)(32 + du), (uint8_t)(32 - dv), (uint8_t)(32 + dv), 0, 0, 0,
                          (uint8_t)angle };
    if (pdqi_part_ok(&p))
        add_rect(m, rect, p, 2, 1);
}

static void add_rotated(maker *m, unsigned angle)
{
    const float w = (float)m->plane->width, h = (float)m->plane->height, c = COSINE_OF[angle];
    const float s = SINE[angle] < 0 ? -SINE[angle] : SINE[angle];
    const float inner = 1 / (c + (w > h ? w / h : h / w) * s), det = c * c - s * s;
    /* turned on its canvas, corners filled */
    add_centred(m, 1, 1, 1, 1, angle);
    /* the same, corners left out */
    add_centred(m, inner, inner, inner, inner, angle);
    add_centred(m, inner, inner, inner * inner, inner * inner, angle); /* turned and cut to the inside */
    add_centred(m, (c - h / w * s) / det, (c - w / h * s) / det, 1, 1, angle); /* turned on a larger canvas */
}

pdql_status pdql_uncrop_hypotheses(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_region *regions,
                                   size_t n_regions, unsigned angle, pdql_weights *out, size_t cap, size_t *n)
{
    if (!tables || !plane || !regions || !out || !n || !n_regions || n_regions > PDQL_MAX_REGIONS_MORE
        || angle >= PDQL_ANGLES)
        return PDQL_ERR_ARG;
    for (size_t f = 0; f < n_regions; f++)
        if (!pdqi_region_ok(plane, regions + f))
            return PDQL_ERR_ARG;
    if (cap < (angle ? PDQL_MAX_ROTATED : PDQL_MAX_UPRIGHT))
        return PDQL_ERR_SPACE;
    maker m = { tables, plane, out, 0, cap };
    if (angle)
        add_rotated(&m, angle);
    else
        add_upright(&m, regions, n_regions);
    *n = m.n;
    return PDQL_OK;
}

void pdqi_uncrop_turn_back(unsigned angle, const pdql_plane *plane, int32_t map[6])
{
    const double c = COSINE_OF[angle], s = SINE[angle], wide = (double)plane->width / plane->height;
    for (int i = 0; i < 3; i++) {
        const double middle = i == 2 ? 32768 : 0, x = map[i] - middle, y = map[3 + i] - middle;
        map[i] = (int32_t)(middle + c * x - s / wide * y);
        map[3 + i] = (int32_t)(middle + s * wide * x + c * y);
    }
}

pdql_status pdql_plane_rotate(const pdql_plane *plane, unsigned angle, void *memory, size_t size, pdql_plane *out)
{
    if (!plane || !plane->samples || !memory || !out || !angle || angle >= PDQL_ANGLES || (uintptr_t)memory % 8)
        return PDQL_ERR_ARG;
    const size_t need = pdql_plane_size(plane->width, plane->height);
    if (!need || plane->width * (size_t)plane->height > PDQI_PLANE_AREA)
        return PDQL_ERR_SHAPE;
    if (size < need)
        return PDQL_ERR_SPACE;
    const int32_t w = (int32_t)plane->width, h = (int32_t)plane->height;
    const size_t cells = (size_t)w * (size_t)h;
    const uint16_t mean = (uint16_t)(plane->integral[((size_t)w + 1) * ((size_t)h + 1) - 1] / cells);
    uint16_t *samples = memory;
    const int32_t c = (int32_t)(COSINE_OF[angle] * 65536), s = (int32_t)(SINE[angle] * 65536);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            /* twice the distance to the centre, so halves are whole */
            const int64_t dx = 2 * x + 1 - w, dy = 2 * y + 1 - h;
            const int64_t fx = (c * dx - s * dy) + (int64_t)(w - 1) * 65536,
                          fy = (s * dx + c * dy) + (int64_t)(h - 1) * 65536;
            const int64_t px = fx >> 9, py = fy >> 9; /* 1/256 of a cell */
            if (px < 0 || py < 0 || px > (int64_t)(w - 1) * 256 || py > (int64_t)(h - 1) * 256) {
                samples[y * w + x] = mean;
                continue;
            }
            const int32_t x0 = (int32_t)(px >> 8), y0 = (int32_t)(py >> 8), ax = px & 255, ay = py & 255;
            const uint16_t *p = plane->samples + y0 * w + x0;
            const ptrdiff_t right = ax ? 1 : 0, down = ay ? w : 0;
            const uint32_t top = (uint32_t)(p[0] * (256 - ax) + p[right] * ax);
            const uint32_t bottom = (uint32_t)(p[down] * (256 - ax) + p[down + right] * ax);
            samples[y * w + x] = (uint16_t)(((top >> 8) * (uint32_t)(256 - ay) + (bottom >> 8) * (uint32_t)ay) >> 8);
        }
    uint32_t *integral = (uint32_t *)(void *)((uint8_t *)memory + (cells * 2 + 15) / 16 * 16);
    pdqi_plane_integrate(&pdqi_plane_portable, samples, (uint32_t)w, (uint32_t)h, integral);
    *out = (pdql_plane){ (uint32_t)w, (uint32_t)h, samples, integral };
    return PDQL_OK;
}
