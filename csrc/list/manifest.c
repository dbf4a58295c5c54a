/*
 * list/manifest.c - the grammar of the manifest and of the trust file
 */
#include "list/manifest.h"

#define FILE_MAX (UINT64_C(1) << 40)

enum { FILE_MIN = PDQI_COB_HEAD + PDQI_TAG };

static size_t kind(pdqi_cursor *c)
{
    const size_t meta = pdqi_peek(c, "type video\n") ? PDQI_META_VIDEO
        : pdqi_peek(c, "type file\n")                ? PDQI_META_FILE
                                                     : PDQI_META_IMAGE;
    pdqi_expect(c, "type ");
    if (meta == PDQI_META_FILE)
        pdqi_expect(c, "file\n");
    else if (meta == PDQI_META_VIDEO)
        pdqi_expect(c, "video\n");
    else
        pdqi_expect(c, "image\n");
    return meta;
}

/* 1..16 lines `word <i> <name>`, i ascending, names all different. */
static void numbered(pdqi_cursor *c, int source, pdqi_named *named)
{
    const char *const word = source ? "source " : "category ";
    const size_t n_word = source ? sizeof "source " - 1 : sizeof "category " - 1;
    unsigned next = 0;
    named->mask = 0;
    do {
        pdqi_expect_n(c, word, n_word);
        const unsigned i = (unsigned)pdqi_number(c, next, PDQI_ITEMS - 1);
        pdqi_expect(c, " ");
        const pdqi_text name = source ? pdqi_name(c) : pdqi_token(c);
        pdqi_expect(c, "\n");
        if (c->bad)
            return;
        for (unsigned j = 0; j < i; j++)
            if (named->mask >> j & 1 && pdqi_same(named->names[j], name))
                pdqi_fail(c);
        named->names[i] = name;
        named->mask = (uint16_t)(named->mask | 1u << i);
        next = i + 1;
    } while (pdqi_peek_n(c, word, n_word));
}

static void policy_line(pdqi_cursor *c, pdqi_log_policy_id *id)
{
    pdqi_expect(c, "policy ");
    id->named = !pdqi_peek(c, "-\n");
    if (id->named) {
        id->version = pdqi_number(c, 0, PDQI_NUMBER_MAX);
        pdqi_expect(c, " ");
        pdqi_hash_item(c, id->hash);
    } else {
        pdqi_expect(c, "-");
    }
    pdqi_expect(c, "\n");
}

static void keypoints_line(pdqi_cursor *c, pdqi_manifest *m)
{
    m->keypoints_bytes = 0;
    if (!pdqi_peek(c, "local "))
        return;
    pdqi_expect(c, "local 1 ");
    m->keypoints_bytes = pdqi_number(c, FILE_MIN, FILE_MAX);
    if ((m->keypoints_bytes - PDQI_COB_HEAD) % (PDQI_PAGE + PDQI_TAG) < PDQI_TAG)
        pdqi_fail(c);
    pdqi_expect(c, " ");
    pdqi_hash_item(c, m->keypoints_ct_root);
    pdqi_expect(c, " ");
    pdqi_hash_item(c, m->keypoints_pt_root);
    pdqi_expect(c, "\n");
}

static void sound_line(pdqi_cursor *c, pdqi_manifest *m)
{
    m->sound_distance = PDQL_NONE;
    if (m->meta != PDQI_META_VIDEO || !pdqi_peek(c, "sound "))
        return;
    pdqi_expect(c, "sound ");
    m->sound_distance = (uint32_t)pdqi_last_number(c, 0, 255);
}

static void delta_lines(pdqi_cursor *c, pdqi_manifest *m)
{
    uint64_t below = m->seq;
    for (m->n_deltas = 0; m->n_deltas < PDQI_DELTAS && pdqi_peek(c, "delta "); m->n_deltas++) {
        pdqi_delta_line *line = &m->deltas[m->n_deltas];
        pdqi_expect(c, "delta ");
        line->from = pdqi_number(c, 0, PDQI_NUMBER_MAX);
        if (line->from >= below)
            pdqi_fail(c);
        below = line->from;
        pdqi_expect(c, " ");
        line->bytes = pdqi_number(c, FILE_MIN, FILE_MAX);
        pdqi_expect(c, " ");
        pdqi_hash_item(c, line->sha256);
        pdqi_expect(c, "\n");
    }
}

