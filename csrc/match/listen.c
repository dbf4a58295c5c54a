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

void pdqi_listen_keep(pdql_listen *l, const pdqi_sound_track *t)
{
    pdqi_sound_track *least = &l->tracks[0];
    if (l->n_tracks < PDQI_SOUND_TRACKS) {
        l->tracks[l->n_tracks++] = *t;
        return;
    }
    for (uint32_t i = 1; i < l->n_tracks; i++)
        if (l->tracks[i].score < least->score || (l->tracks[i].score == least->score && l->tracks[i].end < least->end))
            least = &l->tracks[i];
    if (t->score >= least->score)
        *least = *t;
}

/* Whether a track of this video at about this offset is followed already. */
static int followed(const pdql_listen *l, uint32_t speed, uint32_t video, int64_t offset)
{
    for (uint32_t i = 0; i < l->n_tracks; i++) {
        const pdqi_sound_track *t = &l->tracks[i];
        if (t->speed == speed && t->video == video && t->offset - offset <= SAME_MS && offset - t->offset <= SAME_MS)
            return 1;
    }
    return 0;
}

static int is_negative(const pdql_sound_matcher *m, uint32_t row)
{
    enum { META = 14, FLAGS_AT = 4 };
    return m->list.meta[(size_t)META * row + FLAGS_AT] & PDQL_FLAG_NEGATIVE;
}

/* Looks for a window in the list, and begins a track at each place that is near. */
static pdql_status search(pdql_listen *l, uint32_t speed, const uint8_t *bits, int64_t now)
{
    const pdql_sound_matcher *m = l->matcher;
    pdql_hit hits[HITS];
    size_t n = 0;
    uint32_t nearest = PDQL_HASH_BITS;
    const pdql_kernels *k = m->list.kernels ? m->list.kernels : pdql_kernels_best();
    const pdql_status status = m->list.index
        ? pdql_index_search(k, &m->index, bits, 1, m->radius, hits, HITS, &n)
        : pdql_scan(k, bits, 1, m->list.rows, m->list.n, m->radius, hits, HITS, &n);
    if (status != PDQL_OK)
        return status;
    n = n < HITS ? n : HITS;
    for (size_t i = 0; i < n; i++)
        if (is_negative(m, hits[i].row) && hits[i].distance < nearest)
            nearest = hits[i].distance;
    for (size_t i = 0; i < n; i++) {
        const uint32_t row = hits[i].row, video = pdqi_listen_video(m, row);
        const int64_t offset = now - pdqi_listen_time(m, row);
        if (is_negative(m, row) || hits[i].distance > nearest || followed(l, speed, video, offset))
            continue;
        pdqi_sound_track t;
        pdqi_listen_begin(l, speed, video, offset, pdqi_listen_find(m, video, pdqi_listen_time(m, row)), &t);
        pdqi_listen_keep(l, &t);
    }
    return PDQL_OK;
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
    for (uint32_t i = 0; i < listen->n_tracks; i++)
        if (listen->tracks[i].speed == heard->speed)
            pdqi_listen_advance(listen, &listen->tracks[i], now - PDQI_SOUND_HOP_MS);
    if (ear->searched && pdql_distance(ear->last, heard->bits) <= ALIKE)
        return PDQL_OK;
    ear->searched = 1;
    memcpy(ear->last, heard->bits, PDQL_HASH_BYTES);
    return search(listen, heard->speed, heard->bits, now);
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
    return sure != was ? sure : t->score != best->score ? t->score > best->score : t->nearest < best->nearest;
}

int pdql_listen_enough(const pdql_listen *listen)
{
    for (uint32_t i = 0; listen && i < listen->n_tracks; i++)
        if (pdqi_listen_sure(listen, &listen->tracks[i]))
            return 1;
    return 0;
}

static uint32_t clock_of(const pdqi_ear *ear, int64_t at)
{
    const int64_t ms = (at * ear->hop + AS_IT_IS / 2) / AS_IT_IS;
    return ms < 0 ? 0 : ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static void describe(const pdql_listen *l, const pdqi_sound_track *t, pdql_sound_decision *d)
{
    const pdql_sound_matcher *m = l->matcher;
    const uint8_t *meta = m->list.meta + (size_t)14 * t->row;
    const pdqi_ear *ear = &l->ears[t->speed];
    const uint32_t worth = pdqi_listen_worth(l, t), decades = pdqi_decades(m->clips);
    d->verdict = pdqi_listen_sure(l, t) ? PDQL_SAME_SOUND : PDQL_NO_MATCH;
    d->entry = m->list.first + t->row;
    d->video = t->video;
    d->neg_log10_fpr_x100 = worth;
    d->list_neg_log10_fpr_x100 = worth > decades ? worth - decades : 0;
    d->distance = t->nearest;
    d->score = t->score;
    d->agreeing = t->agreeing;
    d->hop = ear->hop;
    d->speed = t->speed;
    d->at_ms = clock_of(ear, t->at);
    d->start_ms = clock_of(ear, t->start);
    d->end_ms = clock_of(ear, t->end);
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
        if (t.agreeing && (!any || better(listen, &t, &best))) {
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
        if (t->video == video && apart <= PDQI_SOUND_BESIDE_MS && apart >= -PDQI_SOUND_BESIDE_MS && t->score > most)
            most = t->score;
    }
    most = most * 100 / PDQI_SOUND_DECADE;
    return most < PDQI_SOUND_BESIDE_MOST ? most : (uint32_t)PDQI_SOUND_BESIDE_MOST;
}

void pdqi_listen_expect(pdql_listen *l, uint32_t video, uint32_t query_ms, int64_t entry_ms)
{
    pdqi_sound_track best = { 0 };
    for (uint32_t speed = 0; speed < PDQL_SOUND_HYPOTHESES; speed++) {
        const pdqi_ear *ear = &l->ears[speed];
        const int64_t offset = scaled(ear, query_ms) - entry_ms;
        for (int hop = -LOOK; ear->heard && hop <= LOOK; hop++) {
            pdqi_sound_track t;
            const int64_t from = ear->recent[(ear->heard - 1) % PDQI_SOUND_RECENT].at - offset;
            if (followed(l, speed, video, offset + hop * PDQI_SOUND_HOP_MS))
                continue;
            pdqi_listen_begin(l, speed, video, offset + hop * PDQI_SOUND_HOP_MS,
                              pdqi_listen_find(l->matcher, video, from), &t);
            if (t.score > best.score)
                best = t;
        }
    }
    if (best.score >= LOOK_LEAST)
        pdqi_listen_keep(l, &best);
}
