/*
 * list/keypoints_section.c - local.cob: from pages of plaintext to the records of keypoint signatures
 *
 * docs/formats/list-content.md, section 8. The length of a record and its bytes stand in two places, which
 * are read in turn: two pages are held, whatever the size. The page where lengths end and
 * records begin may be asked for twice.
 */
#include "list/list.h"

#include "base/bytes.h"

enum { HEAD = 64, MAGIC = 8, SEQ = 8, SLOTS = 16, BODY = 24, SEED = 32, BLIND = 16 };

/* Where records begin. */
static uint64_t start(const pdql_list *l)
{
    return HEAD + 2 * l->info.slots;
}

static uint64_t length_page(const pdql_list *l)
{
    return (HEAD + 2 * l->keypoints.slot) / PDQI_PAGE;
}

pdql_status pdql_list_keypoints(pdql_list *list)
{
    if (!list)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_DONE || list->section != PDQI_LIST || !list->info.keypoints_bytes)
        return PDQL_ERR_ORDER;
    list->section = PDQI_KEYPOINTS;
    list->stage = PDQI_ENDORSED;
    list->taken = 0;
    list->has_head = 0;
    memset(&list->tree, 0, sizeof list->tree);
    memset(&list->keypoints, 0, sizeof list->keypoints);
    pdqi_begin_leaf(list);
    return PDQL_OK;
}

/* Which page comes next; `lengths` says for which of the two places. 0: none. */
static int next_page(const pdql_list *l, uint64_t *index, int *lengths)
{
    const pdqi_keypoints_section *s = &l->keypoints;
    const uint64_t total = pdqi_list_plain(l);
    *lengths = 0;
    *index = s->at / PDQI_PAGE;
    if (!l->has_head || (s->slot < l->info.slots && !s->in_record)) {
        *lengths = 1;
        *index = l->has_head ? length_page(l) : 0;
        return 1;
    }
    return s->left || s->at < total || !s->has_last;
}

void pdqi_keypoints_want(const pdql_list *l, pdql_page *page)
{
    uint64_t index;
    int lengths;
    if (next_page(l, &index, &lengths))
        pdqi_list_page(l, index, page);
}

/* Begins a leaf: 00 and blind number `i`. */
static void begin(pdql_list *l, uint64_t i)
{
    pdqi_keypoints_section *s = &l->keypoints;
    if (s->blinds != i / 2 + 1) {
        pdqi_blind_pairs(l->sha, s->head + SEED, i / 2, 1, s->pair);
        s->blinds = i / 2 + 1;
    }
    pdqi_begin_leaf(l);
    pdqi_sha256_add(&l->leaf, s->pair + BLIND * (i % 2), BLIND);
}

static void end(pdql_list *l)
{
    uint8_t leaf[PDQI_HASH];
    pdqi_sha256_end(&l->leaf, leaf);
    pdqi_tree_add(&l->tree, l->sha, leaf, 1);
}

static pdql_status take_head(pdql_list *l, const uint8_t *plain, size_t n)
{
    pdqi_keypoints_section *s = &l->keypoints;
    const uint64_t total = pdqi_list_plain(l);
    if (n < HEAD || total < start(l) || memcmp(plain, "PDQLLS1", MAGIC) || pdqi_load_be64(plain + SEQ) != l->info.seq
        || pdqi_load_be64(plain + SLOTS) != l->info.slots || pdqi_load_be64(plain + BODY) > total - start(l))
        return PDQL_LIST_CONTENT_MISMATCH;
    memcpy(s->head, plain, HEAD);
    s->body = pdqi_load_be64(plain + BODY);
    s->at = start(l);
    l->has_head = 1;
    begin(l, 0);
    pdqi_sha256_add(&l->leaf, plain + SEQ, SEED - SEQ);
    end(l);
    return PDQL_OK;
}

/* A record that is there is a keypoint signature in its one encoding (docs/formats/keypoints.md). */
static void check(pdql_list *l, const uint8_t *record, size_t length)
{
    if (length)
        l->broken |= length > PDQL_KEYPOINTS_RECORD_MAX || pdql_keypoints_check(record, length) != PDQL_OK;
}

/* Reads the length of the next record; 0 if its page is not held. */
static int begin_record(pdql_list *l)
{
    pdqi_keypoints_section *s = &l->keypoints;
    if (s->lengths_page != length_page(l) + 1)
        return 0;
    const uint8_t *p = l->meta_page + (HEAD + 2 * s->slot) % PDQI_PAGE;
    s->left = s->length = (uint32_t)p[0] << 8 | p[1];
    s->summed += s->left;
    s->in_record = 1;
    l->broken |= s->left && s->slot >= l->count;
    begin(l, s->slot + 1);
    return 1;
}

/* How much of the held page is at hand from where the reader stands, at most n. */
static size_t at_hand(const pdql_list *l, uint64_t n)
{
    const pdqi_keypoints_section *s = &l->keypoints;
    const size_t in_page = PDQI_PAGE - (size_t)(s->at % PDQI_PAGE);
    if (s->body_page != s->at / PDQI_PAGE + 1)
        return 0;
    return n < in_page ? (size_t)n : in_page;
}

