/*
 * plane/plane.c - picture -> small brightness plane -> integral image
 *
 * Box averages along both axes where the picture is larger than the plane,
 * linear interpolation where it is smaller. Weights are whole 1/256 parts and
 * add up to 256 for every cell, so a flat picture stays flat to the bit. The
 * rows are summed by the hash room's kernels, then shrunk along x.
 */
#include "plane/plane.h"

#include "kernels/hash_kernels.h"
#include "pdq/pdq.h"
#include "kernels/kernels.h"
#include "kernels/plane_kernels.h"

#include <string.h>

enum { MAX_SIDE = 1 << 20, ONE = 256 };

static uint32_t isqrt64(uint64_t v)
{
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1)
        if ((root | bit) * (root | bit) <= v)
            root |= bit;
    return (uint32_t)root;
}

static uint32_t clamp_side(uint32_t side)
{
    return side < PDQI_PLANE_MIN_SIDE ? PDQI_PLANE_MIN_SIDE : side > PDQI_PLANE_MAX_SIDE ? PDQI_PLANE_MAX_SIDE : side;
}

void pdqi_plane_shape(uint32_t width, uint32_t height, uint32_t *plane_width, uint32_t *plane_height)
{
    *plane_width = clamp_side(isqrt64((uint64_t)PDQI_PLANE_AREA * width / height));
    *plane_height = clamp_side(isqrt64((uint64_t)PDQI_PLANE_AREA * height / width));
}

/* Pixels first .. first + n - 1 make cell c of `cells` along a side of `pixels`; their weights add up to 256. */
static size_t taps_of(uint32_t pixels, uint32_t cells, uint32_t c, uint32_t *first, uint32_t *weights)
{
    if (pixels <= cells) { /* centre of the cell, between two pixel centres */
        const int64_t at = ((2 * (int64_t)c + 1) * pixels * ONE / cells - ONE) / 2;
        const int64_t last = (int64_t)(pixels - 1) * ONE;
        const int64_t p = at < 0 ? 0 : at > last ? last : at;
        *first = (uint32_t)(p / ONE);
        weights[1] = (uint32_t)(p % ONE);
        weights[0] = ONE - weights[1];
        return weights[1] ? 2 : 1;
    }
    const uint64_t lo = (uint64_t)c * pixels, hi = lo + pixels; /* in 1/cells of a pixel */
    *first = (uint32_t)(lo / cells);
    size_t n = 0;
    uint32_t done = 0;
    for (uint64_t edge = ((uint64_t)*first + 1) * cells; done < ONE; edge += cells) {
        const uint32_t covered = (uint32_t)((edge < hi ? edge : hi) - lo); /* at most `pixels`, below 2^21 */
        const uint32_t upto = (covered * ONE + pixels / 2) / pixels;
        weights[n++] = upto - done;
        done = upto;
    }
    return n;
}

/* Parts of the caller's memory. */
typedef struct layout {
    size_t samples, sums, first, weights, rows, part, sum, values, pixels, total;
    uint32_t width, height;
    size_t taps; /* of a cell along x, a multiple of PDQI_TAPS: zeros at the end */
} layout;

enum { MOST_STEP = 4 /* bytes of a pixel, where pixels are read as they lie */ };

static size_t take(size_t *at, size_t bytes)
{
    const size_t here = *at;
    *at += (bytes + 15) / 16 * 16;
    return here;
}

static layout lay_out(uint32_t width, uint32_t height)
{
    layout l = { 0 };
    if (!width || !height || width > MAX_SIDE || height > MAX_SIDE)
        return l;
    pdqi_plane_shape(width, height, &l.width, &l.height);
    const size_t tall = height / l.height + 3;
    l.taps = (width / l.width + 3 + PDQI_TAPS - 1) / PDQI_TAPS * PDQI_TAPS;
    l.samples = take(&l.total, (size_t)l.width * l.height * sizeof(uint16_t));
    l.sums = take(&l.total, ((size_t)l.width + 1) * (l.height + 1) * sizeof(uint32_t));
    l.first = take(&l.total, (size_t)l.width * sizeof(uint32_t));
    l.weights = take(&l.total, (size_t)l.width * l.taps * sizeof(uint32_t));
    l.rows = take(&l.total, tall * sizeof(uint32_t));
    l.sum = take(&l.total, MOST_STEP * (size_t)width * sizeof(int16_t));
    l.part = take(&l.total, MOST_STEP * (size_t)width * sizeof(int16_t));
    l.values = take(&l.total, ((size_t)width + l.taps) * sizeof(uint32_t));
    l.pixels = take(&l.total, 3 * (size_t)width);
    return l;
}

