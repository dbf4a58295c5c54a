/*
 * glue.c - what the core needs between itself and JavaScript
 *
 * Signatures are verified by WebCrypto, which answers later, and the module imports nothing. So the provider
 * notes each question in a ledger and says "not known"; JavaScript reads the ledger, writes the answers into
 * it, and calls again. Layouts that JavaScript relies on are checked here.
 */
#include "pdqlite.h"
#include "pdqlite_sound.h"

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

/* Memory for pdql_matcher_make: scratch, and a free piece, that JavaScript lends; where that is too small, memory grows.
 * `block` and `block_size` then say what was taken, or asked for. */
typedef struct kit {
    uint8_t *work;
    uint32_t work_size;
    uint8_t *block;
    uint32_t block_size;
} kit;

_Static_assert(sizeof(kit) == 16, "src/matcher.ts reads it");

static void *kit_get(void *ctx, size_t size)
{
    kit *k = ctx;
    if (k->work && size <= k->work_size) {
        uint8_t *const work = k->work;
        k->work = 0;
        return work;
    }
    if (size > k->block_size) {
        const size_t page = 65536, grown = __builtin_wasm_memory_grow(0, size / page + (size % page != 0));
        k->block = grown == SIZE_MAX ? 0 : (uint8_t *)(grown * page);
    }
    k->block_size = (uint32_t)size;
    return k->block;
}

static void kit_give(void *ctx, void *block)
{
    (void)ctx, (void)block;
}

/* pdql_matcher_make in the memory of `k`. */
pdql_status pdqjs_matcher_make(const pdql_match_entries *entries, const pdql_match_policy *policy, kit *k,
                               pdql_matcher **matcher);
pdql_status pdqjs_matcher_make(const pdql_match_entries *entries, const pdql_match_policy *policy, kit *k,
                               pdql_matcher **matcher)
{
    const pdql_memory memory = { k, kit_get, kit_give };
    return pdql_matcher_make(entries, policy, &memory, matcher);
}
