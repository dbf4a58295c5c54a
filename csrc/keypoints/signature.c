/*
 * keypoints/signature.c - signatures, records and queries
 */
#include "keypoints/keypoints.h"

#include <string.h>

size_t pdql_keypoints_work_size(uint32_t width, uint32_t height)
{
    keypoint_memory m;
    return pdqi_keypoints_lay_out(width, height, NULL, &m);
}

static pdql_status check_plane(const uint16_t *plane, uint32_t width, uint32_t height, size_t stride, const void *work,
                               size_t work_size)
{
    const size_t need = pdql_keypoints_work_size(width, height);
    if (!plane || !work)
        return PDQL_ERR_ARG;
    if (!need || stride < width || (height > 1 && stride > SIZE_MAX / sizeof *plane / (height - 1) - width))
        return PDQL_ERR_SHAPE;
    return work_size < need ? PDQL_ERR_SPACE : PDQL_OK;
}

uint32_t pdqi_keypoints_nats(uint32_t n)
{
    uint32_t log = 0, least = 1; /* 1/64 of a power of two; least <= n < 2 least */
    if (!n)
        return 0;
    for (; n / 2 >= least; least *= 2)
        log += 64;
    return (log + (uint32_t)(64 * (uint64_t)(n - least) / least)) * 355 / 2048; /* 16 ln 2 / 64 */
}

/* 32 log2(width / height), about 128; the record's only word on the picture's shape. */
static unsigned aspect_code(uint32_t width, uint32_t height)
{
    const int wide = width >= height;
    uint64_t ratio = wide ? ((uint64_t)width << 15) / height : ((uint64_t)height << 15) / width; /* 1 is 32768 */
    unsigned code = 0;
    for (; ratio >= 65536; ratio /= 2)
        code += 32;
    unsigned i = 31;
    while (i && pdqi_keypoints_exp2[i] > ratio)
        i--;
    code += i;
    return wide ? (code > 127 ? 255 : 128 + code) : (code > 128 ? 0 : 128 - code);
}

static unsigned to_byte(int32_t at, uint32_t cells)
{
    const int64_t b = at < 0 ? 0 : (int64_t)at / cells; /* 1/256 of a cell over cells: 256ths of the side */
    return (unsigned)(b > 255 ? 255 : b);
}

/* Points sorted as strings of bytes, all different. Returns how many are left. */
static unsigned sort_points(uint8_t *points, unsigned n)
{
    uint8_t p[KEYPOINT_RECORD_POINT];
    unsigned left = 0;
    for (unsigned i = 0; i < n; i++) {
        memcpy(p, points + i * KEYPOINT_RECORD_POINT, sizeof p);
        unsigned j = left;
        int order = 1;
        while (j && (order = memcmp(p, points + (j - 1) * KEYPOINT_RECORD_POINT, sizeof p)) < 0)
            j--;
        if (j && !order)
            continue;
        memmove(points + (j + 1) * KEYPOINT_RECORD_POINT, points + j * KEYPOINT_RECORD_POINT,
                (left - j) * KEYPOINT_RECORD_POINT);
        memcpy(points + j * KEYPOINT_RECORD_POINT, p, sizeof p);
        left++;
    }
    return left;
}

