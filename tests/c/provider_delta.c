/*
 * The stored deltas of tests/vectors/list read with one provider: the verdict of each, and of a good one the entries of the
 * release read whole. Then a good one where a file, a key or whoever takes the entries fails at each of its calls.
 */
#include "pdqlite_parts.h"
#include "pdqlite_providers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, META = 14 };

typedef struct file {
    uint8_t *data;
    size_t n;
} file;

/* Entries as they come out, and the callback that fails: 0 for none. */
typedef struct sink {
    file in;
    uint8_t hashes[MOST * 32], meta[MOST * META];
    size_t n, meta_bytes, records;
    int reads, takes, expands, bad_read, bad_take, bad_expand, spoilt_read;
    const pdql_provider *p;
} sink;

typedef struct release {
    file trust, manifest, before, delta, before_list, list, local;
    uint64_t now;
    uint8_t key[32];
} release;

static int faults;
static void *memory;
static size_t n_memory;

static void expect(int ok, const char *what, const char *more)
{
    if (!ok) {
        printf("%s: %s\n", what, more);
        faults++;
    }
}

static void is(pdql_status got, pdql_status wanted, const char *what, const char *more)
{
    if (got != wanted) {
        printf("%s, %s: %s, expected %s\n", what, more, pdql_status_name(got), pdql_status_name(wanted));
        faults++;
    }
}

static file load(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/list/%s", PDQL_VECTORS, name);
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        printf("%s: cannot be opened\n", path);
        exit(2);
    }
    fseek(stream, 0, SEEK_END);
    file f = { NULL, (size_t)ftell(stream) };
    f.data = calloc(1, f.n + 1);
    rewind(stream);
    if (fread(f.data, 1, f.n, stream) != f.n)
        exit(2);
    fclose(stream);
    return f;
}

/* The first string called `name` between two places of the JSON text; 0 if there is none. */
static int text_of(const char *from, const char *until, const char *name, char out[80])
{
    char quoted[40];
    snprintf(quoted, sizeof quoted, "\"%s\": \"", name);
    const char *at = strstr(from, quoted);
    if (!at || at > until)
        return 0;
    at += strlen(quoted);
    snprintf(out, 80, "%.*s", (int)strcspn(at, "\""), at);
    return 1;
}

static file blob(const char *from, const char *until, const char *name)
{
    char id[80], path[128];
    if (!text_of(from, until, name, id))
        return (file){ NULL, 0 };
    snprintf(path, sizeof path, "blobs/%s", id);
    return load(path);
}

static int read_at(void *ctx, uint64_t at, size_t n, uint8_t *out)
{
    sink *s = ctx;
    if (++s->reads == s->bad_read || at > s->in.n || n > s->in.n - at)
        return -1;
    memcpy(out, s->in.data + at, n);
    out[0] ^= s->reads == s->spoilt_read;
    return 0;
}

static int keep(sink *s, const pdql_entries *e)
{
    expect(e->first == s->n && s->n + e->n <= MOST, "entries", "come in another order");
    memcpy(s->hashes + 32 * s->n, e->hashes, 32 * e->n);
    memcpy(s->meta + s->meta_bytes * s->n, e->meta, s->meta_bytes * e->n);
    s->n += e->n;
    return ++s->takes == s->bad_take ? -1 : 0;
}

static int take_entries(void *ctx, const pdql_entries *e)
{
    return keep(ctx, e);
}

static int take_records(void *ctx, const pdql_records *r)
{
    sink *s = ctx;
    s->records += r->n_body;
    return ++s->takes == s->bad_take ? -1 : 0;
}

static int take_piece(void *ctx, const pdql_delta_piece *piece)
{
    sink *s = ctx;
    if (piece->kind == PDQL_DELTA_ENTRIES)
        return keep(s, &piece->entries);
    return ++s->takes == s->bad_take ? -1 : 0;
}

static int expand(void *ctx, const uint8_t *key, const uint8_t *info, size_t n_info, uint8_t *out, size_t n)
{
    sink *s = ctx;
    if (++s->expands == s->bad_expand)
        return -1;
    return s->p->hkdf_sha512_expand(s->p->ctx, key, info, n_info, out, n);
}

static int verify(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    const sink *s = ctx;
    return s->p->ed25519_verify(s->p->ctx, public_key, signature, message, n);
}

static int open_page(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *sealed, size_t n, uint8_t *out)
{
    const sink *s = ctx;
    return s->p->aes256gcm_open(s->p->ctx, key, nonce, sealed, n, out);
}

