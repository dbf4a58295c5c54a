/*
 * test_refused.c - what the calls on planes, regions, keypoints, claims and un-cropping refuse: each pointer missing or out of
 * line, memory one byte short, sides and numbers out of range. Given all that they ask for, they do their work.
 */
#include "drawn_picture.h"

#define IS(wanted, call) is((call), wanted, #call, __LINE__)
#define FINE(call) IS(PDQL_OK, call)
#define ARG(call) IS(PDQL_ERR_ARG, call)
#define SHAPE(call) IS(PDQL_ERR_SHAPE, call)
#define SPACE(call) IS(PDQL_ERR_SPACE, call)

enum { MOST = 48, TALL = 4097 };

static const pdql_kernels *k;
static uint8_t pixels[SIDE * SIDE];
static pdql_plane plane;
static int faults;

static void is(pdql_status got, pdql_status wanted, const char *call, int line)
{
    if (got != wanted) {
        printf("%d: %s: %s, expected %s\n", line, call, pdql_status_name(got), pdql_status_name(wanted));
        faults++;
    }
}

static void *room(size_t n)
{
    void *p = aligned_alloc(16, (n + 31) / 16 * 16);
    assert(p);
    memset(p, 0, (n + 31) / 16 * 16);
    return p;
}

static void *odd(void *p)
{
    return (uint8_t *)p + 1;
}

/* Planes as a caller may hand them over: without samples, without sums, of sides that cannot be. */
static pdql_plane without_samples(void)
{
    return (pdql_plane){ plane.width, plane.height, NULL, plane.integral };
}

static pdql_plane sided(uint32_t width, uint32_t height)
{
    return (pdql_plane){ width, height, plane.samples, plane.integral };
}

static void planes(void)
{
    pdql_image image = image_of(pixels), bad = image;
    const size_t size = pdql_plane_size(SIDE, SIDE);
    void *memory = room(size);
    pdql_plane out;
    assert(pdql_plane_size(0, 1) == 0 && pdql_plane_size(1, 0) == 0);
    assert(pdql_plane_size((1 << 20) + 1, 1) == 0 && pdql_plane_size(1, (1 << 20) + 1) == 0);
    assert(pdql_plane_size(1 << 20, 1) > 0 && pdql_plane_size(1, 1 << 20) > 0);
    FINE(pdql_plane_make(k, &image, memory, size, &out));
    ARG(pdql_plane_make(NULL, &image, memory, size, &out));
    ARG(pdql_plane_make(k, NULL, memory, size, &out));
    ARG(pdql_plane_make(k, &image, NULL, size, &out));
    ARG(pdql_plane_make(k, &image, odd(memory), size, &out));
    ARG(pdql_plane_make(k, &image, memory, size, NULL));
    SPACE(pdql_plane_make(k, &image, memory, size - 1, &out));
    bad.data = NULL;
    ARG(pdql_plane_make(k, &bad, memory, size, &out));
    bad = image, bad.format = (pdql_format)(PDQL_GRAY - 1);
    ARG(pdql_plane_make(k, &bad, memory, size, &out));
    bad.format = (pdql_format)(PDQL_BGR + 1);
    ARG(pdql_plane_make(k, &bad, memory, size, &out));
    bad = image, bad.width = 0;
    SHAPE(pdql_plane_make(k, &bad, memory, size, &out));
    bad = image, bad.height = (1 << 20) + 1;
    SHAPE(pdql_plane_make(k, &bad, memory, size, &out));
    free(memory);
}

