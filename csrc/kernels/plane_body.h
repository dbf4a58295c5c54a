/*
 * kernels/plane_body.h - the loops over a plane, written once for the compiler to turn into vectors
 */
#include <string.h>

enum {
    CLEAR = 640,      /* twice the mean step of two cells a side: 2.5 / 255 */
    TILE = 16         /* rows transposed together */
};

/*
 * Whether there is an edge at each of n cells, by the steps before and after it; nothing is shared, so it can
 * be vectors.
 */
static inline void mark(const int32_t *restrict step, const int32_t *restrict before, const int32_t *restrict after,
                        int n, uint8_t *restrict edge)
{
    for (int x = 0; x < n; x++) {
        const int32_t l = before[x], r = after[x];
        const int32_t near = ((l + r) >> 1) + (l < r ? l : r);
        edge[x] = (uint8_t)((step[x] > 2 * CLEAR) & (5 * step[x] > near));
    }
}

/*
 * The 5 cells from the second on, whose calm before is the first's, and the last 3 but one, which have none
 * behind.
 */
static inline void mark_ends(const int32_t *step, const int32_t *calm, int w, uint8_t *edge)
{
    const int32_t first[5] = { calm[0], calm[0], calm[0], calm[0], calm[0] }, last[3] = { 0 };
    edge[0] = edge[1] = edge[w - 1] = 0;
    mark(step + 2, first, calm + 6, 5, edge + 2);
    mark(step + w - 4, calm + w - 11, last, 3, edge + w - 4);
}

static inline void edges_each(const uint16_t *s, int w, pdqi_regions_room *room, uint8_t *edge)
{
    int32_t *restrict step = room->step + 8, *restrict calm = room->calm + 8; /* 8 cells of nothing on both sides */
    for (int x = 2; x < w - 1; x++) {
        const int32_t d = (int32_t)s[x] + s[x + 1] - s[x - 1] - s[x - 2];
        step[x] = d < 0 ? -d : d;
    }
    for (int x = -8; x < w + 4; x++)
        calm[x] = step[x] + step[x + 1] + step[x + 2] + step[x + 3];
    mark_ends(step, calm, w, edge);
    mark(step + 7, calm, calm + 11, w - 11, edge + 7);
}

static void runs(const uint8_t *edge, int w, int y, pdqi_runs *r)
{
    int16_t *restrict now = r->now, *restrict start = r->start, *restrict best = r->best, *restrict begin = r->begin,
                      *restrict end = r->end;
    const int16_t here = (int16_t)y, next = (int16_t)(y + 1);
    for (int x = 2; x < w - 1; x++) {
        const int16_t v = (int16_t)(2 * (edge[x] | edge[x + 1]) - 1), old = now[x], top = best[x];
        const int16_t began = start[x], first = begin[x], last = end[x]; /* read in any case, so it can be vectors */
        const int16_t since = old <= 0 ? here : began, sum = (int16_t)((old <= 0 ? 0 : old) + v);
        start[x] = since;
        now[x] = sum;
        best[x] = sum > top ? sum : top;
        begin[x] = sum > top ? since : first;
        end[x] = sum > top ? next : last;
    }
}

static inline uint32_t sharpness_each(const uint16_t *s, int w, int cap)
{
    uint32_t sum = 0;
    for (int x = 1; x < w - 1; x++) {
        const int d = (int)s[x - 1] - 2 * (int)s[x] + (int)s[x + 1], a = d < 0 ? -d : d;
        sum += (uint32_t)(a > cap ? cap : a);
    }
    return sum;
}

static int strays(const uint16_t *s, int w, int value, int slack)
{
    int n = 0;
    for (int x = 0; x < w; x++) {
        const int d = (int)s[x] - value;
        n += d > slack || d < -slack;
    }
    return n;
}

/* Columns from x0 on of rows y0 .. y1 - 1. */
static inline void transpose_some(const uint16_t *s, int w, int h, int x0, int y0, int y1, uint16_t *out)
{
    for (int x = x0; x < w; x++)
        for (int y = y0; y < y1; y++)
            out[x * h + y] = s[y * w + x];
}

static inline void integrate_each(const uint16_t *s, uint32_t w, const uint32_t *above, uint32_t *below)
{
    uint32_t sum = 0;
    below[0] = 0;
    for (uint32_t x = 0; x < w; x++) {
        sum += s[x];
        below[x + 1] = above[x + 1] + sum;
    }
}

static inline void corners_each(const uint32_t *up, const uint32_t *down, const uint32_t *x, const double (*across)[2],
                                double part, size_t n, double *out)
{
    for (size_t j = 0; j < n; j++) {
        const uint32_t *u = up + x[j], *d = down + x[j];
        const double a = 256.0 * u[0] + ((double)d[0] - u[0]) * part, b = 256.0 * u[1] + ((double)d[1] - u[1]) * part;
        out[j] = a * across[j][0] + b * across[j][1];
    }
}

static void means(const double *restrict here, const double *restrict above, unsigned n, float scale,
                  float *restrict out)
{
    for (unsigned j = 0; j < n; j++)
        out[j] = (float)(here[j + 1] - here[j] - above[j + 1] + above[j]) * scale;
}
