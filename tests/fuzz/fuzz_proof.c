/*
 * Proofs, checkpoints and consistency files, under a policy whose log and witness sign everything. The first
 * two bytes say where the consistency file begins.
 */
#include "list/log_proof.h"

#include <stdlib.h>

static int always(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    (void)ctx, (void)public_key, (void)signature;
    return n != 0 && message[0] != 0;
}

/* The log and witness of the corpus: any key that the first two lines of the note name. */
static void trusting(const pdqi_note *note, pdqi_log_policy *policy)
{
    memset(policy, 0, sizeof *policy);
    policy->max_age = 100;
    if (note->n_lines) {
        policy->log.name = note->lines[0].name;
        memcpy(policy->log.id, note->lines[0].data, PDQI_KEY_ID);
        memset(policy->log.public_key, 9, 32);
    }
    for (size_t i = 1; i < note->n_lines && policy->witnesses.n_members < PDQI_MEMBERS; i++) {
        pdqi_key *key = &policy->witnesses.keys[policy->witnesses.n_members++];
        key->name = note->lines[i].name;
        memcpy(key->id, note->lines[i].data, PDQI_KEY_ID);
        memset(key->public_key, 9, 32);
    }
    policy->witnesses.top = policy->witnesses.n_members ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const pdql_provider PROVIDER = { NULL, always, NULL, NULL };
    static const uint8_t text[] = "any text\n";
    static pdqi_proof proof;
    static pdqi_log_policy policy;
    if (n < 2)
        return 0;
    size_t split = (size_t)data[0] << 8 | data[1];
    data += 2;
    n -= 2;
    split = split < n ? split : n;
    if (pdqi_proof_parse(&proof, data, split) != PDQL_OK)
        return 0;
    if (proof.n_path > PDQI_PATH_MAX || proof.origin.n > PDQI_NAME_MAX)
        abort();
    trusting(&proof.note, &policy);
    pdqi_asked asked = { &PROVIDER, 0 };
    pdqi_seen seen;
    if (pdqi_proof_check(&proof, pdql_kernels_best(), &asked, (pdqi_text){ text, sizeof text - 1 }, proof.index,
                         &policy, &seen)
        == PDQL_OK)
        pdqi_proof_fresh(&proof, seen, policy.max_age, 1000);
    for (uint64_t old = 0; old < 4; old++)
        pdqi_history(&proof, pdql_kernels_best(), proof.size / (old + 1), proof.root, data + split, n - split);
    return 0;
}
