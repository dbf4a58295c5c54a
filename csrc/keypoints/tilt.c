/*
 * keypoints/tilt.c - a query as it would be if the picture were turned by an angle that is no quarter
 *
 * Blobs do not care how a picture is turned, only their descriptors do. So nothing is looked for again: the keypoints of
 * a query are described anew, in patches whose parts lie on a turned grid. A part's mean is that of an upright square of
 * its size about the part's middle. The eight orientations are taken from there, so 0, 22.5, 45 and 67.5 degrees leave no
 * picture further than 11.25 degrees from one that is looked at.
 */
#include "keypoints/keypoints.h"

#include <string.h>

enum { ONE = 65536, END = 256 };

typedef struct turning {
    int32_t cosine, sine; /* 1/65536 */
} turning;

/* 0, 22.5, 45, 67.5 degrees */
static const turning TURNING[PDQL_KEYPOINTS_TILTS] = {
    { 65536, 0 }, { 60547, 25080 }, { 46341, 46341 }, { 25080, 60547 }
};

/* v / ONE, rounded down. */
static int32_t down(int64_t v)
{
    return (int32_t)(v < 0 ? -((ONE - 1 - v) / ONE) : v / ONE);
}

/* Of an axis of `cells`: where a square of `side` about `middle` begins, pushed inside; all in 1/256 of a cell. */
static int32_t begin(int32_t middle, int32_t side, int32_t end)
{
    const int32_t from = middle - side / 2;
    return from < 0 ? 0 : from > end - side ? end - side : from;
}

/* The sum of all cells above and to the left of a place, brightness * 128 * 65536. */
static uint64_t corner(const uint32_t *integral, size_t width, int32_t x, int32_t y)
{
    const uint32_t fx = (uint32_t)x & 255, fy = (uint32_t)y & 255;
    const uint32_t *const r0 = integral + (size_t)(y >> 8) * (width + 1) + (x >> 8);
    const uint32_t *const r1 = fy ? r0 + width + 1 : r0;
    const int right = fx != 0;
    return ((uint64_t)r0[0] * (END - fy) + (uint64_t)r1[0] * fy) * (END - fx)
        + ((uint64_t)r0[right] * (END - fy) + (uint64_t)r1[right] * fy) * fx;
}

static int32_t mean(const uint32_t *integral, size_t width, int32_t x, int32_t y, int32_t wide, int32_t tall)
{
    const uint64_t sum = corner(integral, width, x + wide, y + tall) - corner(integral, width, x, y + tall)
        - corner(integral, width, x + wide, y) + corner(integral, width, x, y);
    const uint64_t area = (uint64_t)wide * (uint64_t)tall;
    return (int32_t)(sum / area);
}

/* As pdqi_keypoints_describe, on a grid that is turned. */
static uint64_t describe(const uint32_t *integral, const pdql_plane *plane, const found_keypoint *at, const turning *t,
                         int32_t *coefficients)
{
    const int32_t half = (int32_t)pdqi_keypoints_sigma(at->scale) * KEYPOINT_MAG, side = half * 2 / KEYPOINT_SIDE;
    const int32_t x_end = (int32_t)(plane->width << 8), y_end = (int32_t)(plane->height << 8);
    const int32_t wide = side < x_end ? side : x_end, tall = side < y_end ? side : y_end;
    int32_t part[KEYPOINT_SIDE * KEYPOINT_SIDE];
    for (int j = 0; j < KEYPOINT_SIDE; j++)
        for (int i = 0; i < KEYPOINT_SIDE; i++) {
            const int64_t u = half * (2 * i + 1 - KEYPOINT_SIDE) / KEYPOINT_SIDE,
                          v = half * (2 * j + 1 - KEYPOINT_SIDE) / KEYPOINT_SIDE;
            const int32_t x = at->x + down(t->cosine * u - t->sine * v), y = at->y + down(t->sine * u + t->cosine * v);
            part[j * KEYPOINT_SIDE + i] = mean(integral, plane->width, begin(x, wide, x_end), begin(y, tall, y_end),
                                               wide, tall);
        }
    return pdqi_keypoints_signs(part, coefficients);
}