pdql_status pdql_keypoints_signature(const pdql_kernels *k, const uint16_t *plane, uint32_t width, uint32_t height,
                                     size_t stride, unsigned keypoints, void *work, size_t work_size, uint8_t *record,
                                     size_t *length)
{
    const pdql_status bad = check_plane(plane, width, height, stride, work, work_size);
    if (!k || !record || !length || keypoints < 1 || keypoints > PDQL_MAX_KEYPOINTS)
        return PDQL_ERR_ARG;
    if (bad != PDQL_OK)
        return bad;
    keypoint_memory m;
    found_keypoint found[PDQL_MAX_KEYPOINTS];
    pdqi_keypoints_lay_out(width, height, work, &m);
    pdqi_keypoints_find(k->keypoints, plane, width, height, stride, KEYPOINT_SCALE_ENTRY_MIN, KEYPOINT_SCALE_ENTRY_MAX,
                        &m);
    const size_t n = pdqi_keypoints_spread(&m, found, keypoints);
    pdqi_keypoints_integrate(plane, width, height, stride, m.integral);
    for (size_t i = 0; i < n; i++) {
        uint8_t *const p = record + KEYPOINT_RECORD_HEAD + i * KEYPOINT_RECORD_POINT;
        const uint64_t bits = pdqi_keypoints_describe(m.integral, width, height, &found[i], NULL);
        p[0] = (uint8_t)to_byte(found[i].x, width);
        p[1] = (uint8_t)to_byte(found[i].y, height);
        p[2] = (uint8_t)(found[i].scale << 1 | found[i].bright);
        for (int b = 0; b < 8; b++)
            p[3 + b] = (uint8_t)(bits >> 8 * b);
    }
    record[0] = KEYPOINT_VERSION;
    record[1] = (uint8_t)sort_points(record + KEYPOINT_RECORD_HEAD, (unsigned)n);
    record[2] = (uint8_t)aspect_code(width, height);
    *length = KEYPOINT_RECORD_HEAD + (size_t)record[1] * KEYPOINT_RECORD_POINT;
    return PDQL_OK;
}

pdql_status pdql_keypoints_check(const uint8_t *record, size_t length)
{
    if (!record || length < KEYPOINT_RECORD_HEAD || record[0] != KEYPOINT_VERSION || record[1] > PDQL_MAX_KEYPOINTS
        || length != KEYPOINT_RECORD_HEAD + (size_t)record[1] * KEYPOINT_RECORD_POINT)
        return PDQL_ERR_ARG;
    for (unsigned i = 0; i < record[1]; i++) {
        const uint8_t *const p = record + KEYPOINT_RECORD_HEAD + i * KEYPOINT_RECORD_POINT;
        if (p[2] >> 1 < KEYPOINT_SCALE_ENTRY_MIN || p[2] >> 1 > KEYPOINT_SCALE_ENTRY_MAX
            || (i && memcmp(p - KEYPOINT_RECORD_POINT, p, KEYPOINT_RECORD_POINT) >= 0))
            return PDQL_ERR_ARG;
    }
    return PDQL_OK;
}

/* 2^(code / 64): a side in units of the square root of the area. */
static float side(int code)
{
    float v = 1;
    const int i = code < 0 ? -code : code;
    for (int whole = i / 64; whole; whole--)
        v *= 2;
    v *= (float)pdqi_keypoints_exp2[i % 64 / 2] / 32768;
    if (i & 1)
        v *= 1.0108893f; /* 2^(1/64) */
    return code < 0 ? 1 / v : v;
}

void pdqi_keypoints_shape(const uint8_t *record, uint32_t *width, uint32_t *height)
{
    *width = (uint32_t)(256 * side(record[2] - 128) + 0.5f);
    *height = (uint32_t)(256 * side(128 - record[2]) + 0.5f);
}

void pdqi_keypoints_read(const uint8_t *record, keypoint_set *out)
{
    out->n = record[1];
    out->width = 256 * side(record[2] - 128);
    out->height = 256 * side(128 - record[2]);
    for (uint32_t i = 0; i < out->n; i++) {
        const uint8_t *const p = record + KEYPOINT_RECORD_HEAD + i * KEYPOINT_RECORD_POINT;
        out->x[i] = ((float)p[0] + 0.5f) / 256 * out->width;
        out->y[i] = ((float)p[1] + 0.5f) / 256 * out->height;
        out->scale[i] = p[2] >> 1;
        out->bright[i] = p[2] & 1;
        uint64_t bits = 0;
        for (int b = 0; b < 8; b++)
            bits |= (uint64_t)p[3 + b] << 8 * b;
        out->bits[i] = bits;
    }
}

size_t pdql_keypoints_query_size(void)
{
    return sizeof(keypoint_query);
}

