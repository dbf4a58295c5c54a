/*
 * pdqlite_parts.h - parts of the pdqlite core, for tools, tests and measurements
 *
 * Proofs and digests below the list reader; regions, un-cropping, keypoints, evidence and
 * votes below the matcher. Who embeds pdqlite needs none of it: pdqlite.h has all that
 * matches and verifies. No promise: names, layouts and answers here may change in any
 * release, and the file is not installed. Otherwise the rules of pdqlite.h hold.
 */
#ifndef PDQLITE_PARTS_H
#define PDQLITE_PARTS_H

#include "pdqlite.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- crypto: what the list reader stands on ---------------------------------- */

/* SHA-256 (FIPS 180-4) of n bytes. `data` may be NULL if n is 0. */
PDQL_API pdql_status pdql_sha256(const pdql_kernels *k, const uint8_t *data, size_t n, uint8_t out[32]);

#define PDQL_TREE_LEVELS 62
#define PDQL_TREE_MAX 0x3fffffffffffffff

/* A growing RFC 6962 Merkle tree over SHA-256: all zero to begin with, up to PDQL_TREE_MAX leaves. A plain value: it
 * may be copied, kept and gone on with. */
typedef struct pdql_tree {
    uint64_t size;                      /* leaves so far */
    /* roots of the perfect subtrees, one for each bit set in size */
    uint8_t nodes[62][32];
} pdql_tree;

/* Adds n leaf hashes (n x 32 bytes), in order. A leaf hash is SHA-256(00 || leaf). */
PDQL_API pdql_status pdql_tree_add(const pdql_kernels *k, pdql_tree *tree, const uint8_t *leaf_hashes, size_t n);

/* The root over the leaves so far; of no leaves, SHA-256 of nothing. The tree may grow on. */
PDQL_API pdql_status pdql_tree_root(const pdql_kernels *k, const pdql_tree *tree, uint8_t root[32]);

/* Checks that leaf `index` of the tree of `size` leaves under `root` has this leaf hash (RFC 6962 section 2.1.1).
 * `proof` is n x 32 bytes, from the leaf up; n is fixed by index and size. PDQL_ERR_PROOF unless it all fits. */
PDQL_API pdql_status pdql_inclusion_check(const pdql_kernels *k, uint64_t index, uint64_t size,
                                          const uint8_t leaf_hash[32], const uint8_t *proof, size_t n,
                                          const uint8_t root[32]);

/* Checks that the tree of old_size leaves is the beginning of the tree of new_size leaves (RFC 6962 section 2.1.2).
 * Equal sizes need equal roots and no proof; from an empty tree there is nothing to prove. PDQL_ERR_PROOF otherwise. */
PDQL_API pdql_status pdql_consistency_check(const pdql_kernels *k, uint64_t old_size, const uint8_t old_root[32],
                                            uint64_t new_size, const uint8_t new_root[32], const uint8_t *proof,
                                            size_t n);

/* Verifies an Ed25519 signature. Encodings on which libraries disagree (S >= L, coordinates >= p, points of small
 * order) never reach the provider. PDQL_OK, PDQL_LIST_UNENDORSED or PDQL_ERR_PENDING. */
PDQL_API pdql_status pdql_ed25519_check(const pdql_provider *p, const uint8_t public_key[32],
                                        const uint8_t signature[64], const uint8_t *message, size_t n);

/* ---- index ------------------------------------------------------------------- */

/* What a search in either shape costs, as pdql_index_pick reckons. */
typedef struct pdql_index_cost {
    uint32_t buckets; /* that the shape self reads; 0 if the radius is past its reach */
    uint64_t self_ns; /* a search on a machine of 2023; 0 if the radius is past its reach */
    uint64_t scan_ns;
} pdql_index_cost;

/* Which shape suits n_rows rows that will be searched within `radius` bits: self if it takes at most a quarter of a
 * scan's time, as it is larger; else scan. `cost`, unless NULL, gets the reckoning (docs/explanation/search.md). Any
 * shape answers any radius. */
PDQL_API pdql_index_shape pdql_index_pick(size_t n_rows, unsigned radius, pdql_index_cost *cost);

