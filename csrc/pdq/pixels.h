/*
 * pdq/pixels.h - a picture as lines of bytes whose weighted sums are brightness
 *
 * Any layout comes down to this: `planes` times `height` rows, `step` bytes from
 * pixel to pixel going forward, and for each byte of a step what it counts.
 */
#ifndef PDQI_PDQ_PIXELS_H
#define PDQI_PDQ_PIXELS_H

#include "pdqlite.h"

enum { PDQI_STEP = 8, PDQI_CHANNELS = 3 };

typedef struct pdqi_source {
    uint32_t width, height;         /* of the rows as they are read */
    int transposed;                 /* they are the picture's columns */
    int mirrored;                   /* they are read from their far end */
    ptrdiff_t row_stride;
    size_t step;                    /* bytes from pixel to pixel, 1 or more */
    size_t row_bytes;               /* from a row's first byte to its last, included */
    unsigned planes;                /* 1, or 3 where channels lie apart */
    const uint8_t *base[PDQI_CHANNELS];
    uint32_t plane_factor[PDQI_CHANNELS];   /* what a plane counts */
    /* what a byte of a step counts in its plane; step is above PDQI_STEP: the first only */
    uint32_t factor[PDQI_STEP];
    uint32_t unit;                  /* what a gray level counts in all */
    int limited;                    /* levels run from 16 to 235 */
} pdqi_source;

/* PDQL_ERR_ARG: no pixels, no such format. PDQL_ERR_SHAPE: pixels overlap or lie out of reach. */
pdql_status pdqi_source_init(pdqi_source *source, const pdql_image *image);

#endif
