/*
 * fuzz_uncrop.c - libFuzzer: any picture, any frame, any part, damaged packed rows and weights
 *
 * The first bytes choose the picture's shape and format; the rest is its pixels, then
 * what a frame, a part, weights and packed rows are made of. Answers must lie in their
 * stated ranges and every kernel must give the same.
 */
#include "pdqlite_parts.h"
#include "uncrop/search.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 300, WEIGHTS = 3, CAP = 5 };

static void need(int holds)
{
    if (!holds)
        abort();
}

static int32_t number(const uint8_t *p)
{
    return (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
}

static void fill(void *to, size_t n, const uint8_t *data, size_t size, size_t from)
{
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)to)[i] = data[(from + i) % size];
}

static void refine(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_weights *w, const uint8_t *row)
{
    int32_t score;
    pdql_region place;
    if (pdql_uncrop_refine(tables, plane, w, row, &score, &place) != PDQL_OK)
        return;
    need(place.x0 <= place.x1 && place.y0 <= place.y1);
    const size_t size = pdql_uncrop_joint_size();
    void *work = malloc(size);
    need(pdql_uncrop_joint(tables, plane, w, &place, row, work, size, &score) == PDQL_OK);
    need(score > -100000 && score < 10000);
    free(work);
}

static void search(const pdql_weights *weights, const uint8_t *rows, const uint8_t *data, size_t size)
{
    const size_t bytes = pdql_uncrop_packed_size(ROWS);
    uint8_t *packed = malloc(bytes);
    pdql_uncrop_hit hits[2][CAP];
    size_t n[2];
    need(pdql_uncrop_pack(rows, ROWS, packed, bytes) == PDQL_OK);
    for (size_t i = 0; i + 3 < size; i += 3)
        packed[(data[i] | data[i + 1] << 8) % bytes] ^= data[i + 2];
    for (size_t k = 0; pdql_kernels_at(k); k++) {
        need(pdql_uncrop_search(pdql_kernels_at(k), weights, WEIGHTS, packed, ROWS, number(data) % 3000, NULL, 0,
                                hits[k != 0], CAP, &n[k != 0])
             == PDQL_OK);
        need(n[0] <= CAP && (!k || (n[1] == n[0] && !memcmp(hits[0], hits[1], n[0] * sizeof hits[0][0]))));
        for (size_t i = 0; i < n[0]; i++)
            need(hits[0][i].row < ROWS && hits[0][i].weights < WEIGHTS);
    }
    free(packed);
}

/* The same rows as a large list has them. */
static void search_large(const pdql_weights *weights, const uint8_t *rows, const uint8_t *data, size_t size)
{
    static uint64_t *work;
    const size_t slices = (ROWS + PDQI_SLICE_ROWS - 1) / PDQI_SLICE_ROWS * PDQI_SLICE_BYTES, bytes = slices + 4 * ROWS;
    uint8_t *packed = malloc(bytes);
    pdql_uncrop_hit hits[CAP];
    if (!work)
        work = malloc(pdqi_uncrop_large_size());
    pdqi_uncrop_pack_large(rows, ROWS, packed);
    for (size_t i = 0; i + 3 < size && data[0] & 4; i += 3)
        packed[(data[i] | data[i + 1] << 8) % bytes] ^= data[i + 2];
    pdqi_uncrop_query q = { pdql_kernels_best()->uncrop, weights,          WEIGHTS, packed, packed + slices, ROWS,
                            number(data) % 3000,         { hits, 0, CAP }, PDQL_OK };
    const pdql_status status = pdqi_uncrop_large(&q, work);
    need(status == PDQL_OK || (status == PDQL_ERR_BLOCK && data[0] & 4));
    for (size_t i = 0; i < q.best.n && status == PDQL_OK; i++)
        need(hits[i].row < ROWS && hits[i].weights < WEIGHTS);
    free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pdql_uncrop *tables; /* as an embedder keeps them */
    if (!tables) {
        tables = malloc(pdql_uncrop_size());
        need(tables && pdql_uncrop_init(tables, pdql_uncrop_size()) == PDQL_OK);
    }
    if (size < 16)
        return 0;
    const uint32_t format = 1 + data[0] % 4, step = format >= PDQL_RGB ? 3 : 1, width = 1 + data[1] * (data[2] % 3u),
                   height = 1 + data[3];
    const size_t bytes = (size_t)width * height * step, plane_size = pdql_plane_size(width, height);
    uint8_t *pixels = malloc(bytes), *memory = malloc(plane_size), *turned = malloc(plane_size);
    void *work = malloc(pdql_regions_size());
    pdql_weights *made = malloc(PDQL_MAX_UPRIGHT * sizeof *made), given[WEIGHTS];
    fill(pixels, bytes, data, size, 16);
    const pdql_image image = { pixels, width, height, (ptrdiff_t)(width * step), (ptrdiff_t)step, format };
    pdql_plane plane, rotated;
    pdql_region frames[PDQL_MAX_REGIONS], frame;
    pdql_part part;
    pdql_hash hashes[8];
    size_t n_frames, n;
    uint8_t rows[ROWS * PDQL_HASH_BYTES];
    need(pdql_plane_make(pdql_kernels_best(), &image, memory, plane_size, &plane) == PDQL_OK);
    need(pdql_regions_find(&plane, work, pdql_regions_size(), frames, &n_frames) == PDQL_OK
         && n_frames <= PDQL_MAX_REGIONS);
    const unsigned angle = data[4] % PDQL_ANGLES;
    rotated = plane;
    if (angle && pdql_plane_rotate(&plane, angle, turned, plane_size, &rotated) != PDQL_OK)
        rotated = plane; /* enlarged pictures: their planes need more than the picture's size asks for */
    need(pdql_uncrop_hypotheses(tables, &rotated, frames, n_frames, angle, made, PDQL_MAX_UPRIGHT, &n) == PDQL_OK);
    need(n <= (angle ? PDQL_MAX_ROTATED : PDQL_MAX_UPRIGHT));
    fill(rows, sizeof rows, data, size, 5);
    if (n)
        refine(tables, &rotated, made + data[5] % n, rows);
    fill(&frame, sizeof frame, data, size, 6);
    fill(&part, sizeof part, data, size, 8);
    pdql_region_hashes(&plane, &frame, hashes);
    if (data[6] & 1) { /* a frame and a part that can be, mostly */
        frame = frames[data[7] % n_frames];
        part.u1 = (uint8_t)(part.u0 % 40 + 20 + part.u1 % 5);
        part.u0 %= 40;
        part.turn &= 7;
        part.inverted &= 1;
    }
    if (pdql_uncrop_weights(tables, &plane, &frame, &part, given) == PDQL_OK)
        refine(tables, &plane, given, rows + PDQL_HASH_BYTES);
    fill(given, sizeof given, data, size, 9);
    for (size_t i = 0; i < WEIGHTS; i++) {
        given[i].bias %= data[10] & 1 ? 10000 : 1 << 24;
        refine(tables, &plane, given + i, rows);
    }
    search(given, rows, data, size);
    search_large(given, rows, data, size);
    if (n > WEIGHTS)
        search(made + n - WEIGHTS, rows, data, size);
    free(pixels);
    free(memory);
    free(turned);
    free(work);
    free(made);
    return 0;
}