size_t pdql_plane_size(uint32_t width, uint32_t height)
{
    return lay_out(width, height).total;
}

static pdql_status check_image(const pdql_image *im)
{
    if (!im->data || im->format < PDQL_GRAY || im->format > PDQL_BGR)
        return PDQL_ERR_ARG;
    if (im->width > MAX_SIDE || im->height > MAX_SIDE)
        return PDQL_ERR_SHAPE;
    pdqi_source source;
    return pdqi_source_init(&source, im);
}

/* How the pixels of a row are read: as they lie, or packed first. */
typedef struct reading {
    const uint8_t *base;
    uint32_t step;          /* bytes of a pixel */
    size_t bytes;           /* of a row */
    int packed;
    int16_t factor[3];      /* of the channels, in the order of memory */
} reading;

static reading reading_of(const pdql_image *im)
{
    const ptrdiff_t channel = im->channel_stride ? im->channel_stride : 1;
    const int colour = im->format >= PDQL_RGB, blue_first = colour && (im->format == PDQL_BGR) != (channel < 0);
    const int near = channel == 1 || channel == -1;
    reading r = { .base = im->data, .factor = { 299, 587, 114 } };
    r.packed = colour ? !near || im->pixel_stride < 3 || im->pixel_stride > MOST_STEP : im->pixel_stride != 1;
    r.step = r.packed ? colour ? 3 : 1 : (uint32_t)im->pixel_stride;
    r.bytes = (size_t)(im->width - 1) * r.step + (colour ? 3 : 1);
    if (!r.packed && colour && channel < 0)
        r.base -= 2;
    if (r.packed ? im->format == PDQL_BGR : blue_first) {
        r.factor[0] = 114;
        r.factor[2] = 299;
    }
    return r;
}

/* One row of pixels side by side. */
static const uint8_t *packed_row(const pdql_image *im, const uint8_t *row, uint8_t *out)
{
    const ptrdiff_t channel = im->channel_stride ? im->channel_stride : 1;
    for (uint32_t x = 0; x < im->width; x++, row += im->pixel_stride) {
        if (im->format < PDQL_RGB) {
            out[x] = row[0];
            continue;
        }
        out[3 * x] = row[0];
        out[3 * x + 1] = row[channel];
        out[3 * x + 2] = row[2 * channel];
    }
    return out;
}

/*
 * Some more rows: to `sum` if they are the first, else by way of `part`. All weights of a cell add up to 256,
 * so 16 bits do.
 */
static void add_rows(const pdql_kernels *k, const pdqi_rows *rows, size_t bytes, int first, int16_t *part, int16_t *sum)
{
    k->hash->weigh(rows, bytes, (int16_t *const[2]){ first ? sum : part, NULL });
    for (size_t x = 0; !first && x < bytes; x++)
        sum[x] = (int16_t)(uint16_t)((uint16_t)sum[x] + (uint16_t)part[x] + PDQI_BIAS);
}

/* sum[x] = bytes of column x over n rows from `from`, times their weights, less PDQI_BIAS. */
static void sum_rows(const pdql_kernels *k, const pdql_image *im, const reading *r, uint32_t from,
                     const uint32_t *weights, size_t n, uint8_t *pixels, int16_t *part, int16_t *sum)
{
    const uint8_t *at = r->base + (ptrdiff_t)from * im->row_stride;
    pdqi_rows rows;
    int first = 1;
    rows.n = 0;
    for (size_t i = 0; i < n; i++, at += im->row_stride) {
        const uint8_t *row = r->packed ? packed_row(im, at, pixels) : at;
        for (uint32_t left = weights[i], now; left; left -= now) {
            now = left < PDQI_PIECE ? left : PDQI_PIECE;
            rows.row[rows.n] = row;
            rows.weight[0][rows.n++] = (uint8_t)now;
            const int row_ends = left == now, all_ends = row_ends && i + 1 == n;
            if (rows.n < PDQI_GROUP && !all_ends && !(r->packed && row_ends))
                continue;
            add_rows(k, &rows, r->bytes, first, part, sum);
            first = 0;
            rows.n = 0;
        }
    }
}