static void prev_line(pdqi_cursor *c, uint64_t seq)
{
    uint8_t digest[32];
    pdqi_expect(c, "prev ");
    if (seq)
        pdqi_hash_item(c, digest);
    else
        pdqi_expect(c, "-");
    pdqi_expect(c, "\n");
}

static void file_lines(pdqi_cursor *c, pdqi_manifest *m)
{
    pdqi_expect(c, "list ");
    m->list_bytes = pdqi_number(c, 0, PDQI_NUMBER_MAX);
    pdqi_expect(c, " ");
    pdqi_hash_item(c, m->ct_root);
    pdqi_expect(c, " ");
    pdqi_hash_item(c, m->key_commit);
    pdqi_expect(c, "\ncontent ");
    m->slots = pdqi_number(c, PDQI_SLOT_STEP, PDQI_SLOTS_MAX);
    if (m->slots % PDQI_SLOT_STEP || m->list_bytes != pdqi_sealed_bytes(pdqi_plain_bytes(m->slots, m->meta)))
        pdqi_fail(c);
    pdqi_expect(c, " ");
    pdqi_hash_item(c, m->pt_root);
    pdqi_expect(c, "\n");
    keypoints_line(c, m);
}

static unsigned ones(uint16_t mask)
{
    unsigned n = 0;
    for (; mask; mask = (uint16_t)(mask & (mask - 1)))
        n++;
    return n;
}

pdql_status pdqi_manifest_parse(pdqi_manifest *m, pdqi_text text)
{
    pdqi_cursor c = { text.p, text.p + text.n, 0 };
    pdqi_expect(&c, "pdqlite.org/manifest/v1\norigin ");
    m->origin = pdqi_name(&c);
    pdqi_expect(&c, "\n");
    m->meta = kind(&c);
    pdqi_expect(&c, "seq ");
    m->seq = pdqi_last_number(&c, 0, PDQI_NUMBER_MAX);
    pdqi_expect(&c, "time ");
    m->issued = pdqi_number(&c, 0, PDQI_NUMBER_MAX);
    pdqi_expect(&c, " ");
    m->expires = pdqi_number(&c, m->issued + 1, PDQI_NUMBER_MAX);
    pdqi_expect(&c, "\n");
    policy_line(&c, &m->policy);
    prev_line(&c, m->seq);
    file_lines(&c, m);
    pdqi_expect(&c, "rule ");
    m->min_sources = (unsigned)pdqi_number(&c, 1, PDQI_ITEMS);
    pdqi_expect(&c, " ");
    m->max_distance = (unsigned)pdqi_last_number(&c, 0, 255);
    sound_line(&c, m);
    numbered(&c, 1, &m->sources);
    numbered(&c, 0, &m->categories);
    delta_lines(&c, m);
    if (c.bad || c.at != c.end || m->min_sources > ones(m->sources.mask)
        || (m->meta == PDQI_META_FILE && (m->max_distance || m->keypoints_bytes)))
        return PDQL_LIST_FORMAT;
    return PDQL_OK;
}

static int ascending(pdqi_text a, pdqi_text b)
{
    const int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return order < 0 || (order == 0 && a.n < b.n);
}

static void allow_lines(pdqi_cursor *c, pdqi_trust *t)
{
    t->allow_unlogged = pdqi_peek(c, "allow unlogged\n");
    if (t->allow_unlogged)
        pdqi_expect(c, "allow unlogged\n");
    t->allow_stale = pdqi_peek(c, "allow stale\n");
    if (t->allow_stale)
        pdqi_expect(c, "allow stale\n");
    t->allow_unaudited = pdqi_peek(c, "allow unaudited\n");
    if (t->allow_unaudited)
        pdqi_expect(c, "allow unaudited\n");
}

