/*
 * list_open.c - all steps of reading a list, where a provider and a file are at hand
 */
#include "list.h"

enum { DERIVED = 76, KEY = 32, NONCE = 12, COMMIT_AT = KEY + NONCE };

/* Forgets a secret in a way that a compiler keeps. */
static void wipe(uint8_t *p, size_t n)
{
    volatile uint8_t *v = p;
    while (n--)
        *v++ = 0;
}

static pdql_status check_file(pdql_list *l, const pdql_list_io *io)
{
    const uint64_t total = pdqi_file_bytes(l);
    for (uint64_t at = 0; at < total;) {
        const size_t n = total - at < PDQI_PAGE ? (size_t)(total - at) : (size_t)PDQI_PAGE;
        if (io->read(io->ctx, at, n, l->sealed))
            return l->verdict = PDQL_LIST_CT_MISMATCH;
        const pdql_status status = pdql_list_ciphertext(l, l->sealed, n);
        if (status != PDQL_OK)
            return status;
        at += n;
    }
    if (!io->read(io->ctx, total, 1, l->sealed)) /* longer than what was signed */
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    return pdql_list_ciphertext_end(l);
}

static pdql_status read_pages(pdql_list *l, const pdql_provider *p, const uint8_t *derived, const pdql_list_io *io)
{
    for (;;) {
        pdql_page page;
        pdql_entries entries = { 0 };
        pdql_records records = { 0 };
        uint8_t nonce[NONCE];
        pdql_status status = pdql_list_want(l, &page);
        if (status != PDQL_OK || page.sealed_bytes == 0)
            return status;
        memcpy(nonce, derived + KEY, NONCE);
        for (int i = 0; i < 8; i++)
            nonce[NONCE - 1 - i] ^= (uint8_t)(page.index >> 8 * i);
        if (io->read(io->ctx, page.at, page.sealed_bytes, l->sealed))
            return l->verdict = PDQL_LIST_CT_MISMATCH;
        const int opened = p->aes256gcm_open(p->ctx, derived, nonce, l->sealed, page.sealed_bytes, l->plain) == 0;
        const uint8_t *plain = opened ? l->plain : NULL;
        status = l->section == PDQI_LOCAL ? pdql_list_give_local(l, plain, page.plain_bytes, &records)
                            : pdql_list_give(l, plain, page.plain_bytes, &entries);
        if (status != PDQL_OK)
            return status;
        if (entries.n && io->entries && io->entries(io->ctx, &entries))
            return PDQL_ERR_IO;
        if ((records.n_lengths || records.n_body) && io->records && io->records(io->ctx, &records))
            return PDQL_ERR_IO;
    }
}

pdql_status pdql_list_read(pdql_list *l, const pdql_provider *p, const uint8_t key[32], const pdql_list_io *io,
                           uint64_t *count)
{
    uint8_t derived[DERIVED], info[PDQL_KEY_INFO_MAX];
    size_t n_info;
    if (!l || !p || !p->hkdf_sha512_expand || !p->aes256gcm_open || !key || !io || !io->read)
        return PDQL_ERR_ARG;
    if (l->verdict == PDQL_OK && (l->stage != PDQI_ENDORSED || l->section == PDQI_DELTA))
        return PDQL_ERR_ORDER;
    pdql_status status = check_file(l, io);
    if (status == PDQL_OK)
        status = pdql_list_key_info(l, info, sizeof info, &n_info);
    if (status != PDQL_OK)
        return status;
    if (p->hkdf_sha512_expand(p->ctx, key, info, n_info, derived, sizeof derived)) {
        wipe(derived, sizeof derived);
        return PDQL_ERR_IO;
    }
    status = pdql_list_key(l, derived + COMMIT_AT);
    if (status == PDQL_OK)
        status = read_pages(l, p, derived, io);
    wipe(derived, sizeof derived);
    wipe(l->plain, sizeof l->plain);
    return status == PDQL_OK ? pdql_list_end(l, count) : status;
}
