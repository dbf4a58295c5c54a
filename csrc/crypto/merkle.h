/*
 * crypto/merkle.h - RFC 6962 trees over SHA-256: roots as leaves arrive, and proofs
 */
#ifndef PDQI_CRYPTO_MERKLE_H
#define PDQI_CRYPTO_MERKLE_H

#include "crypto/sha256.h"

/* SHA-256(00 || data): the hash of a leaf. */
void pdqi_leaf_hash(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t out[PDQI_HASH]);

/* SHA-256(01 || left || right), n pairs: pair i at pairs + 64 * i. `out` may be `pairs`. */
void pdqi_node_hashes(const pdqi_sha_kernels *k, const uint8_t *pairs, size_t n, uint8_t *out);

/* Adds n leaf hashes in order. */
void pdqi_tree_add(pdql_tree *t, const pdqi_sha_kernels *k, const uint8_t *leaves, size_t n);

/* The root over all leaves so far; the tree may grow on. */
void pdqi_tree_root(const pdql_tree *t, const pdqi_sha_kernels *k, uint8_t out[PDQI_HASH]);

#endif
