/*
 * list/log_policy.c - the grammar of a policy; what makes a quorum
 */
#include "list/log_policy.h"

static unsigned ones(uint64_t mask)
{
    unsigned n = 0;
    for (; mask; mask &= mask - 1)
        n++;
    return n;
}

int pdqi_quorum_holds(const pdqi_quorum *q, uint32_t members)
{
    uint64_t holds = members;
    for (size_t j = 0; j < q->n_groups; j++) /* members of a group stand above it */
        if (ones(holds & q->groups[j].of) >= q->groups[j].needed)
            holds |= (uint64_t)1 << (PDQI_MEMBERS + j);
    return q->top == 0 || (holds & q->top) != 0;
}

/* The bit of a member or group; 0 if none has that name. */
static uint64_t bit_of(const pdqi_quorum *q, pdqi_text name)
{
    for (size_t i = 0; i < q->n_members; i++)
        if (pdqi_same(q->names[i], name))
            return (uint64_t)1 << i;
    for (size_t j = 0; j < q->n_groups; j++)
        if (pdqi_same(q->groups[j].name, name))
            return (uint64_t)1 << (PDQI_MEMBERS + j);
    return 0;
}

static int is(pdqi_text t, const char *literal, size_t n)
{
    return t.n == n && memcmp(t.p, literal, n) == 0;
}

static pdqi_text new_name(pdqi_cursor *c, const pdqi_quorum *q)
{
    const pdqi_text name = pdqi_name(c);
    if (is(name, "none", 4) || bit_of(q, name))
        pdqi_fail(c);
    return name;
}

static void members(pdqi_cursor *c, const pdqi_sha_kernels *k, unsigned type, pdqi_quorum *q)
{
    for (q->n_members = 0; q->n_members < PDQI_MEMBERS && pdqi_peek(c, "witness "); q->n_members++) {
        const size_t n = q->n_members;
        pdqi_expect(c, "witness ");
        q->names[n] = new_name(c, q);
        pdqi_expect(c, " ");
        pdqi_vkey(c, k, type, &q->keys[n]);
        pdqi_expect(c, "\n");
        for (size_t i = 0; !c->bad && i < n; i++)
            if (memcmp(q->keys[i].public_key, q->keys[n].public_key, 32) == 0
                || pdqi_same(q->keys[i].name, q->keys[n].name))
                pdqi_fail(c);
    }
}

/* `any`, `all` or a number; 0 stands for `all` until the members are known. */
static unsigned needed(pdqi_cursor *c)
{
    const int all = pdqi_peek(c, "all "), any = pdqi_peek(c, "any ");
    if (!all && !any)
        return (unsigned)pdqi_number(c, 1, PDQI_MEMBERS + PDQI_GROUPS);
    c->at += 3;
    return any ? 1 : 0;
}

static void groups(pdqi_cursor *c, pdqi_quorum *q)
{
    uint64_t used = 0;
    for (q->n_groups = 0; q->n_groups < PDQI_GROUPS && pdqi_peek(c, "group ");) {
        pdqi_group g = { { NULL, 0 }, 0, 0 };
        pdqi_expect(c, "group ");
        g.name = new_name(c, q);
        pdqi_expect(c, " ");
        g.needed = needed(c);
        do {
            pdqi_expect(c, " ");
            const uint64_t bit = bit_of(q, pdqi_name(c));
            if (!bit || used & bit)
                pdqi_fail(c);
            used |= bit;
            g.of |= bit;
        } while (!c->bad && pdqi_peek(c, " "));
        pdqi_expect(c, "\n");
        if (g.needed == 0)
            g.needed = ones(g.of);
        if (g.needed > ones(g.of))
            pdqi_fail(c);
        if (c->bad)
            return;
        q->groups[q->n_groups++] = g;
    }
}

static void quorum(pdqi_cursor *c, const pdqi_sha_kernels *k, unsigned type, int allow_none, pdqi_quorum *q)
{
    q->n_members = q->n_groups = 0;
    members(c, k, type, q);
    groups(c, q);
    pdqi_expect(c, "quorum ");
    const pdqi_text name = pdqi_item(c);
    q->top = bit_of(q, name);
    if (!q->top && !(allow_none && is(name, "none", 4)))
        pdqi_fail(c);
    pdqi_expect(c, "\n");
}

pdql_status pdqi_log_policy_parse(pdqi_log_policy *policy, const pdqi_sha_kernels *k, pdqi_text text)
{
    pdqi_cursor c = { text.p, text.p + text.n, 0 };
    pdqi_sha256 h;
    pdqi_expect(&c, "pdqlite.org/policy/v1\norigin ");
    policy->origin = pdqi_name(&c);
    pdqi_expect(&c, "\nversion ");
    policy->version = pdqi_last_number(&c, 0, PDQI_NUMBER_MAX);
    pdqi_expect(&c, "seq ");
    policy->seq = pdqi_last_number(&c, 0, PDQI_NUMBER_MAX);
    pdqi_expect(&c, "prev ");
    policy->has_prev = policy->version != 0;
    if (policy->has_prev)
        pdqi_hash_item(&c, policy->prev);
    else
        pdqi_expect(&c, "-");
    pdqi_expect(&c, "\nmax-age ");
    policy->max_age = pdqi_last_number(&c, 1, PDQI_NUMBER_MAX);
    pdqi_expect(&c, "--- log\nlog ");
    pdqi_vkey(&c, k, PDQI_ED25519, &policy->log);
    pdqi_expect(&c, "\n");
    quorum(&c, k, PDQI_COSIGNATURE, 1, &policy->witnesses);
    pdqi_expect(&c, "--- endorse\n");
    quorum(&c, k, PDQI_ED25519, 0, &policy->endorsers);
    pdqi_expect(&c, "--- root\n");
    quorum(&c, k, PDQI_ED25519, 0, &policy->root);
    if (c.bad || c.at != c.end)
        return PDQL_LIST_FORMAT;
    pdqi_sha256_init(&h, k);
    pdqi_sha256_add(&h, text.p, text.n);
    pdqi_sha256_end(&h, policy->hash);
    return PDQL_OK;
}
