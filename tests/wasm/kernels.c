/*
 * The kernels as WebAssembly, every table in one module. The index against the
 * definition of Hamming distance, over both layouts of rows and many radii;
 * hashes and keypoint signatures against those of the portable table, over every
 * width, so that each rest at the end of a row comes up. run() returns the number
 * of wrong answers; tables() says how many tables were asked.
 */
#include "pdqlite.h"
#include "pdqlite_sound.h"

#include <string.h>

enum { ROWS = 900, QUERIES = 9, ARENA = 24 << 20, SIDE = 200, KEYPOINTS = 48, RECORD = 3 + 11 * KEYPOINTS };

static uint8_t rows[ROWS * 32], pixels[4 * SIDE * SIDE];
static _Alignas(16) uint8_t arena[ARENA];
static uint16_t plane[SIDE * SIDE];
static pdql_hit hits[QUERIES * ROWS];
static uint64_t state = 88172645463325252u;

static uint32_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

/* Rows around four centres, so that every radius has hits. */
static void fill(void)
{
    for (unsigned i = 0; i < ROWS; i++) {
        for (unsigned j = 0; j < 32; j++)
            rows[i * 32 + j] = i < 4 ? (uint8_t)chance() : rows[i % 4 * 32 + j];
        for (uint32_t flips = i < 4 ? 0 : chance() % 70; flips; flips--)
            rows[i * 32 + chance() % 32] ^= (uint8_t)(1 << chance() % 8);
    }
}

static unsigned definition(const uint8_t *a, const uint8_t *b)
{
    unsigned d = 0;
    for (unsigned i = 0; i < 256; i++)
        d += (a[i / 8] ^ b[i / 8]) >> i % 8 & 1;
    return d;
}

static unsigned check(const pdql_kernels *k, const pdql_index *ix, unsigned radius, size_t n_queries)
{
    size_t found = 0, at = 0;
    unsigned wrong = 0;
    if (pdql_index_search(k, ix, rows, n_queries, radius, hits, QUERIES * ROWS, &found))
        return 1;
    for (unsigned q = 0; q < n_queries; q++)
        for (unsigned i = 0; i < ROWS; i++) {
            const unsigned d = definition(rows + q * 32, rows + i * 32);
            if (d > radius)
                continue;
            wrong += at >= found || hits[at].query != q || hits[at].row != i || hits[at].distance != d;
            at++;
        }
    return wrong + (at != found);
}

__attribute__((export_name("tables"))) unsigned tables(void)
{
    unsigned n = 0;
    while (pdql_kernels_at(n))
        n++;
    return n;
}

/* Blocks of many sizes, one over the other: structure at every scale. */
static void draw(void)
{
    for (unsigned n = 0; n < 400; n++) {
        const unsigned x = chance() % SIDE, y = chance() % SIDE, size = 1 + chance() % (SIDE >> n / 80);
        for (unsigned v = y; v < SIDE && v < y + size; v++)
            memset(pixels + 4 * (v * SIDE + x), (int)(chance() % 8 + n * 37 % 240),
                   4 * (x + size < SIDE ? size : SIDE - x));
    }
    for (unsigned i = 0; i < SIDE * SIDE; i++)
        plane[i] = (uint16_t)(pixels[4 * i] << 8);
}

/* Hashes of one part of the picture that differ from the portable ones; `seen` counts parts that are not flat. */
static unsigned hashes(const pdql_kernels *portable, unsigned width, unsigned height, uint32_t format, ptrdiff_t step,
                       unsigned *seen)
{
    const pdql_image image = { pixels, width, height, SIDE * 4, step, format, 0 };
    pdql_hash expected[8], found[8];
    pdql_hasher *const hasher = (pdql_hasher *)(void *)arena;
    unsigned wrong = 0;
    if (pdql_hasher_init(arena, ARENA, width, height) || pdql_hash_orientations(portable, hasher, &image, expected))
        return 1;
    *seen += memcmp(&expected[0], &expected[1], sizeof expected[0]) != 0;
    for (unsigned t = 0; t < tables(); t++) {
        memset(found, 0, sizeof found);
        wrong += pdql_hash_orientations(pdql_kernels_at(t), hasher, &image, found)
            || memcmp(found, expected, sizeof found);
        memset(found, 0, sizeof found);
        wrong += pdql_hash_image(pdql_kernels_at(t), hasher, &image, found) || memcmp(found, expected, sizeof found[0]);
    }
    return wrong;
}

