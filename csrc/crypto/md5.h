/*
 * crypto/md5.h - MD5 (RFC 1321), for lists that hold nothing better
 *
 * Two files with one MD5 can be made at will; a second file for a given MD5 cannot.
 */
#ifndef PDQI_CRYPTO_MD5_H
#define PDQI_CRYPTO_MD5_H

#include <stddef.h>
#include <stdint.h>

enum { PDQI_MD5 = 16, PDQI_MD5_BLOCK = 64 };

typedef struct pdqi_md5 {
    uint64_t bytes;
    uint32_t state[4];
    uint8_t pending[PDQI_MD5_BLOCK];
} pdqi_md5;

void pdqi_md5_init(pdqi_md5 *h);
void pdqi_md5_add(pdqi_md5 *h, const uint8_t *data, size_t n);
/* Writes the digest; the state is of no further use. */
void pdqi_md5_end(pdqi_md5 *h, uint8_t out[PDQI_MD5]);

#endif
