/*
 * A list of 100 000 entries (10 million: give an argument) that is nowhere in memory: its pages are worked out
 * as the reader asks for them, its roots beforehand from the format's words. The reader has pdql_list_size() bytes,
 * between guards; every page is asked for once in each pass.
 */
#include "pdqlite_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 16384, TAG = 16, HEAD = 56, META = 6, STEP = 512, GUARD = 64, MOST_HELD = 128 * 1024 };

typedef struct world {
    const pdql_kernels *k;
    uint64_t entries, slots, reads[2], taken, opened;
    int faults;
} world;

static void be64(uint8_t *p, uint64_t x)
{
    for (int i = 8; i--; x >>= 8)
        p[i] = (uint8_t)x;
}

static void hash_of(uint64_t entry, uint8_t out[32])
{
    memset(out, 0xaa, 32);
    memset(out + 28, 0xff, 4);
    be64(out, entry);
}

static size_t inventory(const world *w, char *out, size_t room)
{
    return (size_t)snprintf(out, room, "category 0 %llu\nsource 0 %llu\nsource 0 category 0 %llu\n",
                            (unsigned long long)w->entries, (unsigned long long)w->entries,
                            (unsigned long long)w->entries);
}

static const uint8_t META_OF[META] = { 0, 1, 0, 1, 0, 100 };

static uint64_t plain_bytes(const world *w)
{
    return PAGE + (32 + META) * w->slots;
}

static uint64_t sealed_bytes(const world *w)
{
    return HEAD + plain_bytes(w) + TAG * (plain_bytes(w) / PAGE + 1);
}

/* The page of plaintext, as section 6 lays it out; its size. */
static size_t page(const world *w, uint64_t index, uint8_t out[PAGE + TAG])
{
    const uint64_t metas = PAGE + 32 * w->slots, from = index * PAGE;
    const size_t n = plain_bytes(w) - from < PAGE ? (size_t)(plain_bytes(w) - from) : (size_t)PAGE;
    memset(out, 0, PAGE + TAG);
    if (index == 0) {
        char text[200];
        const size_t length = inventory(w, text, sizeof text);
        memcpy(out, "PDQLPT1", 8);
        be64(out + 16, w->slots);
        be64(out + 24, w->entries);
        out[65] = (uint8_t)length;
        memcpy(out + 66, text, length);
    } else if (from < metas) {
        const uint64_t first = (from - PAGE) / 32;
        for (uint64_t i = 0; i < STEP && first + i < w->entries; i++)
            hash_of(first + i, out + 32 * i);
    } else {
        for (size_t i = 0; i < n; i++)
            if ((from + i - metas) / META < w->entries)
                out[i] = META_OF[(from + i - metas) % META];
    }
    return n;
}

/* The ciphertext is the plaintext with a tag of zeros: what is tested here is not the cipher. */
static int read_at(void *ctx, uint64_t at, size_t n, uint8_t *out)
{
    world *w = ctx;
    static uint8_t held[PAGE + TAG];
    if (at + n > sealed_bytes(w))
        return -1;
    w->reads[w->opened > 0]++;
    while (n) {
        if (at < HEAD) {
            const size_t take = n < HEAD - at ? n : (size_t)(HEAD - at);
            memset(out, 7, take);
            out += take, at += take, n -= take;
            continue;
        }
        const uint64_t index = (at - HEAD) / (PAGE + TAG);
        const size_t inside = (size_t)((at - HEAD) % (PAGE + TAG)), size = page(w, index, held) + TAG;
        const size_t take = n < size - inside ? n : size - inside;
        memcpy(out, held + inside, take);
        out += take, at += take, n -= take;
    }
    return 0;
}

static int open_page(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *sealed, size_t n, uint8_t *out)
{
    (void)key, (void)nonce;
    ((world *)ctx)->opened++;
    memcpy(out, sealed, n - TAG);
    return 0;
}

static int derive(void *ctx, const uint8_t *key, const uint8_t *info, size_t n_info, uint8_t *out, size_t n)
{
    (void)ctx, (void)key, (void)info, (void)n_info;
    memset(out, 7, n); /* the commitment in the file */
    return 0;
}

static int good(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    (void)ctx, (void)public_key, (void)signature, (void)message, (void)n;
    return 1;
}

static int take(void *ctx, const pdql_entries *e)
{
    world *w = ctx;
    uint8_t expected[32];
    for (size_t i = 0; i < e->n; i++) {
        hash_of(w->taken++, expected);
        w->faults += memcmp(expected, e->hashes + 32 * i, 32) != 0 || memcmp(META_OF, e->meta + META * i, META) != 0;
    }
    return 0;
}

static void base64(const uint8_t *p, size_t n, char *out)
{
    static const char A[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        const uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)(i + 1 < n ? p[i + 1] : 0) << 8
            | (i + 2 < n ? p[i + 2] : 0);
        *out++ = A[v >> 18];
        *out++ = A[v >> 12 & 63];
        *out++ = i + 1 < n ? A[v >> 6 & 63] : '=';
        *out++ = i + 2 < n ? A[v & 63] : '=';
    }
    *out = 0;
}

/* Section 5: over the header and every chunk. */
static uint64_t ct_root(const world *w, uint8_t root[32])
{
    static uint8_t leaf[1 + PAGE + TAG];
    pdql_tree tree = { 0 };
    uint8_t hash[32];
    memset(leaf + 1, 7, HEAD);
    pdql_sha256(w->k, leaf, 1 + HEAD, hash);
    pdql_tree_add(w->k, &tree, hash, 1);
    const uint64_t chunks = plain_bytes(w) / PAGE + 1;
    for (uint64_t i = 0; i < chunks; i++) {
        const size_t n = page(w, i, leaf + 1) + TAG;
        pdql_sha256(w->k, leaf, 1 + n, hash);
        pdql_tree_add(w->k, &tree, hash, 1);
    }
    pdql_tree_root(w->k, &tree, root);
    return sealed_bytes(w);
}

