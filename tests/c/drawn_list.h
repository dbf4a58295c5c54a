/*
 * drawn_list.h - a list of drawn pictures and frames, and matchers over it
 */
#ifndef DRAWN_LIST_H
#define DRAWN_LIST_H

#include "pdqlite_parts.h"
#include "match/matcher.h"

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 96, ENTRIES = 24, FRAMES_FROM = 8 };

static uint32_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(state >> 8) * below >> 24);
}

/* Rough boxes of any brightness, larger first; a picture for each seed, shifted a little by `at`. */
static void paint(uint8_t *p, uint32_t seed, int at)
{
    state = seed * 2654435761u + 12345;
    memset(p, 90, SIDE * SIDE);
    for (int i = 0; i < 60; i++) {
        const int size = 50 - i * 2 / 3, value = (int)draw(256);
        const int x0 = (int)draw(SIDE) - size / 2 + at, y0 = (int)draw(SIDE) - size / 2;
        for (int y = y0 < 0 ? 0 : y0; y < y0 + size && y < SIDE; y++)
            for (int x = x0 < 0 ? 0 : x0; x < x0 + size && x < SIDE; x++)
                p[y * SIDE + x] = (uint8_t)(value * 7 / 8 + (x - at) * y % 29);
    }
}

static pdql_image image_of(const uint8_t *p)
{
    return (pdql_image){
        .data = p, .width = SIDE, .height = SIDE, .row_stride = SIDE, .pixel_stride = 1, .format = PDQL_GRAY
    };
}

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
