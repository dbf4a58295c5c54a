/*
 * test_plane.c - the loops over a plane, of every table of kernels, against definitions in plain words
 *
 * Memory is exactly as long as what is read and written, so the sanitizers see any step outside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"
#include "kernels/plane_kernels.h"

enum { TALLEST = 40, CAP = 8 * 256 };

static int failures;

#define CHECK(x) ((x) ? (void)0 : (void)(failures++, printf("%s:%d: %s\n", __FILE__, __LINE__, #x)))

static uint64_t state = 1;

static unsigned random_below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static void *memory_of(size_t bytes)
{
    void *memory = calloc(bytes, 1);
    if (!memory)
        exit(2);
    return memory;
}

/* Noise, steep steps, slow slopes or extremes: 0 .. 255 * 256. */
static uint16_t *paint(size_t n, unsigned kind)
{
    uint16_t *s = memory_of(n * sizeof *s);
    for (size_t i = 0; i < n; i++)
        s[i] = (uint16_t)(kind == 0       ? random_below(65281)
                              : kind == 1 ? i / 9 % 2 * 30000 + random_below(200)
                              : kind == 2 ? 100 * (i % 300) + random_below(700)
                                          : random_below(2) * 65280);
    return s;
}

/* The step before column x: two cells after it less two before, or nothing at the ends. */
static long step_at(const uint16_t *s, int w, int x)
{
    return x < 2 || x >= w - 1 ? 0 : labs((long)s[x] + s[x + 1] - s[x - 1] - s[x - 2]);
}

static long steps_from(const uint16_t *s, int w, int x)
{
    return step_at(s, w, x) + step_at(s, w, x + 1) + step_at(s, w, x + 2) + step_at(s, w, x + 3);
}

/*
 * Clear, and above a fifth of what its surroundings have: steps 4 to 7 away, those of the nearer end where
 * there are none.
 */
static int edge_at(const uint16_t *s, int w, int x)
{
    if (x < 2 || x >= w - 1)
        return 0;
    const long before = x < 7 ? steps_from(s, w, 0) : steps_from(s, w, x - 7);
    const long after = x >= w - 4 ? 0 : steps_from(s, w, x + 4), step = step_at(s, w, x);
    return step > 1280 && 5 * step > (before + after) / 2 + (before < after ? before : after);
}

static void test_edges(const pdqi_plane_kernels *k, int w)
{
    pdqi_regions_room *room = memory_of(sizeof *room);
    uint8_t *edge = memory_of((size_t)w);
    for (unsigned kind = 0; kind < 4; kind++) {
        uint16_t *s = paint((size_t)w, kind);
        k->edges(s, w, room, edge);
        for (int x = 0; x < w; x++)
            CHECK(edge[x] == edge_at(s, w, x));
        free(s);
    }
    free(edge);
    free(room);
}

/* Rows a .. b - 1 of column x and of the next: on an edge in either, less the others. */
static int run_of(const uint8_t *edge, int w, int x, int a, int b)
{
    int sum = 0;
    for (int y = a; y < b; y++)
        sum += edge[y * w + x] || edge[y * w + x + 1] ? 1 : -1;
    return sum;
}

static void test_runs(const pdqi_plane_kernels *k, int w)
{
    pdqi_runs *runs = memory_of(sizeof *runs);
    uint8_t *edge = memory_of((size_t)w * TALLEST);
    const unsigned most = 1 + random_below(6);
    for (int i = 0; i < w * TALLEST; i++)
        edge[i] = random_below(8) < most;
    for (int y = 0; y < TALLEST; y++) {
        uint8_t *row = memory_of((size_t)w);
        memcpy(row, edge + y * w, (size_t)w);
        k->runs(row, w, y, runs);
        free(row);
    }
    for (int x = 2; x < w - 1; x++) {
        int best = 0;
        for (int a = 0; a < TALLEST; a++)
            for (int b = a + 1, sum = 0; b <= TALLEST; b++) {
                sum += run_of(edge, w, x, b - 1, b);
                best = sum > best ? sum : best;
            }
        CHECK(runs->best[x] == best);
        CHECK(!best || run_of(edge, w, x, runs->begin[x], runs->end[x]) == best);
        for (int a = runs->begin[x] + 1; a < runs->end[x]; a++) /* the shortest that ends there */
            CHECK(run_of(edge, w, x, a, runs->end[x]) < best);
    }
    free(edge);
    free(runs);
}

