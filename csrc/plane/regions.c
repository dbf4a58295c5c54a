/*
 * plane/regions.c - where may the original picture sit in this one?
 *
 * Three readings of a small plane: rows and columns of nearly one brightness
 * at the sides (bars, borders), calm or blurred sides with a step in sharpness,
 * and long straight edges combined into rectangles (plane/edges.c). All
 * integers; knows geometry, nothing of hashes or lists.
 */
#include "plane/regions.h"

#include <string.h>

enum {
    NEAR = 10 * 256,      /* a bar's sample is this close to the line's median */
    STRAY = 25,           /* 1 in so many may lie further off (text, logo, noise) */
    MOST_CUT = 45,        /* percent of a side that a blurred margin may take */
    SHARP_CAP = 8 * 256   /* second differences count up to this */
};

typedef struct box {
    int x0, y0, x1, y1;
} box;

static uint16_t median_of(const uint16_t *line, int n)
{
    uint16_t count[256];
    memset(count, 0, sizeof count);
    for (int i = 0; i < n; i++)
        count[line[i] >> 8]++;
    int v = 0;
    for (int seen = count[0]; 2 * seen < n; seen += count[++v])
        ;
    return (uint16_t)(v << 8 | 128);
}

/* Lines of nearly one brightness, all but a few samples of them, at one end of `n` lines, `limit` at most. */
__attribute__((noinline)) static int flat_run(const pdqi_plane_kernels *k, const uint16_t *from, ptrdiff_t next,
                                              int length, int limit)
{
    const int value = median_of(from, length);
    int run = 0;
    while (run < limit && k->strays(from + run * next, length, value, NEAR) * STRAY <= length)
        run++;
    return run;
}

/* Columns are rows of the plane that is turned. */
static box trim(const pdqi_plane_kernels *k, const pdql_plane *p, const uint16_t *turned)
{
    const ptrdiff_t w = p->width, h = p->height;
    const uint16_t *s = p->samples, *t = turned;
    box b = { 0, 0, (int)w, (int)h };
    for (int pass = 0; pass < 3; pass++) {
        int run, cut = 0;
        cut |= run = flat_run(k, s + b.y0 * w + b.x0, w, b.x1 - b.x0, (b.y1 - b.y0) * 5 / 6);
        b.y0 += run;
        cut |= run = flat_run(k, s + (b.y1 - 1) * w + b.x0, -w, b.x1 - b.x0, (b.y1 - b.y0) * 5 / 6);
        b.y1 -= run;
        cut |= run = flat_run(k, t + b.x0 * h + b.y0, h, b.y1 - b.y0, (b.x1 - b.x0) * 5 / 6);
        b.x0 += run;
        cut |= run = flat_run(k, t + (b.x1 - 1) * h + b.y0, -h, b.y1 - b.y0, (b.x1 - b.x0) * 5 / 6);
        b.x1 -= run;
        if (!cut)
            break;
    }
    return b;
}

/* Mean sharpness of each line: absolute second differences along it, capped. */
static void sharpness(const pdqi_plane_kernels *k, const uint16_t *s, int length, int lines, uint32_t *out)
{
    for (int y = 0; y < lines; y++, s += length)
        out[y] = k->sharpness(s, length, SHARP_CAP) / (uint32_t)length;
}

/*
 * How many lines at an end (`ends` 1: the first, 2: the last, 3: both alike)
 * are calm with sharper ones next to them: inside / outside at least 2, else 0.
 */
static int calm_run(const uint32_t *r, int n, int ends)
{
    uint64_t most = 0, sum = 0, best = 0;
    int run = 0;
    for (int i = 0; i < n * MOST_CUT / 100; i++) {
        uint64_t inside = 0, line = 0;
        for (int e = 1; e <= 2; e++) {
            if (!(ends & e))
                continue;
            const uint32_t v = r[e == 1 ? i : n - 1 - i];
            line += v;
            most = v > most ? v : most;
            for (int j = 2; j <= 8; j++)
                inside += r[e == 1 ? i + j : n - 1 - i - j];
        }
        const uint64_t sides = ends == 3 ? 2 : 1;
        sum += line;
        if (i < 3)
            continue;
        const uint64_t outside = (most + sum / (sides * (uint64_t)(i + 1))) / 2 + 38; /* 38: 0.15 of a step */
        const uint64_t ratio = 256 * (inside / (7 * sides) + 38) / outside;
        if (ratio > best) {
            best = ratio;
            run = i + 1;
        }
    }
    return best > 2 * 256 ? run : 0;
}

typedef struct gathered {
    pdql_region *regions;
    size_t n, cap;
    int width, height;
} gathered;

static int apart(int a, int b)
{
    return a > b ? a - b : b - a;
}

