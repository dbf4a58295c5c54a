/*
 * test_make.c - a whole matcher in one call: what it finds, what it holds, what it gives back
 *
 * Crops that un-cropping alone finds, and parts that keypoint signatures alone find, have to be found; memory that does not
 * come, at any call, and records that are none give everything back.
 */
#include "pdqlite.h"

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 192, SHOWN = 160, ENTRIES = 40, KNOWN = 3 };

/* Memory that counts, and of which call number `fails` gives nothing. */
typedef struct counted {
    size_t calls, fails, held;
} counted;

static void *get(void *ctx, size_t size)
{
    counted *c = ctx;
    if (c->calls++ == c->fails)
        return NULL;
    c->held++;
    return malloc(size);
}

static void give(void *ctx, void *block)
{
    counted *c = ctx;
    assert(block && c->held);
    c->held--;
    free(block);
}

static uint32_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(state >> 8) * below >> 24);
}

/* Boxes over each other, of every size. */
static void paint(uint8_t *p, uint32_t seed)
{
    state = seed * 2654435761u + 7;
    memset(p, 120, SIDE * SIDE);
    for (int i = 0; i < 150; i++) {
        const int size = 6 + (int)draw(50), value = (int)draw(256), x0 = (int)draw(SIDE), y0 = (int)draw(SIDE);
        for (int y = y0; y < y0 + size && y < SIDE; y++)
            for (int x = x0; x < x0 + size && x < SIDE; x++)
                p[y * SIDE + x] = (uint8_t)(value * 7 / 8 + (x * 3 + y * 5) % 29);
    }
}

static pdql_image image_of(const uint8_t *p, uint32_t side)
{
    return (pdql_image){
        .data = p, .width = side, .height = side, .row_stride = SIDE, .pixel_stride = 1, .format = PDQL_GRAY
    };
}

typedef struct listed {
    uint8_t rows[ENTRIES * PDQL_HASH_BYTES], records[ENTRIES * PDQL_KEYPOINTS_RECORD_MAX];
    uint32_t lengths[ENTRIES];
} listed;

static void sign(const pdql_image *image, uint8_t *record, uint32_t *length)
{
    const size_t size = pdql_plane_size(SIDE, SIDE);
    void *memory = malloc(size);
    pdql_plane plane;
    size_t n;
    assert(pdql_plane_make(pdql_kernels_best(), image, memory, size, &plane) == PDQL_OK);
    const size_t work_size = pdql_keypoints_work_size(plane.width, plane.height);
    void *work = malloc(work_size);
    assert(pdql_keypoints_signature(pdql_kernels_best(), plane.samples, plane.width, plane.height, plane.width,
                                    PDQL_MAX_KEYPOINTS, work, work_size, record, &n)
           == PDQL_OK);
    *length = (uint32_t)n;
    free(work), free(memory);
}

/* Random rows, but one picture's; every second entry has a signature, that picture's among them if `with`. */
static void list_up(listed *l, int with)
{
    uint8_t pixels[SIDE * SIDE], *at = l->records;
    pdql_hash hash;
    const size_t size = pdql_hasher_size(SIDE, SIDE);
    void *hasher = malloc(size);
    state = 5;
    for (size_t i = 0; i < sizeof l->rows; i++)
        l->rows[i] = (uint8_t)draw(256);
    for (uint32_t i = 0; i < ENTRIES; at += l->lengths[i++]) {
        paint(pixels, i == KNOWN ? 1 : 100 + i);
        const pdql_image image = image_of(pixels, SIDE);
        l->lengths[i] = 0;
        if (i == KNOWN) {
            assert(pdql_hasher_init(hasher, size, SIDE, SIDE) == PDQL_OK);
            assert(pdql_hash_image(pdql_kernels_best(), hasher, &image, &hash) == PDQL_OK);
            memcpy(l->rows + KNOWN * PDQL_HASH_BYTES, hash.bits, PDQL_HASH_BYTES);
        }
        if (i == KNOWN ? with : (int)(i % 2))
            sign(&image, at, &l->lengths[i]);
    }
    free(hasher);
}

static pdql_decision decided(const pdql_matcher *m, const pdql_image *image)
{
    const size_t size = pdql_match_work_size(m, image->width, image->height);
    void *work = malloc(size);
    pdql_decision d;
    size_t n;
    assert(pdql_match_picture(m, image, work, size, &d, NULL, 0, &n) == PDQL_OK);
    free(work);
    return d;
}

