/*
 * crypto/sha256.c - SHA-256 over the compression kernels
 */
#include "crypto/sha256.h"

#include <string.h>

enum { LENGTH_BYTES = 8, BATCH = 32 };

static const uint32_t INITIAL[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static void store_state(const uint32_t state[8], uint8_t *out)
{
    for (unsigned i = 0; i < 8; i++)
        for (unsigned b = 0; b < 4; b++)
            out[4 * i + b] = (uint8_t)(state[i] >> (24 - 8 * b));
}

void pdqi_sha256_init(pdqi_sha256 *h, const pdqi_sha_kernels *k)
{
    h->k = k;
    h->bytes = 0;
    memcpy(h->state, INITIAL, sizeof INITIAL);
}

void pdqi_sha256_add(pdqi_sha256 *h, const uint8_t *data, size_t n)
{
    const size_t held = (size_t)(h->bytes % PDQI_SHA_BLOCK);
    if (n == 0)
        return;
    h->bytes += n;
    if (held) {
        const size_t room = PDQI_SHA_BLOCK - held, take = n < room ? n : room;
        memcpy(h->pending + held, data, take);
        if (take < room)
            return;
        h->k->blocks(h->state, h->pending, 1);
        data += take;
        n -= take;
    }
    h->k->blocks(h->state, data, n / PDQI_SHA_BLOCK);
    memcpy(h->pending, data + n - n % PDQI_SHA_BLOCK, n % PDQI_SHA_BLOCK);
}

void pdqi_sha256_end(pdqi_sha256 *h, uint8_t out[PDQI_HASH])
{
    const uint64_t bits = h->bytes * 8;
    size_t held = (size_t)(h->bytes % PDQI_SHA_BLOCK);
    h->pending[held++] = 0x80;
    if (held > PDQI_SHA_BLOCK - LENGTH_BYTES) {
        memset(h->pending + held, 0, PDQI_SHA_BLOCK - held);
        h->k->blocks(h->state, h->pending, 1);
        held = 0;
    }
    memset(h->pending + held, 0, PDQI_SHA_BLOCK - LENGTH_BYTES - held);
    for (unsigned b = 0; b < LENGTH_BYTES; b++)
        h->pending[PDQI_SHA_BLOCK - LENGTH_BYTES + b] = (uint8_t)(bits >> (56 - 8 * b));
    h->k->blocks(h->state, h->pending, 1);
    store_state(h->state, out);
}

/* n messages of `blocks` whole blocks each, side by side. */
static void padded(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, size_t blocks, uint8_t *out)
{
    const size_t stride = PDQI_SHA_BLOCK * blocks;
    while (n) {
        const size_t m = n < BATCH ? n : BATCH;
        uint32_t states[BATCH][8];
        for (size_t i = 0; i < m; i++)
            memcpy(states[i], INITIAL, sizeof INITIAL);
        for (size_t b = 0; b < blocks; b++)
            k->each(states, data + PDQI_SHA_BLOCK * b, stride, m);
        for (size_t i = 0; i < m; i++)
            store_state(states[i], out + PDQI_HASH * i);
        data += stride * m;
        out += PDQI_HASH * m;
        n -= m;
    }
}

void pdqi_sha256_padded(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t *out)
{
    padded(k, data, n, 1, out);
}

void pdqi_sha256_padded2(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t *out)
{
    padded(k, data, n, 2, out);
}

pdql_status pdql_sha256(const pdql_kernels *k, const uint8_t *data, size_t n, uint8_t out[PDQI_HASH])
{
    if (!k || !out || (!data && n))
        return PDQL_ERR_ARG;
    pdqi_sha256 h;
    pdqi_sha256_init(&h, k->sha);
    pdqi_sha256_add(&h, data, n);
    pdqi_sha256_end(&h, out);
    return PDQL_OK;
}
