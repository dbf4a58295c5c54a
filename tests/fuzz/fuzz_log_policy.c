/*
 * Policies: what parses has quorums that the group tree can decide, and that more signers never break.
 */
#include "list/log_policy.h"

#include <stdlib.h>

static void monotone(const pdqi_quorum *q, uint32_t seed)
{
    uint32_t members = 0;
    int held = pdqi_quorum_holds(q, 0);
    if (held != (q->top == 0))
        abort();
    for (unsigned i = 0; i < 32; i++) {
        members |= (uint32_t)1 << ((i * 7 + seed) % 32);
        const int holds = pdqi_quorum_holds(q, members);
        if (held && !holds)
            abort();
        held = holds;
    }
    if (q->n_members > PDQI_MEMBERS || q->n_groups > PDQI_GROUPS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static pdqi_log_policy policy;
    if (pdqi_log_policy_parse(&policy, &pdqi_sha_portable, (pdqi_text){ data, n }) != PDQL_OK)
        return 0;
    if (data[n - 1] != '\n' || policy.max_age == 0 || policy.has_prev != (policy.version != 0))
        abort();
    monotone(&policy.witnesses, data[n / 2]);
    monotone(&policy.endorsers, data[n / 2]);
    monotone(&policy.root, data[n / 2]);
    return 0;
}
