/*
 * pdq.c - a picture to its PDQ hash
 *
 * A(64x64) = R_H * luma * R_W^T, with whole weights: the sums are exact
 * integers, one division makes each a float, and no machine can disagree.
 */
#include "dct.h"
#include "hash_kernels.h"
#include "kernels.h"
#include "shrink.h"

#include <string.h>

enum {
    MIN_SIDE = 5,          /* below, the reference hashes nothing either */
    MAX_SIDE = 1 << 20
};

struct pdql_hasher {
    pdqi_axis x, y;
    uint32_t *taps_x, *taps_y;
    uint64_t *wide;                 /* sums of one output row, width of them */
    uint32_t *narrow;
    uint32_t *reversed;             /* taps of one output row, in reading order */
    float plane[PDQI_SIDE][PDQI_SIDE];
    float turned[PDQI_SIDE][PDQI_SIDE];
};

static int sides_ok(uint32_t given_w, uint32_t given_h, uint32_t width, uint32_t height)
{
    return given_w && given_h && given_w <= width && given_h <= height && width >= MIN_SIDE
        && height >= MIN_SIDE && width <= MAX_SIDE && height <= MAX_SIDE;
}

size_t pdql_hasher_size(uint32_t width, uint32_t height)
{
    if (!sides_ok(width, height, width, height))
        return 0;
    const uint64_t taps_x = pdqi_axis_taps(width), taps_y = pdqi_axis_taps(height);
    const uint64_t longest = taps_y / PDQI_SIDE + 1;
    const uint64_t bytes = sizeof(pdql_hasher) + 8 * (uint64_t)width
        + 4 * (taps_x + taps_y + width + longest) + 16;
    return bytes > SIZE_MAX ? 0 : (size_t)bytes;
}

pdql_status pdql_hasher_init_reduced(void *memory, size_t size, uint32_t given_width,
                                     uint32_t given_height, uint32_t width, uint32_t height)
{
    if (!memory || (uintptr_t)memory % 8)
        return PDQL_ERR_ARG;
    if (!sides_ok(given_width, given_height, width, height))
        return PDQL_ERR_SHAPE;
    if (size < pdql_hasher_size(width, height))
        return PDQL_ERR_SPACE;
    pdql_hasher *h = memory;
    h->wide = (uint64_t *)(void *)((uint8_t *)memory + (sizeof *h + 7) / 8 * 8);
    h->taps_x = (uint32_t *)(void *)(h->wide + width);
    h->taps_y = h->taps_x + pdqi_axis_taps(width);
    h->narrow = h->taps_y + pdqi_axis_taps(height);
    h->reversed = h->narrow + width;
    pdqi_axis_init(&h->x, h->taps_x, width, given_width);
    pdqi_axis_init(&h->y, h->taps_y, height, given_height);
    return PDQL_OK;
}

pdql_status pdql_hasher_init(void *memory, size_t size, uint32_t width, uint32_t height)
{
    return pdql_hasher_init_reduced(memory, size, width, height, width, height);
}

/* Brightness of one pixel in thousandths. */
static uint32_t milli(const uint8_t *p, uint32_t format)
{
    switch (format) {
    case PDQL_RGB: return 299u * p[0] + 587u * p[1] + 114u * p[2];
    case PDQL_BGR: return 114u * p[0] + 587u * p[1] + 299u * p[2];
    default: return 1000u * p[0];
    }
}

/* sum[x] of one output row for any pixel stride and weights of any size. */
static void any_rows(const pdql_image *im, const uint8_t *rows, const uint32_t *taps, size_t n,
                     uint64_t *sum)
{
    for (uint32_t x = 0; x < im->width; x++)
        sum[x] = 0;
    for (size_t r = 0; r < n; r++) {
        const uint8_t *p = rows + (ptrdiff_t)r * im->row_stride;
        for (uint32_t x = 0; x < im->width; x++, p += im->pixel_stride)
            sum[x] += (uint64_t)taps[r] * milli(p, im->format);
    }
}

