/*
 * fixed.h - the inputs of the C benchmarks: generated, the same on every machine
 */
#ifndef BENCH_FIXED_H
#define BENCH_FIXED_H

#include <pdqlite_parts.h>
#include <string.h>

/* splitmix64 of Steele, Lea and Flood (2014). */
static inline uint64_t fixed_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Fills n bytes, n a multiple of 8, low byte first. */
static inline void fixed_bytes(uint64_t seed, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        const uint64_t r = fixed_next(&seed);
        for (unsigned j = 0; j < 8; j++)
            out[i + j] = (uint8_t)(r >> 8 * j);
    }
}

/* Tiles of 37 pixels of one brightness each, a gradient over them, noise in the lowest bits. */
static inline void fixed_picture(uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels)
{
    uint32_t noise = 1;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (uint32_t c = 0; c < channels; c++) {
                noise = noise * 1664525u + 1013904223u;
                const uint32_t tile = (x / 37 * 2654435761u ^ (y / 37 + c) * 2246822519u) >> 25;
                *pixels++ = (uint8_t)(tile + 64 * x / width + 48 * y / height + (noise >> 29));
            }
}

static inline pdql_image fixed_image(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels)
{
    pdql_image image;
    memset(&image, 0, sizeof image);
    image.data = pixels;
    image.width = width;
    image.height = height;
    image.row_stride = (ptrdiff_t)width * channels;
    image.pixel_stride = (ptrdiff_t)channels;
    image.format = channels == 1 ? PDQL_GRAY : PDQL_RGB;
    return image;
}

/* Queries for a list: every other one is row 7i with 10 bits changed, the rest is near nothing. */
static inline void fixed_queries(const uint8_t *rows, size_t n_rows, uint8_t *queries, size_t n)
{
    fixed_bytes(99, queries, n * PDQL_HASH_BYTES);
    for (size_t i = 0; i < n; i += 2) {
        uint8_t *query = queries + i * PDQL_HASH_BYTES;
        memcpy(query, rows + i * 7 % n_rows * PDQL_HASH_BYTES, PDQL_HASH_BYTES);
        for (unsigned bit = 0; bit < 10; bit++)
            query[bit * 3] ^= (uint8_t)(1u << bit % 8);
    }
}

#endif
