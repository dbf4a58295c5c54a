/*
 * list.c - installs a release of a list, then matches a picture against it
 *
 *     list TRUST KEY RELEASE STATE PICTURE.ppm
 *
 * TRUST is what the application pins, KEY the list key (32 bytes), RELEASE a directory with manifest, list.cob
 * and what else was published, STATE the record of the last install, which is made if it is absent. Exit code as
 * quickstart; a release that is refused is an error, and STATE stays as it was.
 */
#include "files.h"

#include <math.h>
#include <pdqlite_providers.h>
#include <string.h>
#include <time.h>

enum { MOST_POLICIES = 64, PATH = 1024 };

typedef struct entries {
    FILE *file;       /* list.cob */
    uint8_t *rows, *meta;
    size_t n, room, meta_bytes;
} entries;

/* A file of the release, or one that is absent. */
static pdql_bytes text(const char *directory, const char *name)
{
    char path[PATH];
    pdql_bytes bytes = { NULL, 0 };
    snprintf(path, sizeof path, *name ? "%s/%s" : "%s", directory, name);
    FILE *file = fopen(path, "rb");
    if (file) {
        fclose(file);
        bytes.data = file_read(path, &bytes.n);
    }
    return bytes;
}

static int read_list(void *ctx, uint64_t at, size_t n, uint8_t *out)
{
    entries *e = ctx;
    return at > INT32_MAX || fseek(e->file, (long)at, SEEK_SET) || fread(out, 1, n, e->file) != n ? -1 : 0;
}

static int take_entries(void *ctx, const pdql_entries *some)
{
    entries *e = ctx;
    if (e->n + some->n > e->room) {
        e->room = 2 * e->room + some->n;
        e->rows = realloc(e->rows, e->room * PDQL_HASH_BYTES);
        e->meta = realloc(e->meta, e->room * e->meta_bytes);
        if (!e->rows || !e->meta)
            return -1;
    }
    memcpy(e->rows + e->n * PDQL_HASH_BYTES, some->hashes, some->n * PDQL_HASH_BYTES);
    memcpy(e->meta + e->n * e->meta_bytes, some->meta, some->n * e->meta_bytes);
    e->n += some->n;
    return 0;
}

/* Verifies a release, asking what it needs first. */
static pdql_status verify(const char *trust, const char *directory, const char *state, pdql_list **list,
                          pdql_list_info *info, uint8_t *next)
{
    pdql_bytes policies[2 * MOST_POLICIES];
    pdql_needs needs;
    pdql_release release = { .trust = text(trust, ""),
                             .state = text(state, ""),
                             .manifest = text(directory, "manifest"),
                             .proof = text(directory, "manifest.tlog-proof"),
                             .policies = policies,
                             .now = (uint64_t)time(NULL) };
    const size_t size = (pdql_list_size() + 15) / 16 * 16;
    void *memory = aligned_alloc(16, size);
    pdql_status status = pdql_list_needs(memory, size, pdql_kernels_best(), &release, &needs);
    if (status)
        return status;
    for (; release.n_policies < needs.n_policies && release.n_policies < MOST_POLICIES; release.n_policies++) {
        char name[80];
        const unsigned long long version = needs.first_policy + release.n_policies;
        snprintf(name, sizeof name, "policy-%llu", version);
        policies[2 * release.n_policies] = text(directory, name);
        snprintf(name, sizeof name, "policy-%llu.tlog-proof", version);
        policies[2 * release.n_policies + 1] = text(directory, name);
    }
    if (needs.consistency) {
        char name[80];
        snprintf(name, sizeof name, "consistency-%llu", (unsigned long long)needs.consistency);
        release.consistency = text(directory, name);
    }
    return pdql_list_verify(memory, size, pdql_kernels_best(), pdql_provider_openssl(), &release, list, info, next);
}

static pdql_status match(const entries *e, uint32_t max_distance, const char *path, pdql_decision *decision)
{
    uint8_t *pixels;
    const pdql_image picture = picture_read(path, &pixels);
    const pdql_match_entries list = { .n = e->n, .rows = e->rows, .meta = e->meta, .meta_bytes = e->meta_bytes };
    pdql_match_policy policy;
    pdql_match_policy_init(&policy);
    policy.max_distance = max_distance;
    pdql_matcher *matcher = NULL;
    pdql_status status = pdql_matcher_make(&list, &policy, &HEAP, &matcher);
    const size_t room = pdql_match_work_size(matcher, picture.width, picture.height);
    void *work = malloc(room);
    size_t n;
    if (!status)
        status = pdql_match_picture(matcher, &picture, work, room, decision, NULL, 0, &n);
    free(work), free(matcher), free(pixels);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return fprintf(stderr, "usage: list TRUST KEY RELEASE STATE PICTURE.ppm\n"), 2;
    char path[PATH];
    uint8_t next[PDQL_STATE_BYTES];
    pdql_list *list;
    pdql_list_info info;
    pdql_decision decision;
    size_t n_key;
    const uint8_t *key = file_read(argv[2], &n_key);
    snprintf(path, sizeof path, "%s/list.cob", argv[3]);
    entries e = { .file = fopen(path, "rb") };
    const pdql_list_io io = { &e, read_list, take_entries, NULL };
    pdql_status status = n_key == 32 && e.file ? PDQL_OK : PDQL_ERR_ARG;
    if (!status)
        status = verify(argv[1], argv[3], argv[4], &list, &info, next);
    e.meta_bytes = status ? 0 : info.meta_bytes;
    if (!status)
        status = pdql_list_read(list, pdql_provider_openssl(), key, &io, NULL);
    if (!status) { /* a real application stores the list first, then this, with fsync (docs/formats/store.md) */
        FILE *file = fopen(argv[4], "wb");
        status = file && fwrite(next, 1, sizeof next, file) == sizeof next && !fclose(file) ? PDQL_OK : PDQL_ERR_IO;
    }
    if (!status)
        status = match(&e, info.max_distance, argv[5], &decision);
    if (status)
        return fprintf(stderr, "refused: %s\n", pdql_status_name(status)), 2;
    printf("release %llu, %zu entries%s; ", (unsigned long long)info.seq, e.n,
           info.remarks & PDQL_REMARK_UNLOGGED ? ", unlogged" : "");
    if (decision.verdict != PDQL_MATCH)
        return puts("no match"), 1;
    printf("matched: entry %u, false-match rate %.1e\n", decision.entry, pow(10, -0.01 * decision.neg_log10_fpr_x100));
    return 0;
}
