/*
 * calls.c - what one call costs in C: a picture of 64 x 64 gray pixels is hashed; see bindings/calls.py
 */
#define _POSIX_C_SOURCE 199309L
#include <pdqlite.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIDE = 64, BATCHES = 60, CALLS = 200 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

int main(void)
{
    static uint8_t pixels[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++)
        pixels[i] = (uint8_t)(i * i / 7 % 251);
    const pdql_image image = {
        .data = pixels, .width = SIDE, .height = SIDE, .row_stride = SIDE, .pixel_stride = 1, .format = PDQL_GRAY
    };
    const size_t size = pdql_hasher_size(SIDE, SIDE);
    void *const memory = aligned_alloc(64, (size + 63) / 64 * 64);
    pdql_hasher *const hasher = memory;
    const pdql_kernels *const kernels = pdql_kernels_best(); /* once: asking takes longer than this hash */
    pdql_hash hash;
    double best = 1e18;
    if (!memory || pdql_hasher_init(memory, size, SIDE, SIDE))
        return 1;
    for (int batch = 0; batch < BATCHES; batch++) {
        const double start = now();
        for (int i = 0; i < CALLS; i++)
            if (pdql_hash_image(kernels, hasher, &image, &hash))
                return 1;
        const double each = (now() - start) / CALLS;
        best = each < best ? each : best;
    }
    for (int i = 0; i < PDQL_HASH_BYTES; i++)
        printf("%02x", hash.bits[i]);
    printf(" %.0f\n", best);
    free(memory);
    return 0;
}