static void regions(void)
{
    const size_t size = pdql_regions_size();
    void *work = room(size);
    pdql_region found[PDQL_MAX_REGIONS_MORE];
    pdql_hash hashes[8];
    size_t n;
    const pdql_plane blank = without_samples(), small = sided(63, SIDE), flat = sided(SIDE, 63);
    const pdql_plane wide = sided(1025, 64), tall = sided(64, 1025), much = sided(1024, 65);
    for (int more = 0; more < 2; more++) {
        pdql_status (*const find)(const pdql_plane *, void *, size_t, pdql_region *, size_t *) = more
            ? pdql_regions_find_more
            : pdql_regions_find;
        FINE(find(&plane, work, size, found, &n));
        ARG(find(NULL, work, size, found, &n));
        ARG(find(&blank, work, size, found, &n));
        ARG(find(&plane, NULL, size, found, &n));
        ARG(find(&plane, odd(work), size, found, &n));
        ARG(find(&plane, work, size, NULL, &n));
        ARG(find(&plane, work, size, found, NULL));
        SPACE(find(&plane, work, size - 1, found, &n));
        SHAPE(find(&small, work, size, found, &n));
        SHAPE(find(&flat, work, size, found, &n));
        SHAPE(find(&wide, work, size, found, &n));
        SHAPE(find(&tall, work, size, found, &n));
        SHAPE(find(&much, work, size, found, &n));
    }
    FINE(pdql_region_hashes(&plane, found, hashes));
    ARG(pdql_region_hashes(NULL, found, hashes));
    ARG(pdql_region_hashes(&plane, NULL, hashes));
    ARG(pdql_region_hashes(&plane, found, NULL));
    const int32_t w = (int32_t)plane.width * 256, h = (int32_t)plane.height * 256;
    const pdql_region out[] = { { -1, 0, w, h, 0 },    { 0, -1, w, h, 0 },          { 0, 0, w + 1, h, 0 },
                                { 0, 0, w, h + 1, 0 }, { 0, 0, 8 * 256 - 1, h, 0 }, { 0, 0, w, 8 * 256 - 1, 0 },
                                { w, 0, 0, h, 0 } };
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++)
        ARG(pdql_region_hashes(&plane, out + i, hashes));
    const pdql_region least = { 0, 0, 8 * 256, 8 * 256, 0 };
    FINE(pdql_region_hashes(&plane, &least, hashes));
    free(work);
}

/* Signature and query take the same plane and work. */
static void described_keypoints(uint8_t *record, size_t *length, void *query)
{
    const uint32_t w = plane.width, h = plane.height;
    const uint16_t *const s = plane.samples;
    const size_t size = pdql_keypoints_work_size(w, h), room_for = pdql_keypoints_query_size();
    void *work = room(size);
    assert(!pdql_keypoints_work_size(0, 1) && !pdql_keypoints_work_size(1, 0) && !pdql_keypoints_work_size(TALL, 1));
    assert(!pdql_keypoints_work_size(1, TALL) && !pdql_keypoints_work_size(363, 362));
    FINE(pdql_keypoints_signature(k, s, w, h, w, MOST, work, size, record, length));
    ARG(pdql_keypoints_signature(NULL, s, w, h, w, MOST, work, size, record, length));
    ARG(pdql_keypoints_signature(k, NULL, w, h, w, MOST, work, size, record, length));
    ARG(pdql_keypoints_signature(k, s, w, h, w, MOST, NULL, size, record, length));
    ARG(pdql_keypoints_signature(k, s, w, h, w, MOST, work, size, NULL, length));
    ARG(pdql_keypoints_signature(k, s, w, h, w, MOST, work, size, record, NULL));
    ARG(pdql_keypoints_signature(k, s, w, h, w, 0, work, size, record, length));
    ARG(pdql_keypoints_signature(k, s, w, h, w, MOST + 1, work, size, record, length));
    SPACE(pdql_keypoints_signature(k, s, w, h, w, MOST, work, size - 1, record, length));
    SHAPE(pdql_keypoints_signature(k, s, w, h, w - 1, MOST, work, size, record, length));
    SHAPE(pdql_keypoints_signature(k, s, w, h, SIZE_MAX / 4, MOST, work, size, record, length));
    SHAPE(pdql_keypoints_signature(k, s, 0, h, w, MOST, work, size, record, length));
    FINE(pdql_keypoints_query(k, s, w, h, w, work, size, query, room_for));
    ARG(pdql_keypoints_query(NULL, s, w, h, w, work, size, query, room_for));
    ARG(pdql_keypoints_query(k, NULL, w, h, w, work, size, query, room_for));
    ARG(pdql_keypoints_query(k, s, w, h, w, NULL, size, query, room_for));
    ARG(pdql_keypoints_query(k, s, w, h, w, work, size, NULL, room_for));
    ARG(pdql_keypoints_query(k, s, w, h, w, work, size, odd(query), room_for));
    SPACE(pdql_keypoints_query(k, s, w, h, w, work, size, query, room_for - 1));
    SPACE(pdql_keypoints_query(k, s, w, h, w, work, size - 1, query, room_for));
    void *turned = room(room_for);
    const pdql_plane blank = without_samples();
    FINE(pdql_keypoints_tilt(&plane, query, 1, work, size, turned, room_for));
    ARG(pdql_keypoints_tilt(NULL, query, 1, work, size, turned, room_for));
    ARG(pdql_keypoints_tilt(&blank, query, 1, work, size, turned, room_for));
    ARG(pdql_keypoints_tilt(&plane, NULL, 1, work, size, turned, room_for));
    ARG(pdql_keypoints_tilt(&plane, odd(query), 1, work, size, turned, room_for));
    ARG(pdql_keypoints_tilt(&plane, query, 0, work, size, turned, room_for));
    ARG(pdql_keypoints_tilt(&plane, query, PDQL_KEYPOINTS_TILTS, work, size, turned, room_for));
    ARG(pdql_keypoints_tilt(&plane, query, 1, NULL, size, turned, room_for));
    ARG(pdql_keypoints_tilt(&plane, query, 1, work, size, NULL, room_for));
    ARG(pdql_keypoints_tilt(&plane, query, 1, work, size, odd(turned), room_for));
    SPACE(pdql_keypoints_tilt(&plane, query, 1, work, size - 1, turned, room_for));
    SPACE(pdql_keypoints_tilt(&plane, query, 1, work, size, turned, room_for - 1));
    free(turned);
    free(work);
}

