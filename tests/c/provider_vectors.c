/*
 * Other people's vectors on every provider that was built: Wycheproof's Ed25519, AES-GCM and HKDF, and the 914 edge
 * cases of CCTV, on which all must say the same. CMake unpacks tests/vectors/third_party into PDQL_THIRD_PARTY.
 */
#include "pdqlite_parts.h"
#include "pdqlite_providers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 1 << 16, VALUES = 12, PROVIDERS = 4, CCTV_CASES = 914, CCTV_ACCEPTED = 43 };

static const struct {
    const char *name;
    const pdql_provider *(*get)(void);
} PROVIDED[] = {
#ifdef PDQL_WITH_openssl
    { "openssl", pdql_provider_openssl },
#endif
#ifdef PDQL_WITH_sodium
    { "sodium", pdql_provider_sodium },
#endif
};
enum { N_PROVIDED = sizeof PROVIDED / sizeof PROVIDED[0] };

static int faults;

static void expect(int ok, const char *provider, const char *what, int number)
{
    if (!ok) {
        printf("%s: %s, case %d\n", provider, what, number);
        faults++;
    }
}

/* The last string seen under each of these names: the files state a case's parts before its verdict. */
static const char *const NAMES[VALUES] = { "pk", "key", "msg",    "sig", "iv",      "aad",
                                           "ct", "tag", "result", "ctx", "aeadKey", "baseNonce" };
enum value { PK, KEY, MSG, SIG, IV, AAD, CT, TAG, RESULT, CTX, AEAD_KEY, NONCE };
static char value[VALUES][TEXT];

typedef struct bytes {
    uint8_t data[TEXT / 2];
    size_t n;
} bytes;

static void unhex(const char *text, bytes *out)
{
    static const char DIGITS[] = "0123456789abcdef";
    out->n = strlen(text) / 2;
    for (size_t i = 0; i < out->n; i++) {
        const char *high = strchr(DIGITS, text[2 * i]), *low = strchr(DIGITS, text[2 * i + 1]);
        if (!high || !low)
            exit(2);
        out->data[i] = (uint8_t)((high - DIGITS) << 4 | (low - DIGITS));
    }
}

static char *load(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", PDQL_THIRD_PARTY, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        printf("%s: cannot be opened\n", path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    const size_t n = (size_t)ftell(file);
    char *text = malloc(n + 1);
    rewind(file);
    if (fread(text, 1, n, file) != n)
        exit(2);
    text[n] = 0;
    fclose(file);
    return text;
}

/* Calls `judge` whenever the string under `last` was seen; gives how often that was. */
static int walk(const char *name, enum value last, void (*judge)(int))
{
    char *text = load(name);
    int cases = 0;
    for (const char *at = strchr(text, '"'); at; at = strchr(at, '"')) {
        const char *word = at + 1, *end = strchr(word, '"');
        const size_t n = (size_t)(end - word);
        at = end + 1;
        for (int i = 0; i < VALUES; i++) {
            if (n != strlen(NAMES[i]) || memcmp(word, NAMES[i], n) || strncmp(at, ": \"", 3))
                continue;
            const char *start = at + 3, *stop = strchr(start, '"');
            if ((size_t)(stop - start) >= TEXT)
                exit(2);
            memcpy(value[i], start, (size_t)(stop - start));
            value[i][stop - start] = 0;
            at = stop + 1;
            if (i == (int)last)
                judge(++cases);
            break;
        }
    }
    free(text);
    return cases;
}

static void ed25519(int number)
{
    static bytes key, message, signature;
    unhex(value[PK], &key);
    unhex(value[MSG], &message);
    unhex(value[SIG], &signature);
    if (signature.n != 64 || key.n != 32)
        return; /* refused by its length before any provider is asked */
    for (int i = 0; i < N_PROVIDED; i++) {
        const pdql_status status = pdql_ed25519_check(PROVIDED[i].get(), key.data, signature.data, message.data,
                                                      message.n);
        expect((status == PDQL_OK) == !strcmp(value[RESULT], "valid"), PROVIDED[i].name, "Ed25519", number);
    }
}

static int accepted;

static void edge(int number)
{
    static bytes key, signature;
    int good = 0;
    unhex(value[KEY], &key);
    unhex(value[SIG], &signature);
    for (int i = 0; i < N_PROVIDED; i++)
        good += pdql_ed25519_check(PROVIDED[i].get(), key.data, signature.data, (const uint8_t *)value[MSG],
                                   strlen(value[MSG]))
            == PDQL_OK;
    expect(good == 0 || good == N_PROVIDED, "all", "CCTV: the providers differ", number);
    accepted += good > 0;
}

static int opened;

