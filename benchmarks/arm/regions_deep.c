/*
 * regions_deep.c - counted: a part of an entry, looked for by un-cropping and by keypoint signatures
 *
 * The query is the entry's middle, 62 % of each side. Its entry has to be found, first by every table of kernels,
 * un-cropping among few rows (all the portable ones can do here in a second), then among all by the best.
 */
#include "regions.h"

REGION(keypoints_query)
REGION(keypoints_10k)
REGION(keypoints_tilted)
REGION(uncrop_weights)
REGION(uncrop_1k)
REGION(uncrop_10k)
REGION(uncrop_refine)
REGION(uncrop_joint)

enum {
    WIDTH = 1280,
    HEIGHT = 720,
    ENTRY = 321,
    FEW = 512,
    LEAVES = 700,                       /* rectangles over each other in a picture */
    SIGNED = 10000,
    KEYPOINTS = 32,         /* entries with keypoint signatures, keypoints of each */
    /* pictures of strangers that lend them their keypoints */
    POOLS = 4,
    KEYPOINT_LEAST = 12 * 16,
    UNCROP_LEAST = 16 * 16, /* what the matcher asks for: csrc/match/deep_stages.c */
    FOUND = 12
};

/* Rectangles of one brightness lie over each other, small and large ones: edges and corners at every scale. */
static void leaves(uint64_t seed, uint8_t *pixels, uint32_t width, uint32_t height)
{
    memset(pixels, 128, (size_t)width * height);
    for (unsigned i = 0; i < LEAVES; i++) {
        const uint64_t r = fixed_next(&seed);
        const uint32_t side = width * 24 / (64 + (uint32_t)(r >> 48) % 1024); /* 0.02 to 0.37 of the width */
        const uint32_t x = (uint32_t)(r & 0xffff) % (width - side / 2),
                       y = (uint32_t)(r >> 16 & 0xffff) % (height - side / 2);
        for (uint32_t row = y; row < y + side * 3 / 4 && row < height; row++)
            memset(pixels + (size_t)row * width + x, (int)(r >> 32 & 0xff), side < width - x ? side : width - x);
    }
}

static pdql_plane plane_of(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t stride)
{
    pdql_image image = fixed_image(pixels, width, height, 1);
    image.row_stride = (ptrdiff_t)stride;
    const size_t size = pdql_plane_size(width, height);
    pdql_plane plane;
    must(pdql_plane_make(best, &image, room(size), size, &plane) == PDQL_OK, "plane");
    return plane;
}

static size_t signature_of(const pdql_plane *p, uint8_t *record)
{
    const size_t size = pdql_keypoints_work_size(p->width, p->height);
    void *work = room(size);
    size_t n;
    must(pdql_keypoints_signature(best, p->samples, p->width, p->height, p->width, PDQL_MAX_KEYPOINTS, work, size,
                                  record, &n)
                 == PDQL_OK
             && n > 3 + 11 * KEYPOINTS,
         "signature");
    free(work);
    return n;
}

/* ---- keypoint signatures ---- */

/*
 * A stranger: keypoints of other pictures, a quarter of their signs changed, somewhere else. Sorted, since x
 * grows.
 */
static void stranger(uint64_t *seed, const uint8_t *pool, size_t n_pool, uint8_t *record)
{
    record[0] = 1, record[1] = KEYPOINTS, record[2] = 128 + 27;
    for (unsigned i = 0; i < KEYPOINTS; i++) {
        uint8_t *keypoint = record + 3 + 11 * i;
        const uint64_t r = fixed_next(seed), change = fixed_next(seed) & fixed_next(seed);
        memcpy(keypoint, pool + (r >> 32) % n_pool * 11, 11);
        keypoint[0] = (uint8_t)(i * (256 / KEYPOINTS) + r % (256 / KEYPOINTS));
        keypoint[1] = (uint8_t)(r >> 8);
        for (unsigned j = 0; j < 8; j++)
            keypoint[3 + j] ^= (uint8_t)(change >> 8 * j);
    }
}