static void finds_by_every_tier(void)
{
    static const struct {
        int with;
        uint32_t views, uncrop_entries, tier, lacks;
    } CASES[] = {
        { 0, PDQL_VIEW_ALL, ENTRIES, PDQL_TIER_UNCROP, 0 },
        { 1, PDQL_VIEW_ALL, 0, PDQL_TIER_KEYPOINTS, 0 },
        { 1, PDQL_VIEW_ALL - PDQL_VIEW_KEYPOINTS, ENTRIES, PDQL_TIER_UNCROP, 0 },
        { 1, PDQL_VIEW_ALL - PDQL_VIEW_KEYPOINTS, ENTRIES - 1, 0, 0 },
    };
    uint8_t pixels[SIDE * SIDE];
    static listed l;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        list_up(&l, CASES[i].with);
        const pdql_match_entries entries = { .n = ENTRIES, .rows = l.rows, .records = l.records, .lengths = l.lengths };
        pdql_match_policy policy;
        pdql_match_policy_init(&policy);
        policy.views = CASES[i].views;
        policy.uncrop_entries = CASES[i].uncrop_entries;
        counted c = { 0, SIZE_MAX, 0 };
        const pdql_memory memory = { &c, get, give };
        pdql_matcher *m = NULL;
        assert(pdql_matcher_make(&entries, &policy, &memory, &m) == PDQL_OK && m && c.held == 1);
        pdql_match_entries sharing = entries;
        pdql_matcher *other = NULL;
        void *const tables = malloc(pdql_uncrop_size());
        assert(pdql_uncrop_init(tables, pdql_uncrop_size()) == PDQL_OK);
        sharing.uncrop = tables;
        assert(pdql_matcher_make(&sharing, &policy, &memory, &other) == PDQL_OK && other && c.held == 2);
        paint(pixels, 1);
        const pdql_image whole = image_of(pixels, SIDE), part = image_of(pixels + 30 * SIDE + 24, SHOWN);
        assert(decided(m, &whole).tier == PDQL_TIER_HASH && decided(m, &whole).entry == KNOWN);
        const pdql_decision d = decided(m, &part);
        assert(d.tier == CASES[i].tier && d.entry == (d.tier ? KNOWN : PDQL_NONE) && d.lacks == CASES[i].lacks);
        paint(pixels, 2);
        const pdql_image stranger = image_of(pixels, SIDE);
        assert(decided(m, &stranger).verdict == PDQL_NO_MATCH);
        paint(pixels, 1);
        const pdql_decision shared = decided(other, &part);
        assert(!memcmp(&shared, &d, sizeof d));
        give(&c, m);
        give(&c, other);
        free(tables);
        assert(c.held == 0);
    }
}

static void lacks_are_told(void)
{
    static listed l;
    uint8_t pixels[SIDE * SIDE];
    list_up(&l, 0);
    paint(pixels, 2);
    const pdql_image image = image_of(pixels, SIDE);
    pdql_match_entries entries = { .n = ENTRIES, .rows = l.rows };
    pdql_match_policy policy;
    pdql_match_policy_init(&policy);
    counted c = { 0, SIZE_MAX, 0 };
    const pdql_memory memory = { &c, get, give };
    pdql_matcher *m = NULL;
    assert(pdql_matcher_make(&entries, &policy, &memory, &m) == PDQL_OK);
    assert(decided(m, &image).lacks == PDQL_LACKS_KEYPOINTS);
    give(&c, m);
    entries.n = 0; /* an empty list lacks nothing */
    assert(pdql_matcher_make(&entries, &policy, &memory, &m) == PDQL_OK);
    assert(decided(m, &image).lacks == 0);
    give(&c, m);
    assert(c.held == 0);
}

static void nothing_is_kept_of_a_failure(void)
{
    static listed l;
    list_up(&l, 1);
    pdql_match_entries entries = { .n = ENTRIES, .rows = l.rows, .records = l.records, .lengths = l.lengths };
    pdql_match_policy policy;
    pdql_match_policy_init(&policy);
    counted c = { 0, SIZE_MAX, 0 };
    const pdql_memory memory = { &c, get, give };
    pdql_matcher *const none = (pdql_matcher *)&c, *m = none;
    for (c.fails = 0; c.calls = 0, pdql_matcher_make(&entries, &policy, &memory, &m) != PDQL_OK; c.fails++)
        assert(c.held == 0 && m == none && c.fails < 10);
    give(&c, m);
    m = none;
    assert(c.fails >= 2 && c.held == 0);
    c.fails = SIZE_MAX;
    const uint32_t was = l.lengths[KNOWN];
    uint8_t *const record = l.records + l.lengths[1];
    for (uint32_t length = 1; length < was; length += length < 4 ? 1 : 97) { /* cut, or two keypoints out of order */
        l.lengths[KNOWN] = length;
        assert(pdql_matcher_make(&entries, &policy, &memory, &m) == PDQL_ERR_ARG && c.held == 0 && m == none);
    }
    l.lengths[KNOWN] = was;
    record[1]++;
    assert(pdql_matcher_make(&entries, &policy, &memory, &m) == PDQL_ERR_ARG && c.held == 0 && m == none);
    record[1]--;
    policy.views -= PDQL_VIEW_KEYPOINTS; /* not looked at, so not judged */
    record[0] = 9;
    assert(pdql_matcher_make(&entries, &policy, &memory, &m) == PDQL_OK);
    give(&c, m);
    entries.rows = NULL;
    assert(pdql_matcher_make(&entries, &policy, &memory, &m) == PDQL_ERR_ARG && c.held == 0);
    assert(pdql_matcher_make(NULL, &policy, &memory, &m) == PDQL_ERR_ARG);
    assert(pdql_matcher_make(&entries, NULL, &memory, &m) == PDQL_ERR_ARG);
    assert(pdql_matcher_make(&entries, &policy, NULL, &m) == PDQL_ERR_ARG);
    assert(pdql_matcher_make(&entries, &policy, &memory, NULL) == PDQL_ERR_ARG);
}

int main(void)
{
    finds_by_every_tier();
    lacks_are_told();
    nothing_is_kept_of_a_failure();
    puts("make: ok");
    return 0;
}