static void found_keypoints(const uint8_t *record, size_t length, void *query)
{
    const uint32_t lengths[1] = { (uint32_t)length };
    const size_t points = record[1], size = pdql_keypoints_index_size(1, points), more = pdql_keypoints_search_size();
    void *block = room(size), *work = room(more);
    pdql_keypoints_match hit, *const hits = &hit;
    size_t n, n_points;
    FINE(pdql_keypoints_compare(k, query, record, length, 1, &hit));
    ARG(pdql_keypoints_compare(NULL, query, record, length, 1, &hit));
    ARG(pdql_keypoints_compare(k, NULL, record, length, 1, &hit));
    ARG(pdql_keypoints_compare(k, odd(query), record, length, 1, &hit));
    ARG(pdql_keypoints_compare(k, query, NULL, length, 1, &hit));
    ARG(pdql_keypoints_compare(k, query, record, length - 1, 1, &hit));
    ARG(pdql_keypoints_compare(k, query, record, length, 0, &hit));
    ARG(pdql_keypoints_compare(k, query, record, length, PDQL_KEYPOINTS_TURNS + 1, &hit));
    ARG(pdql_keypoints_compare(k, query, record, length, 1, NULL));
    FINE(pdql_keypoints_index_build(record, lengths, NULL, 1, block, size));
    ARG(pdql_keypoints_index_build(NULL, lengths, NULL, 1, block, size));
    ARG(pdql_keypoints_index_build(record, NULL, NULL, 1, block, size));
    ARG(pdql_keypoints_index_build(record, lengths, NULL, 1, NULL, size));
    ARG(pdql_keypoints_index_build(record, lengths, NULL, 1, odd(block), size));
    SPACE(pdql_keypoints_index_build(record, lengths, NULL, 1, block, size - 1));
    FINE(pdql_keypoints_index_open(block, size, &n, &n_points));
    assert(n == 1 && n_points == points);
    ARG(pdql_keypoints_index_open(NULL, size, &n, &n_points));
    ARG(pdql_keypoints_index_open(odd(block), size, &n, &n_points));
    ARG(pdql_keypoints_index_open(block, size, NULL, &n_points));
    ARG(pdql_keypoints_index_open(block, size, &n, NULL));
    IS(PDQL_ERR_BLOCK, pdql_keypoints_index_open(block, size - 1, &n, &n_points));
#define SEARCH(k, block, query, turns, work, more, hits, n) \
    pdql_keypoints_search(k, block, size, query, turns, 100, work, more, hits, 1, n)
    FINE(SEARCH(k, block, query, 1, work, more, hits, &n));
    assert(n == 1 && hit.entry == 0);
    ARG(SEARCH(NULL, block, query, 1, work, more, hits, &n));
    ARG(SEARCH(k, NULL, query, 1, work, more, hits, &n));
    ARG(SEARCH(k, odd(block), query, 1, work, more, hits, &n));
    ARG(SEARCH(k, block, NULL, 1, work, more, hits, &n));
    ARG(SEARCH(k, block, odd(query), 1, work, more, hits, &n));
    ARG(SEARCH(k, block, query, 0, work, more, hits, &n));
    ARG(SEARCH(k, block, query, PDQL_KEYPOINTS_TURNS + 1, work, more, hits, &n));
    ARG(SEARCH(k, block, query, 1, NULL, more, hits, &n));
    ARG(SEARCH(k, block, query, 1, work, more, NULL, &n));
    ARG(SEARCH(k, block, query, 1, work, more, hits, NULL));
    SPACE(SEARCH(k, block, query, 1, work, more - 1, hits, &n));
    FINE(pdql_keypoints_search(k, block, size, query, 1, 100, work, more, NULL, 0, &n));
    assert(n == 0);
    memset(block, 0xff, size);
    IS(PDQL_ERR_BLOCK, SEARCH(k, block, query, 1, work, more, hits, &n));
    free(block);
    free(work);
}

