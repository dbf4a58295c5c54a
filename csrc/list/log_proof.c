/*
 * list/log_proof.c - C2SP tlog-proof, tlog-checkpoint and tlog-cosignature, read strictly
 */
#include "list/log_proof.h"

#include "base/bytes.h"

enum { AHEAD = 86400, MESSAGE_MAX = 256, DIGITS = 20 };

/*@ requires \valid(proof) && readable(text) && \valid(bad);
    assigns proof->origin, proof->size, proof->root[0 .. 31], *bad;
    ensures readable(proof->origin) && \base_addr(proof->origin.p) == \base_addr(text.p);
    ensures !*bad ==> text.n <= 191; */
static void checkpoint(pdqi_proof *proof, pdqi_text text, int *bad)
{
    pdqi_cursor c = { text.p, text.p + text.n, 0 };
    proof->origin = pdqi_name(&c);
    pdqi_expect(&c, "\n");
    proof->size = pdqi_last_number(&c, 0, PDQI_NUMBER_MAX);
    pdqi_hash_item(&c, proof->root);
    pdqi_expect(&c, "\n");
    *bad = c.bad || c.at != c.end;
}

pdql_status pdqi_proof_parse(pdqi_proof *proof, const uint8_t *data, size_t n)
{
    int bad;
    if (n > PDQI_NOTE_MAX)
        return PDQL_LIST_FORMAT;
    pdqi_cursor c = { data, data + n, 0 };
    pdqi_expect(&c, "c2sp.org/tlog-proof@v1\nindex ");
    proof->index = pdqi_last_number(&c, 0, PDQI_NUMBER_MAX);
    /*@ loop invariant reads(&c) && proof->n_path <= PDQI_PATH_MAX && \base_addr(c.end) == \base_addr(data);
        loop assigns c, proof->n_path, proof->path[0 .. PDQI_PATH_MAX * 32 - 1];
        loop variant PDQI_PATH_MAX - proof->n_path; */
    for (proof->n_path = 0; proof->n_path < PDQI_PATH_MAX && !c.bad && !pdqi_peek(&c, "\n"); proof->n_path++) {
        pdqi_hash_item(&c, proof->path + 32 * proof->n_path);
        pdqi_expect(&c, "\n");
    }
    pdqi_expect(&c, "\n");
    if (c.bad || pdqi_note_parse(&proof->note, c.at, (size_t)(c.end - c.at)) != PDQL_OK)
        return PDQL_LIST_FORMAT;
    checkpoint(proof, proof->note.text, &bad);
    return bad ? PDQL_LIST_FORMAT : PDQL_OK;
}

/* 64 bits have at most 20 digits: what is left of a time fits into what is left of them. */
/*@ predicate fits(integer time, integer left) = 1 <= left <= DIGITS
        && (left <= 19 ==> time <= 1844674407370955161) && (left <= 18 ==> time <= 184467440737095516)
        && (left <= 17 ==> time <= 18446744073709551) && (left <= 16 ==> time <= 1844674407370955)
        && (left <= 15 ==> time <= 184467440737095) && (left <= 14 ==> time <= 18446744073709)
        && (left <= 13 ==> time <= 1844674407370) && (left <= 12 ==> time <= 184467440737)
        && (left <= 11 ==> time <= 18446744073) && (left <= 10 ==> time <= 1844674407)
        && (left <= 9 ==> time <= 184467440) && (left <= 8 ==> time <= 18446744) && (left <= 7 ==> time <= 1844674)
        && (left <= 6 ==> time <= 184467) && (left <= 5 ==> time <= 18446) && (left <= 4 ==> time <= 1844)
        && (left <= 3 ==> time <= 184) && (left <= 2 ==> time <= 18) && (left <= 1 ==> time <= 1); */

/* What a witness signs at `time` for a checkpoint; its length. The text has at most 191 bytes. */
/*@ requires \valid(out + (0 .. MESSAGE_MAX - 1)) && readable(text) && text.n <= 191;
    requires \separated(out + (0 .. MESSAGE_MAX - 1), text.p + (0 .. text.n - 1));
    assigns out[0 .. MESSAGE_MAX - 1];
    ensures \result <= MESSAGE_MAX; */