/* Goes on with the pages that are held until another is needed. */
static pdql_status advance(pdql_list *l)
{
    pdqi_keypoints_section *s = &l->keypoints;
    const uint64_t total = pdqi_list_plain(l);
    for (; s->slot < l->info.slots; s->slot++, s->in_record = 0) {
        if (!s->in_record && !begin_record(l))
            return PDQL_OK;
        if (s->summed > s->body)
            return PDQL_LIST_CONTENT_MISMATCH;
        while (s->left) {
            const size_t n = at_hand(l, s->left);
            if (n == 0)
                return PDQL_OK;
            pdqi_sha256_add(&l->leaf, l->head + s->at % PDQI_PAGE, n);
            if (s->length <= sizeof s->record)
                memcpy(s->record + (s->length - s->left), l->head + s->at % PDQI_PAGE, n);
            s->at += n;
            s->left -= (uint32_t)n;
        }
        check(l, s->record, s->length);
        end(l);
    }
    if (s->summed != s->body)
        return PDQL_LIST_CONTENT_MISMATCH;
    for (size_t n; s->at < total && (n = at_hand(l, total - s->at)) > 0; s->at += n)
        for (size_t i = 0; i < n; i++)
            if (l->head[s->at % PDQI_PAGE + i])
                return PDQL_LIST_CONTENT_MISMATCH;
    return PDQL_OK;
}

/* What a page holds of the lengths, or of the records. */
static void hand_out(const pdql_list *l, uint64_t page, int lengths, pdql_records *out)
{
    const uint64_t first = page * PDQI_PAGE, past = first + PDQI_PAGE;
    const uint64_t low = lengths ? HEAD : start(l), high = lengths ? start(l) : start(l) + l->keypoints.body;
    const uint64_t a = low > first ? low : first, b = high < past ? high : past;
    const uint8_t *bytes = lengths ? l->meta_page : l->head;
    if (a >= b)
        return;
    if (lengths)
        *out = (pdql_records){ (a - HEAD) / 2, (size_t)(b - a) / 2, bytes + (a - first), NULL, 0 };
    else
        *out = (pdql_records){ 0, 0, NULL, bytes + (a - first), (size_t)(b - a) };
}

pdql_status pdql_list_give_keypoints(pdql_list *list, const uint8_t *plain, size_t n, pdql_records *records)
{
    pdql_page page;
    uint64_t index;
    int lengths;
    if (!list || !records)
        return PDQL_ERR_ARG;
    pdql_status status = pdql_list_want(list, &page);
    if (status != PDQL_OK)
        return status;
    if (page.sealed_bytes == 0 || list->section != PDQI_KEYPOINTS)
        return PDQL_ERR_ORDER;
    if (!plain)
        return list->verdict = PDQL_LIST_CONTENT_MISMATCH;
    if (n != page.plain_bytes)
        return PDQL_ERR_ARG;
    *records = (pdql_records){ 0 };
    next_page(list, &index, &lengths);
    list->keypoints.has_last |= index == pdqi_list_plain(list) / PDQI_PAGE;
    if (!list->has_head && (status = take_head(list, plain, n)) != PDQL_OK)
        return list->verdict = status;
    memcpy(lengths ? list->meta_page : list->head, plain, n);
    *(lengths ? &list->keypoints.lengths_page : &list->keypoints.body_page) = index + 1;
    status = advance(list);
    if (status != PDQL_OK)
        return list->verdict = status;
    hand_out(list, index, lengths, records);
    return PDQL_OK;
}

pdql_status pdql_list_records(pdql_list *list, uint64_t total)
{
    pdqi_keypoints_section *s = list ? &list->keypoints : NULL;
    uint8_t numbers[SEED - SEQ];
    if (!list)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_DONE || list->section != PDQI_DELTA || !list->info.keypoints_bytes)
        return PDQL_ERR_ORDER;
    list->section = PDQI_RECORDS;
    list->stage = PDQI_READING;
    memset(&list->tree, 0, sizeof list->tree);
    memset(s, 0, sizeof *s);
    s->body = total;
    memcpy(s->head + SEED, list->delta.fixed + 96, 32);
    for (int i = 0; i < 8; i++) {
        numbers[i] = (uint8_t)(list->info.seq >> (56 - 8 * i));
        numbers[8 + i] = (uint8_t)(list->info.slots >> (56 - 8 * i));
        numbers[16 + i] = (uint8_t)(total >> (56 - 8 * i));
    }
    begin(list, 0);
    pdqi_sha256_add(&list->leaf, numbers, sizeof numbers);
    end(list);
    return PDQL_OK;
}

pdql_status pdql_list_record(pdql_list *list, const uint8_t *data, size_t n)
{
    if (!list || (!data && n) || n > 0xffff)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_READING || list->section != PDQI_RECORDS || list->keypoints.slot == list->count)
        return PDQL_ERR_ORDER;
    begin(list, ++list->keypoints.slot);
    pdqi_sha256_add(&list->leaf, data, n);
    check(list, data, n);
    end(list);
    list->keypoints.summed += n;
    return PDQL_OK;
}

pdql_status pdqi_records_end(pdql_list *l)
{
    pdqi_keypoints_section *s = &l->keypoints;
    if (s->slot < l->count)
        return PDQL_ERR_ORDER;
    while (s->slot < l->info.slots) {
        begin(l, ++s->slot);
        end(l);
    }
    return s->summed == s->body ? pdqi_keypoints_end(l) : (l->verdict = PDQL_LIST_CONTENT_MISMATCH);
}

pdql_status pdqi_keypoints_end(pdql_list *l)
{
    uint8_t root[PDQI_HASH];
    pdqi_tree_root(&l->tree, l->sha, root);
    if (memcmp(root, l->keypoints_pt_root, PDQI_HASH))
        return l->verdict = PDQL_LIST_CONTENT_MISMATCH;
    if (l->broken)
        return l->verdict = PDQL_LIST_RULE;
    l->stage = PDQI_DONE;
    return PDQL_OK;
}