/* Video's 16..235 stretched to 0..255. */
static void stretch(uint16_t *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int32_t v = ((int32_t)samples[i] - 16 * ONE) * 255 / 219;
        samples[i] = (uint16_t)(v < 0 ? 0 : v > 255 * ONE ? 255 * ONE : v);
    }
}

void pdqi_plane_integrate(const pdqi_plane_kernels *k, const uint16_t *samples, uint32_t width, uint32_t height,
                          uint32_t *integral)
{
    memset(integral, 0, ((size_t)width + 1) * sizeof *integral);
    for (uint32_t y = 0; y < height; y++, samples += width) {
        const uint32_t *above = integral + (size_t)y * (width + 1);
        k->integrate(samples, width, above, integral + (size_t)(y + 1) * (width + 1));
    }
}

/* A row of sums to a row of cells; `values` has room for taps more than the pixels, and zeros there. */
static void shrink_row(const pdql_kernels *k, const int16_t *sum, uint32_t pixels, const reading *r,
                       const uint32_t *first, const uint32_t *weights, size_t taps, uint32_t *values, uint32_t cells,
                       uint16_t *out)
{
    uint32_t total[PDQI_PLANE_MAX_SIDE];
    const int colour = r->step > 1;
    if (colour) /* 255000 * 256 / 4 * 256 still fits 32 bits */
        k->hash->mix(sum, pixels, r->step, r->factor, values);
    else
        for (uint32_t x = 0; x < pixels; x++)
            values[x] = (uint32_t)(sum[x] + PDQI_BIAS);
    k->hash->gather(values, first, weights, taps, cells, total);
    k->hash->samples(total, cells, colour ? 64000 : 256, out);
}

pdql_status pdqi_plane_begin(pdqi_plane_maker *maker, const pdql_kernels *k, const pdql_image *image, void *memory,
                             size_t size)
{
    if (!k || !image || !memory || (uintptr_t)memory % 8)
        return PDQL_ERR_ARG;
    const pdql_status status = check_image(image);
    if (status != PDQL_OK)
        return status;
    const layout l = lay_out(image->width, image->height);
    if (size < l.total)
        return PDQL_ERR_SPACE;
    uint8_t *m = memory;
    uint32_t *first = (uint32_t *)(void *)(m + l.first), *weights = (uint32_t *)(void *)(m + l.weights);
    memset(weights, 0, l.width * l.taps * sizeof *weights);
    memset((uint32_t *)(void *)(m + l.values) + image->width, 0, l.taps * sizeof *weights);
    for (uint32_t c = 0; c < l.width; c++)
        taps_of(image->width, l.width, c, first + c, weights + c * l.taps);
    *maker = (pdqi_plane_maker){ k, image, m, 0 };
    return PDQL_OK;
}

void pdqi_plane_rows(pdqi_plane_maker *maker, uint32_t upto)
{
    const pdql_image *image = maker->image;
    const layout l = lay_out(image->width, image->height);
    uint8_t *m = maker->memory;
    uint32_t *rows = (uint32_t *)(void *)(m + l.rows), from;
    int16_t *sum = (int16_t *)(void *)(m + l.sum);
    const reading r = reading_of(image);
    for (; maker->done < l.height; maker->done++) {
        const size_t n = taps_of(image->height, l.height, maker->done, &from, rows);
        if (from + n > upto)
            return;
        sum_rows(maker->k, image, &r, from, rows, n, m + l.pixels, (int16_t *)(void *)(m + l.part), sum);
        shrink_row(maker->k, sum, image->width, &r, (uint32_t *)(void *)(m + l.first),
                   (uint32_t *)(void *)(m + l.weights), l.taps, (uint32_t *)(void *)(m + l.values), l.width,
                   (uint16_t *)(void *)(m + l.samples) + (size_t)maker->done * l.width);
    }
}