static pdql_provider through(sink *s)
{
    return (pdql_provider){ s, verify, expand, open_page };
}

static pdql_status verified(const release *r, file manifest, sink *s, pdql_list **list, pdql_list_info *info)
{
    const pdql_provider p = through(s);
    const pdql_release texts = { .trust = { r->trust.data, r->trust.n },
                                 .manifest = { manifest.data, manifest.n },
                                 .now = r->now };
    const pdql_status status = pdql_list_verify(memory, n_memory, pdql_kernels_best(), &p, &texts, list, info, NULL);
    s->meta_bytes = info->meta_bytes;
    return status;
}

/* Reads a list, and its keypoint signatures if asked; entries stay in the sink. */
static pdql_status whole(const release *r, file manifest, file list_cob, file local, sink *s, pdql_list_info *info)
{
    pdql_list *list;
    const pdql_provider p = through(s);
    const pdql_list_io io = { s, read_at, take_entries, take_records };
    pdql_status status = verified(r, manifest, s, &list, info);
    s->in = list_cob;
    if (status == PDQL_OK)
        status = pdql_list_read(list, &p, r->key, &io, NULL);
    if (status != PDQL_OK || !local.data)
        return status;
    s->in = local;
    status = pdql_list_keypoints(list);
    return status == PDQL_OK ? pdql_list_read(list, &p, r->key, &io, NULL) : status;
}

/* The release held, and the list verified as far as its delta. */
static pdql_status as_far_as_delta(const release *r, sink *held, sink *s, pdql_list **list)
{
    pdql_list_info info;
    is(whole(r, r->before, r->before_list, (file){ NULL, 0 }, held, &info), PDQL_OK, "release held", "read");
    pdql_held from = { .seq = info.seq, .count = held->n };
    memcpy(from.pt_root, info.pt_root, 32);
    s->in = r->delta;
    const pdql_status status = verified(r, r->manifest, s, list, &info);
    return status == PDQL_OK ? pdql_list_delta(*list, &from) : status;
}

static pdql_status by_delta(const release *r, sink *s)
{
    static uint8_t work[PDQL_DELTA_WORK];
    static const uint8_t WIPED[PDQL_DELTA_WORK];
    sink held = { .p = s->p };
    pdql_list *list;
    uint64_t count = 0;
    const pdql_provider p = through(s);
    memset(work, 0x5c, sizeof work);
    pdql_status status = as_far_as_delta(r, &held, s, &list);
    const pdql_delta_io io = { s, read_at, take_piece, held.hashes, held.meta };
    if (status != PDQL_OK)
        return status;
    status = pdql_delta_read(list, &p, r->key, &io, work, sizeof work, &count);
    expect(!memcmp(work, WIPED, sizeof work), "scratch", "is not wiped");
    if (status == PDQL_OK)
        expect(count == s->n, "delta", "not all entries came");
    else if (status >= PDQL_LIST_FORMAT)
        is(pdql_delta_read(list, &p, r->key, &io, work, sizeof work, &count), status, "delta", "the verdict again");
    return status;
}

/* What a read that fails, or gives one other bit, leads to: the file is read once through, then at what lies past its
 * end, where failing is right, then page by page. */
static pdql_status after_read(int call, size_t n, int spoilt)
{
    const int pieces = (int)((n + 16383) / 16384);
    if (call == pieces + 1)
        return PDQL_OK;
    return spoilt && call > pieces ? PDQL_LIST_CONTENT_MISMATCH : PDQL_LIST_CT_MISMATCH;
}

static void delta_that_fails(const pdql_provider *p, const release *r)
{
    sink good = { .p = p };
    is(by_delta(r, &good), PDQL_OK, "delta", "good");
    expect(good.reads > 4 && good.takes > 1 && good.expands == 1, "delta", "asks less than a test needs");
    for (int i = 1; i <= good.reads; i++) {
        sink bad = { .p = p, .bad_read = i }, spoilt = { .p = p, .spoilt_read = i };
        is(by_delta(r, &bad), after_read(i, r->delta.n, 0), "delta", "a read fails");
        is(by_delta(r, &spoilt), after_read(i, r->delta.n, 1), "delta", "a bit is another");
    }
    for (int i = 1; i <= good.takes; i++) {
        sink bad = { .p = p, .bad_take = i };
        is(by_delta(r, &bad), PDQL_ERR_IO, "delta", "a piece is not taken");
    }
    sink bad = { .p = p, .bad_expand = 1 };
    is(by_delta(r, &bad), PDQL_ERR_IO, "delta", "no key is derived");
}

