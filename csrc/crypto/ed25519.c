/*
 * crypto/ed25519.c - which encodings reach a primitive at all
 *
 * Libraries disagree on edge cases of Ed25519 (the CCTV collection). They agree
 * once S >= L, coordinates >= p and the points of small order are refused
 * beforehand. All values are public, so comparisons need not be constant-time.
 */
#include "crypto/ed25519.h"

#include <string.h>

enum { POINT = 32, N_SMALL = 5 };

/* Little-endian: the order L of the base point, and p = 2^255 - 19. */
static const uint8_t ORDER[POINT] = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10,
};
static const uint8_t PRIME[POINT] = {
    0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
};

/* y of the points whose order divides 8: 0, 1, p - 1 and the two of order 8. */
static const uint8_t SMALL[N_SMALL][POINT] = {
    { 0 },
    { 1 },
    { 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
    { 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
      0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
    { 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
      0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
};

static int below(const uint8_t a[POINT], const uint8_t b[POINT])
{
    for (size_t i = POINT; i-- > 0;)
        if (a[i] != b[i])
            return a[i] < b[i];
    return 0;
}

static int strict_point(const uint8_t point[POINT])
{
    uint8_t y[POINT];
    memcpy(y, point, POINT);
    y[POINT - 1] &= 0x7f;
    for (size_t i = 0; i < N_SMALL; i++)
        if (memcmp(y, SMALL[i], POINT) == 0)
            return 0;
    return below(y, PRIME);
}

int pdqi_ed25519_strict(const uint8_t public_key[32], const uint8_t signature[PDQI_SIG])
{
    return strict_point(public_key) && strict_point(signature) && below(signature + POINT, ORDER);
}

pdql_status pdql_ed25519_check(const pdql_provider *p, const uint8_t public_key[32], const uint8_t signature[64],
                               const uint8_t *message, size_t n)
{
    if (!p || !p->ed25519_verify || !public_key || !signature || (!message && n))
        return PDQL_ERR_ARG;
    if (!pdqi_ed25519_strict(public_key, signature))
        return PDQL_LIST_UNENDORSED;
    const int answer = p->ed25519_verify(p->ctx, public_key, signature, message, n);
    return answer == 1 ? PDQL_OK : answer == 0 ? PDQL_LIST_UNENDORSED : PDQL_ERR_PENDING;
}