static void claims(const uint8_t *record, size_t length)
{
    const size_t size = pdql_claim_work_size(plane.width, plane.height);
    void *work = room(size);
    const pdql_claim claim = {
        .record = record, .length = length, .model = { 65536, 0, 0, 0, 65536, 0 }, .lean = { 0, 0 }
    };
    const pdql_plane blank = without_samples(), no_sums = { plane.width, plane.height, plane.samples, NULL };
    const pdql_plane none = sided(0, 0), narrow = sided(0, 64), shallow = sided(64, 0), large = sided(TALL, TALL);
    pdql_claim_proof proof;
    assert(!pdql_claim_work_size(TALL, TALL));
    for (int refine = 0; refine < 2; refine++) {
#define CLAIM(plane, claim, work, size, told) \
    (refine ? pdql_claim_refine(plane, claim, work, size, (told) ? &used : NULL) \
            : pdql_claim_verify(plane, claim, work, size, (told) ? &proof : NULL))
        unsigned used;
        pdql_claim c = claim;
        FINE(CLAIM(&plane, &c, work, size, 1));
        ARG(CLAIM(NULL, &c, work, size, 1));
        ARG(CLAIM(&blank, &c, work, size, 1));
        ARG(CLAIM(&no_sums, &c, work, size, 1));
        ARG(CLAIM(&plane, NULL, work, size, 1));
        ARG(CLAIM(&plane, &c, NULL, size, 1));
        ARG(CLAIM(&plane, &c, odd(work), size, 1));
        ARG(CLAIM(&plane, &c, work, size, 0));
        SPACE(CLAIM(&plane, &c, work, size - 1, 1));
        SHAPE(CLAIM(&none, &c, work, size, 1));
        SHAPE(CLAIM(&narrow, &c, work, size, 1));
        SHAPE(CLAIM(&shallow, &c, work, size, 1));
        SHAPE(CLAIM(&large, &c, work, size, 1));
        c = claim, c.record = NULL;
        ARG(CLAIM(&plane, &c, work, size, 1));
        c = claim, c.length--;
        ARG(CLAIM(&plane, &c, work, size, 1));
        c = claim, c.inverted = 2;
        ARG(CLAIM(&plane, &c, work, size, 1));
        c = claim, c.bars = 2;
        ARG(CLAIM(&plane, &c, work, size, 1));
        for (int i = 0; i < 6; i++)
            for (int side = 0; side < 2; side++) {
                static const int32_t FAR[2] = { -(1 << 30), 1 << 30 };
                c = claim, c.model[i] = FAR[side] + (side ? 1 : -1);
                ARG(CLAIM(&plane, &c, work, size, 1));
                c.model[i] = FAR[side];
                FINE(CLAIM(&plane, &c, work, size, 1)); /* far out: proves nothing, moves nothing */
            }
        static const int32_t LEANS[4][2] = { { 49153, 0 }, { 0, -49153 }, { -30000, 19153 }, { 24577, 24576 } };
        for (int i = 0; i < 4; i++) {
            c = claim, memcpy(c.lean, LEANS[i], sizeof c.lean);
            ARG(CLAIM(&plane, &c, work, size, 1));
            c.lean[i == 1] += c.lean[i == 1] < 0 ? 1 : -1;
            FINE(CLAIM(&plane, &c, work, size, 1));
        }
    }
    free(work);
}

int main(void)
{
    k = pdql_kernels_best();
    paint(pixels, 3, 0);
    const pdql_image image = image_of(pixels);
    const size_t size = pdql_plane_size(SIDE, SIDE), query_size = pdql_keypoints_query_size();
    void *memory = room(size), *query = room(query_size);
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX];
    size_t length;
    assert(pdql_plane_make(k, &image, memory, size, &plane) == PDQL_OK);
    planes();
    regions();
    described_keypoints(record, &length, query);
    assert(record[1] >= 8);
    found_keypoints(record, length, query);
    claims(record, length);
    free(query);
    free(memory);
    printf("refused: %d faults\n", faults);
    return faults != 0;
}
