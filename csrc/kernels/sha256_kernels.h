/*
 * kernels/sha256_kernels.h - SHA-256 compression, one group of functions an instruction set
 *
 * FIPS 180-4, section 6.2.2. A state is the eight words H0..H7 in host order.
 */
#ifndef PDQI_KERNELS_SHA256_KERNELS_H
#define PDQI_KERNELS_SHA256_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef struct pdqi_sha_kernels {
    /* Runs one state over n consecutive 64-byte blocks. */
    void (*blocks)(uint32_t state[8], const uint8_t *data, size_t n);
    /*
     * Runs n states over one 64-byte block each, block i at data + i * stride
     * (stride >= 64). What a Merkle tree needs: many short messages at once.
     */
    void (*each)(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t n);
} pdqi_sha_kernels;

extern const pdqi_sha_kernels pdqi_sha_portable;
extern const pdqi_sha_kernels pdqi_sha_shani;
extern const pdqi_sha_kernels pdqi_sha_armv8;

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
extern const uint32_t pdqi_sha256_k[64];

#endif