static void test_rows(const pdqi_plane_kernels *k, int w, unsigned kind)
{
    uint16_t *s = paint((size_t)w, kind);
    const int value = (int)random_below(65281), slack = (int)random_below(9000);
    long sharp = 0, strays = 0;
    for (int x = 0; x < w; x++) {
        const long d = x && x < w - 1 ? labs((long)s[x - 1] - 2L * s[x] + s[x + 1]) : 0;
        sharp += d < CAP ? d : CAP;
        strays += labs((long)s[x] - value) > slack;
    }
    CHECK(k->sharpness(s, w, CAP) == (uint32_t)sharp);
    CHECK(k->strays(s, w, value, slack) == strays);

    uint32_t *above = memory_of(((size_t)w + 1) * sizeof *above), *below = memory_of(((size_t)w + 1) * sizeof *below);
    uint32_t sum = 0;
    for (int x = 1; x <= w; x++)
        above[x] = random_below(1u << 31);
    k->integrate(s, (uint32_t)w, above, below);
    CHECK(below[0] == 0);
    for (int x = 0; x < w; x++) {
        sum += s[x];
        CHECK(below[x + 1] == above[x + 1] + sum);
    }
    free(below);
    free(above);
    free(s);
}

static void test_transpose(const pdqi_plane_kernels *k, int w, int h)
{
    uint16_t *s = paint((size_t)(w * h), 0), *out = memory_of((size_t)(w * h) * sizeof *out);
    k->transpose(s, w, h, out);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            CHECK(out[x * h + y] == s[y * w + x]);
    free(out);
    free(s);
}

/* Parts of 256 between four values of two rows, in whole numbers. */
static void test_corners(const pdqi_plane_kernels *k, uint32_t w, size_t n)
{
    uint32_t *up = memory_of(w * sizeof *up), *down = memory_of(w * sizeof *down), x[PDQI_CORNERS];
    double across[PDQI_CORNERS][2], out[PDQI_CORNERS];
    const unsigned part = random_below(257), high = random_below(2) * 0x7fffffffu;
    for (uint32_t i = 0; i < w; i++) {
        up[i] = high + random_below(1u << 31);
        down[i] = up[i] + random_below(UINT32_MAX - up[i] < 66846720 ? UINT32_MAX - up[i] + 1 : 66846720);
    }
    for (size_t j = 0; j < n; j++) {
        x[j] = random_below(w - 1);
        across[j][1] = random_below(257);
        across[j][0] = 256 - across[j][1];
    }
    k->corners(up, down, x, (const double (*)[2])across, part, n, out);
    for (size_t j = 0; j < n; j++) {
        const uint32_t i = x[j];
        const int64_t a = (int64_t)up[i] * (256 - part) + (int64_t)down[i] * part;
        const int64_t b = (int64_t)up[i + 1] * (256 - part) + (int64_t)down[i + 1] * part;
        CHECK(out[j] == (double)(a * (int64_t)across[j][0] + b * (int64_t)across[j][1]));
    }
    free(down);
    free(up);
}

static void test_means(const pdqi_plane_kernels *k)
{
    for (unsigned n = 1; n <= 64; n++) {
        double line[2][65];
        float out[65];
        for (unsigned i = 0; i < 130; i++)
            line[i / 65][i % 65] = 256.0 * random_below(1u << 31) * random_below(256);
        out[n] = 7;
        k->means(line[0], line[1], n, 0.3f, out);
        for (unsigned j = 0; j < n; j++)
            CHECK(out[j]
                  == (float)((int64_t)line[0][j + 1] - (int64_t)line[0][j] - (int64_t)line[1][j + 1]
                             + (int64_t)line[1][j])
                      * 0.3f);
        CHECK(out[n] == 7);
    }
}

int main(void)
{
    static const int WIDTHS[] = { 64, 65, 71, 96, 127, 191, 340, 1024 };
    const pdql_kernels *k;
    for (size_t i = 0; (k = pdql_kernels_at(i)); i++) {
        for (size_t n = 0; n < sizeof WIDTHS / sizeof *WIDTHS; n++) {
            const int w = WIDTHS[n];
            test_edges(k->plane, w);
            test_runs(k->plane, w);
            for (unsigned kind = 0; kind < 4; kind++)
                test_rows(k->plane, w - (int)random_below(30), kind);
            test_transpose(k->plane, w, 64 + (int)random_below(30));
            for (size_t corners = 4; corners <= PDQI_CORNERS; corners += 16)
                test_corners(k->plane, (uint32_t)w, corners);
        }
        test_means(k->plane);
        printf("%s: %d failures\n", pdql_kernels_name(k), failures);
    }
    return failures != 0;
}
