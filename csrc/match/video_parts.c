/*
 * match/video_parts.c - parts of originals that frames of a video seemed to show
 *
 * A crop stays what it is for a shot or a whole copy, so what a search found weakly in
 * one frame is looked for in the next ones at that place alone: against all rows, at no
 * cost to speak of, and only rows of the same video count.
 */
#include "match/matcher.h"

#include <string.h>

enum {
    AGAIN_LEAST = 10 * 16,  /* 1/16 nat before refinement */
    REFINED_AGAIN = 4,      /* rows refined in one frame */
    TRIES = 3,              /* frames without it after which a part is let go, */
    TRUSTED = 12            /* and one that was met again */
};

static uint32_t number_of(const pdqi_entry *entry, uint32_t row)
{
    return entry->frame ? entry->video : row;
}

static int same(const pdqi_followed_part *p, const pdqi_entry *entry, uint32_t row)
{
    return p->still == !entry->frame && p->number == number_of(entry, row);
}

/* Room for another part: a free place, one let go, or the one with the least score. */
static pdqi_followed_part *room(pdqi_followed_parts *parts, uint32_t searched)
{
    pdqi_followed_part *worst = &parts->of[0];
    if (parts->n < PDQI_FOLLOWED_PARTS)
        return &parts->of[parts->n++];
    for (uint32_t i = 0; i < parts->n; i++) {
        pdqi_followed_part *p = &parts->of[i];
        if (searched - p->met > (p->again ? TRUSTED : TRIES))
            return p;
        if (p->again < worst->again || (p->again == worst->again && p->score < worst->score))
            worst = p;
    }
    return worst;
}

void pdqi_follow_parts(const pdql_matcher *m, pdqi_followed_parts *parts, const pdqi_work *w, uint32_t searched)
{
    for (size_t i = 0; i < w->n_found; i++) {
        const pdqi_found *f = &w->found[i];
        pdqi_entry entry;
        if (f->score < 0) /* refined, and worth less than nothing */
            continue;
        pdqi_entry_at(m, f->row, &entry);
        pdqi_followed_part *p = NULL;
        for (uint32_t k = 0; k < parts->n && !p; k++)
            if (same(&parts->of[k], &entry, f->row) && parts->of[k].as.turn == f->as.turn
                && parts->of[k].as.inverted == f->as.inverted)
                p = &parts->of[k];
        if (!p) {
            p = room(parts, searched);
            *p = (pdqi_followed_part){ .number = number_of(&entry, f->row), .still = !entry.frame, .score = -1 };
        } else if (p->met != searched) {
            p->again++;
        }
        p->met = searched;
        if (f->score <= p->score)
            continue;
        p->as = f->as;
        p->place = f->place;
        p->original = f->original;
        p->score = f->score;
    }
}

/* The weights of the parts in this frame; owner[i] is the part of weights i. */
static pdql_status weigh(const pdql_matcher *m, pdqi_followed_parts *parts, pdqi_work *w, uint32_t searched,
                         pdql_weights *out, uint8_t owner[PDQI_FOLLOWED_PARTS], size_t *n)
{
    *n = 0;
    for (unsigned angle = 0; angle < PDQL_ANGLES; angle++) {
        pdql_plane plane = { 0 };
        for (uint32_t i = 0; i < parts->n; i++) {
            const pdqi_followed_part *p = &parts->of[i];
            if (p->as.angle != angle || searched - p->met > (p->again ? TRUSTED : TRIES))
                continue;
            const pdql_status status = plane.samples ? PDQL_OK : pdqi_turned(w, angle, &plane);
            if (status != PDQL_OK)
                return status;
            if (pdqi_uncrop_placed(m->list.uncrop, &plane, &p->place, &p->original, &p->as, out + *n))
                owner[(*n)++] = (uint8_t)i;
        }
    }
    return PDQL_OK;
}

pdql_status pdqi_parts_again(const pdql_matcher *m, pdqi_followed_parts *parts, pdqi_work *w, uint32_t searched)
{
    pdql_weights *weights = w->stage;
    pdql_uncrop_hit hits[PDQI_REFINED];
    uint8_t owner[PDQI_FOLLOWED_PARTS];
    size_t n = 0, n_hits = 0, refined = 0;
    w->has_query = 0;
    pdql_status status = weigh(m, parts, w, searched, weights, owner, &n);
    if (status == PDQL_OK && n)
        status = pdqi_search_parts(m, w, n, AGAIN_LEAST, hits, &n_hits);
    for (size_t i = 0; i < n_hits && status == PDQL_OK && refined < REFINED_AGAIN; i++) {
        const pdqi_followed_part *p = &parts->of[owner[hits[i].weights]];
        pdqi_entry entry;
        pdqi_entry_at(m, hits[i].row, &entry);
        if (!same(p, &entry, hits[i].row))
            continue;
        const size_t before = w->n_found;
        status = pdqi_refine(m, w, &hits[i]);
        if (w->n_found > before && w->found[before].score < PDQI_AGAIN_LEAST)
            w->n_found = before;
        refined++;
    }
    return status;
}
