/*
 * match/matcher.h - what the files of the matcher share
 */
#ifndef PDQI_MATCH_MATCHER_H
#define PDQI_MATCH_MATCHER_H

#include "kernels/kernels.h"
#include "uncrop/model.h"

enum {
    PDQI_SPEAKS = 16, /* keypoints of a picture whose silence says that it is not there */
    /* parts of the false-match rate: four of views, un-cropping, keypoint signatures */
    PDQI_GROUPS = 6,
    PDQI_VIEW_GROUPS = 4,
    PDQI_VIEWS = 256,       /* PDQL_MAX_VIEWS of a picture, PDQI_REGIONS x 16 of a video */
    PDQI_HITS = 4096,       /* hits of one search */
    PDQI_NEAREST = 64,      /* rows that one view tells of, at most */
    PDQI_KEYPOINT_HITS = 64,
    PDQI_TILTED_HITS = 16, /* of each tilt */
    PDQI_TILTS = PDQL_KEYPOINTS_TILTS - 1,
    PDQI_THIRDS = 3 * PDQI_GROUPS, /* the unlikeliest views, tilts and a closer look have a third of one part each */
    PDQI_TILTED_TRIALS = PDQI_THIRDS * PDQI_TILTS,
    PDQI_CLOSER_HITS = 24, /* of a closer look */
    PDQI_CLOSER_TRIALS = PDQI_THIRDS * 5, /* five queries */
    PDQI_KEYPOINT_LEAST = 12 * 16, /* 1/16 nat; below, keypoint signatures agree by chance too often to look at */
    PDQI_REFINED = 12,      /* rows of a picture whose place is refined, best first */
    PDQI_DEEP = PDQI_KEYPOINT_HITS + PDQI_TILTS * PDQI_TILTED_HITS + PDQI_CLOSER_HITS + PDQI_REFINED,
    PDQI_FOLLOWED_PARTS = 12,        /* parts of originals that are followed in a video */
    PDQI_JUDGED
    = 8, /* rows of a picture whose claims are looked at: so many of keypoints, tilted, looked at closer, and of hashes */
    PDQI_CLAIM_REFINED = 48, /* 1/16 nat: and under a map that was refined, by which strangers gain up to 0.9 nats */
    PDQI_CLAIM_CLOSER = 56, /* 1/16 nat: of what a closer look finds; a part of 45 % that strangers share came to 49 */
    PDQI_CLAIM_FLAT = 92, /* 1/16 nat: proof that keypoints of flat graphics need, beside nearly all of them */
    PDQI_PROOFS = 64, /* videos of which a watch remembers whether they are confirmed */
    PDQI_AGAIN_LEAST = 8 * 16, /* 1/16 nat for such a part, refined, to count again */
    PDQI_EVIDENCE = PDQI_VIEWS * PDQI_NEAREST + PDQI_DEEP,
    /* the whole and the first seven regions, where 98 of 100 parts were that are found */
    PDQI_LIKELY_REGIONS = 8,
    PDQI_FLAT_RADIUS = 31, /* bits; drawings are alike by construction: what is farther says nothing of them */
    PDQI_REGIONS = 16, /* regions of one video that are followed, the whole included */
    PDQI_FRAME_RADIUS = 60 /* bits; frames of a video may be farther than a picture, for they add up */
};

struct pdql_matcher {
    pdql_match_list list;
    pdql_row_source paged; /* read: NULL if rows or index are in memory */
    pdql_match_policy policy;
    pdql_thresholds picture, video;
    pdql_index index; /* open if list.index */
    uint32_t uncrops; /* 1 if un-cropping is possible and wanted */
    uint32_t lacks; /* PDQL_LACKS_... */
    uint32_t all_signed; /* 1 if every entry has a keypoint signature of PDQI_SPEAKS keypoints and more */
};

/* What the list says of one entry. */
typedef struct pdqi_entry {
    uint32_t categories, sources, video, time_ms;
    uint8_t negative, frame, quality;
} pdqi_entry;

/* The neg_log10_fpr_x100 of a picture or video against the whole list, by that of a pair. */
uint32_t pdqi_list_neg_log10_fpr(const pdql_matcher *m, uint32_t neg_log10_fpr_x100);

void pdqi_entry_at(const pdql_matcher *m, uint32_t row, pdqi_entry *out);

