/*
 * list/manifest.h - the texts of a list: what is signed, and what an application pins
 */
#ifndef PDQI_LIST_MANIFEST_H
#define PDQI_LIST_MANIFEST_H

#include "list/note.h"

#define PDQI_SLOTS_MAX UINT64_C(268435456)

enum {
    PDQI_PAGE = 16384,
    PDQI_TAG = 16,
    PDQI_COB_HEAD = 56,
    PDQI_SALT = 24,
    PDQI_SLOT_STEP = 512,
    PDQI_ITEMS = 16,
    PDQI_DELTAS = 8,
    PDQI_AUDITORS = 16,
    PDQI_META_FILE = 5,
    PDQI_META_IMAGE = 6,
    PDQI_META_VIDEO = 14
};

typedef struct pdqi_named {
    uint16_t mask; /* bit i: number i is declared */
    pdqi_text names[PDQI_ITEMS];
} pdqi_named;

/* A policy by its version and the SHA-256 of its text. */
typedef struct pdqi_log_policy_id {
    int named;
    uint64_t version;
    uint8_t hash[32];
} pdqi_log_policy_id;

/* A delta that leads to this release. */
typedef struct pdqi_delta_line {
    uint64_t from, bytes;
    uint8_t sha256[32];
} pdqi_delta_line;

typedef struct pdqi_manifest {
    pdqi_text origin;
    size_t meta; /* bytes of meta of an entry: the type */
    uint64_t seq, issued, expires, list_bytes, slots, keypoints_bytes;
    unsigned min_sources, max_distance;
    uint32_t sound_distance; /* PDQL_NONE: no window of sound */
    pdqi_log_policy_id policy;
    uint8_t ct_root[32], key_commit[32], pt_root[32], keypoints_ct_root[32], keypoints_pt_root[32];
    pdqi_named sources, categories;
    size_t n_deltas;
    pdqi_delta_line deltas[PDQI_DELTAS];
} pdqi_manifest;

typedef struct pdqi_trust {
    pdqi_text origin;
    size_t meta;
    uint64_t min_seq;
    unsigned max_distance, quorum;
    pdqi_log_policy_id policy; /* pinned instead of endorsers */
    int allow_unlogged, allow_stale, allow_unaudited;
    unsigned audits; /* how many auditors must have passed a release; 0: none are pinned */
    uint64_t audit_age;
    size_t n_categories, n_endorsers, n_auditors;
    pdqi_text categories[PDQI_ITEMS];
    pdqi_key endorsers[PDQI_ENDORSERS], auditors[PDQI_AUDITORS];
} pdqi_trust;

/* Sections 2 and 4 of docs/formats/list.md. PDQL_LIST_FORMAT on any deviation. */
pdql_status pdqi_manifest_parse(pdqi_manifest *m, pdqi_text text);
pdql_status pdqi_trust_parse(pdqi_trust *t, const pdqi_sha_kernels *k, const uint8_t *data, size_t n);

/* Bytes of the plaintext of a list, and of a Cobblestone file over p bytes. */
static inline uint64_t pdqi_plain_bytes(uint64_t slots, size_t meta)
{
    return PDQI_PAGE + (32 + meta) * slots;
}

static inline uint64_t pdqi_sealed_bytes(uint64_t p)
{
    return PDQI_COB_HEAD + p + PDQI_TAG * (p / PDQI_PAGE + 1);
}

#endif
