/*
 * crypto/sha256.h - SHA-256 (FIPS 180-4) for the list room; the one primitive of our own
 */
#ifndef PDQI_CRYPTO_SHA256_H
#define PDQI_CRYPTO_SHA256_H

#include "kernels/kernels.h"
#include "kernels/sha256_kernels.h"
#include "pdqlite_parts.h"

enum { PDQI_HASH = 32, PDQI_SHA_BLOCK = 64 };

typedef struct pdqi_sha256 {
    const pdqi_sha_kernels *k;
    uint64_t bytes;
    uint32_t state[8];
    uint8_t pending[PDQI_SHA_BLOCK];
} pdqi_sha256;

void pdqi_sha256_init(pdqi_sha256 *h, const pdqi_sha_kernels *k);
void pdqi_sha256_add(pdqi_sha256 *h, const uint8_t *data, size_t n);
/* Writes the digest; the state is of no further use. */
void pdqi_sha256_end(pdqi_sha256 *h, uint8_t out[PDQI_HASH]);

/*
 * Hashes n messages of 64 bytes that already carry their own padding (messages
 * of at most 55 bytes), message i at data + 64 * i, digest i to out + 32 * i.
 */
void pdqi_sha256_padded(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t *out);

/* Hashes n messages of two such blocks (56 to 119 bytes), message i at data + 128 * i. */
void pdqi_sha256_padded2(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t *out);

#endif