/* A side of the turned picture, 1/256 of a cell. */
static int32_t side_of(int32_t of_width, int32_t of_height, const pdql_plane *plane)
{
    return down(256 * (of_width * (int64_t)plane->width + of_height * (int64_t)plane->height));
}

/* Where a keypoint is in the turned picture. */
static void place(const turning *t, const found_keypoint *at, const pdql_plane *plane, keypoint_set *out, uint32_t i)
{
    /* from the middle, 1/512 of a cell */
    const int64_t dx = 2 * at->x - (int32_t)(plane->width << 8), dy = 2 * at->y - (int32_t)(plane->height << 8);
    out->x[i] = (float)(down(t->cosine * dx + t->sine * dy) + (int32_t)(out->width * 256)) / 512;
    out->y[i] = (float)(down(t->cosine * dy - t->sine * dx) + (int32_t)(out->height * 256)) / 512;
}

pdql_status pdql_keypoints_tilt(const pdql_plane *plane, const void *query, unsigned tilt, void *work, size_t work_size,
                                void *out, size_t out_size)
{
    const keypoint_query *const q = query;
    keypoint_query *const o = out;
    if (!plane || !plane->samples || !query || (uintptr_t)query % 8 || !work || !out || (uintptr_t)out % 8 || !tilt
        || tilt >= PDQL_KEYPOINTS_TILTS || q->points.n > KEYPOINT_QUERY_MAX)
        return PDQL_ERR_ARG;
    const size_t need = pdql_keypoints_work_size(plane->width, plane->height);
    if (!need)
        return PDQL_ERR_SHAPE;
    if (work_size < need || out_size < sizeof *o)
        return PDQL_ERR_SPACE;
    keypoint_memory m;
    const turning t = TURNING[tilt];
    pdqi_keypoints_lay_out(plane->width, plane->height, work, &m);
    pdqi_keypoints_integrate(plane->samples, plane->width, plane->height, plane->width, m.integral);
    memset(o, 0, sizeof *o);
    o->points.n = q->points.n < KEYPOINT_TILTED_MAX ? q->points.n : KEYPOINT_TILTED_MAX;
    o->points.width = (float)side_of(t.cosine, t.sine, plane) / 256;
    o->points.height = (float)side_of(t.sine, t.cosine, plane) / 256;
    for (uint32_t i = 0; i < o->points.n; i++) {
        const found_keypoint at = { (int32_t)(q->points.x[i] * 256), (int32_t)(q->points.y[i] * 256), 0,
                                    q->points.scale[i], q->points.bright[i] };
        o->points.bits[i] = describe(m.integral, plane, &at, &t, o->coefficients[i]);
        o->points.scale[i] = q->points.scale[i];
        o->points.bright[i] = q->points.bright[i];
        place(&t, &at, plane, &o->points, i);
    }
    return PDQL_OK;
}

static int32_t fixed(double v)
{
    return v > 2e9 ? 2000000000 : v < -2e9 ? -2000000000 : (int32_t)v;
}

void pdql_keypoints_untilt(const pdql_plane *plane, unsigned tilt, int32_t model[6])
{
    const double c = TURNING[tilt % PDQL_KEYPOINTS_TILTS].cosine / 65536.0,
                 s = TURNING[tilt % PDQL_KEYPOINTS_TILTS].sine / 65536.0;
    const double width = plane->width, height = plane->height, wide = c * width + s * height,
                 tall = s * width + c * height;
    for (int i = 0; i < 3; i++) {
        const double middle = i == 2 ? 32768 : 0, u = wide * (model[i] - middle), v = tall * (model[3 + i] - middle);
        model[i] = fixed(middle + (c * u - s * v) / width);
        model[3 + i] = fixed(middle + (s * u + c * v) / height);
    }
}
