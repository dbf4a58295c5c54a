/*
 * A list of tests/vectors/device read to its verdict with one provider, whole and
 * with one byte changed. The provider is chosen when this is compiled.
 */
#include "pdqlite_parts.h"
#include "pdqlite_providers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1790100000 };

typedef struct file {
    uint8_t *data;
    size_t n;
} file;

typedef struct sink {
    file list;
    uint64_t entries;
    uint8_t last[32];
    int ordered;
} sink;

static int faults;

static void expect(pdql_status got, pdql_status wanted, const char *what)
{
    if (got != wanted) {
        printf("%s: %s, expected %s\n", what, pdql_status_name(got), pdql_status_name(wanted));
        faults++;
    }
}

static file load(const char *kind, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/device/%s/%s", PDQL_VECTORS, kind, name);
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        printf("%s: cannot be opened\n", path);
        exit(2);
    }
    fseek(stream, 0, SEEK_END);
    file f = { NULL, (size_t)ftell(stream) };
    f.data = malloc(f.n);
    rewind(stream);
    if (fread(f.data, 1, f.n, stream) != f.n)
        exit(2);
    fclose(stream);
    return f;
}

static int read_at(void *ctx, uint64_t at, size_t n, uint8_t *out)
{
    const sink *s = ctx;
    if (at > s->list.n || n > s->list.n - at)
        return -1;
    memcpy(out, s->list.data + at, n);
    return 0;
}

static int take(void *ctx, const pdql_entries *e)
{
    sink *s = ctx;
    s->ordered &= e->first == s->entries;
    for (size_t i = 0; i < e->n; i++) {
        s->ordered &= s->entries + i == 0 || memcmp(s->last, e->hashes + 32 * i, 32) < 0;
        memcpy(s->last, e->hashes + 32 * i, 32);
    }
    s->entries += e->n;
    return 0;
}

static pdql_status whole(const pdql_provider *p, file trust, file manifest, sink *s, const uint8_t *key)
{
    pdql_list *list;
    pdql_list_info info;
    const pdql_list_io io = { s, read_at, take, NULL };
    const pdql_kernels *k = pdql_kernels_best();
    const size_t size = (pdql_list_size() + 15) / 16 * 16;
    void *memory = aligned_alloc(16, size);
    uint64_t count = 0;
    s->entries = 0;
    s->ordered = 1;
    const pdql_release release = { .trust = { trust.data, trust.n },
                                   .manifest = { manifest.data, manifest.n },
                                   .now = NOW };
    pdql_status status = pdql_list_verify(memory, size, k, p, &release, &list, &info, NULL);
    if (status == PDQL_OK)
        status = pdql_list_read(list, p, key, &io, &count);
    if (status == PDQL_OK && (count != s->entries || count != 40 || !s->ordered)) {
        printf("entries: %llu of %llu, in order %d\n", (unsigned long long)s->entries, (unsigned long long)count,
               s->ordered);
        faults++;
    }
    free(memory);
    return status;
}

static void kind(const pdql_provider *p, const char *name)
{
    uint8_t key[32];
    const file trust = load(name, "trust"), manifest = load(name, "manifest");
    sink s = { load(name, "list.cob"), 0, { 0 }, 1 };
    static const char PHRASE[] = "a list key for tests";
    pdql_sha256(pdql_kernels_best(), (const uint8_t *)PHRASE, sizeof PHRASE - 1, key);

    expect(whole(p, trust, manifest, &s, key), PDQL_OK, "good");
    key[0] ^= 1;
    expect(whole(p, trust, manifest, &s, key), PDQL_LIST_KEY_COMMIT, "wrong key");
    key[0] ^= 1;
    for (size_t at = 0; at < s.list.n; at += s.list.n / 20) {
        s.list.data[at] ^= 1;
        expect(whole(p, trust, manifest, &s, key), PDQL_LIST_CT_MISMATCH, "byte of list.cob");
        s.list.data[at] ^= 1;
    }
    s.list.n--;
    expect(whole(p, trust, manifest, &s, key), PDQL_LIST_CT_MISMATCH, "cut list.cob");
    s.list.n++;
    manifest.data[35] ^= 1;
    expect(whole(p, trust, manifest, &s, key), PDQL_LIST_UNENDORSED, "byte of the manifest");
    manifest.data[35] ^= 1;
    expect(whole(p, trust, manifest, &s, key), PDQL_OK, "good again");
    free(trust.data);
    free(manifest.data);
    free(s.list.data);
}

/* Answers come later: the first call asks, the second has them. */
static int asked;

static int later(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    const pdql_provider *p = ctx;
    return asked++ < 2 ? -1 : p->ed25519_verify(p->ctx, public_key, signature, message, n);
}

static void answers_later(const pdql_provider *p)
{
    pdql_provider slow = *p;
    slow.ctx = (void *)(uintptr_t)p;
    slow.ed25519_verify = later;
    const file trust = load("image", "trust"), manifest = load("image", "manifest");
    const pdql_release release = { .trust = { trust.data, trust.n },
                                   .manifest = { manifest.data, manifest.n },
                                   .now = NOW };
    const size_t size = (pdql_list_size() + 15) / 16 * 16;
    void *memory = aligned_alloc(16, size);
    pdql_list *list;
    for (int call = 0; call < 2; call++)
        expect(pdql_list_verify(memory, size, pdql_kernels_best(), &slow, &release, &list, NULL, NULL),
               call ? PDQL_OK : PDQL_ERR_PENDING, "answers later");
    free(memory);
    free(trust.data);
    free(manifest.data);
}

int main(void)
{
    const pdql_provider *p = PDQL_PROVIDER();
    if (!p || !p->aes256gcm_open) {
        printf("skipped: this CPU has no AES instructions\n");
        return 77;
    }
    kind(p, "image");
    kind(p, "video");
    answers_later(p);
    printf("%d faults\n", faults);
    return faults != 0;
}
