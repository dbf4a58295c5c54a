/*
 * openssl.c - the provider table over OpenSSL 3
 */
#include "pdqlite_providers.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

enum { KEY = 32, SIGNATURE = 64, NONCE = 12, TAG = 16 };

static int ed25519_verify(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message,
                          size_t n)
{
    (void)ctx;
    int answer = 0;
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, KEY);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (!md)
        answer = -1;
    else if (key && EVP_DigestVerifyInit(md, NULL, NULL, NULL, key) == 1)
        answer = EVP_DigestVerify(md, signature, SIGNATURE, message, n) == 1;
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(key);
    return answer;
}

static int hkdf_sha512_expand(void *ctx, const uint8_t *key, const uint8_t *info, size_t n_info, uint8_t *out,
                              size_t n_out)
{
    (void)ctx;
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    char digest[] = "SHA512";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, KEY),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, n_info),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *state = EVP_KDF_CTX_new(kdf);
    const int good = state && EVP_KDF_derive(state, out, n_out, params) == 1;
    EVP_KDF_CTX_free(state);
    EVP_KDF_free(kdf);
    return good ? 0 : -1;
}

static int aes256gcm_open(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *sealed, size_t n,
                          uint8_t *out)
{
    (void)ctx;
    uint8_t none[TAG];
    int got, last;
    if (n < TAG || n > INT_MAX)
        return -1;
    const int n_plain = (int)(n - TAG);
    EVP_CIPHER_CTX *state = EVP_CIPHER_CTX_new();
    const int good = state && EVP_DecryptInit_ex(state, EVP_aes_256_gcm(), NULL, key, nonce) == 1
        && (n_plain == 0 || EVP_DecryptUpdate(state, out, &got, sealed, n_plain) == 1)
        && EVP_CIPHER_CTX_ctrl(state, EVP_CTRL_AEAD_SET_TAG, TAG, (void *)(uintptr_t)(sealed + n_plain)) == 1
        && EVP_DecryptFinal_ex(state, none, &last) == 1;
    EVP_CIPHER_CTX_free(state);
    return good ? 0 : -1;
}

const pdql_provider *pdql_provider_openssl(void)
{
    static const pdql_provider TABLE = { NULL, ed25519_verify, hkdf_sha512_expand, aes256gcm_open };
    return &TABLE;
}
