/*
 * bands.c - the diagonal bit permutation
 */
#include "bands.h"

static uint16_t turn(unsigned x, unsigned left)
{
    x &= 0xffff;
    return (uint16_t)(x << (left & 15) | x >> ((16 - left) & 15));
}

/* The square of 16 x 16 bits, rows and columns exchanged (Warren, Hacker's Delight, 7-3). */
static void transpose(uint16_t a[PDQI_BANDS])
{
    static const uint16_t keep[4] = { 0x00ff, 0x0f0f, 0x3333, 0x5555 };
    for (unsigned step = 0, j = 8; j; step++, j >>= 1)
        for (unsigned i = 0; i < PDQI_BANDS; i++) {
            if (i & j)
                continue;
            const uint16_t t = (uint16_t)(((a[i] >> j) ^ a[i + j]) & keep[step]);
            a[i + j] ^= t;
            a[i] ^= (uint16_t)(t << j);
        }
}

/*
 * Column c of row t has to come to bit t + 5c (mod 16). With c = 4k + i, 5c
 * is 4(k + i) + i: the i-th bit of every four moves up by i fours.
 */
void pdqi_bands_of(const uint8_t *hash, uint16_t bands[PDQI_BANDS])
{
    for (unsigned t = 0; t < PDQI_BANDS; t++) {
        const unsigned w = (unsigned)hash[2 * t] << 8 | hash[2 * t + 1];
        const unsigned spread = turn(w & 0x1111, 0) | turn(w & 0x2222, 4) | turn(w & 0x4444, 8) | turn(w & 0x8888, 12);
        bands[t] = turn(spread, t);
    }
    transpose(bands);
}

void pdqi_bands_to_hash(const uint16_t bands[PDQI_BANDS], uint8_t *hash)
{
    uint16_t a[PDQI_BANDS];
    for (unsigned t = 0; t < PDQI_BANDS; t++)
        a[t] = bands[t];
    transpose(a);
    for (unsigned t = 0; t < PDQI_BANDS; t++) {
        const unsigned w = turn(a[t], 16 - t);
        const unsigned row = turn(w & 0x1111, 0) | turn(w & 0x2222, 12) | turn(w & 0x4444, 8) | turn(w & 0x8888, 4);
        hash[2 * t] = (uint8_t)(row >> 8);
        hash[2 * t + 1] = (uint8_t)row;
    }
}
