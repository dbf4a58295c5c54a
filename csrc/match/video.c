/*
 * match/video.c - a video being watched: frames in, decision at any time
 *
 * A frame like the one before counts without being looked at. Other frames are
 * looked at as pictures are, their rows go to the vote, keypoint signatures and
 * un-cropping see each new scene (video_scenes.c), and some frames that met each
 * video are remembered (video_decision.c).
 */
#include "match/watch.h"

#include "match/decide.h"

#include <string.h>

enum {
    SLOTS = 512,
    ALIKE = 6,              /* bits: a frame this near to the last one looked at looks like it */
    BLANK = 10,             /* quality of a whole frame below which nothing can be in it */
    HASH_HITS = PDQL_FRAME_HITS - PDQI_DEEP,
    FOLLOWED = 4,           /* views that met rows, searched far */
    NEAR = 31,
    WIDER = 47,  /* bits; how far the others are searched in a large list, and now and then */
    WIDER_EVERY = 8,        /* searched frames */
    KEYPOINT_LEAST = 20 * 16,  /* 1/16 nat of a frame's keypoint signatures to count, */
    PARTS_LEAST = 12 * 16,  /* and of its un-cropped parts */
    SAME_PLACE = 65536 / 12,
    /* rows of a full un-cropping that are refined at once; the others are looked for again */
    REFINED = 4
};

static size_t up(size_t n)
{
    return (n + 15) / 16 * 16;
}

size_t pdql_watch_size(const pdql_matcher *matcher)
{
    return matcher ? up(sizeof(pdql_watch)) + up(pdql_votes_size(SLOTS)) + pdql_votes_size(SLOTS) : 0;
}

pdql_status pdql_watch_init(pdql_watch *memory, size_t size, const pdql_matcher *matcher)
{
    if (!memory || (uintptr_t)memory % 8 || !matcher)
        return PDQL_ERR_ARG;
    if (size < pdql_watch_size(matcher))
        return PDQL_ERR_SPACE;
    memset(memory, 0, sizeof *memory);
    pdqi_scenes_init(&memory->state.scenes);
    memory->matcher = matcher;
    memory->votes = (pdql_votes *)(void *)((uint8_t *)memory + up(sizeof(pdql_watch)));
    memory->votes_before = (pdql_votes *)(void *)((uint8_t *)memory->votes + up(pdql_votes_size(SLOTS)));
    const pdql_status status = pdql_votes_init(memory->votes, pdql_votes_size(SLOTS), SLOTS, &matcher->video);
    if (status == PDQL_OK && matcher->policy.confirm && matcher->list.keypoints)
        pdqi_votes_ask(memory->votes);
    return status;
}

pdql_status pdql_watch_hear(pdql_watch *watch, pdql_listen *listen)
{
    if (!watch || !listen)
        return PDQL_ERR_ARG;
    if (watch->frames)
        return PDQL_ERR_ORDER;
    watch->listen = listen;
    pdqi_votes_hear(watch->votes, listen);
    return PDQL_OK;
}

typedef struct gatherer {
    pdql_watch *watch;
    pdqi_work *work;
} gatherer;

static int nearer(const pdql_frame_hit *a, const pdql_frame_hit *b)
{
    if (a->value != b->value)
        return a->value < b->value;
    return a->row != b->row ? a->row < b->row : a->view < b->view;
}

static pdql_frame_hit hit_of(const pdqi_entry *entry, uint32_t row, unsigned tier, unsigned value)
{
    return (pdql_frame_hit){
        .row = row,
        .video = entry->video,
        .time_ms = entry->time_ms,
        .tier = (uint16_t)tier,
        .value = (uint16_t)value,
        .flags = (uint16_t)((entry->negative ? PDQL_FLAG_NEGATIVE : 0) | (entry->frame ? 0 : PDQL_FLAG_STILL)),
    };
}

