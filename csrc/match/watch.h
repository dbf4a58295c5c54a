/*
 * match/watch.h - a video being watched: what is known of it, between frames
 */
#ifndef PDQI_MATCH_WATCH_H
#define PDQI_MATCH_WATCH_H

#include "match/matcher.h"

#include "pdqlite_sound.h"

enum {
    PDQI_KEYS = 64,         /* videos whose frames are remembered, at most */
    PDQI_SCENES = 64,       /* scenes that are remembered */
    PDQI_DEEP_TIERS = 3,    /* that look at scenes: */
    PDQI_BY_KEYPOINTS = 0,
    PDQI_BY_PARTS = 1,
    PDQI_BY_TILT = 2
};

typedef struct pdqi_scene {
    uint8_t hash[PDQL_HASH_BYTES];
    uint8_t looks[PDQI_DEEP_TIERS];
    uint32_t looked_ms[PDQI_DEEP_TIERS]; /* when a tier looked at it last */
} pdqi_scene;

/* The scenes of a video, and what may still be spent on them. */
typedef struct pdqi_scenes {
    pdqi_scene of[PDQI_SCENES];
    uint32_t n, now, time_ms; /* n: that were met in all; now: that of the frame */
    int32_t saved_ms[PDQI_DEEP_TIERS];
    int again; /* the scene of this frame was met before */
} pdqi_scenes;

void pdqi_scenes_init(pdqi_scenes *scenes);

/* Takes the next frame, by the hash of its whole picture. Times do not run backwards. */
void pdqi_scenes_see(pdqi_scenes *scenes, const uint8_t *hash, uint32_t time_ms);

/* Whether a tier should look at this frame. */
int pdqi_scenes_owed(const pdqi_scenes *scenes, unsigned tier);

/* It does. */
void pdqi_scenes_look(pdqi_scenes *scenes, unsigned tier);

/* Frames that met one video (or still) by one view. */
typedef struct pdqi_kept {
    uint32_t still, number, view, n;
    uint32_t frame;         /* the last that was added */
    pdql_frame_match matches[PDQL_MAX_FINDINGS];
} pdqi_kept;

/* What looking at a frame changes, as a whole or, after an error, not at all. */
typedef struct pdqi_watch_state {
    pdqi_followed_regions regions;
    pdqi_scenes scenes;
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
} pdqi_watch_state;

struct pdql_watch {
    const pdql_matcher *matcher;
    pdql_votes *votes, *votes_before; /* before: as they were when the frame came */
    pdql_listen *listen; /* NULL: nothing is heard */
    uint32_t frames, quality, last_ms, now, n_kept;
    pdqi_watch_state state, before; /* before: as it was when the frame came */
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
