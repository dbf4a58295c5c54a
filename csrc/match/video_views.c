/*
 * match/video_views.c - ways to see the frames of one video
 *
 * Bars, a page, a window stay where they are for a shot: their rectangles are
 * found once and followed. What was turned or inverted stays so as well, so the
 * less likely looks take turns, and those that met something are always looked at.
 */
#include "match/matcher.h"

#include "plane/regions.h"

#include <string.h>

enum {
    CUT_BITS = 50,          /* another shot: rectangles are searched for again */
    PROBE_MS = 3000,        /* and after this long in any case */
    SAME_RECT = 65536 / 80, /* edges this near belong to one rectangle */
    FORGOTTEN = 8,          /* views after which a rectangle that was not seen again is let go */
    HOT = 8,                /* views for which a look that met a row is followed */
    TURNS = 4,              /* less likely looks are looked at in every so many views */
    FEW = 8192              /* in lists up to this, every look is looked at in every view */
};

static int near(uint32_t a, uint32_t b, uint32_t slack)
{
    return (a > b ? a - b : b - a) <= slack;
}

unsigned pdqi_rect_at(pdqi_rects *r, const pdql_where *where, uint32_t slack)
{
    unsigned oldest = 1;
    for (unsigned i = 0; i < r->n; i++) {
        const pdql_where *at = &r->at[i];
        if (near(at->left, where->left, slack) && near(at->right, where->right, slack)
            && near(at->top, where->top, slack) && near(at->bottom, where->bottom, slack))
            return i;
        if (i && r->used[i] < r->used[oldest])
            oldest = i;
    }
    const unsigned slot = r->n < PDQI_RECTS ? r->n++ : oldest;
    r->at[slot] = (pdql_where){ where->left, where->top, where->right, where->bottom, 0, 0 };
    memset(&r->hot[16 * slot], 0, 16 * sizeof r->hot[0]);
    return slot;
}

pdql_status pdqi_hash_whole(const pdql_matcher *m, const pdql_image *image, pdqi_work *w)
{
    const pdql_status status = pdql_hasher_init(w->stage, w->stage_size, image->width, image->height);
    return status == PDQL_OK ? pdql_hash_image(pdqi_kernels_of(m), w->stage, image, w->hashes[0]) : status;
}

static int followed(const pdqi_rects *r, unsigned number)
{
    return r->hot[number] && r->views - r->hot[number] <= HOT;
}

/* Searches for rectangles if it is time to. */
static pdql_status probe(const pdql_kernels *k, uint32_t time_ms, pdqi_rects *r, pdqi_work *w)
{
    const uint8_t *whole = w->hashes[0][0].bits;
    if (r->probes && time_ms - r->probed_ms < PROBE_MS && pdql_distance(r->probed, whole) < CUT_BITS)
        return PDQL_OK;
    const pdql_status status = pdqi_probe(k->look, &w->plane, w->stage, w->stage_size, w->frames, &w->n_frames);
    for (size_t f = 1; status == PDQL_OK && f < w->n_frames; f++) {
        const pdql_where where = pdqi_where_in(&w->plane, &w->frames[f]);
        r->used[pdqi_rect_at(r, &where, SAME_RECT)] = r->views;
    }
    r->probes++;
    r->probed_ms = time_ms;
    memcpy(r->probed, whole, PDQL_HASH_BYTES);
    return status;
}

/* The hashes of one rectangle in this frame's plane; 0 if it is too small there. */
static int hash_rect(const pdql_kernels *k, pdqi_work *w, const pdql_where *at, pdql_hash *out)
{
    const pdql_plane *p = &w->plane;
    const pdql_frame frame = { (int32_t)(at->left * p->width / 256), (int32_t)(at->top * p->height / 256),
                               (int32_t)(at->right * p->width / 256), (int32_t)(at->bottom * p->height / 256),
                               PDQL_FRAME_WINDOW };
    return pdqi_frame_hashes(k, p, &frame, out) == PDQL_OK;
}

/* Whether a look is due in this view: upright ones in every one, others in turn. */
static int due(const pdql_matcher *m, const pdqi_rects *r, unsigned number)
{
    const unsigned group = pdqi_group_of(number / 16, number % 8, number / 8 % 2);
    if (group == PDQI_LOOK_GROUPS)
        return 0;
    if (group == 0 || group == 2 || m->list.n <= FEW || (number < 16 && number % 8 == PDQL_MIRRORED))
        return 1;
    return (number + number / 16 + r->views) % TURNS == 0;
}

/* Adds the looks that are (or are not) followed, in the order of their numbers. */
static void add(const pdql_matcher *m, const pdqi_rects *r, pdqi_work *w, uint32_t have, int follow)
{
    const unsigned turns = m->policy.looks & PDQL_LOOK_TURNED ? 8 : 1;
    const unsigned lights = m->policy.looks & PDQL_LOOK_INVERTED ? 2 : 1;
    for (unsigned number = 0; number < 16 * r->n; number++)
        if ((have >> number / 16 & 1) && number % 8 < turns && number / 8 % 2 < lights && followed(r, number) == follow
            && (follow || due(m, r, number)))
            pdqi_add_look(&w->looks, number, &w->hashes[number / 16][number % 8]);
}

pdql_status pdqi_look_at_view(const pdql_matcher *m, const pdql_image *image, uint32_t time_ms, pdqi_rects *r,
                              pdqi_work *w, uint32_t *follow)
{
    const int within = (m->policy.looks & PDQL_LOOK_WITHIN) != 0, turned = (m->policy.looks & PDQL_LOOK_TURNED) != 0;
    const pdql_hash whole = w->hashes[0][0];
    const pdql_where all = { 0, 0, 65536, 65536, 0, 0 };
    uint32_t have = 1;
    r->views++;
    r->n = r->n ? r->n : 1;
    r->at[0] = all;
    pdql_status status = pdqi_plane_of(m, image, w);
    if (status == PDQL_OK && within)
        status = probe(pdqi_kernels_of(m), time_ms, r, w);
    if (status != PDQL_OK)
        return status;
    if (turned && hash_rect(pdqi_kernels_of(m), w, &all, w->hashes[0]))
        w->hashes[0][0] = whole; /* as it is: to the bit; turned: from the plane */
    for (unsigned i = 1; i < r->n; i++)
        if (r->views - r->used[i] <= FORGOTTEN && hash_rect(pdqi_kernels_of(m), w, &r->at[i], w->hashes[i])
            && w->hashes[i][0].quality >= m->policy.min_quality)
            have |= 1u << i;
    memcpy(w->looks.frames, r->at, sizeof r->at);
    /* Shares for all looks that a video may come to, so that they are the same in every frame. */
    static const uint32_t LOOKS[PDQI_LOOK_GROUPS] = { 1, 15, 2 * (PDQI_RECTS - 1), 8 * (PDQI_RECTS - 1) };
    for (unsigned g = 0; g < PDQI_LOOK_GROUPS; g++)
        w->looks.share[g] = PDQI_GROUPS * LOOKS[g];
    w->looks.n = 0;
    w->looks.whole_quality = whole.quality;
    add(m, r, w, have, 1);
    *follow = w->looks.n;
    add(m, r, w, have, 0);
    return PDQL_OK;
}
