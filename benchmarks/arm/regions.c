/*
 * regions.c - what the counter counts: fixed inputs through the core, each kind of work in a region
 *
 *   regions [ROWS]     ROWS: of the largest index, 100000 if not given
 *
 * Each answer is computed first with every table of kernels this CPU can run, which must agree; hits are
 * held against the definition. Then the region runs once, with the best table. Prints a line a region:
 * its name, how many items it did, what an item is, and its answer: 8 bytes of SHA-256. The answers are
 * the same on every machine.
 */
#include "regions.h"

REGION(hash_1080p_y)
REGION(hash_1080p_rgb)
REGION(hash_720p_y)
REGION(hash_720p_rgb)
REGION(hash_720p_rgba)
REGION(orientations_1080p_y)
REGION(orientations_720p_y)
REGION(scan_rows)
REGION(scan_sliced)
REGION(scan_sliced_64)
REGION(index_10k)
REGION(index_100k)
REGION(index_1m)
REGION(match_picture)
REGION(sha256)
REGION(sha256_neon)
REGION(tree)
REGION(tree_neon)
MARKER void region_end(void)
{
    __asm__ volatile("" ::: "memory");
}

enum { W1 = 1920, H1 = 1080, W7 = 1280, H7 = 720, QUERIES = 64, RADIUS = 31, CAP = 256, LEAVES = 1024 };

const pdql_kernels *best;

void must(int good, const char *what)
{
    if (good)
        return;
    printf("WRONG: %s\n", what);
    exit(1);
}

void *room(size_t n)
{
    void *memory = aligned_alloc(64, (n + 63) / 64 * 64);
    must(memory != NULL, "no memory");
    memset(memory, 0, n);
    return memory;
}

void answer(const char *region, size_t items, const char *item, const void *data, size_t n)
{
    uint8_t digest[32];
    must(pdql_sha256(best, data, n, digest) == PDQL_OK, "sha256");
    printf("%s %zu %s ", region, items, item);
    for (unsigned i = 0; i < 8; i++)
        printf("%02x", digest[i]);
    putchar('\n');
}

/* ---- hashing ---- */

typedef pdql_status (*hash_call)(const pdql_kernels *, pdql_hasher *, const pdql_image *, pdql_hash *);

static void hashing(const char *name, void (*begin)(void), hash_call call, size_t n_out, uint32_t width,
                    uint32_t height, uint32_t channels)
{
    uint8_t *pixels = room((size_t)width * height * channels);
    const size_t size = pdql_hasher_size(width, height);
    pdql_hasher *hasher = room(size);
    pdql_hash out[8], other[8];
    fixed_picture(pixels, width, height, channels);
    const pdql_image image = fixed_image(pixels, width, height, channels);
    must(pdql_hasher_init(hasher, size, width, height) == PDQL_OK, name);
    memset(out, 0, sizeof out);
    must(call(best, hasher, &image, out) == PDQL_OK, name);
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        memset(other, 0, sizeof other);
        must(call(pdql_kernels_at(i), hasher, &image, other) == PDQL_OK && !memcmp(out, other, sizeof out), name);
    }
    begin();
    call(best, hasher, &image, out);
    region_end();
    answer(name, 1, "frame", out, n_out * sizeof *out);
    free(hasher);
    free(pixels);
}

/* ---- searching ---- */

typedef struct searched {
    pdql_hit hits[CAP];
    size_t n;
} searched;

static void check_hits(const searched *found, const uint8_t *rows, size_t n_rows, const uint8_t *queries, size_t n)
{
    size_t expected = 0;
    for (size_t q = 0; q < n; q++)
        for (size_t r = 0; r < n_rows; r++) {
            const unsigned d = pdql_distance(queries + q * PDQL_HASH_BYTES, rows + r * PDQL_HASH_BYTES);
            if (d > RADIUS)
                continue;
            const pdql_hit hit = { (uint32_t)q, (uint32_t)r, d };
            must(expected < CAP && expected < found->n && !memcmp(&hit, found->hits + expected, sizeof hit), "hits");
            expected++;
        }
    must(expected == found->n && expected >= n / 2, "number of hits");
}

static void scanning(const uint8_t *rows, const uint8_t *queries)
{
    enum { ROWS = 10240 };
    searched found, other;
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        must(pdql_scan(pdql_kernels_at(i), queries, 4, rows, ROWS, RADIUS, other.hits, CAP, &other.n) == PDQL_OK,
             "scan");
        check_hits(&other, rows, ROWS, queries, 4);
    }
    region_scan_rows();
    pdql_scan(best, queries, 1, rows, ROWS, RADIUS, found.hits, CAP, &found.n);
    region_end();
    answer("scan_rows", ROWS, "row", found.hits, found.n * sizeof *found.hits);
}

