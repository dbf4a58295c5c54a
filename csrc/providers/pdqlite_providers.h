/*
 * pdqlite_providers.h - ready-made tables of the cryptography a list needs
 *
 * Each is a library of its own beside the core: link one, or fill in a table
 * from what the platform has.
 */
#ifndef PDQLITE_PROVIDERS_H
#define PDQLITE_PROVIDERS_H

#include "pdqlite.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Over OpenSSL 3 (libcrypto). Thread-safe; lives as long as the program. */
PDQL_API const pdql_provider *pdql_provider_openssl(void);

/*
 * Over libsodium 1.0.18 or later. Its AES-256-GCM needs AES instructions: on a CPU without,
 * aes256gcm_open is NULL and lists are verified, not read. NULL if the library does not start.
 */
PDQL_API const pdql_provider *pdql_provider_sodium(void);

#ifdef __cplusplus
}
#endif

#endif
