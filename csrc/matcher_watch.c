/*
 * matcher_watch.c - a video being watched: frames in, decision at any time
 *
 * Each frame is looked at as a picture is, its rows go to the vote, and a few
 * frames that met each video are remembered to be shown.
 */
#include "matcher.h"

#include <string.h>

enum {
    SLOTS = 512,
    KEYS = 64,              /* videos whose frames are remembered, at most */
    KEPT = PDQL_MAX_FINDINGS
};

/* Frames that met one video (or still) by one look. */
typedef struct kept {
    uint32_t still, number, look, n;
    uint32_t frame;         /* the last that was added */
    pdql_frame_match matches[KEPT];
} kept;

struct pdql_watch {
    const pdql_matcher *matcher;
    pdql_votes *votes;
    uint32_t frames, quality, last_ms, n_kept;
    kept kept[KEYS];
};

static size_t up(size_t n)
{
    return (n + 15) / 16 * 16;
}

size_t pdql_watch_size(const pdql_matcher *matcher)
{
    return matcher ? up(sizeof(pdql_watch)) + pdql_votes_size(SLOTS) : 0;
}

pdql_status pdql_watch_init(pdql_watch *memory, size_t size, const pdql_matcher *matcher)
{
    if (!memory || (uintptr_t)memory % 8 || !matcher)
        return PDQL_ERR_ARG;
    if (size < pdql_watch_size(matcher))
        return PDQL_ERR_SPACE;
    memset(memory, 0, sizeof *memory);
    memory->matcher = matcher;
    memory->votes = (pdql_votes *)(void *)((uint8_t *)memory + up(sizeof(pdql_watch)));
    return pdql_votes_init(memory->votes, pdql_votes_size(SLOTS), SLOTS, &matcher->video);
}

/* The nearest hits of one frame, nearest first. */
typedef struct frame_hits {
    const pdql_matcher *m;
    const pdqi_looks *looks;
    pdql_frame_hit hits[PDQL_FRAME_HITS];
    size_t n;
} frame_hits;

static int nearer(const pdql_frame_hit *a, const pdql_frame_hit *b)
{
    if (a->distance != b->distance)
        return a->distance < b->distance;
    return a->row != b->row ? a->row < b->row : a->look < b->look;
}

static void gather(void *ctx, uint32_t look, const pdql_hit *hits, size_t n)
{
    frame_hits *f = ctx;
    const pdqi_look *of = &f->looks->of[look];
    const uint32_t share = pdqi_share(f->looks, of->group);
    for (size_t i = 0; i < n; i++) {
        pdqi_entry entry;
        pdqi_entry_at(f->m, hits[i].row, &entry);
        if (of->quality < f->m->policy.min_quality || entry.quality < f->m->policy.min_quality)
            continue;
        const pdql_frame_hit hit = {
            .row = hits[i].row, .video = entry.video, .time_ms = entry.time_ms, .distance = (uint16_t)hits[i].distance,
            .look = of->number, .looks = share,
            .flags = (uint8_t)((entry.negative ? PDQL_FLAG_NEGATIVE : 0) | (entry.frame ? 0 : PDQL_FLAG_STILL)),
        };
        if (f->n == PDQL_FRAME_HITS && !nearer(&hit, &f->hits[f->n - 1]))
            continue;
        size_t at = f->n < PDQL_FRAME_HITS ? f->n++ : f->n - 1;
        for (; at && nearer(&hit, &f->hits[at - 1]); at--)
            f->hits[at] = f->hits[at - 1];
        f->hits[at] = hit;
    }
}

/* What the frames of one track have in common. */
static const kept *kept_for(const pdql_watch *watch, uint32_t still, uint32_t number, uint32_t look)
{
    for (uint32_t i = 0; i < watch->n_kept; i++) {
        const kept *k = &watch->kept[i];
        if (k->still == still && k->number == number && k->look == look)
            return k;
    }
    return NULL;
}

