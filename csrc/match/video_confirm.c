/*
 * match/video_confirm.c - what frames of a video found is confirmed by one of them
 *
 * A video is confirmed once one frame's claim is: of the frames that met it after it would be a match, TRIES at most,
 * two claims a frame. What keypoints found was looked at when it was found.
 */
#include "match/matcher.h"

#include <string.h>

enum { TRIES = 8, A_FRAME = 2 };

const pdqi_proof *pdqi_proof_of(const pdqi_proofs *proofs, int still, uint32_t number)
{
    for (uint32_t i = 0; i < proofs->n; i++)
        if ((int)proofs->of[i].still == still && proofs->of[i].number == number)
            return &proofs->of[i];
    return NULL;
}

/* Room for another one: a free place, else that of the one looked at longest ago. */
static pdqi_proof *room(pdqi_proofs *proofs)
{
    pdqi_proof *oldest = &proofs->of[0];
    if (proofs->n < PDQI_PROOFS)
        return &proofs->of[proofs->n++];
    for (uint32_t i = 1; i < PDQI_PROOFS; i++)
        oldest = proofs->of[i].frame < oldest->frame ? &proofs->of[i] : oldest;
    return oldest;
}

/* What a deeper view saw of a hit in this frame; NULL if the view was not looked at, or a whole hash found it. */
static const pdql_evidence *evidence_of(const pdqi_work *w, const pdql_frame_hit *hit)
{
    for (size_t i = 0; i < w->n_evidence; i++)
        if (w->evidence[i].row == hit->row && w->evidence[i].tier == hit->tier && w->evidence[i].view >= PDQI_VIEWS)
            return &w->evidence[i];
    return NULL;
}

/* How the claim of a hit stands in this frame. What keypoints found was looked at before. */
static pdql_status judge(const pdql_matcher *m, pdqi_work *w, const pdql_frame_hit *hit, const pdql_where *where,
                         pdqi_judged *as)
{
    const int32_t box[4] = { (int32_t)where->left, (int32_t)where->top, (int32_t)where->right, (int32_t)where->bottom };
    const pdql_evidence e = { .row = hit->row, .tier = hit->tier }, *const seen = evidence_of(w, hit);
    int32_t map[6];
    if (hit->tier == PDQL_TIER_KEYPOINTS) {
        as->confirmed = seen ? pdqi_confirmed_of(m, w, seen, &as->proof) : PDQL_CONFIRMED_NO;
        return PDQL_OK;
    }
    pdqi_map_of(box, where->orientation, map);
    if (seen)
        memcpy(map, w->maps[seen->view - PDQI_VIEWS], sizeof map);
    return pdqi_judge(m, w, &e, map, where->inverted, PDQL_CLAIM_CONFIRMED, as);
}

pdql_status pdqi_prove(const pdql_matcher *m, pdqi_proofs *proofs, pdqi_work *w, const pdql_frame_hit *hit,
                       uint32_t number, const pdql_where *where, uint32_t frame)
{
    const int still = (hit->flags & PDQL_FLAG_STILL) != 0;
    const pdqi_proof *const known = pdqi_proof_of(proofs, still, number);
    pdqi_proof *p = known ? &proofs->of[known - proofs->of] : NULL;
    const int told = hit->tier == PDQL_TIER_KEYPOINTS;
    if (proofs->frame != frame)
        proofs->judged = 0;
    proofs->frame = frame;
    if (p && (p->confirmed == PDQL_CONFIRMED_YES || (!told && (p->tries >= TRIES || p->frame == frame))))
        return PDQL_OK;
    if (!told && proofs->judged++ >= A_FRAME)
        return PDQL_OK;
    pdqi_judged as = { hit->row, told, PDQL_CONFIRMED_NO, PDQL_CLAIM_NONE };
    const pdql_status status = judge(m, w, hit, where, &as);
    if (!p) {
        p = room(proofs);
        *p = (pdqi_proof){ (uint32_t)still, number, frame, 0, as.confirmed, as.proof };
    }
    p->frame = frame;
    p->tries++;
    if (as.confirmed == PDQL_CONFIRMED_YES || as.proof > p->value) {
        p->confirmed = as.confirmed;
        p->value = as.proof;
    }
    return status;
}
