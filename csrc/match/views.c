/*
 * match/views.c - ways to see one picture, and the rows near each
 *
 * The whole picture and every region in it that may show the original, in
 * eight orientations and both lights. Inverted light negates every DCT
 * coefficient, so its hash is the complement: no pixel is looked at again.
 */
#include "match/flatness.h"
#include "match/matcher.h"

#include "plane/regions.h"

#include <string.h>

/*
 * Whole as it is; whole otherwise; part upright; part turned or else inverted: from
 * likely to unlikely. Each group may use the same part of the false-match rate, and
 * within one each view the same. A part both turned and inverted is not looked for.
 */
unsigned pdqi_group_of(unsigned region, unsigned orientation, unsigned inverted)
{
    const int upright = orientation == PDQL_AS_IS || orientation == PDQL_MIRRORED;
    if (!region)
        return orientation == PDQL_AS_IS && !inverted ? 0 : 1;
    if (upright && !inverted)
        return 2;
    return upright || !inverted ? 3 : PDQI_VIEW_GROUPS;
}

static int is_large(const pdql_matcher *m)
{
    return m->list.index && m->index.shape != PDQL_INDEX_SCAN;
}

unsigned pdqi_reach(const pdql_matcher *m, unsigned group, unsigned radius)
{
    /* A bucket index visits more of its rows with each band of 16 bits, and all of them beyond 63. */
    static const uint8_t LARGE[PDQI_VIEW_GROUPS] = { 63, 47, 47, 31 };
    return is_large(m) && radius > LARGE[group] ? LARGE[group] : radius;
}

/* A later region, or the whole both turned and inverted. */
static int is_late(unsigned number)
{
    return number / 16 ? number / 16 >= PDQI_LIKELY_REGIONS : number > 8;
}

uint32_t pdqi_likely_end(const pdql_matcher *m, const pdqi_views *views, unsigned group)
{
    uint32_t at = views->begin[group + 1];
    while (is_large(m) && at > views->begin[group] && is_late(views->of[at - 1].number))
        at--;
    return at;
}

unsigned pdqi_late_reach(unsigned group, unsigned radius)
{
    /* A self-index reads 2192 buckets for 47 bits, 272 for 31, 16 for 15. */
    static const uint8_t LATE[PDQI_VIEW_GROUPS] = { 63, 31, 31, 15 };
    return radius > LATE[group] ? LATE[group] : radius;
}

pdql_where pdqi_where_of(const pdqi_views *views, uint32_t number)
{
    pdql_where where = views->regions[number / 16];
    where.inverted = number / 8 % 2;
    where.orientation = number % 8;
    return where;
}

pdql_status pdqi_plane_of(const pdql_matcher *m, const pdql_image *image, pdqi_work *w)
{
    if (w->has_plane)
        return PDQL_OK;
    const pdql_status status = pdql_plane_make(pdqi_kernels_of(m), image, w->plane_memory, w->plane_size, &w->plane);
    w->has_plane = status == PDQL_OK;
    return status;
}

int pdqi_hit_counts(pdqi_work *w, const pdqi_view_key *view, unsigned distance)
{
    const unsigned region = view->number / 16;
    if (distance <= PDQI_FLAT_RADIUS)
        return 1;
    if (!w->flatness[region])
        w->flatness[region] = (uint8_t)pdqi_flatness_of(&w->plane, &w->views.regions[region]);
    return w->flatness[region] == PDQI_TEXTURED;
}

static uint32_t part_of(int32_t at, uint32_t cells)
{
    return (uint32_t)((int64_t)at * 256 / (int64_t)cells);
}

pdql_where pdqi_where_in(const pdql_plane *plane, const pdql_region *region)
{
    return (pdql_where){ part_of(region->x0, plane->width),
                         part_of(region->y0, plane->height),
                         part_of(region->x1, plane->width),
                         part_of(region->y1, plane->height),
                         0,
                         0 };
}

/* Hashes of the regions inside the picture. */
static pdql_status hash_regions(const pdql_kernels *k, pdqi_work *w)
{
    pdql_status status = pdqi_regions_find(k->plane, &w->plane, w->stage, w->stage_size, w->regions, &w->n_regions);
    for (size_t f = 1; f < w->n_regions && status == PDQL_OK; f++) {
        const pdql_region *region = &w->regions[f];
        status = pdqi_region_hashes(k, &w->plane, region, w->hashes[f]);
        w->views.regions[f] = pdqi_where_in(&w->plane, region);
    }
    return status;
}

