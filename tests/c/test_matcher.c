/*
 * test_matcher.c - the matcher on exactly the memory it asks for
 *
 * A list of drawn pictures and frames; copies of them must be found, strangers not, on
 * every kernel alike; every wrong argument is told and changes nothing; ten hours of video
 * fit in the same memory as one frame.
 */
#include "drawn_list.h"

static void wrong_arguments(const listed *l)
{
    pdql_match_policy policy;
    plainly(&policy);
    pdql_match_policy_init(NULL);
    const size_t size = pdql_matcher_size();
    pdql_matcher *m = malloc(size);
    const pdql_match_list good = described(l);
    pdql_match_list bad = good;
    assert(pdql_matcher_init(NULL, size, &good, &policy) == PDQL_ERR_ARG);
    assert(pdql_matcher_init(m, size, NULL, &policy) == PDQL_ERR_ARG);
    assert(pdql_matcher_init(m, size, &good, NULL) == PDQL_ERR_ARG);
    assert(pdql_matcher_init(m, size - 1, &good, &policy) == PDQL_ERR_SPACE);
    bad.rows = NULL, bad.index = NULL;
    assert(pdql_matcher_init(m, size, &bad, &policy) == PDQL_ERR_ARG);
    bad = good, bad.n = ENTRIES - 1;
    assert(pdql_matcher_init(m, size, &bad, &policy) == PDQL_ERR_ARG);
    bad = good, bad.index_bytes--;
    assert(pdql_matcher_init(m, size, &bad, &policy) == PDQL_ERR_BLOCK);
    for (size_t bytes = 0; bytes < 20; bytes++)
        if (bytes != 6 && bytes != 14) {
            bad = good, bad.meta_bytes = bytes;
            assert(pdql_matcher_init(m, size, &bad, &policy) == PDQL_ERR_ARG);
        }
    bad = good, bad.meta = NULL;
    assert(pdql_matcher_init(m, size, &bad, &policy) == PDQL_ERR_ARG);
    uint32_t *const fields[] = { &policy.picture_neg_log10_fpr_x100,
                                 &policy.video_neg_log10_fpr_x100,
                                 &policy.radius,
                                 &policy.max_distance,
                                 &policy.min_quality,
                                 &policy.views,
                                 &policy.frames,
                                 &policy.list_neg_log10_fpr_x100 };
    const uint32_t beyond[] = { 3001, 3001, 258, 257, 101, PDQL_VIEW_ALL + 1, 0, 3001 };
    for (int i = 0; i < 8; i++) {
        const uint32_t was = *fields[i];
        *fields[i] = beyond[i];
        assert(pdql_matcher_init(m, size, &good, &policy) == PDQL_ERR_ARG);
        *fields[i] = was;
    }
    policy.uncrop_entries = ENTRIES; /* asked for, and no tables */
    assert(pdql_matcher_init(m, size, &good, &policy) == PDQL_ERR_ARG);
    policy.uncrop_entries = ENTRIES - 1;
    assert(pdql_matcher_init(m, size, &good, &policy) == PDQL_OK);

    uint8_t pixels[SIDE * SIDE];
    paint(pixels, 3, 0);
    pdql_image image = image_of(pixels);
    const size_t work_size = pdql_match_work_size(m, SIDE, SIDE);
    void *work = malloc(work_size);
    pdql_decision decision, untouched;
    size_t n = 77;
    memset(&decision, 0xa5, sizeof decision);
    untouched = decision;
    assert(pdql_match_work_size(NULL, SIDE, SIDE) == 0 && pdql_match_work_size(m, 4, SIDE) == 0);
    assert(pdql_match_picture(NULL, &image, work, work_size, &decision, NULL, 0, &n) == PDQL_ERR_ARG);
    assert(pdql_match_picture(m, NULL, work, work_size, &decision, NULL, 0, &n) == PDQL_ERR_ARG);
    assert(pdql_match_picture(m, &image, NULL, work_size, &decision, NULL, 0, &n) == PDQL_ERR_ARG);
    assert(pdql_match_picture(m, &image, work, work_size, NULL, NULL, 0, &n) == PDQL_ERR_ARG);
    assert(pdql_match_picture(m, &image, work, work_size, &decision, NULL, 1, &n) == PDQL_ERR_ARG);
    assert(pdql_match_picture(m, &image, work, work_size, &decision, NULL, 0, NULL) == PDQL_ERR_ARG);
    assert(pdql_match_picture(m, &image, work, work_size - 1, &decision, NULL, 0, &n) == PDQL_ERR_SPACE);
    image.height = 1;
    assert(pdql_match_picture(m, &image, work, work_size, &decision, NULL, 0, &n) == PDQL_ERR_SHAPE);
    image = image_of(pixels), image.format = 9;
    assert(pdql_match_picture(m, &image, work, work_size, &decision, NULL, 0, &n) == PDQL_ERR_ARG);
    image = image_of(pixels), image.row_stride = 0;
    assert(pdql_match_picture(m, &image, work, work_size, &decision, NULL, 0, &n) == PDQL_ERR_SHAPE);
    assert(!memcmp(&decision, &untouched, sizeof decision) && n == 77);
    assert(pdql_watch_size(NULL) == 0 && pdql_watch_enough(NULL) == 0 && pdql_watch_hopeful(NULL) == 0);
    free(work), free(m);
}

