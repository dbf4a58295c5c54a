/*
 * match/deep_stages.c - tiers deeper than whole hashes
 *
 * Keypoint signatures (tier 3), and un-cropping against plain hashes (tier 2):
 * which entries, and where in the query their original lies.
 */
#include "match/flatness.h"
#include "match/matcher.h"

#include "keypoints/index.h"
#include "plane/regions.h"

#include <string.h>

enum {
    PROVEN_LEAST = 18 * 16,    /* 1/16 nat: what a proof can make a match, or counts in a video */
    /* 1/16 nat: a proof so good adds so much. Of 221 votes for strangers that chance made none was proven by 0 */
    GOOD_PROOF = 56,
    PROOF_ADDS = 12 * 16,
    UNCROP_LEAST = 16 * 16,    /* before refinement */
    JOINT_LEAST = 4 * 16,      /* refined, bits one by one; what lies below says nothing together either */
    HYPOTHESES = PDQL_MAX_HYPOTHESES,
    BEST_QUALITY = 100
};

/* Orientations by turn of a keypoint match: rows and columns swapped (4), then mirrored (1), flipped (2). */
static const uint8_t TURNS[8] = { PDQL_AS_IS,      PDQL_MIRRORED,   PDQL_FLIPPED,   PDQL_TURNED_180,
                                  PDQL_TRANSPOSED, PDQL_TURNED_270, PDQL_TURNED_90, PDQL_TRANSPOSED_BACK };

static int wanted(const pdql_matcher *m, const pdql_where *where)
{
    return (m->policy.views & PDQL_VIEW_TURNED || where->orientation == PDQL_AS_IS)
        && (m->policy.views & PDQL_VIEW_INVERTED || !where->inverted);
}

static pdql_evidence *add(const pdql_matcher *m, pdqi_work *w, unsigned tier, uint32_t trials, uint32_t row,
                          int32_t score, const pdql_where *where, const int32_t map[6])
{
    pdqi_entry entry;
    pdqi_entry_at(m, row, &entry);
    const uint8_t quality = w->views.whole_quality;
    pdql_evidence *const e = &w->evidence[w->n_evidence++];
    *e = (pdql_evidence){
        .row = row,
        .tier = (uint16_t)tier,
        .value = (uint16_t)(score < 0           ? 0
                                : score > 65535 ? 65535
                                                : score),
        .view = (uint16_t)(PDQI_VIEWS + w->n_deep),
        .quality = quality < entry.quality ? quality : entry.quality,
        .flags = entry.negative ? PDQL_FLAG_NEGATIVE : 0,
        .trials = trials,
    };
    memcpy(w->maps[w->n_deep], map, sizeof w->maps[0]);
    w->deep[w->n_deep++] = *where;
    return e;
}

static uint32_t inside(int64_t v)
{
    return v < 0 ? 0 : v > 65536 ? 65536 : (uint32_t)v;
}

void pdqi_span_of(const int32_t *model, uint32_t *from, uint32_t *to)
{
    const int64_t a = model[0], b = model[1], c = model[2];
    *from = inside(c + (a < 0 ? a : 0) + (b < 0 ? b : 0));
    *to = inside(c + (a > 0 ? a : 0) + (b > 0 ? b : 0));
}

