/*
 * match/video_verdict.c - what the votes of a video's frames come to
 */
#include "match/votes.h"

#include <string.h>

uint32_t pdqi_votes_most(const pdql_votes *votes)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < votes->used; i++)
        if (votes->tracks[i].found.neg_log10_fpr_x100 > most)
            most = votes->tracks[i].found.neg_log10_fpr_x100;
    return most;
}

void pdqi_votes_ask(pdql_votes *votes)
{
    votes->ask = 1;
}

enum {
    AS_A_FRAME = 100,
    EXPECTED = 100,
    EXPECTED_MOST = 4,
    LATELY_MS = 10000, /* a window is known 4 s after it began, and sound may come later than the frames */
    AGAIN_MS = 1000
};

/* Sound that is worth a tenth of the rate stands for one frame. */
static int enough_frames(const pdql_votes *v, const pdqi_track *t)
{
    const uint32_t frames = t->found.frames, least = v->thresholds.frames;
    return frames >= least || (frames + 1 == least && pdqi_heard_beside(v, t) >= AS_A_FRAME);
}

static uint32_t with_sound(const pdql_votes *v, const pdqi_track *t)
{
    const uint32_t both = t->found.neg_log10_fpr_x100 + pdqi_heard_beside(v, t);
    return both < PDQL_NEG_LOG10_FPR_X100_MAX ? both : PDQL_NEG_LOG10_FPR_X100_MAX;
}

static int sure(const pdql_votes *v, const pdqi_track *t)
{
    return enough_frames(v, t) && with_sound(v, t) >= v->thresholds.video_neg_log10_fpr_x100;
}

void pdqi_votes_hear(pdql_votes *votes, const pdql_listen *listen)
{
    votes->listen = listen;
}

/* Looks for sound at up to EXPECTED_MOST tracks: those that fit this frame, or those that fitted of late. */
static void expect(const pdql_votes *votes, pdql_listen *listen, int late)
{
    uint32_t looked = 0;
    for (uint32_t i = 0; i < votes->used && looked < EXPECTED_MOST; i++) {
        const pdqi_track *t = &votes->tracks[i];
        if ((t->frame != votes->frames) != late || votes->last_ms - t->found.query_end_ms > LATELY_MS || t->found.still
            || t->found.neg_log10_fpr_x100 < EXPECTED || pdqi_heard_beside(votes, t))
            continue;
        pdqi_listen_expect(listen, t->found.video, t->found.query_end_ms, t->found.query_end_ms - t->offset);
        looked++;
    }
}

void pdqi_votes_expect(pdql_votes *votes, pdql_listen *listen)
{
    expect(votes, listen, 0);
    if (votes->last_ms - votes->looked_ms < AGAIN_MS)
        return;
    votes->looked_ms = votes->last_ms;
    expect(votes, listen, 1);
}

static int alone_is_sure(const pdql_votes *v, int often)
{
    return v->alone.frames
        && pdqi_worth(v->alone.neg_log10_fpr_x100, often ? v->fresh : 1, v->fresh)
        >= v->thresholds.picture_neg_log10_fpr_x100;
}

/* Enough, or enough by one frame as a picture: of near twins in a short video the farther may have no more. */
static int counts(const pdql_votes *v, const pdqi_track *t)
{
    return sure(v, t) || pdqi_worth(t->alone, 1, v->fresh) >= v->thresholds.picture_neg_log10_fpr_x100;
}

static int accepted(const pdql_votes *v, const pdql_video_match *found)
{
    return !v->ask || found->confirmed == PDQL_CONFIRMED_YES || found->confirmed == PDQL_CONFIRMED_NOT_POSSIBLE;
}

static int is_of(const pdql_video_match *found, int still, uint32_t number)
{
    return (int)found->still == still && (still ? found->row : found->video) == number;
}

int pdqi_votes_sure(const pdql_votes *votes, int still, uint32_t number)
{
    if (is_of(&votes->alone, still, number) && alone_is_sure(votes, 0))
        return 1;
    for (uint32_t i = 0; i < votes->used; i++)
        if (is_of(&votes->tracks[i].found, still, number) && counts(votes, &votes->tracks[i]))
            return 1;
    return 0;
}

