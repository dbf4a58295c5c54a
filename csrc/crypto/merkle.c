/*
 * crypto/merkle.c - RFC 6962 trees over SHA-256
 *
 * A growing tree is held as the roots of its perfect subtrees, one for each
 * bit set in its size (RFC 6962 section 2.1). Proofs are checked by the shape
 * of the tree alone: it fixes how many nodes a proof has and on which side
 * each stands, so there is one valid proof for a pair of sizes.
 */
#include "crypto/merkle.h"

#include <string.h>

enum { PAIR = 2 * PDQI_HASH, MESSAGE = 2 * PDQI_SHA_BLOCK, NODES = 16, SPAN = 64 };

void pdqi_leaf_hash(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t out[PDQI_HASH])
{
    static const uint8_t prefix = 0;
    pdqi_sha256 h;
    pdqi_sha256_init(&h, k);
    pdqi_sha256_add(&h, &prefix, 1);
    pdqi_sha256_add(&h, data, n);
    pdqi_sha256_end(&h, out);
}

void pdqi_node_hashes(const pdqi_sha_kernels *k, const uint8_t *pairs, size_t n, uint8_t *out)
{
    uint8_t messages[NODES * MESSAGE];
    memset(messages, 0, sizeof messages);
    while (n) {
        const size_t m = n < NODES ? n : NODES;
        for (size_t i = 0; i < m; i++) {
            uint8_t *message = messages + MESSAGE * i;
            message[0] = 1;
            memcpy(message + 1, pairs + PAIR * i, PAIR);
            message[1 + PAIR] = 0x80;
            message[MESSAGE - 2] = (1 + PAIR) * 8 >> 8;
            message[MESSAGE - 1] = (uint8_t)((1 + PAIR) * 8);
        }
        pdqi_sha256_padded2(k, messages, m, out);
        pairs += PAIR * m;
        out += PDQI_HASH * m;
        n -= m;
    }
}

static void join(const pdqi_sha_kernels *k, const uint8_t *left, const uint8_t *right, uint8_t *out)
{
    uint8_t pair[PAIR];
    memcpy(pair, left, PDQI_HASH);
    memcpy(pair + PDQI_HASH, right, PDQI_HASH);
    pdqi_node_hashes(k, pair, 1, out);
}

/* Adds a perfect subtree of 2^level leaves; the size is a multiple of that. */
static void add_subtree(pdql_tree *t, const pdqi_sha_kernels *k, const uint8_t *root, unsigned level)
{
    uint8_t node[PDQI_HASH];
    memcpy(node, root, PDQI_HASH);
    unsigned at = level;
    for (; t->size >> at & 1; at++)
        join(k, t->nodes[at], node, node);
    memcpy(t->nodes[at], node, PDQI_HASH);
    t->size += (uint64_t)1 << level;
}

void pdqi_tree_add(pdql_tree *t, const pdqi_sha_kernels *k, const uint8_t *leaves, size_t n)
{
    for (; n && t->size % SPAN; n--, leaves += PDQI_HASH)
        add_subtree(t, k, leaves, 0);
    for (; n >= SPAN; n -= SPAN, leaves += SPAN * PDQI_HASH) {
        uint8_t nodes[SPAN * PDQI_HASH];
        memcpy(nodes, leaves, sizeof nodes);
        unsigned level = 0;
        for (size_t m = SPAN / 2; m; m /= 2, level++)
            pdqi_node_hashes(k, nodes, m, nodes);
        add_subtree(t, k, nodes, level);
    }
    for (; n; n--, leaves += PDQI_HASH)
        add_subtree(t, k, leaves, 0);
}

void pdqi_tree_root(const pdql_tree *t, const pdqi_sha_kernels *k, uint8_t out[PDQI_HASH])
{
    uint8_t root[PDQI_HASH];
    unsigned at = 0;
    if (t->size == 0) {
        pdqi_sha256 h;
        pdqi_sha256_init(&h, k);
        pdqi_sha256_end(&h, out);
        return;
    }
    while (!(t->size >> at & 1))
        at++;
    memcpy(root, t->nodes[at], PDQI_HASH);
    for (at++; at < PDQL_TREE_LEVELS; at++)
        if (t->size >> at & 1)
            join(k, t->nodes[at], root, root);
    memcpy(out, root, PDQI_HASH);
}

pdql_status pdql_tree_add(const pdql_kernels *k, pdql_tree *tree, const uint8_t *leaf_hashes, size_t n)
{
    const uint64_t added = n, most = PDQL_TREE_MAX;
    if (!k || !tree || (!leaf_hashes && n) || added > most || tree->size > most - added)
        return PDQL_ERR_ARG;
    pdqi_tree_add(tree, k->sha, leaf_hashes, n);
    return PDQL_OK;
}

