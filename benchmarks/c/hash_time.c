/*
 * hash_time.c - hashes one drawn picture many times, for a clock and for callgrind
 *
 *   hash_time WIDTH HEIGHT gray|rgb|rgba one|eight|last KERNELS TIMES
 *
 * last: DCT, median, bits and quality alone, of the first 64 x 64 bytes as cells.
 * Prints the hash, its quality and the least CPU nanoseconds of a call. The picture is the
 * same on every machine, and so is the hash. Built and run by benchmarks/_hash_c.py.
 */
#define _POSIX_C_SOURCE 199309L
#include "kernels/hash_kernels.h"
#include "kernels/kernels.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static const pdql_kernels *named(const char *name)
{
    const pdql_kernels *k;
    for (size_t i = 0; (k = pdql_kernels_at(i)); i++)
        if (!strcmp(pdql_kernels_name(k), name))
            return k;
    return NULL;
}

/* Squares of 37 pixels in changing brightness, a gradient over them, noise in the lowest bits. */
static void paint(uint8_t *pixels, uint32_t width, uint32_t height, size_t channels)
{
    uint32_t noise = 1;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (size_t c = 0; c < channels; c++) {
                noise = noise * 1664525u + 1013904223u;
                const uint32_t square = (x / 37 * 2654435761u ^ (y / 37 + (uint32_t)c) * 2246822519u) >> 25;
                *pixels++ = (uint8_t)(square + 64 * x / width + 48 * y / height + (noise >> 29));
            }
}

/* What follows when the 64 x 64 cells are there. */
static pdql_status last_part(const pdqi_hash_kernels *k, const float cells[64][64], pdql_hash *out)
{
    pdqi_dct dct;
    k->dct(cells, &dct);
    k->bits(&dct, out->bits);
    out->quality = k->quality(cells);
    return PDQL_OK;
}

int main(int argc, char **argv)
{
    if (argc != 7)
        return fputs("hash_time WIDTH HEIGHT gray|rgb|rgba one|eight|last KERNELS TIMES\n", stderr), 2;
    const uint32_t width = (uint32_t)atol(argv[1]), height = (uint32_t)atol(argv[2]);
    const size_t channels = !strcmp(argv[3], "gray") ? 1 : strlen(argv[3]);
    const int last = !strcmp(argv[4], "last");
    const int eight = !strcmp(argv[4], "eight");
    const pdql_kernels *k = named(argv[5]);
    const size_t size = pdql_hasher_size(width, height);
    uint8_t *pixels = size ? malloc((size_t)width * height * channels) : NULL;
    void *memory = malloc(size + 1);
    if (!k || !pixels || !memory || pdql_hasher_init(memory, size, width, height) != PDQL_OK)
        return fputs("no such kernels on this CPU, or a size out of range\n", stderr), 2;
    paint(pixels, width, height, channels);

    pdql_image image;
    memset(&image, 0, sizeof image);
    image.data = pixels;
    image.width = width;
    image.height = height;
    image.row_stride = (ptrdiff_t)(width * channels);
    image.pixel_stride = (ptrdiff_t)channels;
    image.format = channels == 1 ? PDQL_GRAY : PDQL_RGB;

    static float cells[64][64];
    if (last && (size_t)width * height * channels < sizeof cells / sizeof **cells)
        return fputs("too few pixels\n", stderr), 2;
    for (size_t i = 0; last && i < sizeof cells / sizeof **cells; i++)
        cells[i / 64][i % 64] = pixels[i];
    pdql_hash found[8];
    double least = 1e300;
    for (long times = atol(argv[6]); times > 0; times--) {
        const double start = now();
        const pdql_status status = last ? last_part(k->hash, (const float (*)[64])cells, found)
                                        : (eight ? pdql_hash_orientations : pdql_hash_image)(k, memory, &image, found);
        const double spent = now() - start;
        if (status != PDQL_OK)
            return fprintf(stderr, "%s\n", pdql_status_name(status)), 2;
        if (spent < least)
            least = spent;
    }
    for (size_t i = 0; i < sizeof found->bits; i++)
        printf("%02x", found->bits[i]);
    printf(" %u %.0f\n", found->quality, least);
    free(memory);
    free(pixels);
    return 0;
}
