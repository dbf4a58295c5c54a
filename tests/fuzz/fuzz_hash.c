/*
 * fuzz_hash.c - libFuzzer target: any description of any pixels
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -Icsrc/include -Icsrc tests/fuzz/fuzz_hash.c $(sed
 * "s|^|csrc/|; s| .*||" csrc/cmake/sources.txt)
 *
 * The first bytes describe the picture, the rest are its pixels. A description
 * is handed over only if the samples it spans are there. Whatever is accepted
 * must get one answer from every table, one way up and among the eight, and the
 * same one from a packed copy of its samples.
 */
#include <stdlib.h>
#include <string.h>

#include "pdqlite.h"

typedef struct description {
    uint16_t width, height;
    int32_t row_stride;
    int16_t pixel_stride, channel_stride;
    uint8_t format, reduced;
} description;

static size_t channels_of(uint32_t format)
{
    return format == PDQL_RGB || format == PDQL_BGR ? 3 : 1;
}

static size_t bytes_of(uint32_t format)
{
    return format == PDQL_GRAY16 ? 2 : 1;
}

static void reach(int64_t stride, int64_t n, int64_t *low, int64_t *high)
{
    const int64_t far = n ? stride * (n - 1) : 0;
    *(far < 0 ? low : high) += far;
}

/* The first sample's place; 0 if the samples do not lie in `size` bytes. */
static int place(const description *d, size_t size, size_t *first)
{
    int64_t low = 0, high = (int64_t)bytes_of(d->format);
    reach(d->pixel_stride, d->width, &low, &high);
    reach(d->row_stride, d->height, &low, &high);
    reach(d->channel_stride ? d->channel_stride : 1, (int64_t)channels_of(d->format), &low, &high);
    *first = (size_t)-low;
    return high - low <= (int64_t)size;
}

/* The samples side by side, rows from the top. */
static uint8_t *packed(const pdql_image *im, pdql_image *out)
{
    const size_t channels = channels_of(im->format), bytes = bytes_of(im->format), pixel = channels * bytes;
    uint8_t *copy = malloc(pixel * im->width * im->height + 1), *to = copy;
    if (!copy)
        return NULL;
    for (uint32_t y = 0; y < im->height; y++)
        for (uint32_t x = 0; x < im->width; x++)
            for (size_t c = 0; c < channels; c++, to += bytes)
                memcpy(to,
                       im->data + (ptrdiff_t)y * im->row_stride + (ptrdiff_t)x * im->pixel_stride
                           + (ptrdiff_t)c * (im->channel_stride ? im->channel_stride : 1),
                       bytes);
    *out = (pdql_image){ copy, im->width, im->height, (ptrdiff_t)(pixel * im->width), (ptrdiff_t)pixel, im->format, 0 };
    return copy;
}

/* Hash and the eight of it, by one table. */
static pdql_status all(const pdql_kernels *k, pdql_hasher *hasher, const pdql_image *image, pdql_hash out[9])
{
    memset(out, 0, 9 * sizeof *out);
    const pdql_status status = pdql_hash_image(k, hasher, image, &out[0]);
    if (pdql_hash_orientations(k, hasher, image, out + 1) != status)
        abort();
    if (memcmp(&out[0], &out[1], sizeof *out))
        abort();
    return status;
}

static void compare(pdql_hasher *hasher, const pdql_image *image)
{
    pdql_hash want[9], got[9];
    const pdql_status expected = all(pdql_kernels_best(), hasher, image, want);
    for (size_t i = 1; pdql_kernels_at(i); i++)
        if (all(pdql_kernels_at(i), hasher, image, got) != expected || memcmp(want, got, sizeof want))
            abort();
    pdql_image plain;
    uint8_t *copy = expected == PDQL_OK ? packed(image, &plain) : NULL;
    if (copy && (all(pdql_kernels_best(), hasher, &plain, got) != PDQL_OK || memcmp(want, got, sizeof want)))
        abort();
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    description d;
    if (size < sizeof d)
        return 0;
    memcpy(&d, data, sizeof d);
    data += sizeof d, size -= sizeof d;
    d.format %= 8;
    size_t first;
    if (!place(&d, size, &first))
        return 0;
    const uint32_t scale = 1u << d.reduced % 6;
    const uint32_t width = d.width * scale, height = d.height * scale;
    const size_t bytes = pdql_hasher_size_reduced(d.width, d.height, width, height);
    /* Memory of its own, so that a byte too far is seen. */
    uint8_t *pixels = malloc(size ? size : 1);
    pdql_hasher *hasher = bytes ? malloc(bytes) : NULL;
    if (pixels && hasher && pdql_hasher_init_reduced(hasher, bytes, d.width, d.height, width, height) == PDQL_OK) {
        memcpy(pixels, data, size);
        const pdql_image image = { pixels + first, d.width,  d.height,        d.row_stride,
                                   d.pixel_stride, d.format, d.channel_stride };
        compare(hasher, &image);
    }
    free(hasher);
    free(pixels);
    return 0;
}
