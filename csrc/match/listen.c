/*
 * match/listen.c - sound being listened to: windows in, decision at any time
 *
 * A window near one of the list begins a track (listen_track.c). All that was heard of late is compared with the track's
 * video at its offset, and all that is heard from then on. What was heard at one assumed speed is apart from the others.
 */
#include "match/listen.h"

#include "match/decide.h"

#include <string.h>

enum {
    ALIKE = 6,        /* bits: a window this near to the one searched last would find the same */
    HITS = 256,
    AS_IT_IS = 250,   /* hop of a sound that is not played faster or slower */
    HOP_LEAST = 125,
    HOP_MOST = 500,
    NARROWER = 8,     /* bits: so much narrower is searched where too many windows are near */
    WAIT_MS = 1125,   /* a harmless sound that explains one that was heard is met so much later, at most */
    SAME_MS = 250,    /* two tracks of one video that are no farther apart are one */
    LOOK = 5,         /* hops either side of where a picture says that the sound should be, */
    LOOK_LEAST = 12   /* and the least score there that is followed */
};

size_t pdql_listen_size(void)
{
    return sizeof(pdql_listen);
}

pdql_status pdql_listen_init(pdql_listen *memory, size_t size, const pdql_sound_matcher *matcher)
{
    if (!memory || (uintptr_t)memory % 8 || !matcher)
        return PDQL_ERR_ARG;
    if (size < sizeof *memory)
        return PDQL_ERR_SPACE;
    memset(memory, 0, sizeof *memory);
    memory->matcher = matcher;
    return PDQL_OK;
}

/* Remembers a track among others, in place of the least. */
static void keep(pdqi_sound_track *tracks, uint32_t *n, uint32_t most, const pdqi_sound_track *t)
{
    pdqi_sound_track *least = &tracks[0];
    if (*n < most) {
        tracks[(*n)++] = *t;
        return;
    }
    for (uint32_t i = 1; i < *n; i++)
        if (tracks[i].score < least->score || (tracks[i].score == least->score && tracks[i].end < least->end))
            least = &tracks[i];
    if (t->score >= least->score)
        *least = *t;
}

/* Whether one of n tracks is of this video at about this offset. */
static int followed(const pdqi_sound_track *tracks, uint32_t n, uint32_t speed, uint32_t video, int64_t offset)
{
    for (uint32_t i = 0; i < n; i++) {
        const pdqi_sound_track *t = &tracks[i];
        if (t->speed == speed && t->video == video && t->offset - offset <= SAME_MS && offset - t->offset <= SAME_MS)
            return 1;
    }
    return 0;
}

/* The windows of the list that are near; where there are too many, the nearest. */
static pdql_status near(const pdql_sound_matcher *m, const uint8_t *bits, pdql_hit *hits, size_t *n)
{
    const pdql_kernels *k = m->list.kernels ? m->list.kernels : pdql_kernels_best();
    for (uint32_t radius = m->radius;; radius -= NARROWER) {
        const pdql_status status = m->list.index
            ? pdql_index_search(k, &m->index, bits, 1, radius, hits, HITS, n)
            : pdql_scan(k, bits, 1, m->list.rows, m->list.n, radius, hits, HITS, n);
        if (status == PDQL_OK && *n > HITS && radius >= NARROWER)
            continue;
        *n = *n < HITS ? *n : HITS;
        return status;
    }
}

/* Begins a track where a window of the list is near, if none is there. */
static void begin_at(pdql_listen *l, uint32_t speed, uint32_t row, int64_t now)
{
    const pdql_sound_matcher *m = l->matcher;
    const int harmless = pdqi_listen_is_negative(m, row);
    const uint32_t video = pdqi_listen_video(m, row), time = pdqi_listen_time(m, row),
                   at = pdqi_listen_find(m, harmless, video, time);
    pdqi_sound_track *const tracks = harmless ? l->harmless : l->tracks;
    pdqi_sound_track t;
    uint32_t *const n = harmless ? &l->n_harmless : &l->n_tracks;
    if (at == (harmless ? m->kept : m->listed) || m->order[at] != row || followed(tracks, *n, speed, video, now - time))
        return;
    pdqi_listen_begin(l, speed, harmless, video, now - time, at, &t);
    keep(tracks, n, harmless ? PDQI_SOUND_HARMLESS : PDQI_SOUND_TRACKS, &t);
}