/* Takes the rows near one view that are of quality enough on both sides: of all, the nearest. */
static void gather(void *ctx, uint32_t view, const pdql_hit *hits, size_t n)
{
    const gatherer *g = ctx;
    pdql_watch *watch = g->watch;
    const pdql_matcher *m = watch->matcher;
    const pdqi_views *views = &g->work->views;
    const pdqi_view_key *of = &views->of[view];
    for (size_t i = 0; i < n && of->quality >= m->policy.min_quality; i++) {
        pdqi_entry entry;
        pdqi_entry_at(m, hits[i].row, &entry);
        if (entry.quality < m->policy.min_quality || !pdqi_hit_counts(g->work, of, hits[i].distance))
            continue;
        pdql_frame_hit hit = hit_of(&entry, hits[i].row, PDQL_TIER_HASH, hits[i].distance);
        hit.view = of->number;
        hit.trials = views->share[of->group];
        watch->state.regions.hot[of->number] = watch->state.regions.searched;
        watch->state.regions.used[of->number / 16] = watch->state.regions.searched;
        if (watch->state.n_hits == HASH_HITS && !nearer(&hit, &watch->state.hits[watch->state.n_hits - 1]))
            continue;
        size_t at = watch->state.n_hits < HASH_HITS ? watch->state.n_hits++ : watch->state.n_hits - 1;
        for (; at && nearer(&hit, &watch->state.hits[at - 1]); at--)
            watch->state.hits[at] = watch->state.hits[at - 1];
        watch->state.hits[at] = hit;
    }
}

/* Tier 1 of a new frame: views that met rows of late far, the others as far as the size of the list allows. */
static pdql_status search(pdql_watch *watch, const pdql_image *frame, uint32_t time_ms, pdqi_work *w)
{
    const pdql_matcher *m = watch->matcher;
    gatherer g = { watch, w };
    uint32_t follow, far = m->video.radius, near = far;
    pdql_status status = pdqi_views_of_frame(m, frame, time_ms, &watch->state.regions, w, &follow);
    if (status != PDQL_OK)
        return status;
    if (m->list.index && m->index.shape != PDQL_INDEX_SCAN && near > NEAR) {
        near = watch->state.regions.searched % WIDER_EVERY == 1 && near > WIDER ? WIDER : NEAR;
        follow = follow < FOLLOWED ? follow : FOLLOWED;
    }
    if (m->paged.read) /* both are searched as far: in one pass */
        follow = w->views.n;
    if (follow)
        status = pdqi_search(m, w, 0, follow, far, gather, &g);
    if (status == PDQL_OK && follow < w->views.n)
        status = pdqi_search(m, w, follow, w->views.n, near, gather, &g);
    return status;
}

/*
 * Remembers what only shares a part, if as much of it would make a match. 0 if it counts all the same: short of a proof by
 * itself, but frames add up.
 */
static int keep_part(pdql_watch *watch, const pdqi_work *w, const pdql_evidence *e)
{
    int32_t proof;
    pdqi_confirmed_of(watch->matcher, w, e, &proof);
    if (proof >= PDQL_CLAIM_CONFIRMED)
        return 0;
    if (e->value <= watch->state.part.value || e->flags & PDQL_FLAG_NEGATIVE
        || pdql_neg_log10_fpr_x100(e->tier, e->value, e->trials) < watch->matcher->video.video_neg_log10_fpr_x100)
        return 1;
    watch->state.part.row = e->row;
    watch->state.part.value = e->value;
    watch->state.part.at_ms = watch->now;
    watch->state.part.where = w->deep[e->view - PDQI_VIEWS];
    watch->state.part.proof = proof;
    return 1;
}

/* Adds what a deeper view saw, of the evidence from `from` on what reaches `least`, to the hits of this frame. */
static void take_deep(pdql_watch *watch, const pdqi_work *w, size_t from, uint32_t least)
{
    const pdql_matcher *m = watch->matcher;
    for (size_t i = from; i < w->n_evidence && watch->state.n_hits < PDQL_FRAME_HITS; i++) {
        const pdql_evidence *e = &w->evidence[i];
        const pdql_where *where = &w->deep[e->view - PDQI_VIEWS];
        pdqi_entry entry;
        pdqi_entry_at(m, e->row, &entry);
        if (e->value < least || e->quality < m->policy.min_quality)
            continue;
        if (e->flags & PDQL_FLAG_PART && keep_part(watch, w, e))
            continue;
        pdql_frame_hit hit = hit_of(&entry, e->row, e->tier, e->value);
        const unsigned region = pdqi_region_at(&watch->state.regions, where, SAME_PLACE);
        watch->state.regions.used[region] = watch->state.regions.searched;
        hit.view = (uint16_t)(16 * region + 8 * where->inverted + where->orientation);
        hit.trials = e->trials;
        watch->state.hits[watch->state.n_hits++] = hit;
    }
}

