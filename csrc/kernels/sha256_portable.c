/*
 * kernels/sha256_portable.c - SHA-256 compression as FIPS 180-4 section 6.2.2 writes it
 */
#include "kernels/sha256_kernels.h"

const uint32_t pdqi_sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static inline uint32_t load_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint32_t big_sigma0(uint32_t x)
{
    return rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22);
}
static inline uint32_t big_sigma1(uint32_t x)
{
    return rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25);
}
static inline uint32_t small_sigma0(uint32_t x)
{
    return rotr(x, 7) ^ rotr(x, 18) ^ x >> 3;
}
static inline uint32_t small_sigma1(uint32_t x)
{
    return rotr(x, 17) ^ rotr(x, 19) ^ x >> 10;
}

/* W[t] for t >= 16, kept in a ring of the last sixteen words. */
static inline uint32_t schedule(uint32_t w[16], unsigned t)
{
    return w[t & 15] += small_sigma1(w[(t + 14) & 15]) + w[(t + 9) & 15] + small_sigma0(w[(t + 1) & 15]);
}

/* One round; the caller renames the variables instead of moving them. */
#define ROUND(a, b, c, d, e, f, g, h, kw) \
    do { \
        const uint32_t t1 = h + big_sigma1(e) + (g ^ (e & (f ^ g))) + (kw); \
        d += t1; \
        h = t1 + big_sigma0(a) + ((a & b) | (c & (a | b))); \
    } while (0)

/* Eight rounds bring every name back to its place. */
#define EIGHT(t, W) \
    do { \
        ROUND(a, b, c, d, e, f, g, h, pdqi_sha256_k[(t) + 0] + W((t) + 0)); \
        ROUND(h, a, b, c, d, e, f, g, pdqi_sha256_k[(t) + 1] + W((t) + 1)); \
        ROUND(g, h, a, b, c, d, e, f, pdqi_sha256_k[(t) + 2] + W((t) + 2)); \
        ROUND(f, g, h, a, b, c, d, e, pdqi_sha256_k[(t) + 3] + W((t) + 3)); \
        ROUND(e, f, g, h, a, b, c, d, pdqi_sha256_k[(t) + 4] + W((t) + 4)); \
        ROUND(d, e, f, g, h, a, b, c, pdqi_sha256_k[(t) + 5] + W((t) + 5)); \
        ROUND(c, d, e, f, g, h, a, b, pdqi_sha256_k[(t) + 6] + W((t) + 6)); \
        ROUND(b, c, d, e, f, g, h, a, pdqi_sha256_k[(t) + 7] + W((t) + 7)); \
    } while (0)

#define LOADED(t) (w[t] = load_be32(data + 4 * (size_t)(t)))
#define SCHEDULED(t) schedule(w, t)

static void compress(uint32_t s[8], const uint8_t *data)
{
    uint32_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7], w[16];
    EIGHT(0, LOADED);
    EIGHT(8, LOADED);
    for (unsigned t = 16; t < 64; t += 16) {
        EIGHT(t, SCHEDULED);
        EIGHT(t + 8, SCHEDULED);
    }
    s[0] += a, s[1] += b, s[2] += c, s[3] += d, s[4] += e, s[5] += f, s[6] += g, s[7] += h;
}

static void blocks(uint32_t state[8], const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        compress(state, data + 64 * i);
}

static void each(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t n)
{
    for (size_t i = 0; i < n; i++)
        compress(states[i], data + stride * i);
}

const pdqi_sha_kernels pdqi_sha_portable = { blocks, each };
