/*
 * list/log_token.c - which log one has seen, in 48 bytes (docs/formats/list-sharing.md, section 16)
 */
#include "list/list.h"

#include "base/bytes.h"

enum { ORIGIN = 8, SIZE = 8, PLACE = ORIGIN + SIZE };

void pdqi_log_token(const pdql_kernels *k, const pdqi_proof *proof, uint8_t out[PDQL_TOKEN_BYTES])
{
    uint8_t origin[PDQI_HASH];
    pdql_sha256(k, proof->origin.p, proof->origin.n, origin);
    memcpy(out, origin, ORIGIN);
    pdqi_store_be(out + ORIGIN, proof->size, SIZE);
    memcpy(out + PLACE, proof->root, PDQI_HASH);
}

pdql_status pdql_list_token(const pdql_list *list, uint8_t *token)
{
    if (!list || !token)
        return PDQL_ERR_ARG;
    if (!list->has_token)
        return PDQL_LIST_UNLOGGED;
    memcpy(token, list->token, PDQL_TOKEN_BYTES);
    return PDQL_OK;
}

pdql_status pdql_list_token_compare(const uint8_t *own, size_t n, const uint8_t *token, size_t n_token, uint32_t *says)
{
    if ((!own && n) || !token || !says)
        return PDQL_ERR_ARG;
    if (n_token != PDQL_TOKEN_BYTES || token[ORIGIN] || token[ORIGIN + 1] >> 5) /* a size up to 2^53 - 1 */
        return PDQL_LIST_FORMAT;
    uint32_t found = PDQL_TOKEN_OTHER_LOG;
    for (size_t i = 0; i < n; i++, own += PDQL_TOKEN_BYTES) {
        if (memcmp(own, token, ORIGIN))
            continue;
        if (found == PDQL_TOKEN_OTHER_LOG)
            found = PDQL_TOKEN_UNKNOWN;
        if (memcmp(own, token, PLACE))
            continue;
        if (memcmp(own, token, PDQL_TOKEN_BYTES)) {
            found = PDQL_TOKEN_SPLIT_VIEW;
            break;
        }
        found = PDQL_TOKEN_SAME;
    }
    *says = found;
    return PDQL_OK;
}
