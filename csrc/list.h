/*
 * list.h - the state of a list between endorsed and read
 */
#ifndef PDQI_LIST_H
#define PDQI_LIST_H

#include "manifest.h"
#include "merkle.h"

enum { PDQI_SECTION_MAX = PDQI_SLOT_STEP * PDQI_META_VIDEO, PDQI_ORDER_BYTES = 40 };

typedef enum pdqi_stage {
    PDQI_ENDORSED, /* taking ciphertext */
    PDQI_SEALED,   /* waiting for a key */
    PDQI_READING,  /* taking pages */
    PDQI_DONE
} pdqi_stage;

/* How many entries have a bit set. */
typedef struct pdqi_counts {
    uint64_t category[PDQI_ITEMS], source[PDQI_ITEMS], both[PDQI_ITEMS][PDQI_ITEMS];
} pdqi_counts;

struct pdql_list {
    const pdqi_sha_kernels *sha;
    pdqi_stage stage;
    pdql_status verdict; /* of what was seen so far; PDQL_OK while all is well */
    /* what was signed */
    pdql_list_info info;
    uint8_t ct_root[32], key_commit[32], pt_root[32], origin[PDQI_NAME_MAX];
    size_t n_origin;
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
    uint8_t head[PDQI_PAGE], meta_page[PDQI_PAGE];
    uint8_t meta[2][PDQI_SECTION_MAX]; /* of this block and of the one before, which the caller may still read */
    /* scratch of pdql_list_read */
    uint8_t sealed[PDQI_PAGE + PDQI_TAG], plain[PDQI_PAGE];
};

/* Section 7: the entries of a block of slots, and at the end the inventory. Set list->broken. */
void pdqi_rules_block(pdql_list *l, const uint8_t *hashes, const uint8_t *metas);
void pdqi_rules_end(pdql_list *l);

#endif
