/*
 * list/log_proof.h - a text's place in a log, and who saw it (docs/formats/list-policies-log.md, section 11)
 */
#ifndef PDQI_LIST_LOG_PROOF_H
#define PDQI_LIST_LOG_PROOF_H

#include "crypto/merkle.h"
#include "list/log_policy.h"

enum { PDQI_PATH_MAX = 63 };

typedef struct pdqi_proof {
    uint64_t index, size; /* of the leaf; of the log */
    pdqi_text origin;
    uint8_t root[32], path[PDQI_PATH_MAX * 32];
    size_t n_path;
    pdqi_note note; /* the checkpoint */
} pdqi_proof;

/*@ predicate proof_reads(pdqi_proof *proof) = \valid_read(proof) && readable(proof->origin)
        && proof->n_path <= PDQI_PATH_MAX && note_reads(&proof->note) && proof->note.text.n <= 191; */

/* A tlog-proof without extra data. PDQL_LIST_FORMAT on any deviation. */
/*@ requires \valid(proof) && \valid_read(data + (0 .. n - 1));
    assigns *proof;
    ensures \result == PDQL_OK ==> readable(proof->origin) && proof->n_path <= PDQI_PATH_MAX;
    ensures \result == PDQL_OK ==> readable(proof->note.text) && proof->note.text.n <= 191;
    ensures \result == PDQL_OK ==> lines_read(&proof->note); */
pdql_status pdqi_proof_parse(pdqi_proof *proof, const uint8_t *data, size_t n);

/* The time at which the quorum of witnesses held; `asked` is 0 if the policy asks for none. */
typedef struct pdqi_seen {
    int asked;
    uint64_t time;
} pdqi_seen;

/* Steps 1 to 3: `text` is leaf `seq` of the policy's log, seen by its witnesses. UNLOGGED or UNWITNESSED. */
/*@ requires proof_reads(proof) && \valid_read(k) && \valid(asked) && readable(text) && \valid(seen);
    requires \valid_read(policy) && key_reads(&policy->log) && quorum_reads(&policy->witnesses)
        && \separated(seen, policy);
    assigns asked->pending, *seen; */
pdql_status pdqi_proof_check(const pdqi_proof *proof, const pdql_kernels *k, pdqi_asked *asked, pdqi_text text,
                             uint64_t seq, const pdqi_log_policy *policy, pdqi_seen *seen);

/* Whether a line is a good cosignature (type 04) of a key over a text of at most 191 bytes; and of what time. */
/*@ requires \valid(asked) && \valid_read(key) && \valid_read(line) && \valid(time);
    requires readable(text) && text.n <= 191;
    assigns asked->pending, *time; */
int pdqi_cosigned(pdqi_asked *asked, const pdqi_key *key, const pdqi_note_line *line, pdqi_text text, uint64_t *time);

/* Whether a time is at most max_age before now, and at most a day ahead of it. */
/*@ assigns \nothing; */
int pdqi_lately(uint64_t time, uint64_t max_age, uint64_t now);

/* Steps 4 and 5: the leaf is the newest, and was seen within max_age. ROLLBACK or FREEZE. */
/*@ requires \valid_read(proof);
    assigns \nothing; */
pdql_status pdqi_proof_fresh(const pdqi_proof *proof, pdqi_seen seen, uint64_t max_age, uint64_t now);

/* Step 6: whether the log continues the one of old_size leaves (0: none was seen, OK). ROLLBACK, UNPROVEN, FORMAT or
   SPLIT_VIEW. */
/*@ requires \valid_read(proof) && \valid_read(k) && n <= PDQI_TEXT_MAX && \valid_read(lines + (0 .. n - 1));
    requires old_size > 0 ==> \valid_read(old_root + (0 .. 31));
    assigns \nothing; */
pdql_status pdqi_history(const pdqi_proof *proof, const pdql_kernels *k, uint64_t old_size, const uint8_t old_root[32],
                         const uint8_t *lines, size_t n);

#endif
