/*
 * match/watch.h - a video being watched: what is known of it, between frames
 */
#ifndef PDQI_MATCH_WATCH_H
#define PDQI_MATCH_WATCH_H

#include "match/matcher.h"

enum { PDQI_KEYS = 64 }; /* videos whose frames are remembered, at most */

/* Frames that met one video (or still) by one view. */
typedef struct pdqi_kept {
    uint32_t still, number, view, n;
    uint32_t frame;         /* the last that was added */
    pdql_frame_match matches[PDQL_MAX_FINDINGS];
} pdqi_kept;

struct pdql_watch {
    const pdql_matcher *matcher;
    pdql_votes *votes;
    uint32_t frames, quality, last_ms, now, n_kept;
    pdqi_followed_regions regions;
    uint32_t deep_hit;      /* the last searched frame in which a deeper view met something; 0 none */
    uint32_t deep_more;     /* searched frames in a row that were searched more deeply for it */
    pdqi_followed_parts parts;       /* of originals, that are looked for again */
    uint32_t plane_width, plane_height;
    uint8_t seen[PDQL_HASH_BYTES];          /* the last frame looked at, */
    pdql_frame_hit hits[PDQL_FRAME_HITS];   /* and what it met */
    size_t n_hits;
    pdqi_proofs proofs;
    struct {
        uint32_t row, value, at_ms; /* value: the score; 0: none was met */
        int32_t proof;
        pdql_where where;
    } part;                 /* the surest that shares a part, and nothing more */
    pdqi_kept kept[PDQI_KEYS];
};

/* The rectangle, orientation and light of a view of the watch: 16 x region + 8 x inverted + orientation. */
pdql_where pdqi_watch_where(const pdql_watch *watch, uint32_t view);

/* What a hit is of: a video's number, or a still's row. */
static inline uint32_t pdqi_number_of(const pdql_frame_hit *hit)
{
    return hit->flags & PDQL_FLAG_STILL ? hit->row : hit->video;
}

/* Remembers this frame for each video that it met. */
void pdqi_keep(pdql_watch *watch, uint32_t time_ms);

#endif
