/*
 * files.h - what the examples need of files: whole files, and pictures as PPM (P6, 8 bits)
 *
 * A messenger has its own; the core has none.
 */
#ifndef EXAMPLES_FILES_H
#define EXAMPLES_FILES_H

#include <pdqlite.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole of a file, to be freed; exits with a message if it cannot be read. */
static inline uint8_t *file_read(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long size = -1;
    if (file && !fseek(file, 0, SEEK_END) && (size = ftell(file)) >= 0 && !fseek(file, 0, SEEK_SET)) {
        bytes = malloc((size_t)size + 1);
        if (bytes && fread(bytes, 1, (size_t)size, file) != (size_t)size)
            size = -1;
    }
    if (file)
        fclose(file);
    if (!bytes || size < 0) {
        fprintf(stderr, "cannot read an input file\n");
        exit(2);
    }
    *n = (size_t)size;
    return bytes;
}

/* Hashes, 32 bytes each and nothing else; exits with a message if the file is none of them. */
static inline uint8_t *rows_read(const char *path, size_t *n)
{
    size_t bytes;
    uint8_t *rows = file_read(path, &bytes);
    if (bytes % PDQL_HASH_BYTES) {
        fprintf(stderr, "HASHES has to be 32 bytes for each hash; got %lu bytes (hex text: xxd -r -p)\n",
                (unsigned long)bytes);
        exit(2);
    }
    *n = bytes / PDQL_HASH_BYTES;
    return rows;
}

/* The next number of a PPM header, behind spaces, line ends and comments; 0 if there is none, or a huge one. */
static inline unsigned header_number(const char **at)
{
    unsigned long value = 0;
    while (**at == '#' || (**at && strchr(" \t\r\n", **at)))
        *at += **at == '#' ? strcspn(*at, "\n") : 1;
    for (; **at >= '0' && **at <= '9'; ++*at)
        value = value > 1000000 ? value : 10 * value + (unsigned long)(**at - '0');
    return value > 1000000 ? 0 : (unsigned)value;
}

/* A PPM picture; `pixels` is what to free. */
static inline pdql_image picture_read(const char *path, uint8_t **pixels)
{
    size_t n;
    *pixels = file_read(path, &n);
    (*pixels)[n] = 0;
    const char *at = (const char *)*pixels;
    const int good = !strncmp(at, "P6", 2);
    at += good ? 2 : 0;
    const unsigned width = header_number(&at), height = header_number(&at), most = header_number(&at);
    const size_t head = (size_t)(at - (const char *)*pixels) + 1; /* one space or line end behind it */
    if (!good || !width || !height || most != 255 || head > n || n - head != (size_t)3 * width * height) {
        fprintf(stderr, "not a PPM picture of 8 bits: P6, width, height, 255, then 3 bytes a pixel\n");
        exit(2);
    }
    return (pdql_image){ *pixels + head, width, height, 3 * (ptrdiff_t)width, 3, PDQL_RGB, 0 };
}

/* Memory for pdql_matcher_make: malloc and free. */
static inline void *heap_get(void *ctx, size_t size)
{
    (void)ctx;
    return malloc(size);
}

static inline void heap_give(void *ctx, void *block)
{
    (void)ctx;
    free(block);
}

static const pdql_memory HEAP = { NULL, heap_get, heap_give };

#endif
