/*
 * uncrop/outer_product.c - how simple a row is
 *
 * Bars, borders, pages, cards and charts give hashes whose 16 x 16 signs are nearly one
 * outer product, u v'. Strangers of that kind agree by construction, so a row that an outer
 * product describes in fewer than 256 bits is no surprise, and what is saved is taken off
 * its scores: 31 bits for u and v, log2 of C(256, wrong) for the places where it is wrong.
 */
#include "uncrop/model.h"

#include "base/bits.h"
#include "uncrop/outer_tables.h"

enum { ROUNDS = 3, SIDE = 16 };

static unsigned ones(uint32_t v)
{
    v -= v >> 1 & 0x5555;
    v = (v & 0x3333) + (v >> 2 & 0x3333);
    return ((v + (v >> 4)) & 0x0f0f) % 255;
}

/* Bits that the best outer product with columns `v` explains; replaces `v` by the best one for its rows. */
static unsigned fit(const uint32_t line[SIDE], uint32_t *v)
{
    unsigned right = 0, count[SIDE] = { 0 };
    for (unsigned i = 0; i < SIDE; i++) {
        const unsigned off = ones(line[i] ^ *v);
        const uint32_t as = off > SIDE / 2 ? line[i] ^ 0xffff : line[i];
        right += off > SIDE / 2 ? off : SIDE - off;
        for (unsigned j = 0; j < SIDE; j++)
            count[j] += as >> j & 1;
    }
    *v = 0;
    for (unsigned j = 0; j < SIDE; j++)
        *v |= (uint32_t)(count[j] > SIDE / 2) << j;
    return right;
}

unsigned pdqi_uncrop_outer(const uint8_t *row)
{
    uint32_t line[SIDE];
    unsigned best = 0;
    for (unsigned i = 0; i < SIDE; i++)
        line[i] = (uint32_t)row[31 - 2 * i] | (uint32_t)row[30 - 2 * i] << 8;
    for (unsigned start = 0; start < SIDE; start++) {
        uint32_t v = line[start];
        for (unsigned round = 0; round < ROUNDS; round++) {
            const unsigned right = fit(line, &v);
            best = right > best ? right : best;
        }
    }
    return best;
}

int32_t pdqi_uncrop_saved(const uint8_t *row)
{
    return SAVED[PDQL_HASH_BITS - pdqi_uncrop_outer(row)];
}
