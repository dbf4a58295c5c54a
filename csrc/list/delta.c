/*
 * list/delta.c - from the release held and a delta to the blocks of the next release
 *
 * docs/formats/list-delta.md, section 12. Hashes, meta and gaps stand in three places of the delta; a page of
 * each is held, and one block of the result, whatever the sizes. What comes out goes the way of every
 * block (list/content.c): leaves, rules, and in the end the root that was signed.
 */
#include "list/list.h"

#include "base/bytes.h"

enum {
    FIXED = PDQI_DELTA_HEAD,
    HASH = PDQL_HASH_BYTES,
    ORDER = PDQI_ORDER_BYTES,
    GAP_BYTES = 4,
    SLOTS = PDQI_SLOT_STEP
};

typedef enum took { TOOK, WANT_PAGE, WANT_OLD, BLOCK, DONE, REFUSED } took;

static uint8_t *page_of(pdql_list *l, size_t part)
{
    return part == PDQI_STREAM_MAIN ? l->meta_page : part == PDQI_STREAM_META ? l->plain : l->sealed;
}

pdql_status pdql_list_delta(pdql_list *list, const pdql_held *held)
{
    if (!list || !held)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_ENDORSED || list->section != PDQI_LIST || list->taken)
        return PDQL_ERR_ORDER;
    if (held->count > PDQI_SLOTS_MAX)
        return PDQL_ERR_ARG;
    size_t i = 0;
    while (i < list->n_deltas && list->deltas[i].from != held->seq)
        i++;
    if (i == list->n_deltas)
        return PDQL_LIST_CT_MISMATCH;
    memset(&list->delta, 0, sizeof list->delta);
    list->delta.line = list->deltas[i];
    list->delta.held_count = held->count;
    memcpy(list->delta.held_root, held->pt_root, 32);
    list->delta.parts[PDQI_STREAM_MAIN].end = FIXED + PDQI_PAGE;
    list->section = PDQI_DELTA;
    pdqi_sha256_init(&list->leaf, list->sha); /* of the file as it is: no tree */
    return PDQL_OK;
}

/* Copies what is at hand of n bytes of a part; asks for its page where there is not enough. */
static size_t pull(pdql_list *l, size_t part, uint8_t *out, size_t n)
{
    pdqi_delta_stream *p = &l->delta.parts[part];
    size_t done = 0;
    while (done < n && p->at < p->end) {
        const size_t in_page = (size_t)(p->at % PDQI_PAGE);
        size_t take = PDQI_PAGE - in_page;
        if (p->held != p->at / PDQI_PAGE + 1) {
            l->delta.wanted = part;
            break;
        }
        take = take < n - done ? take : n - done;
        take = take < p->end - p->at ? take : (size_t)(p->end - p->at);
        memcpy(out + done, page_of(l, part) + in_page, take);
        done += take;
        p->at += take;
    }
    return done;
}

/* The numbers of the first 128 bytes, and where the parts are. */
static int fixed_holds(pdql_list *l)
{
    pdqi_delta *d = &l->delta;
    const uint8_t *f = d->fixed;
    const uint64_t total = pdqi_list_plain(l), m = l->info.meta_bytes, records = l->info.keypoints_bytes ? 2 : 0;
    const uint64_t removals = pdqi_load_be64(f + 64), additions = pdqi_load_be64(f + 72), gaps = pdqi_load_be64(f + 80),
                   body = pdqi_load_be64(f + 88);
    uint8_t seed = 0;
    for (size_t i = 96; i < FIXED; i++)
        seed |= f[i];
    if (memcmp(f, "PDQLDL1", 8) || pdqi_load_be64(f + 8) != d->line.from || pdqi_load_be64(f + 16) != l->info.seq
        || pdqi_load_be64(f + 24) != d->held_count || memcmp(f + 32, d->held_root, 32) || removals > d->held_count
        || additions > total / HASH || gaps > total || body > total || (!records && (body || seed)))
        return 0;
    const uint64_t meta = FIXED + PDQI_PAGE + HASH * additions, first_gap = meta + m * additions;
    if (first_gap + gaps + records * additions + body > total)
        return 0;
    d->removals = d->removals_left = removals;
    d->additions = additions;
    d->body = body;
    d->parts[PDQI_STREAM_META] = (pdqi_delta_stream){ meta, first_gap, 0 };
    d->parts[PDQI_STREAM_GAPS] = (pdqi_delta_stream){ first_gap, first_gap + gaps, 0 };
    d->lengths_end = first_gap + gaps + records * additions;
    return 1;
}