/*
 * Vertical sums of output row k, into h->narrow where they fit (exact32), else into h->wide.
 * Returns what they count in: 1 or 1000 a gray level.
 */
static uint32_t vertical(const pdqi_hash_kernels *kernels, pdql_hasher *h, const pdql_image *im,
                         unsigned k, int flip, int *exact32)
{
    *exact32 = 0;
    const uint32_t n = h->y.count[k];
    const uint32_t *taps = h->taps_y + h->y.offset[k];
    uint32_t first = h->y.first[k];
    if (flip) {
        first = im->height - first - n;
        for (uint32_t t = 0; t < n; t++)
            h->reversed[t] = taps[n - 1 - t];
        taps = h->reversed;
    }
    const uint8_t *rows = im->data + (ptrdiff_t)first * im->row_stride;
    const int gray = im->format == PDQL_GRAY || im->format == PDQL_GRAY_LIMITED;
    if (gray && im->pixel_stride == 1 && h->y.divisor[k] <= UINT32_MAX / 255) {
        kernels->gray_rows(rows, im->row_stride, im->width, taps, n, h->narrow);
    } else if (im->format == PDQL_RGB && im->pixel_stride == 3 && h->y.divisor[k] <= UINT32_MAX / 255000) {
        kernels->rgb_rows(rows, im->row_stride, im->width, taps, n, h->narrow);
    } else {
        any_rows(im, rows, taps, n, h->wide);
        return 1000;
    }
    *exact32 = 1;
    return gray ? 1 : 1000;
}

/* The 64 weighted sums of a line of 64-bit values, less `shift` bits where they would not fit. */
static void wide_columns(const pdql_hasher *h, unsigned k, uint64_t out[PDQI_SIDE], unsigned shift[PDQI_SIDE])
{
    for (unsigned j = 0; j < PDQI_SIDE; j++) {
        const uint32_t *taps = h->taps_x + h->x.offset[j];
        const uint64_t divisor = h->x.divisor[j] * h->y.divisor[k];
        while ((divisor >> shift[j]) > (uint64_t)INT64_MAX / 255000) /* sides over 20 000 */
            shift[j]++;
        out[j] = 0;
        for (uint32_t t = 0; t < h->x.count[j]; t++)
            out[j] += taps[t] * (h->wide[h->x.first[j] + t] >> shift[j]);
    }
}

/* One row of a plane from the vertical sums. */
static void horizontal(const pdqi_hash_kernels *kernels, const pdql_hasher *h, unsigned k, uint32_t unit,
                       int exact32, int limited, float out[PDQI_SIDE])
{
    uint64_t totals[PDQI_SIDE];
    unsigned shift[PDQI_SIDE] = { 0 };
    if (exact32)
        kernels->columns(&h->x, h->taps_x, h->narrow, totals);
    else
        wide_columns(h, k, totals, shift);
    for (unsigned j = 0; j < PDQI_SIDE; j++) {
        const double divisor = (double)(h->x.divisor[j] * h->y.divisor[k]) * unit;
        double luma = (double)totals[j] * (double)((uint64_t)1 << shift[j]) / divisor;
        if (limited)
            luma = (luma - 16.0) * 255.0 / 219.0;
        out[j] = (float)luma;
    }
}

/* Reads the line of vertical sums from its far end from now on. */
static void mirror(pdql_hasher *h, int exact32)
{
    for (uint32_t a = 0, b = h->x.length - 1; a < b; a++, b--) {
        if (exact32) {
            const uint32_t t = h->narrow[a];
            h->narrow[a] = h->narrow[b];
            h->narrow[b] = t;
        } else {
            const uint64_t t = h->wide[a];
            h->wide[a] = h->wide[b];
            h->wide[b] = t;
        }
    }
}

