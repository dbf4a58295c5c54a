/*
 * probe_edges.c - long straight axis-parallel edges, combined into rectangles
 *
 * A cell is on an edge if the step across it is clear and well above the steps
 * nearby. A line's support is its best run, cells on an edge counting +1 and
 * others -1. Lines and the picture's own sides bound the rectangles.
 */
#include "probe.h"

#include <string.h>

enum {
    CLEAR = 640,      /* twice the mean step of two cells a side: 2.5 / 255 */
    LEAST = 410,      /* support of each side, 1/1024 */
    PER_SIDES = 3     /* rectangles with the same number of free sides, on the first pass */
};

/* Whether there is an edge at each of n cells, by the steps before and after it; nothing is shared, so it can be vectors. */
static inline void mark(const int32_t *restrict step, const int32_t *restrict before, const int32_t *restrict after,
                        int n, uint8_t *restrict edge)
{
    for (int x = 0; x < n; x++) {
        const int32_t l = before[x], r = after[x];
        const int32_t near = ((l + r) >> 1) + (l < r ? l : r);
        edge[x] = (uint8_t)((step[x] > 2 * CLEAR) & (5 * step[x] > near));
    }
}

/* edge[y][x] is 1 if there is an edge before column x; w is PDQI_PLANE_MIN_SIDE or more. */
static void find_edges(const uint16_t *s, int w, int h, pdqi_probe_work *m, uint8_t *edge)
{
    int32_t *step = m->step + 8, *calm = m->calm + 8; /* 8 cells of nothing on both sides */
    memset(m->step, 0, sizeof m->step);
    memset(m->calm, 0, sizeof m->calm);
    for (int y = 0; y < h; y++, s += w, edge += w) {
        for (int x = 2; x < w - 1; x++) {
            const int32_t d = (int32_t)s[x] + s[x + 1] - s[x - 1] - s[x - 2];
            step[x] = d < 0 ? -d : d;
        }
        for (int x = -8; x < w + 4; x++)
            calm[x] = step[x] + step[x + 1] + step[x + 2] + step[x + 3];
        edge[0] = edge[1] = edge[w - 1] = 0;
        const int32_t first[5] = { calm[0], calm[0], calm[0], calm[0], calm[0] }, last[3] = { 0 };
        mark(step + 2, first, calm + 6, 5, edge + 2);
        mark(step + 7, calm, calm + 11, w - 11, edge + 7);
        mark(step + w - 4, calm + w - 11, last, 3, edge + w - 4);
    }
}

/* Best run of each column; then the strongest columns that outdo their neighbours. */
static int find_lines(const uint8_t *edge, int w, int h, pdqi_probe_work *m, pdqi_line out[PDQI_PROBE_LINES])
{
    memset(m->now, 0, sizeof m->now);
    memset(m->best, 0, sizeof m->best);
    memset(m->start, 0, sizeof m->start);
    for (int y = 0; y < h; y++, edge += w)
        for (int x = 2; x < w - 1; x++) {
            const int32_t v = (edge[x] | edge[x + 1]) ? 1 : -1, fresh = m->now[x] <= 0;
            m->start[x] = fresh ? y : m->start[x];
            m->now[x] = (fresh ? 0 : m->now[x]) + v;
            const int better = m->now[x] > m->best[x];
            m->best[x] = better ? m->now[x] : m->best[x];
            m->begin[x] = better ? m->start[x] : m->begin[x];
            m->end[x] = better ? y + 1 : m->end[x];
        }
    int n = 0;
    for (int x = 2; x < w - 1; x++) {
        int top = m->best[x] * 8 >= h;
        for (int j = -2; j <= 2 && top; j++)
            if (j && x + j >= 2 && x + j < w - 1)
                top = m->best[x + j] < m->best[x] || (m->best[x + j] == m->best[x] && j < 0);
        if (!top)
            continue;
        int at = n < PDQI_PROBE_LINES ? n++ : PDQI_PROBE_LINES;
        for (; at > 0 && out[at - 1].support < m->best[x]; at--)
            if (at < PDQI_PROBE_LINES)
                out[at] = out[at - 1];
        if (at < PDQI_PROBE_LINES)
            out[at] = (pdqi_line){ m->best[x], x, m->begin[x], m->end[x] };
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
    int at[2][PDQI_PROBE_LINES + 1];  /* lower and upper bound of choice i */
    int n;
    uint16_t (*seen)[PDQI_PLANE_MAX_SIDE + 1];
} axis;

static axis axis_of(const uint8_t *edge, int w, int h, pdqi_probe_work *m, int which)
{
    pdqi_line lines[PDQI_PROBE_LINES];
    axis a = { .n = 1, .seen = m->seen[which] };
    a.at[0][0] = 0;
    a.at[1][0] = w;
    const int n = find_lines(edge, w, h, m, lines);
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

static void try_rectangle(const axis *ax, const axis *ay, const int choice[4], pdqi_ranked *out, size_t *n)
{
    const int x0 = ax->at[0][choice[0]], x1 = ax->at[1][choice[1]];
    const int y0 = ay->at[0][choice[2]], y1 = ay->at[1][choice[3]];
    const int w = ax->at[1][0], h = ay->at[1][0];
    if ((x1 - x0) * 5 < w || (y1 - y0) * 7 < h || (x1 - x0) * (y1 - y0) * 16 < w * h)
        return;
    int least = 1024, sum = 0, sides = 0;
    support_of(ax, choice[0], y0, y1, &least, &sum, &sides);
    support_of(ax, choice[1], y0, y1, &least, &sum, &sides);
    support_of(ay, choice[2], x0, x1, &least, &sum, &sides);
    support_of(ay, choice[3], x0, x1, &least, &sum, &sides);
    if (!sides || least < LEAST || *n == PDQI_PROBE_RECTANGLES)
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

size_t pdqi_probe_windows(const pdql_plane *plane, pdqi_probe_work *m, size_t cap, int32_t out[][4])
{
    const int w = (int)plane->width, h = (int)plane->height;
    find_edges(plane->samples, w, h, m, m->across);
    find_edges(m->turned, h, w, m, m->down);
    const axis ax = axis_of(m->across, w, h, m, 0), ay = axis_of(m->down, h, w, m, 1);
    size_t n = 0;
    int c[4];
    for (c[0] = 0; c[0] < ax.n; c[0]++)
        for (c[1] = 0; c[1] < ax.n; c[1]++)
            for (c[2] = 0; c[2] < ay.n; c[2]++)
                for (c[3] = 0; c[3] < ay.n; c[3]++)
                    try_rectangle(&ax, &ay, c, m->ranked, &n);
    return pick(m->ranked, n, w, h, cap, out);
}