/* Whether a hit of this frame is a match as a picture would be: then no deeper tier has to look. */
static int settled(const pdql_watch *watch)
{
    const pdql_matcher *m = watch->matcher;
    for (size_t i = 0; i < watch->state.n_hits; i++) {
        const pdql_frame_hit *h = &watch->state.hits[i];
        const pdqi_proof *p = pdqi_proof_of(&watch->state.proofs, (h->flags & PDQL_FLAG_STILL) != 0, pdqi_number_of(h));
        if (!(h->flags & PDQL_FLAG_NEGATIVE) && !(p && p->confirmed == PDQL_CONFIRMED_NO)
            && pdql_neg_log10_fpr_x100(h->tier, h->value, h->trials) >= m->picture.picture_neg_log10_fpr_x100)
            return 1;
    }
    return 0;
}

/* Keypoints of the frame, and, at longer intervals, as they are if it is tilted. */
static pdql_status search_keypoints(pdql_watch *watch, pdqi_work *w)
{
    typedef pdql_status (*stage)(const pdql_matcher *, pdqi_work *);
    static const stage STAGES[] = { pdqi_keypoints_stage, pdqi_tilted_stage };
    static const unsigned TIERS[] = { PDQI_BY_KEYPOINTS, PDQI_BY_TILT };
    const pdql_matcher *m = watch->matcher;
    const int wanted[] = { m->list.keypoints && m->policy.views & PDQL_VIEW_KEYPOINTS, pdqi_tilts(m) };
    pdql_status status = PDQL_OK;
    for (int i = 0; i < 2 && status == PDQL_OK; i++) {
        const size_t from = w->n_evidence;
        if (!wanted[i] || !pdqi_scenes_owed(&watch->state.scenes, TIERS[i]) || (i && settled(watch)))
            continue;
        pdqi_scenes_look(&watch->state.scenes, TIERS[i]);
        status = STAGES[i](m, w);
        if (status == PDQL_OK)
            take_deep(watch, w, from, KEYPOINT_LEAST);
    }
    return status;
}

/* Un-cropping: in full at scenes, in between at the places where it met something. */
static pdql_status search_parts(pdql_watch *watch, pdqi_work *w)
{
    const pdql_matcher *m = watch->matcher;
    const uint32_t searched = watch->state.regions.searched;
    const int full = pdqi_scenes_owed(&watch->state.scenes, PDQI_BY_PARTS) && !(m->all_signed && w->silent);
    size_t from = w->n_evidence;
    if (!m->uncrops || (!full && !watch->state.parts.n))
        return PDQL_OK;
    if (w->plane.width != watch->state.plane_width || w->plane.height != watch->state.plane_height)
        watch->state.parts.n = 0;
    watch->state.plane_width = w->plane.width;
    watch->state.plane_height = w->plane.height;
    pdql_status status = pdqi_parts_again(m, &watch->state.parts, w, searched);
    if (status == PDQL_OK)
        take_deep(watch, w, from, PDQI_AGAIN_LEAST);
    if (status == PDQL_OK && full && !settled(watch)) {
        from = w->n_evidence;
        pdqi_scenes_look(&watch->state.scenes, PDQI_BY_PARTS);
        status = pdqi_uncrop_some(m, w, REFINED);
        take_deep(watch, w, from, PARTS_LEAST);
    }
    pdqi_follow_parts(m, &watch->state.parts, w, searched);
    return status;
}

/* Each tier only if what came before has settled nothing. */
static pdql_status search_deeper(pdql_watch *watch, const pdql_image *frame, pdqi_work *w)
{
    if (w->views.whole_quality < watch->matcher->policy.min_quality || pdqi_votes_agree(watch->votes) || settled(watch))
        return PDQL_OK;
    pdql_status status = pdqi_plane_of(watch->matcher, frame, w);
    if (status == PDQL_OK)
        status = search_keypoints(watch, w);
    return status == PDQL_OK && !settled(watch) ? search_parts(watch, w) : status;
}