/* Writes all rows back, n_rows x 32 bytes in the caller's order: what an index was built from. PDQL_ERR_SPACE if
 * row_bytes is too small, PDQL_ERR_BLOCK if the block proves damaged. */
PDQL_API pdql_status pdql_index_rows(const pdql_index *ix, uint8_t *rows, size_t row_bytes);

/* How many entries and keypoints a block holds, from its head, at once however large it is. PDQL_ERR_BLOCK if it is cut
 * short, of another machine's byte order or none at all. */
PDQL_API pdql_status pdql_keypoints_index_open(const void *block, size_t size, size_t *n, size_t *n_points);

/* ---- plane: regions and their hashes ----------------------------------------- */

/* Regions of one picture, the whole of it included, at most. */
#define PDQL_MAX_REGIONS 13

typedef enum pdql_region_kind {
    PDQL_REGION_WHOLE = 0,
    PDQL_REGION_TRIM = 1, /* bars and borders of nearly one brightness cut off */
    PDQL_REGION_BLUR = 2, /* calm or blurred sides cut off */
    PDQL_REGION_WINDOW = 3 /* between long straight edges: page, inset, collage, caption */
} pdql_region_kind;

/* A region: a rectangle of a plane that may be the original, in 1/256 of a cell. */
typedef struct pdql_region {
    int32_t x0, y0, x1, y1; /* x0 <= x < x1 */
    uint32_t kind; /* a pdql_region_kind */
} pdql_region;

/* Bytes of work memory that pdql_regions_find takes for any plane. */
PDQL_API size_t pdql_regions_size(void);

/* Where the original may sit in a picture: regions[0] is the whole plane, then up to 12 rectangles, best kinds first.
 * Bounded work on any picture: at most 9 lines an axis, 10 000 rectangles tried. regions: room for PDQL_MAX_REGIONS;
 * work: pdql_regions_size() bytes, aligned to 8. */
PDQL_API pdql_status pdql_regions_find(const pdql_plane *plane, void *work, size_t size, pdql_region *regions,
                                       size_t *n_regions);

/* Regions of pdql_regions_find_more, at most. */
#define PDQL_MAX_REGIONS_MORE 40

/* pdql_regions_find with more of the less likely regions after the same first ones, for un-cropping. regions: room for
 * PDQL_MAX_REGIONS_MORE. */
PDQL_API pdql_status pdql_regions_find_more(const pdql_plane *plane, void *work, size_t size, pdql_region *regions,
                                            size_t *n_regions);

/* The eight hashes of one region in the order of pdql_hash_orientations, from the integral image: near to PDQ of a file
 * of that rectangle (docs/explanation/matching.md has the cost in bits). The hash of the colour-inverted picture is the
 * complement of these bits. PDQL_ERR_ARG: a region outside the plane or under 8 cells a side. */
PDQL_API pdql_status pdql_region_hashes(const pdql_plane *plane, const pdql_region *region, pdql_hash *out);

/* ---- un-cropping ------------------------------------------------------------- */

/* Un-crop: which part of the original a region may show, in 1/64 of the original's sides (u across, v down), and how
 * the original was turned before it was cut. */
typedef struct pdql_part {
    uint8_t u0, u1, v0, v1; /* u1 - u0 and v1 - v0: 20..64 */
    uint8_t region; /* number of the region */
    uint8_t turn; /* 1 mirrored left-right, then 2 top-bottom, then 4 transposed */
    uint8_t inverted; /* 1: brightness inverted */
    uint8_t angle; /* the small rotation undone, index of PDQL_ANGLES; 0 none */
} pdql_part;

/* Log-odds of the 256 bits of the original's hash under one part, in 1/16 nat. */
typedef struct pdql_weights {
    int8_t w[256]; /* of bit k = 16 i + j (i down, j across): positive favours 1 */
    int32_t bias; /* score of a row: bias + sum of w[k] where bit k is 1, minus where 0 */
    pdql_part part;
    pdql_region place; /* the rectangle of the plane that shows the part */
} pdql_weights;

/* A row that a search found. */
typedef struct pdql_uncrop_hit {
    uint32_t row;
    int32_t score; /* 1/16 nat, less what a row saves by being simple (docs/explanation/matching.md) */
    uint32_t weights; /* number of the weights that gave it */
} pdql_uncrop_hit;

