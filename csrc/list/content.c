/*
 * list/content.c - from pages of plaintext to entries and the verdict
 *
 * A leaf of the content holds a hash and its meta, which stand in two places of
 * the plaintext. So two places are read in turn, and never more than two pages
 * are held, whatever the size of the list.
 */
#include "list/list.h"

#include "base/bytes.h"

enum {
    MAGIC = 8,
    NUMBERS = 24,
    COUNT_AT = 24,
    SEED_AT = 32,
    SEED = 32,
    LENGTH_AT = 64,
    INVENTORY = 66,
    BLIND = 16,
    BATCH = 32,
    HASH = PDQL_HASH_BYTES
};

/* Pads a message of n bytes in a field of `size` bytes (FIPS 180-4, section 5.1.1). */
static void pad(uint8_t *message, size_t n, size_t size)
{
    memset(message + n, 0, size - n);
    message[n] = 0x80;
    pdqi_store_be(message + size - 8, (uint64_t)n * 8, 8);
}

void pdqi_blind_pairs(const pdqi_sha_kernels *k, const uint8_t seed[SEED], uint64_t j, size_t n, uint8_t *out)
{
    uint8_t messages[(BATCH / 2 + 1) * PDQI_SHA_BLOCK];
    for (size_t i = 0; i < n; i++) {
        uint8_t *message = messages + PDQI_SHA_BLOCK * i;
        memcpy(message, seed, SEED);
        pdqi_store_be(message + SEED, j + i, 8);
        pad(message, SEED + 8, PDQI_SHA_BLOCK);
    }
    pdqi_sha256_padded(k, messages, n, out);
}

/* Adds the leaves of slots slot .. slot + BATCH - 1; slot is a multiple of BATCH. */
static void add_leaves(pdql_list *l, uint64_t slot, const uint8_t *hashes, const uint8_t *meta)
{
    uint8_t pairs[(BATCH / 2 + 1) * PDQI_HASH], messages[BATCH * 2 * PDQI_SHA_BLOCK], leaves[BATCH * PDQI_HASH];
    const size_t width = l->info.meta_bytes, n = 1 + BLIND + HASH + width;
    const size_t field = n + 9 <= PDQI_SHA_BLOCK ? PDQI_SHA_BLOCK : 2 * PDQI_SHA_BLOCK;
    pdqi_blind_pairs(l->sha, l->head + SEED_AT, slot / 2, BATCH / 2 + 1, pairs);
    for (size_t i = 0; i < BATCH; i++) {
        uint8_t *message = messages + field * i;
        message[0] = 0;
        memcpy(message + 1, pairs + BLIND * (i + 1), BLIND); /* blind slot + i + 1 */
        memcpy(message + 1 + BLIND, hashes + HASH * i, HASH);
        memcpy(message + 1 + BLIND + HASH, meta + width * i, width);
        pad(message, n, field);
    }
    if (field == PDQI_SHA_BLOCK)
        pdqi_sha256_padded(l->sha, messages, BATCH, leaves);
    else
        pdqi_sha256_padded2(l->sha, messages, BATCH, leaves);
    pdqi_tree_add(&l->tree, l->sha, leaves, BATCH);
}

uint64_t pdqi_list_plain(const pdql_list *l)
{
    const uint64_t sealed = pdqi_file_bytes(l) - PDQI_COB_HEAD;
    return sealed - PDQI_TAG * (sealed / (PDQI_PAGE + PDQI_TAG) + 1);
}

static uint64_t n_blocks(const pdql_list *l)
{
    return l->info.slots / PDQI_SLOT_STEP;
}

static size_t block_meta(const pdql_list *l)
{
    return PDQI_SLOT_STEP * (size_t)l->info.meta_bytes;
}

/* Writes bytes into a room of known size. */
typedef struct writer {
    uint8_t *at;
    size_t left;
    int full;
} writer;

static void put(writer *w, const void *p, size_t n)
{
    w->full |= n > w->left;
    if (w->full)
        return;
    memcpy(w->at, p, n);
    w->at += n;
    w->left -= n;
}

static void put_line(writer *w, uint64_t x)
{
    uint8_t digits[21], *digit = digits + sizeof digits;
    *--digit = '\n';
    do
        *--digit = (uint8_t)('0' + x % 10);
    while (x /= 10);
    put(w, digit, (size_t)(digits + sizeof digits - digit));
}