static pdql_status check(const pdql_kernels *k, const pdql_hasher *h, const pdql_image *im, const pdql_hash *out)
{
    if (!k || !h || !im || !im->data || !out)
        return PDQL_ERR_ARG;
    if (im->format < PDQL_GRAY || im->format > PDQL_BGR)
        return PDQL_ERR_ARG;
    const ptrdiff_t channels = im->format >= PDQL_RGB ? 3 : 1;
    const ptrdiff_t row = im->row_stride, pixel = im->pixel_stride;
    if (im->width != h->x.length || im->height != h->y.length || !pixel || !row)
        return PDQL_ERR_SHAPE;
    if (row < -PTRDIFF_MAX || pixel < -PTRDIFF_MAX)
        return PDQL_ERR_SHAPE;
    const uint64_t across = (uint64_t)(pixel < 0 ? -pixel : pixel), down = (uint64_t)(row < 0 ? -row : row);
    if (across < (uint64_t)channels && im->width > 1)
        return PDQL_ERR_SHAPE;
    if (across > INT32_MAX || down > (uint64_t)PTRDIFF_MAX / im->height)
        return PDQL_ERR_SHAPE;
    const uint64_t line = across * (im->width - 1) + (uint64_t)channels;
    const uint64_t column = down * (im->height - 1) + (uint64_t)channels;
    if (down < line && across < column) /* neither rows nor columns apart: pixels would overlap */
        return PDQL_ERR_SHAPE;
    return PDQL_OK;
}

static void finish(const pdqi_hash_kernels *kernels, float plane[PDQI_SIDE][PDQI_SIDE], pdql_hash *out)
{
    pdqi_dct dct;
    kernels->dct((const float (*)[PDQI_SIDE])plane, &dct);
    pdqi_bits_of(&dct, out->bits);
    out->quality = kernels->quality((const float (*)[PDQI_SIDE])plane);
}

static void planes(const pdql_kernels *k, pdql_hasher *h, const pdql_image *im, int flip, int both)
{
    const int limited = im->format == PDQL_GRAY_LIMITED;
    for (unsigned row = 0; row < PDQI_SIDE; row++) {
        int exact32;
        const uint32_t unit = vertical(k->hash, h, im, row, flip, &exact32);
        horizontal(k->hash, h, row, unit, exact32, limited, h->plane[row]);
        if (both) {
            mirror(h, exact32);
            horizontal(k->hash, h, row, unit, exact32, limited, h->turned[row]);
        }
    }
}

pdql_status pdql_hash_image(const pdql_kernels *k, pdql_hasher *h, const pdql_image *im, pdql_hash *out)
{
    const pdql_status bad = check(k, h, im, out);
    if (bad)
        return bad;
    planes(k, h, im, 0, 0);
    finish(k->hash, h->plane, out);
    return PDQL_OK;
}

static void transpose(float p[PDQI_SIDE][PDQI_SIDE])
{
    for (int y = 0; y < PDQI_SIDE; y++)
        for (int x = 0; x < y; x++) {
            const float t = p[y][x];
            p[y][x] = p[x][y];
            p[x][y] = t;
        }
}

pdql_status pdql_hash_orientations(const pdql_kernels *k, pdql_hasher *h, const pdql_image *im,
                                   pdql_hash *out)
{
    /* Where each plane lands in the order of the header: [flip][mirror][transposed]. */
    static const uint8_t AT[2][2][2] = { { { 0, 6 }, { 5, 1 } }, { { 4, 3 }, { 2, 7 } } };
    const pdql_status bad = check(k, h, im, out);
    if (bad)
        return bad;
    for (int flip = 0; flip < 2; flip++) {
        planes(k, h, im, flip, 1);
        finish(k->hash, h->plane, &out[AT[flip][0][0]]);
        finish(k->hash, h->turned, &out[AT[flip][1][0]]);
        transpose(h->plane);
        transpose(h->turned);
        finish(k->hash, h->plane, &out[AT[flip][0][1]]);
        finish(k->hash, h->turned, &out[AT[flip][1][1]]);
    }
    return PDQL_OK;
}
