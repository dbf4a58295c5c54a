/*
 * list/verify.c - from texts and a remembered state to an endorsed list and the next state
 *
 * Order and statuses: docs/formats/list-verify.md, section 9. Pure: the same inputs
 * give the same verdict, and nothing but the result is kept of them.
 */
#include "list/list.h"

enum { MASK_BITS = 32 };

typedef struct judge {
    const pdql_kernels *k;
    const pdql_release *r;
    pdqi_asked asked;
    pdqi_judging *v;
    const pdqi_log_policy *policy; /* in force; NULL with pinned keys */
    uint64_t now;              /* never before what witnesses have said */
    uint32_t signers, remarks;
    int logged;
    pdqi_seen seen;
} judge;

static unsigned ones(uint32_t mask)
{
    unsigned n = 0;
    for (; mask; mask &= mask - 1)
        n++;
    return n;
}

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

/* What the application and the device know before any file of the release is read. */
static pdql_status known(pdqi_judging *v, const pdql_kernels *k, const pdql_release *r)
{
    uint8_t id[32];
    pdql_status status = pdqi_trust_parse(&v->trust, k->sha, r->trust.data, r->trust.n);
    if (status != PDQL_OK)
        return status;
    memset(&v->state, 0, sizeof v->state);
    if (!r->state.data)
        return PDQL_OK;
    status = pdqi_installed_parse(&v->state, k->sha, r->state.data, r->state.n);
    if (status != PDQL_OK)
        return status;
    pdqi_list_id(k->sha, v->trust.origin, v->trust.meta, id);
    return memcmp(id, v->state.list, 32) ? PDQL_LIST_ORIGIN : PDQL_OK;
}

static pdql_status texts(pdqi_judging *v, const pdql_release *r)
{
    const pdql_status status = pdqi_note_parse(&v->note, r->manifest.data, r->manifest.n);
    return status == PDQL_OK ? pdqi_manifest_parse(&v->manifest, v->note.text) : status;
}

/* Where the chain of policies begins: at the pinned one, or at the one reached before. */
static const pdqi_log_policy_id *start_of(const pdqi_judging *v)
{
    const pdqi_log_policy_id *pinned = &v->trust.policy, *stored = &v->state.policy;
    return stored->named && stored->version >= pinned->version ? stored : pinned;
}

/* Whether the manifest names a policy within reach of the start. */
static int within_reach(const pdqi_judging *v)
{
    const pdqi_log_policy_id *start = start_of(v), *target = &v->manifest.policy;
    return target->named && target->version >= start->version && target->version - start->version <= PDQI_CHAIN_MAX
        && (start->version != v->trust.policy.version || !memcmp(start->hash, v->trust.policy.hash, 32));
}

static int signed_by(judge *j, const pdqi_note *note, const pdqi_quorum *q, uint32_t *signers)
{
    return pdqi_note_signers(note, &j->asked, q->keys, q->n_members, signers) == PDQL_OK
        && pdqi_quorum_holds(q, *signers);
}

/* Policy i of the files is there. */
static int has_policy(const judge *j, size_t i)
{
    return i < j->r->n_policies && j->r->policies[2 * i].data && j->r->policies[2 * i].n;
}

/* Reads policy i of the files; 0 if it is absent or breaks its grammar. */
static int policy_text(judge *j, size_t i, pdqi_log_policy *out)
{
    const pdql_bytes note = j->r->policies[2 * i];
    return note.data && pdqi_note_parse(&j->v->policy_note, note.data, note.n) == PDQL_OK
        && pdqi_log_policy_parse(out, j->k->sha, j->v->policy_note.text) == PDQL_OK;
}

static int step(judge *j, size_t i, const pdqi_log_policy *old, pdqi_log_policy *new)
{
    const pdql_bytes proof = j->r->policies[2 * i + 1];
    const pdqi_note *note = &j->v->policy_note;
    uint32_t signers;
    pdqi_seen seen;
    return policy_text(j, i, new) && new->version == old->version + 1 && new->has_prev
        && !memcmp(new->prev, old->hash, 32) && pdqi_same(new->origin, old->origin) && new->seq > old->seq
        && pdqi_same(new->log.name, old->log.name) && signed_by(j, note, &old->root, &signers)
        && signed_by(j, note, &new->root, &signers) && proof.data
        && pdqi_proof_parse(&j->v->proof, proof.data, proof.n) == PDQL_OK
        && pdqi_proof_check(&j->v->proof, j->k, &j->asked, note->text, new->seq, old, &seen) == PDQL_OK;
}

