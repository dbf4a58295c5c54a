/*
 * fuzz_hash.c - libFuzzer target: any description of any pixels
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -Icsrc/include -Icsrc tests/fuzz/fuzz_hash.c csrc/[a-z]*.c csrc/kernels/[a-z]*.c
 *
 * The first bytes describe the picture, the rest are its pixels. A description
 * is handed over only if the pixels it spans are there, or if the strides are
 * so that it must be refused. Every table must then agree.
 */
#include <stdlib.h>
#include <string.h>

#include "pdqlite.h"

typedef struct description {
    uint16_t width, height;
    int32_t row_stride, pixel_stride;
    uint8_t format, reduced, orientations;
} description;

/* Lowest and highest byte that a picture touches, from its first pixel; 0 if they do not lie in `size` bytes. */
static int place(const description *d, size_t size, size_t *first)
{
    const int64_t channels = d->format == PDQL_RGB || d->format == PDQL_BGR ? 3 : 1;
    const int64_t across = (int64_t)d->pixel_stride * (d->width ? d->width - 1 : 0);
    const int64_t down = (int64_t)d->row_stride * (d->height ? d->height - 1 : 0);
    const int64_t low = (across < 0 ? across : 0) + (down < 0 ? down : 0);
    const int64_t high = (across > 0 ? across : 0) + (down > 0 ? down : 0) + channels;
    *first = (size_t)-low;
    return high - low <= (int64_t)size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    description d;
    if (size < sizeof d)
        return 0;
    memcpy(&d, data, sizeof d);
    data += sizeof d, size -= sizeof d;
    size_t first;
    if (!place(&d, size, &first))
        return 0;
    /* Memory of its own, so that a byte too far is seen. */
    uint8_t *pixels = malloc(size ? size : 1);
    const uint32_t scale = 1u << d.reduced % 4;
    const uint32_t width = d.width * scale, height = d.height * scale;
    const size_t bytes = pdql_hasher_size(width, height);
    pdql_hasher *hasher = bytes ? malloc(bytes) : NULL;
    pdql_hash want[8], got[8];
    memset(want, 0, sizeof want);
    if (pixels && hasher
        && pdql_hasher_init_reduced(hasher, bytes, d.width, d.height, width, height) == PDQL_OK) {
        memcpy(pixels, data, size);
        const pdql_image image = { pixels + first, d.width, d.height, d.row_stride, d.pixel_stride, d.format };
        pdql_status expected = PDQL_OK;
        for (size_t i = 0; pdql_kernels_at(i); i++) {
            memset(got, 0, sizeof got);
            const pdql_kernels *k = pdql_kernels_at(i);
            const pdql_status status = d.orientations & 1 ? pdql_hash_orientations(k, hasher, &image, got)
                                                          : pdql_hash_image(k, hasher, &image, got);
            if (i == 0) {
                memcpy(want, got, sizeof want);
                expected = status;
            }
            if (status != expected || memcmp(want, got, sizeof want))
                abort();
        }
    }
    free(hasher);
    free(pixels);
    return 0;
}