static pdql_index indexed(const uint8_t *rows, size_t n, pdql_index_shape shape)
{
    size_t work_bytes, bytes;
    pdql_index ix;
    must(pdql_index_work_size(n, shape, &work_bytes) == PDQL_OK, "index work");
    void *work = room(work_bytes);
    must(pdql_index_plan(rows, n, shape, work, work_bytes, &bytes) == PDQL_OK, "index plan");
    uint8_t *block = room(bytes);
    must(pdql_index_build(rows, n, work, work_bytes, block, bytes) == PDQL_OK, "index build");
    must(pdql_index_open(block, bytes, &ix) == PDQL_OK, "index open");
    free(work);
    return ix;
}

/* One region: n queries of an index, all in one call or each in its own. */
static void searching(const char *name, void (*begin)(void), const pdql_index *ix, const uint8_t *rows,
                      const uint8_t *queries, size_t n, int together, size_t items, const char *item)
{
    searched found, other;
    const size_t n_rows = ix->n_rows;
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        must(pdql_index_search(pdql_kernels_at(i), ix, queries, n, RADIUS, other.hits, CAP, &other.n) == PDQL_OK, name);
        check_hits(&other, rows, n_rows, queries, n);
    }
    size_t total = 0;
    begin();
    for (size_t q = 0; q < n; q += together ? n : 1) {
        pdql_index_search(best, ix, queries + q * PDQL_HASH_BYTES, together ? n : 1, RADIUS, found.hits, CAP, &found.n);
        total += found.n;
    }
    region_end();
    must(total == other.n, name);
    answer(name, items, item, other.hits, other.n * sizeof *other.hits);
}

static void indexes(const uint8_t *rows, const uint8_t *queries, size_t n_rows)
{
    pdql_index ix = indexed(rows, 10240, PDQL_INDEX_SCAN);
    searching("scan_sliced", region_scan_sliced, &ix, rows, queries, 1, 1, 10240, "row");
    searching("scan_sliced_64", region_scan_sliced_64, &ix, rows, queries, QUERIES, 1, 10240 * QUERIES, "row");
    free((void *)ix.block);
    const struct {
        const char *name;
        void (*begin)(void);
        size_t rows;
    } sizes[] = {
        { "index_10k", region_index_10k, 10000 },
        { "index_100k", region_index_100k, 100000 },
        { "index_1m", region_index_1m, 1000000 },
    };
    for (size_t i = 0; i < 3 && sizes[i].rows <= n_rows; i++) {
        ix = indexed(rows, sizes[i].rows, PDQL_INDEX_AUTO);
        searching(sizes[i].name, sizes[i].begin, &ix, rows, queries, 16, 0, 16, "query");
        free((void *)ix.block);
    }
}

/* ---- matching: a copy of an entry, in all its looks, against a list of whole hashes ---- */

static void matching(uint8_t *rows)
{
    enum { ENTRIES = 10000, ENTRY = 1234 };
    uint8_t *pixels = room((size_t)W7 * H7), saved[PDQL_HASH_BYTES];
    fixed_picture(pixels, W7, H7, 1);
    const pdql_image image = fixed_image(pixels, W7, H7, 1);
    pdql_hash whole;
    pdql_hasher *hasher = room(pdql_hasher_size(W7, H7));
    must(pdql_hasher_init(hasher, pdql_hasher_size(W7, H7), W7, H7) == PDQL_OK, "hasher");
    must(pdql_hash_image(best, hasher, &image, &whole) == PDQL_OK, "hash");
    memcpy(saved, rows + ENTRY * PDQL_HASH_BYTES, sizeof saved);
    memcpy(rows + ENTRY * PDQL_HASH_BYTES, whole.bits, sizeof saved);
    pdql_index ix = indexed(rows, ENTRIES, PDQL_INDEX_AUTO);

    pdql_match_policy policy;
    pdql_match_policy_init(&policy);
    policy.uncrop_entries = 0; /* rows without tables; regions_deep.c counts un-cropping */
    pdql_decision decision, other;
    pdql_match_list list;
    memset(&list, 0, sizeof list);
    list.n = ENTRIES;
    list.rows = rows;
    list.index = ix.block;
    list.index_bytes = ix.bytes;
    pdql_matcher *matcher = room(pdql_matcher_size());
    void *work = NULL;
    size_t size = 0;
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        list.kernels = pdql_kernels_at(i);
        must(pdql_matcher_init(matcher, pdql_matcher_size(), &list, &policy) == PDQL_OK, "matcher");
        free(work);
        size = pdql_match_work_size(matcher, W7, H7);
        work = room(size);
        size_t n;
        must(pdql_match_picture(matcher, &image, work, size, &other, NULL, 0, &n) == PDQL_OK, "match");
        must(other.verdict == PDQL_MATCH && other.entry == ENTRY && other.distance == 0, "verdict");
        must(!i || !memcmp(&decision, &other, sizeof decision), "decisions differ");
        decision = other;
    }
    list.kernels = best;
    size_t n;
    must(pdql_matcher_init(matcher, pdql_matcher_size(), &list, &policy) == PDQL_OK, "matcher");
    region_match_picture();
    pdql_match_picture(matcher, &image, work, size, &decision, NULL, 0, &n);
    region_end();
    answer("match_picture", 1, "picture", &decision, sizeof decision);
    memcpy(rows + ENTRY * PDQL_HASH_BYTES, saved, sizeof saved);
    free((void *)ix.block);
    free(work), free(matcher), free(hasher), free(pixels);
}

