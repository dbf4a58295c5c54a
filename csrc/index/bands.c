/*
 * index/bands.c - the diagonal bit permutation, four rows of 16 bits in a word
 */
#include "index/bands.h"
#include "base/bits.h"

enum { WORDS = PDQI_BANDS / 4 };

#define LANES(x) ((uint64_t)(x) * 0x0001000100010001u)

/* Each row of 16 bits turned left by `by`, 0..15. */
static inline uint64_t turn(uint64_t x, unsigned by)
{
    const uint64_t low = LANES((1u << by) - 1);
    return (x << by & ~low) | (x >> (16 - by) & low);
}

/* The rows of word `w` turned left by their numbers. */
static inline uint64_t turn_rows(uint64_t x, unsigned w)
{
    const uint64_t odd = 0xffff0000ffff0000u, second = 0xffffffff00000000u;
    x = turn(x, 4 * w);
    x = (x & ~odd) | (turn(x, 1) & odd);
    return (x & ~second) | (turn(x, 2) & second);
}

/* And back. */
static inline uint64_t return_rows(uint64_t x, unsigned w)
{
    const uint64_t odd = 0xffff0000ffff0000u, second = 0xffffffff00000000u;
    x = turn(x, (16 - 4 * w) % 16);
    x = (x & ~odd) | (turn(x, 15) & odd);
    return (x & ~second) | (turn(x, 14) & second);
}

/* The square of 16 x 16 bits, rows and columns exchanged (Warren, Hacker's Delight, 7-3). */
static void transpose(uint64_t a[WORDS])
{
    for (unsigned i = 0; i < 2; i++) {
        const uint64_t t = (a[i] >> 8 ^ a[i + 2]) & LANES(0x00ff);
        a[i + 2] ^= t;
        a[i] ^= t << 8;
    }
    for (unsigned i = 0; i < WORDS; i += 2) {
        const uint64_t t = (a[i] >> 4 ^ a[i + 1]) & LANES(0x0f0f);
        a[i + 1] ^= t;
        a[i] ^= t << 4;
    }
    for (unsigned i = 0; i < WORDS; i++) {
        const uint64_t two = (a[i] >> 2 ^ a[i] >> 32) & 0x0000000033333333u;
        a[i] ^= two << 32 ^ two << 2;
        const uint64_t one = (a[i] >> 1 ^ a[i] >> 16) & 0x0000555500005555u;
        a[i] ^= one << 16 ^ one << 1;
    }
}

static inline uint64_t swap_bytes(uint64_t x)
{
    return (x & LANES(0x00ff)) << 8 | (x >> 8 & LANES(0x00ff));
}

/*
 * Column c of row t has to come to bit t + 5c (mod 16). With c = 4k + i, 5c
 * is 4(k + i) + i: the i-th bit of every four moves up by i fours.
 */
void pdqi_bands_of(const uint8_t *hash, uint16_t bands[PDQI_BANDS])
{
    uint64_t a[WORDS];
    for (unsigned w = 0; w < WORDS; w++) {
        const uint64_t x = swap_bytes(pdqi_load64(hash + 8 * w));
        const uint64_t spread = (x & LANES(0x1111)) | turn(x & LANES(0x2222), 4) | turn(x & LANES(0x4444), 8)
            | turn(x & LANES(0x8888), 12);
        a[w] = turn_rows(spread, w);
    }
    transpose(a);
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        bands[b] = (uint16_t)(a[b / 4] >> 16 * (b % 4));
}

void pdqi_bands_to_hash(const uint16_t bands[PDQI_BANDS], uint8_t *hash)
{
    uint64_t a[WORDS] = { 0 };
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        a[b / 4] |= (uint64_t)bands[b] << 16 * (b % 4);
    transpose(a);
    for (unsigned w = 0; w < WORDS; w++) {
        const uint64_t x = return_rows(a[w], w);
        const uint64_t row = (x & LANES(0x1111)) | turn(x & LANES(0x2222), 12) | turn(x & LANES(0x4444), 8)
            | turn(x & LANES(0x8888), 4);
        pdqi_store64(hash + 8 * w, swap_bytes(row));
    }
}