static void *keypoints_block(const uint8_t *own, size_t own_length, size_t *size)
{
    enum { RECORD = 3 + 11 * KEYPOINTS };
    uint8_t *records = room((size_t)SIGNED * RECORD + PDQL_KEYPOINTS_RECORD_MAX), *at = records;
    uint8_t pool[POOLS * PDQL_MAX_KEYPOINTS * 11], record[PDQL_KEYPOINTS_RECORD_MAX];
    uint32_t *lengths = room(SIGNED * sizeof *lengths);
    size_t n_pool = 0, n_points = 0;
    uint64_t seed = 5;
    for (unsigned i = 0; i < POOLS; i++) {
        uint8_t *pixels = room(340 * 192);
        leaves(1000 + i, pixels, 340, 192);
        pdql_plane plane = plane_of(pixels, 340, 192, 340);
        const size_t n = signature_of(&plane, record);
        memcpy(pool + 11 * n_pool, record + 3, n - 3);
        n_pool += (n - 3) / 11;
        free(pixels);
    }
    for (unsigned i = 0; i < SIGNED; at += lengths[i++]) {
        lengths[i] = RECORD;
        if (i == ENTRY)
            memcpy(at, own, lengths[i] = (uint32_t)own_length);
        else
            stranger(&seed, pool, n_pool, at);
        n_points += at[1];
    }
    *size = pdql_keypoints_index_size(SIGNED, n_points);
    void *block = room(*size);
    must(pdql_keypoints_index_build(records, lengths, NULL, SIGNED, block, *size) == PDQL_OK, "local index");
    free(lengths), free(records);
    return block;
}

static void local(const pdql_plane *whole, const pdql_plane *p)
{
    uint8_t own[PDQL_KEYPOINTS_RECORD_MAX];
    const size_t length = signature_of(whole, own);
    size_t size;
    void *block = keypoints_block(own, length, &size);
    const size_t work_size = pdql_keypoints_work_size(p->width, p->height), query_size = pdql_keypoints_query_size();
    const size_t search_size = pdql_keypoints_search_size();
    void *work = room(work_size), *query = room(query_size), *other = room(query_size), *search = room(search_size);
    pdql_keypoints_match hits[FOUND], compared;
    size_t n = 0;
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        const pdql_kernels *k = pdql_kernels_at(i);
        must(pdql_keypoints_query(k, p->samples, p->width, p->height, p->width, work, work_size, other, query_size)
                 == PDQL_OK,
             "query");
        must(!i || !memcmp(query, other, query_size), "queries differ");
        memcpy(query, other, query_size);
        must(pdql_keypoints_compare(k, query, own, length, PDQL_KEYPOINTS_TURNS, &compared) == PDQL_OK, "compare");
        must(pdql_keypoints_search(k, block, size, query, PDQL_KEYPOINTS_TURNS, KEYPOINT_LEAST, search, search_size,
                                   hits, FOUND, &n)
                 == PDQL_OK,
             "local");
        must(n && hits[0].entry == ENTRY && hits[0].score == compared.score && hits[0].agreeing == compared.agreeing,
             "local hit");
    }
    region_keypoints_query();
    pdql_keypoints_query(best, p->samples, p->width, p->height, p->width, work, work_size, query, query_size);
    region_end();
    answer("keypoints_query", 1, "picture", query, query_size);
    region_keypoints_10k();
    pdql_keypoints_search(best, block, size, query, PDQL_KEYPOINTS_TURNS, KEYPOINT_LEAST, search, search_size, hits,
                          FOUND, &n);
    region_end();
    answer("keypoints_10k", 1, "picture", hits, n * sizeof *hits);
    /* what a stranger pays for tilts: none of them agrees with the entry, which lies upright */
    uint64_t all = 0; /* of one size on every machine: it is digested */
    region_keypoints_tilted();
    for (unsigned tilt = 1; tilt < PDQL_KEYPOINTS_TILTS; tilt++) {
        pdql_keypoints_tilt(p, query, tilt, work, work_size, other, query_size);
        pdql_keypoints_search(best, block, size, other, PDQL_KEYPOINTS_TURNS, KEYPOINT_LEAST, search, search_size, hits,
                              FOUND, &n);
        all += n;
    }
    region_end();
    must(((uint64_t *)query)[0] != ((uint64_t *)other)[0], "tilted");
    answer("keypoints_tilted", 1, "picture", &all, sizeof all);
    free(search), free(other), free(query), free(work), free(block);
}

/* ---- un-cropping ---- */

static size_t weights_of(const pdql_uncrop *tables, const pdql_plane *p, void *memory, size_t size, pdql_weights *out)
{
    pdql_region frames[PDQL_MAX_REGIONS_MORE];
    size_t n_frames, n = 0, more;
    must(pdql_regions_find_more(p, memory, size, frames, &n_frames) == PDQL_OK, "probe");
    for (unsigned angle = 0; angle < PDQL_ANGLES; angle++) {
        pdql_plane turned = *p;
        must(!angle || pdql_plane_rotate(p, angle, memory, size, &turned) == PDQL_OK, "rotate");
        must(pdql_uncrop_hypotheses(tables, &turned, frames, n_frames, angle, out + n, PDQL_MAX_HYPOTHESES - n, &more)
                 == PDQL_OK,
             "weights");
        n += more;
    }
    return n;
}

