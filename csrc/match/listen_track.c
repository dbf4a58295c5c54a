/*
 * match/listen_track.c - one offset between what is heard and a video of the list: its windows compared, its score
 *
 * docs/formats/sound-rule.md has the rule and what it was counted on. A window of the list is compared with the window of the
 * query that the offset names, and with those before and after it; where one of them is clearly nearer the offset
 * moves there, so that a copy played a little faster or slower stays on its track. What a sound that is known to be harmless
 * explains does not count.
 */
#include "match/listen.h"

#include "match/decide.h"

#include <string.h>

enum {
    RULE_RATE = 600,  /* neg_log10_fpr_x100 of the rule, */
    RULE_SCORE = 87,  /* which is this score, */
    SEED_SCORE = 44,  /* or so much less where a window is as near as a seed */
    HALF_MINUTE = 240, /* windows of the query */
    HARMLESS_SCORE = 43, /* so much with a window within HARMLESS_NEAR, or RULE_SCORE: a harmless sound is heard, */
    HARMLESS_NEAR = 72,
    HARMLESS_MS = 2000, /* and explains what is so near to one of its windows: half a window */
    AS_MANY_SPEEDS
    = 400, /* neg_log10_fpr_x100 that a track loses at a speed that is not the query's own: strangers came to 280 */
    AS_IT_IS = 250, /* hop of a sound that is not played faster or slower */
    MOST = PDQL_SOUND_RATE_MOST
};

/* The window heard nearest to a time, within half a hop; NULL if there is none. */
static const pdqi_heard *heard_at(const pdqi_ear *ear, int64_t at)
{
    const uint32_t n = ear->heard < PDQI_SOUND_RECENT ? ear->heard : (uint32_t)PDQI_SOUND_RECENT,
                   first = ear->heard - n;
    uint32_t low = 0, high = n;
    const int64_t from = at - PDQI_SOUND_HOP_MS / 2;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (ear->recent[(first + middle) % PDQI_SOUND_RECENT].at < from)
            low = middle + 1;
        else
            high = middle;
    }
    const pdqi_heard *best = NULL;
    for (; low < n; low++) {
        const pdqi_heard *h = &ear->recent[(first + low) % PDQI_SOUND_RECENT];
        if (h->at > at + PDQI_SOUND_HOP_MS / 2)
            break;
        if (!best || (h->at > at ? h->at - at : at - h->at) < (best->at > at ? best->at - at : at - best->at))
            best = h;
    }
    return best;
}

/* Compares one window of the list, and moves the offset; NULL if nothing was heard there. */
static const pdqi_heard *meet(const pdqi_ear *ear, const uint8_t *bits, int64_t time, int64_t *offset,
                              uint32_t *distance)
{
    const pdqi_heard *best = heard_at(ear, time + *offset);
    uint32_t least = best ? pdql_distance(best->bits, bits) : PDQL_HASH_BITS;
    int64_t moved = *offset;
    for (int side = -1; side <= 1; side += 2) {
        const pdqi_heard *h = heard_at(ear, time + *offset + side * PDQI_SOUND_HOP_MS);
        const uint32_t d = h && h != best ? pdql_distance(h->bits, bits) : PDQL_HASH_BITS;
        if (d <= PDQI_SOUND_LEAP && d < least) {
            least = d;
            best = h;
            moved = h->at - time;
        }
    }
    *offset = moved;
    *distance = least;
    return best;
}

static int is_new(const pdqi_sound_track *t, const uint8_t *bits)
{
    for (uint32_t i = 0; i < PDQI_SOUND_SEEN && i < t->counted; i++)
        if (pdql_distance(t->seen[i], bits) < PDQI_SOUND_NEW)
            return 0;
    return 1;
}

/* Whether a harmless sound explains what was heard at a time. */
static int explained(const pdql_listen *l, uint32_t at_ms)
{
    for (uint32_t i = 0; i < l->n_harmless; i++) {
        const pdqi_sound_track *h = &l->harmless[i];
        if (h->score < (h->nearest <= HARMLESS_NEAR ? HARMLESS_SCORE : RULE_SCORE) + h->met / PDQI_SOUND_STRANGERS)
            continue;
        for (uint32_t j = 0; j < h->agreeing && j < PDQI_SOUND_LAST; j++) {
            const int64_t apart = (int64_t)h->last[j].at_ms - at_ms;
            if (apart <= HARMLESS_MS && apart >= -HARMLESS_MS)
                return 1;
        }
    }
    return 0;
}

/* Remembers what a window said in place of the oldest, which is settled. */
static void remember(const pdql_listen *l, pdqi_sound_track *t, const pdqi_said *said)
{
    pdqi_said *place = &t->last[t->agreeing % PDQI_SOUND_LAST];
    if (t->agreeing >= PDQI_SOUND_LAST && place->worth && explained(l, place->at_ms))
        t->score -= place->worth < t->score ? place->worth : t->score;
    *place = *said;
    t->score += said->worth;
    t->score = t->score < PDQI_SOUND_SCORE_MOST ? t->score : (uint32_t)PDQI_SOUND_SCORE_MOST;
    t->agreeing++;
}

