/*
 * match/confirm.c - claims of a matcher: what keypoints found, and what hashes found
 *
 * A hash can be forged in a second, and a few keypoints moved; a picture whose visible parts are where the
 * entry's record says that they are is the entry's. What hashes found is confirmed at the place where they found
 * it, or where the keypoints that both pictures have say that it lies.
 */
#include "match/flatness.h"
#include "match/matcher.h"

#include "keypoints/index.h"

#include <string.h>

enum {
    LEAST_KEYPOINTS = 8,
    REFITS = 2,
    ROUNDS = 3,
    LEAST_LEAN = 6554, /* 1/65536: what leans less is no picture from the side, but perhaps another filled-in form */
    LEAST_BITS = 10 * 16,
    /* 1/65536: of flat graphics; of 232 pairs of other charts, forms and cards the best had 0.87, of logos 5.5 nats */
    FLAT_COVER = 65536 / 16 * 15,
    /* 1/65536: cover that a screen needs, and 3/10 of what is visible, up to nine tenths, more: of 297 pairs of flat pictures of
       one template that had a proof 98 of 100 cover less than 0.91, and all of 141 recoded copies more */
    SCREEN_COVER = 65536 / 100 * 66,
    SCREEN_WHOLE = 65536 / 10 * 9
};

void pdqi_map_of(const int32_t box[4], unsigned orientation, int32_t map[6])
{
    /* Which coordinate of the original runs along x, and whether it runs back: bit o is orientation o. */
    enum {
        SWAPPED = 1 << PDQL_TURNED_90 | 1 << PDQL_TURNED_270 | 1 << PDQL_TRANSPOSED | 1 << PDQL_TRANSPOSED_BACK,
        BACK_X = 1 << PDQL_TURNED_90 | 1 << PDQL_TURNED_180 | 1 << PDQL_MIRRORED | 1 << PDQL_TRANSPOSED_BACK,
        BACK_Y = 1 << PDQL_TURNED_180 | 1 << PDQL_TURNED_270 | 1 << PDQL_FLIPPED | 1 << PDQL_TRANSPOSED_BACK
    };
    const int swapped = SWAPPED >> orientation & 1, back[2] = { BACK_X >> orientation & 1, BACK_Y >> orientation & 1 };
    memset(map, 0, 6 * sizeof *map);
    for (int i = 0; i < 2; i++) {
        const int32_t from = box[i], to = box[2 + i];
        map[3 * i + (swapped ? 1 - i : i)] = back[i] ? from - to : to - from;
        map[3 * i + 2] = back[i] ? to : from;
    }
}

/* The record of an entry, 0 bytes if it has none; PDQL_ERR_BLOCK if the block is damaged. */
static pdql_status record_of(const pdql_matcher *m, uint32_t row, uint8_t *record, size_t *length, uint64_t *common)
{
    keypoints_block v;
    *length = 0;
    if (!m->list.keypoints)
        return PDQL_OK;
    if (!pdqi_keypoints_open(m->list.keypoints, m->list.keypoints_bytes, &v))
        return PDQL_ERR_BLOCK;
    if (row >= v.entries)
        return PDQL_OK;
    if (!(*length = pdqi_keypoints_record(&v, row, record)) || pdql_keypoints_check(record, *length) != PDQL_OK)
        return PDQL_ERR_BLOCK;
    *common = pdqi_keypoints_common(&v, row);
    return PDQL_OK;
}

/*
 * Signs that were forged lie just beyond their thresholds: the picture's coarse light then says little of the bits that it has.
 * All of a copy says 14 nats and more, a forgery 6 at most.
 */
static int bits_say(const pdql_claim *claim, const pdql_claim_proof *proof)
{
    return !claim->row || (int64_t)proof->bits * 65536 >= (int64_t)LEAST_BITS * proof->visible;
}

/* Whether a claim at a screen leaves too much of it open. */
static int screen_differs(const pdqi_work *w, const pdql_claim *claim, const pdql_claim_proof *proof)
{
    const uint32_t visible = proof->visible < SCREEN_WHOLE ? proof->visible : SCREEN_WHOLE;
    pdql_where where = { 0 };
    pdqi_span_of(claim->model, &where.left, &where.right);
    pdqi_span_of(claim->model + 3, &where.top, &where.bottom);
    return proof->cover < SCREEN_COVER + visible * 3 / 10 && pdqi_is_screen(&w->plane, &where);
}