/* Weights of one part of one region. PDQL_ERR_ARG: a part or region out of range. */
PDQL_API pdql_status pdql_uncrop_weights(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_region *region,
                                         const pdql_part *part, pdql_weights *out);

/* Weights that pdql_uncrop_hypotheses makes, at most: of a plane as it is, of a rotated one, of a picture with all its
 * rotations. */
#define PDQL_MAX_UPRIGHT 3872
#define PDQL_MAX_ROTATED 16
#define PDQL_MAX_HYPOTHESES 4000

/* Small rotations: plane i of 1..8 is the plane turned by -10, -7.5, -5, -2.5, 2.5, 5, 7.5, 10 degrees. */
#define PDQL_ANGLES 9

/* The plane turned about its centre by one of the angles, corners filled with its mean. memory:
 * pdql_plane_size(plane->width, plane->height) bytes, aligned to 8. */
PDQL_API pdql_status pdql_plane_rotate(const pdql_plane *plane, unsigned angle, void *memory, size_t size,
                                       pdql_plane *out);

/* The weights worth searching: of a plane as it is (angle 0) a grid of crops of the whole down to a bit over half of
 * each side, mirrored too; every region in eight turns, plain and inverted (from region PDQL_MAX_REGIONS on as it is
 * and mirrored); milder crops of the first regions; halves and three quarters beside an overlay. Of a rotated plane
 * (angle 1..8) its rotated regions, mirrored too. cap: room in `out`, at least PDQL_MAX_UPRIGHT or (of a rotated plane)
 * PDQL_MAX_ROTATED. */
PDQL_API pdql_status pdql_uncrop_hypotheses(const pdql_uncrop *tables, const pdql_plane *plane,
                                            const pdql_region *regions, size_t n_regions, unsigned angle,
                                            pdql_weights *out, size_t cap, size_t *n);

/* The exact score of one row, 1/16 nat, nothing taken off. */
PDQL_API int32_t pdql_uncrop_score(const pdql_weights *weights, const uint8_t *row);

/* The best `cap` rows over all weights, best first (lower row first among equals), each row once with its best weights.
 * Looked at are rows that agree in at least 48 of the 64 bits with the largest weights (lower bits first among equals),
 * and above PDQL_UNCROP_FULL rows only those whose 13 bits of lowest frequency disagree by at most (S - 13/8 sqrt(Q)) /
 * 2 (at least 0), S and Q being the sums of their weights and of the squares (docs/explanation/matching.md has the
 * loss); of these, rows whose score reaches `least`: the exact one less up to 156 nats by which bars, pages and charts
 * are simpler than other pictures (their 16 x 16 bits are nearly one outer product). cap 1..64; at most 65 535 weights.
 * Takes 30 kB of stack. Every kernel gives the same hits. work: pdql_uncrop_search_size bytes (0.8 MB above
 * PDQL_UNCROP_FULL rows, else 0 and NULL will do), aligned to 8, one thread's. PDQL_ERR_SPACE: too little of it.
 * PDQL_ERR_BLOCK: `packed` is damaged. */
PDQL_API size_t pdql_uncrop_search_size(size_t n_rows);
PDQL_API pdql_status pdql_uncrop_search(const pdql_kernels *k, const pdql_weights *weights, size_t n_weights,
                                        const uint8_t *packed, size_t n_rows, int32_t least, void *work,
                                        size_t work_size, pdql_uncrop_hit *hits, size_t cap, size_t *n_hits);

/* Moves the original about the place of `weights` to raise the score of `row`; at most 160 trials. plane: the one the
 * weights were made of (rotated, if their angle says so). Gets the score of the bits one by one, less what simple
 * shapes and a sure set would score with strangers, so it may lie below a search's; and where the whole original would
 * lie on the plane (it may reach beyond), in 1/256 of a cell. */
PDQL_API pdql_status pdql_uncrop_refine(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_weights *weights,
                                        const uint8_t *row, int32_t *score, pdql_region *original);

/* Bytes of memory, aligned to 8, that pdql_uncrop_joint works in: some 130 kB. */
PDQL_API size_t pdql_uncrop_joint_size(void);