void pdqi_add_view(pdqi_views *views, unsigned number, const pdql_hash *hash)
{
    const uint8_t light = number / 8 % 2 ? 0xff : 0;
    if (views->n >= PDQI_VIEWS)
        return;
    for (unsigned i = 0; i < PDQL_HASH_BYTES; i++)
        views->bits[views->n][i] = hash->bits[i] ^ light;
    const unsigned group = pdqi_group_of(number / 16, number % 8, number / 8 % 2);
    views->of[views->n++] = (pdqi_view_key){ (uint8_t)number, (uint8_t)group, hash->quality };
}

pdql_status pdqi_views_of_picture(const pdql_matcher *m, const pdql_image *image, pdqi_work *w)
{
    const pdql_kernels *k = pdqi_kernels_of(m);
    const unsigned turns = m->policy.views & PDQL_VIEW_TURNED ? 8 : 1;
    const unsigned lights = m->policy.views & PDQL_VIEW_INVERTED ? 2 : 1;
    pdql_hasher *hasher = w->stage;
    pdqi_views *views = &w->views;
    pdql_status status = pdql_hasher_init(hasher, w->stage_size, image->width, image->height);
    if (status == PDQL_OK && turns == 8) {
        status = pdqi_hash_and_plane(k, hasher, image, w->plane_memory, w->plane_size, w->hashes[0], &w->plane);
        w->has_plane = status == PDQL_OK;
    } else if (status == PDQL_OK) {
        status = pdql_hash_image(k, hasher, image, w->hashes[0]);
    }
    w->n_regions = 1;
    views->regions[0] = (pdql_where){ 0, 0, 65536, 65536, 0, 0 };
    if (status == PDQL_OK)
        status = pdqi_plane_of(m, image, w);
    if (status == PDQL_OK && (m->policy.views & PDQL_VIEW_REGIONS))
        status = hash_regions(k, w);
    views->n = 0;
    for (unsigned group = 0; group < PDQI_VIEW_GROUPS && status == PDQL_OK; group++) {
        views->begin[group] = views->n;
        for (unsigned number = 0; number < 16 * w->n_regions; number++) {
            const unsigned region = number / 16, inverted = number / 8 % 2, turn = number % 8;
            const int flat = region && w->hashes[region][0].quality < m->policy.min_quality;
            if (turn < turns && inverted < lights && !flat && pdqi_group_of(region, turn, inverted) == group)
                pdqi_add_view(views, number, &w->hashes[region][turn]);
        }
        views->begin[group + 1] = views->n;
        /* tilted keypoint signatures and a closer look take two thirds of the unlikeliest views' part */
        const uint32_t of = group == PDQI_VIEW_GROUPS - 1 && pdqi_tilts(m) ? PDQI_THIRDS : PDQI_GROUPS;
        views->share[group] = of * (views->n - views->begin[group]);
    }
    views->whole_quality = w->hashes[0][0].quality;
    return status;
}

#define SORT_NAME sort_hits
#define SORT_ARRAYS pdql_hit *
#define SORT_LESS(a, i, j) ((a)[i].query != (a)[j].query ? (a)[i].query < (a)[j].query : (a)[i].row < (a)[j].row)
#define SORT_SWAP(a, i, j) \
    do { \
        const pdql_hit s_ = (a)[i]; \
        (a)[i] = (a)[j]; \
        (a)[j] = s_; \
    } while (0)
#include "base/sort.h"

/* pdql_scan over rows that are read page by page. */
static pdql_status find_paged(const pdql_matcher *m, uint8_t *page, const uint8_t *queries, size_t n, unsigned radius,
                              pdql_hit *hits, size_t cap, size_t *n_hits)
{
    size_t all = 0;
    for (size_t first = 0; first < m->list.n; first += PDQL_PAGE_ROWS) {
        const size_t left = m->list.n - first, rows = left < PDQL_PAGE_ROWS ? left : PDQL_PAGE_ROWS;
        const size_t kept = all < cap ? all : cap;
        size_t more = 0;
        if (m->paged.read(m->paged.ctx, first, rows, page))
            return PDQL_ERR_BLOCK;
        const pdql_status status = pdql_scan(pdqi_kernels_of(m), queries, n, page, rows, radius, hits + kept,
                                             cap - kept, &more);
        if (status != PDQL_OK)
            return status;
        for (size_t i = kept; i < cap && i < kept + more; i++)
            hits[i].row += (uint32_t)first;
        all += more;
    }
    if (n > 1 && all <= cap)
        sort_hits(hits, all);
    *n_hits = all;
    return PDQL_OK;
}

