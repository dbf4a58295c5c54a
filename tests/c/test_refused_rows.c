/*
 * test_refused_rows.c - what the calls on rows refuse, an argument at a time: scans and indexes, un-cropping, Merkle trees,
 * signatures. test_refused.c has those on pictures.
 */
#include "drawn_picture.h"

#define IS(wanted, call) is((call), wanted, #call, __LINE__)
#define FINE(call) IS(PDQL_OK, call)
#define ARG(call) IS(PDQL_ERR_ARG, call)
#define SPACE(call) IS(PDQL_ERR_SPACE, call)
#define PROOF(call) IS(PDQL_ERR_PROOF, call)
/* More rows than any list has, where a size can say so: not on 32 bits. */
#define TOO_MANY ((size_t)PDQL_MAX_ROWS + 1)
#define MANY_ARG(call) IS(TOO_MANY ? PDQL_ERR_ARG : PDQL_OK, TOO_MANY ? (call) : PDQL_OK)

enum { ROWS = 300, MANY = PDQL_UNCROP_FULL + 1 };

static const pdql_kernels *k;
static uint8_t rows[ROWS * 32];
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

static void scans(void)
{
    pdql_hit hits[4];
    size_t n;
    FINE(pdql_scan(k, rows, 1, rows, ROWS, 256, hits, 4, &n));
    assert(n == ROWS);
    FINE(pdql_scan(k, rows, 1, rows, ROWS, 0, NULL, 0, &n));
    FINE(pdql_scan(k, NULL, 0, NULL, 0, 0, NULL, 0, &n));
    ARG(pdql_scan(NULL, rows, 1, rows, ROWS, 0, hits, 4, &n));
    ARG(pdql_scan(k, NULL, 1, rows, ROWS, 0, hits, 4, &n));
    ARG(pdql_scan(k, rows, 1, NULL, ROWS, 0, hits, 4, &n));
    ARG(pdql_scan(k, rows, 1, rows, ROWS, 257, hits, 4, &n));
    ARG(pdql_scan(k, rows, 1, rows, ROWS, 0, NULL, 4, &n));
    ARG(pdql_scan(k, rows, 1, rows, ROWS, 0, hits, 4, NULL));
    MANY_ARG(pdql_scan(k, rows, 1, rows, TOO_MANY, 0, hits, 4, &n));
    MANY_ARG(pdql_scan(k, rows, TOO_MANY, rows, ROWS, 0, hits, 4, &n));
}

static void indexes(pdql_index_shape shape)
{
    size_t need, bytes, n;
    FINE(pdql_index_work_size(ROWS, shape, &need));
    ARG(pdql_index_work_size(ROWS, shape, NULL));
    MANY_ARG(pdql_index_work_size(TOO_MANY, shape, &need));
    ARG(pdql_index_work_size(ROWS, (pdql_index_shape)(PDQL_INDEX_COMPACT + 1), &need));
    void *work = room(need);
    FINE(pdql_index_plan(rows, ROWS, shape, work, need, &bytes));
    ARG(pdql_index_plan(NULL, ROWS, shape, work, need, &bytes));
    ARG(pdql_index_plan(rows, ROWS, shape, NULL, need, &bytes));
    ARG(pdql_index_plan(rows, ROWS, shape, work, need, NULL));
    ARG(pdql_index_plan(rows, ROWS, (pdql_index_shape)9, work, need, &bytes));
    SPACE(pdql_index_plan(rows, ROWS, shape, work, need - 1, &bytes));
    uint8_t *block = room(bytes), *back = room(sizeof rows);
    pdql_index ix;
    pdql_index_info info;
    pdql_hit hits[4];
    ARG(pdql_index_build(NULL, ROWS, work, need, block, bytes));
    ARG(pdql_index_build(rows, ROWS, NULL, need, block, bytes));
    ARG(pdql_index_build(rows, ROWS, work, need, NULL, bytes));
    ARG(pdql_index_build(rows, ROWS - 1, work, need, block, bytes));
    ARG(pdql_index_build(rows, ROWS, work, 1, block, bytes)); /* not even the plan */
    SPACE(pdql_index_build(rows, ROWS, work, need, block, bytes - 1));
    FINE(pdql_index_build(rows, ROWS, work, need, block, bytes));
    FINE(pdql_index_open(block, bytes, &ix));
    ARG(pdql_index_open(NULL, bytes, &ix));
    ARG(pdql_index_open(block, bytes, NULL));
    IS(PDQL_ERR_BLOCK, pdql_index_open(block, bytes - 1, &ix));
    FINE(pdql_index_describe(&ix, &info));
    assert(info.n_rows == ROWS && info.bytes == bytes);
    ARG(pdql_index_describe(NULL, &info));
    ARG(pdql_index_describe(&ix, NULL));
    FINE(pdql_index_rows(&ix, back, sizeof rows));
    assert(!memcmp(back, rows, sizeof rows));
    ARG(pdql_index_rows(NULL, back, sizeof rows));
    ARG(pdql_index_rows(&ix, NULL, sizeof rows));
    SPACE(pdql_index_rows(&ix, back, sizeof rows - 1));
    FINE(pdql_index_search(k, &ix, rows, 1, 256, hits, 4, &n));
    assert(n == ROWS);
    ARG(pdql_index_search(NULL, &ix, rows, 1, 0, hits, 4, &n));
    ARG(pdql_index_search(k, NULL, rows, 1, 0, hits, 4, &n));
    ARG(pdql_index_search(k, &ix, NULL, 1, 0, hits, 4, &n));
    ARG(pdql_index_search(k, &ix, rows, 1, 257, hits, 4, &n));
    ARG(pdql_index_search(k, &ix, rows, 1, 0, NULL, 4, &n));
    ARG(pdql_index_search(k, &ix, rows, 1, 0, hits, 4, NULL));
    MANY_ARG(pdql_index_search(k, &ix, rows, TOO_MANY, 0, hits, 4, &n));
    free(back), free(block), free(work);
}

