/*
 * assumed.h - what the proofs take on trust: contracts of functions that the proved files call and that are not proved
 */
#ifndef PROOF_ASSUMED_H
#define PROOF_ASSUMED_H

#include "base/bytes.h"
#include "crypto/ed25519.h"
#include "crypto/merkle.h"
#include "crypto/sha256.h"

/*@ requires \valid(h);
    assigns *h; */
void pdqi_sha256_init(pdqi_sha256 *h, const pdqi_sha_kernels *k);

/*@ requires \valid(h) && \valid_read(data + (0 .. n - 1));
    assigns *h; */
void pdqi_sha256_add(pdqi_sha256 *h, const uint8_t *data, size_t n);

/*@ requires \valid(h) && \valid(out + (0 .. 31));
    assigns *h, out[0 .. 31]; */
void pdqi_sha256_end(pdqi_sha256 *h, uint8_t out[PDQI_HASH]);

/*@ requires \valid_read(public_key + (0 .. 31)) && \valid_read(signature + (0 .. 63));
    requires \valid_read(message + (0 .. n - 1));
    assigns \nothing; */
pdql_status pdql_ed25519_check(const pdql_provider *p, const uint8_t public_key[32], const uint8_t signature[64],
                               const uint8_t *message, size_t n);

/*@ requires \valid_read(p + (0 .. 7));
    assigns \nothing; */
uint64_t pdqi_load_be64(const uint8_t *p);

/*@ requires \valid_read(data + (0 .. n - 1)) && \valid(out + (0 .. 31));
    assigns out[0 .. 31]; */
void pdqi_leaf_hash(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t out[PDQI_HASH]);

/*@ requires \valid_read(start + (0 .. 31)) && \valid_read(rest + (0 .. 32 * n - 1)) && \valid(roots + (0 .. 63));
    assigns roots[0 .. 63]; */
int pdqi_consistency_roots(const pdqi_sha_kernels *k, uint64_t old_size, uint64_t new_size,
                           const uint8_t start[PDQI_HASH], const uint8_t *rest, size_t n, uint8_t roots[2 * PDQI_HASH]);

/*@ requires \valid_read(leaf + (0 .. 31)) && \valid_read(path + (0 .. 32 * n - 1)) && \valid_read(root + (0 .. 31));
    assigns \nothing; */
pdql_status pdql_inclusion_check(const pdql_kernels *k, uint64_t index, uint64_t size, const uint8_t leaf[32],
                                 const uint8_t *path, size_t n, const uint8_t root[32]);

#endif
