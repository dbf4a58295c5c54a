/*
 * fuzz_listen.c - libFuzzer target: any list of windows of sound, any windows heard, any times
 *
 * Rows and windows are a few bits from a few patterns, so that they meet. With an index and without, the answers are the
 * same; a "same sound" keeps to the list's cap, and names an entry that is not harmless; nothing that sound adds beside
 * frames is beyond its most.
 */
#include <stdlib.h>
#include <string.h>

#include "match/listen.h"

enum { META = 14, MOST_ROWS = 96, PATTERNS = 5, BEYOND_BESIDE = PDQI_SOUND_BESIDE_MOST + 1 };

static void must(int good)
{
    if (!good)
        abort();
}

static void *memory_of(size_t bytes)
{
    void *memory = calloc(bytes / 8 + 1, 8);
    if (!memory)
        exit(0);
    return memory;
}

/* A window: a pattern, and `off` of its bits turned. */
static void window(uint8_t *bits, uint8_t pattern, uint8_t off, uint8_t where)
{
    uint32_t state = 1 + pattern % PATTERNS;
    for (int i = 0; i < PDQL_HASH_BYTES; i++) {
        state = state * 1664525u + 1013904223u;
        bits[i] = (uint8_t)(state >> 24);
    }
    for (unsigned i = 0; i < off % 128; i++)
        bits[(where + 11 * i) % PDQL_HASH_BYTES] ^= (uint8_t)(1u << ((i / PDQL_HASH_BYTES + where) % 8));
}

typedef struct listed {
    uint8_t rows[MOST_ROWS * PDQL_HASH_BYTES], meta[MOST_ROWS * META];
    size_t n;
} listed;

/* Six bytes a row: pattern, bits off, where; video and flag; two of the time. */
static size_t list_up(listed *l, const uint8_t *data, size_t size)
{
    size_t used = 0;
    for (l->n = 0; l->n < MOST_ROWS && size - used >= 6 && data[used] != 255; l->n++, used += 6) {
        const uint8_t *d = data + used;
        uint8_t *meta = l->meta + META * l->n;
        const uint32_t time = (uint32_t)(d[4] << 8 | d[5]) * (d[3] & 64 ? 65537u : 1u);
        window(l->rows + PDQL_HASH_BYTES * l->n, d[0], d[1], d[2]);
        meta[1] = meta[3] = 1;
        meta[4] = (uint8_t)(6 | (d[3] & 1));
        meta[5] = 255;
        meta[9] = (d[3] & 128) ? 255 : d[3] >> 1 & 7;
        if (d[3] & 128)
            memset(meta + 6, 255, 3);
        for (int i = 0; i < 4; i++)
            meta[10 + i] = (uint8_t)(time >> (24 - 8 * i));
    }
    return used + (used < size);
}

static uint8_t *indexed(const listed *l, size_t *bytes)
{
    size_t work_size;
    must(pdql_index_work_size(l->n, PDQL_INDEX_SCAN, &work_size) == PDQL_OK);
    void *const work = memory_of(work_size);
    must(pdql_index_plan(l->rows, l->n, PDQL_INDEX_SCAN, work, work_size, bytes) == PDQL_OK);
    uint8_t *const index = memory_of(*bytes);
    must(pdql_index_build(l->rows, l->n, work, work_size, index, *bytes) == PDQL_OK);
    free(work);
    return index;
}

static void judge(const listed *l, const pdql_sound_list *list, pdql_listen *listen)
{
    pdql_sound_decision d;
    must(pdql_listen_decision(listen, &d) == PDQL_OK);
    must(d.verdict == PDQL_NO_MATCH || d.verdict == PDQL_SAME_SOUND);
    must(d.neg_log10_fpr_x100 <= PDQL_SOUND_RATE_MOST && d.score <= PDQI_SOUND_SCORE_MOST);
    for (uint32_t video = 0; video < 9; video++)
        for (uint32_t ms = 0; ms < 200000; ms += 9973)
            must(pdqi_listen_beside(listen, video < 8 ? video : UINT32_MAX, ms, ms / 2) < BEYOND_BESIDE);
    if (d.entry == PDQL_NONE) {
        must(d.verdict == PDQL_NO_MATCH && !d.score);
        return;
    }
    must(d.entry >= list->first && d.entry - list->first < l->n);
    must(!(l->meta[META * (d.entry - list->first) + 4] & PDQL_FLAG_NEGATIVE));
    must(d.distance < PDQI_SOUND_FAR && d.start_ms <= d.end_ms && d.entry_start_ms <= d.entry_end_ms);
    must(d.verdict != PDQL_SAME_SOUND || d.distance <= list->max_distance);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    listed l = { .n = 0 };
    if (size < 2)
        return 0;
    pdql_sound_list list = { .rows = l.rows, .meta = l.meta, .first = 9 };
    list.max_distance = data[0];
    list.neg_log10_fpr_x100 = data[1] % 241 * 5u;
    data += 2, size -= 2;
    const size_t used = list_up(&l, data, size);
    list.n = l.n;
    uint8_t *index = NULL;
    pdql_sound_matcher *matchers[2];
    pdql_listen *listens[2];
    for (int i = 0; i < 2; i++) {
        if (i && l.n)
            list.index = index = indexed(&l, &list.index_bytes);
        const size_t bytes = pdql_sound_matcher_size(l.n);
        matchers[i] = memory_of(bytes);
        must(pdql_sound_matcher_init(matchers[i], bytes, &list) == PDQL_OK);
        listens[i] = memory_of(pdql_listen_size());
        must(pdql_listen_init(listens[i], pdql_listen_size(), matchers[i]) == PDQL_OK);
    }
    uint32_t now = 0;
    for (size_t at = used; at + 6 <= size;
         at += 6) { /* six bytes: pattern, bits off, where, speed and hop, the time that passed */
        const uint8_t *d = data + at;
        pdql_heard heard = { now, d[3] % 12u, 0, { 0 } };
        heard.hop = d[3] & 128 ? d[3] * 3u : 250u - 7u * heard.speed;
        now += (uint32_t)d[4] * (d[5] & 128 ? 4001u : d[5] & 1 ? 125u : 1u);
        window(heard.bits, d[0], d[1], d[2]);
        const pdql_status status = pdql_listen_push(listens[0], &heard);
        must((status == PDQL_OK || status == PDQL_ERR_ARG) && pdql_listen_push(listens[1], &heard) == status);
        if (d[5] & 2)
            for (int i = 0; i < 2; i++)
                pdqi_listen_expect(listens[i], d[5] >> 2 & 7, now, (int64_t)now - 1000 * (d[5] >> 5));
        must(pdql_listen_enough(listens[0]) == pdql_listen_enough(listens[1]));
    }
    pdql_sound_decision a, b;
    must(pdql_listen_decision(listens[0], &a) == PDQL_OK && pdql_listen_decision(listens[1], &b) == PDQL_OK);
    must(!memcmp(&a, &b, sizeof a));
    judge(&l, &list, listens[0]);
    for (int i = 0; i < 2; i++)
        free(matchers[i]), free(listens[i]);
    free(index);
    return 0;
}
