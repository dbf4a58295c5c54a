/*
 * pdq/pixels.c - checks the description of a picture and finds the rows to read
 *
 * Pictures are turned by turning the description: a picture whose columns lie
 * closer than its rows is read as its transpose, one that runs backwards from
 * its other end. Nothing is copied.
 */
#include "pdq/pixels.h"

#include <string.h>

enum {
    RED = 299,
    GREEN = 587,
    BLUE = 114, /* thousandths of brightness */
    /* more rows are read as lines: weights of rows are cut into small pieces */
    TALL = 1 << 17
};

static size_t magnitude(ptrdiff_t n)
{
    return n < 0 ? (size_t)0 - (size_t)n : (size_t)n;
}

/* A direction in memory: how many steps of how many bytes. */
typedef struct direction {
    size_t n, stride;
} direction;

/* Whether no two of the samples can share a byte and the span of all fits a ptrdiff_t. */
static int apart(direction d[3], size_t bytes)
{
    for (int i = 1; i < 3; i++)
        for (int j = i; j > 0 && d[j].stride < d[j - 1].stride; j--) {
            const direction other = d[j];
            d[j] = d[j - 1];
            d[j - 1] = other;
        }
    size_t span = bytes;
    for (int i = 0; i < 3; i++) {
        if (d[i].n < 2)
            continue;
        if (d[i].stride < span || d[i].stride > ((size_t)PTRDIFF_MAX - span) / (d[i].n - 1))
            return 0;
        span += d[i].stride * (d[i].n - 1);
    }
    return 1;
}

typedef struct layout {
    unsigned channels, bytes;       /* bytes of a channel */
    uint32_t factor[PDQI_CHANNELS]; /* of a channel; of a byte, where a channel has two */
    uint32_t unit;
    int limited;
} layout;

static int layout_of(uint32_t format, layout *l)
{
    static const layout LAYOUTS[] = {
        [PDQL_GRAY] = { 1, 1, { 1 }, 1, 0 },
        [PDQL_GRAY_LIMITED] = { 1, 1, { 1 }, 1, 1 },
        [PDQL_RGB] = { 3, 1, { RED, GREEN, BLUE }, 1000, 0 },
        [PDQL_BGR] = { 3, 1, { BLUE, GREEN, RED }, 1000, 0 },
        [PDQL_GRAY16] = { 1, 2, { 1, 256 }, 256, 0 },
    };
    if (!format || format >= sizeof LAYOUTS / sizeof *LAYOUTS)
        return 0;
    *l = LAYOUTS[format];
    return 1;
}

/* The three directions of the picture, straightened: positive from pixel to pixel and channel to channel. */
static void straighten(pdqi_source *s, const pdql_image *im, layout *l, ptrdiff_t channel, const uint8_t **data)
{
    ptrdiff_t pixel = im->pixel_stride;
    *s = (pdqi_source){
        .width = im->width, .height = im->height, .row_stride = im->row_stride, .unit = l->unit, .limited = l->limited
    };
    *data = im->data;
    const int closer_down = magnitude(pixel) > magnitude(im->row_stride);
    const uint32_t rows = closer_down ? im->width : im->height;
    if (closer_down != (rows > TALL && rows > (closer_down ? im->height : im->width))) {
        s->transposed = 1;
        s->width = im->height, s->height = im->width;
        s->row_stride = pixel, pixel = im->row_stride;
    }
    if (pixel < 0) {
        s->mirrored = 1;
        *data += (ptrdiff_t)(s->width - 1) * pixel;
    }
    /* a lone pixel's stride leads nowhere */
    s->step = s->width > 1 ? magnitude(pixel) : (size_t)l->channels * l->bytes;
    if (channel < 0 && l->channels > 1) {
        const uint32_t first = l->factor[0];
        l->factor[0] = l->factor[2], l->factor[2] = first;
        *data += 2 * channel;
    }
}

pdql_status pdqi_source_init(pdqi_source *source, const pdql_image *image)
{
    layout l;
    if (!image->data || !layout_of(image->format, &l))
        return PDQL_ERR_ARG;
    const ptrdiff_t channel = image->channel_stride ? image->channel_stride : 1;
    direction d[3] = { { image->width, magnitude(image->pixel_stride) },
                       { image->height, magnitude(image->row_stride) },
                       { l.channels, magnitude(channel) } };
    if (!image->width || !image->height || !apart(d, l.bytes))
        return PDQL_ERR_SHAPE;

    const uint8_t *data;
    straighten(source, image, &l, channel, &data);
    const size_t between = l.channels > 1 ? magnitude(channel) : 1;
    const size_t inner = l.channels * l.bytes;
    const size_t together = between * (inner - 1) + 1;
    if (source->step <= PDQI_STEP && together <= source->step) { /* the channels of a pixel lie within its step */
        source->planes = 1;
        source->base[0] = data;
        source->plane_factor[0] = 1;
        for (size_t i = 0; i < inner; i++)
            source->factor[i * between] = l.factor[i];
        source->row_bytes = (source->width - 1) * source->step + together;
        return PDQL_OK;
    }
    source->planes = (unsigned)inner;
    source->factor[0] = 1;
    for (size_t i = 0; i < inner; i++) {
        source->base[i] = data + i * between;
        source->plane_factor[i] = l.factor[i];
    }
    source->row_bytes = (source->width - 1) * source->step + 1;
    return PDQL_OK;
}
