/*
 * The index's kernels as WebAssembly: every table against the definition of
 * Hamming distance, over both layouts of rows and many radii. run() returns
 * the number of wrong answers; tables() says how many tables were asked.
 */
#include "pdqlite.h"

#include <string.h>

enum { ROWS = 900, QUERIES = 9, ARENA = 24 << 20 };

static uint8_t rows[ROWS * 32], arena[ARENA];
static pdql_hit hits[QUERIES * ROWS];
static uint64_t state = 88172645463325252u;

static uint32_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

/* Rows around four centres, so that every radius has hits. */
static void fill(void)
{
    for (unsigned i = 0; i < ROWS; i++) {
        for (unsigned j = 0; j < 32; j++)
            rows[i * 32 + j] = i < 4 ? (uint8_t)chance() : rows[i % 4 * 32 + j];
        for (uint32_t flips = i < 4 ? 0 : chance() % 70; flips; flips--)
            rows[i * 32 + chance() % 32] ^= (uint8_t)(1 << chance() % 8);
    }
}

static unsigned definition(const uint8_t *a, const uint8_t *b)
{
    unsigned d = 0;
    for (unsigned i = 0; i < 256; i++)
        d += (a[i / 8] ^ b[i / 8]) >> i % 8 & 1;
    return d;
}

static unsigned check(const pdql_kernels *k, const pdql_index *ix, unsigned radius, size_t n_queries)
{
    size_t found = 0, at = 0;
    unsigned wrong = 0;
    if (pdql_index_search(k, ix, rows, n_queries, radius, hits, QUERIES * ROWS, &found))
        return 1;
    for (unsigned q = 0; q < n_queries; q++)
        for (unsigned i = 0; i < ROWS; i++) {
            const unsigned d = definition(rows + q * 32, rows + i * 32);
            if (d > radius)
                continue;
            wrong += at >= found || hits[at].query != q || hits[at].row != i || hits[at].distance != d;
            at++;
        }
    return wrong + (at != found);
}

__attribute__((export_name("tables"))) unsigned tables(void)
{
    unsigned n = 0;
    while (pdql_kernels_at(n))
        n++;
    return n;
}

__attribute__((export_name("run"))) unsigned run(void)
{
    static const uint16_t radii[] = { 0, 1, 15, 30, 31, 32, 47, 62, 63, 64, 127, 256 };
    unsigned wrong = 0;
    fill();
    for (int shape = PDQL_INDEX_SCAN; shape <= PDQL_INDEX_SELF; shape++) {
        size_t work = 0, bytes = 0;
        pdql_index ix;
        if (pdql_index_work_size(ROWS, (pdql_index_shape)shape, &work) || work > ARENA / 2
            || pdql_index_plan(rows, ROWS, (pdql_index_shape)shape, arena, work, &bytes) || bytes > ARENA / 2
            || pdql_index_build(rows, ROWS, arena, work, arena + ARENA / 2, bytes)
            || pdql_index_open(arena + ARENA / 2, bytes, &ix))
            return 1000000;
        for (unsigned t = 0; t < tables(); t++)
            for (unsigned r = 0; r < sizeof radii / sizeof radii[0]; r++) {
                wrong += check(pdql_kernels_at(t), &ix, radii[r], 1);
                wrong += check(pdql_kernels_at(t), &ix, radii[r], QUERIES);
            }
    }
    return wrong;
}