static void category_lines(pdqi_cursor *c, pdqi_trust *t)
{
    for (t->n_categories = 0; t->n_categories < PDQI_ITEMS && (t->n_categories == 0 || pdqi_peek(c, "category "));) {
        pdqi_expect(c, "category ");
        const pdqi_text token = pdqi_token(c);
        pdqi_expect(c, "\n");
        if (t->n_categories && !ascending(t->categories[t->n_categories - 1], token))
            pdqi_fail(c);
        if (c->bad)
            return;
        t->categories[t->n_categories++] = token;
    }
}

/* Takes one more key of a type and the line's end; it has another name and another key than the n before it. */
static void key_after(pdqi_cursor *c, const pdqi_sha_kernels *k, unsigned type, pdqi_key *keys, size_t n)
{
    pdqi_vkey(c, k, type, &keys[n]);
    pdqi_expect(c, "\n");
    for (size_t i = 0; !c->bad && i < n; i++)
        if (pdqi_same(keys[i].name, keys[n].name) || memcmp(keys[i].public_key, keys[n].public_key, 32) == 0)
            pdqi_fail(c);
}

static void endorser_lines(pdqi_cursor *c, const pdqi_sha_kernels *k, pdqi_trust *t)
{
    for (t->n_endorsers = 0; t->n_endorsers < PDQI_ENDORSERS && pdqi_peek(c, "endorser "); t->n_endorsers++) {
        pdqi_expect(c, "endorser ");
        key_after(c, k, PDQI_ED25519, t->endorsers, t->n_endorsers);
    }
}

static void auditor_lines(pdqi_cursor *c, const pdqi_sha_kernels *k, pdqi_trust *t)
{
    t->n_auditors = t->audits = 0;
    t->audit_age = 0;
    if (!pdqi_peek(c, "auditors ")) {
        if (t->allow_unaudited)
            pdqi_fail(c);
        return;
    }
    pdqi_expect(c, "auditors ");
    t->audits = (unsigned)pdqi_number(c, 1, PDQI_AUDITORS);
    pdqi_expect(c, " ");
    t->audit_age = pdqi_last_number(c, 1, PDQI_NUMBER_MAX);
    for (; t->n_auditors < PDQI_AUDITORS && pdqi_peek(c, "auditor "); t->n_auditors++) {
        pdqi_expect(c, "auditor ");
        key_after(c, k, PDQI_COSIGNATURE, t->auditors, t->n_auditors);
    }
    if (t->audits > t->n_auditors)
        pdqi_fail(c);
}

pdql_status pdqi_trust_parse(pdqi_trust *t, const pdqi_sha_kernels *k, const uint8_t *data, size_t n)
{
    pdqi_cursor c = { data, data + n, 0 };
    t->quorum = 0;
    pdqi_expect(&c, "pdqlite.org/trust/v1\norigin ");
    t->origin = pdqi_name(&c);
    pdqi_expect(&c, "\n");
    t->meta = kind(&c);
    pdqi_expect(&c, "min-seq ");
    t->min_seq = pdqi_last_number(&c, 0, PDQI_NUMBER_MAX);
    pdqi_expect(&c, "max-distance ");
    t->max_distance = (unsigned)pdqi_last_number(&c, 0, 255);
    t->policy.named = pdqi_peek(&c, "policy ");
    if (t->policy.named) {
        policy_line(&c, &t->policy);
        if (!t->policy.named)
            pdqi_fail(&c);
    } else {
        pdqi_expect(&c, "quorum ");
        t->quorum = (unsigned)pdqi_last_number(&c, 1, PDQI_ENDORSERS);
    }
    allow_lines(&c, t);
    category_lines(&c, t);
    endorser_lines(&c, k, t);
    auditor_lines(&c, k, t);
    if (c.bad || c.at != c.end || t->quorum > t->n_endorsers || (t->policy.named && t->n_endorsers))
        return PDQL_LIST_FORMAT;
    return PDQL_OK;
}
