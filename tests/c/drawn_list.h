/*
 * drawn_list.h - a list of drawn pictures and frames, and matchers over it
 */
#ifndef DRAWN_LIST_H
#define DRAWN_LIST_H

#include "drawn_picture.h"
#include "match/matcher.h"

enum { ENTRIES = 24, FRAMES_FROM = 8 };

typedef struct listed {
    uint8_t rows[ENTRIES * 32], meta[ENTRIES * 14];
    uint8_t *index;
    size_t index_bytes;
} listed;

/* Entries 0 .. 7 are pictures, the others two videos of 8 frames, one a second. */
static void list_up(listed *l)
{
    uint8_t pixels[SIDE * SIDE];
    const size_t size = pdql_hasher_size(SIDE, SIDE);
    void *hasher = malloc(size);
    assert(pdql_hasher_init(hasher, size, SIDE, SIDE) == PDQL_OK);
    memset(l->meta, 0, sizeof l->meta);
    for (int i = 0; i < ENTRIES; i++) {
        const int frame = i >= FRAMES_FROM, video = (i - FRAMES_FROM) / 8, second = (i - FRAMES_FROM) % 8;
        pdql_hash hash;
        const pdql_image image = image_of(pixels);
        uint8_t *meta = l->meta + 14 * i;
        paint(pixels, frame ? 100u + (uint32_t)(10 * video + second) : (uint32_t)i, 0);
        assert(pdql_hash_image(pdql_kernels_best(), hasher, &image, &hash) == PDQL_OK && hash.quality >= 50);
        memcpy(l->rows + 32 * i, hash.bits, 32);
        meta[1] = 4, meta[3] = (uint8_t)i, meta[4] = frame ? 2 : 0, meta[5] = hash.quality;
        if (frame)
            meta[9] = (uint8_t)(7 + video), meta[12] = (uint8_t)(1000 * second >> 8),
            meta[13] = (uint8_t)(1000 * second);
    }
    free(hasher);
    size_t work_size;
    assert(pdql_index_work_size(ENTRIES, PDQL_INDEX_SELF, &work_size) == PDQL_OK);
    void *work = malloc(work_size);
    assert(pdql_index_plan(l->rows, ENTRIES, PDQL_INDEX_SELF, work, work_size, &l->index_bytes) == PDQL_OK);
    l->index = malloc(l->index_bytes);
    assert(pdql_index_build(l->rows, ENTRIES, work, work_size, l->index, l->index_bytes) == PDQL_OK);
    free(work);
}

static pdql_match_list described(const listed *l)
{
    return (pdql_match_list){ .n = ENTRIES,
                              .rows = l->rows,
                              .meta = l->meta,
                              .meta_bytes = 14,
                              .index = l->index,
                              .index_bytes = l->index_bytes };
}

static pdql_matcher *made(const pdql_match_list *list, const pdql_match_policy *policy)
{
    pdql_matcher *m = malloc(pdql_matcher_size());
    assert(pdql_matcher_init(m, pdql_matcher_size(), list, policy) == PDQL_OK);
    return m;
}

/* Lists here have no tables of un-cropping. */
static void plainly(pdql_match_policy *policy)
{
    pdql_match_policy_init(policy);
    policy->uncrop_entries = 0;
}

#endif