static void copies_and_strangers(const listed *l)
{
    pdql_match_policy policy;
    plainly(&policy);
    uint8_t pixels[SIDE * SIDE], mirrored[SIDE * SIDE];
    for (size_t k = 0; pdql_kernels_at(k); k++) {
        for (int bare = 0; bare < 2; bare++) {
            pdql_match_list list = described(l);
            list.kernels = pdql_kernels_at(k);
            if (bare)
                list.index = NULL, list.meta = NULL, list.meta_bytes = 0;
            pdql_matcher *m = made(&list, &policy);
            const size_t size = pdql_match_work_size(m, SIDE, SIDE);
            void *work = malloc(size);
            for (uint32_t i = 0; i < 12; i++) {
                paint(pixels, i < 8 ? i : 500 + i, 0);
                for (int p = 0; p < SIDE * SIDE; p++)
                    mirrored[p] = pixels[p / SIDE * SIDE + SIDE - 1 - p % SIDE];
                const pdql_image image = image_of(i & 1 ? mirrored : pixels);
                pdql_decision d;
                pdql_finding findings[PDQL_MAX_FINDINGS];
                size_t n;
                assert(pdql_match_picture(m, &image, work, size, &d, findings, PDQL_MAX_FINDINGS, &n) == PDQL_OK);
                if (i >= 8) {
                    assert(d.verdict == PDQL_NO_MATCH && d.entry == PDQL_NONE && d.where.right == 0);
                    continue;
                }
                assert(d.verdict == PDQL_MATCH && d.entry == i && d.tier == PDQL_TIER_HASH && d.distance <= 16);
                assert(d.where.orientation == (i & 1 ? PDQL_MIRRORED : PDQL_AS_IS) && d.where.right == 65536);
                assert(d.categories == (bare ? 0u : 4u) && d.sources == (bare ? 0 : i) && d.video == PDQL_NONE);
                assert(n >= 1 && findings[0].entry == i && findings[0].distance == d.distance);
            }
            free(work), free(m);
        }
    }
}

typedef struct stored {
    const uint8_t *rows;
    size_t reads, fails_at;
} stored;

static int read_rows(void *ctx, size_t first, size_t n, uint8_t *rows)
{
    stored *s = ctx;
    assert(first % PDQL_PAGE_ROWS == 0 && n && n <= PDQL_PAGE_ROWS && first + n <= ENTRIES);
    if (s->reads++ == s->fails_at)
        return -1;
    memcpy(rows, s->rows + first * PDQL_HASH_BYTES, n * PDQL_HASH_BYTES);
    return 0;
}

/* Rows read page by page: the decisions of rows in memory; one pass a picture; a read that fails ends the match. */
static void page_by_page(const listed *l)
{
    enum { PAGES = (ENTRIES + PDQL_PAGE_ROWS - 1) / PDQL_PAGE_ROWS };
    pdql_match_policy policy;
    plainly(&policy);
    pdql_match_list list = described(l);
    list.index = NULL;
    pdql_matcher *scan = made(&list, &policy);
    const size_t size = pdql_matcher_size();
    pdql_matcher *m = malloc(size);
    stored rows = { l->rows, 0, SIZE_MAX };
    pdql_row_source source = { &rows, read_rows };
    assert(pdql_matcher_init_paged(m, size, &list, &source, &policy) == PDQL_ERR_ARG);
    list.rows = NULL;
    assert(pdql_matcher_init(m, size, &list, &policy) == PDQL_ERR_ARG);
    assert(pdql_matcher_init_paged(m, size, &list, NULL, &policy) == PDQL_ERR_ARG);
    source.read = NULL;
    assert(pdql_matcher_init_paged(m, size, &list, &source, &policy) == PDQL_ERR_ARG);
    source.read = read_rows;
    assert(pdql_matcher_init_paged(m, size, &list, &source, &policy) == PDQL_OK);
    const size_t work_size = pdql_match_work_size(m, SIDE, SIDE);
    void *work = malloc(work_size);
    uint8_t pixels[SIDE * SIDE];
    for (uint32_t i = 0; i < 12; i++) {
        paint(pixels, i < 8 ? i : 500 + i, 0);
        const pdql_image image = image_of(pixels);
        pdql_decision got, want;
        pdql_finding a[PDQL_MAX_FINDINGS], b[PDQL_MAX_FINDINGS];
        size_t n_a = 0, n_b = 0;
        rows.reads = 0;
        assert(pdql_match_picture(m, &image, work, work_size, &got, a, PDQL_MAX_FINDINGS, &n_a) == PDQL_OK);
        assert(rows.reads == PAGES);
        assert(pdql_match_picture(scan, &image, work, work_size, &want, b, PDQL_MAX_FINDINGS, &n_b) == PDQL_OK);
        assert(!memcmp(&got, &want, sizeof got) && n_a == n_b && !memcmp(a, b, n_a * sizeof *a));
        for (rows.fails_at = 0; rows.fails_at < PAGES; rows.fails_at++) {
            rows.reads = 0;
            assert(pdql_match_picture(m, &image, work, work_size, &got, a, PDQL_MAX_FINDINGS, &n_a) == PDQL_ERR_BLOCK);
            assert(!memcmp(&got, &want, sizeof got));
        }
        rows.fails_at = SIZE_MAX;
    }
    free(work), free(m), free(scan);
}