/* Parts are cut at 1/64 of a side, 20 of them at least; places lie in the plane and are 8 cells wide. */
static void parts(const pdql_uncrop *tables, const pdql_plane *plane, pdql_weights *out)
{
    const int32_t side = (int32_t)plane->width * 256;
    const pdql_region all = { 0, 0, side, side, 0 };
    const pdql_part whole = { 0, 64, 0, 64, 0, 0, 0, 0 },
                    bad[] = { { 0, 65, 0, 64, 0, 0, 0, 0 },  { 0, 64, 0, 65, 0, 0, 0, 0 },
                              { 45, 64, 0, 64, 0, 0, 0, 0 }, { 0, 64, 45, 64, 0, 0, 0, 0 },
                              { 0, 64, 0, 64, 0, 8, 0, 0 },  { 0, 64, 0, 64, 0, 0, 2, 0 } },
                    least = { 44, 64, 44, 64, 0, 7, 1, 0 };
    FINE(pdql_uncrop_weights(tables, plane, &all, &least, out));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ARG(pdql_uncrop_weights(tables, plane, &all, bad + i, out));
    FINE(pdql_uncrop_weights(tables, plane, &all, &whole, out));
    ARG(pdql_uncrop_weights(NULL, plane, &all, &whole, out));
    ARG(pdql_uncrop_weights(tables, NULL, &all, &whole, out));
    ARG(pdql_uncrop_weights(tables, plane, NULL, &whole, out));
    ARG(pdql_uncrop_weights(tables, plane, &all, NULL, out));
    ARG(pdql_uncrop_weights(tables, plane, &all, &whole, NULL));
    const pdql_region outside = { 0, 0, side + 1, side, 0 };
    ARG(pdql_uncrop_weights(tables, plane, &outside, &whole, out));
}