/* The same of keypoint signatures; `keypoints` counts those that were compared. */
static unsigned signatures(const pdql_kernels *portable, unsigned width, unsigned height, unsigned *keypoints)
{
    uint8_t expected[RECORD], found[RECORD];
    size_t length, n;
    unsigned wrong = 0;
    if (pdql_keypoints_signature(portable, plane, width, height, SIDE, KEYPOINTS, arena, ARENA, expected, &length))
        return 1;
    *keypoints += expected[1];
    for (unsigned t = 0; t < tables(); t++)
        wrong += pdql_keypoints_signature(pdql_kernels_at(t), plane, width, height, SIDE, KEYPOINTS, arena, ARENA,
                                          found, &n)
            || n != length || memcmp(found, expected, n);
    return wrong;
}

/* Hashes of sound at one rate under one hypothesis that differ from the portable ones. */
static unsigned sound_hashes(const pdql_kernels *portable, uint32_t rate, uint32_t hypothesis)
{
    enum { FRAMES = 100000, SAMPLES = 8000 * 14 };
    static int16_t pcm[FRAMES], samples[SAMPLES];
    static pdql_sound_hash expected[160], found[160];
    const pdql_sound_options options = { hypothesis, 2 };
    const pdql_pcm sound = { pcm, FRAMES, rate, 1, PDQL_PCM_S16, 0, 0, 0 };
    size_t want = 0, n = 0, made = 0;
    unsigned wrong = 0;
    for (unsigned i = 0; i < FRAMES; i++)
        pcm[i] = (int16_t)((int)(i * (i / 900 % 41 + 3) % 401) * 60 - 12000 + (int)(chance() & 255));
    for (unsigned t = 0; t <= tables(); t++) {
        const pdql_kernels *const k = t ? pdql_kernels_at(t - 1) : portable;
        pdql_resampler *r;
        pdql_sound_hasher *h;
        memset(found, 0, sizeof found);
        wrong += pdql_resampler_init(k, arena, ARENA, &r) || pdql_resampler_push(r, &sound, samples, SAMPLES, &made)
            || pdql_sound_hasher_init(k, &options, arena, ARENA, &h)
            || pdql_sound_hasher_push(h, samples, made, found, 160, &n);
        if (t == 0) {
            memcpy(expected, found, sizeof found);
            want = n;
        }
        wrong += n != want || memcmp(expected, found, sizeof found);
    }
    return wrong;
}

static unsigned sounds(const pdql_kernels *portable)
{
    unsigned wrong = 0;
    for (uint32_t i = 0; i < PDQL_SOUND_HYPOTHESES; i++)
        wrong += sound_hashes(portable, i % 2 ? 11025 : i % 4 ? 16000 : 8000, i);
    return wrong;
}

static unsigned pictures(void)
{
    const pdql_kernels *portable = NULL;
    unsigned wrong = 0, seen = 0, keypoints = 0;
    for (unsigned t = 0; t < tables(); t++)
        if (memcmp(pdql_kernels_name(pdql_kernels_at(t)), "portable", sizeof "portable") == 0)
            portable = pdql_kernels_at(t);
    if (!portable)
        return 1000000;
    draw();
    for (unsigned width = 5; width <= SIDE; width++) {
        const unsigned height = 5 + width * 7 % (SIDE - 5);
        wrong += hashes(portable, width, height, PDQL_GRAY, 1, &seen)
            + hashes(portable, width, height, PDQL_RGB, 3, &seen);
        wrong += hashes(portable, width, height, PDQL_BGR, 4, &seen)
            + hashes(portable, width, height, PDQL_GRAY16, 2, &seen);
        if (width % 9 == 0)
            wrong += signatures(portable, width, height, &keypoints);
    }
    return wrong + sounds(portable) + (seen < 750) + (keypoints < 400);
}

__attribute__((export_name("run"))) unsigned run(void)
{
    static const uint16_t radii[] = { 0, 1, 15, 30, 31, 32, 47, 62, 63, 64, 127, 256 };
    unsigned wrong = 0;
    fill();
    for (int shape = PDQL_INDEX_SCAN; shape <= PDQL_INDEX_SELF; shape++) {
        size_t work = 0, bytes = 0;
        pdql_index ix;
        if (pdql_index_work_size(ROWS, (pdql_index_shape)shape, &work) || work > ARENA / 2
            || pdql_index_plan(rows, ROWS, (pdql_index_shape)shape, arena, work, &bytes) || bytes > ARENA / 2
            || pdql_index_build(rows, ROWS, arena, work, arena + ARENA / 2, bytes)
            || pdql_index_open(arena + ARENA / 2, bytes, &ix))
            return 1000000;
        for (unsigned t = 0; t < tables(); t++)
            for (unsigned r = 0; r < sizeof radii / sizeof radii[0]; r++) {
                wrong += check(pdql_kernels_at(t), &ix, radii[r], 1);
                wrong += check(pdql_kernels_at(t), &ix, radii[r], QUERIES);
            }
    }
    return wrong + pictures();
}
