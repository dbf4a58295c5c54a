/*
 * base/bits.h - words out of bytes, and bits counted, on any machine
 */
#ifndef PDQI_BASE_BITS_H
#define PDQI_BASE_BITS_H

#include <stdint.h>
#include <string.h>

static inline uint64_t pdqi_load64(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

static inline uint32_t pdqi_load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint32_t pdqi_load16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline void pdqi_store16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void pdqi_store32(uint8_t *p, uint32_t v)
{
    pdqi_store16(p, v);
    pdqi_store16(p + 2, v >> 16);
}

static inline void pdqi_store64(uint8_t *p, uint64_t v)
{
    pdqi_store32(p, (uint32_t)v);
    pdqi_store32(p + 4, (uint32_t)(v >> 32));
}

/* Set bits, without an instruction for it (Warren, Hacker's Delight, 5-1). */
static inline unsigned pdqi_popcount64(uint64_t x)
{
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (unsigned)((x * 0x0101010101010101u) >> 56);
}

/* The place of the lowest set bit; x is not 0. */
static inline unsigned pdqi_lowest(uint64_t x)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(x);
#else
    return pdqi_popcount64(~x & (x - 1));
#endif
}

/* The place of the set bit of `x` with `n` set bits below it; x has more than n. */
static inline unsigned pdqi_select64(uint64_t x, unsigned n)
{
    unsigned at = 0;
    for (unsigned half = 32; half >= 8; half /= 2) {
        const unsigned below = pdqi_popcount64(x & (((uint64_t)1 << half) - 1));
        if (n >= below) {
            n -= below;
            at += half;
            x >>= half;
        } else {
            x &= ((uint64_t)1 << half) - 1;
        }
    }
    for (; n; n--)
        x &= x - 1;
    return at + pdqi_lowest(x);
}

/* Asks for the memory at `p` early, where there is a way to; never faults. */
static inline void pdqi_prefetch(const void *p)
{
#if defined(__GNUC__)
    __builtin_prefetch(p);
#else
    (void)p;
#endif
}

/*
 * The same for more lines than the first cache can wait for at a time: they come to the second, where that was
 * measured to help.
 */
static inline void pdqi_prefetch_many(const void *p)
{
#if defined(__GNUC__) && defined(__x86_64__)
    __builtin_prefetch(p, 0, 2);
#else
    pdqi_prefetch(p);
#endif
}

#endif