/* Looks at a frame: at one that is like the last one looked at only as deeper tiers that owe it a look. */
static pdql_status look(pdql_watch *watch, const pdql_image *frame, uint32_t time_ms, pdqi_work *w)
{
    const pdql_hash whole = w->hashes[0][0];
    const int alike = watch->frames && pdql_distance(watch->state.seen, whole.bits) <= ALIKE;
    pdql_status status = PDQL_OK;
    int owed = 0;
    pdqi_scenes_see(&watch->state.scenes, whole.bits, time_ms);
    for (unsigned tier = 0; tier < PDQI_DEEP_TIERS; tier++)
        owed |= pdqi_scenes_owed(&watch->state.scenes, tier);
    if (alike && !owed)
        return PDQL_OK;
    if (!alike) {
        watch->state.n_hits = 0;
        memcpy(watch->state.seen, whole.bits, PDQL_HASH_BYTES);
        if (whole.quality >= BLANK || whole.quality >= watch->matcher->policy.min_quality)
            status = search(watch, frame, time_ms, w);
    }
    return status == PDQL_OK ? search_deeper(watch, frame, w) : status;
}

/* What the hits of this frame would make a match has to be confirmed. */
static pdql_status confirm(pdql_watch *watch, const pdql_image *frame, pdqi_work *w)
{
    const pdql_matcher *m = watch->matcher;
    pdql_status status = PDQL_OK;
    for (size_t i = 0; i < watch->state.n_hits && status == PDQL_OK && m->policy.confirm && m->list.keypoints; i++) {
        const pdql_frame_hit *hit = &watch->state.hits[i];
        const int still = (hit->flags & PDQL_FLAG_STILL) != 0;
        if (hit->flags & PDQL_FLAG_NEGATIVE || !pdqi_votes_sure(watch->votes, still, pdqi_number_of(hit)))
            continue;
        const pdql_where where = pdqi_watch_where(watch, hit->view);
        status = pdqi_plane_of(m, frame, w);
        if (status == PDQL_OK)
            status = pdqi_prove(m, &watch->state.proofs, w, hit, pdqi_number_of(hit), &where, watch->frames);
        const pdqi_proof *p = pdqi_proof_of(&watch->state.proofs, still, pdqi_number_of(hit));
        if (p)
            pdqi_votes_confirm(watch->votes, still, pdqi_number_of(hit), p->confirmed, p->value);
    }
    return status;
}

pdql_status pdql_watch_push(pdql_watch *watch, const pdql_image *frame, uint32_t time_ms, void *work, size_t size)
{
    if (!watch || time_ms < watch->last_ms)
        return PDQL_ERR_ARG;
    const pdql_matcher *m = watch->matcher;
    pdqi_work *w;
    pdql_status status = pdqi_work_begin(m, frame, work, size, &w);
    if (status == PDQL_OK)
        status = pdqi_hash_whole(m, frame, w);
    if (status != PDQL_OK)
        return status;
    const pdql_hash whole = w->hashes[0][0];
    w->views.whole_quality = whole.quality;
    watch->now = time_ms;
    watch->before = watch->state;
    pdqi_votes_copy(watch->votes_before, watch->votes);
    status = look(watch, frame, time_ms, w);
    if (status == PDQL_OK)
        status = pdql_votes_push(watch->votes, time_ms, whole.bits, watch->state.hits, watch->state.n_hits);
    if (status == PDQL_OK && watch->listen)
        pdqi_votes_expect(watch->votes, watch->listen);
    if (status == PDQL_OK)
        status = confirm(watch, frame, w);
    if (status != PDQL_OK) {
        watch->state = watch->before;
        pdqi_votes_copy(watch->votes, watch->votes_before);
        return status;
    }
    watch->frames++;
    watch->last_ms = time_ms;
    if (watch->quality < whole.quality)
        watch->quality = whole.quality;
    pdqi_keep(watch, time_ms);
    return PDQL_OK;
}