static void searched(const pdql_weights *w)
{
    const size_t size = pdql_uncrop_packed_size(ROWS), large = pdql_uncrop_search_size(MANY);
    uint8_t *packed = room(size), *work = room(large);
    pdql_uncrop_hit hits[64];
    size_t n;
    assert((!TOO_MANY || !pdql_uncrop_packed_size(TOO_MANY)) && !pdql_uncrop_search_size(PDQL_UNCROP_FULL));
    FINE(pdql_uncrop_pack(rows, ROWS, packed, size));
    FINE(pdql_uncrop_pack(NULL, 0, NULL, 0));
    ARG(pdql_uncrop_pack(NULL, ROWS, packed, size));
    ARG(pdql_uncrop_pack(rows, ROWS, NULL, size));
    MANY_ARG(pdql_uncrop_pack(rows, TOO_MANY, packed, SIZE_MAX));
    SPACE(pdql_uncrop_pack(rows, ROWS, packed, size - 1));
    FINE(pdql_uncrop_search(k, w, 1, packed, ROWS, 0, NULL, 0, hits, 64, &n));
    FINE(pdql_uncrop_search(k, w, 1, packed, ROWS, -100000, NULL, 0, hits, 1, &n));
    FINE(pdql_uncrop_search(k, w, 1, packed, ROWS, 100000, NULL, 0, hits, 1, &n));
    assert(n == 0);
    ARG(pdql_uncrop_search(NULL, w, 1, packed, ROWS, 0, NULL, 0, hits, 1, &n));
    ARG(pdql_uncrop_search(k, NULL, 1, packed, ROWS, 0, NULL, 0, hits, 1, &n));
    ARG(pdql_uncrop_search(k, w, 65536, packed, ROWS, 0, NULL, 0, hits, 1, &n));
    ARG(pdql_uncrop_search(k, w, 1, NULL, ROWS, 0, NULL, 0, hits, 1, &n));
    MANY_ARG(pdql_uncrop_search(k, w, 1, packed, TOO_MANY, 0, work, large, hits, 1, &n));
    ARG(pdql_uncrop_search(k, w, 1, packed, ROWS, -100001, NULL, 0, hits, 1, &n));
    ARG(pdql_uncrop_search(k, w, 1, packed, ROWS, 100001, NULL, 0, hits, 1, &n));
    ARG(pdql_uncrop_search(k, w, 1, packed, ROWS, 0, NULL, 0, NULL, 1, &n));
    ARG(pdql_uncrop_search(k, w, 1, packed, ROWS, 0, NULL, 0, hits, 0, &n));
    ARG(pdql_uncrop_search(k, w, 1, packed, ROWS, 0, NULL, 0, hits, 65, &n));
    ARG(pdql_uncrop_search(k, w, 1, packed, ROWS, 0, NULL, 0, hits, 1, NULL));
    ARG(pdql_uncrop_search(k, w, 1, packed, MANY, 0, NULL, large, hits, 1, &n));
    ARG(pdql_uncrop_search(k, w, 1, packed, MANY, 0, odd(work), large, hits, 1, &n));
    SPACE(pdql_uncrop_search(k, w, 1, packed, MANY, 0, work, large - 1, hits, 1, &n));
    pdql_weights bad = *w;
    bad.bias = 1 << 24;
    ARG(pdql_uncrop_search(k, &bad, 1, packed, ROWS, 0, NULL, 0, hits, 1, &n));
    bad.bias = -(1 << 24);
    ARG(pdql_uncrop_search(k, &bad, 1, packed, ROWS, 0, NULL, 0, hits, 1, &n));
    free(work), free(packed);
}

static void refined(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_weights *w)
{
    const size_t size = pdql_uncrop_joint_size();
    void *work = room(size);
    pdql_region original;
    int32_t score, more;
    pdql_weights bad[3] = { *w, *w, *w };
    bad[0].bias = 1 << 24, bad[1].part.turn = 8, bad[2].place.x0 = -1;
    FINE(pdql_uncrop_refine(tables, plane, w, rows, &score, &original));
    ARG(pdql_uncrop_refine(NULL, plane, w, rows, &score, &original));
    ARG(pdql_uncrop_refine(tables, NULL, w, rows, &score, &original));
    ARG(pdql_uncrop_refine(tables, plane, NULL, rows, &score, &original));
    ARG(pdql_uncrop_refine(tables, plane, w, NULL, &score, &original));
    ARG(pdql_uncrop_refine(tables, plane, w, rows, NULL, &original));
    ARG(pdql_uncrop_refine(tables, plane, w, rows, &score, NULL));
    for (int i = 0; i < 3; i++)
        ARG(pdql_uncrop_refine(tables, plane, bad + i, rows, &score, &original));
    FINE(pdql_uncrop_joint(tables, plane, w, &original, rows, work, size, &more));
    ARG(pdql_uncrop_joint(NULL, plane, w, &original, rows, work, size, &more));
    ARG(pdql_uncrop_joint(tables, NULL, w, &original, rows, work, size, &more));
    ARG(pdql_uncrop_joint(tables, plane, NULL, &original, rows, work, size, &more));
    ARG(pdql_uncrop_joint(tables, plane, w, NULL, rows, work, size, &more));
    ARG(pdql_uncrop_joint(tables, plane, w, &original, NULL, work, size, &more));
    ARG(pdql_uncrop_joint(tables, plane, w, &original, rows, NULL, size, &more));
    ARG(pdql_uncrop_joint(tables, plane, w, &original, rows, odd(work), size, &more));
    ARG(pdql_uncrop_joint(tables, plane, w, &original, rows, work, size, NULL));
    ARG(pdql_uncrop_joint(tables, plane, bad + 1, &original, rows, work, size, &more));
    SPACE(pdql_uncrop_joint(tables, plane, w, &original, rows, work, size - 1, &more));
    free(work);
}