/* Raises `value` to what the claim comes to; short of `least` where the bits do not say enough of what hashes found. */
static pdql_status value_of(const pdql_matcher *m, const pdqi_work *w, const pdql_claim *claim, int32_t least,
                            int local, int32_t *value)
{
    pdql_claim_proof proof;
    size_t size;
    void *const work = pdqi_claim_work(m, w, &size);
    const pdql_status status = pdql_claim_verify(&w->plane, claim, work, size, &proof);
    if (status == PDQL_OK && proof.value >= least
        && ((local ? least == PDQI_CLAIM_FLAT && proof.cover < FLAT_COVER : !bits_say(claim, &proof))
            || screen_differs(w, claim, &proof)))
        proof.value = least - 1;
    if (status == PDQL_OK && proof.value > *value)
        *value = proof.value;
    return status == PDQL_ERR_ARG ? PDQL_OK : status; /* a map far out proves nothing */
}

/*
 * What keypoints found may be seen from the side: the map is moved to where they are. Of a picture, the first REFITS
 * claims that the map as it was did not prove; they then have to come to more.
 */
static pdql_status refit(const pdql_matcher *m, pdqi_work *w, pdql_claim *claim, int32_t *value)
{
    size_t size;
    void *const work = pdqi_claim_work(m, w, &size);
    unsigned used = 1;
    int32_t refined = PDQL_CLAIM_NONE;
    pdql_status status = PDQL_OK;
    if (w->n_refits++ >= REFITS)
        return PDQL_OK;
    for (int i = 0; i < ROUNDS && status == PDQL_OK && used; i++)
        status = pdql_claim_refine(&w->plane, claim, work, size, &used);
    const int32_t *const lean = claim->lean;
    if (status == PDQL_OK && (lean[0] < 0 ? -lean[0] : lean[0]) + (lean[1] < 0 ? -lean[1] : lean[1]) >= LEAST_LEAN)
        status = value_of(m, w, claim, PDQI_CLAIM_REFINED, 1, &refined);
    if (status == PDQL_OK && refined >= PDQI_CLAIM_REFINED)
        *value = refined;
    return status == PDQL_ERR_ARG ? PDQL_OK : status;
}

pdql_status pdqi_judge(const pdql_matcher *m, pdqi_work *w, const pdql_evidence *e, const int32_t map[6],
                       unsigned inverted, int32_t least, pdqi_judged *out)
{
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX];
    pdql_keypoints_match vote;
    pdql_claim claim = { .row = m->list.rows ? m->list.rows + (size_t)e->row * PDQL_HASH_BYTES : NULL,
                         .record = record,
                         .inverted = inverted,
                         /* a forger would hide what he cannot forge */
                         .bars = e->tier == PDQL_TIER_KEYPOINTS };
    *out = (pdqi_judged){ e->row, e->tier == PDQL_TIER_KEYPOINTS, PDQL_CONFIRMED_NOT_POSSIBLE, PDQL_CLAIM_NONE };
    pdql_status status = record_of(m, e->row, record, &claim.length, &claim.common);
    if (status != PDQL_OK || !claim.length || (!out->keypoints && record[1] < LEAST_KEYPOINTS))
        return status;
    memcpy(claim.model, map, sizeof claim.model);
    status = value_of(m, w, &claim, least, (int)out->keypoints, &out->proof);
    if (status == PDQL_OK && out->proof < least && (least == PDQL_CLAIM_MATCH || least == PDQI_CLAIM_CLOSER))
        status = refit(m, w, &claim, &out->proof);
    if (status == PDQL_OK && out->proof < least && !out->keypoints) {
        status = pdqi_query(m, w);
        if (status == PDQL_OK)
            status = pdql_keypoints_compare(pdqi_kernels_of(m), w->stage, record, claim.length,
                                            m->policy.views & PDQL_VIEW_TURNED ? PDQL_KEYPOINTS_TURNS : 1, &vote);
        if (status == PDQL_OK && vote.score) {
            memcpy(claim.model, vote.model, sizeof claim.model);
            claim.inverted = vote.inverted;
            status = value_of(m, w, &claim, least, (int)out->keypoints, &out->proof);
        }
    }
    out->confirmed = out->proof >= least ? PDQL_CONFIRMED_YES : PDQL_CONFIRMED_NO;
    if (w->n_judged < sizeof w->judged / sizeof w->judged[0])
        w->judged[w->n_judged++] = *out;
    return status;
}

