/*
 * test_threads.c - what threads may share, and many calls
 *
 *     test_threads [CALLS]
 *
 * Two threads use one matcher and one index at once: each finds what one thread alone found. Then CALLS calls, right and
 * wrong: every wrong one is told so, misplaced memory too, what matchers took is given back, the process does not grow.
 */
#include "drawn_list.h"

#include <pthread.h>

enum { PICTURES = 12, ROUNDS = 6 };

typedef struct shared {
    const pdql_matcher *matcher;
    const pdql_index *index;
    const listed *list;
    uint8_t pixels[PICTURES][SIDE * SIDE];
    pdql_decision alone[PICTURES];
    pdql_decision video;
    size_t hits[PICTURES];
} shared;

static int same(const pdql_decision *a, const pdql_decision *b)
{
    return a->verdict == b->verdict && a->entry == b->entry && a->distance == b->distance
        && a->list_neg_log10_fpr_x100 == b->list_neg_log10_fpr_x100 && a->neg_log10_fpr_x100 == b->neg_log10_fpr_x100;
}

/* Each picture, its row in the index, and all of them as a video. */
static void look(const shared *s, pdql_decision *decisions, size_t *hits, pdql_decision *video)
{
    const size_t size = pdql_match_work_size(s->matcher, SIDE, SIDE), watch_size = pdql_watch_size(s->matcher);
    void *work = malloc(size);
    pdql_watch *watch = malloc(watch_size);
    pdql_hit found[ENTRIES];
    size_t n;
    assert(pdql_watch_init(watch, watch_size, s->matcher) == PDQL_OK);
    for (uint32_t i = 0; i < PICTURES; i++) {
        const pdql_image image = image_of(s->pixels[i]);
        assert(pdql_match_picture(s->matcher, &image, work, size, decisions + i, NULL, 0, &n) == PDQL_OK);
        assert(pdql_watch_push(watch, &image, 1000 * i, work, size) == PDQL_OK);
        assert(pdql_index_search(pdql_kernels_best(), s->index, s->list->rows + 32 * i, 1, 63, found, ENTRIES, hits + i)
               == PDQL_OK);
    }
    assert(pdql_watch_decision(watch, video, NULL, 0, &n) == PDQL_OK);
    free(watch);
    free(work);
}

static void *one_thread(void *given)
{
    const shared *s = given;
    for (int round = 0; round < ROUNDS; round++) {
        pdql_decision decisions[PICTURES], video;
        size_t hits[PICTURES];
        look(s, decisions, hits, &video);
        for (int i = 0; i < PICTURES; i++)
            assert(same(decisions + i, s->alone + i) && hits[i] == s->hits[i]);
        assert(same(&video, &s->video));
    }
    return NULL;
}

static void two_threads(const listed *list)
{
    static shared s;
    pdql_match_policy policy;
    plainly(&policy);
    const pdql_match_list described_list = described(list);
    pdql_matcher *matcher = made(&described_list, &policy);
    pdql_index index;
    assert(pdql_index_open(list->index, list->index_bytes, &index) == PDQL_OK);
    s.matcher = matcher, s.index = &index, s.list = list;
    for (uint32_t i = 0; i < PICTURES; i++) /* eight of the list, four strangers */
        paint(s.pixels[i], i < 8 ? i : 900 + i, i < 8);
    look(&s, s.alone, s.hits, &s.video);
    size_t matches = 0;
    for (int i = 0; i < PICTURES; i++) {
        matches += s.alone[i].verdict == PDQL_MATCH;
        assert(s.hits[i] >= 1);
    }
    assert(matches >= 6 && matches <= 8);
    pthread_t threads[2];
    for (int t = 0; t < 2; t++)
        assert(pthread_create(threads + t, NULL, one_thread, &s) == 0);
    for (int t = 0; t < 2; t++)
        assert(pthread_join(threads[t], NULL) == 0);
    free(matcher);
    printf("two threads: %d pictures, %zu matches, as one thread alone\n", PICTURES, matches);
}

static size_t held;

static void *get(void *ctx, size_t size)
{
    (void)ctx;
    held++;
    return malloc(size);
}

static void give(void *ctx, void *block)
{
    (void)ctx;
    held--;
    free(block);
}

/* Pages of memory of this process; 0 where the system does not say. */
static unsigned long resident(void)
{
    unsigned long all = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%lu %lu", &all, &pages) != 2)
        pages = 0;
    if (f)
        fclose(f);
    return pages;
}

