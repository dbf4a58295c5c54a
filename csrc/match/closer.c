/*
 * match/closer.c - a closer look: entries that are small in the picture, and entries of which the picture is a small part
 *
 * A query has so many keypoints, and the strongest are seldom those of an inset, of a tile of a grid, of a screenshot in a
 * screenshot. So each quarter of the picture, with so much around it that what is up to a fifth of a side lies in one of
 * them as a whole, is a query of its own, at its own resolution. Where keypoints of an entry agree there, the box that would
 * show the entry is cut out of the picture itself, and is compared and verified as a picture would be: all of the entry that
 * is visible has a say, not a quarter's part alone. And of a small part of an entry only large keypoints are the entry's: the
 * picture at half its resolution has no others.
 */
#include "match/flatness.h"
#include "match/matcher.h"

#include "keypoints/index.h"
#include "plane/plane.h"

#include <string.h>

enum {
    SIDE = 39322,      /* of a quarter, 3/5; 1/65536 */
    QUARTERS = 4,
    LEAST_SIDE = 160,  /* pixels of the picture: a quarter of less shows no more than the whole */
    HITS = 16,         /* of each query */
    BOXES = 6,         /* that are looked at */
    AROUND = 16,       /* a box is larger by 1 / this on each side */
    LEAST_BOX = 16,    /* pixels */
    LEAST_SCORE = 10 * 16 /* 1/16 nat, of a quarter's keypoints */
};

/* A box of the picture, in pixels. */
typedef struct box {
    uint32_t x, y, width, height;
} box;

typedef struct candidate {
    box box;
    uint32_t entry, turn;
    int32_t score;
} candidate;

typedef struct look {
    const pdql_matcher *m;
    pdqi_work *w;
    pdql_plane whole;
    unsigned claims;
    int proven;
} look;

size_t pdqi_closer_room(uint32_t width, uint32_t height)
{
    return ((size_t)512 << 10) + 32 * (size_t)width + 4 * (size_t)height;
}

static uint8_t *room_of(const pdqi_work *w)
{
    return (uint8_t *)w->stage + w->stage_size - pdqi_closer_room(w->image->width, w->image->height) / 16 * 16;
}

/* Makes the plane of a box the one that is looked at; 0 if it cannot be. */
static int enter(look *l, const box *at)
{
    const pdql_image *const whole = l->w->image;
    pdql_image part = *whole;
    part.data += (ptrdiff_t)at->y * whole->row_stride + (ptrdiff_t)at->x * whole->pixel_stride;
    part.width = at->width;
    part.height = at->height;
    l->w->has_query = 0;
    return pdql_plane_make(pdqi_kernels_of(l->m), &part, room_of(l->w),
                           pdqi_closer_room(whole->width, whole->height) / 16 * 16, &l->w->plane)
        == PDQL_OK;
}

static void leave(look *l)
{
    l->w->plane = l->whole;
    l->w->has_query = 0;
}

static uint32_t cut(int64_t v, uint32_t most)
{
    return v < 0 ? 0 : v > most ? most : (uint32_t)v;
}

/* From where to where a side of the entry lies, in pixels: the corners' places and some more, inside the picture. */
static void span(const int32_t *model, uint32_t from, uint32_t side, uint32_t most, uint32_t *start, uint32_t *length)
{
    const int64_t a = model[0], b = model[1], c = model[2], low = c + (a < 0 ? a : 0) + (b < 0 ? b : 0),
                  high = c + (a > 0 ? a : 0) + (b > 0 ? b : 0), more = (high - low) / AROUND;
    *start = cut(from + (low - more) * side / 65536, most);
    const uint32_t end = cut(from + (high + more) * side / 65536, most);
    *length = end > *start ? end - *start : 0;
}

/* Keeps the best of each entry, best first. */
static void keep(candidate *all, unsigned *n, const candidate *c)
{
    unsigned i = 0;
    while (i < *n && all[i].entry != c->entry)
        i++;
    if (i == *n) {
        if (*n == BOXES && all[BOXES - 1].score >= c->score)
            return;
        i = *n < BOXES ? (*n)++ : BOXES - 1;
    } else if (all[i].score >= c->score) {
        return;
    }
    for (; i && all[i - 1].score < c->score; i--)
        all[i] = all[i - 1];
    all[i] = *c;
}

