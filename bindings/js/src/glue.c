/*
 * glue.c - what the core needs between itself and JavaScript
 *
 * Signatures are verified by WebCrypto, which answers later, and the module imports nothing. So the provider
 * notes each question in a ledger and says "not known"; JavaScript reads the ledger, writes the answers into
 * it, and calls again. Layouts that JavaScript relies on are checked here.
 */
#include "pdqlite.h"

#include <string.h>

#include "layouts.h"

/* A question, with its message after it, filled up to 4 bytes. */
typedef struct question {
    uint32_t answer;            /* 0 not known, 1 good, 2 bad */
    uint32_t n;                 /* bytes of the message */
    uint8_t public_key[32], signature[64];
} question;

/* Questions one after the other; `used` and `wanted` count bytes after this struct. */
typedef struct ledger {
    uint32_t used, capacity;
    uint32_t wanted;            /* above capacity: it was too small, nothing is lost */
} ledger;

_Static_assert(sizeof(question) == 104 && sizeof(ledger) == 12, "src/list.ts reads these");

static uint32_t span(size_t n)
{
    return (uint32_t)(sizeof(question) + (n + 3) / 4 * 4);
}

static int verify(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    ledger *l = ctx;
    uint8_t *at = (uint8_t *)(l + 1), *const end = at + l->used;
    while (at < end) {
        const question *q = (const question *)(const void *)at;
        if (q->n == n && !memcmp(q->public_key, public_key, 32) && !memcmp(q->signature, signature, 64)
            && !memcmp(q + 1, message, n))
            return q->answer == 1 ? 1 : q->answer == 2 ? 0 : -1;
        at += span(q->n);
    }
    l->wanted += span(n);
    if (span(n) > l->capacity - l->used)
        return -1;
    question *q = (question *)(void *)end;
    q->answer = 0;
    q->n = (uint32_t)n;
    memcpy(q->public_key, public_key, 32);
    memcpy(q->signature, signature, 64);
    memcpy(q + 1, message, n);
    l->used += span(n);
    return -1;
}

/* pdql_list_verify, asking `l`. */
pdql_status pdqjs_list_verify(void *memory, size_t n_memory, ledger *l, const pdql_release *release, pdql_list **list,
                              pdql_list_info *info, uint8_t *state);
pdql_status pdqjs_list_verify(void *memory, size_t n_memory, ledger *l, const pdql_release *release, pdql_list **list,
                              pdql_list_info *info, uint8_t *state)
{
    const pdql_provider p = { l, verify, 0, 0 };
    return pdql_list_verify(memory, n_memory, pdql_kernels_best(), &p, release, list, info, state);
}