pdql_status pdql_list_key_info(const pdql_list *list, uint8_t *out, size_t cap, size_t *n)
{
    static const char LABEL[] = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM"; /* and its zero byte */
    if (!list || !out || !n)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_SEALED)
        return PDQL_ERR_ORDER;
    writer w = { out, cap, 0 };
    put(&w, LABEL, sizeof LABEL);
    put(&w, list->cob_head, PDQI_SALT);
    put(&w, "pdqlite.org/", 12);
    put(&w,
        list->section == PDQI_LIST            ? "list"
            : list->section == PDQI_KEYPOINTS ? "local"
                                              : "delta",
        list->section == PDQI_LIST ? 4 : 5);
    put(&w, "/v1\n", 4);
    put(&w, list->origin, list->n_origin);
    put(&w, "\n", 1);
    if (list->section == PDQI_DELTA)
        put_line(&w, list->delta.line.from);
    put_line(&w, list->info.seq);
    if (w.full)
        return PDQL_ERR_SPACE;
    *n = cap - w.left;
    return PDQL_OK;
}

pdql_status pdql_list_key(pdql_list *list, const uint8_t commitment[32])
{
    if (!list || !commitment)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_SEALED)
        return PDQL_ERR_ORDER;
    const uint8_t *expected = list->section == PDQI_LIST ? list->key_commit : list->cob_head + PDQI_SALT;
    uint8_t differ = 0; /* derived from a key: no early end */
    for (size_t i = 0; i < 32; i++)
        differ |= commitment[i] ^ expected[i];
    if (differ)
        return list->verdict = PDQL_LIST_KEY_COMMIT;
    list->stage = PDQI_READING;
    list->next_meta = 1 + n_blocks(list);
    return PDQL_OK;
}

void pdqi_list_page(const pdql_list *l, uint64_t index, pdql_page *page)
{
    const uint64_t total = pdqi_list_plain(l);
    page->index = index;
    page->at = PDQI_COB_HEAD + index * (PDQI_PAGE + PDQI_TAG);
    page->plain_bytes = index == total / PDQI_PAGE ? (uint32_t)(total % PDQI_PAGE) : (uint32_t)PDQI_PAGE;
    page->sealed_bytes = page->plain_bytes + PDQI_TAG;
}

pdql_status pdql_list_want(const pdql_list *list, pdql_page *page)
{
    if (!list || !page)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_READING)
        return PDQL_ERR_ORDER;
    *page = (pdql_page){ 0 };
    if (list->section == PDQI_KEYPOINTS)
        pdqi_keypoints_want(list, page);
    if (list->section != PDQI_LIST)
        return PDQL_OK; /* of a delta: pdql_delta_next says */
    const uint64_t last = pdqi_list_plain(list) / PDQI_PAGE;
    const int blocks_left = list->block < n_blocks(list);
    uint64_t index = list->next_meta;
    if (!list->has_head)
        index = 0;
    else if (blocks_left && list->meta_fill == block_meta(list))
        index = 1 + list->block;
    else if (index > last)
        return PDQL_OK;
    pdqi_list_page(list, index, page);
    return PDQL_OK;
}

pdql_status pdqi_list_head(pdql_list *l, const uint8_t *plain)
{
    static const uint8_t prefix = 0;
    uint8_t pair[PDQI_HASH], leaf[PDQI_HASH], any = 0;
    const size_t length = (size_t)plain[LENGTH_AT] << 8 | plain[LENGTH_AT + 1];
    if (memcmp(plain, "PDQLPT1", MAGIC) || pdqi_load_be64(plain + 8) != l->info.seq
        || pdqi_load_be64(plain + 16) != l->info.slots || pdqi_load_be64(plain + COUNT_AT) > l->info.slots
        || length > PDQI_PAGE - INVENTORY)
        return PDQL_LIST_CONTENT_MISMATCH;
    for (size_t i = INVENTORY + length; i < PDQI_PAGE; i++)
        any |= plain[i];
    if (any)
        return PDQL_LIST_CONTENT_MISMATCH;
    memcpy(l->head, plain, PDQI_PAGE);
    l->has_head = 1;
    l->count = pdqi_load_be64(plain + COUNT_AT);
    pdqi_blind_pairs(l->sha, l->head + SEED_AT, 0, 1, pair);
    pdqi_sha256 h;
    pdqi_sha256_init(&h, l->sha);
    pdqi_sha256_add(&h, &prefix, 1);
    pdqi_sha256_add(&h, pair, BLIND);
    pdqi_sha256_add(&h, plain + MAGIC, NUMBERS);
    pdqi_sha256_add(&h, plain + INVENTORY, length);
    pdqi_sha256_end(&h, leaf);
    pdqi_tree_add(&l->tree, l->sha, leaf, 1);
    return PDQL_OK;
}