/* What the bits of `row` say together, beyond what they say one by one: 1/16 nat, to be added to the score of
 * pdql_uncrop_refine, which also said where `original` lies. Strangers lose by it, copies gain a little; 0 if too
 * little of the original is seen. pdql_neg_log10_fpr_x100 knows the sum. PDQL_ERR_ARG: a pointer is NULL or `work` not
 * aligned; PDQL_ERR_SPACE: `size` too small. */
PDQL_API pdql_status pdql_uncrop_joint(const pdql_uncrop *tables, const pdql_plane *plane, const pdql_weights *weights,
                                       const pdql_region *original, const uint8_t *row, void *work, size_t size,
                                       int32_t *more);

/* ---- keypoints --------------------------------------------------------------- */

/* The parts of an entry that a query shows again, and where.
 *
 *   entry     number of the entry, as given at build; 0 from pdql_keypoints_compare
 *   score     how unlikely the agreement is by chance, 1/16 nat; 0 for none
 *   agreeing  keypoints that agree under one transform
 *   turn      orientation of the query in which they agree: bit 2 rows and columns swapped (done first), bit 0 mirrored
 *             left to right, bit 1 top to bottom
 *   inverted  1 if bright and dark are exchanged
 *   model     place in the query as it came, from place in the original, both 0..65536 along each side: 65536 x_query =
 *             model[0] x + model[1] y + 65536 model[2], y_query likewise from model[3..5] */
typedef struct pdql_keypoints_match {
    uint32_t entry;
    int32_t score;
    int32_t model[6];
    uint16_t agreeing;
    uint8_t turn;
    uint8_t inverted;
} pdql_keypoints_match;

/* PDQL_OK if the record is one that pdql_keypoints_signature could have made: the one encoding of its keypoints. */
PDQL_API pdql_status pdql_keypoints_check(const uint8_t *record, size_t length);

/* Bytes of a query, about 37 kB. */
PDQL_API size_t pdql_keypoints_query_size(void);

/* Makes the query of a picture: up to 128 keypoints, finer ones among them. `query`: 8-byte aligned. As above
 * otherwise. */
PDQL_API pdql_status pdql_keypoints_query(const pdql_kernels *k, const uint16_t *plane, uint32_t width, uint32_t height,
                                          size_t stride, void *work, size_t work_size, void *query, size_t query_size);

/* Compares a query with one record.
 *
 *   turns  the orientations of the query to try, bit t for turn t; inversion is always tried
 *   match  gets the best
 *
 * At most 600 pairs of keypoints and 40 hypotheses an orientation are looked at. */
PDQL_API pdql_status pdql_keypoints_compare(const pdql_kernels *k, const void *query, const uint8_t *record,
                                            size_t length, unsigned turns, pdql_keypoints_match *match);

/*
 * As pdql_keypoints_index_build, of a list of videos.
 *
 *   meta  n x 14 bytes, as a list has them; NULL for pictures. A video with a frame within 31 bits is a version, others
 *         count once each; frames of the own video only where they have the keypoint at the same place
 */
PDQL_API pdql_status pdql_keypoints_index_build_frames(const uint8_t *records, const uint32_t *lengths,
                                                       const uint8_t *rows, const uint8_t *meta, size_t n, void *block,
                                                       size_t size);

/* Bytes of work that a search needs, about 2.6 MB. */
PDQL_API size_t pdql_keypoints_search_size(void);

/* Finds the entries that show parts of the query.
 *
 *   block      from pdql_keypoints_index_build; damage is told (PDQL_ERR_BLOCK) or gives wrong hits, never a read
 *              outside
 *   turns      as for pdql_keypoints_compare
 *   min_score  least score of a hit, 1/16 nat
 *   hits       gets the best `cap`, best first; n_hits their number
 *
 * Bounded, whatever the block and the query: for each of at most 128 keypoints in each orientation 16 384 rows of the
 * index (2 bytes each) and 1 024 descriptors are read and 256 meetings kept; 256 candidates are compared in full. */
PDQL_API pdql_status pdql_keypoints_search(const pdql_kernels *k, const void *block, size_t size, const void *query,
                                           unsigned turns, int32_t min_score, void *work, size_t work_size,
                                           pdql_keypoints_match *hits, size_t cap, size_t *n_hits);

#define PDQL_KEYPOINTS_TURNS 255 /* every orientation */
#define PDQL_KEYPOINTS_TILTS 4 /* 0, 22.5, 45, 67.5 degrees */