pdql_status pdql_keypoints_query(const pdql_kernels *k, const uint16_t *plane, uint32_t width, uint32_t height,
                                 size_t stride, void *work, size_t work_size, void *query, size_t query_size)
{
    const pdql_status bad = check_plane(plane, width, height, stride, work, work_size);
    if (!k || !query || (uintptr_t)query % 8)
        return PDQL_ERR_ARG;
    if (bad != PDQL_OK)
        return bad;
    if (query_size < sizeof(keypoint_query))
        return PDQL_ERR_SPACE;
    keypoint_memory m;
    found_keypoint found[KEYPOINT_QUERY_MAX];
    keypoint_query *const q = query;
    memset(q, 0, sizeof *q);
    pdqi_keypoints_lay_out(width, height, work, &m);
    pdqi_keypoints_find(k->keypoints, plane, width, height, stride, KEYPOINT_SCALE_QUERY_MIN, KEYPOINT_SCALE_QUERY_MAX,
                        &m);
    q->points.n = (uint32_t)pdqi_keypoints_spread(&m, found, KEYPOINT_QUERY_MAX);
    q->points.width = (float)width;
    q->points.height = (float)height;
    pdqi_keypoints_integrate(plane, width, height, stride, m.integral);
    for (uint32_t i = 0; i < q->points.n; i++) {
        q->points.bits[i] = pdqi_keypoints_describe(m.integral, width, height, &found[i], q->coefficients[i]);
        q->points.x[i] = (float)found[i].x / 256;
        q->points.y[i] = (float)found[i].y / 256;
        q->points.scale[i] = (uint8_t)found[i].scale;
        q->points.bright[i] = (uint8_t)found[i].bright;
    }
    return PDQL_OK;
}

void pdqi_keypoints_turn(const keypoint_set *in, unsigned turn, keypoint_set *out)
{
    *out = *in;
    if (turn & 4) {
        out->width = in->height;
        out->height = in->width;
    }
    for (uint32_t i = 0; i < in->n; i++) {
        if (turn & 4) {
            out->x[i] = in->y[i];
            out->y[i] = in->x[i];
            uint64_t bits = 0;
            for (int b = 0; b < 64; b++)
                bits |= (in->bits[i] >> b & 1) << pdqi_keypoints_transpose[b];
            out->bits[i] = bits;
        }
        if (turn & 1) {
            out->x[i] = out->width - out->x[i];
            out->bits[i] ^= pdqi_keypoints_odd_x;
        }
        if (turn & 2) {
            out->y[i] = out->height - out->y[i];
            out->bits[i] ^= pdqi_keypoints_odd_y;
        }
    }
}

void pdqi_keypoints_unturn(pdql_keypoints_match *match, unsigned turn)
{
    for (unsigned row = 0; row < 2; row++)
        if (turn >> row & 1) {
            for (int i = 0; i < 3; i++)
                match->model[3 * row + i] = -match->model[3 * row + i];
            match->model[3 * row + 2] += 65536;
        }
    if (turn & 4)
        for (int i = 0; i < 3; i++) {
            const int32_t x = match->model[i];
            match->model[i] = match->model[3 + i];
            match->model[3 + i] = x;
        }
    match->turn = (uint8_t)turn;
}

pdql_status pdql_keypoints_compare(const pdql_kernels *k, const void *query, const uint8_t *record, size_t length,
                                   unsigned turns, pdql_keypoints_match *match)
{
    if (!k || !query || (uintptr_t)query % 8 || !match || !turns || turns > PDQL_KEYPOINTS_TURNS
        || pdql_keypoints_check(record, length) != PDQL_OK)
        return PDQL_ERR_ARG;
    const keypoint_query *const q = query;
    keypoint_set entry, turned;
    pdql_keypoints_match best = { 0 }, m;
    pdqi_keypoints_read(record, &entry);
    for (unsigned t = 0; t < 8; t++) {
        if (!(turns >> t & 1))
            continue;
        pdqi_keypoints_turn(&q->points, t, &turned);
        for (unsigned inverted = 0; inverted < 2; inverted++) {
            pdqi_keypoints_vote(k->keypoints, &turned, &entry, inverted, &m);
            if (m.score > best.score) {
                best = m;
                pdqi_keypoints_unturn(&best, t);
            }
        }
    }
    *match = best;
    return PDQL_OK;
}