/* Whether an entry has keypoints enough to be asked. */
static int can_say(const pdql_matcher *m, uint32_t row)
{
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX];
    size_t length;
    uint64_t common;
    return record_of(m, row, record, &length, &common) == PDQL_OK && length && record[1] >= LEAST_KEYPOINTS;
}

static int by_hash(const pdql_evidence *e)
{
    return e->tier != PDQL_TIER_KEYPOINTS
        && !(e->flags & (PDQL_FLAG_CONFIRMED | PDQL_FLAG_UNCONFIRMED | PDQL_FLAG_UNCONFIRMABLE));
}

/*
 * What hashes found of a row is flagged alike; after PDQI_JUDGED rows, whatever is left and could have been
 * asked.
 */
static pdql_status judge_row(const pdql_matcher *m, pdqi_work *w, const pdql_evidence *best, unsigned *rows)
{
    static const uint8_t FLAGS[] = { 0, PDQL_FLAG_CONFIRMED, PDQL_FLAG_UNCONFIRMED, PDQL_FLAG_UNCONFIRMABLE };
    const uint32_t row = best->row, view = best->view;
    const int last = *rows == PDQI_JUDGED;
    pdqi_judged as = { .confirmed = PDQL_CONFIRMED_NO };
    int32_t map[6];
    const int deep = view >= PDQI_VIEWS;
    const pdql_where where = deep ? w->deep[view - PDQI_VIEWS] : pdqi_where_of(&w->views, view);
    const int32_t box[4] = { (int32_t)where.left, (int32_t)where.top, (int32_t)where.right, (int32_t)where.bottom };
    pdql_status status = PDQL_OK;
    pdqi_map_of(box, where.orientation, map);
    if (!last)
        status = pdqi_judge(m, w, best, deep ? w->maps[view - PDQI_VIEWS] : map, where.inverted, PDQL_CLAIM_CONFIRMED,
                            &as);
    *rows += !last && as.confirmed != PDQL_CONFIRMED_NOT_POSSIBLE;
    for (size_t i = 0; i < w->n_evidence; i++) {
        pdql_evidence *const e = &w->evidence[i];
        if (by_hash(e) && last)
            e->flags |= can_say(m, e->row) ? PDQL_FLAG_UNCONFIRMED : PDQL_FLAG_UNCONFIRMABLE;
        else if (by_hash(e) && e->row == row)
            e->flags |= FLAGS[as.confirmed];
    }
    return status;
}

pdql_status pdqi_settle(const pdql_matcher *m, pdqi_work *w, pdql_choice *choice)
{
    unsigned rows = 0;
    for (size_t i = 0; i < w->n_judged; i++)
        rows += !w->judged[i].keypoints;
    for (;;) {
        pdql_status status = pdql_decide(&m->picture, w->evidence, w->n_evidence, choice);
        if (status != PDQL_OK || choice->verdict != PDQL_MATCH || !m->policy.confirm || !m->list.keypoints
            || !by_hash(&w->evidence[choice->evidence]))
            return status;
        status = judge_row(m, w, &w->evidence[choice->evidence], &rows);
        if (status != PDQL_OK)
            return status;
    }
}

uint32_t pdqi_confirmed_of(const pdql_matcher *m, const pdqi_work *w, const pdql_evidence *e, int32_t *proof)
{
    *proof = PDQL_CLAIM_NONE;
    const pdqi_judged *best = NULL;
    for (size_t i = 0; i < w->n_judged; i++) {
        const pdqi_judged *j = &w->judged[i];
        if (j->row == e->row && j->keypoints == (e->tier == PDQL_TIER_KEYPOINTS) && (!best || j->proof > best->proof))
            best = j; /* keypoints may find a row more than once: tilted too */
    }
    if (best) {
        *proof = best->proof;
        return best->confirmed;
    }
    if (e->flags & (PDQL_FLAG_UNCONFIRMED | PDQL_FLAG_PART))
        return PDQL_CONFIRMED_NO;
    return m->policy.confirm && (e->flags & PDQL_FLAG_UNCONFIRMABLE || !m->list.keypoints) ? PDQL_CONFIRMED_NOT_POSSIBLE
                                                                                           : PDQL_CONFIRMED_NOT_ASKED;
}
