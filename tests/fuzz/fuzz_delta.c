/*
 * Deltas and local.cob: any plaintext, as if dishonest organisations had endorsed and encrypted it. The first
 * byte chooses the section and the type; the rest is the plaintext.
 */
#include "list/list.h"

#include <stdlib.h>

enum { HELD = 40, SEQ = 1 };

static struct pdql_list list;
static uint8_t plain[PDQI_PAGE];

static void set_up(uint8_t kind, size_t n)
{
    const uint64_t total = n, sealed = total + PDQI_TAG * (total / PDQI_PAGE + 1) + PDQI_COB_HEAD;
    memset(&list, 0, sizeof list);
    list.sha = &pdqi_sha_portable;
    list.stage = PDQI_READING;
    list.section = kind & 1 ? PDQI_KEYPOINTS : PDQI_DELTA;
    list.info.seq = SEQ;
    list.info.slots = 512;
    list.info.meta_bytes = kind & 2 ? PDQI_META_VIDEO : PDQI_META_IMAGE;
    list.info.sources = list.info.categories = list.info.signed_sources = 7;
    list.info.keypoints_bytes = kind & 4 ? sealed : 0;
    list.delta.line.bytes = sealed;
    list.delta.held_count = HELD;
    list.delta.parts[PDQI_STREAM_MAIN].end = PDQI_DELTA_HEAD + PDQI_PAGE;
    list.count = HELD;
    if (kind & 1)
        list.info.keypoints_bytes = sealed;
}

static const uint8_t *page(const pdql_page *p, const uint8_t *data, size_t n)
{
    if (p->index * PDQI_PAGE + p->plain_bytes > n)
        abort();
    memcpy(plain, data + p->index * PDQI_PAGE, p->plain_bytes);
    return plain;
}

static void delta(const uint8_t *data, size_t n)
{
    static uint8_t hashes[HELD * PDQL_HASH_BYTES], meta[HELD * PDQI_META_VIDEO];
    uint64_t entries = 0;
    for (size_t i = 0; i < HELD; i++)
        memset(hashes + PDQL_HASH_BYTES * i, (int)i * 3, PDQL_HASH_BYTES);
    for (;;) {
        pdql_delta_piece d;
        if (pdql_delta_next(&list, &d) != PDQL_OK || d.kind == PDQL_DELTA_END)
            break;
        if (d.kind == PDQL_DELTA_PAGE && pdql_delta_page(&list, page(&d.page, data, n), d.page.plain_bytes) != PDQL_OK)
            abort();
        if (d.kind == PDQL_DELTA_OLD) {
            if (d.old_first >= HELD
                || pdql_delta_old(&list, hashes + PDQL_HASH_BYTES * d.old_first,
                                  meta + list.info.meta_bytes * d.old_first, 1 + (HELD - d.old_first) / 2)
                    != PDQL_OK)
                abort();
        }
        for (size_t i = 0; d.kind == PDQL_DELTA_ENTRIES && i < d.entries.n; i++, entries++)
            if (!(d.origin[i] & PDQL_DELTA_ADDED) && d.origin[i] >= HELD)
                abort();
        if (entries > list.info.slots)
            abort();
    }
    if (list.verdict == PDQL_OK) {
        if (entries != list.count)
            abort();
        pdqi_tree_root(&list.tree, list.sha, list.pt_root);
        pdql_list_end(&list, NULL);
    }
}

static void keypoints(const uint8_t *data, size_t n)
{
    uint64_t lengths = 0, body = 0;
    for (;;) {
        pdql_page p;
        pdql_records r;
        if (pdql_list_want(&list, &p) != PDQL_OK || p.sealed_bytes == 0)
            break;
        if (pdql_list_give_keypoints(&list, page(&p, data, n), p.plain_bytes, &r) != PDQL_OK)
            break;
        if (r.n_lengths && r.first != lengths)
            abort();
        lengths += r.n_lengths;
        body += r.n_body;
    }
    if (list.verdict == PDQL_OK && (lengths != list.info.slots || body != list.keypoints.body))
        abort();
    pdql_list_end(&list, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    set_up(data[0], n - 1);
    if (data[0] & 1)
        keypoints(data + 1, n - 1);
    else
        delta(data + 1, n - 1);
    return 0;
}