static took read_fixed(pdql_list *l)
{
    pdqi_delta *d = &l->delta;
    if (pdqi_list_plain(l) < FIXED + PDQI_PAGE)
        return REFUSED;
    d->n_fixed += pull(l, PDQI_STREAM_MAIN, d->fixed + d->n_fixed, FIXED - d->n_fixed);
    if (d->n_fixed < FIXED)
        return WANT_PAGE;
    d->stage = PDQI_DELTA_FIRST;
    return fixed_holds(l) ? TOOK : REFUSED;
}

static took read_first(pdql_list *l)
{
    pdqi_delta *d = &l->delta;
    d->n_first += pull(l, PDQI_STREAM_MAIN, l->block_hashes + d->n_first, PDQI_PAGE - d->n_first);
    if (d->n_first < PDQI_PAGE)
        return WANT_PAGE;
    if (pdqi_list_head(l, l->block_hashes) != PDQL_OK || l->count != d->held_count - d->removals + d->additions)
        return REFUSED;
    d->parts[PDQI_STREAM_MAIN].end += HASH * d->additions;
    d->stage = PDQI_DELTA_MERGE;
    return TOOK;
}

/* Takes the next number of the gaps: the next slot that goes. */
static took next_removal(pdql_list *l)
{
    pdqi_delta *d = &l->delta;
    uint8_t byte;
    do {
        const pdqi_delta_stream *gaps = &d->parts[PDQI_STREAM_GAPS];
        if (gaps->at == gaps->end || d->gap_bytes == GAP_BYTES)
            return REFUSED;
        if (!pull(l, PDQI_STREAM_GAPS, &byte, 1))
            return WANT_PAGE;
        d->gap |= (uint64_t)(byte & 127) << 7 * d->gap_bytes++;
    } while (byte & 128);
    if (byte == 0 && d->gap_bytes > 1)
        return REFUSED;
    d->removed += d->gap + (d->removals_left < d->removals); /* past the one before */
    d->gap = d->gap_bytes = 0;
    d->has_removed = 1;
    d->removals_left--;
    return d->removed < d->held_count ? TOOK : REFUSED;
}

static took next_addition(pdql_list *l)
{
    pdqi_delta *d = &l->delta;
    const size_t width = l->info.meta_bytes;
    uint8_t order[ORDER];
    d->n_hash += pull(l, PDQI_STREAM_MAIN, d->add + d->n_hash, HASH - d->n_hash);
    if (d->n_hash < HASH)
        return WANT_PAGE;
    d->n_meta += pull(l, PDQI_STREAM_META, d->add + HASH + d->n_meta, width - d->n_meta);
    if (d->n_meta < width)
        return WANT_PAGE;
    pdqi_order_of(l, d->add, d->add + HASH, order);
    if (d->added && memcmp(d->last, order, ORDER) >= 0)
        return REFUSED;
    memcpy(d->last, order, ORDER);
    d->added++;
    return TOOK;
}

static took emit(pdql_list *l, const uint8_t *hash, const uint8_t *meta, uint32_t from)
{
    pdqi_delta *d = &l->delta;
    const size_t width = l->info.meta_bytes;
    memcpy(l->block_hashes + HASH * d->filled, hash, HASH); /* filled is below SLOTS */
    memcpy(l->meta[0] + width * d->filled, meta, width);
    l->block_from[d->filled++] = from;
    return d->filled == SLOTS ? BLOCK : TOOK;
}

