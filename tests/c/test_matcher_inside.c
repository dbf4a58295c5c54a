/*
 * test_matcher_inside.c - rules of the matcher that no decision shows by itself: how far views are searched, which
 * parts are followed
 */
#include "drawn_list.h"

/* Of three rows that un-cropping refined, one for each video, the one below zero is not followed. */
static void parts_followed(const listed *l)
{
    static const int32_t SCORES[3] = { 320, -5, 0 };
    pdql_match_policy policy;
    plainly(&policy);
    const pdql_match_list list = described(l);
    pdql_matcher *m = made(&list, &policy);
    pdqi_work *w = calloc(1, sizeof *w);
    pdqi_followed_parts parts = { .n = 0 };
    for (uint32_t i = 0; i < 3; i++)
        w->found[w->n_found++] = (pdqi_found){
            .as = { 0, 64, 0, 64, 0, 0, 0, 0 }, .row = i, .score = SCORES[i], .original = { 0, 0, 100, 100, 0 }
        };
    pdqi_follow_parts(m, &parts, w, 1);
    assert(parts.n == 2 && parts.of[0].score == 320 && parts.of[1].score == 0);
    assert(parts.of[0].original.x1 == 100 && parts.of[1].original.x1 == 100);
    free(w), free(m);
}

/* Whether a picture matches a self-index of one row: the bits of a view, so many of them changed. */
static int met_at(const pdql_image *image, const pdql_view *view, unsigned bits)
{
    uint8_t row[32];
    size_t index_bytes, work_size, n;
    memcpy(row, view->bits, 32);
    for (unsigned b = 0; b < bits; b++)
        row[b * 7 % 32] ^= (uint8_t)(1 << b / 32 % 8);
    assert(pdql_index_work_size(1, PDQL_INDEX_SELF, &work_size) == PDQL_OK);
    void *work = malloc(work_size);
    assert(pdql_index_plan(row, 1, PDQL_INDEX_SELF, work, work_size, &index_bytes) == PDQL_OK);
    uint8_t *index = malloc(index_bytes);
    assert(pdql_index_build(row, 1, work, work_size, index, index_bytes) == PDQL_OK);
    free(work);
    const pdql_match_list list = { .n = 1, .rows = row, .index = index, .index_bytes = index_bytes };
    pdql_match_policy policy;
    plainly(&policy);
    policy.picture_neg_log10_fpr_x100 = 500;
    pdql_matcher *m = made(&list, &policy);
    const size_t size = pdql_match_work_size(m, image->width, image->height);
    work = malloc(size);
    pdql_decision decision;
    assert(pdql_match_picture(m, image, work, size, &decision, NULL, 0, &n) == PDQL_OK);
    free(work);
    free(m);
    free(index);
    return decision.verdict == PDQL_MATCH;
}

static unsigned nearest_other(const pdql_view *views, size_t n, size_t which)
{
    unsigned least = 256;
    for (size_t i = 0; i < n; i++) {
        const unsigned d = i == which ? 256 : pdql_distance(views[i].bits, views[which].bits);
        least = d < least ? d : least;
    }
    return least;
}

/*
 * How far views are searched in a large list: by how likely they are, less far in later regions, or turned
 * and inverted.
 */
static void reach_in_large_lists(const listed *l)
{
    static const unsigned REACH[2][PDQI_VIEW_GROUPS] = { { 63, 47, 47, 31 }, { 0, 31, 31, 15 } };
    static pdql_view views[PDQI_VIEWS];
    int tried[2][PDQI_VIEW_GROUPS] = { { 0 } };
    const pdql_match_list list = described(l);
    pdql_match_policy policy;
    plainly(&policy);
    pdql_matcher *m = made(&list, &policy);
    const size_t size = pdql_match_work_size(m, SIDE, SIDE);
    void *work = malloc(size);
    for (uint32_t seed = 0; seed < 40; seed++) {
        uint8_t pixels[SIDE * SIDE];
        size_t n;
        paint(pixels, seed, 0);
        const pdql_image image = image_of(pixels);
        assert(pdql_match_views(m, &image, work, size, views, &n) == PDQL_OK);
        for (size_t i = 0; i < n; i++) {
            const unsigned number = views[i].number,
                           late = number / 16 ? number / 16 >= 8 : number % 8 && number / 8 % 2;
            const unsigned group = pdqi_group_of(number / 16, number % 8, number / 8 % 2), reach = REACH[late][group];
            const int at_border = !number || number == 7 || number == 8 || number == 9 || number / 16 == 7
                || number / 16 == 8;
            if (tried[late][group] || !at_border || nearest_other(views, n, i) < 100)
                continue;
            tried[late][group] = 1;
            assert(met_at(&image, &views[i], reach) && !met_at(&image, &views[i], reach + 1));
        }
    }
    for (int group = 0; group < PDQI_VIEW_GROUPS; group++)
        assert(tried[0][group] && tried[1][group] == (group > 0));
    free(work);
    free(m);
}

int main(void)
{
    listed l;
    list_up(&l);
    reach_in_large_lists(&l);
    parts_followed(&l);
    free(l.index);
    puts("matcher inside: ok");
    return 0;
}