pdql_status pdql_tree_root(const pdql_kernels *k, const pdql_tree *tree, uint8_t root[PDQI_HASH])
{
    if (!k || !tree || !root)
        return PDQL_ERR_ARG;
    pdqi_tree_root(tree, k->sha, root);
    return PDQL_OK;
}

static unsigned bit_length(uint64_t x)
{
    unsigned n = 0;
    for (; x; x >>= 1)
        n++;
    return n;
}

static unsigned ones(uint64_t x)
{
    unsigned n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

/*
 * Climbs from `node` at height 0 by `n` proof nodes. Bit i of `path` says that
 * the climbed node is a right child at step i; steps at or past `inner` are on the
 * right border of the tree, where a sibling is always on the left. `left_only`
 * leaves out the right siblings: the same climb in the older, smaller tree.
 */
static void climb(const pdqi_sha_kernels *k, uint8_t node[PDQI_HASH], const uint8_t *proof, size_t n, size_t inner,
                  uint64_t path, int left_only)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *sibling = proof + PDQI_HASH * i;
        if (i >= inner || path >> i & 1)
            join(k, sibling, node, node);
        else if (!left_only)
            join(k, node, sibling, node);
    }
}

pdql_status pdql_inclusion_check(const pdql_kernels *k, uint64_t index, uint64_t size,
                                 const uint8_t leaf_hash[PDQI_HASH], const uint8_t *proof, size_t n,
                                 const uint8_t root[PDQI_HASH])
{
    if (!k || !leaf_hash || !root || (!proof && n))
        return PDQL_ERR_ARG;
    if (index >= size || size > PDQL_TREE_MAX)
        return PDQL_ERR_PROOF;
    const unsigned inner = bit_length(index ^ (size - 1));
    if (n != inner + ones(index >> inner))
        return PDQL_ERR_PROOF;
    uint8_t node[PDQI_HASH];
    memcpy(node, leaf_hash, PDQI_HASH);
    climb(k->sha, node, proof, n, inner, index, 0);
    return memcmp(node, root, PDQI_HASH) ? PDQL_ERR_PROOF : PDQL_OK;
}

int pdqi_consistency_roots(const pdqi_sha_kernels *k, uint64_t old_size, uint64_t new_size,
                           const uint8_t start[PDQI_HASH], const uint8_t *rest, size_t n, uint8_t roots[PAIR])
{
    unsigned shift = 0;
    while (!(old_size >> shift & 1))
        shift++;
    const uint64_t last = old_size - 1;
    const unsigned inner = bit_length(last ^ (new_size - 1)) - shift;
    const unsigned border = ones(last >> (inner + shift));
    if (n != inner + border)
        return 0;
    memcpy(roots, start, PDQI_HASH);
    memcpy(roots + PDQI_HASH, start, PDQI_HASH);
    climb(k, roots, rest, n, inner, last >> shift, 1);
    climb(k, roots + PDQI_HASH, rest, n, inner, last >> shift, 0);
    return 1;
}

pdql_status pdql_consistency_check(const pdql_kernels *k, uint64_t old_size, const uint8_t old_root[PDQI_HASH],
                                   uint64_t new_size, const uint8_t new_root[PDQI_HASH], const uint8_t *proof, size_t n)
{
    if (!k || !old_root || !new_root || (!proof && n))
        return PDQL_ERR_ARG;
    if (old_size > new_size || new_size > PDQL_TREE_MAX)
        return PDQL_ERR_PROOF;
    if (old_size == new_size)
        return n || memcmp(old_root, new_root, PDQI_HASH) ? PDQL_ERR_PROOF : PDQL_OK;
    if (old_size == 0)
        return n ? PDQL_ERR_PROOF : PDQL_OK;
    uint8_t roots[PAIR];
    /* then the proof leaves out its start, which is the old root */
    const int whole = (old_size & (old_size - 1)) == 0;
    if ((!whole && n == 0)
        || !pdqi_consistency_roots(k->sha, old_size, new_size, whole ? old_root : proof,
                                   whole ? proof : proof + PDQI_HASH, n - !whole, roots))
        return PDQL_ERR_PROOF;
    return memcmp(roots, old_root, PDQI_HASH) || memcmp(roots + PDQI_HASH, new_root, PDQI_HASH) ? PDQL_ERR_PROOF
                                                                                                : PDQL_OK;
}
