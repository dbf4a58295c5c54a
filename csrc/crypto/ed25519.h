/*
 * crypto/ed25519.h - which encodings of a key and a signature reach a provider's primitive
 */
#ifndef PDQI_CRYPTO_ED25519_H
#define PDQI_CRYPTO_ED25519_H

#include "pdqlite_parts.h"

enum { PDQI_SIG = 64 };

/* Whether encodings are fit for a primitive: S < L, A and R canonical, neither of small order. */
int pdqi_ed25519_strict(const uint8_t public_key[32], const uint8_t signature[PDQI_SIG]);

#endif