static void uncrop(const uint8_t *rows, const pdql_plane *p)
{
    const size_t plane_size = pdql_plane_size(p->width, p->height), probe_size = pdql_regions_size();
    const size_t size = plane_size > probe_size ? plane_size : probe_size, packed_size = pdql_uncrop_packed_size(10240);
    void *memory = room(size), *tables = room(pdql_uncrop_size());
    pdql_weights *weights = room(PDQL_MAX_HYPOTHESES * sizeof *weights);
    uint8_t *packed = room(packed_size);
    pdql_uncrop_hit hits[FOUND], other[FOUND];
    size_t n_hits, n_other;
    must(pdql_uncrop_init(tables, pdql_uncrop_size()) == PDQL_OK
             && pdql_uncrop_pack(rows, 10240, packed, packed_size) == PDQL_OK,
         "un-crop");

    region_uncrop_weights();
    const size_t n = weights_of(tables, p, memory, size, weights);
    region_end();
    answer("uncrop_weights", 1, "picture", weights, n * sizeof *weights);
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        must(pdql_uncrop_search(pdql_kernels_at(i), weights, n, packed, FEW, UNCROP_LEAST, NULL, 0, other, FOUND,
                                &n_other)
                 == PDQL_OK,
             "un-crop");
        must(n_other && other[0].row == ENTRY, "un-cropped");
        must(!i || (n_hits == n_other && !memcmp(hits, other, n_hits * sizeof *hits)), "un-cropped hits differ");
        memcpy(hits, other, sizeof hits);
        n_hits = n_other;
    }
    const struct {
        const char *name;
        void (*begin)(void);
        size_t rows;
    } sizes[] = {
        { "uncrop_1k", region_uncrop_1k, 1024 },
        { "uncrop_10k", region_uncrop_10k, 10240 },
    };
    for (size_t i = 0; i < 2; i++) {
        sizes[i].begin();
        pdql_uncrop_search(best, weights, n, packed, sizes[i].rows, UNCROP_LEAST, NULL, 0, hits, FOUND, &n_hits);
        region_end();
        must(n_hits && !memcmp(hits, other, sizeof *hits), sizes[i].name);
        answer(sizes[i].name, 1, "picture", hits, n_hits * sizeof *hits);
    }
    struct {
        int32_t score;
        pdql_region original;
    } refined;
    region_uncrop_refine();
    pdql_uncrop_refine(tables, p, &weights[hits[0].weights], rows + ENTRY * PDQL_HASH_BYTES, &refined.score,
                       &refined.original);
    region_end();
    must(refined.score > UNCROP_LEAST, "refined");
    answer("uncrop_refine", 1, "row", &refined, sizeof refined);
    void *work = room(pdql_uncrop_joint_size());
    int32_t more = 0;
    region_uncrop_joint();
    const pdql_status joint = pdql_uncrop_joint(tables, p, &weights[hits[0].weights], &refined.original,
                                                rows + ENTRY * PDQL_HASH_BYTES, work, pdql_uncrop_joint_size(), &more);
    region_end();
    must(joint == PDQL_OK && refined.score + more > UNCROP_LEAST, "joint");
    answer("uncrop_joint", 1, "row", &more, sizeof more);
    free(work);
    free(packed), free(weights), free(tables), free(memory);
}

void deeper(uint8_t *rows)
{
    uint8_t *pixels = room(WIDTH * HEIGHT), saved[PDQL_HASH_BYTES];
    leaves(3, pixels, WIDTH, HEIGHT);
    const pdql_plane whole = plane_of(pixels, WIDTH, HEIGHT, WIDTH);
    const pdql_plane part = plane_of(pixels + HEIGHT * 19 / 100 * WIDTH + WIDTH * 19 / 100, WIDTH * 62 / 100,
                                     HEIGHT * 62 / 100, WIDTH);
    const pdql_region all = { 0, 0, (int32_t)whole.width * 256, (int32_t)whole.height * 256, PDQL_REGION_WHOLE };
    pdql_hash looks[8];
    must(pdql_region_hashes(&whole, &all, looks) == PDQL_OK, "hash");
    memcpy(saved, rows + ENTRY * PDQL_HASH_BYTES, sizeof saved);
    memcpy(rows + ENTRY * PDQL_HASH_BYTES, looks[0].bits, sizeof saved);
    local(&whole, &part);
    uncrop(rows, &part);
    memcpy(rows + ENTRY * PDQL_HASH_BYTES, saved, sizeof saved);
    free(pixels);
}
