/*
 * crypto/md5.c - MD5 (RFC 1321)
 */
#include "crypto/md5.h"

#include "base/bits.h"

#include <string.h>

enum { LENGTH_BYTES = 8, STEPS = 64 };

/* The integer part of 2^32 |sin(i + 1)| (RFC 1321, section 3.4). */
static const uint32_t SINES[STEPS] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const uint8_t TURNS[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };

static uint32_t turned(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

/* The function of each round, and which word of the block a step takes. */
static uint32_t mixed(unsigned i, uint32_t b, uint32_t c, uint32_t d, unsigned *word)
{
    switch (i / 16) {
    case 0: *word = i; return (b & c) | (~b & d);
    case 1: *word = (5 * i + 1) % 16; return (d & b) | (~d & c);
    case 2: *word = (3 * i + 5) % 16; return b ^ c ^ d;
    default: *word = 7 * i % 16; return c ^ (b | ~d);
    }
}

static void blocks(uint32_t state[4], const uint8_t *data, size_t n)
{
    for (; n; n--, data += PDQI_MD5_BLOCK) {
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        for (unsigned i = 0; i < STEPS; i++) {
            unsigned word;
            const uint32_t f = mixed(i, b, c, d, &word) + a + SINES[i] + pdqi_load32(data + 4 * word);
            a = d;
            d = c;
            c = b;
            b += turned(f, TURNS[i / 16][i % 4]);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}

void pdqi_md5_init(pdqi_md5 *h)
{
    *h = (pdqi_md5){ .state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } };
}

void pdqi_md5_add(pdqi_md5 *h, const uint8_t *data, size_t n)
{
    const size_t held = (size_t)(h->bytes % PDQI_MD5_BLOCK);
    if (n == 0)
        return;
    h->bytes += n;
    if (held) {
        const size_t room = PDQI_MD5_BLOCK - held, take = n < room ? n : room;
        memcpy(h->pending + held, data, take);
        if (take < room)
            return;
        blocks(h->state, h->pending, 1);
        data += take;
        n -= take;
    }
    blocks(h->state, data, n / PDQI_MD5_BLOCK);
    memcpy(h->pending, data + n - n % PDQI_MD5_BLOCK, n % PDQI_MD5_BLOCK);
}

void pdqi_md5_end(pdqi_md5 *h, uint8_t out[PDQI_MD5])
{
    static const uint8_t PAD[PDQI_MD5_BLOCK] = { 0x80 };
    const uint64_t bits = h->bytes * 8;
    uint8_t length[LENGTH_BYTES];
    const size_t held = (size_t)(h->bytes % PDQI_MD5_BLOCK), end = PDQI_MD5_BLOCK - LENGTH_BYTES;
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        length[i] = (uint8_t)(bits >> 8 * i);
    pdqi_md5_add(h, PAD, held < end ? end - held : end + PDQI_MD5_BLOCK - held);
    pdqi_md5_add(h, length, LENGTH_BYTES);
    for (unsigned i = 0; i < PDQI_MD5; i++)
        out[i] = (uint8_t)(h->state[i / 4] >> 8 * (i % 4));
}