/* The query of a picture as it is when the picture is turned by tilt x 22.5 degrees, counter-clockwise, on a canvas
 * that holds all of it: its keypoints, the strongest 96 of them, described anew on a turned grid.
 *
 *   plane        the picture; `query` is that of its samples
 *   tilt         1 .. PDQL_KEYPOINTS_TILTS - 1
 *   work, size   as for pdql_keypoints_query of this plane
 *   out, size    8-byte aligned; another query
 *
 * PDQL_ERR_ARG, PDQL_ERR_SHAPE, PDQL_ERR_SPACE as there. */
PDQL_API pdql_status pdql_keypoints_tilt(const pdql_plane *plane, const void *query, unsigned tilt, void *work,
                                         size_t work_size, void *out, size_t out_size);

/* Takes the model of a match with a tilted query back to the query as it came. */
PDQL_API void pdql_keypoints_untilt(const pdql_plane *plane, unsigned tilt, int32_t model[6]);

/* ---- claims ------------------------------------------------------------------ */

/* An entry is said to lie in a picture, under a map: that of a pdql_keypoints_match, or that of a region that a hash
 * was near in.
 *
 *   row       32 bytes; NULL: not known, it then says nothing
 *   record    the entry's keypoint signature
 *   common    bit i: keypoint i of the record stands in other entries of the list as well and says nothing; from 6 on
 *             the entry is a form, page or frame, and its row's bits count against it alone
 *   model     as in pdql_keypoints_match; values beyond 2^30 either way are not taken
 *   inverted  1 if bright and dark are exchanged
 *   lean      a slant: both places are divided by 1 + (lean[0] x + lean[1] y) / 65536, x and y in 0..1 of the
 *             original; 0 for none, 49152 together at most
 *   bars      1: one tone along a side of the query, up to 5/8, is a bar that hides, if 3/8 of the entry are left */
typedef struct pdql_claim {
    const uint8_t *row, *record;
    size_t length;
    uint64_t common;
    int32_t model[6], lean[2];
    uint32_t inverted, bars;
} pdql_claim;

/* 2 nats: what keypoints found is the entry, not a sticker, page or frame that it shares */
#define PDQL_CLAIM_MATCH 32
#define PDQL_CLAIM_CONFIRMED 28 /* 1.75 nats, and 10 of bits: what hashes found is the entry, not a forgery */

/* How a claim stands. */
typedef struct pdql_claim_proof {
    int32_t value; /* 1/16 nat, for "the visible part of the entry is there" against "a part of that is" */
    int32_t bits; /* what the row's bits say, 1/16 nat */
    uint32_t cover; /* how far the keypoints are where they should be, 1/65536 */
    uint32_t hull; /* how much of the visible part those that are there span, 1/65536 */
    uint32_t visible; /* how much of the entry the picture shows under the map, 1/65536 */
    uint16_t usable, good; /* keypoints that the picture shows; those of them that are there */
} pdql_claim_proof;

/*
 * Moves the map of a claim, one round, to where its keypoints are: a homography, held near the map as it is, fitted to those
 * found at 25 places around theirs. `used` gets their number; below 8 the map stays. Errors as for pdql_claim_verify. */
PDQL_API pdql_status pdql_claim_refine(const pdql_plane *plane, pdql_claim *claim, void *work, size_t size,
                                       unsigned *used);

/* Bytes of work for a plane of this size, some 0.5 MB; 0 for an impossible size. */
PDQL_API size_t pdql_claim_work_size(uint32_t width, uint32_t height);

/* Proves a claim: warps the picture into the entry's frame, describes it where each keypoint of the record should be,
 * and asks the row's bits of what is seen (docs/explanation/matching.md). Bounded, whatever the record and the map: one
 * warp to some 65 536 cells, 240 descriptions, some 200 000 multiplications. The same answer on every machine.
 *
 * `work`: aligned to 8. PDQL_ERR_ARG: a missing pointer, a record that does not pass pdql_keypoints_check, a model out
 * of range; PDQL_ERR_SHAPE: a plane that cannot be; PDQL_ERR_SPACE. */