/* Looks for a window in the list, and begins a track at each place that is near, if nothing harmless is nearer. */
static pdql_status search(pdql_listen *l, uint32_t speed, const uint8_t *bits, int64_t now)
{
    pdql_hit hits[HITS];
    size_t n = 0;
    uint32_t nearest = PDQL_HASH_BITS;
    const pdql_status status = near(l->matcher, bits, hits, &n);
    for (size_t i = 0; status == PDQL_OK && i < n; i++)
        if (pdqi_listen_is_negative(l->matcher, hits[i].row) && hits[i].distance < nearest)
            nearest = hits[i].distance;
    for (size_t i = 0; status == PDQL_OK && i < n; i++)
        if (hits[i].distance <= nearest || pdqi_listen_is_negative(l->matcher, hits[i].row))
            begin_at(l, speed, hits[i].row, now);
    return status;
}

static void advance(const pdql_listen *l, pdqi_sound_track *tracks, uint32_t n, uint32_t speed, int64_t until)
{
    for (uint32_t i = 0; i < n; i++)
        if (tracks[i].speed == speed)
            pdqi_listen_advance(l, &tracks[i], until);
}

/* The time of the query in the clock of a speed. */
static int64_t scaled(const pdqi_ear *ear, uint32_t ms)
{
    return ear->hop ? (int64_t)ms * AS_IT_IS / ear->hop : 0;
}

pdql_status pdql_listen_push(pdql_listen *listen, const pdql_heard *heard)
{
    if (!listen || !heard || heard->speed >= PDQL_SOUND_HYPOTHESES || heard->hop < HOP_LEAST || heard->hop > HOP_MOST)
        return PDQL_ERR_ARG;
    pdqi_ear *ear = &listen->ears[heard->speed];
    if (ear->heard && ear->hop != heard->hop)
        return PDQL_ERR_ARG;
    const int64_t now = (int64_t)heard->time_ms * AS_IT_IS / heard->hop;
    if (ear->heard && now < ear->recent[(ear->heard - 1) % PDQI_SOUND_RECENT].at)
        return PDQL_ERR_ARG;
    ear->hop = heard->hop;
    pdqi_heard *place = &ear->recent[ear->heard++ % PDQI_SOUND_RECENT];
    place->at = now;
    memcpy(place->bits, heard->bits, PDQL_HASH_BYTES);
    listen->windows += heard->speed == 0;
    advance(listen, listen->harmless, listen->n_harmless, heard->speed, now - PDQI_SOUND_HOP_MS);
    advance(listen, listen->tracks, listen->n_tracks, heard->speed, now - PDQI_SOUND_HOP_MS);
    if (ear->searched && pdql_distance(ear->last, heard->bits) <= ALIKE)
        return PDQL_OK;
    const pdql_status status = search(listen, heard->speed, heard->bits, now);
    if (status == PDQL_OK) {
        ear->searched = 1;
        memcpy(ear->last, heard->bits, PDQL_HASH_BYTES);
    }
    return status;
}

/* A track with all that was heard counted. */
static pdqi_sound_track whole(const pdql_listen *l, uint32_t i)
{
    pdqi_sound_track t = l->tracks[i];
    const pdqi_ear *ear = &l->ears[t.speed];
    if (ear->heard)
        pdqi_listen_advance(l, &t, ear->recent[(ear->heard - 1) % PDQI_SOUND_RECENT].at + PDQI_SOUND_HOP_MS / 2);
    return t;
}

static int better(const pdql_listen *l, const pdqi_sound_track *t, const pdqi_sound_track *best)
{
    const int sure = pdqi_listen_sure(l, t), was = pdqi_listen_sure(l, best);
    const pdqi_sum a = pdqi_listen_sum(l, t), b = pdqi_listen_sum(l, best);
    return sure != was ? sure : a.score != b.score ? a.score > b.score : a.nearest < b.nearest;
}

/* Whether a harmless sound that explains a track would have been met by now. */
static int waited(const pdql_listen *l, const pdqi_sound_track *t)
{
    const pdqi_ear *ear = &l->ears[t->speed];
    return l->matcher->kept == l->matcher->listed
        || ear->recent[(ear->heard - 1) % PDQI_SOUND_RECENT].at >= t->start + WAIT_MS;
}

int pdql_listen_enough(const pdql_listen *listen)
{
    for (uint32_t i = 0; listen && i < listen->n_tracks; i++)
        if (waited(listen, &listen->tracks[i]) && pdqi_listen_sure(listen, &listen->tracks[i]))
            return 1;
    return 0;
}

