/*
 * match/make.c - a whole matcher out of a list's entries, in one call
 */
#include "pdqlite_parts.h"
#include "pdqlite_sound.h"

#include <string.h>

enum { ALIGN = 64, RECORD_HEAD = 3, META_VIDEO = 14 };

/* Where the parts of the block lie, and how large it is. */
typedef struct layout {
    size_t index, index_bytes, keypoints, keypoints_bytes, uncrop, packed, packed_bytes, all;
} layout;

/* Room for a part behind the others; SIZE_MAX once it is too much. */
static size_t room(layout *l, size_t bytes)
{
    const size_t at = l->all > SIZE_MAX - ALIGN ? SIZE_MAX : (l->all + ALIGN - 1) / ALIGN * ALIGN;
    l->all = at == SIZE_MAX || bytes > SIZE_MAX - at ? SIZE_MAX : at + bytes;
    return at;
}

/* The keypoints of all records; SIZE_MAX if one is too short to have any. */
static size_t points_of(const pdql_match_entries *e)
{
    size_t points = 0, at = 0;
    for (size_t i = 0; i < e->n; at += e->lengths[i++]) {
        if (e->lengths[i] && e->lengths[i] < RECORD_HEAD)
            return SIZE_MAX;
        points += e->lengths[i] ? e->records[at + 1] : 0;
    }
    return points;
}

static int wants_keypoints(const pdql_match_entries *e, const pdql_match_policy *policy)
{
    return e->n && e->lengths && (policy->views & PDQL_VIEW_KEYPOINTS);
}

static int wants_uncrop(const pdql_match_entries *e, const pdql_match_policy *policy)
{
    return e->n && e->n <= policy->uncrop_entries;
}

/* Lays the block out but for the index, whose size is known once it is planned. */
static pdql_status lay_out(const pdql_match_entries *e, const pdql_match_policy *policy, layout *l)
{
    *l = (layout){ .all = pdql_matcher_size() };
    if (wants_keypoints(e, policy)) {
        const size_t points = points_of(e);
        l->keypoints_bytes = points == SIZE_MAX ? 0 : pdql_keypoints_index_size(e->n, points);
        if (!l->keypoints_bytes)
            return PDQL_ERR_ARG;
        l->keypoints = room(l, l->keypoints_bytes);
    }
    if (wants_uncrop(e, policy)) {
        l->packed_bytes = pdql_uncrop_packed_size(e->n);
        l->uncrop = e->uncrop ? 0 : room(l, pdql_uncrop_size());
        l->packed = room(l, l->packed_bytes);
    }
    return PDQL_OK;
}

static pdql_status fill(const pdql_match_entries *e, const pdql_match_policy *policy, const layout *l, uint8_t *block)
{
    pdql_match_list list = {
        .kernels = e->kernels, .n = e->n, .rows = e->rows, .meta = e->meta, .meta_bytes = e->meta_bytes
    };
    pdql_status status = PDQL_OK;
    if (l->index_bytes) {
        list.index = block + l->index;
        list.index_bytes = l->index_bytes;
    }
    if (l->keypoints_bytes) {
        list.keypoints = block + l->keypoints;
        list.keypoints_bytes = l->keypoints_bytes;
        status = pdql_keypoints_index_build_frames(e->records, e->lengths, e->rows,
                                                   e->meta_bytes == META_VIDEO ? e->meta : NULL, e->n,
                                                   block + l->keypoints, l->keypoints_bytes);
    }
    if (status == PDQL_OK && l->packed_bytes) {
        list.uncrop = e->uncrop ? e->uncrop : (const pdql_uncrop *)(const void *)(block + l->uncrop);
        list.packed = block + l->packed;
        list.packed_bytes = l->packed_bytes;
        if (!e->uncrop)
            status = pdql_uncrop_init(block + l->uncrop, pdql_uncrop_size());
        if (status == PDQL_OK)
            status = pdql_uncrop_pack(e->rows, e->n, block + l->packed, l->packed_bytes);
    }
    return status ? status : pdql_matcher_init((pdql_matcher *)(void *)block, pdql_matcher_size(), &list, policy);
}

/* Plans the index, gets the block, builds the index in it. */
static pdql_status build(const pdql_match_entries *e, layout *l, const pdql_memory *memory, uint8_t **block)
{
    size_t work_bytes = 0;
    void *work = NULL;
    pdql_status status = PDQL_OK;
    if (e->n) {
        status = pdql_index_work_size(e->n, PDQL_INDEX_AUTO, &work_bytes);
        if (status == PDQL_OK && !(work = memory->get(memory->ctx, work_bytes)))
            return PDQL_ERR_SPACE;
        if (status == PDQL_OK)
            status = pdql_index_plan(e->rows, e->n, PDQL_INDEX_AUTO, work, work_bytes, &l->index_bytes);
        l->index = room(l, l->index_bytes);
    }
    if (status == PDQL_OK && (l->all == SIZE_MAX || !(*block = memory->get(memory->ctx, l->all))))
        status = PDQL_ERR_SPACE;
    if (status == PDQL_OK && e->n)
        status = pdql_index_build(e->rows, e->n, work, work_bytes, *block + l->index, l->index_bytes);
    if (work)
        memory->give(memory->ctx, work);
    return status;
}

pdql_status pdql_matcher_make(const pdql_match_entries *entries, const pdql_match_policy *policy,
                              const pdql_memory *memory, pdql_matcher **matcher)
{
    uint8_t *block = NULL;
    layout l;
    if (!entries || !policy || !memory || !memory->get || !memory->give || !matcher || entries->n > PDQL_MAX_ROWS
        || (entries->n && !entries->rows) || (entries->lengths && entries->n && !entries->records))
        return PDQL_ERR_ARG;
    pdql_match_entries pictures = *entries;
    pictures.n = pdql_sound_first(entries->meta, entries->meta_bytes, entries->n);
    pdql_status status = lay_out(&pictures, policy, &l);
    if (status == PDQL_OK)
        status = build(&pictures, &l, memory, &block);
    if (status == PDQL_OK)
        status = fill(&pictures, policy, &l, block);
    if (status == PDQL_OK)
        *matcher = (pdql_matcher *)(void *)block;
    else if (block)
        memory->give(memory->ctx, block);
    return status;
}