static void hypotheses(const pdql_uncrop *tables, const pdql_plane *plane)
{
    const size_t size = pdql_plane_size(plane->width, plane->height);
    pdql_weights *out = room(PDQL_MAX_UPRIGHT * sizeof *out);
    void *memory = room(size);
    pdql_plane turned;
    const pdql_plane blank = { SIDE, SIDE, NULL, NULL }, none = { 0, SIDE, plane->samples, plane->integral },
                     large = { 1024, 1024, plane->samples, plane->integral };
    const int32_t wide = (int32_t)plane->width * 256;
    const pdql_region f[41] = { { 0, 0, wide, wide, 0 } }, bad = { 0, 0, 0, 0, 0 };
    size_t n;
    FINE(pdql_uncrop_hypotheses(tables, plane, f, 1, 0, out, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(NULL, plane, f, 1, 0, out, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(tables, NULL, f, 1, 0, out, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(tables, plane, NULL, 1, 0, out, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(tables, plane, f, 0, 0, out, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(tables, plane, f, 41, 0, out, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(tables, plane, &bad, 1, 0, out, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(tables, plane, f, 1, PDQL_ANGLES, out, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(tables, plane, f, 1, 0, NULL, PDQL_MAX_UPRIGHT, &n));
    ARG(pdql_uncrop_hypotheses(tables, plane, f, 1, 0, out, PDQL_MAX_UPRIGHT, NULL));
    SPACE(pdql_uncrop_hypotheses(tables, plane, f, 1, 0, out, PDQL_MAX_UPRIGHT - 1, &n));
    FINE(pdql_plane_rotate(plane, 1, memory, size, &turned));
    FINE(pdql_uncrop_hypotheses(tables, &turned, f, 1, 1, out, PDQL_MAX_ROTATED, &n));
    SPACE(pdql_uncrop_hypotheses(tables, &turned, f, 1, 1, out, PDQL_MAX_ROTATED - 1, &n));
    ARG(pdql_plane_rotate(NULL, 1, memory, size, &turned));
    ARG(pdql_plane_rotate(&blank, 1, memory, size, &turned));
    ARG(pdql_plane_rotate(plane, 0, memory, size, &turned));
    ARG(pdql_plane_rotate(plane, PDQL_ANGLES, memory, size, &turned));
    ARG(pdql_plane_rotate(plane, 1, NULL, size, &turned));
    ARG(pdql_plane_rotate(plane, 1, odd(memory), size, &turned));
    ARG(pdql_plane_rotate(plane, 1, memory, size, NULL));
    SPACE(pdql_plane_rotate(plane, 1, memory, size - 1, &turned));
    IS(PDQL_ERR_SHAPE, pdql_plane_rotate(&none, 1, memory, size, &turned));
    IS(PDQL_ERR_SHAPE, pdql_plane_rotate(&large, 1, memory, SIZE_MAX, &turned));
    free(memory), free(out);
}

static void trees(void)
{
    pdql_tree tree = { 0 }, full = { .size = PDQL_TREE_MAX };
    uint8_t one[32], two[32], root[32];
    FINE(pdql_tree_add(k, &tree, rows, 1));
    FINE(pdql_tree_root(k, &tree, one));
    FINE(pdql_tree_add(k, &tree, rows + 32, 1));
    FINE(pdql_tree_add(k, &tree, NULL, 0));
    FINE(pdql_tree_root(k, &tree, two));
    ARG(pdql_tree_add(NULL, &tree, rows, 1));
    ARG(pdql_tree_add(k, NULL, rows, 1));
    ARG(pdql_tree_add(k, &tree, NULL, 1));
    ARG(pdql_tree_add(k, &full, rows, 1));
    if (SIZE_MAX > UINT32_MAX)
        ARG(pdql_tree_add(k, &tree, rows, (size_t)(PDQL_TREE_MAX - 1)));
    ARG(pdql_tree_root(NULL, &tree, root));
    ARG(pdql_tree_root(k, NULL, root));
    ARG(pdql_tree_root(k, &tree, NULL));
    FINE(pdql_inclusion_check(k, 0, 2, rows, rows + 32, 1, two));
    ARG(pdql_inclusion_check(NULL, 0, 2, rows, rows + 32, 1, two));
    ARG(pdql_inclusion_check(k, 0, 2, NULL, rows + 32, 1, two));
    ARG(pdql_inclusion_check(k, 0, 2, rows, NULL, 1, two));
    ARG(pdql_inclusion_check(k, 0, 2, rows, rows + 32, 1, NULL));
    PROOF(pdql_inclusion_check(k, 2, 2, rows, rows + 32, 1, two));
    PROOF(pdql_inclusion_check(k, 0, PDQL_TREE_MAX + UINT64_C(1), rows, rows + 32, 1, two));
    FINE(pdql_consistency_check(k, 1, one, 2, two, rows + 32, 1));
    FINE(pdql_consistency_check(k, 0, one, 2, two, NULL, 0));
    FINE(pdql_consistency_check(k, 2, two, 2, two, NULL, 0));
    PROOF(pdql_consistency_check(k, 0, one, 2, two, rows, 1));
    PROOF(pdql_consistency_check(k, 2, two, 2, two, rows, 1));
    PROOF(pdql_consistency_check(k, 2, one, 2, two, NULL, 0));
    PROOF(pdql_consistency_check(k, 2, two, 1, one, NULL, 0));
    PROOF(pdql_consistency_check(k, 1, one, 2, two, NULL, 0));
    PROOF(pdql_consistency_check(k, 3, one, 5, two, NULL, 0));
    PROOF(pdql_consistency_check(k, 1, one, PDQL_TREE_MAX + UINT64_C(1), two, rows, 1));
    ARG(pdql_consistency_check(NULL, 1, one, 2, two, rows + 32, 1));
    ARG(pdql_consistency_check(k, 1, NULL, 2, two, rows + 32, 1));
    ARG(pdql_consistency_check(k, 1, one, 2, NULL, rows + 32, 1));
    ARG(pdql_consistency_check(k, 1, one, 2, two, NULL, 1));
}

static int says(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    (void)public_key, (void)signature, (void)message, (void)n;
    return *(const int *)ctx;
}

/* The point and the number are ones that every provider would be asked about. */
static void signatures(void)
{
    int answer = 1;
    const pdql_provider p = { &answer, says, NULL, NULL }, none = { &answer, NULL, NULL, NULL };
    uint8_t key[32] = { 5 }, signature[64] = { 5 };
    FINE(pdql_ed25519_check(&p, key, signature, rows, 1));
    FINE(pdql_ed25519_check(&p, key, signature, NULL, 0));
    ARG(pdql_ed25519_check(NULL, key, signature, rows, 1));
    ARG(pdql_ed25519_check(&none, key, signature, rows, 1));
    ARG(pdql_ed25519_check(&p, NULL, signature, rows, 1));
    ARG(pdql_ed25519_check(&p, key, NULL, rows, 1));
    ARG(pdql_ed25519_check(&p, key, signature, NULL, 1));
}

int main(void)
{
    uint8_t pixels[SIDE * SIDE];
    pdql_plane plane;
    pdql_weights weights;
    k = pdql_kernels_best();
    state = 7;
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = (uint8_t)draw(256);
    paint(pixels, 3, 0);
    const pdql_image image = image_of(pixels);
    const size_t size = pdql_plane_size(SIDE, SIDE), tables_size = pdql_uncrop_size();
    void *memory = room(size), *tables = room(tables_size);
    assert(pdql_plane_make(k, &image, memory, size, &plane) == PDQL_OK);
    ARG(pdql_uncrop_init(NULL, tables_size));
    ARG(pdql_uncrop_init(odd(tables), tables_size));
    SPACE(pdql_uncrop_init(tables, tables_size - 1));
    FINE(pdql_uncrop_init(tables, tables_size));
    scans();
    for (int shape = PDQL_INDEX_AUTO; shape <= PDQL_INDEX_COMPACT; shape++)
        indexes((pdql_index_shape)shape);
    parts(tables, &plane, &weights);
    searched(&weights);
    refined(tables, &plane, &weights);
    hypotheses(tables, &plane);
    trees();
    signatures();
    free(tables);
    free(memory);
    printf("refused, rows: %d faults\n", faults);
    return faults != 0;
}