static pdql_status find(const pdql_matcher *m, pdqi_work *w, const uint8_t *queries, size_t n, unsigned radius,
                        pdql_hit *hits, size_t cap, size_t *n_hits)
{
    const pdql_kernels *k = pdqi_kernels_of(m);
    if (m->paged.read)
        return find_paged(m, w->page, queries, n, radius, hits, cap, n_hits);
    const pdql_status status = m->list.index
        ? pdql_index_search(k, &m->index, queries, n, radius, hits, cap, n_hits)
        : pdql_scan(k, queries, n, m->list.rows, m->list.n, radius, hits, cap, n_hits);
    for (size_t i = 0; status == PDQL_OK && i < *n_hits && i < cap; i++)
        if (hits[i].row >= m->list.n || hits[i].distance > PDQL_HASH_BITS) /* a damaged block may say anything */
            return PDQL_ERR_BLOCK;
    return status;
}

/* Keeps the nearest PDQI_NEAREST of the hits, in their order; returns how many. */
static size_t nearest(pdql_hit *hits, size_t n)
{
    uint32_t at[PDQL_HASH_BITS + 1] = { 0 };
    if (n <= PDQI_NEAREST)
        return n;
    for (size_t i = 0; i < n; i++)
        at[hits[i].distance]++;
    uint32_t limit = 0, inside = 0;
    while (inside + at[limit] < PDQI_NEAREST)
        inside += at[limit++];
    uint32_t more = PDQI_NEAREST - inside; /* of those at the limit */
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (hits[i].distance > limit || (hits[i].distance == limit && !more))
            continue;
        more -= hits[i].distance == limit;
        hits[kept++] = hits[i];
    }
    return kept;
}

/*
 * One view with more rows in reach than fit: by halves, the least radius that reaches PDQI_NEAREST of them;
 * all that are nearer, then the first at it.
 */
static pdql_status search_crowded(const pdql_matcher *m, pdqi_work *w, uint32_t view, unsigned radius, size_t *n)
{
    const uint8_t *query = w->views.bits[view];
    unsigned low = 0, high = radius;
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        const pdql_status status = find(m, w, query, 1, middle, w->hits, PDQI_HITS, n);
        if (status != PDQL_OK)
            return status;
        if (*n >= PDQI_NEAREST)
            high = middle;
        else
            low = middle + 1;
    }
    size_t nearer = 0;
    pdql_status status = low ? find(m, w, query, 1, low - 1, w->hits, PDQI_HITS, &nearer) : PDQL_OK;
    if (status == PDQL_OK)
        status = find(m, w, query, 1, low, w->hits + nearer, PDQI_HITS - nearer, n);
    const size_t end = nearer + (*n < PDQI_HITS - nearer ? *n : PDQI_HITS - nearer);
    size_t kept = nearer;
    for (size_t i = nearer; i < end && kept < PDQI_NEAREST; i++)
        if (w->hits[i].distance == low)
            w->hits[kept++] = w->hits[i];
    *n = kept;
    return status;
}

pdql_status pdqi_search(const pdql_matcher *m, pdqi_work *w, uint32_t begin, uint32_t end, unsigned radius,
                        pdqi_take take, void *ctx)
{
    size_t n = 0;
    pdql_status status = find(m, w, w->views.bits[begin], end - begin, radius, w->hits, PDQI_HITS, &n);
    if (status != PDQL_OK)
        return status;
    if (n <= PDQI_HITS) {
        for (size_t i = 0, j; i < n; i = j) {
            for (j = i; j < n && w->hits[j].query == w->hits[i].query; j++)
                ;
            take(ctx, begin + w->hits[i].query, w->hits + i, nearest(w->hits + i, j - i));
        }
        return PDQL_OK;
    }
    for (uint32_t view = begin; view < end; view++) {
        status = find(m, w, w->views.bits[view], 1, radius, w->hits, PDQI_HITS, &n);
        if (status == PDQL_OK && n > PDQI_HITS)
            status = search_crowded(m, w, view, radius, &n);
        if (status != PDQL_OK)
            return status;
        take(ctx, view, w->hits, nearest(w->hits, n));
    }
    return PDQL_OK;
}

pdql_status pdql_match_views(const pdql_matcher *matcher, const pdql_image *image, void *work, size_t size,
                             pdql_view *views, size_t *n)
{
    pdqi_work *w;
    if (!views || !n)
        return PDQL_ERR_ARG;
    pdql_status status = pdqi_work_begin(matcher, image, work, size, &w);
    if (status == PDQL_OK)
        status = pdqi_views_of_picture(matcher, image, w);
    if (status != PDQL_OK)
        return status;
    *n = w->views.n;
    for (size_t i = 0; i < *n; i++) {
        const pdqi_view_key *of = &w->views.of[i];
        memcpy(views[i].bits, w->views.bits[i], PDQL_HASH_BYTES);
        views[i].quality = of->quality;
        views[i].number = of->number;
        views[i].trials = w->views.share[of->group];
        views[i].where = pdqi_where_of(&w->views, of->number);
    }
    return PDQL_OK;
}
