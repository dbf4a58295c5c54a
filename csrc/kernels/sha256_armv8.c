/*
 * kernels/sha256_armv8.c - SHA-256 compression with the ARMv8 cryptography extension
 *
 * The instructions keep the state as {A,B,C,D} and {E,F,G,H} and do four
 * rounds each.
 */
#include "kernels/kernels.h"
#include "kernels/sha256_kernels.h"

#if PDQI_ARMV8
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sha2"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("+crypto")
#endif
#include <arm_neon.h>

typedef struct lanes {
    uint32x4_t abcd, efgh, w[4];
} lanes;

static inline __attribute__((always_inline)) void load_state(lanes *l, const uint32_t s[8])
{
    l->abcd = vld1q_u32(s);
    l->efgh = vld1q_u32(s + 4);
}

static inline __attribute__((always_inline)) void add_state(lanes *l, const lanes *before)
{
    l->abcd = vaddq_u32(l->abcd, before->abcd);
    l->efgh = vaddq_u32(l->efgh, before->efgh);
}

static inline __attribute__((always_inline)) void store_state(const lanes *l, uint32_t s[8])
{
    vst1q_u32(s, l->abcd);
    vst1q_u32(s + 4, l->efgh);
}

static inline __attribute__((always_inline)) void load_block(lanes *l, const uint8_t *data)
{
    for (int i = 0; i < 4; i++)
        l->w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data + 16 * i)));
}

/* Four rounds with the words of w[i], and the four words that come sixteen later in its place. */
static inline __attribute__((always_inline)) void four_rounds(lanes *l, int i, int more)
{
    const uint32x4_t kw = vaddq_u32(l->w[i & 3], vld1q_u32(pdqi_sha256_k + 4 * i)), abcd = l->abcd;
    l->abcd = vsha256hq_u32(l->abcd, l->efgh, kw);
    l->efgh = vsha256h2q_u32(l->efgh, abcd, kw);
    if (more)
        l->w[i & 3] = vsha256su1q_u32(vsha256su0q_u32(l->w[i & 3], l->w[(i + 1) & 3]), l->w[(i + 2) & 3],
                                      l->w[(i + 3) & 3]);
}

#include "kernels/sha256_body.h"

const pdqi_sha_kernels pdqi_sha_armv8 = { blocks, each };

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
