/*
 * list/log_policy.h - whom a list's readers trust: quorums, and the chain of policies (docs/formats/list.md,
 * section 10)
 */
#ifndef PDQI_LIST_LOG_POLICY_H
#define PDQI_LIST_LOG_POLICY_H

#include "list/manifest.h"

enum { PDQI_MEMBERS = 32, PDQI_GROUPS = 32, PDQI_CHAIN_MAX = 32 };

/* Who is in a group: bit i for member i, bit 32 + j for group j. */
typedef struct pdqi_group {
    pdqi_text name;
    uint64_t of;
    unsigned needed;
} pdqi_group;

typedef struct pdqi_quorum {
    size_t n_members, n_groups;
    pdqi_text names[PDQI_MEMBERS]; /* within the policy */
    pdqi_key keys[PDQI_MEMBERS];
    pdqi_group groups[PDQI_GROUPS];
    uint64_t top; /* the bit that has to hold; 0: `quorum none` */
} pdqi_quorum;

/*@ predicate quorum_reads(pdqi_quorum *q) = \valid_read(q) && q->n_members <= PDQI_MEMBERS
        && q->n_groups <= PDQI_GROUPS && \forall integer i; 0 <= i < q->n_members ==> readable(q->keys[i].name); */

typedef struct pdqi_log_policy {
    pdqi_text origin;
    uint64_t version, seq, max_age;
    int has_prev;
    uint8_t prev[32], hash[32]; /* of the text before, of this text */
    pdqi_key log;
    pdqi_quorum witnesses, endorsers, root;
} pdqi_log_policy;

/* Whether these members make a quorum. */
/*@ requires quorum_reads(q);
    assigns \nothing; */
int pdqi_quorum_holds(const pdqi_quorum *q, uint32_t members);

/* PDQL_LIST_FORMAT on any deviation. Texts point into `text`. */
pdql_status pdqi_log_policy_parse(pdqi_log_policy *policy, const pdqi_sha_kernels *k, pdqi_text text);

#endif
