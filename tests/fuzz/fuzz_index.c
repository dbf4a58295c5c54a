/*
 * Opens whatever bytes come as an index and searches it: nothing outside the
 * bytes is read, everything ends. The first bytes choose what to do:
 *
 *   0      mod 4: 0 the rest is a whole block; else it overwrites a good block from the place that
 *          bytes 2 and 3 name, so that the header stays right and bodies are reached: 1, 3 of the
 *          shape self, 2 of the shape compact; then 2 bits which kernels, 1 bit whether the rows are
 *          read back, and the top bit is added to the radius
 *   1      radius
 *   2, 3   place, in 65536ths of the good block
 */
#include "pdqlite_parts.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 700, HITS = 32 };

typedef struct sample {
    uint8_t *block;
    size_t bytes;
} sample;

static sample self, compact;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static sample build(const uint8_t *rows, pdql_index_shape shape)
{
    size_t work_bytes;
    sample s;
    if (pdql_index_work_size(ROWS, shape, &work_bytes))
        abort();
    void *work = malloc(work_bytes);
    if (pdql_index_plan(rows, ROWS, shape, work, work_bytes, &s.bytes))
        abort();
    s.block = malloc(s.bytes); /* exact, so that a read past it shows */
    if (pdql_index_build(rows, ROWS, work, work_bytes, s.block, s.bytes))
        abort();
    free(work);
    return s;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static uint8_t rows[ROWS * 32];
    uint32_t x = 1;
    (void)argc;
    (void)argv;
    for (size_t i = 0; i < sizeof rows; i++) {
        x = x * 1664525u + 1013904223u;
        rows[i] = i % 96 < 64 ? (uint8_t)(x >> 24) : rows[i - 64]; /* a third are copies */
    }
    self = build(rows, PDQL_INDEX_SELF);
    compact = build(rows, PDQL_INDEX_COMPACT);
    return 0;
}

static void use(const uint8_t *block, size_t bytes, unsigned radius, unsigned kernel, int whole)
{
    static const uint8_t zeros[32];
    pdql_index ix;
    pdql_hit hits[HITS];
    size_t found;
    const pdql_kernels *k = pdql_kernels_at(kernel) ? pdql_kernels_at(kernel) : pdql_kernels_best();
    if (pdql_index_open(block, bytes, &ix))
        return;
    const uint8_t *queries[2] = { zeros, bytes >= 4096 ? block + bytes - 64 : zeros };
    for (int q = 0; q < 2; q++)
        if (!pdql_index_search(k, &ix, queries[q], 1, radius, hits, HITS, &found))
            for (size_t h = 0; h < found && h < HITS; h++)
                if (hits[h].row >= ix.n_rows || hits[h].distance > radius)
                    abort();
    uint8_t *rows = whole ? malloc((size_t)ix.n_rows * 32 + 1) : NULL;
    if (rows)
        (void)pdql_index_rows(&ix, rows, (size_t)ix.n_rows * 32);
    free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const unsigned radius = data[1] + (data[0] >> 7), kernel = data[0] >> 2 & 3;
    const int rows = data[0] >> 4 & 1;
    const size_t place = data[2] | (size_t)data[3] << 8, n = size - 4;
    if (data[0] % 4 == 0) {
        uint8_t *block = malloc(n + !n);
        if (!block)
            return 0;
        memcpy(block, data + 4, n);
        use(block, n, radius, kernel, rows);
        free(block);
        return 0;
    }
    const sample s = data[0] % 4 == 2 ? compact : self;
    const size_t at = (size_t)((uint64_t)s.bytes * place / 65536), much = n < s.bytes - at ? n : s.bytes - at;
    uint8_t *kept = malloc(much + !much);
    if (!kept)
        return 0;
    memcpy(kept, s.block + at, much);
    memcpy(s.block + at, data + 4, much);
    use(s.block, s.bytes, radius, kernel, rows);
    memcpy(s.block + at, kept, much);
    free(kept);
    return 0;
}
