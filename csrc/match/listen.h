/*
 * match/listen.h - windows of sound: the list's, those that were heard, and tracks of one offset
 */
#ifndef PDQI_MATCH_LISTEN_H
#define PDQI_MATCH_LISTEN_H

#include "pdqlite_parts.h"
#include "pdqlite_sound.h"

enum {
    PDQI_SOUND_RECENT = 512,      /* windows heard last that are remembered, of each speed: a minute */
    PDQI_SOUND_TRACKS = 64,
    PDQI_SOUND_HARMLESS = 16,     /* tracks of sounds that are known to be harmless */
    PDQI_SOUND_LAST = 32,         /* windows of the list that a track met last, and what each said */
    PDQI_SOUND_APART_MS = 500, /* windows of one video that are nearer than this to the one before are passed over */
    PDQI_SOUND_STRANGERS = 16, /* windows of the list that strangers need, at most, for one bit of the score */
    PDQI_SOUND_SCORE_MOST = 1 << 20,
    PDQI_SOUND_HOP_MS = 125, /* between two windows of the query */
    PDQI_SOUND_FAR = 107, /* bits: a window of the list is worth this less its distance */
    PDQI_SOUND_LEAP = 90, /* bits: to move its offset, a track must meet one so near */
    PDQI_SOUND_SEEN = 4, /* windows of the list counted last that a new one is compared with */
    PDQI_SOUND_NEW = 48, /* bits: a window is new from this distance on: a tone is one window */
    PDQI_SOUND_BESIDE_MS
    = 700, /* how far a picture's offset may be from the sound's: its frames stand a second apart */
    PDQI_SOUND_BESIDE_MOST = 200, /* neg_log10_fpr_x100 that sound adds to a picture's track, at most */
    PDQI_SOUND_DECADE = 12 /* of the score: a tenth of the rate */
};

struct pdql_sound_matcher {
    pdql_sound_list list;
    pdql_index index; /* open if list.index */
    uint32_t clips; /* of half a minute that the list's windows come to */
    uint32_t seed; /* bits: a window so near is a seed; */
    uint32_t seeds; /* 1: a seed lowers what the score must be; 0, in large lists: there must be one */
    uint32_t radius; /* bits: so far are windows searched */
    uint32_t listed; /* windows that speak for their video, by video and time; then */
    uint32_t kept; /* up to here those that are known to be harmless; what is left is passed over */
    uint32_t order[];
};

typedef struct pdqi_heard {
    int64_t at; /* ms, in the clock of the speed that is assumed */
    uint8_t bits[PDQL_HASH_BYTES];
} pdqi_heard;

/* What was heard at one assumed speed. */
typedef struct pdqi_ear {
    pdqi_heard recent[PDQI_SOUND_RECENT];
    uint32_t heard; /* windows in all */
    uint32_t hop; /* as in pdql_heard */
    uint32_t searched; /* 1 if there is a window that was looked for last, */
    uint8_t last[PDQL_HASH_BYTES]; /* and this is it */
} pdqi_ear;

/* A window of the list that agreed, and what it said. */
typedef struct pdqi_said {
    uint32_t at_ms, row; /* at_ms: of the query */
    uint16_t distance, worth;
} pdqi_said;

/* What a track comes to. */
typedef struct pdqi_sum {
    uint32_t score, nearest, row;
    int64_t at; /* of the nearest, as in the track */
} pdqi_sum;

/* One hypothesis: this video, at this speed, at this offset between the query's clock and the entry's. */
typedef struct pdqi_sound_track {
    uint32_t video, speed;
    int64_t offset; /* query less entry, ms, in the clock of the speed */
    uint32_t next; /* the window of the list that comes next, in `order` */
    uint32_t end_of; /* one past its last window there can be, in `order` */
    uint32_t met; /* windows of the list beside which something was heard */
    uint32_t score, agreeing, counted;
    uint32_t nearest, row; /* bits, and the window of the list */
    int64_t at, start, end; /* of the query, ms in the clock of the speed: the nearest, the first, the last */
    uint32_t entry_start, entry_end;
    uint8_t seen[PDQI_SOUND_SEEN][PDQL_HASH_BYTES];
    pdqi_said last[PDQI_SOUND_LAST];
} pdqi_sound_track;

struct pdql_listen {
    const pdql_sound_matcher *matcher;
    uint32_t n_tracks, n_harmless, windows;
    pdqi_sound_track tracks[PDQI_SOUND_TRACKS], harmless[PDQI_SOUND_HARMLESS];
    pdqi_ear ears[PDQL_SOUND_HYPOTHESES];
};

uint32_t pdqi_listen_video(const pdql_sound_matcher *m, uint32_t row);
uint32_t pdqi_listen_time(const pdql_sound_matcher *m, uint32_t row);
const uint8_t *pdqi_listen_bits(const pdql_sound_matcher *m, uint32_t row);

int pdqi_listen_is_negative(const pdql_sound_matcher *m, uint32_t row);

/* The first place in `order`, among windows that are harmless or among those that are not, of this video at this time or
 * later, or of a later video. */
uint32_t pdqi_listen_find(const pdql_sound_matcher *m, int harmless, uint32_t video, int64_t time_ms);

/* The time of a query, ms, of a time in the clock of a speed. */
uint32_t pdqi_listen_clock(const pdqi_ear *ear, int64_t at);

/* A track that was not counted yet: of a video at an offset, all of what is remembered counted but what may still come. */
void pdqi_listen_begin(const pdql_listen *l, uint32_t speed, int harmless, uint32_t video, int64_t offset,
                       uint32_t from, pdqi_sound_track *out);

/* Counts the windows of the list that the track meets up to `until`, ms in the clock of the speed. */
void pdqi_listen_advance(const pdql_listen *l, pdqi_sound_track *t, int64_t until);

/* What a track comes to without what harmless sounds explain, and above what strangers of its length would come to. */
pdqi_sum pdqi_listen_sum(const pdql_listen *l, const pdqi_sound_track *t);

/* neg_log10_fpr_x100 of that, for a pair of clips: what is left after the half minutes of the query and the speeds. */
uint32_t pdqi_listen_worth(const pdql_listen *l, const pdqi_sound_track *t, const pdqi_sum *sum);

/* Whether a track is a match by itself. */
int pdqi_listen_sure(const pdql_listen *l, const pdqi_sound_track *t);

/* neg_log10_fpr_x100 that sound adds to a picture's track: the query at `query_ms` shows the video at `entry_ms`. */
uint32_t pdqi_listen_beside(const pdql_listen *l, uint32_t video, uint32_t query_ms, int64_t entry_ms);

/* Looks for sound where a picture's track says that it should be, and follows it if there is some. */
void pdqi_listen_expect(pdql_listen *l, uint32_t video, uint32_t query_ms, int64_t entry_ms);

#endif