PDQL_API pdql_status pdql_claim_verify(const pdql_plane *plane, const pdql_claim *claim, void *work, size_t size,
                                       pdql_claim_proof *proof);

/* ---- evidence about one picture ---------------------------------------------- */

#define PDQL_FLAG_NEGATIVE 1 /* the entry says what must not match */
#define PDQL_FLAG_STILL 2 /* the entry is a picture, not a frame of a video */
#define PDQL_FLAG_PART 4 /* keypoints agree, but the claim is not proven: a part is shared */
#define PDQL_FLAG_UNCONFIRMED 8 /* hashes are near, and the entry's keypoints do not confirm it */
#define PDQL_FLAG_CONFIRMED 16 /* they do */
#define PDQL_FLAG_UNCONFIRMABLE 32 /* the entry has too few of them to say */

/* What a policy comes to where evidence is weighed. */
typedef struct pdql_thresholds {
    uint32_t picture_neg_log10_fpr_x100; /* least of a match of pictures, 0..PDQL_NEG_LOG10_FPR_X100_MAX */
    uint32_t video_neg_log10_fpr_x100; /* and of videos */
    uint32_t radius; /* largest distance of whole hashes, 0..256 */
    uint32_t min_quality; /* of query and entry, 0..100 */
    /* of a video that must agree, at least 1; one that is a match of pictures needs no other */
    uint32_t frames;
} pdql_thresholds;

/* One entry that may be the original, as one tier saw it. */
typedef struct pdql_evidence {
    uint32_t row; /* of the list */
    uint16_t tier; /* PDQL_TIER_... */
    uint16_t value; /* tier 1: distance in bits, 0..256; tiers 2, 3: score, 1/16 nat */
    uint16_t view; /* which view of the query: region and orientation; the caller's */
    uint8_t quality; /* the lesser of the view's and the entry's, 0..100 */
    uint8_t flags; /* PDQL_FLAG_... */
    uint32_t trials; /* this view may use 1/trials of the false-match rate, at least 1 */
} pdql_evidence;

typedef struct pdql_choice {
    uint32_t verdict; /* pdql_verdict */
    uint32_t evidence; /* index of what decided; 0 if the verdict is PDQL_NO_MATCH */
    uint32_t neg_log10_fpr_x100; /* at that evidence */
    uint32_t reserved; /* 0 */
} pdql_choice;

/* What one piece of evidence is worth, as neg_log10_fpr_x100.
 *
 *   tier    PDQL_TIER_...; 0 is returned for any other
 *   value   as in pdql_evidence
 *   trials  at least 1. Each view of a query is one more chance to meet a stranger: over all views that are compared,
 *           1/trials must add up to at most 1, the likelier ones taking a larger part
 *
 * The table is calibration 4: docs/explanation/matching.md says which pairs it rests on and where it is extrapolated.
 */
PDQL_API uint32_t pdql_neg_log10_fpr_x100(uint32_t tier, uint32_t value, uint32_t trials);

/* The largest distance of whole hashes that reaches `neg_log10_fpr_x100` at 1/trials of the rate; -1 if none. */
PDQL_API int32_t pdql_radius_of(uint32_t neg_log10_fpr_x100, uint32_t trials);

/* Decides about one picture: a pure function of its arguments.
 *
 * Evidence counts if its worth and its distance are within the thresholds. A negative entry takes out every positive
 * one that is farther from the query than it is. Of what is left the surest decides; of equals, the nearest, then the
 * first row, the better quality, the first view. What is flagged PDQL_FLAG_PART or PDQL_FLAG_UNCONFIRMED is no match
 * and takes nothing out. A match goes before PDQL_NEGATED, PDQL_UNCONFIRMED, PDQL_SHARES_PART and PDQL_TOO_FLAT, in
 * this order.
 *
 * Returns PDQL_ERR_ARG for a missing pointer, or thresholds or evidence out of its ranges. */
PDQL_API pdql_status pdql_decide(const pdql_thresholds *thresholds, const pdql_evidence *evidence, size_t n,
                                 pdql_choice *choice);

/* ---- votes: evidence over time ----------------------------------------------- */

/* Evidence over time: a vote over (video, view, time offset). Frames may be pushed at any spacing; memory and work for
 * each frame are bounded by the slots and PDQL_FRAME_HITS, however long the video is. */
