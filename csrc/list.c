/*
 * list.c - verify: from three texts to an endorsed list, to the endorsed bytes
 *
 * Order and statuses: docs/formats/list.md, section 9. What needs the key is
 * in list_read.c, the rules of entries in list_rules.c.
 */
#include "list.h"

static int pins_hold(const pdqi_manifest *m, const pdqi_trust *t)
{
    for (unsigned i = 0; i < PDQI_ITEMS; i++) {
        int pinned = !(m->categories.mask >> i & 1);
        for (size_t j = 0; !pinned && j < t->n_categories; j++)
            pinned = pdqi_same(m->categories.names[i], t->categories[j]);
        if (!pinned)
            return 0;
    }
    return m->max_distance <= t->max_distance;
}

static unsigned ones(uint32_t mask)
{
    unsigned n = 0;
    for (; mask; mask &= mask - 1)
        n++;
    return n;
}

/* Steps 4 to 8, with the remarks that hold. */
static pdql_status judge(const pdqi_manifest *m, const pdqi_trust *t, uint64_t now, uint32_t *remarks)
{
    if (!pdqi_same(m->origin, t->origin) || m->meta != t->meta)
        return PDQL_LIST_ORIGIN;
    if (!pins_hold(m, t))
        return PDQL_LIST_PINS;
    if (m->seq < t->min_seq)
        return PDQL_LIST_ROLLBACK;
    if (!t->allow_unlogged)
        return PDQL_LIST_UNLOGGED;
    if (now >= m->expires && !t->allow_stale)
        return PDQL_LIST_EXPIRED;
    *remarks = PDQL_REMARK_UNLOGGED | (now >= m->expires ? PDQL_REMARK_STALE : 0);
    return PDQL_OK;
}

/* Sources of the manifest that are among the organisations that signed. */
static uint32_t signed_sources(const pdqi_manifest *m, const pdqi_trust *t, uint32_t signers)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < PDQI_ITEMS; i++)
        for (size_t j = 0; m->sources.mask >> i & 1 && j < t->n_endorsers; j++)
            if (signers >> j & 1 && pdqi_same(m->sources.names[i], t->endorsers[j].name))
                mask |= (uint32_t)1 << i;
    return mask;
}

static void begin_leaf(pdql_list *l)
{
    static const uint8_t prefix = 0;
    pdqi_sha256_init(&l->leaf, l->sha);
    pdqi_sha256_add(&l->leaf, &prefix, 1);
}

static void make(pdql_list *l, const pdql_kernels *k, const pdqi_manifest *m)
{
    memset(l, 0, sizeof *l);
    l->sha = k->sha;
    l->info = (pdql_list_info){
        .seq = m->seq, .issued = m->issued, .expires = m->expires, .list_bytes = m->list_bytes, .slots = m->slots,
        .local_bytes = m->local_bytes, .meta_bytes = (uint32_t)m->meta, .min_sources = m->min_sources,
        .max_distance = m->max_distance, .sources = m->sources.mask, .categories = m->categories.mask,
    };
    memcpy(l->ct_root, m->ct_root, 32);
    memcpy(l->key_commit, m->key_commit, 32);
    memcpy(l->pt_root, m->pt_root, 32);
    memcpy(l->origin, m->origin.p, m->origin.n);
    l->n_origin = m->origin.n;
    begin_leaf(l);
}

size_t pdql_list_size(void)
{
    return sizeof(pdql_list);
}

pdql_status pdql_list_verify(void *memory, size_t n_memory, const pdql_kernels *k, const pdql_provider *p,
                             const uint8_t *trust, size_t n_trust, const uint8_t *manifest, size_t n_manifest,
                             uint64_t now, pdql_list **list, pdql_list_info *info)
{
    pdqi_trust t;
    pdqi_note note;
    pdqi_manifest m;
    uint32_t signers, remarks = 0;
    if (!memory || !k || !p || !p->ed25519_verify || !trust || !manifest || !list || (uintptr_t)memory % 16)
        return PDQL_ERR_ARG;
    if (n_memory < sizeof(pdql_list))
        return PDQL_ERR_SPACE;
    pdql_status status = pdqi_trust_parse(&t, k->sha, trust, n_trust);
    if (status == PDQL_OK)
        status = pdqi_note_parse(&note, manifest, n_manifest);
    if (status == PDQL_OK)
        status = pdqi_manifest_parse(&m, note.text);
    if (status == PDQL_OK && t.has_policy)
        status = PDQL_LIST_POLICY_CHAIN;
    if (status == PDQL_OK)
        status = pdqi_note_signers(&note, p, t.endorsers, t.n_endorsers, &signers);
    if (status != PDQL_OK)
        return status;
    if (ones(signers) < t.quorum)
        return PDQL_LIST_UNENDORSED;
    status = judge(&m, &t, now, &remarks);
    if (status != PDQL_OK)
        return status;
    pdql_list *l = memory;
    make(l, k, &m);
    l->info.signers = signers;
    l->info.signed_sources = signed_sources(&m, &t, signers);
    l->info.remarks = remarks;
    if (info)
        *info = l->info;
    *list = l;
    return PDQL_OK;
}

static void end_leaf(pdql_list *l)
{
    uint8_t hash[PDQI_HASH];
    pdqi_sha256_end(&l->leaf, hash);
    pdqi_tree_add(&l->tree, l->sha, hash, 1);
    begin_leaf(l);
}

pdql_status pdql_list_ciphertext(pdql_list *l, const uint8_t *data, size_t n)
{
    if (!l || (!data && n))
        return PDQL_ERR_ARG;
    if (l->verdict != PDQL_OK)
        return l->verdict;
    if (l->stage != PDQI_ENDORSED)
        return PDQL_ERR_ORDER;
    if (n > l->info.list_bytes - l->taken)
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    while (n) {
        const int in_head = l->taken < PDQI_COB_HEAD;
        const size_t length = in_head ? PDQI_COB_HEAD : PDQI_PAGE + PDQI_TAG;
        const size_t at = (size_t)(in_head ? l->taken : (l->taken - PDQI_COB_HEAD) % length);
        const size_t take = n < length - at ? n : length - at;
        if (in_head)
            memcpy(l->cob_head + at, data, take);
        pdqi_sha256_add(&l->leaf, data, take);
        l->taken += take;
        data += take;
        n -= take;
        if (at + take == length)
            end_leaf(l);
    }
    return PDQL_OK;
}

pdql_status pdql_list_ciphertext_end(pdql_list *l)
{
    uint8_t root[PDQI_HASH];
    if (!l)
        return PDQL_ERR_ARG;
    if (l->verdict != PDQL_OK)
        return l->verdict;
    if (l->stage != PDQI_ENDORSED)
        return PDQL_ERR_ORDER;
    if (l->taken != l->info.list_bytes)
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    end_leaf(l); /* the last piece is always short */
    pdqi_tree_root(&l->tree, l->sha, root);
    if (memcmp(l->cob_head + PDQI_SALT, l->key_commit, 32) || memcmp(root, l->ct_root, PDQI_HASH))
        return l->verdict = PDQL_LIST_CT_MISMATCH;
    memset(&l->tree, 0, sizeof l->tree);
    l->stage = PDQI_SEALED;
    return PDQL_OK;
}