/* A log is its name: whatever its keys, what was seen of it stands. */
static int same_log(const judge *j, const pdqi_log_policy *policy)
{
    uint8_t log[32];
    pdqi_log_id(j->k->sha, policy->log.name, log);
    return !j->v->state.log_size || !memcmp(log, j->v->state.log, 32);
}

/* Section 10: the policy that the manifest names, or POLICY_CHAIN. */
static pdql_status walk(judge *j)
{
    pdqi_judging *v = j->v;
    if (!within_reach(v))
        return PDQL_LIST_POLICY_CHAIN;
    const pdqi_log_policy_id *start = start_of(v);
    const size_t steps = (size_t)(v->manifest.policy.version - start->version);
    pdqi_log_policy *current = &v->policies[0];
    if (j->r->n_policies <= steps || !policy_text(j, 0, current) || memcmp(current->hash, start->hash, 32)
        || current->version != start->version || !pdqi_same(current->origin, v->trust.origin))
        return PDQL_LIST_POLICY_CHAIN;
    for (size_t i = 1; i <= steps; i++) {
        pdqi_log_policy *next = &v->policies[i & 1];
        if (!step(j, i, current, next))
            return PDQL_LIST_POLICY_CHAIN;
        current = next;
    }
    if (memcmp(current->hash, v->manifest.policy.hash, 32) || !same_log(j, current))
        return PDQL_LIST_POLICY_CHAIN;
    pdqi_log_policy *next = &v->policies[(steps + 1) & 1];
    if (has_policy(j, steps + 1) && (!step(j, steps + 1, current, next) || next->seq < v->manifest.seq))
        return PDQL_LIST_POLICY_CHAIN; /* it was in force no more */
    j->policy = current;
    return PDQL_OK;
}

static pdql_status endorsed(judge *j)
{
    pdqi_judging *v = j->v;
    if (v->trust.policy.named) {
        const pdql_status status = walk(j);
        if (status != PDQL_OK)
            return status;
        return signed_by(j, &v->note, &j->policy->endorsers, &j->signers) ? PDQL_OK : PDQL_LIST_UNENDORSED;
    }
    const pdql_status status = pdqi_note_signers(&v->note, &j->asked, v->trust.endorsers, v->trust.n_endorsers,
                                                 &j->signers);
    return status == PDQL_OK && ones(j->signers) < v->trust.quorum ? PDQL_LIST_UNENDORSED : status;
}

/* Section 11, with what is remembered of the log. */
static pdql_status logged(judge *j)
{
    pdqi_judging *v = j->v;
    const pdqi_installed *old = &v->state;
    const pdql_release *r = j->r;
    if (!j->policy || !r->proof.data) {
        j->remarks |= PDQL_REMARK_UNLOGGED;
        return v->trust.allow_unlogged ? PDQL_OK : PDQL_LIST_UNLOGGED;
    }
    pdql_status status = pdqi_proof_parse(&v->proof, r->proof.data, r->proof.n);
    if (status == PDQL_OK)
        status = pdqi_proof_check(&v->proof, j->k, &j->asked, v->note.text, v->manifest.seq, j->policy, &j->seen);
    if (status == PDQL_OK && j->policy->seq >= v->manifest.seq)
        status = PDQL_LIST_POLICY_CHAIN; /* it was not in force yet */
    if (status == PDQL_OK)
        status = pdqi_proof_fresh(&v->proof, j->seen, j->policy->max_age, j->now);
    if (status != PDQL_OK)
        return status;
    if (old->log_size)
        status = pdqi_history(&v->proof, j->k, old->log_size, old->log_root, r->consistency.data,
                              r->consistency.data ? r->consistency.n : 0);
    j->logged = 1;
    j->remarks |= j->seen.asked ? 0 : PDQL_REMARK_UNWITNESSED;
    return status;
}

static void text_hash(const judge *j, uint8_t out[32])
{
    pdql_sha256(j->k, j->v->note.text.p, j->v->note.text.n, out);
}