static size_t up(size_t n)
{
    return (n + 15) / 16 * 16;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t keypoint_size(uint32_t width, uint32_t height)
{
    const size_t search = up(pdql_keypoints_work_size(width, height)) + pdql_keypoints_search_size();
    return 2 * up(pdql_keypoints_query_size()) + larger(search, pdql_claim_work_size(width, height));
}

/* What lies behind the picture's keypoints, and those of the tilted picture. */
static void *search_work(const pdqi_work *w)
{
    return (uint8_t *)w->stage + 2 * up(pdql_keypoints_query_size());
}

void *pdqi_claim_work(const pdql_matcher *m, const pdqi_work *w, size_t *size)
{
    *size = w->stage_size - 2 * up(pdql_keypoints_query_size());
    return m->list.keypoints ? search_work(w) : NULL;
}

void *pdqi_second_query(const pdqi_work *w)
{
    return (uint8_t *)w->stage + up(pdql_keypoints_query_size());
}

pdql_status pdqi_query_of(const pdql_matcher *m, const pdqi_work *w, const pdql_plane *p, void *query)
{
    return pdql_keypoints_query(pdqi_kernels_of(m), p->samples, p->width, p->height, p->width, search_work(w),
                                pdql_keypoints_work_size(p->width, p->height), query, pdql_keypoints_query_size());
}

pdql_status pdqi_query(const pdql_matcher *m, pdqi_work *w)
{
    if (w->has_query)
        return PDQL_OK;
    const pdql_status status = pdqi_query_of(m, w, &w->plane, w->stage);
    w->has_query = status == PDQL_OK;
    return status;
}

/* Behind weights and a rotated plane: what a search works in, and then what a row's bits together do. */
static size_t uncrop_tail(const pdql_matcher *m)
{
    return larger(pdql_uncrop_search_size(m->list.n), pdql_uncrop_joint_size());
}

static uint8_t *tail_of(const pdqi_work *w)
{
    return (uint8_t *)w->stage + HYPOTHESES * sizeof(pdql_weights)
        + up(pdql_plane_size(w->plane.width, w->plane.height));
}

static size_t uncrop_size(const pdql_matcher *m, uint32_t width, uint32_t height)
{
    return HYPOTHESES * sizeof(pdql_weights) + up(pdql_plane_size(width, height)) + uncrop_tail(m);
}

pdql_status pdqi_search_parts(const pdql_matcher *m, pdqi_work *w, size_t n, int32_t least,
                              pdql_uncrop_hit hits[PDQI_REFINED], size_t *n_hits)
{
    return pdql_uncrop_search(pdqi_kernels_of(m), w->stage, n, m->list.packed, m->list.n, least, tail_of(w),
                              pdql_uncrop_search_size(m->list.n), hits, PDQI_REFINED, n_hits);
}

size_t pdqi_deep_size(const pdql_matcher *m, uint32_t width, uint32_t height)
{
    return larger(m->list.keypoints ? keypoint_size(width, height) : 0, m->uncrops ? uncrop_size(m, width, height) : 0);
}

/* Whether a piece of evidence is a match by its rate. */
static int sure(const pdql_matcher *m, const pdql_evidence *e)
{
    return pdql_neg_log10_fpr_x100(PDQL_TIER_KEYPOINTS, e->value, e->trials) >= m->picture.picture_neg_log10_fpr_x100;
}

/*
 * What could count as a match, or in a video, has to be proven; best first, so that of many the best PDQI_JUDGED are
 * looked at. Flat graphics agree in parts by construction: what is not proven of them is no evidence at all. What is
 * proven needs no quality of the hash. Sets `proven` if this one is, and sure enough for a picture.
 */
static pdql_status claim(const pdql_matcher *m, pdqi_work *w, pdql_evidence *e, const pdql_keypoints_match *hit,
                         unsigned *claims, int *proven)
{
    const int flat = pdqi_flatness_of(&w->plane, &w->deep[w->n_deep - 1]) == PDQI_FLAT;
    pdqi_judged as = { .confirmed = PDQL_CONFIRMED_NO };
    pdql_status status = PDQL_OK;
    const int32_t least = flat            ? PDQI_CLAIM_FLAT
        : e->trials == PDQI_CLOSER_TRIALS ? PDQI_CLAIM_CLOSER
                                          : PDQL_CLAIM_MATCH;
    const int counts = hit->score >= PROVEN_LEAST || sure(m, e);
    if (counts && (*claims)++ < PDQI_JUDGED)
        status = pdqi_judge(m, w, e, hit->model, hit->inverted, least, &as);
    if (as.confirmed == PDQL_CONFIRMED_YES && as.proof >= GOOD_PROOF && e->value < UINT16_MAX - PROOF_ADDS)
        e->value = (uint16_t)(e->value + PROOF_ADDS);
    *proven |= sure(m, e) && as.confirmed == PDQL_CONFIRMED_YES;
    if (as.confirmed == PDQL_CONFIRMED_YES)
        e->quality = BEST_QUALITY;
    else if (flat)
        w->n_evidence--, w->n_deep--;
    else if (counts)
        e->flags |= PDQL_FLAG_PART;
    return status;
}

pdql_status pdqi_take_keypoints(const pdql_matcher *m, pdqi_work *w, const pdql_keypoints_match *hits, size_t n,
                                uint32_t trials, unsigned *claims, int *proven)
{
    pdql_status status = PDQL_OK;
    for (size_t i = 0; i < n && status == PDQL_OK; i++) {
        const pdql_keypoints_match *hit = &hits[i];
        pdql_where where = { .orientation = TURNS[hit->turn % 8], .inverted = hit->inverted != 0 };
        pdqi_span_of(hit->model, &where.left, &where.right);
        pdqi_span_of(hit->model + 3, &where.top, &where.bottom);
        if (hit->entry >= m->list.n)
            return PDQL_ERR_BLOCK;
        if (wanted(m, &where))
            status = claim(m, w, add(m, w, PDQL_TIER_KEYPOINTS, trials, hit->entry, hit->score, &where, hit->model),
                           hit, claims, proven);
    }
    return status;
}

pdql_status pdqi_search_keypoints(const pdql_matcher *m, const pdqi_work *w, const void *query, int32_t least,
                                  pdql_keypoints_match *hits, size_t cap, size_t *n)
{
    return pdql_keypoints_search(pdqi_kernels_of(m), m->list.keypoints, m->list.keypoints_bytes, query,
                                 m->policy.views & PDQL_VIEW_TURNED ? PDQL_KEYPOINTS_TURNS : 1, least, search_work(w),
                                 pdql_keypoints_search_size(), hits, cap, n);
}

pdql_status pdqi_keypoints_stage(const pdql_matcher *m, pdqi_work *w)
{
    pdql_keypoints_match hits[PDQI_KEYPOINT_HITS];
    size_t n = 0;
    unsigned claims = 0;
    int proven = 0;
    pdql_status status = pdqi_query(m, w);
    if (status == PDQL_OK)
        status = pdqi_search_keypoints(m, w, w->stage, PDQI_KEYPOINT_LEAST, hits, PDQI_KEYPOINT_HITS, &n);
    w->silent = status == PDQL_OK && n == 0 && ((const keypoint_query *)w->stage)->points.n >= PDQI_SPEAKS;
    return status == PDQL_OK ? pdqi_take_keypoints(m, w, hits, n, PDQI_GROUPS, &claims, &proven) : status;
}

int pdqi_tilts(const pdql_matcher *m)
{
    const uint32_t views = PDQL_VIEW_KEYPOINTS | PDQL_VIEW_TILTED;
    return m->list.keypoints && (m->policy.views & views) == views;
}

pdql_status pdqi_tilted_stage(const pdql_matcher *m, pdqi_work *w)
{
    const size_t size = pdql_keypoints_query_size();
    void *const tilted = pdqi_second_query(w);
    unsigned claims = 0;
    int proven = 0;
    pdql_status status = pdqi_query(m, w);
    for (unsigned tilt = 1; tilt <= PDQI_TILTS && status == PDQL_OK && !proven; tilt++) {
        pdql_keypoints_match hits[PDQI_TILTED_HITS];
        size_t n = 0;
        status = pdql_keypoints_tilt(&w->plane, w->stage, tilt, search_work(w),
                                     pdql_keypoints_work_size(w->plane.width, w->plane.height), tilted, size);
        if (status == PDQL_OK)
            status = pdqi_search_keypoints(m, w, tilted, PDQI_KEYPOINT_LEAST, hits, PDQI_TILTED_HITS, &n);
        for (size_t i = 0; i < n; i++)
            pdql_keypoints_untilt(&w->plane, tilt, hits[i].model);
        w->silent &= n == 0;
        if (status == PDQL_OK)
            status = pdqi_take_keypoints(m, w, hits, n, PDQI_TILTED_TRIALS, &claims, &proven);
    }
    return status;
}

pdql_status pdqi_turned(const pdqi_work *w, unsigned angle, pdql_plane *out)
{
    uint8_t *memory = (uint8_t *)w->stage + HYPOTHESES * sizeof(pdql_weights);
    if (angle)
        return pdql_plane_rotate(&w->plane, angle, memory, pdql_plane_size(w->plane.width, w->plane.height), out);
    *out = w->plane;
    return PDQL_OK;
}

/* The score of a row where it fits best: its bits one by one, then together. */
static pdql_status score_of(const pdql_matcher *m, const pdqi_work *w, const pdql_plane *plane,
                            const pdql_weights *weights, const uint8_t *row, int32_t *score, pdql_region *at)
{
    int32_t more = 0;
    pdql_status status = pdql_uncrop_refine(m->list.uncrop, plane, weights, row, score, at);
    if (status == PDQL_OK && *score >= JOINT_LEAST)
        status = pdql_uncrop_joint(m->list.uncrop, plane, weights, at, row, tail_of(w), pdql_uncrop_joint_size(),
                                   &more);
    *score += more;
    return status;
}

pdql_status pdqi_refine(const pdql_matcher *m, pdqi_work *w, const pdql_uncrop_hit *hit)
{
    const pdql_weights *weights = (const pdql_weights *)w->stage + hit->weights;
    pdql_plane plane;
    pdql_region at;
    int32_t score;
    pdql_status status = pdqi_turned(w, weights->part.angle, &plane);
    if (status == PDQL_OK)
        status = score_of(m, w, &plane, weights, m->list.rows + (size_t)hit->row * PDQL_HASH_BYTES, &score, &at);
    if (status != PDQL_OK)
        return status;
    const int64_t width = plane.width, height = plane.height;
    const pdql_where where = { inside((int64_t)at.x0 * 256 / width), inside((int64_t)at.y0 * 256 / height),
                               inside((int64_t)at.x1 * 256 / width), inside((int64_t)at.y1 * 256 / height),
                               TURNS[weights->part.turn % 8],        weights->part.inverted };
    const int32_t box[4] = { (int32_t)((int64_t)at.x0 * 256 / width), (int32_t)((int64_t)at.y0 * 256 / height),
                             (int32_t)((int64_t)at.x1 * 256 / width), (int32_t)((int64_t)at.y1 * 256 / height) };
    int32_t map[6];
    pdqi_map_of(box, where.orientation, map);
    pdqi_uncrop_turn_back(weights->part.angle, &w->plane, map);
    /* paper agrees as a whole with other paper */
    if (!wanted(m, &where) || pdqi_flatness_of(&w->plane, &where) >= PDQI_PAPER)
        return PDQL_OK;
    add(m, w, PDQL_TIER_UNCROP, PDQI_GROUPS, hit->row, score, &where, map);
    if (w->n_found < PDQI_REFINED)
        w->found[w->n_found++] = (pdqi_found){ weights->part, weights->place, at, hit->row, score };
    return PDQL_OK;
}

pdql_status pdqi_uncrop_some(const pdql_matcher *m, pdqi_work *w, size_t refined)
{
    pdql_weights *weights = w->stage;
    pdql_uncrop_hit hits[PDQI_REFINED];
    pdql_status status = PDQL_OK;
    size_t n = 0, n_hits = 0;
    pdql_region regions[PDQL_MAX_REGIONS_MORE] = { { 0, 0, (int32_t)w->plane.width * 256,
                                                     (int32_t)w->plane.height * 256, PDQL_REGION_WHOLE } };
    size_t n_regions = 1;
    w->has_query = 0;
    if (m->policy.views & PDQL_VIEW_REGIONS)
        status = pdqi_regions_find_more(pdqi_kernels_of(m)->plane, &w->plane, w->stage, w->stage_size, regions,
                                        &n_regions);
    for (unsigned angle = 0; angle < PDQL_ANGLES && status == PDQL_OK; angle++) {
        pdql_plane plane;
        size_t more = 0;
        status = pdqi_turned(w, angle, &plane);
        if (status == PDQL_OK)
            status = pdql_uncrop_hypotheses(m->list.uncrop, &plane, regions, n_regions, angle, weights + n,
                                            HYPOTHESES - n, &more);
        n += more;
    }
    if (status == PDQL_OK)
        status = pdqi_search_parts(m, w, n, UNCROP_LEAST, hits, &n_hits);
    for (size_t i = 0; i < n_hits && i < refined && status == PDQL_OK; i++)
        status = pdqi_refine(m, w, &hits[i]);
    for (size_t i = refined; i < n_hits && w->n_found < PDQI_REFINED; i++) {
        const pdql_weights *as = weights + hits[i].weights;
        w->found[w->n_found++] = (pdqi_found){ as->part, as->place, pdqi_uncrop_whole(&as->place, &as->part),
                                               hits[i].row, hits[i].score };
    }
    return status;
}

/* Where every entry has a signature, and the query keypoints, and none agrees, there is no part of an entry to look for. */
pdql_status pdqi_uncrop_stage(const pdql_matcher *m, pdqi_work *w)
{
    return m->all_signed && w->silent ? PDQL_OK : pdqi_uncrop_some(m, w, PDQI_REFINED);
}

int pdqi_all_signed(const pdql_match_list *list)
{
    keypoints_block v;
    const uint8_t *points;
    if (!pdqi_keypoints_open(list->keypoints, list->keypoints_bytes, &v) || v.entries != list->n)
        return 0;
    for (uint32_t entry = 0; entry < v.entries; entry++)
        if (pdqi_keypoints_entry(&v, entry, &points) < PDQI_SPEAKS)
            return 0;
    return 1;
}
