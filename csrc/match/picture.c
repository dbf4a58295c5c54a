/*
 * match/picture.c - one picture against a list: views, evidence, decision
 *
 * Puts the parts together and owns no thresholds but the policy's. The stages
 * run in order of cost, each only if what came before found nothing.
 */
#include "match/matcher.h"

#include "list/text.h"
#include "match/decide.h"
#include "pdqlite_sound.h"
#include "plane/plane.h"

#include <string.h>

enum { META_PICTURE = 6, META_VIDEO = 14, ENTRY_NEGATIVE = 1, ENTRY_FRAME = 2 };

void pdql_match_policy_init(pdql_match_policy *policy)
{
    if (policy)
        *policy = (pdql_match_policy){ 700, 600, PDQL_RADIUS_BY_RATE, PDQL_HASH_BITS, 50, 2, PDQL_VIEW_ALL, 2000000,
                                       1,   200 };
}

size_t pdql_matcher_size(void)
{
    return sizeof(pdql_matcher);
}

static pdql_status check_list(const pdql_match_list *l, const pdql_match_policy *p, pdql_matcher *m)
{
    const int absent = !l->rows && !l->index;
    if (l->n > PDQL_MAX_ROWS || (m->paged.read ? !absent : l->n && absent)
        || (l->keypoints && (uintptr_t)l->keypoints % 8))
        return PDQL_ERR_ARG;
    if (l->meta_bytes != 0 && l->meta_bytes != META_PICTURE && l->meta_bytes != META_VIDEO)
        return PDQL_ERR_ARG;
    if (l->n && !l->meta != !l->meta_bytes)
        return PDQL_ERR_ARG;
    if (l->index) {
        const pdql_status status = pdql_index_open(l->index, l->index_bytes, &m->index);
        if (status != PDQL_OK)
            return status;
        if (m->index.n_rows != l->n)
            return PDQL_ERR_ARG;
    }
    const int crops = l->n && l->n <= p->uncrop_entries;
    m->uncrops = crops && l->rows;
    m->lacks = crops && !l->rows ? PDQL_LACKS_UNCROP : 0;
    if (l->n && !l->keypoints && (p->views & PDQL_VIEW_KEYPOINTS))
        m->lacks |= PDQL_LACKS_KEYPOINTS;
    if (m->uncrops && (!l->uncrop || !l->packed))
        return PDQL_ERR_ARG;
    m->all_signed = m->uncrops && l->keypoints && (p->views & PDQL_VIEW_KEYPOINTS) && pdqi_all_signed(l);
    if (m->uncrops && l->packed_bytes < pdql_uncrop_packed_size(l->n))
        return PDQL_ERR_SPACE;
    return PDQL_OK;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The larger of two false-match rates; a list that asks for more than there is gets the most there is. */
static uint32_t most(uint32_t a, uint32_t b)
{
    return a > b ? a : least(b, PDQL_NEG_LOG10_FPR_X100_MAX);
}

uint32_t pdqi_list_neg_log10_fpr(const pdql_matcher *m, uint32_t neg_log10_fpr_x100)
{
    const uint32_t cost = pdqi_decades(m->list.n);
    return neg_log10_fpr_x100 > cost ? neg_log10_fpr_x100 - cost : 0;
}

static pdql_status init(pdql_matcher *memory, size_t size, const pdql_match_list *list, const pdql_row_source *rows,
                        const pdql_match_policy *policy)
{
    if (!memory || (uintptr_t)memory % 8 || !list || !policy || policy->views > PDQL_VIEW_ALL || policy->confirm > 1
        || policy->radius > PDQL_RADIUS_BY_RATE || policy->max_distance > PDQL_HASH_BITS
        || policy->list_neg_log10_fpr_x100 > PDQL_NEG_LOG10_FPR_X100_MAX
        || policy->picture_neg_log10_fpr_x100 > PDQL_NEG_LOG10_FPR_X100_MAX
        || policy->video_neg_log10_fpr_x100 > PDQL_NEG_LOG10_FPR_X100_MAX)
        return PDQL_ERR_ARG;
    if (size < sizeof *memory)
        return PDQL_ERR_SPACE;
    pdql_matcher m = { .list = *list, .policy = *policy };
    if (list->n <= PDQL_MAX_ROWS)
        m.list.n = pdql_sound_first(list->meta, list->meta_bytes, list->n); /* the rest is heard, not seen */
    if (!m.list.kernels)
        /* once: the question can cost more than an answer, in a virtual machine */
        m.list.kernels = pdql_kernels_best();
    if (rows)
        m.paged = *rows;
    const uint32_t least_of_pair = policy->list_neg_log10_fpr_x100
        ? policy->list_neg_log10_fpr_x100 + pdqi_decades(m.list.n)
        : 0;
    m.picture = m.video = (pdql_thresholds){ most(policy->picture_neg_log10_fpr_x100, least_of_pair),
                                             most(policy->video_neg_log10_fpr_x100, least_of_pair), 0,
                                             policy->min_quality, policy->frames };
    const int by_rate = policy->radius == PDQL_RADIUS_BY_RATE;
    m.picture.radius = least(by_rate ? PDQL_HASH_BITS : policy->radius, policy->max_distance);
    m.video.radius = least(by_rate ? PDQI_FRAME_RADIUS : policy->radius, policy->max_distance);
    if (!pdqi_thresholds_ok(&m.picture))
        return PDQL_ERR_ARG;
    const pdql_status status = check_list(&m.list, policy, &m);
    if (status == PDQL_OK)
        *memory = m;
    return status;
}

pdql_status pdql_matcher_init(pdql_matcher *memory, size_t size, const pdql_match_list *list,
                              const pdql_match_policy *policy)
{
    return init(memory, size, list, NULL, policy);
}

pdql_status pdql_matcher_init_paged(pdql_matcher *memory, size_t size, const pdql_match_list *list,
                                    const pdql_row_source *rows, const pdql_match_policy *policy)
{
    return rows && rows->read ? init(memory, size, list, rows, policy) : PDQL_ERR_ARG;
}

const pdql_kernels *pdqi_kernels_of(const pdql_matcher *m)
{
    return m->list.kernels;
}

static uint32_t big16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

void pdqi_entry_at(const pdql_matcher *m, uint32_t row, pdqi_entry *out)
{
    *out = (pdqi_entry){ .quality = 255 };
    if (!m->list.meta)
        return;
    const uint8_t *at = m->list.meta + (size_t)row * m->list.meta_bytes;
    out->categories = big16(at);
    out->sources = big16(at + 2);
    out->negative = (at[4] & ENTRY_NEGATIVE) != 0;
    out->quality = at[5];
    out->frame = (at[4] & ENTRY_FRAME) != 0 && m->list.meta_bytes == META_VIDEO;
    if (out->frame) {
        out->video = big16(at + 6) << 16 | big16(at + 8);
        out->time_ms = big16(at + 10) << 16 | big16(at + 12);
    }
}

static size_t up(size_t n)
{
    return (n + 15) / 16 * 16;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Sizes of the parts that depend on the picture: its plane, and the largest of the stages that take turns. */
static int sizes_for(const pdql_matcher *m, uint32_t width, uint32_t height, size_t *plane, size_t *stage)
{
    const size_t hasher = pdql_hasher_size(width, height);
    *plane = pdql_plane_size(width, height);
    if (!hasher || !*plane)
        return 0;
    uint32_t w, h;
    pdqi_plane_shape(width, height, &w, &h);
    *stage = larger(larger(hasher, pdql_regions_size()), pdqi_deep_size(m, w, h));
    *stage = up(*stage) + (m->list.keypoints ? up(pdqi_closer_room(width, height)) : 0);
    return 1;
}

size_t pdql_match_work_size(const pdql_matcher *matcher, uint32_t width, uint32_t height)
{
    size_t plane, stage;
    if (!matcher || !sizes_for(matcher, width, height, &plane, &stage))
        return 0;
    return up(sizeof(pdqi_work)) + up(plane) + up(stage);
}

pdql_status pdqi_work_begin(const pdql_matcher *m, const pdql_image *image, void *work, size_t size, pdqi_work **out)
{
    size_t plane, stage;
    if (!m || !image || !work || (uintptr_t)work % 8)
        return PDQL_ERR_ARG;
    if (!sizes_for(m, image->width, image->height, &plane, &stage))
        return PDQL_ERR_SHAPE;
    if (size < up(sizeof(pdqi_work)) + up(plane) + up(stage))
        return PDQL_ERR_SPACE;
    pdqi_work *w = work;
    w->plane_memory = (uint8_t *)work + up(sizeof(pdqi_work));
    w->stage = (uint8_t *)w->plane_memory + up(plane);
    w->plane_size = plane;
    w->image = image;
    w->stage_size = stage;
    w->n_evidence = w->n_deep = w->n_found = w->n_regions = w->n_judged = 0;
    w->has_query = w->silent = 0;
    w->n_refits = 0;
    w->has_plane = 0;
    memset(w->flatness, 0, sizeof w->flatness);
    *out = w;
    return PDQL_OK;
}

typedef struct gatherer {
    const pdql_matcher *m;
    pdqi_work *w;
    int32_t reach[PDQI_VIEW_GROUPS];    /* bits; below 0: the group is not searched */
} gatherer;

/* Hits of one view, as evidence. */
static void gather(void *ctx, uint32_t view, const pdql_hit *hits, size_t n)
{
    const gatherer *g = ctx;
    const pdqi_views *views = &g->w->views;
    const uint32_t share = views->share[views->of[view].group];
    for (size_t i = 0; i < n; i++) {
        pdqi_entry entry;
        if ((int32_t)hits[i].distance > g->reach[views->of[view].group]
            || !pdqi_hit_counts(g->w, &views->of[view], hits[i].distance))
            continue;
        pdqi_entry_at(g->m, hits[i].row, &entry);
        g->w->evidence[g->w->n_evidence++] = (pdql_evidence){
            .row = hits[i].row,
            .tier = PDQL_TIER_HASH,
            .value = (uint16_t)hits[i].distance,
            .view = views->of[view].number,
            .quality = (uint8_t)least(views->of[view].quality, entry.quality),
            .flags = entry.negative ? PDQL_FLAG_NEGATIVE : 0,
            .trials = share,
        };
    }
}

/* Tier 1: every view, as far as its share of the rate lets it match. */
static pdql_status hash_stage(const pdql_matcher *m, pdqi_work *w)
{
    gatherer g = { m, w, { -1, -1, -1, -1 } };
    int32_t farthest = -1;
    for (unsigned group = 0; group < PDQI_VIEW_GROUPS; group++) {
        const int32_t radius = pdql_radius_of(m->picture.picture_neg_log10_fpr_x100, w->views.share[group]);
        if (radius < 0 || w->views.begin[group] == w->views.begin[group + 1])
            continue;
        g.reach[group] = (int32_t)pdqi_reach(m, group, least((uint32_t)radius, m->picture.radius));
        farthest = g.reach[group] > farthest ? g.reach[group] : farthest;
    }
    if (m->paged.read) /* one pass over the pages for all groups: each is opened once */
        return farthest < 0 ? PDQL_OK : pdqi_search(m, w, 0, w->views.n, (unsigned)farthest, gather, &g);
    pdql_status status = PDQL_OK;
    for (unsigned group = 0; group < PDQI_VIEW_GROUPS && status == PDQL_OK; group++) {
        if (g.reach[group] < 0)
            continue;
        const unsigned radius = (unsigned)g.reach[group];
        const uint32_t end = w->views.begin[group + 1], middle = pdqi_likely_end(m, &w->views, group);
        if (w->views.begin[group] < middle)
            status = pdqi_search(m, w, w->views.begin[group], middle, radius, gather, &g);
        if (status == PDQL_OK && middle < end)
            status = pdqi_search(m, w, middle, end, pdqi_late_reach(group, radius), gather, &g);
    }
    return status;
}

static pdql_where where_at(const pdqi_work *w, const pdql_evidence *e)
{
    return e->view < PDQI_VIEWS ? pdqi_where_of(&w->views, e->view) : w->deep[e->view - PDQI_VIEWS];
}

static void describe(const pdql_matcher *m, const pdqi_work *w, const pdql_choice *choice, pdql_decision *d)
{
    memset(d, 0, sizeof *d);
    d->entry = d->distance = d->video = d->at_ms = PDQL_NONE;
    d->start_ms = d->end_ms = d->entry_start_ms = d->entry_end_ms = PDQL_NONE;
    d->proof = PDQL_CLAIM_NONE;
    d->verdict = choice->verdict;
    d->quality = w->views.whole_quality;
    d->frames = 1;
    d->lacks = m->lacks;
    if (choice->verdict == PDQL_NO_MATCH)
        return;
    const pdql_evidence *best = &w->evidence[choice->evidence];
    pdqi_entry entry;
    pdqi_entry_at(m, best->row, &entry);
    d->entry = best->row;
    d->tier = best->tier;
    d->neg_log10_fpr_x100 = choice->neg_log10_fpr_x100;
    d->list_neg_log10_fpr_x100 = pdqi_list_neg_log10_fpr(m, choice->neg_log10_fpr_x100);
    d->score = best->tier == PDQL_TIER_HASH ? 0 : best->value;
    d->categories = entry.categories;
    d->sources = entry.sources;
    d->video = entry.frame ? entry.video : PDQL_NONE;
    d->agreeing = 1;
    d->where = where_at(w, best);
    d->confirmed = pdqi_confirmed_of(m, w, best, &d->proof);
    for (size_t i = 0; i < w->n_evidence; i++) {
        const pdql_evidence *e = &w->evidence[i];
        if (e->row == best->row && e->tier == PDQL_TIER_HASH)
            d->distance = least(d->distance, e->value);
    }
}

/* Whether `a` is told before `b`: scores, then near rows. */
static int sooner(const pdql_evidence *a, const pdql_evidence *b)
{
    const uint32_t far_a = a->tier == PDQL_TIER_HASH ? a->value : 0, far_b = b->tier == PDQL_TIER_HASH ? b->value : 0;
    if (far_a != far_b)
        return far_a < far_b;
    return a->row != b->row ? a->row < b->row : a->view < b->view;
}

/* Of each entry what speaks loudest in each tier: however many views show one of two near twins, both are told. */
static size_t tell(const pdql_matcher *m, const pdqi_work *w, pdql_finding *findings, size_t cap)
{
    const pdql_evidence *first[PDQL_MAX_FINDINGS];
    size_t n = 0;
    cap = cap < PDQL_MAX_FINDINGS ? cap : PDQL_MAX_FINDINGS;
    for (size_t i = 0; cap && i < w->n_evidence; i++) {
        const pdql_evidence *e = &w->evidence[i];
        size_t at = 0;
        while (at < n && (first[at]->row != e->row || first[at]->tier != e->tier))
            at++;
        if ((at < n || n == cap) && !sooner(e, first[at < n ? at : n - 1]))
            continue;
        at = at < n ? at : n < cap ? n++ : n - 1;
        for (; at && sooner(e, first[at - 1]); at--)
            first[at] = first[at - 1];
        first[at] = e;
    }
    for (size_t i = 0; i < n; i++) {
        const pdql_evidence *e = first[i];
        const int hash = e->tier == PDQL_TIER_HASH;
        const uint32_t neg_log10_fpr_x100 = pdql_neg_log10_fpr_x100(e->tier, e->value, e->trials);
        const int below = neg_log10_fpr_x100 < m->picture.picture_neg_log10_fpr_x100
            || (hash && e->value > m->picture.radius);
        findings[i] = (pdql_finding){ e->row,
                                      e->tier,
                                      hash ? e->value : PDQL_NONE,
                                      hash ? 0 : e->value,
                                      e->quality,
                                      (e->flags & PDQL_FLAG_NEGATIVE) != 0,
                                      neg_log10_fpr_x100,
                                      (uint32_t)below,
                                      where_at(w, e),
                                      0,
                                      0 };
        findings[i].confirmed = pdqi_confirmed_of(m, w, e, &findings[i].proof);
    }
    return n;
}

pdql_status pdql_match_picture(const pdql_matcher *matcher, const pdql_image *image, void *work, size_t size,
                               pdql_decision *decision, pdql_finding *findings, size_t cap, size_t *n)
{
    typedef pdql_status (*stage)(const pdql_matcher *, pdqi_work *);
    static const stage DEEPER[] = { pdqi_keypoints_stage, pdqi_tilted_stage, pdqi_closer_stage, pdqi_uncrop_stage };
    const int keypoints = matcher && matcher->list.keypoints && (matcher->policy.views & PDQL_VIEW_KEYPOINTS);
    pdqi_work *w;
    pdql_choice choice;
    if (!decision || !n || (!findings && cap))
        return PDQL_ERR_ARG;
    pdql_status status = pdqi_work_begin(matcher, image, work, size, &w);
    if (status == PDQL_OK)
        status = pdqi_views_of_picture(matcher, image, w);
    if (status == PDQL_OK)
        status = hash_stage(matcher, w);
    if (status == PDQL_OK)
        status = pdqi_settle(matcher, w, &choice);
    for (size_t s = 0; s < sizeof DEEPER / sizeof DEEPER[0] && status == PDQL_OK && choice.verdict != PDQL_MATCH; s++) {
        const int wanted[] = { keypoints, pdqi_tilts(matcher), keypoints && matcher->policy.views & PDQL_VIEW_REGIONS,
                               matcher->uncrops != 0 };
        if (!wanted[s])
            continue;
        status = DEEPER[s](matcher, w);
        if (status == PDQL_OK)
            status = pdqi_settle(matcher, w, &choice);
    }
    if (status != PDQL_OK)
        return status;
    describe(matcher, w, &choice, decision);
    *n = tell(matcher, w, findings, cap);
    return PDQL_OK;
}