/* Section 17: enough of the pinned auditors say that this release passed. */
static pdql_status audited(judge *j, const uint8_t text[32])
{
    static const char HEAD[] = "pdqlite.org/audited/v1\n";
    enum { N_HEAD = sizeof HEAD - 1 };
    const pdqi_trust *t = &j->v->trust;
    uint8_t said[N_HEAD + 32];
    unsigned passed = 0;
    memcpy(said, HEAD, N_HEAD);
    memcpy(said + N_HEAD, text, 32);
    for (size_t i = 0; i < t->n_auditors; i++) {
        const pdqi_note_line *line = pdqi_note_line_of(&j->v->note, &t->auditors[i]);
        uint64_t time = 0;
        if (!line)
            continue;
        if (!pdqi_cosigned(&j->asked, &t->auditors[i], line, (pdqi_text){ said, sizeof said }, &time))
            return PDQL_LIST_UNAUDITED;
        passed += (unsigned)pdqi_lately(time, t->audit_age, j->now);
    }
    if (passed >= t->audits)
        return PDQL_OK;
    j->remarks |= PDQL_REMARK_UNAUDITED;
    return t->allow_unaudited ? PDQL_OK : PDQL_LIST_UNAUDITED;
}

/* Steps 4 to 8. */
static pdql_status judged(judge *j)
{
    pdqi_judging *v = j->v;
    const pdqi_manifest *m = &v->manifest;
    uint8_t text[32];
    if (!pdqi_same(m->origin, v->trust.origin) || m->meta != v->trust.meta)
        return PDQL_LIST_ORIGIN;
    if (!pins_hold(m, &v->trust))
        return PDQL_LIST_PINS;
    if (m->seq < v->trust.min_seq || (v->state.installs && m->seq < v->state.seq))
        return PDQL_LIST_ROLLBACK;
    const pdql_status status = logged(j);
    if (status != PDQL_OK)
        return status;
    text_hash(j, text);
    if (v->state.installs && m->seq == v->state.seq && memcmp(text, v->state.manifest, 32))
        return PDQL_LIST_SPLIT_VIEW;
    if (j->now >= m->expires) {
        j->remarks |= PDQL_REMARK_STALE;
        if (!v->trust.allow_stale)
            return PDQL_LIST_EXPIRED;
    }
    return audited(j, text);
}

/* Sources of the manifest that are among the organisations that signed. */
static uint32_t signed_sources(const judge *j)
{
    const pdqi_key *keys = j->policy ? j->policy->endorsers.keys : j->v->trust.endorsers;
    const pdqi_named *sources = &j->v->manifest.sources;
    uint32_t mask = 0;
    for (unsigned i = 0; i < PDQI_ITEMS; i++)
        for (size_t e = 0; sources->mask >> i & 1 && e < MASK_BITS; e++)
            if (j->signers >> e & 1 && pdqi_same(sources->names[i], keys[e].name))
                mask |= (uint32_t)1 << i;
    return mask;
}

static void next_state(const judge *j, uint8_t out[PDQL_STATE_BYTES])
{
    const pdqi_judging *v = j->v;
    pdqi_installed s = v->state;
    const uint64_t seen = j->seen.time < j->now ? j->seen.time : j->now;
    s.installs++;
    s.seq = v->manifest.seq;
    s.seen = s.max_age = 0;
    if (j->seen.asked) {
        s.seen = seen;
        s.max_age = j->policy->max_age;
        s.floor = seen > s.floor ? seen : s.floor;
    }
    if (j->logged) {
        s.log_size = v->proof.size;
        memcpy(s.log_root, v->proof.root, 32);
        pdqi_log_id(j->k->sha, j->policy->log.name, s.log);
    }
    s.policy = (pdqi_log_policy_id){ 0 };
    if (j->policy)
        s.policy = v->manifest.policy;
    text_hash(j, s.manifest);
    pdqi_list_id(j->k->sha, v->manifest.origin, v->manifest.meta, s.list);
    pdqi_installed_write(&s, j->k->sha, out);
}