/* Remembers, for at most KEYS videos, the first KEPT frames that met each. */
static void keep(pdql_watch *watch, const frame_hits *f, uint32_t time_ms)
{
    for (size_t i = 0; i < f->n; i++) {
        const pdql_frame_hit *hit = &f->hits[i];
        const uint32_t still = (hit->flags & PDQL_FLAG_STILL) != 0, number = still ? hit->row : hit->video;
        const kept *known = kept_for(watch, still, number, hit->look);
        kept *k = known ? &watch->kept[known - watch->kept] : NULL;
        if (!k) {
            if (watch->n_kept == KEYS)
                continue;
            k = &watch->kept[watch->n_kept++];
            k->still = still;
            k->number = number;
            k->look = hit->look;
        } else if (k->frame == watch->frames) {
            continue;
        }
        k->frame = watch->frames;
        if (k->n < KEPT)
            k->matches[k->n++] = (pdql_frame_match){ time_ms, hit->row, still ? PDQL_NONE : hit->time_ms, hit->distance,
                                                     pdqi_where_of(f->looks, hit->look) };
    }
}

pdql_status pdql_watch_push(pdql_watch *watch, const pdql_image *frame, uint32_t time_ms, void *work, size_t size)
{
    if (!watch || time_ms < watch->last_ms)
        return PDQL_ERR_ARG;
    const pdql_matcher *m = watch->matcher;
    pdqi_work *w;
    pdql_status status = pdqi_work_begin(m, frame, work, size, &w);
    if (status != PDQL_OK)
        return status;
    status = pdqi_look_at(m, frame, w);
    frame_hits f = { .m = m, .looks = &w->looks, .n = 0 };
    for (unsigned group = 0; group < PDQI_LOOK_GROUPS && status == PDQL_OK; group++)
        if (w->looks.begin[group] < w->looks.begin[group + 1])
            status = pdqi_search(m, w, group, m->video.radius, gather, &f);
    if (status == PDQL_OK)
        status = pdql_votes_push(watch->votes, time_ms, w->hashes[0][0].bits, f.hits, f.n);
    if (status != PDQL_OK)
        return status;
    watch->frames++;
    watch->last_ms = time_ms;
    if (watch->quality < w->looks.whole_quality)
        watch->quality = w->looks.whole_quality;
    keep(watch, &f, time_ms);
    return PDQL_OK;
}

int pdql_watch_enough(const pdql_watch *watch)
{
    pdql_video_match best;
    return watch && pdql_votes_best(watch->votes, &best) == PDQL_OK && best.verdict == PDQL_MATCH;
}

static void describe(const pdql_watch *watch, const pdql_video_match *best, pdql_decision *d)
{
    pdqi_entry entry;
    pdqi_entry_at(watch->matcher, best->row, &entry);
    d->verdict = PDQL_MATCH;
    d->entry = best->row;
    d->tier = PDQL_TIER_HASH;
    d->surety = best->surety;
    d->distance = best->distance;
    d->categories = entry.categories;
    d->sources = entry.sources;
    d->agreeing = best->frames;
    d->at_ms = best->at_ms;
    d->start_ms = best->query_start_ms;
    d->end_ms = best->query_end_ms;
    if (!best->still) {
        d->video = best->video;
        d->entry_start_ms = best->entry_start_ms;
        d->entry_end_ms = best->entry_end_ms;
    }
}

pdql_status pdql_watch_decision(const pdql_watch *watch, pdql_decision *decision, pdql_frame_match *matches, size_t cap,
                                size_t *n)
{
    pdql_video_match best;
    if (!watch || !decision || !n || (!matches && cap))
        return PDQL_ERR_ARG;
    const pdql_status status = pdql_votes_best(watch->votes, &best);
    if (status != PDQL_OK)
        return status;
    memset(decision, 0, sizeof *decision);
    decision->entry = decision->distance = decision->video = decision->at_ms = PDQL_NONE;
    decision->start_ms = decision->end_ms = decision->entry_start_ms = decision->entry_end_ms = PDQL_NONE;
    decision->quality = watch->quality;
    decision->frames = watch->frames;
    *n = 0;
    if (best.verdict != PDQL_MATCH)
        return PDQL_OK;
    describe(watch, &best, decision);
    const kept *k = kept_for(watch, best.still, best.still ? best.row : best.video, best.look);
    for (uint32_t i = 0; k && i < k->n; i++) {
        if (k->matches[i].time_ms == best.at_ms)
            decision->where = k->matches[i].where;
        if (*n < cap)
            matches[(*n)++] = k->matches[i];
    }
    return PDQL_OK;
}
