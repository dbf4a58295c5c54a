/*
 * list/ciphertext.c - from an encrypted file's bytes to the endorsed file
 *
 * docs/formats/list-content.md, section 5. What comes before is in list/verify.c, what needs
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

pdql_status pdql_list_ciphertext(pdql_list *list, const uint8_t *data, size_t n)
{
    if (!list || (!data && n))
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_ENDORSED)
        return PDQL_ERR_ORDER;
    if (n > pdqi_file_bytes(list) - list->taken)
        return list->verdict = PDQL_LIST_CT_MISMATCH;
    if (list->section == PDQI_DELTA) {
        for (; n && list->taken < PDQI_COB_HEAD; n--, list->taken++, data++) {
            list->cob_head[list->taken] = *data;
            pdqi_sha256_add(&list->leaf, data, 1);
        }
        pdqi_sha256_add(&list->leaf, data, n);
        list->taken += n;
        return PDQL_OK;
    }
    while (n) {
        const int in_head = list->taken < PDQI_COB_HEAD;
        const size_t length = in_head ? PDQI_COB_HEAD : PDQI_PAGE + PDQI_TAG;
        const size_t at = (size_t)(in_head ? list->taken : (list->taken - PDQI_COB_HEAD) % length);
        const size_t take = n < length - at ? n : length - at;
        if (in_head)
            memcpy(list->cob_head + at, data, take);
        pdqi_sha256_add(&list->leaf, data, take);
        list->taken += take;
        data += take;
        n -= take;
        if (at + take == length)
            end_leaf(list);
    }
    return PDQL_OK;
}

pdql_status pdql_list_ciphertext_end(pdql_list *list)
{
    uint8_t root[PDQI_HASH];
    if (!list)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_ENDORSED)
        return PDQL_ERR_ORDER;
    if (list->taken != pdqi_file_bytes(list))
        return list->verdict = PDQL_LIST_CT_MISMATCH;
    const uint8_t *expected = list->ct_root;
    if (list->section == PDQI_DELTA) {
        pdqi_sha256_end(&list->leaf, root);
        expected = list->delta.line.sha256;
    } else {
        end_leaf(list); /* the last piece is always short */
        pdqi_tree_root(&list->tree, list->sha, root);
        if (list->section == PDQI_KEYPOINTS)
            expected = list->keypoints_ct_root;
    }
    if (memcmp(root, expected, PDQI_HASH)
        || (list->section == PDQI_LIST && memcmp(list->cob_head + PDQI_SALT, list->key_commit, 32)))
        return list->verdict = PDQL_LIST_CT_MISMATCH;
    memset(&list->tree, 0, sizeof list->tree);
    list->stage = PDQI_SEALED;
    return PDQL_OK;
}
