/*
 * kernels/uncrop_portable.c - the coarse scan of tier 2 in plain C; what the others must equal
 */
#include "kernels/uncrop_kernels.h"

#include <string.h>

/* Bits stay where they are in memory, so no byte order is involved. */
static inline uint64_t load(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store(uint8_t *p, uint64_t v)
{
    memcpy(p, &v, sizeof v);
}

#define V uint64_t
#define V_BYTES 8
#define V_LOAD(p) load(p)
#define V_STORE(p, v) store(p, v)
#define V_ZERO 0
#define V_ONES (~(uint64_t)0)
#define V_XOR(a, b) ((a) ^ (b))
#define V_AND(a, b) ((a) & (b))
#define V_CHOOSE(s, a, b) ((b) ^ ((s) & ((a) ^ (b))))
#define V_ANY(v) ((v) != 0)
#include "kernels/uncrop_strong.h"

const pdqi_uncrop_kernels pdqi_uncrop_portable = { strong };