/* One way to see a picture: a region, turned, in one light. */
typedef struct pdqi_view_key {
    uint8_t number; /* 16 x region + 8 x inverted + orientation */
    uint8_t group, quality;
} pdqi_view_key;

/* The views at one picture; the first is the whole picture as it is. */
typedef struct pdqi_views {
    uint8_t bits[PDQI_VIEWS][PDQL_HASH_BYTES];
    pdqi_view_key of[PDQI_VIEWS];
    uint32_t begin[PDQI_VIEW_GROUPS + 1]; /* of a picture: of[begin[g]] .. of[begin[g + 1] - 1] are of group g */
    uint32_t n;
    uint32_t share[PDQI_VIEW_GROUPS]; /* a view of the group may use 1 / this of the false-match rate */
    pdql_where regions[PDQI_REGIONS]; /* as they are */
    uint8_t whole_quality;
} pdqi_views;

/*
 * A row that un-cropping refined: how the original lies, where it shows in the plane (turned by as.angle), and
 * where all of it would.
 */
typedef struct pdqi_found {
    pdql_part as;
    pdql_region place, original;
    uint32_t row;
    int32_t score;
} pdqi_found;

/* A row whose claim was looked at. */
typedef struct pdqi_judged {
    uint32_t row, keypoints; /* keypoints: found by them */
    uint32_t confirmed; /* a pdql_confirmed */
    int32_t proof;
} pdqi_judged;

/* The work memory of one picture or frame. */
typedef struct pdqi_work {
    pdqi_views views;
    const pdql_image *image;
    pdql_plane plane;
    pdql_region regions[PDQL_MAX_REGIONS];
    size_t n_regions;
    int silent; /* the query has keypoints, and no entry agrees with any of them */
    int has_plane;
    uint8_t flatness[PDQI_REGIONS]; /* of each region, pdqi_flatness; 0: not looked at */
    pdql_hash hashes[PDQI_REGIONS][8];
    pdql_hit hits[PDQI_HITS];
    uint8_t page[PDQL_PAGE_ROWS * PDQL_HASH_BYTES];
    pdql_evidence evidence[PDQI_EVIDENCE];
    size_t n_evidence;
    pdql_where deep[PDQI_DEEP]; /* of evidence whose view is PDQI_VIEWS and up */
    int32_t maps[PDQI_DEEP][6]; /* and the map that says so, as in pdql_claim */
    size_t n_deep;
    pdqi_judged judged[4 * PDQI_JUDGED];
    size_t n_judged;
    unsigned n_refits; /* claims whose map was refined */
    int has_query; /* the keypoints of the picture are at the start of the stage */
    pdqi_found found[PDQI_REFINED];
    size_t n_found;
    void *plane_memory, *stage;
    size_t plane_size, stage_size;
} pdqi_work;

/* Lays `work` out for a picture: PDQL_ERR_ARG, PDQL_ERR_SHAPE or PDQL_ERR_SPACE if it cannot be. */
pdql_status pdqi_work_begin(const pdql_matcher *m, const pdql_image *image, void *work, size_t size, pdqi_work **out);

const pdql_kernels *pdqi_kernels_of(const pdql_matcher *m);

/* Makes the looks at a picture. */
pdql_status pdqi_views_of_picture(const pdql_matcher *m, const pdql_image *image, pdqi_work *w);

/* From where to where the places of the original's corners lie along one axis, cut at the picture's edges; a row of a map. */
void pdqi_span_of(const int32_t *model, uint32_t *from, uint32_t *to);

/* Where a view views. */
pdql_where pdqi_where_of(const pdqi_views *views, uint32_t number);

/* Takes the hits of view number `view`, nearest PDQI_NEAREST of them, in row order. */
typedef void (*pdqi_take)(void *ctx, uint32_t view, const pdql_hit *hits, size_t n);

/* Searches the views begin .. end - 1. Of a view with more rows than can be told, the nearest. */
pdql_status pdqi_search(const pdql_matcher *m, pdqi_work *w, uint32_t begin, uint32_t end, unsigned radius,
                        pdqi_take take, void *ctx);

/* How far a group is searched that could go to `radius`: in large lists, as far as a search stays short. */
unsigned pdqi_reach(const pdql_matcher *m, unsigned group, unsigned radius);

