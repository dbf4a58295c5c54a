/*
 * test_match.c - planes, frames and un-cropping on pictures of every odd size
 *
 * Memory is exactly what the size functions ask for, so the sanitizers see any step
 * outside; answers must lie in their stated ranges and agree between kernels.
 */
#include "pdqlite_parts.h"

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state = 1;
static size_t found;
static uint64_t digest = 14695981039346656037u; /* of all scores: the same on every machine */

static void note(int32_t v)
{
    digest = (digest ^ (uint32_t)v) * 1099511628211u;
}

static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)state * below >> 32);
}

static void paint(uint8_t *p, size_t n, uint32_t width, uint32_t kind)
{
    for (size_t i = 0; i < n; i++)
        p[i] = kind == 0 ? (uint8_t)draw(256)
            : kind == 1  ? (uint8_t)(i / 40 % 2 * 255)
            : kind == 2  ? (uint8_t)((i % width / 17 + i / width / 13) % 2 * 200)
                         : (uint8_t)(i * 7 / n * 30);
}

/* The likeliest row under some weights, `percent` of its bits drawn anew. */
static void likely_row(const pdql_weights *w, uint32_t percent, uint8_t *row)
{
    for (unsigned k = 0; k < 256; k++)
        if (draw(100) >= percent) {
            row[31 - k / 8] = (uint8_t)(row[31 - k / 8] & ~(1u << k % 8));
            row[31 - k / 8] = (uint8_t)(row[31 - k / 8] | (unsigned)(w->w[k] > 0) << k % 8);
        }
}

static void one_picture(const pdql_uncrop *tables, uint32_t width, uint32_t height)
{
    static const int BYTES[5] = { 0, 1, 1, 3, 3 };
    const uint32_t format = 1 + draw(4);
    const uint32_t step = (uint32_t)BYTES[format] + draw(2);
    const size_t bytes = (size_t)width * height * step, size = pdql_plane_size(width, height);
    uint8_t *pixels = malloc(bytes), *memory[2] = { malloc(size), malloc(size) };
    paint(pixels, bytes, width * step, draw(4));
    const pdql_image image = { pixels, width, height, (ptrdiff_t)(width * step), (ptrdiff_t)step, format, 0 };
    pdql_plane plane, other;
    assert(pdql_plane_make(pdql_kernels_best(), &image, memory[0], size, &plane) == PDQL_OK);
    for (size_t k = 1; pdql_kernels_at(k); k++) {
        assert(pdql_plane_make(pdql_kernels_at(k), &image, memory[1], size, &other) == PDQL_OK);
        assert(!memcmp(plane.samples, other.samples, 2 * (size_t)plane.width * plane.height));
    }
    assert(pdql_plane_make(pdql_kernels_best(), &image, memory[1], size - 1, &other) == PDQL_ERR_SPACE);

    pdql_region frames[PDQL_MAX_REGIONS];
    size_t n_frames = 0;
    void *work = malloc(pdql_regions_size());
    memset(work, 0xa5, pdql_regions_size());
    assert(pdql_regions_find(&plane, work, pdql_regions_size(), frames, &n_frames) == PDQL_OK);
    assert(n_frames >= 1 && n_frames <= PDQL_MAX_REGIONS);
    pdql_hash hashes[8];
    for (size_t f = 0; f < n_frames; f++)
        assert(pdql_region_hashes(&plane, frames + f, hashes) == PDQL_OK);

    pdql_weights *weights = malloc(PDQL_MAX_HYPOTHESES * sizeof *weights);
    size_t n = 0, n_hits = 0;
    const unsigned angle = draw(PDQL_ANGLES);
    const size_t turned_size = pdql_plane_size(plane.width, plane.height);
    uint8_t *turned = malloc(turned_size);
    if (angle) {
        assert(pdql_plane_rotate(&plane, angle, turned, turned_size, &other) == PDQL_OK);
        plane = other;
    }
    assert(pdql_uncrop_hypotheses(tables, &plane, frames, n_frames, angle, weights, PDQL_MAX_HYPOTHESES, &n)
           == PDQL_OK);
    assert(n <= PDQL_MAX_HYPOTHESES);
    const size_t n_rows = draw(600), sets = n < 70 ? n : 70;
    uint8_t *rows = malloc(32 * n_rows + 1), *packed = malloc(pdql_uncrop_packed_size(n_rows) + 1);
    paint(rows, 32 * n_rows, 1, 0);
    for (size_t r = 0; r < n_rows && n; r++) {
        const pdql_weights *w = weights + draw((uint32_t)sets);
        likely_row(w, draw(100), rows + 32 * r);
    }
    assert(pdql_uncrop_pack(rows, n_rows, packed, pdql_uncrop_packed_size(n_rows)) == PDQL_OK);
    pdql_uncrop_hit hits[64], again[64];
    const size_t cap = 1 + draw(64);
    assert(pdql_uncrop_search(pdql_kernels_best(), weights, sets, packed, n_rows, -2000, NULL, 0, hits, cap, &n_hits)
           == PDQL_OK);
    for (size_t k = 1; pdql_kernels_at(k); k++) {
        size_t m;
        assert(pdql_uncrop_search(pdql_kernels_at(k), weights, sets, packed, n_rows, -2000, NULL, 0, again, cap, &m)
               == PDQL_OK);
        assert(m == n_hits && !memcmp(hits, again, m * sizeof *hits));
    }
    found += n_hits;
    for (size_t i = 0; i < n_hits; i++)
        note(hits[i].score);
    for (size_t i = 0; i < n_hits && i < 2; i++) {
        int32_t score;
        pdql_region place;
        const pdql_weights *w = weights + hits[i].weights;
        assert(pdql_uncrop_score(w, rows + 32 * hits[i].row) >= hits[i].score);
        assert(pdql_uncrop_refine(tables, &plane, w, rows + 32 * hits[i].row, &score, &place) == PDQL_OK);
        note(score);
        assert(score >= hits[i].score - 140 * 16); /* what simple shapes and a sure set take off, at most */
        const size_t room = pdql_uncrop_joint_size();
        void *joint = malloc(room);
        assert(pdql_uncrop_joint(tables, &plane, w, &place, rows + 32 * hits[i].row, joint, room - 1, &score)
               == PDQL_ERR_SPACE);
        assert(pdql_uncrop_joint(tables, &plane, w, &place, rows + 32 * hits[i].row, joint, room, &score) == PDQL_OK);
        note(score);
        assert(score > -1000 * 16 && score < 100 * 16);
        free(joint);
    }
    free(pixels), free(memory[0]), free(memory[1]), free(work), free(weights), free(turned), free(rows), free(packed);
}

int main(int argc, char **argv)
{
    const size_t size = pdql_uncrop_size();
    const int rounds = argc > 1 ? atoi(argv[1]) : 40;
    void *tables = malloc(size);
    assert(pdql_uncrop_init(tables, size - 1) == PDQL_ERR_SPACE);
    assert(pdql_uncrop_init(tables, size) == PDQL_OK);
    for (int i = 0; i < rounds; i++) {
        state = (uint32_t)i * 2654435761u + 1;
        const uint32_t width = 1 + draw(i % 3 ? 400 : 20), height = 1 + draw(i % 4 ? 400 : 2000);
        one_picture(tables, width, height);
    }
    free(tables);
    assert(found > 10 * (size_t)rounds);
    printf("match: ok, digest of scores %08x%08x\n", (unsigned)(digest >> 32), (unsigned)digest);
    return 0;
}