static void list_that_fails(const pdql_provider *p, const release *r)
{
    pdql_list_info info;
    sink good = { .p = p };
    is(whole(r, r->manifest, r->list, (file){ NULL, 0 }, &good, &info), PDQL_OK, "list", "good");
    const int reads = good.reads, takes = good.takes;
    sink both = { .p = p };
    is(whole(r, r->manifest, r->list, r->local, &both, &info), PDQL_OK, "list and keypoints", "good");
    expect(both.records > 0 && both.takes > takes && both.expands == 2, "keypoints", "ask less than a test needs");
    for (int i = 1; i <= both.reads; i++) {
        const int in_list = i <= reads, call = in_list ? i : i - reads;
        const size_t n = in_list ? r->list.n : r->local.n;
        sink bad = { .p = p, .bad_read = i }, spoilt = { .p = p, .spoilt_read = i };
        is(whole(r, r->manifest, r->list, r->local, &bad, &info), after_read(call, n, 0), "list", "a read fails");
        is(whole(r, r->manifest, r->list, r->local, &spoilt, &info), after_read(call, n, 1), "list", "another bit");
    }
    for (int i = 1; i <= both.takes; i++) {
        sink bad = { .p = p, .bad_take = i };
        is(whole(r, r->manifest, r->list, r->local, &bad, &info), PDQL_ERR_IO, "list", "a page is not taken");
    }
    for (int i = 1; i <= 2; i++) {
        sink bad = { .p = p, .bad_expand = i };
        is(whole(r, r->manifest, r->list, r->local, &bad, &info), PDQL_ERR_IO, "list", "no key is derived");
    }
}

/* Each argument that is missing, and calls before their turn. */
static void misused(const pdql_provider *p, const release *r)
{
    static uint8_t work[PDQL_DELTA_WORK];
    sink held = { .p = p }, s = { .p = p };
    pdql_list *list;
    pdql_list_info info;
    const pdql_provider good = through(&s);
    pdql_provider no_key = good, no_page = good;
    no_key.hkdf_sha512_expand = NULL;
    no_page.aes256gcm_open = NULL;
    is(as_far_as_delta(r, &held, &s, &list), PDQL_OK, "misuse", "as far as the delta");
    pdql_delta_io io = { &s, read_at, NULL, held.hashes, held.meta }, io_of[3] = { io, io, io };
    const pdql_list_io list_io = { &s, read_at, NULL, NULL }, nothing = { &s, NULL, NULL, NULL };
    io_of[0].read = NULL, io_of[1].hashes = NULL, io_of[2].meta = NULL;
#define DELTA(list, p, key, io, work, size) pdql_delta_read(list, p, key, io, work, size, NULL)
    is(DELTA(NULL, &good, r->key, &io, work, sizeof work), PDQL_ERR_ARG, "delta", "no list");
    is(DELTA(list, NULL, r->key, &io, work, sizeof work), PDQL_ERR_ARG, "delta", "no provider");
    is(DELTA(list, &no_key, r->key, &io, work, sizeof work), PDQL_ERR_ARG, "delta", "no HKDF");
    is(DELTA(list, &no_page, r->key, &io, work, sizeof work), PDQL_ERR_ARG, "delta", "no AES");
    is(DELTA(list, &good, NULL, &io, work, sizeof work), PDQL_ERR_ARG, "delta", "no key");
    is(DELTA(list, &good, r->key, NULL, work, sizeof work), PDQL_ERR_ARG, "delta", "no functions");
    is(DELTA(list, &good, r->key, &io, NULL, sizeof work), PDQL_ERR_ARG, "delta", "no scratch");
    for (int i = 0; i < 3; i++)
        is(DELTA(list, &good, r->key, &io_of[i], work, sizeof work), PDQL_ERR_ARG, "delta", "a part of io");
    is(DELTA(list, &good, r->key, &io, work, sizeof work - 1), PDQL_ERR_SPACE, "delta", "scratch one byte short");
    is(pdql_list_read(list, &good, r->key, &list_io, NULL), PDQL_ERR_ORDER, "list", "while a delta is read");
    is(DELTA(list, &good, r->key, &io, work, sizeof work), PDQL_OK, "delta", "nobody takes it");
    is(DELTA(list, &good, r->key, &io, work, sizeof work), PDQL_ERR_ORDER, "delta", "twice");
    is(verified(r, r->manifest, &s, &list, &info), PDQL_OK, "misuse", "verified again");
    s.in = r->list;
    is(DELTA(list, &good, r->key, &io, work, sizeof work), PDQL_ERR_ORDER, "delta", "none was asked for");
    is(pdql_list_read(NULL, &good, r->key, &list_io, NULL), PDQL_ERR_ARG, "list", "no list");
    is(pdql_list_read(list, NULL, r->key, &list_io, NULL), PDQL_ERR_ARG, "list", "no provider");
    is(pdql_list_read(list, &no_key, r->key, &list_io, NULL), PDQL_ERR_ARG, "list", "no HKDF");
    is(pdql_list_read(list, &no_page, r->key, &list_io, NULL), PDQL_ERR_ARG, "list", "no AES");
    is(pdql_list_read(list, &good, NULL, &list_io, NULL), PDQL_ERR_ARG, "list", "no key");
    is(pdql_list_read(list, &good, r->key, NULL, NULL), PDQL_ERR_ARG, "list", "no functions");
    is(pdql_list_read(list, &good, r->key, &nothing, NULL), PDQL_ERR_ARG, "list", "no file");
    is(pdql_list_read(list, &good, r->key, &list_io, NULL), PDQL_OK, "list", "nobody takes it");
    is(pdql_list_read(list, &good, r->key, &list_io, NULL), PDQL_ERR_ORDER, "list", "twice");
}

