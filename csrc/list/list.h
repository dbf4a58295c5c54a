/*
 * list/list.h - the state of a list between endorsed and read
 */
#ifndef PDQI_LIST_LIST_H
#define PDQI_LIST_LIST_H

#include "list/delta.h"
#include "list/device_state.h"
#include "list/log_proof.h"

enum { PDQI_SECTION_MAX = PDQI_SLOT_STEP * PDQI_META_VIDEO, PDQI_ORDER_BYTES = 41 };

typedef enum pdqi_stage {
    PDQI_ENDORSED, /* taking ciphertext */
    PDQI_SEALED,   /* waiting for a key */
    PDQI_READING,  /* taking pages */
    PDQI_DONE
} pdqi_stage;

/* What is being read. */
typedef enum pdqi_section { PDQI_LIST, PDQI_KEYPOINTS, PDQI_DELTA, PDQI_RECORDS } pdqi_section;

/* How many entries have a bit set. */
typedef struct pdqi_counts {
    uint64_t category[PDQI_ITEMS], source[PDQI_ITEMS], both[PDQI_ITEMS][PDQI_ITEMS];
} pdqi_counts;

/* What verify holds while it decides; its place is used for pages afterwards. */
typedef struct pdqi_judging {
    pdqi_trust trust;
    pdqi_installed state; /* installs 0: the first release */
    pdqi_note note;
    pdqi_manifest manifest;
    pdqi_log_policy policies[2]; /* the one in force and the one that follows */
    pdqi_note policy_note;
    pdqi_proof proof;
} pdqi_judging;

/* local.cob: where its reader stands. Pages are held by their number from 1 on; 0: none. */
typedef struct pdqi_keypoints_section {
    uint64_t body, slot, at, summed; /* bytes of all records; slots done; next byte to read; lengths so far */
    uint64_t lengths_page, body_page, blinds;
    uint32_t left; /* of the record that is being read */
    int in_record, has_last;
    uint8_t head[64], pair[PDQI_HASH]; /* blinds 2 (blinds - 1) and the next */
    uint32_t length; /* of the record that is being read, and as much of it as a signature has */
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX];
} pdqi_keypoints_section;

struct pdql_list {
    const pdqi_sha_kernels *sha;
    pdqi_stage stage;
    pdqi_section section;
    pdql_status verdict; /* of what was seen so far; PDQL_OK while all is well */
    /* what was signed */
    pdql_list_info info;
    uint8_t ct_root[32], key_commit[32], pt_root[32], keypoints_ct_root[32], keypoints_pt_root[32],
        origin[PDQI_NAME_MAX];
    size_t n_origin, n_deltas;
    uint32_t sound_distance; /* PDQL_NONE: no window of sound */
    int has_token;
    uint8_t token[PDQL_TOKEN_BYTES];
    pdqi_delta_line deltas[PDQI_DELTAS];
    /* ciphertext */
    uint64_t taken;
    uint8_t cob_head[PDQI_COB_HEAD];
    pdqi_sha256 leaf;
    pdql_tree tree; /* of the ciphertext, then of the content */
    /* content */
    int broken; /* a rule of section 7 is; said only once the root is right */
    int has_head;
    uint64_t count, block, next_meta;
    size_t meta_fill, page_at, page_n;
    uint8_t last[PDQI_ORDER_BYTES];
    pdqi_counts counts;
    pdqi_keypoints_section keypoints;
    pdqi_delta delta;
    union {
        struct {
            uint8_t head[PDQI_PAGE], meta_page[PDQI_PAGE]; /* in local.cob: body page, page of lengths */
            /* of this block and of the one before, which the caller may still read */
            uint8_t meta[2][PDQI_SECTION_MAX];
            /* scratch of pdql_list_read; pages of a delta */
            uint8_t sealed[PDQI_PAGE + PDQI_TAG], plain[PDQI_PAGE];
            /* what a delta leads to, a block at a time */
            uint8_t block_hashes[PDQI_PAGE];
            uint32_t block_from[PDQI_SLOT_STEP];
        };
        pdqi_judging judging;
    };
};

/* The size of the encrypted file that is being read. */
static inline uint64_t pdqi_file_bytes(const pdql_list *l)
{
    return l->section == PDQI_KEYPOINTS ? l->info.keypoints_bytes
        : l->section == PDQI_DELTA      ? l->delta.line.bytes
                                        : l->info.list_bytes;
}

/* What says of a checkpoint which log it is of. */
void pdqi_log_token(const pdql_kernels *k, const pdqi_proof *proof, uint8_t out[PDQL_TOKEN_BYTES]);

/* Starts the next leaf of a ciphertext. */
void pdqi_begin_leaf(pdql_list *l);

/* Bytes of plaintext of the encrypted file that is being read, and one of its pages. */
uint64_t pdqi_list_plain(const pdql_list *l);
void pdqi_list_page(const pdql_list *l, uint64_t index, pdql_page *page);

/* Digests j .. j + n - 1 under a blind seed, two blinds each. n <= 17. */
void pdqi_blind_pairs(const pdqi_sha_kernels *k, const uint8_t seed[32], uint64_t j, size_t n, uint8_t *out);

/* Takes the first page of the plaintext; CONTENT_MISMATCH. */
pdql_status pdqi_list_head(pdql_list *l, const uint8_t *plain);

/* Takes the next 512 slots: leaves and rules. */
void pdqi_list_block(pdql_list *l, const uint8_t *hashes, const uint8_t *meta);

/* The same calls for local.cob, and the end of records that come with a delta. */
void pdqi_keypoints_want(const pdql_list *l, pdql_page *page);
pdql_status pdqi_keypoints_end(pdql_list *l);
pdql_status pdqi_records_end(pdql_list *l);

/* What an entry is ordered by: section 7, rule 5. */
void pdqi_order_of(const pdql_list *l, const uint8_t *hash, const uint8_t *meta, uint8_t out[PDQI_ORDER_BYTES]);

/* Section 7: the entries of a block of slots, and at the end the inventory. Set list->broken. */
void pdqi_rules_block(pdql_list *l, const uint8_t *hashes, const uint8_t *metas);
void pdqi_rules_end(pdql_list *l);

#endif