/* ---- lists: what every byte and every row of one goes through ---- */

static void list_rows(const uint8_t *rows)
{
    /* FIPS 180-4's own example of 56 bytes, so that the answer is not ours alone. */
    static const uint8_t example[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    static const uint8_t expected[8] = { 0x24, 0x8d, 0x6a, 0x61, 0xd2, 0x06, 0x38, 0xb8 };
    const pdql_kernels *plain = best;
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        uint8_t digest[32];
        must(pdql_sha256(pdql_kernels_at(i), example, 56, digest) == PDQL_OK && !memcmp(digest, expected, 8), "sha256");
        if (!strcmp(pdql_kernels_name(pdql_kernels_at(i)), "neon"))
            plain = pdql_kernels_at(i);
    }
    uint8_t digest[32], root[32];
    pdql_tree tree;
    region_sha256();
    pdql_sha256(best, rows, 32 * LEAVES, digest);
    region_end();
    answer("sha256", 32, "KiB", digest, 32);
    region_sha256_neon();
    pdql_sha256(plain, rows, 32 * LEAVES, digest);
    region_end();
    answer("sha256_neon", 32, "KiB", digest, 32);
    memset(&tree, 0, sizeof tree);
    region_tree();
    pdql_tree_add(best, &tree, rows, LEAVES);
    pdql_tree_root(best, &tree, root);
    region_end();
    answer("tree", LEAVES, "leaf", root, 32);
    memset(&tree, 0, sizeof tree);
    region_tree_neon();
    pdql_tree_add(plain, &tree, rows, LEAVES);
    pdql_tree_root(plain, &tree, root);
    region_end();
    answer("tree_neon", LEAVES, "leaf", root, 32);
}

int main(int argc, char **argv)
{
    const size_t n_rows = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 100000;
    must(n_rows >= 10240 && n_rows <= 1000000, "ROWS is 10240..1000000");
    best = pdql_kernels_best();
    fprintf(stderr, "kernels %s\n", pdql_kernels_name(best));
    uint8_t *rows = room(n_rows * PDQL_HASH_BYTES), *queries = room(QUERIES * PDQL_HASH_BYTES);
    fixed_bytes(7, rows, n_rows * PDQL_HASH_BYTES);
    fixed_queries(rows, 10000, queries, QUERIES);

    hashing("hash_1080p_y", region_hash_1080p_y, pdql_hash_image, 1, W1, H1, 1);
    hashing("hash_1080p_rgb", region_hash_1080p_rgb, pdql_hash_image, 1, W1, H1, 3);
    hashing("hash_720p_y", region_hash_720p_y, pdql_hash_image, 1, W7, H7, 1);
    hashing("hash_720p_rgb", region_hash_720p_rgb, pdql_hash_image, 1, W7, H7, 3);
    hashing("hash_720p_rgba", region_hash_720p_rgba, pdql_hash_image, 1, W7, H7, 4);
    hashing("orientations_1080p_y", region_orientations_1080p_y, pdql_hash_orientations, 8, W1, H1, 1);
    hashing("orientations_720p_y", region_orientations_720p_y, pdql_hash_orientations, 8, W7, H7, 1);
    scanning(rows, queries);
    indexes(rows, queries, n_rows);
    matching(rows);
    list_rows(rows);
    deeper(rows);
    sounds();
    free(queries);
    free(rows);
    return 0;
}
