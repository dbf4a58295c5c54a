/*
 * Opens whatever bytes come as an index and searches it: nothing outside the
 * bytes is read, everything ends. The first bytes choose what to do:
 *
 *   0      even: the rest is a whole block; odd: the rest overwrites a good block from the place
 *          that bytes 2 and 3 name, so that the header stays right and bodies are reached
 *   1      radius
 *   2, 3   place, in 65536ths of the good block
 *
 * clang -fsanitize=fuzzer,address,undefined -I csrc -I csrc/include tests/fuzz/fuzz_index.c csrc/[*].c csrc/kernels/[*].c
 */
#include "pdqlite.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 700, HITS = 32 };

static uint8_t *good;
static size_t good_bytes;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static uint8_t rows[ROWS * 32];
    size_t work_bytes;
    uint32_t x = 1;
    (void)argc;
    (void)argv;
    for (size_t i = 0; i < sizeof rows; i++) {
        x = x * 1664525u + 1013904223u;
        rows[i] = i % 96 < 64 ? (uint8_t)(x >> 24) : rows[i - 64]; /* a third are copies */
    }
    if (pdql_index_work_size(ROWS, PDQL_INDEX_SELF, &work_bytes))
        abort();
    void *work = malloc(work_bytes);
    if (pdql_index_plan(rows, ROWS, PDQL_INDEX_SELF, work, work_bytes, &good_bytes))
        abort();
    good = malloc(good_bytes);
    if (pdql_index_build(rows, ROWS, work, work_bytes, good, good_bytes))
        abort();
    free(work);
    return 0;
}

static void use(const uint8_t *block, size_t bytes, unsigned radius)
{
    static const uint8_t zeros[32];
    pdql_index ix;
    pdql_hit hits[HITS];
    size_t found;
    if (pdql_index_open(block, bytes, &ix))
        return;
    const uint8_t *queries[2] = { zeros, bytes >= 4096 ? block + bytes - 64 : zeros };
    for (int q = 0; q < 2; q++)
        for (size_t i = 0; pdql_kernels_at(i); i++)
            if (!pdql_index_search(pdql_kernels_at(i), &ix, queries[q], 1, radius, hits, HITS, &found))
                for (size_t h = 0; h < found && h < HITS; h++)
                    if (hits[h].row >= ix.n_rows || hits[h].distance > radius)
                        abort();
    uint8_t *rows = malloc((size_t)ix.n_rows * 32 + 1);
    if (rows)
        (void)pdql_index_rows(&ix, rows, (size_t)ix.n_rows * 32);
    free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const unsigned radius = data[1] + (data[0] >> 7);
    const size_t place = data[2] | (size_t)data[3] << 8, n = size - 4;
    const int whole = data[0] % 2 == 0;
    const size_t bytes = whole ? n : good_bytes;
    uint8_t *block = malloc(bytes + !bytes); /* exact, so that a read past it shows */
    if (!block)
        return 0;
    memcpy(block, whole ? data + 4 : good, bytes);
    if (!whole) {
        const size_t at = (size_t)((uint64_t)good_bytes * place / 65536);
        memcpy(block + at, data + 4, n < good_bytes - at ? n : good_bytes - at);
    }
    use(block, bytes, radius);
    free(block);
    return 0;
}
