/*
 * match/video_decision.c - what a watched video met, and what comes of it
 */
#include "match/watch.h"

#include "match/decide.h"

#include <string.h>

enum { OTHERS = 8 }; /* near twins that are told beside the nearest, a frame each */

pdql_where pdqi_watch_where(const pdql_watch *watch, uint32_t view)
{
    pdql_where where = watch->state.regions.at[view / 16];
    where.inverted = view / 8 % 2;
    where.orientation = view % 8;
    return where;
}

static const pdqi_kept *kept_for(const pdql_watch *watch, uint32_t still, uint32_t number, uint32_t view)
{
    for (uint32_t i = 0; i < watch->n_kept; i++) {
        const pdqi_kept *k = &watch->kept[i];
        if (k->still == still && k->number == number && k->view == view)
            return k;
    }
    return NULL;
}

/*
 * Room for a video not met before: a free one, else the one with the fewest frames, of equals the one silent
 * longest.
 */
static pdqi_kept *new_kept(pdql_watch *watch)
{
    if (watch->n_kept < PDQI_KEYS)
        return &watch->kept[watch->n_kept++];
    pdqi_kept *least = &watch->kept[0];
    for (uint32_t i = 1; i < PDQI_KEYS; i++) {
        pdqi_kept *k = &watch->kept[i];
        if (k->n < least->n || (k->n == least->n && k->frame < least->frame))
            least = k;
    }
    return least;
}

void pdqi_keep(pdql_watch *watch, uint32_t time_ms)
{
    for (size_t i = 0; i < watch->state.n_hits; i++) {
        const pdql_frame_hit *hit = &watch->state.hits[i];
        const uint32_t still = (hit->flags & PDQL_FLAG_STILL) != 0;
        const pdqi_kept *known = kept_for(watch, still, pdqi_number_of(hit), hit->view);
        pdqi_kept *k = known ? &watch->kept[known - watch->kept] : NULL;
        if (!k) {
            k = new_kept(watch);
            if (k->frame == watch->frames && k->n) /* all met in this very frame: the first stay */
                continue;
            *k = (pdqi_kept){ .still = still, .number = pdqi_number_of(hit), .view = hit->view };
        } else if (k->frame == watch->frames) {
            continue;
        }
        k->frame = watch->frames;
        if (k->n == PDQL_MAX_FINDINGS)
            continue;
        k->matches[k->n++] = (pdql_frame_match){ time_ms, hit->row, still ? PDQL_NONE : hit->time_ms,
                                                 hit->tier == PDQL_TIER_HASH ? hit->value : PDQL_NONE,
                                                 pdqi_watch_where(watch, hit->view) };
    }
}

int pdql_watch_hopeful(const pdql_watch *watch)
{
    enum { TOO_FEW = 4 };
    if (!watch)
        return 0;
    const pdql_matcher *m = watch->matcher;
    const uint32_t all = pdqi_decades(m->list.n), enough = m->video.video_neg_log10_fpr_x100;
    const uint32_t most = pdqi_votes_most(watch->votes);
    return watch->frames < TOO_FEW || (most && most >= (all < enough ? all : enough));
}

int pdql_watch_enough(const pdql_watch *watch)
{
    /* Who asks after every frame asks a frame by itself many times: 1 + 1/4 + 1/9 + ... of the rate in all. */
    return watch && (pdqi_votes_agree(watch->votes) || pdqi_votes_alone(watch->votes, 1));
}

static void describe(const pdql_watch *watch, const pdql_video_match *best, pdql_decision *d)
{
    pdqi_entry entry;
    pdqi_entry_at(watch->matcher, best->row, &entry);
    d->verdict = best->verdict;
    d->confirmed = watch->matcher->policy.confirm && !watch->matcher->list.keypoints ? PDQL_CONFIRMED_NOT_POSSIBLE
                                                                                     : best->confirmed;
    d->proof = best->proof;
    d->entry = best->row;
    d->tier = best->tier;
    d->neg_log10_fpr_x100 = best->neg_log10_fpr_x100;
    d->list_neg_log10_fpr_x100 = pdqi_list_neg_log10_fpr(watch->matcher, best->neg_log10_fpr_x100);
    d->distance = best->tier == PDQL_TIER_HASH ? best->value : PDQL_NONE;
    d->score = best->tier == PDQL_TIER_HASH ? 0 : best->value;
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

static void describe_part(const pdql_watch *watch, pdql_decision *d)
{
    pdqi_entry entry;
    if (!watch->state.part.value)
        return;
    pdqi_entry_at(watch->matcher, watch->state.part.row, &entry);
    d->verdict = PDQL_SHARES_PART;
    d->confirmed = PDQL_CONFIRMED_NO;
    d->proof = watch->state.part.proof;
    d->entry = watch->state.part.row;
    d->tier = PDQL_TIER_KEYPOINTS;
    d->neg_log10_fpr_x100 = pdql_neg_log10_fpr_x100(PDQL_TIER_KEYPOINTS, watch->state.part.value, PDQI_GROUPS);
    d->score = watch->state.part.value;
    d->categories = entry.categories;
    d->sources = entry.sources;
    d->video = entry.frame ? entry.video : PDQL_NONE;
    d->agreeing = 1;
    d->at_ms = d->start_ms = d->end_ms = watch->state.part.at_ms;
    d->entry_start_ms = d->entry_end_ms = entry.frame ? entry.time_ms : PDQL_NONE;
    d->where = watch->state.part.where;
}

/* Adds the frames that met one video, `cap` in all; says where the one lies that says most. */
static void tell(const pdql_watch *watch, const pdql_video_match *of, pdql_frame_match *matches, size_t cap, size_t *n,
                 pdql_where *where)
{
    const pdqi_kept *k = kept_for(watch, of->still, of->still ? of->row : of->video, of->view);
    for (uint32_t i = 0; k && i < k->n; i++) {
        const pdql_frame_match *match = &k->matches[i];
        if (where && match->time_ms == of->at_ms)
            *where = match->where;
        if (*n < cap && match->time_ms >= of->query_start_ms && match->time_ms <= of->query_end_ms)
            matches[(*n)++] = *match;
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
    decision->lacks = watch->matcher->lacks;
    *n = 0;
    decision->proof = PDQL_CLAIM_NONE;
    if (best.verdict == PDQL_NO_MATCH) {
        describe_part(watch, decision);
        return PDQL_OK;
    }
    describe(watch, &best, decision);
    decision->where = pdqi_watch_where(watch, best.view);
    pdql_video_match others[OTHERS];
    const size_t room = cap < PDQL_MAX_FINDINGS ? cap : PDQL_MAX_FINDINGS,
                 twins = best.verdict == PDQL_MATCH && room > OTHERS
        ? pdqi_votes_others(watch->votes, &best, others, OTHERS)
        : 0;
    tell(watch, &best, matches, room - twins, n, &decision->where);
    for (size_t i = 0; i < twins; i++)
        tell(watch, &others[i], matches, *n + 1, n, NULL);
    return PDQL_OK;
}