/*
 * In a large list the less likely views of a group, which come last in it, are searched less far: where they
 * begin, and how far they are searched. They are views in later regions, and at the whole both turned and
 * inverted. Else they begin at the group's end.
 */
uint32_t pdqi_likely_end(const pdql_matcher *m, const pdqi_views *views, unsigned group);
unsigned pdqi_late_reach(unsigned group, unsigned radius);

/* The group of a view, from likely to unlikely; PDQI_VIEW_GROUPS for one that is not looked at. */
unsigned pdqi_group_of(unsigned region, unsigned orientation, unsigned inverted);

/* Adds a view if there is room. */
void pdqi_add_view(pdqi_views *views, unsigned number, const pdql_hash *hash);

/* A region of a plane as parts of its sides, as it is. */
pdql_where pdqi_where_in(const pdql_plane *plane, const pdql_region *region);

/*
 * Whether a hit of a view says anything: of flat graphics and of paper only near ones do.
 * Needs the plane.
 */
int pdqi_hit_counts(pdqi_work *w, const pdqi_view_key *view, unsigned distance);

/* Makes the plane of the picture, once. */
pdql_status pdqi_plane_of(const pdql_matcher *m, const pdql_image *image, pdqi_work *w);

/* Bytes of the stages, for a plane of this size. */
size_t pdqi_deep_size(const pdql_matcher *m, uint32_t width, uint32_t height);

/*
 * Where the work of claims begins in the stage, behind the picture's keypoints; NULL if the list has no
 * keypoints.
 */
void *pdqi_claim_work(const pdql_matcher *m, const pdqi_work *w, size_t *size);

/*
 * Looks at the claim that a row lies in the picture under a map: it is confirmed from `least` on. Remembers the
 * answer.
 */
pdql_status pdqi_judge(const pdql_matcher *m, pdqi_work *w, const pdql_evidence *e, const int32_t map[6],
                       unsigned inverted, int32_t least, pdqi_judged *out);

/* What was said of a piece of evidence: a pdql_confirmed, and the value of its claim. */
uint32_t pdqi_confirmed_of(const pdql_matcher *m, const pdqi_work *w, const pdql_evidence *e, int32_t *proof);

/* The map of a region, in 1/65536 of the picture's sides, that shows a turned original. */
void pdqi_map_of(const int32_t box[4], unsigned orientation, int32_t map[6]);

/* Decides; what hashes found is confirmed first. */
pdql_status pdqi_settle(const pdql_matcher *m, pdqi_work *w, pdql_choice *choice);

/* Videos (or stills) that frames of a video would make a match, and whether one of those frames confirms it. */
typedef struct pdqi_proof {
    uint32_t still, number, frame; /* frame: the last that was looked at */
    uint32_t tries, confirmed; /* a pdql_confirmed */
    int32_t value;
} pdqi_proof;

typedef struct pdqi_proofs {
    pdqi_proof of[PDQI_PROOFS];
    uint32_t n, frame, judged; /* judged: claims that were looked at in this frame */
} pdqi_proofs;

/* What is known of a video; NULL if nothing. */
const pdqi_proof *pdqi_proof_of(const pdqi_proofs *proofs, int still, uint32_t number);

/* Looks at the claim of a hit in this frame if that may still tell something. The picture's plane is made. */
pdql_status pdqi_prove(const pdql_matcher *m, pdqi_proofs *proofs, pdqi_work *w, const pdql_frame_hit *hit,
                       uint32_t number, const pdql_where *where, uint32_t frame);

/* Makes the keypoints of the picture at the start of the stage, once. */
pdql_status pdqi_query(const pdql_matcher *m, pdqi_work *w);

/* Adds what keypoint signatures, or plain hashes of parts, say to the evidence. */
pdql_status pdqi_keypoints_stage(const pdql_matcher *m, pdqi_work *w);
pdql_status pdqi_uncrop_stage(const pdql_matcher *m, pdqi_work *w);

/* As pdqi_keypoints_stage, after it, for the picture turned by angles that are no quarters; ends at a proven claim. */
pdql_status pdqi_tilted_stage(const pdql_matcher *m, pdqi_work *w);

/* As pdqi_keypoints_stage, after it, for what is small in the picture, and what the picture is a small part of. */
pdql_status pdqi_closer_stage(const pdql_matcher *m, pdqi_work *w);

