/*
 * match/decide.h - what deciding about pictures and about videos share
 */
#ifndef PDQI_MATCH_DECIDE_H
#define PDQI_MATCH_DECIDE_H

#include "pdqlite_parts.h"
#include "pdqlite_sound.h"

/* 100 log10(x), rounded up; 0 for 0 and 1. */
uint32_t pdqi_decades(uint64_t x);

/* neg_log10_fpr_x100 of one whole hash of one look at this distance, 0..256. */
uint32_t pdqi_neg_log10_fpr_of_distance(uint32_t distance);

/* The largest neg_log10_fpr_x100 of any hypothesis of a vote, however few frames agree. */
uint32_t pdqi_votes_most(const pdql_votes *votes);

/* Whether frames enough of one video agree, surely enough. */
int pdqi_votes_agree(const pdql_votes *votes);

/*
 * Whether one frame is a match by itself; `often`: asked after every frame, so that each may use less of the
 * rate.
 */
int pdqi_votes_alone(const pdql_votes *votes, int often);

/* Makes `to`, of as many slots, what `from` is. */
void pdqi_votes_copy(pdql_votes *to, const pdql_votes *from);

/* From now on a video (or still) is a match only once it is confirmed, or cannot be. */
void pdqi_votes_ask(pdql_votes *votes);

/* Whether the frames so far would make a video (number of a video, or row of a still) a match. */
int pdqi_votes_sure(const pdql_votes *votes, int still, uint32_t number);

/* Says how it stands with it: a pdql_confirmed. */
void pdqi_votes_confirm(pdql_votes *votes, int still, uint32_t number, uint32_t confirmed, int32_t proof);

/* Other videos and stills than `best` that are a match as well, surest first, each once; how many. */
size_t pdqi_votes_others(const pdql_votes *votes, const pdql_video_match *best, pdql_video_match *others, size_t cap);

/* From now on sound of the same video at the same offset adds to what frames say. */
void pdqi_votes_hear(pdql_votes *votes, const pdql_listen *listen);

/* Looks for the sound of the videos that the last frame speaks for, where it should be; once a second, of those that
 * frames spoke for of late too: sound is known later than the frames beside it. */
void pdqi_votes_expect(pdql_votes *votes, pdql_listen *listen);

int pdqi_thresholds_ok(const pdql_thresholds *thresholds);

#endif
