/*
 * kernels/hash_portable.c - the hashing kernels in plain C: what the others must equal
 */
#include "kernels/hash_kernels.h"
#include "kernels/hash_body.h"

static void weigh(const pdqi_rows *rows, size_t bytes, int16_t *const out[2])
{
    for (int v = 0; v < 2 && out[v]; v++) {
        for (size_t x = 0; x < bytes; x++)
            out[v][x] = (int16_t)-PDQI_BIAS;
        for (size_t r = 0; r < rows->n; r++) {
            const uint8_t *row = rows->row[r];
            const unsigned weight = rows->weight[v][r];
            for (size_t x = 0; x < bytes; x++)
                out[v][x] = (int16_t)(uint16_t)((uint16_t)out[v][x] + weight * row[x]);
        }
    }
}

static void dots(const pdqi_line *line, const int16_t *values, int64_t sum[PDQI_SUMS])
{
    for (uint32_t i = 0; i < line->sums; i++)
        sum[i] += dot_one(line, values, i);
}

const pdqi_hash_kernels pdqi_hash_portable = { weigh,   dots,    cells_of,    dct_of,     dct_once_of, quality_of,
                                               bits_of, mix_any, gather_each, samples_of, NULL };
