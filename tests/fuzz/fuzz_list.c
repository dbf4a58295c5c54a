/*
 * The first byte chooses what the rest is: a trust file, a manifest (whose signatures all
 * count as good), or pages of content for a fixed endorsed list. Nothing may crash, and what
 * parses is handled to the end.
 */
#include "list/list.h"

#include <stdlib.h>

static int always(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    (void)ctx, (void)public_key, (void)signature, (void)message, (void)n;
    return 1;
}

static void texts(const uint8_t *data, size_t n, int as_trust)
{
    static pdqi_trust trust;
    static pdqi_note note;
    static pdqi_manifest manifest;
    if (as_trust) {
        pdqi_trust_parse(&trust, &pdqi_sha_portable, data, n);
    } else if (pdqi_note_parse(&note, data, n) == PDQL_OK && pdqi_manifest_parse(&manifest, note.text) == PDQL_OK) {
        if (manifest.slots % PDQI_SLOT_STEP || !manifest.sources.mask || !manifest.categories.mask)
            abort();
    }
    pdqi_manifest_parse(&manifest, (pdqi_text){ data, n });
}

/* Any pages at all, as if they had decrypted: section 6 and 7 of the format on hostile content. */
static void pages(const uint8_t *data, size_t n)
{
    static struct pdql_list list;
    static uint8_t plain[PDQI_PAGE];
    memset(&list, 0, sizeof list);
    list.sha = &pdqi_sha_portable;
    list.stage = PDQI_SEALED;
    list.info.slots = 512 * (1 + (n ? data[0] % 3 : 0));
    list.info.meta_bytes = n && data[0] & 128 ? PDQI_META_VIDEO : PDQI_META_IMAGE;
    list.info.list_bytes = pdqi_sealed_bytes(pdqi_plain_bytes(list.info.slots, list.info.meta_bytes));
    list.info.sources = list.info.categories = list.info.signed_sources = 7;
    if (pdql_list_key(&list, list.key_commit) != PDQL_OK)
        abort();
    for (;;) {
        pdql_page page;
        pdql_entries entries;
        if (pdql_list_want(&list, &page) != PDQL_OK || page.sealed_bytes == 0)
            break;
        memset(plain, 0, sizeof plain);
        if (page.index == 0) {
            memcpy(plain, "PDQLPT1", 8);
            plain[22] = (uint8_t)(list.info.slots >> 8);
            if (n > 2)
                memcpy(plain + 24, data + 2, n - 2 < 400 ? n - 2 : 400);
        } else {
            for (size_t i = 0; n && i < page.plain_bytes; i++)
                plain[i] = data[(i + page.index * 31) % n];
        }
        if (pdql_list_give(&list, plain, page.plain_bytes, &entries) != PDQL_OK)
            break;
        if (entries.first + entries.n > list.info.slots)
            abort();
    }
    memcpy(list.pt_root, list.head, 32);
    pdql_list_end(&list, NULL);
    pdqi_rules_end(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const pdql_provider PROVIDER = { NULL, always, NULL, NULL };
    static _Alignas(16) uint8_t memory[sizeof(struct pdql_list)];
    if (n == 0)
        return 0;
    if (data[0] % 4 == 0)
        texts(data + 1, n - 1, 1);
    else if (data[0] % 4 == 1)
        texts(data + 1, n - 1, 0);
    else if (data[0] % 4 == 2)
        pages(data + 1, n - 1);
    else {
        pdql_list *list;
        const size_t half = (n - 1) / 2;
        const pdql_release release = { .trust = { data + 1, half }, .manifest = { data + 1 + half, n - 1 - half } };
        pdql_list_verify(memory, sizeof memory, pdql_kernels_best(), &PROVIDER, &release, &list, NULL, NULL);
    }
    return 0;
}