static void gcm(int number)
{
    static bytes key, nonce, sealed, tag, plain;
    static uint8_t out[TEXT];
    unhex(value[KEY], &key);
    unhex(value[IV], &nonce);
    unhex(value[CT], &sealed);
    unhex(value[TAG], &tag);
    unhex(value[MSG], &plain);
    if (key.n != 32 || nonce.n != 12 || tag.n != 16 || value[AAD][0])
        return;
    memcpy(sealed.data + sealed.n, tag.data, 16);
    for (int i = 0; i < N_PROVIDED; i++) {
        const pdql_provider *p = PROVIDED[i].get();
        if (!p->aes256gcm_open)
            continue; /* libsodium on a CPU without AES instructions */
        const int good = p->aes256gcm_open(p->ctx, key.data, nonce.data, sealed.data, sealed.n + 16, out) == 0;
        expect(good == !strcmp(value[RESULT], "valid"), PROVIDED[i].name, "AES-256-GCM", number);
        expect(!good || !memcmp(out, plain.data, plain.n), PROVIDED[i].name, "AES-256-GCM plaintext", number);
        opened++;
    }
}

static int derived, refused;

/*
 * Wycheproof's chunked encryption is HKDF-Expand with SHA-512 under a key of 32 bytes. Files are given
 * zlib-compressed; those that begin with a stored block (78da, 00, two lengths) show salt and commitment as they
 * are.
 */
static void chunked(int number)
{
    static const char LABEL[] = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM"; /* with its 00 */
    static bytes key, context, file, want, nonce;
    unhex(value[KEY], &key);
    unhex(value[CTX], &context);
    unhex(value[CT], &file);
    unhex(value[AEAD_KEY], &want);
    unhex(value[NONCE], &nonce);
    value[AEAD_KEY][0] = 0; /* absent where the head is refused */
    if (key.n != 32 || file.n < 7 + 56 || file.data[2] || file.data[3] < 56)
        return;
    memcpy(want.data + want.n, nonce.data, nonce.n);
    uint8_t info[sizeof LABEL + 24 + 64], out[76];
    if (context.n > 64)
        exit(2);
    memcpy(info, LABEL, sizeof LABEL);
    memcpy(info + sizeof LABEL, file.data + 7, 24);
    memcpy(info + sizeof LABEL + 24, context.data, context.n);
    for (int i = 0; i < N_PROVIDED; i++) {
        const pdql_provider *p = PROVIDED[i].get();
        expect(p->hkdf_sha512_expand(p->ctx, key.data, info, sizeof LABEL + 24 + context.n, out, 76) == 0,
               PROVIDED[i].name, "HKDF-Expand", number);
        expect(!memcmp(out + 44, file.data + 7 + 24, 32) == (want.n == 32), PROVIDED[i].name, "commitment", number);
        expect(want.n != 32 || !memcmp(out, want.data, 44), PROVIDED[i].name, "key and nonce", number);
    }
    derived += want.n == 32;
    refused += want.n != 32;
}

/* HKDF-Expand: the same bytes from all, at every length a block may end. */
static void hkdf(void)
{
    static uint8_t key[32], info[PDQL_KEY_INFO_MAX], first[400], other[400];
    for (size_t i = 0; i < sizeof info; i++)
        info[i] = (uint8_t)(i * 7), key[i % 32] = (uint8_t)(i * 11);
    for (size_t n = 1; n < sizeof first; n += 21)
        for (int i = 0; i < N_PROVIDED; i++) {
            const pdql_provider *p = PROVIDED[i].get();
            uint8_t *out = i ? other : first;
            expect(p->hkdf_sha512_expand(p->ctx, key, info, n % sizeof info, out, n) == 0, PROVIDED[i].name, "HKDF",
                   (int)n);
            expect(!memcmp(out, first, n), PROVIDED[i].name, "HKDF differs", (int)n);
        }
}

int main(void)
{
    for (int i = 0; i < N_PROVIDED; i++)
        if (!PROVIDED[i].get()) {
            printf("%s does not start\n", PROVIDED[i].name);
            return 1;
        }
    const int wycheproof = walk("wycheproof/ed25519_test.json", RESULT, ed25519);
    expect(wycheproof >= 150, "all", "Ed25519 cases are missing", wycheproof);
    /* In CCTV's file key and sig stand before msg. */
    const int cases = walk("ed25519-cctv/ed25519vectors.json", MSG, edge);
    expect(cases == CCTV_CASES, "all", "CCTV cases are missing", cases);
    /*
     * How many hold for the equation without cofactor once second encodings and small orders are out: worked
     * out in Python from RFC 8032 (tests/python/lists/verify/test_device.py).
     */
    expect(accepted == CCTV_ACCEPTED, "all", "CCTV: accepted", accepted);
    walk("wycheproof/aes_gcm_test.json", RESULT, gcm);
    expect(opened >= 40, "all", "AES-256-GCM cases are missing", opened);
    walk("wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json", RESULT, chunked);
    expect(derived == 7 && refused == 4, "all", "chunked encryption: other cases", derived);
    hkdf();
    printf("%d Ed25519, %d edge cases (%d accepted), %d AES-256-GCM, %d HKDF on %d providers: %d faults\n", wycheproof,
           cases, accepted, opened, derived + refused, (int)N_PROVIDED, faults);
    return faults != 0;
}