/* Adds a rectangle of cells unless one almost the same is there, it is thin, or the regions are full. */
__attribute__((noinline)) static void gather(gathered *g, box b, uint32_t kind)
{
    if (g->n >= g->cap || b.x1 - b.x0 < g->width / 7 || b.y1 - b.y0 < g->height / 7 || b.x1 - b.x0 < 8
        || b.y1 - b.y0 < 8)
        return;
    const int near_x = 256 + g->width * 2, near_y = 256 + g->height * 2; /* about a 1/128 */
    for (size_t i = 0; i < g->n; i++) {
        const pdql_region *f = &g->regions[i];
        if (apart(f->x0, b.x0 * 256) <= near_x && apart(f->x1, b.x1 * 256) <= near_x
            && apart(f->y0, b.y0 * 256) <= near_y && apart(f->y1, b.y1 * 256) <= near_y)
            return;
    }
    g->regions[g->n++] = (pdql_region){ b.x0 * 256, b.y0 * 256, b.x1 * 256, b.y1 * 256, kind };
}

static void gather_calm(gathered *g, const uint32_t *rows, const uint32_t *columns)
{
    const int w = g->width, h = g->height;
    const int both_y = calm_run(rows, h, 3), both_x = calm_run(columns, w, 3);
    const int top = calm_run(rows, h, 1), bottom = calm_run(rows, h, 2);
    const int left = calm_run(columns, w, 1), right = calm_run(columns, w, 2);
    gather(g, (box){ 0, both_y, w, h - both_y }, PDQL_REGION_BLUR);
    gather(g, (box){ both_x, 0, w - both_x, h }, PDQL_REGION_BLUR);
    gather(g, (box){ 0, top, w, h - bottom }, PDQL_REGION_BLUR);
    gather(g, (box){ left, 0, w - right, h }, PDQL_REGION_BLUR);
}

size_t pdql_regions_size(void)
{
    return sizeof(pdqi_regions_work);
}

static pdql_status find(const pdqi_plane_kernels *k, const pdql_plane *plane, void *work, size_t size, size_t cap,
                        pdql_region *regions, size_t *n_regions)
{
    if (!plane || !plane->samples || !work || !regions || !n_regions || (uintptr_t)work % 8)
        return PDQL_ERR_ARG;
    if (plane->width < PDQI_PLANE_MIN_SIDE || plane->height < PDQI_PLANE_MIN_SIDE || plane->width > PDQI_PLANE_MAX_SIDE
        || plane->height > PDQI_PLANE_MAX_SIDE || plane->width * plane->height > PDQI_PLANE_AREA)
        return PDQL_ERR_SHAPE;
    if (size < sizeof(pdqi_regions_work))
        return PDQL_ERR_SPACE;
    pdqi_regions_work *m = work;
    const int w = (int)plane->width, h = (int)plane->height;
    k->transpose(plane->samples, w, h, m->turned);
    gathered g = { regions, 0, cap, w, h };
    gather(&g, (box){ 0, 0, w, h }, PDQL_REGION_WHOLE);
    gather(&g, trim(k, plane, m->turned), PDQL_REGION_TRIM);
    sharpness(k, plane->samples, w, h, m->rows);
    sharpness(k, m->turned, h, w, m->columns);
    gather_calm(&g, m->rows, m->columns);
    int32_t windows[PDQL_MAX_REGIONS_MORE][4];
    const size_t n = pdqi_region_windows(k, plane, m, cap - 1, windows);
    for (size_t i = 0; i < n; i++)
        gather(&g, (box){ windows[i][0], windows[i][1], windows[i][2], windows[i][3] }, PDQL_REGION_WINDOW);
    *n_regions = g.n;
    return PDQL_OK;
}

pdql_status pdqi_regions_find(const pdqi_plane_kernels *k, const pdql_plane *plane, void *work, size_t size,
                              pdql_region *regions, size_t *n_regions)
{
    return find(k, plane, work, size, PDQL_MAX_REGIONS, regions, n_regions);
}

pdql_status pdqi_regions_find_more(const pdqi_plane_kernels *k, const pdql_plane *plane, void *work, size_t size,
                                   pdql_region *regions, size_t *n_regions)
{
    return find(k, plane, work, size, PDQL_MAX_REGIONS_MORE, regions, n_regions);
}

pdql_status pdql_regions_find(const pdql_plane *plane, void *work, size_t size, pdql_region *regions, size_t *n_regions)
{
    return pdqi_regions_find(&pdqi_plane_portable, plane, work, size, regions, n_regions);
}

pdql_status pdql_regions_find_more(const pdql_plane *plane, void *work, size_t size, pdql_region *regions,
                                   size_t *n_regions)
{
    return pdqi_regions_find_more(&pdqi_plane_portable, plane, work, size, regions, n_regions);
}