/* Moves one entry, or finds out what is wanted for that. */
static took merge(pdql_list *l)
{
    pdqi_delta *d = &l->delta;
    const size_t width = l->info.meta_bytes;
    const int adding = d->n_meta == width;
    uint8_t order[ORDER];
    if (d->removals_left && !d->has_removed)
        return next_removal(l);
    if (!adding && d->added < d->additions)
        return next_addition(l);
    if (d->old_at < d->held_count && d->old_at - d->old_first >= d->old_n)
        return WANT_OLD;
    if (d->old_at < d->held_count && d->has_removed && d->removed == d->old_at) {
        d->has_removed = 0;
        d->old_at++;
        return TOOK;
    }
    int side = adding ? 1 : -1; /* below 0: the held entry comes first */
    if (d->old_at < d->held_count) {
        const size_t i = (size_t)(d->old_at - d->old_first);
        const uint8_t *hash = d->old_hashes + HASH * i, *meta = d->old_meta + width * i;
        pdqi_order_of(l, hash, meta, order);
        if (adding)
            side = memcmp(order, d->last, ORDER);
        if (side == 0)
            return REFUSED;
        if (side < 0)
            return emit(l, hash, meta, (uint32_t)d->old_at++);
    }
    if (adding) {
        d->n_hash = d->n_meta = 0;
        return emit(l, d->add, d->add + HASH, PDQL_DELTA_ADDED | (uint32_t)(d->added - 1));
    }
    d->stage = PDQI_DELTA_PAD;
    return d->parts[PDQI_STREAM_GAPS].at == d->parts[PDQI_STREAM_GAPS].end ? TOOK : REFUSED;
}

static took padding(pdql_list *l)
{
    static const uint8_t NOTHING[PDQI_ENTRY_MAX] = { 0 };
    pdqi_delta *d = &l->delta;
    if (l->block < l->info.slots / SLOTS)
        return emit(l, NOTHING, NOTHING, PDQL_DELTA_ADDED);
    const uint64_t start = d->parts[PDQI_STREAM_GAPS].end;
    d->parts[PDQI_STREAM_MAIN] = (pdqi_delta_stream){ start, pdqi_list_plain(l), 0 };
    d->stage = PDQI_DELTA_REST;
    return TOOK;
}

/* Goes through what a held page has of the rest: lengths, then records, then zeros. */
static took rest(pdql_list *l, pdql_delta_piece *out)
{
    pdqi_delta *d = &l->delta;
    pdqi_delta_stream *p = &d->parts[PDQI_STREAM_MAIN];
    const uint64_t body_end = d->lengths_end + d->body;
    if (p->at == p->end) {
        d->stage = PDQI_DELTA_LAST;
        return d->summed == d->body ? TOOK : REFUSED;
    }
    if (p->held != p->at / PDQI_PAGE + 1) {
        d->wanted = PDQI_STREAM_MAIN;
        return WANT_PAGE;
    }
    const uint8_t *bytes = l->meta_page + p->at % PDQI_PAGE;
    const uint64_t border = p->at < d->lengths_end ? d->lengths_end : p->at < body_end ? body_end : p->end;
    size_t n = PDQI_PAGE - (size_t)(p->at % PDQI_PAGE);
    n = n < border - p->at ? n : (size_t)(border - p->at);
    const uint32_t kind = p->at < d->lengths_end ? PDQL_DELTA_LENGTHS : p->at < body_end ? PDQL_DELTA_RECORDS : 0;
    for (size_t i = 0; i < n; i++) {
        if (kind == 0 && bytes[i])
            return REFUSED;
        if (kind == PDQL_DELTA_LENGTHS)
            d->summed += (d->half ^= 1) ? (uint64_t)bytes[i] << 8 : bytes[i];
    }
    p->at += n;
    out->kind = kind;
    out->bytes = bytes;
    out->n = n;
    return TOOK;
}

/* A block of 512 slots is full: into the tree, past the rules, out to the caller. */
static void give_block(pdql_list *l, pdql_delta_piece *out)
{
    const uint64_t first = l->block * SLOTS;
    const uint64_t left = l->count > first ? l->count - first : 0;
    pdqi_list_block(l, l->block_hashes, l->meta[0]);
    l->delta.filled = 0;
    if (left == 0)
        return;
    out->kind = PDQL_DELTA_ENTRIES;
    out->entries = (pdql_entries){ first, left < SLOTS ? (size_t)left : (size_t)SLOTS, l->block_hashes, l->meta[0] };
    out->origin = l->block_from;
}