/* The list, made of the manifest that was judged good. The judging is gone afterwards. */
static void make(pdql_list *l, const judge *j)
{
    const pdqi_manifest m = j->v->manifest; /* deltas past n_deltas are never looked at */
    const uint32_t sources = signed_sources(j);
    uint8_t token[PDQL_TOKEN_BYTES] = { 0 };
    if (j->logged)
        pdqi_log_token(j->k, &j->v->proof, token);
    memset(l, 0, sizeof *l); /* the judging too: it lies in the same place */
    l->sha = j->k->sha;
    l->info = (pdql_list_info){
        .seq = m.seq,
        .issued = m.issued,
        .expires = m.expires,
        .list_bytes = m.list_bytes,
        .slots = m.slots,
        .keypoints_bytes = m.keypoints_bytes,
        .meta_bytes = (uint32_t)m.meta,
        .min_sources = m.min_sources,
        .max_distance = m.max_distance,
        .sources = m.sources.mask,
        .categories = m.categories.mask,
        .signers = j->signers,
        .signed_sources = sources,
        .remarks = j->remarks,
    };
    memcpy(l->ct_root, m.ct_root, 32);
    memcpy(l->key_commit, m.key_commit, 32);
    memcpy(l->pt_root, m.pt_root, 32);
    memcpy(l->info.pt_root, m.pt_root, 32);
    memcpy(l->keypoints_ct_root, m.keypoints_ct_root, 32);
    memcpy(l->keypoints_pt_root, m.keypoints_pt_root, 32);
    memcpy(l->origin, m.origin.p, m.origin.n);
    l->n_origin = m.origin.n;
    l->sound_distance = m.sound_distance;
    memcpy(l->deltas, m.deltas, sizeof l->deltas);
    l->n_deltas = m.n_deltas;
    l->has_token = j->logged;
    memcpy(l->token, token, sizeof token);
    pdqi_begin_leaf(l);
}

size_t pdql_list_size(void)
{
    return sizeof(pdql_list);
}

static int usable(const pdql_release *r)
{
    return r && r->trust.data && r->manifest.data && r->now <= PDQI_NUMBER_MAX && (r->policies || !r->n_policies);
}

pdql_status pdql_list_needs(void *memory, size_t n_memory, const pdql_kernels *k, const pdql_release *release,
                            pdql_needs *needs)
{
    if (!memory || !k || !usable(release) || !needs || (uintptr_t)memory % 16)
        return PDQL_ERR_ARG;
    if (n_memory < sizeof(pdql_list))
        return PDQL_ERR_SPACE;
    pdqi_judging *v = &((pdql_list *)memory)->judging;
    pdql_status status = known(v, k, release);
    if (status == PDQL_OK)
        status = texts(v, release);
    if (status != PDQL_OK)
        return status;
    *needs = (pdql_needs){ .consistency = v->state.log_size };
    if (!v->trust.policy.named)
        return PDQL_OK;
    if (!within_reach(v))
        return PDQL_LIST_POLICY_CHAIN;
    needs->first_policy = start_of(v)->version;
    needs->n_policies = v->manifest.policy.version - needs->first_policy + 2;
    return PDQL_OK;
}

pdql_status pdql_list_verify(void *memory, size_t n_memory, const pdql_kernels *k, const pdql_provider *p,
                             const pdql_release *release, pdql_list **list, pdql_list_info *info, uint8_t *state)
{
    if (!memory || !k || !p || !p->ed25519_verify || !usable(release) || !list || (uintptr_t)memory % 16)
        return PDQL_ERR_ARG;
    if (n_memory < sizeof(pdql_list))
        return PDQL_ERR_SPACE;
    pdql_list *l = memory;
    judge j = { .k = k, .r = release, .asked = { p, 0 }, .v = &l->judging };
    pdql_status status = known(j.v, k, release);
    if (status == PDQL_OK)
        status = texts(j.v, release);
    if (status != PDQL_OK)
        return status;
    j.now = release->now > j.v->state.floor ? release->now : j.v->state.floor;
    status = endorsed(&j);
    if (status == PDQL_OK)
        status = judged(&j);
    if (j.asked.pending)
        return PDQL_ERR_PENDING;
    if (status != PDQL_OK)
        return status;
    if (state)
        next_state(&j, state);
    make(l, &j);
    if (info)
        *info = l->info;
    *list = l;
    return PDQL_OK;
}