uint32_t pdqi_listen_clock(const pdqi_ear *ear, int64_t at)
{
    const int64_t ms = (at * ear->hop + AS_IT_IS / 2) / AS_IT_IS;
    return ms < 0 ? 0 : ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static void describe(const pdql_listen *l, const pdqi_sound_track *t, pdql_sound_decision *d)
{
    const pdql_sound_matcher *m = l->matcher;
    const pdqi_sum sum = pdqi_listen_sum(l, t);
    const uint8_t *meta = m->list.meta + (size_t)14 * sum.row;
    const pdqi_ear *ear = &l->ears[t->speed];
    const uint32_t worth = pdqi_listen_worth(l, t, &sum), decades = pdqi_decades(m->clips);
    d->verdict = pdqi_listen_sure(l, t) ? PDQL_SAME_SOUND : PDQL_NO_MATCH;
    d->entry = m->list.first + sum.row;
    d->video = t->video;
    d->neg_log10_fpr_x100 = worth;
    d->list_neg_log10_fpr_x100 = worth > decades ? worth - decades : 0;
    d->distance = sum.nearest;
    d->score = sum.score;
    d->agreeing = t->agreeing;
    d->hop = ear->hop;
    d->speed = t->speed;
    d->at_ms = pdqi_listen_clock(ear, sum.at);
    d->start_ms = pdqi_listen_clock(ear, t->start);
    d->end_ms = pdqi_listen_clock(ear, t->end);
    d->entry_start_ms = t->entry_start;
    d->entry_end_ms = t->entry_end;
    d->categories = (uint32_t)meta[0] << 8 | meta[1];
    d->sources = (uint32_t)meta[2] << 8 | meta[3];
}

pdql_status pdql_listen_decision(const pdql_listen *listen, pdql_sound_decision *decision)
{
    pdqi_sound_track best;
    int any = 0;
    if (!listen || !decision)
        return PDQL_ERR_ARG;
    *decision = (pdql_sound_decision){ .verdict = PDQL_NO_MATCH,
                                       .entry = PDQL_NONE,
                                       .video = PDQL_NONE,
                                       .distance = PDQL_NONE,
                                       .windows = listen->windows };
    for (uint32_t i = 0; i < listen->n_tracks; i++) {
        const pdqi_sound_track t = whole(listen, i);
        if (t.agreeing && pdqi_listen_sum(listen, &t).nearest < PDQL_HASH_BITS && (!any || better(listen, &t, &best))) {
            best = t;
            any = 1;
        }
    }
    if (any)
        describe(listen, &best, decision);
    return PDQL_OK;
}

/* ---- beside pictures ---- */

uint32_t pdqi_listen_beside(const pdql_listen *l, uint32_t video, uint32_t query_ms, int64_t entry_ms)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < l->n_tracks; i++) {
        const pdqi_sound_track *t = &l->tracks[i];
        const int64_t apart = scaled(&l->ears[t->speed], query_ms) - t->offset - entry_ms;
        if (t->video != video || apart > PDQI_SOUND_BESIDE_MS || apart < -PDQI_SOUND_BESIDE_MS || t->score <= most)
            continue;
        const pdqi_sum sum = pdqi_listen_sum(l, t);
        if (sum.nearest <= l->matcher->list.max_distance && sum.score > most)
            most = sum.score;
    }
    most = most * 100 / PDQI_SOUND_DECADE;
    return most < PDQI_SOUND_BESIDE_MOST ? most : (uint32_t)PDQI_SOUND_BESIDE_MOST;
}

void pdqi_listen_expect(pdql_listen *l, uint32_t video, uint32_t query_ms, int64_t entry_ms)
{
    pdqi_sound_track best;
    uint32_t most = 0;
    for (uint32_t speed = 0; speed < PDQL_SOUND_HYPOTHESES; speed++) {
        const pdqi_ear *ear = &l->ears[speed];
        const int64_t offset = scaled(ear, query_ms) - entry_ms;
        for (int hop = -LOOK; ear->heard && hop <= LOOK; hop++) {
            pdqi_sound_track t;
            const int64_t from = ear->recent[(ear->heard - 1) % PDQI_SOUND_RECENT].at - offset;
            if (followed(l->tracks, l->n_tracks, speed, video, offset + hop * PDQI_SOUND_HOP_MS))
                continue;
            pdqi_listen_begin(l, speed, 0, video, offset + hop * PDQI_SOUND_HOP_MS,
                              pdqi_listen_find(l->matcher, 0, video, from), &t);
            const uint32_t score = pdqi_listen_sum(l, &t).score;
            if (score > most) {
                best = t;
                most = score;
            }
        }
    }
    if (most >= LOOK_LEAST)
        keep(l->tracks, &l->n_tracks, PDQI_SOUND_TRACKS, &best);
}
