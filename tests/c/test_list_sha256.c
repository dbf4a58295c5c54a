/*
 * SHA-256 on every kernel this CPU has, against FIPS 180-4's published examples;
 * then kernels against each other, cut at every place. Also run on ARM.
 */
#include "crypto/sha256.h"
#include "crypto/merkle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int faults;

static void expect(int ok, const char *kernel, const char *what)
{
    if (!ok) {
        printf("%s: %s\n", kernel, what);
        faults++;
    }
}

static int is_hex(const uint8_t digest[32], const char *hex)
{
    char text[65];
    for (int i = 0; i < 32; i++)
        sprintf(text + 2 * i, "%02x", digest[i]);
    return strcmp(text, hex) == 0;
}

/* The examples of FIPS 180-2 appendix B, as NIST published them. */
static void published(const pdql_kernels *k)
{
    static const struct {
        const char *message, *digest;
    } EXAMPLES[] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    };
    uint8_t digest[32];
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof EXAMPLES[0]; i++) {
        const char *m = EXAMPLES[i].message;
        expect(pdql_sha256(k, (const uint8_t *)m, strlen(m), digest) == PDQL_OK, pdql_kernels_name(k), "status");
        expect(is_hex(digest, EXAMPLES[i].digest), pdql_kernels_name(k), m);
    }
    enum { MILLION = 1000000 };
    uint8_t *as = malloc(MILLION);
    memset(as, 'a', MILLION);
    pdql_sha256(k, as, MILLION, digest);
    expect(is_hex(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"), pdql_kernels_name(k),
           "a million a");
    free(as);
}

static void fill(uint8_t *p, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        p[i] = (uint8_t)(seed >> 24);
    }
}

/* In pieces, cut anywhere, as at once. */
static void pieces(const pdql_kernels *k)
{
    uint8_t data[300], whole[32], cut[32];
    fill(data, sizeof data, 7);
    for (size_t n = 0; n < sizeof data; n++)
        for (size_t at = 0; at <= n; at += 13) {
            pdqi_sha256 h;
            pdqi_sha256_init(&h, k->sha);
            pdqi_sha256_add(&h, data, at);
            pdqi_sha256_add(&h, data + at, n - at);
            pdqi_sha256_end(&h, cut);
            pdql_sha256(k, data, n, whole);
            expect(!memcmp(cut, whole, 32), pdql_kernels_name(k), "pieces");
        }
}

/* `each` is `blocks`, for one state at a time. */
static void side_by_side(const pdql_kernels *k)
{
    enum { MOST = 9, STRIDE = 77 };
    uint8_t data[MOST * STRIDE];
    uint32_t many[MOST][8], one[MOST][8];
    fill(data, sizeof data, 3);
    for (size_t n = 0; n <= MOST; n++) {
        fill((uint8_t *)many, sizeof many, 5);
        memcpy(one, many, sizeof many);
        k->sha->each(many, data, STRIDE, n);
        for (size_t i = 0; i < n; i++)
            pdqi_sha_portable.blocks(one[i], data + STRIDE * i, 1);
        expect(!memcmp(many, one, sizeof one), pdql_kernels_name(k), "each");
    }
}

/* RFC 6962 section 2.1, as it is written: the definition itself, in recursion. */
static void definition(const pdql_kernels *k, const uint8_t *leaves, size_t n, uint8_t out[32])
{
    uint8_t message[65] = { 1 };
    size_t split = 1;
    if (n == 1) {
        memcpy(out, leaves, 32);
        return;
    }
    while (split * 2 < n)
        split *= 2;
    definition(k, leaves, split, message + 1);
    definition(k, leaves + 32 * split, n - split, message + 33);
    pdql_sha256(k, message, sizeof message, out);
}

/* `best` is asked for once: finding it asks the CPU, which is slow in a virtual machine. */
static void trees(const pdql_kernels *k, const pdql_kernels *best)
{
    enum { MOST = 300 };
    uint8_t leaves[32 * MOST], root[32], expected[32];
    fill(leaves, sizeof leaves, 11);
    for (size_t n = 1; n <= MOST; n++) {
        pdql_tree tree = { 0 };
        const size_t first = n * 7 % (n + 1);
        pdql_tree_add(k, &tree, leaves, first);
        pdql_tree_add(k, &tree, leaves + 32 * first, n - first);
        pdql_tree_root(k, &tree, root);
        definition(best, leaves, n, expected);
        expect(!memcmp(root, expected, 32) && tree.size == n, pdql_kernels_name(k), "tree");
    }
}

int main(int argc, char **argv)
{
    const pdql_kernels *k, *const best = pdql_kernels_best();
    size_t i = 0;
    for (; (k = pdql_kernels_at(i)) != NULL; i++) {
        published(k);
        pieces(k);
        side_by_side(k);
        trees(k, best);
        printf("%s%s", i ? " " : "sha256 on ", pdql_kernels_name(k));
    }
    printf(": %d faults\n", faults);
    /* An argument names a kernel that has to be among them. */
    if (argc > 1 && strcmp(pdql_kernels_name(pdql_kernels_at(0)), argv[1])) {
        printf("%s is not the fastest here\n", argv[1]);
        faults++;
    }
    return faults != 0;
}
