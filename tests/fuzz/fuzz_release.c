/*
 * Whole releases: the files of one, each after a u24be length, in this order: trust, state, manifest, proof,
 * consistency, then note and proof of each policy. Every signature counts as good. What is verified gives a state
 * that reads.
 */
#include "list/list.h"

#include <stdlib.h>

enum { FIXED = 5, POLICIES = 4, FILES = FIXED + 2 * POLICIES };

static int always(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    (void)ctx, (void)public_key, (void)signature, (void)message, (void)n;
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const pdql_provider PROVIDER = { NULL, always, NULL, NULL };
    static _Alignas(16) uint8_t memory[sizeof(struct pdql_list)];
    pdql_bytes files[FILES] = { { NULL, 0 } };
    size_t count = 0;
    for (; count < FILES && n >= 3; count++) {
        size_t length = (size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2];
        data += 3;
        n -= 3;
        length = length < n ? length : n;
        files[count] = (pdql_bytes){ length ? data : NULL, length };
        data += length;
        n -= length;
    }
    const pdql_release release = {
        .trust = files[0],
        .state = files[1],
        .manifest = files[2],
        .proof = files[3],
        .consistency = files[4],
        .policies = files + FIXED,
        .n_policies = count > FIXED ? (count - FIXED) / 2 : 0,
        .now = 1790100000,
    };
    pdql_list *list;
    pdql_needs needs;
    pdql_state told;
    uint8_t state[PDQL_STATE_BYTES];
    pdql_list_needs(memory, sizeof memory, pdql_kernels_best(), &release, &needs);
    if (pdql_list_verify(memory, sizeof memory, pdql_kernels_best(), &PROVIDER, &release, &list, NULL, state) == PDQL_OK
        && pdql_state_read(pdql_kernels_best(), state, sizeof state, &told) != PDQL_OK)
        abort();
    return 0;
}
