/*
 * plane/edges.c - long straight axis-parallel edges, combined into rectangles
 *
 * A cell is on an edge if the step across it is clear and well above the steps
 * nearby. A line's support is its best run, cells on an edge counting +1 and
 * others -1. Lines and the picture's own sides bound the rectangles.
 */
#include "plane/regions.h"

#include <string.h>

enum {
    LEAST = 410,      /* support of each side, 1/1024 */
    PER_SIDES = 3     /* rectangles with the same number of free sides, on the first pass */
};

static void find_edges(const pdqi_plane_kernels *k, const uint16_t *s, int w, int h, pdqi_regions_work *m,
                       uint8_t *edge)
{
    memset(&m->room, 0, sizeof m->room);
    for (int y = 0; y < h; y++, s += w, edge += w)
        k->edges(s, w, &m->room, edge);
}

/* Best run of each column; then the strongest columns that outdo their neighbours. */
static int find_lines(const pdqi_plane_kernels *k, const uint8_t *edge, int w, int h, pdqi_regions_work *m,
                      pdqi_edge_line out[PDQI_REGION_LINES])
{
    const int16_t *best = m->runs.best;
    memset(&m->runs, 0, sizeof m->runs);
    for (int y = 0; y < h; y++, edge += w)
        k->runs(edge, w, y, &m->runs);
    int n = 0;
    for (int x = 2; x < w - 1; x++) {
        int top = best[x] * 8 >= h;
        for (int j = -2; j <= 2 && top; j++)
            if (j && x + j >= 2 && x + j < w - 1)
                top = best[x + j] < best[x] || (best[x + j] == best[x] && j < 0);
        if (!top)
            continue;
        int at = n < PDQI_REGION_LINES ? n++ : PDQI_REGION_LINES;
        for (; at > 0 && out[at - 1].support < best[x]; at--)
            if (at < PDQI_REGION_LINES)
                out[at] = out[at - 1];
        if (at < PDQI_REGION_LINES)
            out[at] = (pdqi_edge_line){ best[x], x, m->runs.begin[x], m->runs.end[x] };
    }
    return n;
}

static void count_along(const uint8_t *edge, int w, int h, int x, uint16_t *seen)
{
    seen[0] = 0;
    for (int y = 0; y < h; y++, edge += w)
        seen[y + 1] = (uint16_t)(seen[y] + (edge[x] | edge[x - 1] | (x + 1 < w ? edge[x + 1] : 0)));
}

/* Where the bounds of an axis may lie: the picture's own side first, then the lines. */
typedef struct axis {
    int at[2][PDQI_REGION_LINES + 1];  /* lower and upper bound of choice i */
    int n;
    uint16_t (*seen)[PDQI_PLANE_MAX_SIDE + 1];
} axis;

static axis axis_of(const pdqi_plane_kernels *k, const uint8_t *edge, int w, int h, pdqi_regions_work *m, int which)
{
    pdqi_edge_line lines[PDQI_REGION_LINES];
    axis a = { .n = 1, .seen = m->seen[which] };
    a.at[0][0] = 0;
    a.at[1][0] = w;
    const int n = find_lines(k, edge, w, h, m, lines);
    for (int i = 0; i < n; i++, a.n++) {
        a.at[0][a.n] = a.at[1][a.n] = lines[i].at;
        count_along(edge, w, h, lines[i].at, a.seen[i]);
    }
    return a;
}

static void support_of(const axis *a, int choice, int begin, int end, int *least, int *sum, int *sides)
{
    if (!choice)
        return;
    const uint16_t *seen = a->seen[choice - 1];
    const int s = (seen[end] - seen[begin]) * 1024 / (end - begin);
    *least = s < *least ? s : *least;
    *sum += s;
    ++*sides;
}

/* Whether less than 1 / part of a side lies between two choices. */
static int thin(const axis *a, int lower, int upper, int part)
{
    return (a->at[1][upper] - a->at[0][lower]) * part < a->at[1][0];
}

/* A rectangle that is not thin. */
static void try_rectangle(const axis *ax, const axis *ay, const int choice[4], pdqi_ranked *out, size_t *n)
{
    const int x0 = ax->at[0][choice[0]], x1 = ax->at[1][choice[1]];
    const int y0 = ay->at[0][choice[2]], y1 = ay->at[1][choice[3]];
    const int w = ax->at[1][0], h = ay->at[1][0];
    if ((x1 - x0) * (y1 - y0) * 16 < w * h)
        return;
    int least = 1024, sum = 0, sides = 0;
    support_of(ax, choice[0], y0, y1, &least, &sum, &sides);
    support_of(ax, choice[1], y0, y1, &least, &sum, &sides);
    support_of(ay, choice[2], x0, x1, &least, &sum, &sides);
    support_of(ay, choice[3], x0, x1, &least, &sum, &sides);
    if (!sides || least < LEAST || *n == PDQI_REGION_RANKED)
        return;
    const int score = (6 * least + 4 * sum / sides) / 10 + 20 * sides;
    out[(*n)++] = (pdqi_ranked){ score, sides, x0, y0, x1, y1 };
}

static int same_window(const pdqi_ranked *r, const int32_t other[4], int w, int h)
{
    const int sides[4] = { w, h, w, h }, here[4] = { r->x0, r->y0, r->x1, r->y1 };
    for (int i = 0; i < 4; i++)
        if (80 * (here[i] > other[i] ? here[i] - other[i] : other[i] - here[i]) >= sides[i])
            return 0;
    return 1;
}

/* Takes the best of each number of sides first, so captions (one side) and insets (four) both survive. */
static size_t pick(pdqi_ranked *r, size_t n, int w, int h, size_t cap, int32_t out[][4])
{
    int quota[5] = { 0, PER_SIDES, PER_SIDES, PER_SIDES, PER_SIDES };
    size_t taken = 0;
    for (int pass = 0; pass < 2; pass++)
        for (;;) {
            pdqi_ranked *top = NULL;
            for (size_t i = 0; i < n; i++)
                if (r[i].sides && (pass || quota[r[i].sides]) && (!top || r[i].score > top->score))
                    top = &r[i];
            if (!top || taken == cap)
                break;
            int known = 0;
            for (size_t j = 0; j < taken && !known; j++)
                known = same_window(top, out[j], w, h);
            if (!known) {
                quota[top->sides]--;
                memcpy(out[taken++], (int32_t[4]){ top->x0, top->y0, top->x1, top->y1 }, 4 * sizeof(int32_t));
            }
            top->sides = 0;
        }
    return taken;
}

size_t pdqi_region_windows(const pdqi_plane_kernels *k, const pdql_plane *plane, pdqi_regions_work *work, size_t cap,
                           int32_t out[][4])
{
    const int w = (int)plane->width, h = (int)plane->height;
    find_edges(k, plane->samples, w, h, work, work->across);
    find_edges(k, work->turned, h, w, work, work->down);
    const axis ax = axis_of(k, work->across, w, h, work, 0), ay = axis_of(k, work->down, h, w, work, 1);
    size_t n = 0;
    int c[4];
    for (c[0] = 0; c[0] < ax.n; c[0]++)
        for (c[1] = 0; c[1] < ax.n; c[1]++) {
            if (thin(&ax, c[0], c[1], 5))
                continue;
            for (c[2] = 0; c[2] < ay.n; c[2]++)
                for (c[3] = 0; c[3] < ay.n; c[3]++)
                    if (!thin(&ay, c[2], c[3], 7))
                        try_rectangle(&ax, &ay, c, work->ranked, &n);
        }
    return pick(work->ranked, n, w, h, cap, out);
}
