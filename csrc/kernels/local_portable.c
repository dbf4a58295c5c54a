/*
 * local_portable.c - the hot loops of local signatures in plain C
 */
#include "local_kernels.h"

enum { BLOCK = 256 };

static void weigh(const uint16_t *const *rows, const uint16_t *taps, size_t n_taps, uint16_t *out, size_t n)
{
    uint32_t sum[BLOCK];
    for (size_t base = 0; base < n; base += BLOCK) {
        const size_t m = n - base < BLOCK ? n - base : BLOCK;
        for (size_t x = 0; x < m; x++)
            sum[x] = 32768;
        for (size_t t = 0; t < n_taps; t++) {
            const uint16_t *const row = rows[t] + base;
            const uint32_t tap = taps[t];
            for (size_t x = 0; x < m; x++)
                sum[x] += tap * row[x];
        }
        for (size_t x = 0; x < m; x++)
            out[base + x] = (uint16_t)(sum[x] >> 16);
    }
}

static unsigned ones(uint64_t v)
{
    v -= v >> 1 & 0x5555555555555555u;
    v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
    v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (unsigned)(v * 0x0101010101010101u >> 56);
}

static size_t near(uint64_t bits, unsigned most, const uint64_t *words, size_t n, uint64_t *found)
{
    size_t total = 0;
    for (size_t base = 0; base < n; base += 64) {
        const size_t m = n - base < 64 ? n - base : 64;
        uint64_t mask = 0;
        for (size_t i = 0; i < m; i++)
            mask |= (uint64_t)(ones(words[base + i] ^ bits) <= most) << i;
        found[base / 64] = mask;
        total += ones(mask);
    }
    return total;
}

const pdqi_local_kernels pdqi_local_portable = { weigh, near };