/* Counts what one window of the list said. */
static void count(const pdql_listen *l, pdqi_sound_track *t, uint32_t row, int64_t at, uint32_t distance)
{
    const pdql_sound_matcher *m = l->matcher;
    const uint32_t time = pdqi_listen_time(m, row);
    const uint8_t *bits = pdqi_listen_bits(m, row);
    if (distance >= PDQI_SOUND_FAR)
        return;
    if (!t->agreeing || at < t->start)
        t->start = at;
    if (!t->agreeing || at > t->end)
        t->end = at;
    if (!t->agreeing || time < t->entry_start)
        t->entry_start = time;
    if (!t->agreeing || time > t->entry_end)
        t->entry_end = time;
    if (distance < t->nearest) {
        t->nearest = distance;
        t->row = row;
        t->at = at;
    }
    const int fresh = is_new(t, bits);
    if (fresh)
        memcpy(t->seen[t->counted++ % PDQI_SOUND_SEEN], bits, PDQL_HASH_BYTES);
    const pdqi_said said = { pdqi_listen_clock(&l->ears[t->speed], at), row, (uint16_t)distance,
                             (uint16_t)(fresh ? PDQI_SOUND_FAR - distance : 0) };
    remember(l, t, &said);
}

void pdqi_listen_advance(const pdql_listen *l, pdqi_sound_track *t, int64_t until)
{
    const pdql_sound_matcher *m = l->matcher;
    for (; t->next < t->end_of; t->next++) {
        const uint32_t row = m->order[t->next];
        const int64_t time = pdqi_listen_time(m, row);
        uint32_t distance;
        if (pdqi_listen_video(m, row) != t->video || time + t->offset > until)
            return;
        const pdqi_heard *h = meet(&l->ears[t->speed], pdqi_listen_bits(m, row), time, &t->offset, &distance);
        t->met += h != NULL;
        if (h)
            count(l, t, row, h->at, distance);
    }
}

void pdqi_listen_begin(const pdql_listen *l, uint32_t speed, int harmless, uint32_t video, int64_t offset,
                       uint32_t from, pdqi_sound_track *out)
{
    const pdql_sound_matcher *m = l->matcher;
    const pdqi_ear *ear = &l->ears[speed];
    const uint32_t n = ear->heard < PDQI_SOUND_RECENT ? ear->heard : (uint32_t)PDQI_SOUND_RECENT;
    int64_t back = offset;
    *out = (pdqi_sound_track){ .video = video,
                               .speed = speed,
                               .offset = offset,
                               .next = from,
                               .end_of = harmless ? m->kept : m->listed,
                               .nearest = PDQL_HASH_BITS };
    if (!n)
        return;
    const int64_t oldest = ear->recent[(ear->heard - n) % PDQI_SOUND_RECENT].at;
    for (uint32_t i = from; i-- > (harmless ? m->listed : 0);) {
        const uint32_t row = m->order[i];
        const int64_t time = pdqi_listen_time(m, row);
        uint32_t distance;
        if (pdqi_listen_video(m, row) != video || time + back < oldest - PDQI_SOUND_HOP_MS)
            break;
        const pdqi_heard *h = meet(ear, pdqi_listen_bits(m, row), time, &back, &distance);
        out->met += h != NULL;
        if (h)
            count(l, out, row, h->at, distance);
    }
    pdqi_listen_advance(l, out, ear->recent[(ear->heard - 1) % PDQI_SOUND_RECENT].at - PDQI_SOUND_HOP_MS);
}

pdqi_sum pdqi_listen_sum(const pdql_listen *l, const pdqi_sound_track *t)
{
    pdqi_sum sum = { t->score, t->nearest, t->row, t->at };
    const int hidden = l->n_harmless && t->nearest < PDQL_HASH_BITS
        && explained(l, pdqi_listen_clock(&l->ears[t->speed], t->at));
    if (hidden)
        sum.nearest = PDQL_HASH_BITS;
    for (uint32_t i = 0; l->n_harmless && i < t->agreeing && i < PDQI_SOUND_LAST; i++) {
        const pdqi_said *said = &t->last[i];
        if (explained(l, said->at_ms)) {
            sum.score -= said->worth < sum.score ? said->worth : sum.score;
        } else if (hidden && said->distance < sum.nearest) {
            sum.nearest = said->distance;
            sum.row = said->row;
            sum.at = (int64_t)said->at_ms * AS_IT_IS / l->ears[t->speed].hop;
        }
    }
    const uint32_t due = t->met / PDQI_SOUND_STRANGERS;
    sum.score = sum.score > due ? sum.score - due : 0;
    return sum;
}

uint32_t pdqi_listen_worth(const pdql_listen *l, const pdqi_sound_track *t, const pdqi_sum *sum)
{
    const int seeded = l->matcher->seeds && sum->nearest <= l->matcher->seed;
    const uint32_t worth = RULE_RATE + (sum->score + (seeded ? SEED_SCORE : 0)) * 100 / PDQI_SOUND_DECADE;
    const uint32_t cost = RULE_SCORE * 100 / PDQI_SOUND_DECADE
        + pdqi_decades((l->windows + HALF_MINUTE - 1) / HALF_MINUTE) + (t->speed ? AS_MANY_SPEEDS : 0);
    return worth <= cost ? 0 : worth - cost < MOST ? worth - cost : MOST;
}

int pdqi_listen_sure(const pdql_listen *l, const pdqi_sound_track *t)
{
    const pdql_sound_matcher *m = l->matcher;
    const uint32_t least = m->list.neg_log10_fpr_x100 + pdqi_decades(m->clips);
    pdqi_sum sum = { t->score, t->nearest, t->row, t->at }; /* at most: what is harmless only takes away */
    if (!t->agreeing || pdqi_listen_worth(l, t, &sum) < least)
        return 0;
    sum = pdqi_listen_sum(l, t);
    return sum.nearest <= (m->seeds ? m->list.max_distance : m->seed) && pdqi_listen_worth(l, t, &sum) >= least;
}
