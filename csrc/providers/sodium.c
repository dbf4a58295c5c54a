/*
 * sodium.c - the provider table over libsodium
 */
#include "pdqlite_providers.h"

#include <sodium.h>
#include <string.h>

static int ed25519_verify(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message,
                          size_t n)
{
    (void)ctx;
    return crypto_sign_verify_detached(signature, message, n, public_key) == 0;
}

/* RFC 5869 section 2.3; libsodium has HKDF itself only from 1.0.19 on. */
static int hkdf_sha512_expand(void *ctx, const uint8_t *key, const uint8_t *info, size_t n_info, uint8_t *out,
                              size_t n_out)
{
    enum { KEY = 32, BLOCK = crypto_auth_hmacsha512_BYTES, MOST = 255 };
    uint8_t block[BLOCK], counter = 0;
    (void)ctx;
    if (n_out > (size_t)BLOCK * MOST)
        return -1;
    while (n_out) {
        const size_t take = n_out < BLOCK ? n_out : BLOCK;
        crypto_auth_hmacsha512_state state;
        crypto_auth_hmacsha512_init(&state, key, KEY);
        if (counter++)
            crypto_auth_hmacsha512_update(&state, block, BLOCK);
        crypto_auth_hmacsha512_update(&state, info, n_info);
        crypto_auth_hmacsha512_update(&state, &counter, 1);
        crypto_auth_hmacsha512_final(&state, block);
        memcpy(out, block, take);
        out += take;
        n_out -= take;
    }
    sodium_memzero(block, sizeof block);
    return 0;
}

static int aes256gcm_open(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *sealed, size_t n,
                          uint8_t *out)
{
    (void)ctx;
    return crypto_aead_aes256gcm_decrypt(out, NULL, NULL, sealed, n, NULL, 0, nonce, key) == 0 ? 0 : -1;
}

const pdql_provider *pdql_provider_sodium(void)
{
    static const pdql_provider TABLE = { NULL, ed25519_verify, hkdf_sha512_expand, aes256gcm_open };
    static const pdql_provider NO_AES = { NULL, ed25519_verify, hkdf_sha512_expand, NULL };
    if (sodium_init() < 0)
        return NULL;
    return crypto_aead_aes256gcm_is_available() ? &TABLE : &NO_AES;
}