static size_t cosigned(uint8_t out[MESSAGE_MAX], uint64_t time, pdqi_text text)
{
    static const char HEAD[] = "cosignature/v1\ntime ";
    uint8_t digits[DIGITS], *const end = digits + DIGITS, *digit = end;
    size_t n = sizeof HEAD - 1;
    memcpy(out, HEAD, n);
    /*@ loop invariant \base_addr(digit) == \base_addr(end) && fits(time, DIGITS - (end - digit));
        loop assigns time, digit, digits[0 .. DIGITS - 1];
        loop variant time; */
    do
        *--digit = (uint8_t)('0' + time % 10);
    while (time /= 10);
    const size_t n_digits = (size_t)(end - digit);
    memcpy(out + n, digit, n_digits);
    n += n_digits;
    out[n++] = '\n';
    memcpy(out + n, text.p, text.n);
    return n + text.n;
}

int pdqi_cosigned(pdqi_asked *asked, const pdqi_key *key, const pdqi_note_line *line, pdqi_text text, uint64_t *time)
{
    uint8_t message[MESSAGE_MAX];
    if (line->n != PDQI_LINE_KEPT)
        return 0;
    *time = pdqi_load_be64(line->data + PDQI_KEY_ID);
    const size_t n = cosigned(message, *time, text);
    return pdqi_signed(asked, key->public_key, line->data + PDQI_KEY_ID + PDQI_TIME, message, n);
}

/* Every known cosignature: members that signed, and when. */
/*@ requires proof_reads(proof) && \valid(asked) && quorum_reads(q) && \valid(members);
    requires \valid(times + (0 .. PDQI_MEMBERS - 1));
    requires \separated(times + (0 .. PDQI_MEMBERS - 1), q) && \separated(times + (0 .. PDQI_MEMBERS - 1), proof);
    assigns *members, times[0 .. PDQI_MEMBERS - 1], asked->pending; */
static pdql_status witnessed(const pdqi_proof *proof, pdqi_asked *asked, const pdqi_quorum *q, uint32_t *members,
                             uint64_t times[PDQI_MEMBERS])
{
    *members = 0;
    /*@ loop invariant i <= q->n_members;
        loop assigns i, *members, times[0 .. PDQI_MEMBERS - 1], asked->pending;
        loop variant q->n_members - i; */
    for (size_t i = 0; i < q->n_members; i++) {
        const pdqi_note_line *line = pdqi_note_line_of(&proof->note, &q->keys[i]);
        if (!line)
            continue;
        if (!pdqi_cosigned(asked, &q->keys[i], line, proof->note.text, &times[i]))
            return PDQL_LIST_UNWITNESSED;
        *members |= (uint32_t)1 << i;
    }
    return PDQL_OK;
}

/* The latest time such that those who signed then or later make a quorum. 0 if there is none. */
/*@ requires quorum_reads(q) && \valid_read(times + (0 .. PDQI_MEMBERS - 1)) && \valid(time) && \separated(time, q);
    assigns *time; */
static int quorum_time(const pdqi_quorum *q, uint32_t members, const uint64_t times[PDQI_MEMBERS], uint64_t *time)
{
    int found = 0;
    /*@ loop invariant i <= q->n_members;
        loop assigns i, found, *time;
        loop variant q->n_members - i; */
    for (size_t i = 0; i < q->n_members; i++) {
        uint32_t since = 0;
        if (!(members >> i & 1) || (found && times[i] <= *time))
            continue;
        /*@ loop invariant j <= q->n_members;
            loop assigns j, since;
            loop variant q->n_members - j; */
        for (size_t j = 0; j < q->n_members; j++)
            if (members >> j & 1 && times[j] >= times[i])
                since |= (uint32_t)1 << j;
        if (pdqi_quorum_holds(q, since)) {
            *time = times[i];
            found = 1;
        }
    }
    return found;
}