static took step(pdql_list *l, pdql_delta_piece *out)
{
    switch (l->delta.stage) {
    case PDQI_DELTA_FIXED: return read_fixed(l);
    case PDQI_DELTA_FIRST: return read_first(l);
    case PDQI_DELTA_MERGE: return merge(l);
    case PDQI_DELTA_PAD: return padding(l);
    case PDQI_DELTA_REST: return rest(l, out);
    case PDQI_DELTA_LAST: break;
    }
    return l->delta.has_last ? DONE : WANT_PAGE;
}

static void want_page(pdql_list *l, pdql_delta_piece *out)
{
    const pdqi_delta *d = &l->delta;
    const uint64_t last = pdqi_list_plain(l) / PDQI_PAGE;
    out->kind = PDQL_DELTA_PAGE;
    pdqi_list_page(l, d->stage == PDQI_DELTA_LAST ? last : d->parts[d->wanted].at / PDQI_PAGE, &out->page);
}

pdql_status pdql_delta_next(pdql_list *list, pdql_delta_piece *out)
{
    if (!list || !out)
        return PDQL_ERR_ARG;
    if (list->verdict != PDQL_OK)
        return list->verdict;
    if (list->stage != PDQI_READING || list->section != PDQI_DELTA)
        return PDQL_ERR_ORDER;
    *out = (pdql_delta_piece){ 0 };
    while (out->kind == PDQL_DELTA_END) {
        const took did = step(list, out);
        if (did == REFUSED)
            return list->verdict = PDQL_LIST_CONTENT_MISMATCH;
        if (did == DONE)
            break;
        if (did == BLOCK)
            give_block(list, out);
        if (did == WANT_PAGE)
            want_page(list, out);
        if (did == WANT_OLD) {
            out->kind = PDQL_DELTA_OLD;
            out->old_first = list->delta.old_at;
        }
    }
    list->delta.asked = out->kind;
    return PDQL_OK;
}

/* Whether this is what was asked for. */
static pdql_status answers(pdql_list *l, uint32_t kind)
{
    if (!l)
        return PDQL_ERR_ARG;
    if (l->verdict != PDQL_OK)
        return l->verdict;
    return l->stage == PDQI_READING && l->section == PDQI_DELTA && l->delta.asked == kind ? PDQL_OK : PDQL_ERR_ORDER;
}

pdql_status pdql_delta_page(pdql_list *list, const uint8_t *plain, size_t n)
{
    pdql_delta_piece wanted;
    const pdql_status status = answers(list, PDQL_DELTA_PAGE);
    if (status != PDQL_OK)
        return status;
    if (!plain)
        return list->verdict = PDQL_LIST_CONTENT_MISMATCH;
    want_page(list, &wanted);
    if (n != wanted.page.plain_bytes)
        return PDQL_ERR_ARG;
    const size_t part = list->delta.stage == PDQI_DELTA_LAST ? (size_t)PDQI_STREAM_MAIN : list->delta.wanted;
    memcpy(page_of(list, part), plain, n);
    list->delta.parts[part].held = wanted.page.index + 1;
    list->delta.has_last |= wanted.page.index == pdqi_list_plain(list) / PDQI_PAGE;
    list->delta.asked = PDQL_DELTA_END;
    return PDQL_OK;
}

pdql_status pdql_delta_old(pdql_list *list, const uint8_t *hashes, const uint8_t *meta, size_t n)
{
    const pdql_status status = answers(list, PDQL_DELTA_OLD);
    if (status != PDQL_OK)
        return status;
    if (!hashes || !meta || n == 0 || n > list->delta.held_count - list->delta.old_at)
        return PDQL_ERR_ARG;
    list->delta.old_hashes = hashes;
    list->delta.old_meta = meta;
    list->delta.old_first = list->delta.old_at;
    list->delta.old_n = n;
    list->delta.asked = PDQL_DELTA_END;
    return PDQL_OK;
}