/* Bytes that it needs at the end of the stage, for a picture of this size. */
size_t pdqi_closer_room(uint32_t width, uint32_t height);

/* Makes the keypoints of a plane `p`, in a memory such as that behind the picture's keypoints. */
pdql_status pdqi_query_of(const pdql_matcher *m, const pdqi_work *w, const pdql_plane *p, void *query);
void *pdqi_second_query(const pdqi_work *w);

/* What the list has of such keypoints, best first. */
pdql_status pdqi_search_keypoints(const pdql_matcher *m, const pdqi_work *w, const void *query, int32_t least,
                                  pdql_keypoints_match *hits, size_t cap, size_t *n);

/* Adds what keypoints found in w->plane to the evidence; the best of it is proven, and `proven` says so. */
pdql_status pdqi_take_keypoints(const pdql_matcher *m, pdqi_work *w, const pdql_keypoints_match *hits, size_t n,
                                uint32_t trials, unsigned *claims, int *proven);

/* Whether it is wanted, and can be. */
int pdqi_tilts(const pdql_matcher *m);

/* Whether every entry has a keypoint signature of PDQI_SPEAKS keypoints and more. */
int pdqi_all_signed(const pdql_match_list *list);

/*
 * As pdqi_uncrop_stage, but only so many of the best rows are refined and are evidence; the others are in
 * w->found as they are.
 */
pdql_status pdqi_uncrop_some(const pdql_matcher *m, pdqi_work *w, size_t refined);

/* The plane turned by an angle, in the last part of the stage; the plane itself for none. */
pdql_status pdqi_turned(const pdqi_work *w, unsigned angle, pdql_plane *out);

/* The best rows under the first n weights of the stage. */
pdql_status pdqi_search_parts(const pdql_matcher *m, pdqi_work *w, size_t n, int32_t least,
                              pdql_uncrop_hit hits[PDQI_REFINED], size_t *n_hits);

/* Refines a hit of the weights at the start of the stage, and adds it to the evidence. */
pdql_status pdqi_refine(const pdql_matcher *m, pdqi_work *w, const pdql_uncrop_hit *hit);

/* A part of an original that a frame seemed to show. */
typedef struct pdqi_followed_part {
    pdql_part as;
    pdql_region place, original;
    uint32_t number, still; /* of its video; still: the row of a picture */
    uint32_t met, again; /* the last searched frame that met it; how often it was met again */
    int32_t score; /* the best */
} pdqi_followed_part;

typedef struct pdqi_followed_parts {
    pdqi_followed_part of[PDQI_FOLLOWED_PARTS];
    uint32_t n;
} pdqi_followed_parts;

/* Follows the parts that this frame's un-cropping found, from the next frame on. */
void pdqi_follow_parts(const pdql_matcher *m, pdqi_followed_parts *parts, const pdqi_work *w, uint32_t searched);

/* Looks for the followed parts in this frame; adds what is met to the evidence. */
pdql_status pdqi_parts_again(const pdql_matcher *m, pdqi_followed_parts *parts, pdqi_work *w, uint32_t searched);

/*
 * The regions that frames of one video were seen to have: proposed now
 * and then, followed in between. Number 0 is the whole.
 */
typedef struct pdqi_followed_regions {
    pdql_where at[PDQI_REGIONS];
    uint32_t used[PDQI_REGIONS]; /* the last searched frame that found it or matched in it */
    uint32_t n;
    uint32_t hot[16 * PDQI_REGIONS]; /* the last searched frame in which this view met a row, from 1; 0 none */
    uint32_t searched, finds, found_ms;
    uint8_t found_in[PDQL_HASH_BYTES];
} pdqi_followed_regions;

/* Makes the views of the next frame of a video: of[0 .. follow - 1] are those that met rows of late. */
pdql_status pdqi_views_of_frame(const pdql_matcher *m, const pdql_image *image, uint32_t time_ms,
                                pdqi_followed_regions *regions, pdqi_work *w, uint32_t *follow);

/* The number of a region: that of one almost the same, else a new one in place of the one unused longest. */
unsigned pdqi_region_at(pdqi_followed_regions *regions, const pdql_where *where, uint32_t slack);

/* Hashes the whole picture as it is into w->hashes[0][0]. */
pdql_status pdqi_hash_whole(const pdql_matcher *m, const pdql_image *image, pdqi_work *w);

#endif
