/*
 * list/ciphertext.c - from an encrypted file's bytes to the endorsed file
 *
 * docs/formats/list.md, section 5. What comes before is in list/verify.c, what needs
 * the key in list/content.c and list/keypoints_section.c.
 */
#include "list/list.h"

void pdqi_begin_leaf(pdql_list *l)
{
    static const uint8_t prefix = 0;
    pdqi_sha256_init(&l->leaf, l->sha);
    pdqi_sha256_add(&l->leaf, &prefix, 1);
}

static void end_leaf(pdql_list *l)
{
    uint8_t hash[PDQI_HASH];
    pdqi_sha256_end(&l->leaf, hash);
    pdqi_tree_add(&l->tree, l->sha, hash, 1);
    pdqi_begin_leaf(l);
}

pdql_status pdql_list_ciphertext(pdql_list *l, const uint8_t *data, size_t n)
{
    if (!l || (!data && n))
        return PDQL_ERR_ARG;
    if (l->verdict != PDQL_OK)
        return l->verdict;
    if (l->stage != PDQI_ENDORSED)
        return PDQL_ERR_ORDER;
    if (n > pdqi_file_bytes(l) - l->taken)
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    if (l->section == PDQI_DELTA) {
        for (; n && l->taken < PDQI_COB_HEAD; n--, l->taken++, data++) {
            l->cob_head[l->taken] = *data;
            pdqi_sha256_add(&l->leaf, data, 1);
        }
        pdqi_sha256_add(&l->leaf, data, n);
        l->taken += n;
        return PDQL_OK;
    }
    while (n) {
        const int in_head = l->taken < PDQI_COB_HEAD;
        const size_t length = in_head ? PDQI_COB_HEAD : PDQI_PAGE + PDQI_TAG;
        const size_t at = (size_t)(in_head ? l->taken : (l->taken - PDQI_COB_HEAD) % length);
        const size_t take = n < length - at ? n : length - at;
        if (in_head)
            memcpy(l->cob_head + at, data, take);
        pdqi_sha256_add(&l->leaf, data, take);
        l->taken += take;
        data += take;
        n -= take;
        if (at + take == length)
            end_leaf(l);
    }
    return PDQL_OK;
}

pdql_status pdql_list_ciphertext_end(pdql_list *l)
{
    uint8_t root[PDQI_HASH];
    if (!l)
        return PDQL_ERR_ARG;
    if (l->verdict != PDQL_OK)
        return l->verdict;
    if (l->stage != PDQI_ENDORSED)
        return PDQL_ERR_ORDER;
    if (l->taken != pdqi_file_bytes(l))
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    const uint8_t *expected = l->ct_root;
    if (l->section == PDQI_DELTA) {
        pdqi_sha256_end(&l->leaf, root);
        expected = l->delta.line.sha256;
    } else {
        end_leaf(l); /* the last piece is always short */
        pdqi_tree_root(&l->tree, l->sha, root);
        if (l->section == PDQI_KEYPOINTS)
            expected = l->keypoints_ct_root;
    }
    if (memcmp(root, expected, PDQI_HASH)
        || (l->section == PDQI_LIST && memcmp(l->cob_head + PDQI_SALT, l->key_commit, 32)))
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    memset(&l->tree, 0, sizeof l->tree);
    l->stage = PDQI_SEALED;
    return PDQL_OK;
}
