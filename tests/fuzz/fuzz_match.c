/*
 * fuzz_match.c - libFuzzer: any columns, damaged index and keypoints blocks, any pictures and frames
 *
 * The first bytes choose sizes, policy and format; the rest is the list's rows and
 * meta, what is written over its blocks, and pixels.
 */
#include "pdqlite.h"

#include <stdlib.h>
#include <string.h>

typedef struct bytes {
    const uint8_t *at;
    size_t n, next;
} bytes;

static uint8_t byte(bytes *b)
{
    return b->n ? b->at[b->next++ % b->n] : 0;
}

static void *fill(bytes *b, size_t n)
{
    uint8_t *out = aligned_alloc(16, (n + 31) / 16 * 16);
    for (size_t i = 0; i < n; i++)
        out[i] = byte(b);
    return out;
}

/* A block of an index or of keypoint signatures with a few bytes changed. */
static void damage(bytes *b, uint8_t *block, size_t n)
{
    for (unsigned i = byte(b) % 4; n && i; i--) {
        const size_t at = ((size_t)byte(b) << 16 | (size_t)byte(b) << 8 | byte(b)) % n;
        block[at] ^= byte(b);
    }
}

static uint8_t *index_of(const uint8_t *rows, size_t n, pdql_index_shape shape, size_t *size)
{
    size_t work_size;
    if (pdql_index_work_size(n, shape, &work_size))
        abort();
    void *work = aligned_alloc(16, (work_size + 31) / 16 * 16);
    if (pdql_index_plan(rows, n, shape, work, work_size, size))
        abort();
    uint8_t *block = malloc(*size);
    if (pdql_index_build(rows, n, work, work_size, block, *size))
        abort();
    free(work);
    return block;
}

static void check(const pdql_matcher *m, size_t n_rows, const pdql_decision *d)
{
    (void)m;
    if (d->verdict > PDQL_SHARES_PART || d->tier > PDQL_TIER_KEYPOINTS || (d->entry != PDQL_NONE && d->entry >= n_rows)
        || (d->verdict == PDQL_MATCH) > (d->entry != PDQL_NONE) || d->where.left > d->where.right
        || d->where.top > d->where.bottom || d->where.right > 65536 || d->where.bottom > 65536
        || d->where.orientation > 7 || d->where.inverted > 1 || d->neg_log10_fpr_x100 > PDQL_NEG_LOG10_FPR_X100_MAX)
        abort();
}

static void pictures(const pdql_matcher *m, size_t n_rows, bytes *b)
{
    const size_t watch_size = pdql_watch_size(m);
    pdql_watch *watch = malloc(watch_size);
    if (pdql_watch_init(watch, watch_size, m))
        abort();
    uint32_t now = 0;
    for (int i = 0; i < 3; i++) {
        const uint32_t width = byte(b) % 90, height = byte(b) % 90, format = byte(b) % 6, step = byte(b) % 5;
        const size_t size = pdql_match_work_size(m, width, height);
        uint8_t *pixels = fill(b, (size_t)width * height * 5 + 5);
        void *work = malloc(size ? size : 1);
        const pdql_image image = { .data = pixels,
                                   .width = width,
                                   .height = height,
                                   .row_stride = (ptrdiff_t)width * step,
                                   .pixel_stride = step,
                                   .format = format };
        pdql_decision decision;
        pdql_finding findings[PDQL_MAX_FINDINGS];
        pdql_frame_match matches[PDQL_MAX_FINDINGS];
        size_t n;
        if (pdql_match_picture(m, &image, work, size, &decision, findings, byte(b) % 65, &n) == PDQL_OK)
            check(m, n_rows, &decision);
        now += byte(b) * 8u;
        pdql_watch_push(watch, &image, now - (byte(b) == 0), work, size);
        if (pdql_watch_decision(watch, &decision, matches, byte(b) % 65, &n))
            abort();
        check(m, n_rows, &decision);
        if (pdql_watch_enough(watch) && decision.verdict != PDQL_MATCH) /* one frame alone is asked more strictly */
            abort();
        free(pixels), free(work);
    }
    free(watch);
}

static int read_rows(void *ctx, size_t first, size_t n, uint8_t *out)
{
    memcpy(out, (const uint8_t *)ctx + 32 * first, 32 * n);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void *tables;
    bytes b = { data, size, 0 };
    if (size < 16)
        return 0;
    if (!tables) {
        tables = malloc(pdql_uncrop_size());
        pdql_uncrop_init(tables, pdql_uncrop_size());
    }
    const size_t n = byte(&b) % 60, meta_bytes = (const size_t[]){ 0, 6, 14, 5 }[byte(&b) % 4];
    const unsigned how = byte(&b);
    pdql_match_list list = { .n = n, .meta_bytes = meta_bytes };
    uint8_t *rows = fill(&b, 32 * n), *meta = fill(&b, meta_bytes * n), *block = NULL;
    uint64_t *keypoints = NULL;
    uint8_t *packed = malloc(pdql_uncrop_packed_size(n) + 1);
    pdql_uncrop_pack(rows, n, packed, pdql_uncrop_packed_size(n));
    list.rows = how & 1 ? rows : NULL;
    list.meta = meta_bytes ? meta : NULL;
    if (how & 2) {
        block = index_of(rows, n, how & 4 ? PDQL_INDEX_SELF : PDQL_INDEX_SCAN, &list.index_bytes);
        damage(&b, block, list.index_bytes);
        list.index = block;
    }
    if (how & 8) {
        const uint8_t record[14] = { 1, 1, 128, byte(&b), byte(&b), 60, 1, 2, 3, 4, 5, 6, 7, 8 };
        const uint32_t lengths[1] = { sizeof record };
        list.keypoints_bytes = pdql_keypoints_index_size(1, 1);
        keypoints = malloc(list.keypoints_bytes);
        if (pdql_keypoints_index_build(record, lengths, NULL, 1, keypoints, list.keypoints_bytes))
            abort();
        damage(&b, (uint8_t *)keypoints, list.keypoints_bytes);
        list.keypoints = keypoints;
    }
    if (how & 16) {
        list.uncrop = tables;
        list.packed = how & 32 ? packed : NULL;
        list.packed_bytes = pdql_uncrop_packed_size(n) - (how & 64 ? 1 : 0);
    }
    pdql_match_policy policy;
    pdql_match_policy_init(&policy);
    policy.picture_neg_log10_fpr_x100 = byte(&b) * 4u;
    policy.video_neg_log10_fpr_x100 = byte(&b) * 4u;
    policy.radius = byte(&b) + 3u;
    policy.min_quality = byte(&b) % 102;
    policy.frames = byte(&b) % 4;
    policy.views = byte(&b) % 17;
    pdql_matcher *m = malloc(pdql_matcher_size());
    const pdql_row_source source = { rows, read_rows };
    if ((how & 128 ? pdql_matcher_init_paged(m, pdql_matcher_size(), &list, &source, &policy)
                   : pdql_matcher_init(m, pdql_matcher_size(), &list, &policy))
        == PDQL_OK)
        pictures(m, n, &b);
    free(m), free(rows), free(meta), free(block), free(keypoints), free(packed);
    return 0;
}