void pdqi_plane_end(pdqi_plane_maker *maker, pdql_plane *plane)
{
    const pdql_image *image = maker->image;
    const layout l = lay_out(image->width, image->height);
    uint16_t *samples = (uint16_t *)(void *)((uint8_t *)maker->memory + l.samples);
    uint32_t *sums = (uint32_t *)(void *)((uint8_t *)maker->memory + l.sums);
    pdqi_plane_rows(maker, image->height);
    if (image->format == PDQL_GRAY_LIMITED)
        stretch(samples, (size_t)l.width * l.height);
    pdqi_plane_integrate(maker->k->plane, samples, l.width, l.height, sums);
    *plane = (pdql_plane){ l.width, l.height, samples, sums };
}

pdql_status pdql_plane_make(const pdql_kernels *k, const pdql_image *image, void *memory, size_t size,
                            pdql_plane *plane)
{
    pdqi_plane_maker maker;
    if (!plane)
        return PDQL_ERR_ARG;
    const pdql_status status = pdqi_plane_begin(&maker, k, image, memory, size);
    if (status == PDQL_OK)
        pdqi_plane_end(&maker, plane);
    return status;
}

static void rows_of_plane(void *ctx, uint32_t upto)
{
    pdqi_plane_rows(ctx, upto);
}

pdql_status pdqi_hash_and_plane(const pdql_kernels *k, pdql_hasher *h, const pdql_image *im, void *memory, size_t size,
                                pdql_hash *out, pdql_plane *plane)
{
    pdqi_source source;
    pdqi_plane_maker maker;
    pdql_status status = pdqi_hash_check(k, h, im, out, &source);
    if (status == PDQL_OK)
        status = pdqi_plane_begin(&maker, k, im, memory, size);
    if (status != PDQL_OK)
        return status;
    const pdqi_follower follower = { rows_of_plane, &maker };
    /* a plane is made of the picture's own rows */
    pdqi_hash_all(k, h, &source, source.transposed ? NULL : &follower, out);
    pdqi_plane_end(&maker, plane);
    return PDQL_OK;
}

int pdqi_region_ok(const pdql_plane *plane, const pdql_region *region)
{
    return region->x0 >= 0 && region->y0 >= 0 && region->x1 <= (int32_t)plane->width * ONE
        && region->y1 <= (int32_t)plane->height * ONE && region->x0 <= region->x1 - 8 * ONE
        && region->y0 <= region->y1 - 8 * ONE;
}

/* Cell `at` / 256 as the one before it and a part of 256: the one after is there too. */
static uint32_t split(int32_t at, int32_t *part)
{
    const int32_t whole = at > 0 ? (at - 1) >> 8 : 0;
    *part = at - whole * ONE;
    return (uint32_t)whole;
}

void pdqi_plane_means(const pdqi_plane_kernels *k, const pdql_plane *plane, const int32_t rect[4], unsigned n,
                      float unit, float *out)
{
    uint32_t x[PDQI_CORNERS];
    double across[PDQI_CORNERS][2], row[2][PDQI_CORNERS]; /* whole numbers below 2^48 */
    const uint32_t pitch = plane->width + 1;
    const int32_t wide = rect[2] - rect[0], tall = rect[3] - rect[1];
    int32_t part;
    const unsigned corners = (n + 4) / 4 * 4;
    for (unsigned j = 0; j < corners; j++) {
        x[j] = split(rect[0] + wide * (int32_t)(j < n ? j : n) / (int32_t)n, &part); /* below 2^18 * 64 */
        across[j][0] = ONE - part;
        across[j][1] = part;
    }
    const float scale = (float)n * (float)n / ((float)wide * (float)tall) * unit;
    for (unsigned i = 0; i <= n; i++) {
        const uint32_t *up = plane->integral + (size_t)split(rect[1] + tall * (int32_t)i / (int32_t)n, &part) * pitch;
        k->corners(up, up + pitch, x, (const double (*)[2])across, part, corners, row[i & 1]);
        if (i)
            k->means(row[i & 1], row[~i & 1], n, scale, out + n * (i - 1));
    }
}
