/*
 * list/device_state.h - what a device remembers between two releases (docs/formats/list-verify.md, section 13)
 */
#ifndef PDQI_LIST_DEVICE_STATE_H
#define PDQI_LIST_DEVICE_STATE_H

#include "list/manifest.h"

typedef struct pdqi_installed {
    uint64_t installs, seq, floor;
    uint64_t log_size; /* 0: no log so far */
    uint8_t log_root[32], log[32]; /* log: SHA-256 of its name */
    uint8_t list[32]; /* which list: SHA-256 of origin and type */
    pdqi_log_policy_id policy;
    uint8_t manifest[32]; /* SHA-256 of its text */
    uint64_t seen, max_age; /* by witnesses; 0: by none */
} pdqi_installed;

/* PDQL_LIST_FORMAT unless the record is the one encoding of its values. */
pdql_status pdqi_installed_parse(pdqi_installed *state, const pdqi_sha_kernels *k, const uint8_t *data, size_t n);
void pdqi_installed_write(const pdqi_installed *state, const pdqi_sha_kernels *k, uint8_t out[PDQL_STATE_BYTES]);

/* SHA-256(origin || LF || type || LF); SHA-256(name of the log). */
void pdqi_list_id(const pdqi_sha_kernels *k, pdqi_text origin, size_t meta, uint8_t out[32]);
void pdqi_log_id(const pdqi_sha_kernels *k, pdqi_text name, uint8_t out[32]);

#endif
