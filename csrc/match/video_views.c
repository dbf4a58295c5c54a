/*
 * match/video_views.c - ways to see the frames of one video
 *
 * Bars, a page, a window stay where they are for a shot: their regions are
 * found once and followed. What was turned or inverted stays so as well, so the
 * less likely views take turns, and those that met something are always searched.
 */
#include "match/matcher.h"

#include "plane/regions.h"

#include <string.h>

enum {
    CUT_BITS = 50,          /* another shot: regions are searched for again */
    FIND_MS = 3000,        /* and after this long in any case */
    SAME_REGION = 65536 / 80, /* edges this near belong to one region */
    FORGOTTEN = 8,          /* searched frames after which a region that was not seen again is let go */
    HOT = 8,                /* searched frames for which a view that met a row is followed */
    TURNS = 4,              /* less likely views are searched in every so many frames */
    FEW = 8192              /* in lists up to this, every view is searched in every frame */
};

static int near(uint32_t a, uint32_t b, uint32_t slack)
{
    return (a > b ? a - b : b - a) <= slack;
}

unsigned pdqi_region_at(pdqi_followed_regions *regions, const pdql_where *where, uint32_t slack)
{
    unsigned oldest = 1;
    for (unsigned i = 0; i < regions->n; i++) {
        const pdql_where *at = &regions->at[i];
        if (near(at->left, where->left, slack) && near(at->right, where->right, slack)
            && near(at->top, where->top, slack) && near(at->bottom, where->bottom, slack))
            return i;
        if (i && regions->used[i] < regions->used[oldest])
            oldest = i;
    }
    const unsigned slot = regions->n < PDQI_REGIONS ? regions->n++ : oldest;
    regions->at[slot] = (pdql_where){ where->left, where->top, where->right, where->bottom, 0, 0 };
    memset(&regions->hot[16 * slot], 0, 16 * sizeof regions->hot[0]);
    return slot;
}

pdql_status pdqi_hash_whole(const pdql_matcher *m, const pdql_image *image, pdqi_work *w)
{
    const pdql_status status = pdql_hasher_init(w->stage, w->stage_size, image->width, image->height);
    return status == PDQL_OK ? pdql_hash_image(pdqi_kernels_of(m), w->stage, image, w->hashes[0]) : status;
}

static int followed(const pdqi_followed_regions *r, unsigned number)
{
    return r->hot[number] && r->searched - r->hot[number] <= HOT;
}

/* Searches for regions if it is time to. */
static pdql_status probe(const pdql_kernels *k, uint32_t time_ms, pdqi_followed_regions *r, pdqi_work *w)
{
    const uint8_t *whole = w->hashes[0][0].bits;
    if (r->finds && time_ms - r->found_ms < FIND_MS && pdql_distance(r->found_in, whole) < CUT_BITS)
        return PDQL_OK;
    const pdql_status status = pdqi_regions_find(k->plane, &w->plane, w->stage, w->stage_size, w->regions,
                                                 &w->n_regions);
    for (size_t f = 1; status == PDQL_OK && f < w->n_regions; f++) {
        const pdql_where where = pdqi_where_in(&w->plane, &w->regions[f]);
        r->used[pdqi_region_at(r, &where, SAME_REGION)] = r->searched;
    }
    r->finds++;
    r->found_ms = time_ms;
    memcpy(r->found_in, whole, PDQL_HASH_BYTES);
    return status;
}

/* The hashes of one region in this frame's plane; 0 if it is too small there. */
static int hash_region(const pdql_kernels *k, pdqi_work *w, const pdql_where *at, pdql_hash *out)
{
    const pdql_plane *p = &w->plane;
    const pdql_region region = { (int32_t)(at->left * p->width / 256), (int32_t)(at->top * p->height / 256),
                                 (int32_t)(at->right * p->width / 256), (int32_t)(at->bottom * p->height / 256),
                                 PDQL_REGION_WINDOW };
    return pdqi_region_hashes(k, p, &region, out) == PDQL_OK;
}

/* Whether a view is due in this frame: upright ones in every one, others in turn. */
static int due(const pdql_matcher *m, const pdqi_followed_regions *r, unsigned number)
{
    const unsigned group = pdqi_group_of(number / 16, number % 8, number / 8 % 2);
    if (group == PDQI_VIEW_GROUPS)
        return 0;
    if (group == 0 || group == 2 || m->list.n <= FEW || (number < 16 && number % 8 == PDQL_MIRRORED))
        return 1;
    return (number + number / 16 + r->searched) % TURNS == 0;
}

/* Adds the views that are (or are not) followed, in the order of their numbers. */
static void add(const pdql_matcher *m, const pdqi_followed_regions *r, pdqi_work *w, uint32_t have, int follow)
{
    const unsigned turns = m->policy.views & PDQL_VIEW_TURNED ? 8 : 1;
    const unsigned lights = m->policy.views & PDQL_VIEW_INVERTED ? 2 : 1;
    for (unsigned number = 0; number < 16 * r->n; number++)
        if ((have >> number / 16 & 1) && number % 8 < turns && number / 8 % 2 < lights && followed(r, number) == follow
            && (follow || due(m, r, number)))
            pdqi_add_view(&w->views, number, &w->hashes[number / 16][number % 8]);
}

pdql_status pdqi_views_of_frame(const pdql_matcher *m, const pdql_image *image, uint32_t time_ms,
                                pdqi_followed_regions *regions, pdqi_work *w, uint32_t *follow)
{
    const int within = (m->policy.views & PDQL_VIEW_REGIONS) != 0, turned = (m->policy.views & PDQL_VIEW_TURNED) != 0;
    const pdql_hash whole = w->hashes[0][0];
    const pdql_where all = { 0, 0, 65536, 65536, 0, 0 };
    uint32_t have = 1;
    regions->searched++;
    regions->n = regions->n ? regions->n : 1;
    regions->at[0] = all;
    pdql_status status = pdqi_plane_of(m, image, w);
    if (status == PDQL_OK && within)
        status = probe(pdqi_kernels_of(m), time_ms, regions, w);
    if (status != PDQL_OK)
        return status;
    if (turned && hash_region(pdqi_kernels_of(m), w, &all, w->hashes[0]))
        w->hashes[0][0] = whole; /* as it is: to the bit; turned: from the plane */
    for (unsigned i = 1; i < regions->n; i++)
        if (regions->searched - regions->used[i] <= FORGOTTEN
            && hash_region(pdqi_kernels_of(m), w, &regions->at[i], w->hashes[i])
            && w->hashes[i][0].quality >= m->policy.min_quality)
            have |= 1u << i;
    memcpy(w->views.regions, regions->at, sizeof regions->at);
    /* Shares for all views that a video may come to, so that they are the same in every frame. */
    static const uint32_t VIEWS[PDQI_VIEW_GROUPS] = { 1, 15, 2 * (PDQI_REGIONS - 1), 8 * (PDQI_REGIONS - 1) };
    for (unsigned g = 0; g < PDQI_VIEW_GROUPS; g++)
        w->views.share[g] = PDQI_GROUPS * VIEWS[g];
    w->views.n = 0;
    w->views.whole_quality = whole.quality;
    add(m, regions, w, have, 1);
    *follow = w->views.n;
    add(m, regions, w, have, 0);
    return PDQL_OK;
}