/* Section 6: a blind each, padding slots too. The blind seed is all zero. */
static void pt_root(const world *w, uint8_t root[32])
{
    pdql_tree tree = { 0 };
    uint8_t seed[40] = { 0 }, pair[32], leaf[400] = { 0 }, hash[32];
    char text[200];
    const size_t length = inventory(w, text, sizeof text);
    for (uint64_t i = 0; i <= w->slots; i++) {
        if (i % 2 == 0) {
            be64(seed + 32, i / 2);
            pdql_sha256(w->k, seed, sizeof seed, pair);
        }
        memset(leaf, 0, sizeof leaf);
        memcpy(leaf + 1, pair + 16 * (i % 2), 16);
        size_t n = 1 + 16 + 32 + META;
        if (i == 0) {
            be64(leaf + 17 + 8, w->slots);
            be64(leaf + 17 + 16, w->entries);
            memcpy(leaf + 17 + 24, text, length);
            n = 17 + 24 + length;
        } else if (i - 1 < w->entries) {
            hash_of(i - 1, leaf + 17);
            memcpy(leaf + 17 + 32, META_OF, META);
        }
        pdql_sha256(w->k, leaf, n, hash);
        pdql_tree_add(w->k, &tree, hash, 1);
    }
    pdql_tree_root(w->k, &tree, root);
}

static size_t vkey(const world *w, char *out, size_t room, uint8_t id[4])
{
    uint8_t named[2 + 1 + 33 + 1] = "k\n\1", digest[32];
    char text[64];
    memset(named + 3, 5, 32);
    pdql_sha256(w->k, named, 2 + 33, digest);
    memcpy(id, digest, 4);
    base64(named + 2, 33, text);
    return (size_t)snprintf(out, room, "k+%02x%02x%02x%02x+%s", id[0], id[1], id[2], id[3], text);
}

static pdql_status whole(world *w, uint8_t *memory, size_t size)
{
    char ct[64], pt[64], commit[64], key[128], line[128], trust[1024], manifest[2048];
    uint8_t root[32], id[68] = { 0 };
    const uint64_t bytes = ct_root(w, root);
    base64(root, 32, ct);
    pt_root(w, root);
    base64(root, 32, pt);
    memset(root, 7, 32);
    base64(root, 32, commit);
    vkey(w, key, sizeof key, id);
    memset(id + 4, 1, 64);
    base64(id, sizeof id, line);
    const int n_trust = snprintf(trust, sizeof trust,
                                 "pdqlite.org/trust/v1\norigin o\ntype image\nmin-seq 0\nmax-distance 31\nquorum 1\n"
                                 "allow unlogged\ncategory c\nendorser %s\n",
                                 key);
    const int n_manifest = snprintf(manifest, sizeof manifest,
                                    "pdqlite.org/manifest/v1\norigin o\ntype image\nseq 0\ntime 1 2\npolicy -\nprev "
                                    "-\nlist %llu %s %s\ncontent %llu %s\n"
                                    "rule 1 31\nsource 0 k\ncategory 0 c\n\n\xe2\x80\x94 k %s\n",
                                    (unsigned long long)bytes, ct, commit, (unsigned long long)w->slots, pt, line);
    const pdql_provider p = { w, good, derive, open_page };
    const pdql_list_io io = { w, read_at, take, NULL };
    const pdql_release release = { .trust = { (uint8_t *)trust, (size_t)n_trust },
                                   .manifest = { (uint8_t *)manifest, (size_t)n_manifest },
                                   .now = 1 };
    static const uint8_t list_key[32] = { 0 };
    pdql_list *list;
    uint64_t count = 0;
    pdql_status status = pdql_list_verify(memory, size, w->k, &p, &release, &list, NULL, NULL);
    if (status == PDQL_OK)
        status = pdql_list_read(list, &p, list_key, &io, &count);
    w->faults += status == PDQL_OK && count != w->entries;
    return status;
}

int main(int argc, char **argv)
{
    world w = { .k = pdql_kernels_best(), .entries = argc > 1 ? 10000000 : 100000 };
    (void)argv;
    w.entries -= 100; /* padding slots too */
    w.slots = (w.entries + STEP) / STEP * STEP;
    const size_t size = pdql_list_size();
    uint8_t *room = malloc(size + 2 * GUARD + 16), *memory = room + GUARD;
    memory += (16 - (uintptr_t)memory % 16) % 16;
    memset(room, 0x5c, size + 2 * GUARD + 16);
    const pdql_status status = whole(&w, memory, size);
    for (size_t i = 0; i < GUARD; i++)
        w.faults += memory[size + i] != 0x5c || memory[-1 - (long)i] != 0x5c;
    const uint64_t pages = plain_bytes(&w) / PAGE + 1;
    w.faults += status != PDQL_OK || w.taken != w.entries || w.opened != pages || size > MOST_HELD;
    /* the first read of the second pass comes before its page opens */
    w.faults += w.reads[1] + 1 < pages || w.reads[1] > pages + 1;
    printf("%llu entries through %zu bytes: %s, %llu pages opened of %llu, %d faults\n", (unsigned long long)w.taken,
           size, pdql_status_name(status), (unsigned long long)w.opened, (unsigned long long)pages, w.faults);
    free(room);
    return w.faults != 0;
}
