/*
 * base/bytes.c - big-endian numbers
 */
#include "base/bytes.h"

uint64_t pdqi_load_be64(const uint8_t *p)
{
    uint64_t x = 0;
    for (int i = 0; i < 8; i++)
        x = x << 8 | p[i];
    return x;
}

void pdqi_store_be(uint8_t *p, uint64_t x, size_t n)
{
    for (; n--; x >>= 8)
        p[n] = (uint8_t)x;
}
