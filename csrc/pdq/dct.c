/*
 * pdq/dct.c - the last third of PDQ, as far as it is not a kernel: turning
 *
 * Source: Meta's PDQ (pdqhashing.cpp, torben.cpp), docs/explanation/hashing.md.
 */
#include "pdq/dct.h"
#include "kernels/hash_kernels.h"

const uint8_t pdqi_turned_at[4][2] = { { 0, 6 }, { 5, 1 }, { 4, 3 }, { 2, 7 } };

void pdqi_dct_turn(const pdqi_dct *in, unsigned which, pdqi_dct *out)
{
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++) {
            float v = in->c[i][j];
            if ((which & 1) && !(j & 1))
                v = -v;
            if ((which & 2) && !(i & 1))
                v = -v;
            if (which & 4)
                out->c[j][i] = v;
            else
                out->c[i][j] = v;
        }
}

/* Swaps blocks of bits over the diagonal, halves, then quarters of them and on. */
void pdqi_bits_transpose(uint8_t bits[PDQL_HASH_BYTES])
{
    uint32_t row[16];
    for (int i = 0; i < 16; i++)
        row[i] = (uint32_t)bits[31 - 2 * i] | (uint32_t)bits[30 - 2 * i] << 8;
    for (uint32_t s = 8, mask = 0x00ff; s; s >>= 1, mask ^= mask << s)
        for (uint32_t i = 0; i < 16; i++) {
            if (i & s)
                continue;
            const uint32_t swap = (row[i] >> s ^ row[i + s]) & mask;
            row[i + s] ^= swap;
            row[i] ^= swap << s;
        }
    for (int i = 0; i < 16; i++) {
        bits[31 - 2 * i] = (uint8_t)row[i];
        bits[30 - 2 * i] = (uint8_t)(row[i] >> 8);
    }
}

void pdqi_dct_of(const float plane[64][64], pdqi_dct *out)
{
    pdqi_hash_portable.dct(plane, out);
}

uint8_t pdqi_quality_of(const float plane[64][64])
{
    return pdqi_hash_portable.quality(plane);
}

void pdqi_bits_of(const pdqi_dct *dct, uint8_t bits[PDQL_HASH_BYTES])
{
    pdqi_hash_portable.bits(dct, bits);
}
