/*
 * list/read_all.c - all steps of reading a list, where a provider and a file are at hand
 */
#include "list/list.h"

enum { DERIVED = 76, KEY = 32, NONCE = 12, COMMIT_AT = KEY + NONCE };

/* Forgets a secret in a way that a compiler keeps. */
static void wipe(uint8_t *p, size_t n)
{
    volatile uint8_t *v = p;
    while (n--)
        *v++ = 0;
}

typedef int reader(void *ctx, uint64_t at, size_t n, uint8_t *out);

static pdql_status check_file(pdql_list *l, reader *read, void *ctx)
{
    const uint64_t total = pdqi_file_bytes(l);
    for (uint64_t at = 0; at < total;) {
        const size_t n = total - at < PDQI_PAGE ? (size_t)(total - at) : (size_t)PDQI_PAGE;
        if (read(ctx, at, n, l->sealed))
            return l->verdict = PDQL_LIST_CT_MISMATCH;
        const pdql_status status = pdql_list_ciphertext(l, l->sealed, n);
        if (status != PDQL_OK)
            return status;
        at += n;
    }
    if (!read(ctx, total, 1, l->sealed)) /* longer than what was signed */
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    return pdql_list_ciphertext_end(l);
}

/* Decrypts a page; 0 if it is not what was encrypted. */
static int opens(const pdql_provider *p, const uint8_t *derived, const pdql_page *page, const uint8_t *sealed,
                 uint8_t *plain)
{
    uint8_t nonce[NONCE];
    memcpy(nonce, derived + KEY, NONCE);
    for (int i = 0; i < 8; i++)
        nonce[NONCE - 1 - i] ^= (uint8_t)(page->index >> 8 * i);
    return p->aes256gcm_open(p->ctx, derived, nonce, sealed, page->sealed_bytes, plain) == 0;
}

/* The file is the one endorsed, the key its key; `derived` is to be wiped whatever happens. */
static pdql_status check_key(pdql_list *l, const pdql_provider *p, const uint8_t key[32], reader *read, void *ctx,
                             uint8_t derived[DERIVED])
{
    uint8_t info[PDQL_KEY_INFO_MAX];
    size_t n_info;
    pdql_status status = check_file(l, read, ctx);
    if (status == PDQL_OK)
        status = pdql_list_key_info(l, info, sizeof info, &n_info);
    if (status != PDQL_OK)
        return status;
    if (p->hkdf_sha512_expand(p->ctx, key, info, n_info, derived, DERIVED))
        return PDQL_ERR_IO;
    return pdql_list_key(l, derived + COMMIT_AT);
}

static pdql_status read_pages(pdql_list *l, const pdql_provider *p, const uint8_t *derived, const pdql_list_io *io)
{
    for (;;) {
        pdql_page page;
        pdql_entries entries = { 0 };
        pdql_records records = { 0 };
        const uint8_t *plain = l->plain;
        pdql_status status = pdql_list_want(l, &page);
        if (status != PDQL_OK || page.sealed_bytes == 0)
            return status;
        if (io->read(io->ctx, page.at, page.sealed_bytes, l->sealed))
            return l->verdict = PDQL_LIST_CT_MISMATCH;
        if (!opens(p, derived, &page, l->sealed, l->plain))
            plain = NULL;
        status = l->section == PDQI_KEYPOINTS ? pdql_list_give_keypoints(l, plain, page.plain_bytes, &records)
                                              : pdql_list_give(l, plain, page.plain_bytes, &entries);
        if (status != PDQL_OK)
            return status;
        if (entries.n && io->entries && io->entries(io->ctx, &entries))
            return PDQL_ERR_IO;
        if ((records.n_lengths || records.n_body) && io->records && io->records(io->ctx, &records))
            return PDQL_ERR_IO;
    }
}

pdql_status pdql_list_read(pdql_list *list, const pdql_provider *p, const uint8_t key[32], const pdql_list_io *io,
                           uint64_t *count)
{
    uint8_t derived[DERIVED];
    if (!list || !p || !p->hkdf_sha512_expand || !p->aes256gcm_open || !key || !io || !io->read)
        return PDQL_ERR_ARG;
    if (list->verdict == PDQL_OK && (list->stage != PDQI_ENDORSED || list->section == PDQI_DELTA))
        return PDQL_ERR_ORDER;
    pdql_status status = check_key(list, p, key, io->read, io->ctx, derived);
    if (status == PDQL_OK)
        status = read_pages(list, p, derived, io);
    wipe(derived, sizeof derived);
    wipe(list->plain, sizeof list->plain);
    return status == PDQL_OK ? pdql_list_end(list, count) : status;
}

/* Answers the question that pdql_delta_next just asked, or hands out what it gave. */
static pdql_status answer(pdql_list *l, const pdql_provider *p, const uint8_t *derived, const pdql_delta_io *io,
                          const pdql_delta_piece *piece, uint8_t *work)
{
    uint8_t *const sealed = work, *const plain = work + PDQI_PAGE + PDQI_TAG; /* the list's own pages are in use */
    const pdql_page *const page = &piece->page;
    if (piece->kind == PDQL_DELTA_OLD) {
        const size_t first = (size_t)piece->old_first, n = (size_t)l->delta.held_count - first;
        return pdql_delta_old(l, io->hashes + PDQL_HASH_BYTES * first, io->meta + l->info.meta_bytes * first, n);
    }
    if (piece->kind != PDQL_DELTA_PAGE)
        return io->take && io->take(io->ctx, piece) ? PDQL_ERR_IO : PDQL_OK;
    if (io->read(io->ctx, page->at, page->sealed_bytes, sealed))
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    return pdql_delta_page(l, opens(p, derived, page, sealed, plain) ? plain : NULL, page->plain_bytes);
}

pdql_status pdql_delta_read(pdql_list *list, const pdql_provider *p, const uint8_t key[32], const pdql_delta_io *io,
                            void *work, size_t work_size, uint64_t *count)
{
    _Static_assert(PDQL_DELTA_WORK == 2 * PDQI_PAGE + PDQI_TAG, "pdqlite.h");
    uint8_t derived[DERIVED];
    pdql_delta_piece piece;
    if (!list || !p || !p->hkdf_sha512_expand || !p->aes256gcm_open || !key || !io || !io->read || !work)
        return PDQL_ERR_ARG;
    if (list->verdict == PDQL_OK && (list->stage != PDQI_ENDORSED || list->section != PDQI_DELTA))
        return PDQL_ERR_ORDER;
    if (work_size < PDQL_DELTA_WORK)
        return PDQL_ERR_SPACE;
    if (list->delta.held_count && (!io->hashes || !io->meta))
        return PDQL_ERR_ARG;
    pdql_status status = check_key(list, p, key, io->read, io->ctx, derived);
    while (status == PDQL_OK && (status = pdql_delta_next(list, &piece)) == PDQL_OK && piece.kind != PDQL_DELTA_END)
        status = answer(list, p, derived, io, &piece, work);
    wipe(derived, sizeof derived);
    wipe(work, PDQL_DELTA_WORK);
    wipe(list->plain, sizeof list->plain); /* pages of a delta's parts */
    wipe(list->sealed, sizeof list->sealed);
    wipe(list->meta_page, sizeof list->meta_page);
    return status == PDQL_OK ? pdql_list_end(list, count) : status;
}