typedef struct pdql_votes pdql_votes;

#define PDQL_FRAME_HITS 256 /* hits of one frame that are looked at: the first so many */
#define PDQL_MAX_SLOTS 65536

/* One row near one frame of the query. */
typedef struct pdql_frame_hit {
    uint32_t row;
    uint32_t video; /* the row's video; not read for a still */
    uint32_t time_ms; /* the row's time in it; not read for a still */
    uint16_t tier; /* PDQL_TIER_... */
    uint16_t value; /* as in pdql_evidence */
    uint16_t view; /* region and orientation; the caller's numbers */
    uint16_t flags; /* PDQL_FLAG_... */
    uint32_t trials; /* as in pdql_evidence */
} pdql_frame_hit;

/* The video (or still) that the frames so far speak for most. */
typedef struct pdql_video_match {
    uint32_t verdict; /* PDQL_MATCH, PDQL_NO_MATCH, or of a watch PDQL_UNCONFIRMED */
    uint32_t neg_log10_fpr_x100;
    uint32_t row; /* the nearest row: the one that says most */
    uint32_t tier; /* of what it said */
    uint32_t value; /* and its distance or score, as in pdql_evidence */
    uint32_t video; /* its video; not to be read for a still */
    uint32_t still; /* 1 if the entry is a picture */
    uint32_t view;
    uint32_t frames; /* of the query that agree */
    uint32_t counted; /* of those, how many differed enough to count as evidence */
    uint32_t at_ms; /* of the query, where the nearest row was met */
    uint32_t query_start_ms, query_end_ms; /* first and last frame that agrees */
    uint32_t entry_start_ms, entry_end_ms; /* and their times in the entry */
    uint32_t confirmed; /* a pdql_confirmed, of a watch */
    int32_t proof; /* value of the claim, 1/16 nat, of a watch */
} pdql_video_match;

/* Bytes for a vote with so many slots, 1..PDQL_MAX_SLOTS; 0 for any other number. */
PDQL_API size_t pdql_votes_size(size_t slots);

/* Makes an empty vote.
 *
 *   memory   `size` bytes, aligned for uint64_t
 *
 * Returns PDQL_ERR_SPACE if `size` is too small, PDQL_ERR_ARG for a missing or unaligned pointer or thresholds out of
 * their ranges. */
PDQL_API pdql_status pdql_votes_init(pdql_votes *memory, size_t size, size_t slots, const pdql_thresholds *thresholds);

/* Adds one frame of the query.
 *
 *   time_ms   not before the last frame's
 *   hash      32 bytes of the whole frame: frames that look alike count once
 *   hits      rows within the caller's radius, in any order; rows farther than a negative row (of a lower score, for
 *             tiers 2 and 3) are passed over
 *
 * Returns PDQL_ERR_ARG, changing nothing, for a missing pointer, a time that runs backwards, or a hit out of its
 * ranges. */
PDQL_API pdql_status pdql_votes_push(pdql_votes *votes, uint32_t time_ms, const uint8_t *hash,
                                     const pdql_frame_hit *hits, size_t n);

/* What the frames so far come to; may be asked after every frame. Where no video has frames enough, one frame is a
 * match if it is one as a picture: its picture_neg_log10_fpr_x100 less the decades of the number of new frames, as each
 * was a trial. */
PDQL_API pdql_status pdql_votes_best(const pdql_votes *votes, pdql_video_match *match);

/* ---- views ------------------------------------------------------------------- */

/* One way to see a picture, as pdql_match_picture looks for it in the list. For measurements. */
typedef struct pdql_view {
    uint8_t bits[32]; /* the hash there */
    uint32_t quality;
    uint32_t number; /* 16 x region + 8 x inverted + orientation */
    /* it may use 1/trials of the false-match rate; over all views these add up to at most 1 */
    uint32_t trials;
    pdql_where where;
} pdql_view;

/* The views of a picture, the whole of it as it is first; `views`: room for PDQL_MAX_VIEWS. Errors as
 * pdql_match_picture. */
PDQL_API pdql_status pdql_match_views(const pdql_matcher *matcher, const pdql_image *image, void *work, size_t size,
                                      pdql_view *views, size_t *n);

#ifdef __cplusplus
}
#endif

#endif
