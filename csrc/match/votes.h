/*
 * match/votes.h - the votes of a video's frames: the tracks, between frames
 */
#ifndef PDQI_MATCH_VOTES_H
#define PDQI_MATCH_VOTES_H

#include "match/decide.h"
#include "match/listen.h"

enum { PDQI_SEEN = 4 }; /* new frames counted last that a new one is compared with */

typedef struct pdqi_track {
    pdql_video_match found;
    int64_t offset;       /* query time less entry time, ms */
    uint32_t all;         /* its neg_log10_fpr_x100 without the limit: tells near twins apart */
    uint32_t one;         /* neg_log10_fpr_x100 of the nearest row by itself, */
    uint32_t alone;       /* and as that of a picture, one of all that it could have met */
    uint8_t seen[PDQI_SEEN][PDQL_HASH_BYTES];  /* hashes of the frames counted last */
    uint32_t frame;       /* number of the frame that last fitted */
} pdqi_track;

struct pdql_votes {
    pdql_thresholds thresholds;
    uint32_t slots, used, ask; /* ask: a match has to be confirmed */
    uint32_t frames, fresh;       /* pushed; of those, how many were new */
    uint32_t last_ms;
    uint32_t looked_ms; /* when sound was last looked for where tracks fitted of late */
    uint8_t last_fresh[PDQL_HASH_BYTES];
    /* the surest frame by itself; its neg_log10_fpr_x100 does not count the frames yet */
    pdql_video_match alone;
    pdql_video_match refused; /* one that would have stood alone, and was not confirmed */
    const pdql_listen *listen; /* NULL: nothing is heard */
    pdqi_track tracks[];
};

/* neg_log10_fpr_x100 that sound adds to a track: that of its video, heard where the track says. */
static inline uint32_t pdqi_heard_beside(const pdql_votes *v, const pdqi_track *t)
{
    return v->listen && !t->found.still
        ? pdqi_listen_beside(v->listen, t->found.video, t->found.query_end_ms, t->found.query_end_ms - t->offset)
        : 0;
}

/* What is left of `one` (neg_log10_fpr_x100) after so many trials and frames; 0 at least. */
static inline uint32_t pdqi_worth(uint32_t one, uint32_t trials, uint32_t frames)
{
    const uint32_t cost = pdqi_decades(trials) + pdqi_decades(frames);
    return one > cost ? one - cost : 0;
}

#endif