/* Moves meta from its page to the block, as much as fits. */
static void refill(pdql_list *l)
{
    const size_t room = block_meta(l) - l->meta_fill, left = l->page_n - l->page_at;
    const size_t take = room < left ? room : left;
    memcpy(l->meta[l->block & 1] + l->meta_fill, l->meta_page + l->page_at, take);
    l->meta_fill += take;
    l->page_at += take;
}

void pdqi_list_block(pdql_list *l, const uint8_t *hashes, const uint8_t *meta)
{
    for (size_t i = 0; i < PDQI_SLOT_STEP; i += BATCH)
        add_leaves(l, l->block * PDQI_SLOT_STEP + i, hashes + HASH * i, meta + l->info.meta_bytes * i);
    pdqi_rules_block(l, hashes, meta);
    l->block++;
}

static void take_hashes(pdql_list *l, const uint8_t *hashes, const uint8_t *meta)
{
    pdqi_list_block(l, hashes, meta);
    l->meta_fill = 0;
    if (l->block < n_blocks(l))
        refill(l);
}

static size_t real_entries(const pdql_list *l, uint64_t first)
{
    const uint64_t left = l->count > first ? l->count - first : 0;
    return left < PDQI_SLOT_STEP ? (size_t)left : (size_t)PDQI_SLOT_STEP;
}

pdql_status pdql_list_give(pdql_list *list, const uint8_t *plain, size_t n, pdql_entries *entries)
{
    pdql_page page;
    if (!list || !entries)
        return PDQL_ERR_ARG;
    const pdql_status status = pdql_list_want(list, &page);
    if (status != PDQL_OK)
        return status;
    if (page.sealed_bytes == 0 || list->section != PDQI_LIST)
        return PDQL_ERR_ORDER;
    if (!plain)
        return list->verdict = PDQL_LIST_CONTENT_MISMATCH;
    if (n != page.plain_bytes)
        return PDQL_ERR_ARG;
    *entries = (pdql_entries){ 0 };
    if (page.index == 0)
        return list->verdict = pdqi_list_head(list, plain);
    if (page.index == list->next_meta) {
        memcpy(list->meta_page, plain, n);
        list->page_at = 0;
        list->page_n = n;
        list->next_meta++;
        if (list->block < n_blocks(list))
            refill(list);
        return PDQL_OK;
    }
    const uint64_t first = list->block * PDQI_SLOT_STEP;
    const uint8_t *meta = list->meta[list->block & 1];
    take_hashes(list, plain, meta);
    *entries = (pdql_entries){ first, real_entries(list, first), plain, meta };
    return PDQL_OK;
}

pdql_status pdql_list_end(pdql_list *list, uint64_t *count)
{
    uint8_t root[PDQI_HASH];
    pdql_page page;
    if (!list)
        return PDQL_ERR_ARG;
    const pdql_status status = pdql_list_want(list, &page);
    if (status != PDQL_OK)
        return status;
    if (page.sealed_bytes)
        return PDQL_ERR_ORDER;
    if (list->section == PDQI_KEYPOINTS)
        return pdqi_keypoints_end(list);
    if (list->section == PDQI_RECORDS)
        return pdqi_records_end(list);
    if (list->section == PDQI_DELTA && !(list->delta.stage == PDQI_DELTA_LAST && list->delta.has_last))
        return PDQL_ERR_ORDER;
    pdqi_tree_root(&list->tree, list->sha, root);
    if (memcmp(root, list->pt_root, PDQI_HASH))
        return list->verdict = PDQL_LIST_CONTENT_MISMATCH;
    pdqi_rules_end(list);
    if (list->broken)
        return list->verdict = PDQL_LIST_RULE;
    list->stage = PDQI_DONE;
    if (count)
        *count = list->count;
    return PDQL_OK;
}