void pdqi_votes_confirm(pdql_votes *votes, int still, uint32_t number, uint32_t confirmed, int32_t proof)
{
    if (votes->alone.frames && is_of(&votes->alone, still, number)) {
        votes->alone.confirmed = confirmed;
        votes->alone.proof = proof;
        if (confirmed == PDQL_CONFIRMED_NO) { /* makes room for another one */
            votes->refused = votes->alone;
            votes->refused.neg_log10_fpr_x100 = pdqi_worth(votes->alone.neg_log10_fpr_x100, 1, votes->fresh);
            votes->alone.frames = 0;
            votes->alone.neg_log10_fpr_x100 = 0;
        }
    }
    for (uint32_t i = 0; i < votes->used; i++)
        if (is_of(&votes->tracks[i].found, still, number)) {
            votes->tracks[i].found.confirmed = confirmed;
            votes->tracks[i].found.proof = proof;
        }
}

/* Matches first, then what has frames enough; of equals the surest, also beyond the most that is claimed: of near twins the nearest. */
static const pdqi_track *surest(const pdql_votes *v)
{
    const pdqi_track *best = NULL;
    int most = 0;
    for (uint32_t i = 0; i < v->used; i++) {
        const pdqi_track *t = &v->tracks[i];
        const int rank = 2 * (sure(v, t) && accepted(v, &t->found)) + enough_frames(v, t);
        if (!best || rank > most || (rank == most && t->all > best->all))
            best = t, most = rank;
    }
    return best;
}

int pdqi_votes_agree(const pdql_votes *votes)
{
    const pdqi_track *best = surest(votes);
    return best && sure(votes, best) && accepted(votes, &best->found);
}

int pdqi_votes_alone(const pdql_votes *votes, int often)
{
    return alone_is_sure(votes, often) && accepted(votes, &votes->alone);
}

static int same(const pdql_video_match *a, const pdql_video_match *b)
{
    return is_of(a, (int)b->still, b->still ? b->row : b->video);
}

/* The surest track that counts, of none of the videos of `told`. */
static const pdqi_track *next(const pdql_votes *v, const pdql_video_match *best, const pdql_video_match *told, size_t n)
{
    const pdqi_track *found = NULL;
    for (uint32_t i = 0; i < v->used; i++) {
        const pdqi_track *t = &v->tracks[i];
        size_t known = 0;
        while (known < n && !same(&t->found, &told[known]))
            known++;
        if (known == n && !same(&t->found, best) && counts(v, t) && accepted(v, &t->found)
            && (!found || t->all > found->all))
            found = t;
    }
    return found;
}

size_t pdqi_votes_others(const pdql_votes *votes, const pdql_video_match *best, pdql_video_match *others, size_t cap)
{
    size_t n = 0;
    for (const pdqi_track *t; n < cap && (t = next(votes, best, others, n)); n++)
        others[n] = t->found;
    return n;
}

pdql_status pdql_votes_best(const pdql_votes *votes, pdql_video_match *match)
{
    if (!votes || !match)
        return PDQL_ERR_ARG;
    const pdqi_track *best = surest(votes);
    memset(match, 0, sizeof *match);
    if (best) {
        *match = best->found;
        match->neg_log10_fpr_x100 = with_sound(votes, best);
    }
    if (pdqi_votes_agree(votes)) {
        match->verdict = PDQL_MATCH;
    } else if (alone_is_sure(votes, 0) && (pdqi_votes_alone(votes, 0) || !best || !sure(votes, best))) {
        *match = votes->alone;
        match->neg_log10_fpr_x100 = pdqi_worth(votes->alone.neg_log10_fpr_x100, 1, votes->fresh);
        match->verdict = accepted(votes, &votes->alone) ? PDQL_MATCH : PDQL_UNCONFIRMED;
    } else if (best && sure(votes, best)) {
        match->verdict = PDQL_UNCONFIRMED;
    } else if (votes->refused.frames) {
        *match = votes->refused;
        match->verdict = PDQL_UNCONFIRMED;
    }
    return PDQL_OK;
}