static void wrong(pdql_hasher *hasher, const uint8_t *pixels)
{
    const uint32_t sides[] = { 0, 4, (uint32_t)-3, PDQL_MAX_SIDE + 1u };
    const pdql_kernels *k = pdql_kernels_best();
    pdql_image image = image_of(pixels);
    pdql_hash hash;
    pdql_index index;
    pdql_hit hit;
    size_t n;
    const uint8_t block[40] = { 0 };
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        assert(pdql_hasher_size(sides[i], SIDE) == 0 && pdql_hasher_size(SIDE, sides[i]) == 0);
        image.width = sides[i];
        assert(pdql_hash_image(k, hasher, &image, &hash) == PDQL_ERR_SHAPE);
    }
    image = image_of(pixels);
    image.row_stride = PTRDIFF_MIN;
    assert(pdql_hash_image(k, hasher, &image, &hash) == PDQL_ERR_SHAPE);
    image = image_of(pixels);
    image.format = 9;
    assert(pdql_hash_image(k, hasher, &image, &hash) == PDQL_ERR_ARG);
    assert(pdql_scan(k, pixels, 1, pixels, 1, 257, &hit, 1, &n) == PDQL_ERR_ARG);
    assert(pdql_index_open(block, sizeof block, &index) == PDQL_ERR_BLOCK);
}

/* Memory that is a byte beside where it has to lie, and memory that is a byte short. */
static void misplaced(const listed *list, const uint8_t *pixels)
{
    pdql_match_policy policy;
    plainly(&policy);
    const pdql_match_list described_list = described(list);
    pdql_matcher *matcher = made(&described_list, &policy);
    const size_t hasher = pdql_hasher_size(SIDE, SIDE), watch = pdql_watch_size(matcher),
                 work = pdql_match_work_size(matcher, SIDE, SIDE), most = hasher + watch + work + 8;
    uint8_t *const memory = malloc(most), *const beside = memory + 1;
    const pdql_image image = image_of(pixels);
    pdql_decision decision;
    size_t n;
    assert(pdql_hasher_init(beside, hasher, SIDE, SIDE) == PDQL_ERR_ARG);
    assert(pdql_hasher_init(memory, hasher - 1, SIDE, SIDE) == PDQL_ERR_SPACE);
    assert(pdql_watch_init((pdql_watch *)(void *)beside, watch, matcher) == PDQL_ERR_ARG);
    assert(pdql_watch_init((pdql_watch *)(void *)memory, watch - 1, matcher) == PDQL_ERR_SPACE);
    assert(pdql_match_picture(matcher, &image, beside, work, &decision, NULL, 0, &n) == PDQL_ERR_ARG);
    assert(pdql_match_picture(matcher, &image, memory, work - 1, &decision, NULL, 0, &n) == PDQL_ERR_SPACE);
    assert(pdql_match_picture(matcher, &image, memory, work, &decision, NULL, 0, &n) == PDQL_OK);
    free(memory);
    free(matcher);
}

static void many_calls(const listed *list, long calls)
{
    static uint8_t pixels[SIDE * SIDE];
    paint(pixels, 3, 0);
    const size_t size = pdql_hasher_size(SIDE, SIDE);
    pdql_hasher *hasher = malloc(size);
    assert(pdql_hasher_init((void *)hasher, size, SIDE, SIDE) == PDQL_OK);
    const pdql_image image = image_of(pixels);
    const pdql_memory memory = { NULL, get, give };
    const pdql_match_entries entries = { .n = ENTRIES, .rows = list->rows, .meta = list->meta, .meta_bytes = 14 };
    pdql_match_policy policy;
    plainly(&policy);
    unsigned long before = 0;
    for (long i = 0; i < calls; i++) {
        pdql_hash hash;
        pdql_matcher *matcher;
        assert(pdql_hash_image(pdql_kernels_best(), hasher, &image, &hash) == PDQL_OK);
        assert(!memcmp(hash.bits, list->rows + 32 * 3, 32));
        if (i % 10 == 0)
            wrong(hasher, pixels);
        if (i % 100 == 0) {
            assert(pdql_matcher_make(&entries, &policy, &memory, &matcher) == PDQL_OK && held == 1);
            give(NULL, matcher);
        }
        if (i == calls / 10)
            before = resident();
    }
    const unsigned long after = resident();
    free(hasher);
    assert(held == 0);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed for a while */
    assert(after <= before + 256); /* 1 MB: the allocator's */
#endif
    printf("%ld calls: %lu pages after a tenth of them, %lu at the end\n", calls, before, after);
}

int main(int argc, char **argv)
{
    static listed list;
    static uint8_t pixels[SIDE * SIDE];
    list_up(&list);
    two_threads(&list);
    paint(pixels, 3, 0);
    misplaced(&list, pixels);
    many_calls(&list, argc > 1 ? atol(argv[1]) : 1000);
    free(list.index);
    return 0;
}
