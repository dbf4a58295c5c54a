/*
 * crypto/merkle.h - RFC 6962 trees over SHA-256: roots as leaves arrive, and proofs
 */
#ifndef PDQI_CRYPTO_MERKLE_H
#define PDQI_CRYPTO_MERKLE_H

#include "crypto/sha256.h"
#include "pdqlite_parts.h"

/* SHA-256(00 || data): the hash of a leaf. */
void pdqi_leaf_hash(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t out[PDQI_HASH]);

/* SHA-256(01 || left || right), n pairs: pair i at pairs + 64 * i. `out` may be `pairs`. */
void pdqi_node_hashes(const pdqi_sha_kernels *k, const uint8_t *pairs, size_t n, uint8_t *out);

/*
 * The two roots that a consistency proof leads to (RFC 9162, 2.1.4.2): of the first `old_size` leaves, and of
 * all. `start` is its first node (the root of the old tree where its size is a power of two), `rest` the others.
 * 1 <= old < new. 0 unless the proof has as many nodes as the sizes ask. A second root that is known to be right
 * makes the first one so.
 */
int pdqi_consistency_roots(const pdqi_sha_kernels *k, uint64_t old_size, uint64_t new_size,
                           const uint8_t start[PDQI_HASH], const uint8_t *rest, size_t n, uint8_t roots[2 * PDQI_HASH]);

/* Adds n leaf hashes in order. */
void pdqi_tree_add(pdql_tree *t, const pdqi_sha_kernels *k, const uint8_t *leaves, size_t n);

/* The root over all leaves so far; the tree may grow on. */
void pdqi_tree_root(const pdql_tree *t, const pdqi_sha_kernels *k, uint8_t out[PDQI_HASH]);

#endif
