/*
 * dct.c - the last third of PDQ: DCT, median, bits, quality
 *
 * Float sums run over k in ascending order for every element, so vector units
 * work across elements and never change a result. Source: Meta's PDQ
 * (pdqhashing.cpp, torben.cpp), docs/hash.md.
 */
#include "dct.h"
#include "hash_kernels.h"

#include <string.h>

/* An order of floats as unsigned integers; -0 comes just before +0, NaN never occurs. */
static uint32_t key_of(float value)
{
    uint32_t bits;
    value += 0.0f; /* -0 becomes +0: equal values, equal keys */
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* Bisection on the key: 32 counts over 256 values, no branch on data. */
float pdqi_median256(const float values[256])
{
    uint32_t keys[256], low = 0;
    for (int i = 0; i < 256; i++)
        keys[i] = key_of(values[i]);
    for (uint32_t bit = 0x80000000u; bit; bit >>= 1) {
        const uint32_t trial = low | bit;
        int below = 0;
        for (int i = 0; i < 256; i++)
            below += keys[i] < trial;
        if (below < 128)
            low = trial;
    }
    const uint32_t bits = low & 0x80000000u ? low & 0x7fffffffu : ~low;
    float median;
    memcpy(&median, &bits, sizeof median);
    return median;
}

void pdqi_bits_of(const pdqi_dct *dct, uint8_t bits[PDQL_HASH_BYTES])
{
    const float *c = (const float *)dct;
    const float median = pdqi_median256(c);
    memset(bits, 0, PDQL_HASH_BYTES);
    for (unsigned k = 0; k < 256; k++)
        bits[31 - k / 8] |= (uint8_t)((c[k] > median) << (k % 8));
}

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

void pdqi_dct_of(const float plane[64][64], pdqi_dct *out)
{
    pdqi_hash_portable.dct(plane, out);
}

uint8_t pdqi_quality_of(const float plane[64][64])
{
    return pdqi_hash_portable.quality(plane);
}
