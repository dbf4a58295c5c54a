/*
 * list/exact.c - files that are listed byte for byte (docs/formats/list-content.md, section 20)
 */
#include "crypto/md5.h"
#include "crypto/sha256.h"
#include "list/manifest.h"

#include <string.h>

enum { NEGATIVE = 1, SURE = 3000 };

static const uint8_t UNKNOWN[PDQL_HASH_BYTES];

/* What lies in a pdql_exact. */
typedef struct digests {
    pdqi_sha256 sha256;
    pdqi_md5 md5;
} digests;

_Static_assert(sizeof(digests) <= sizeof(pdql_exact), "pdqlite.h");

pdql_status pdql_exact_row(const pdql_kernels *k, uint32_t tier, const uint8_t *digest, uint8_t *row)
{
    static const char LABEL[] = "pdqlite.org/exact/v1 ";
    if (!k || !digest || !row || (tier != PDQL_TIER_SHA256 && tier != PDQL_TIER_MD5))
        return PDQL_ERR_ARG;
    const int sha = tier == PDQL_TIER_SHA256;
    pdqi_sha256 h;
    pdqi_sha256_init(&h, k->sha);
    pdqi_sha256_add(&h, (const uint8_t *)LABEL, sizeof LABEL - 1);
    pdqi_sha256_add(&h, (const uint8_t *)(sha ? "sha256\n" : "md5\n"), sha ? 7 : 4);
    pdqi_sha256_add(&h, digest, sha ? (size_t)PDQI_HASH : (size_t)PDQI_MD5);
    pdqi_sha256_end(&h, row);
    return PDQL_OK;
}

pdql_status pdql_exact_begin(const pdql_kernels *k, pdql_exact *file)
{
    digests *d = (digests *)file;
    if (!k || !file)
        return PDQL_ERR_ARG;
    pdqi_sha256_init(&d->sha256, k->sha);
    pdqi_md5_init(&d->md5);
    return PDQL_OK;
}

pdql_status pdql_exact_add(pdql_exact *file, const uint8_t *data, size_t n)
{
    digests *d = (digests *)file;
    if (!file || (!data && n))
        return PDQL_ERR_ARG;
    pdqi_sha256_add(&d->sha256, data, n);
    pdqi_md5_add(&d->md5, data, n);
    return PDQL_OK;
}

pdql_status pdql_exact_end(const pdql_kernels *k, pdql_exact *file, uint8_t *rows)
{
    digests *d = (digests *)file;
    uint8_t digest[PDQI_HASH];
    if (!k || !file || !rows)
        return PDQL_ERR_ARG;
    pdqi_sha256_end(&d->sha256, digest);
    pdql_exact_row(k, PDQL_TIER_SHA256, digest, rows);
    pdqi_md5_end(&d->md5, digest);
    return pdql_exact_row(k, PDQL_TIER_MD5, digest, rows + PDQL_HASH_BYTES);
}

/* The number of a row among ascending ones; n if it is not there. */
static size_t place_of(const uint8_t *rows, size_t n, const uint8_t *row)
{
    size_t from = 0, to = n;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const int order = memcmp(rows + PDQL_HASH_BYTES * middle, row, PDQL_HASH_BYTES);
        if (order == 0)
            return middle;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return n;
}

pdql_status pdql_exact_find(const pdql_match_entries *entries, const uint8_t *rows, pdql_decision *decision)
{
    const pdql_match_entries *e = entries;
    if (!e || !rows || !decision || e->meta_bytes != PDQI_META_FILE || e->n >= PDQL_NONE
        || (e->n && (!e->rows || !e->meta)))
        return PDQL_ERR_ARG;
    *decision = (pdql_decision){
        .entry = PDQL_NONE,
        .distance = PDQL_NONE,
        .video = PDQL_NONE,
        .at_ms = PDQL_NONE,
        .start_ms = PDQL_NONE,
        .end_ms = PDQL_NONE,
        .entry_start_ms = PDQL_NONE,
        .entry_end_ms = PDQL_NONE,
        .proof = PDQL_CLAIM_NONE,
    };
    for (uint32_t tier = PDQL_TIER_SHA256; tier <= PDQL_TIER_MD5; tier++) { /* the stronger digest decides */
        const uint8_t *row = rows + PDQL_HASH_BYTES * (tier - PDQL_TIER_SHA256);
        /* zeros: not known; a list that holds such a row says nothing by it */
        const size_t at = memcmp(row, UNKNOWN, sizeof UNKNOWN) ? place_of(e->rows, e->n, row) : e->n;
        if (at == e->n)
            continue;
        const uint8_t *meta = e->meta + (size_t)PDQI_META_FILE * at;
        decision->verdict = meta[4] & NEGATIVE ? PDQL_NEGATED : PDQL_IDENTICAL_FILE;
        decision->entry = (uint32_t)at;
        decision->tier = tier;
        decision->neg_log10_fpr_x100 = decision->list_neg_log10_fpr_x100 = SURE;
        decision->categories = (uint32_t)meta[0] << 8 | meta[1];
        decision->sources = (uint32_t)meta[2] << 8 | meta[3];
        break;
    }
    return PDQL_OK;
}