/* Frames of the second video, half a second off, then ten hours of others, then a still. */
static void ten_hours(const listed *l)
{
    pdql_match_policy policy;
    plainly(&policy);
    const pdql_match_list list = described(l);
    pdql_matcher *m = made(&list, &policy);
    const size_t size = pdql_match_work_size(m, SIDE, SIDE), watch_size = pdql_watch_size(m);
    void *work = malloc(size);
    pdql_watch *watch = malloc(watch_size);
    uint8_t pixels[SIDE * SIDE];
    const pdql_image image = image_of(pixels);
    pdql_decision d;
    pdql_frame_match matches[PDQL_MAX_FINDINGS];
    size_t n;
    assert(pdql_watch_init(watch, watch_size - 1, m) == PDQL_ERR_SPACE);
    assert(pdql_watch_init(watch, watch_size, m) == PDQL_OK);
    assert(pdql_watch_decision(watch, &d, NULL, 0, &n) == PDQL_OK && d.verdict == PDQL_NO_MATCH && d.frames == 0);
    const uint32_t hours = 36000000, steps = 200;
    for (uint32_t i = 0; i < steps; i++) {
        const uint32_t now = i * (hours / steps);
        paint(pixels, i % 3 ? 900 + i : 900, (int)(i % 5));
        assert(pdql_watch_push(watch, &image, now, work, size) == PDQL_OK);
        assert(pdql_watch_push(watch, &image, now + 1, work, size) == PDQL_OK); /* looks the same: counts */
    }
    assert(!pdql_watch_enough(watch) && !pdql_watch_hopeful(watch));
    for (uint32_t i = 0; i < 8; i++) {
        paint(pixels, 110 + i, 1);
        assert(pdql_watch_push(watch, &image, hours + 1000 * i + 500, work, size) == PDQL_OK);
        /* time runs back */
        assert(pdql_watch_push(watch, &image, hours + 1000 * i + 499, work, size) == PDQL_ERR_ARG);
    }
    assert(pdql_watch_enough(watch) && pdql_watch_hopeful(watch));
    assert(pdql_watch_decision(watch, &d, matches, PDQL_MAX_FINDINGS, &n) == PDQL_OK);
    assert(d.verdict == PDQL_MATCH && d.video == 8 && d.frames == 2 * steps + 8 && d.agreeing == 8 && n == 8);
    assert(d.start_ms == hours + 500 && d.end_ms == hours + 7500 && d.entry_start_ms == 0 && d.entry_end_ms == 7000);
    for (size_t i = 0; i < n; i++)
        assert(matches[i].time_ms == hours + 1000 * i + 500 && matches[i].entry_time_ms == 1000 * i);

    assert(pdql_watch_init(watch, watch_size, m) == PDQL_OK);
    paint(pixels, 5, 0);
    for (uint32_t i = 0; i < 3; i++)
        assert(pdql_watch_push(watch, &image, 40 * i, work, size) == PDQL_OK);
    assert(pdql_watch_decision(watch, &d, matches, 1, &n) == PDQL_OK && n == 1);
    assert(d.verdict == PDQL_MATCH && d.entry == 5 && d.video == PDQL_NONE && d.entry_start_ms == PDQL_NONE);
    assert(d.agreeing == 3 && matches[0].entry_time_ms == PDQL_NONE);

    assert(pdql_watch_init(watch, watch_size, m) == PDQL_OK);
    memset(pixels, 0, sizeof pixels);
    for (uint32_t i = 0; i < 100; i++)
        assert(pdql_watch_push(watch, &image, i, work, size) == PDQL_OK);
    assert(!pdql_watch_enough(watch) && !pdql_watch_hopeful(watch));
    free(watch), free(work), free(m);
}

int main(void)
{
    listed l;
    list_up(&l);
    wrong_arguments(&l);
    copies_and_strangers(&l);
    page_by_page(&l);
    ten_hours(&l);
    free(l.index);
    puts("matcher: ok");
    return 0;
}