/* The entries of which a quarter has keypoints, and the boxes that would show them. */
static pdql_status look_at_quarter(look *l, unsigned quarter, candidate *all, unsigned *n)
{
    pdqi_work *const w = l->w;
    const uint32_t width = w->image->width, height = w->image->height;
    const box at = { quarter & 1 ? width - (uint32_t)((uint64_t)width * SIDE / 65536) : 0,
                     quarter & 2 ? height - (uint32_t)((uint64_t)height * SIDE / 65536) : 0,
                     (uint32_t)((uint64_t)width * SIDE / 65536), (uint32_t)((uint64_t)height * SIDE / 65536) };
    pdql_keypoints_match hits[HITS];
    size_t n_hits = 0;
    if (!enter(l, &at))
        return PDQL_OK;
    pdql_status status = pdqi_query(l->m, w);
    if (status == PDQL_OK)
        status = pdqi_search_keypoints(l->m, w, w->stage, LEAST_SCORE, hits, HITS, &n_hits);
    w->silent &= n_hits == 0 || hits[0].score < PDQI_KEYPOINT_LEAST;
    for (size_t i = 0; i < n_hits && status == PDQL_OK; i++) {
        candidate c = { .entry = hits[i].entry, .turn = hits[i].turn, .score = hits[i].score };
        span(hits[i].model, at.x, at.width, width, &c.box.x, &c.box.width);
        span(hits[i].model + 3, at.y, at.height, height, &c.box.y, &c.box.height);
        if (c.box.width >= LEAST_BOX && c.box.height >= LEAST_BOX)
            keep(all, n, &c);
    }
    return status;
}

/* What was found in a box, as it is in the picture. */
static void as_in_picture(pdqi_work *w, size_t from, const box *at)
{
    const int64_t begin[2] = { at->x, at->y }, part[2] = { at->width, at->height },
                  side[2] = { w->image->width, w->image->height };
    for (size_t i = from; i < w->n_deep; i++) {
        pdql_where *const where = &w->deep[i];
        uint32_t *const ends[2][2] = { { &where->left, &where->right }, { &where->top, &where->bottom } };
        for (int axis = 0; axis < 2; axis++) {
            for (int end = 0; end < 2; end++)
                *ends[axis][end] = (uint32_t)((begin[axis] * 65536 + *ends[axis][end] * part[axis]) / side[axis]);
            int32_t *const row = w->maps[i] + 3 * axis;
            for (int c = 0; c < 3; c++)
                row[c] = (int32_t)((row[c] * part[axis] + (c == 2 ? begin[axis] * 65536 : 0)) / side[axis]);
        }
    }
}

/* The entry against the box that would show it, as if that were the picture. */
static pdql_status look_at_box(look *l, const candidate *c)
{
    pdqi_work *const w = l->w;
    const size_t from = w->n_deep;
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX];
    keypoints_block v;
    pdql_keypoints_match match;
    if (!enter(l, &c->box))
        return PDQL_OK;
    if (!pdqi_keypoints_open(l->m->list.keypoints, l->m->list.keypoints_bytes, &v))
        return PDQL_ERR_BLOCK;
    const size_t length = pdqi_keypoints_record(&v, c->entry, record);
    pdql_status status = length ? pdqi_query(l->m, w) : PDQL_ERR_BLOCK;
    if (status == PDQL_OK)
        status = pdql_keypoints_compare(pdqi_kernels_of(l->m), w->stage, record, length, 1u << c->turn, &match);
    if (status != PDQL_OK || match.score < PDQI_KEYPOINT_LEAST)
        return status == PDQL_ERR_ARG ? PDQL_ERR_BLOCK : status;
    match.entry = c->entry;
    status = pdqi_take_keypoints(l->m, w, &match, 1, PDQI_CLOSER_TRIALS, &l->claims, &l->proven);
    as_in_picture(w, from, &c->box);
    return status;
}

/* The picture at half its resolution. */
static pdql_status look_from_afar(look *l)
{
    pdqi_work *const w = l->w;
    const pdql_plane *const p = &l->whole;
    const uint32_t width = p->width / 2, height = p->height / 2;
    uint16_t *const half = (uint16_t *)(void *)room_of(w);
    pdql_keypoints_match hits[HITS];
    size_t n = 0;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            const uint16_t *const s = p->samples + (size_t)2 * y * p->width + 2 * x;
            half[y * width + x] = (uint16_t)((s[0] + s[1] + s[p->width] + s[p->width + 1] + 2) >> 2);
        }
    void *const query = pdqi_second_query(w);
    pdql_status status = pdqi_query_of(l->m, w, &(pdql_plane){ width, height, half, NULL }, query);
    if (status == PDQL_OK)
        status = pdqi_search_keypoints(l->m, w, query, PDQI_KEYPOINT_LEAST, hits, HITS, &n);
    w->silent &= n == 0;
    return status == PDQL_OK ? pdqi_take_keypoints(l->m, w, hits, n, PDQI_CLOSER_TRIALS, &l->claims, &l->proven)
                             : status;
}

pdql_status pdqi_closer_stage(const pdql_matcher *m, pdqi_work *w)
{
    look l = { m, w, w->plane, 0, 0 };
    candidate all[BOXES];
    unsigned n = 0;
    w->n_refits = 0;
    pdql_status status = look_from_afar(&l);
    const int large = w->image->width >= LEAST_SIDE && w->image->height >= LEAST_SIDE;
    for (unsigned quarter = 0; large && quarter < QUARTERS && status == PDQL_OK && !l.proven; quarter++)
        status = look_at_quarter(&l, quarter, all, &n);
    for (unsigned i = 0; i < n && status == PDQL_OK && !l.proven; i++)
        status = look_at_box(&l, &all[i]);
    leave(&l);
    return status;
}