static release release_of(const char *from, const char *until)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *files = strstr(from, "\"files\""), *held = strstr(from, "\"held\""), *last = strstr(from, "\"whole\"");
    char key[80];
    release r = { .trust = blob(from, until, "trust"), .now = strtoull(strstr(from, "\"now\": ") + 7, NULL, 10) };
    r.manifest = blob(files, held, "manifest");
    r.delta = blob(files, held, "delta-0.cob");
    r.before = blob(held, until, "manifest");
    r.before_list = blob(held, until, "list.cob");
    if (last && last < until) {
        r.list = blob(last, until, "list.cob");
        r.local = blob(last, until, "local.cob");
    }
    text_of(from, until, "key", key);
    for (int i = 0; i < 32; i++)
        r.key[i] = (uint8_t)((strchr(DIGITS, key[2 * i]) - DIGITS) << 4 | (strchr(DIGITS, key[2 * i + 1]) - DIGITS));
    return r;
}

static void one(const pdql_provider *p, const char *from, const char *until)
{
    char name[80], status[80];
    pdql_list_info info;
    sink s = { .p = p }, all = { .p = p };
    text_of(from, until, "name", name);
    text_of(from, until, "status", status);
    if (!strcmp(name, "a keypoint record that is none") || !strcmp(name, "local seed")) /* pdql_list_records sees it */
        snprintf(status, sizeof status, "unlogged");
    const release r = release_of(from, until);
    const char *got = pdql_status_name(by_delta(&r, &s));
    expect(!strcmp(got, strcmp(status, "unlogged") ? status : "ok"), name, got); /* that is a remark */
    if (r.list.data) {
        is(whole(&r, r.manifest, r.list, r.local, &all, &info), PDQL_OK, name, "read whole");
        expect(s.n == all.n && !memcmp(s.hashes, all.hashes, 32 * s.n) && !memcmp(s.meta, all.meta, s.meta_bytes * s.n),
               name, "other entries than the list has");
    }
    if (r.local.data && strstr(name, "good")) {
        delta_that_fails(p, &r);
        list_that_fails(p, &r);
        misused(p, &r);
    }
    const file all_files[] = { r.trust, r.manifest, r.before, r.delta, r.before_list, r.list, r.local };
    for (size_t i = 0; i < sizeof all_files / sizeof all_files[0]; i++)
        free(all_files[i].data);
}

int main(void)
{
    const pdql_provider *p = PDQL_PROVIDER();
    if (!p || !p->aes256gcm_open) {
        printf("skipped: this CPU has no AES instructions\n");
        return 77;
    }
    n_memory = (pdql_list_size() + 15) / 16 * 16;
    memory = aligned_alloc(16, n_memory);
    const file text = load("deltas.json");
    int cases = 0;
    for (const char *at = strstr((char *)text.data, "\"name\""), *next; at; at = next, cases++) {
        next = strstr(at + 1, "\"name\"");
        one(p, at, next ? next : (char *)text.data + text.n);
    }
    free(text.data);
    free(memory);
    printf("%d cases, %d faults\n", cases, faults);
    return faults != 0 || cases == 0;
}