pdql_status pdqi_proof_check(const pdqi_proof *proof, const pdql_kernels *k, pdqi_asked *asked, pdqi_text text,
                             uint64_t seq, const pdqi_log_policy *policy, pdqi_seen *seen)
{
    uint8_t leaf[PDQI_HASH];
    uint64_t times[PDQI_MEMBERS];
    uint32_t members;
    if (pdqi_note_signers(&proof->note, asked, &policy->log, 1, &members) != PDQL_OK || !members
        || !pdqi_same(proof->origin, policy->log.name) || proof->index != seq)
        return PDQL_LIST_UNLOGGED;
    pdqi_leaf_hash(k->sha, text.p, text.n, leaf);
    if (pdql_inclusion_check(k, seq, proof->size, leaf, proof->path, proof->n_path, proof->root) != PDQL_OK)
        return PDQL_LIST_UNLOGGED;
    if (witnessed(proof, asked, &policy->witnesses, &members, times) != PDQL_OK)
        return PDQL_LIST_UNWITNESSED;
    seen->time = 0;
    seen->asked = policy->witnesses.top != 0;
    if (seen->asked && !quorum_time(&policy->witnesses, members, times, &seen->time))
        return PDQL_LIST_UNWITNESSED;
    return PDQL_OK;
}

int pdqi_lately(uint64_t time, uint64_t max_age, uint64_t now)
{
    return time > now ? time - now <= AHEAD : now - time <= max_age;
}

pdql_status pdqi_proof_fresh(const pdqi_proof *proof, pdqi_seen seen, uint64_t max_age, uint64_t now)
{
    if (proof->index + 1 != proof->size)
        return PDQL_LIST_ROLLBACK;
    return seen.asked && !pdqi_lately(seen.time, max_age, now) ? PDQL_LIST_FREEZE : PDQL_OK;
}

pdql_status pdqi_history(const pdqi_proof *proof, const pdql_kernels *k, uint64_t old_size, const uint8_t old_root[32],
                         const uint8_t *lines, size_t n)
{
    uint8_t nodes[(PDQI_PATH_MAX + 1) * PDQI_HASH], roots[2 * PDQI_HASH];
    size_t n_nodes = 0;
    if (old_size == 0) /* no log was seen before: there is nothing to go on from */
        return PDQL_OK;
    if (proof->size < old_size)
        return PDQL_LIST_ROLLBACK;
    if (proof->size == old_size)
        return memcmp(proof->root, old_root, 32) ? PDQL_LIST_SPLIT_VIEW : PDQL_OK;
    if (n == 0 || proof->size > PDQL_TREE_MAX)
        return PDQL_LIST_UNPROVEN;
    pdqi_cursor c = { lines, lines + n, 0 };
    /*@ loop invariant reads(&c) && n_nodes <= PDQI_PATH_MAX + 1 && (n_nodes >= 1 || (!c.bad && c.at < c.end));
        loop assigns c, n_nodes, nodes[0 .. (PDQI_PATH_MAX + 1) * PDQI_HASH - 1];
        loop variant PDQI_PATH_MAX + 1 - n_nodes; */
    while (n_nodes <= PDQI_PATH_MAX && !c.bad && c.at < c.end) {
        pdqi_hash_item(&c, nodes + PDQI_HASH * n_nodes++);
        pdqi_expect(&c, "\n");
    }
    if (c.bad || c.at != c.end)
        return PDQL_LIST_FORMAT;
    /* a power of two: RFC 9162's proof leaves out the root of the old tree */
    const int given = pdqi_consistency_roots(k->sha, old_size, proof->size, nodes, nodes + PDQI_HASH, n_nodes - 1,
                                             roots);
    const int left_out = !given && (old_size & (old_size - 1)) == 0
        && pdqi_consistency_roots(k->sha, old_size, proof->size, old_root, nodes, n_nodes, roots);
    if (!(given || left_out) || memcmp(roots + PDQI_HASH, proof->root, PDQI_HASH))
        return PDQL_LIST_UNPROVEN;
    return memcmp(roots, old_root, PDQI_HASH) ? PDQL_LIST_SPLIT_VIEW : PDQL_OK;
}
