/*
 * pdqlite.h - what an embedder calls of the pdqlite core
 *
 * Hashes pictures and video frames (PDQ), finds hashes within a Hamming radius, verifies signed lists, decides. No I/O,
 * clock, environment, threads or writable globals: the caller gives memory, time and keys.
 *
 * Every function may be called from any thread. A function keeps no pointer after it returns,
 * and on an error writes nothing to an output, unless its comment says so.
 *
 * A hash is 32 bytes: the 64 hex digits that the industry shares, two digits a byte, in the order they are written. So
 * PDQ's bit 255 is the top bit of byte 0. A row is a hash inside a list or index.
 *
 * The binary interface of this file is promised: bindings/contract.txt. What tools and measurements call beside it is
 * in pdqlite_parts.h, and may change.
 *
 * This file is also read by csrc/cffi/generate.py: plain C declarations, constants as enum or as `#define NAME
 * integer`, no conditional declarations.
 */
#ifndef PDQLITE_H
#define PDQLITE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(PDQL_SHARED)
#define PDQL_API __declspec(dllexport)
#elif defined(__GNUC__)
#define PDQL_API __attribute__((visibility("default")))
#else
#define PDQL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define PDQL_VERSION "0.1.0"
#define PDQL_HASH_BYTES 32
#define PDQL_HASH_BITS 256

/* ---- status ------------------------------------------------------------ */

/* What a call came to. Numbers are part of the ABI: never reused. 1..15 are mistakes of the caller, 16..31 damaged
 * blocks, 32..63 what verify says of a list. */
typedef enum pdql_status {
    PDQL_OK = 0,
    PDQL_ERR_ARG = 1,      /* a missing pointer or a value out of range */
    PDQL_ERR_SHAPE = 2,    /* a width, height or stride that cannot be */
    PDQL_ERR_SPACE = 3,    /* the memory given is too small */
    PDQL_ERR_PENDING = 4,  /* the provider cannot say yet: call again once it can */
    PDQL_ERR_ORDER = 5,    /* called before its turn, or after the end */
    PDQL_ERR_IO = 6,       /* the caller's own function reported a failure */
    PDQL_ERR_BLOCK = 16,   /* an index block is damaged, cut or of another version */
    PDQL_ERR_PROOF = 17,   /* a Merkle proof that does not lead to the root */
    /* docs/formats/list-verify.md, section 9 */
    PDQL_LIST_FORMAT = 32, /* a file breaks its grammar */
    PDQL_LIST_UNENDORSED = 33, /* a known signature fails, or the quorum is not reached */
    PDQL_LIST_ORIGIN = 34, /* another origin or type than pinned */
    PDQL_LIST_PINS = 35,   /* a category that is not pinned, or a larger distance */
    PDQL_LIST_POLICY_CHAIN = 36, /* the policies do not lead from the pinned one to the one named */
    PDQL_LIST_UNLOGGED = 37, /* no log proof, or one that does not prove this manifest */
    PDQL_LIST_UNWITNESSED = 38, /* logged, but the witness quorum is not reached */
    PDQL_LIST_ROLLBACK = 39, /* older than pinned or stored, or not the newest of its log */
    PDQL_LIST_FREEZE = 40, /* witnessed too long ago, or in the future */
    PDQL_LIST_SPLIT_VIEW = 41, /* two signed texts contradict each other: roots of the log, or manifests of one seq */
    PDQL_LIST_EXPIRED = 42, /* past the time the manifest sets */
    PDQL_LIST_CT_MISMATCH = 43, /* an encrypted file differs, is cut or absent */
    PDQL_LIST_KEY_COMMIT = 44, /* the key given is not the key of this list */
    PDQL_LIST_CONTENT_MISMATCH = 45, /* the content is not the endorsed content */
    PDQL_LIST_RULE = 46,   /* content that breaks section 7 */
    PDQL_LIST_STALE = 47,  /* a remark only: past its time, and allowed */
    PDQL_LIST_UNPROVEN = 48, /* nothing proves that the log goes on from the one stored */
    PDQL_LIST_UNAUDITED = 49 /* too few of the pinned auditors say that this release passed, or not lately */
} pdql_status;

/* A short English name of a status, "ok" or "err-arg" and so on; never NULL. */
PDQL_API const char *pdql_status_name(pdql_status status);
/* The version of this library, "major.minor.patch". */
PDQL_API const char *pdql_version(void);

/* ---- kernels ----------------------------------------------------------- */

/* One implementation of the hot loops for one instruction set. All give the same answers to the bit. Take the best once
 * and keep the pointer; it is constant and lives as long as the library. */
typedef struct pdql_kernels pdql_kernels;

/* The fastest table this CPU can run; never NULL. */
PDQL_API const pdql_kernels *pdql_kernels_best(void);
/* The i-th table this CPU can run, fastest first; NULL past the last. */
PDQL_API const pdql_kernels *pdql_kernels_at(size_t i);
/* The name of a table: "portable", "avx2", "neon", ... */
PDQL_API const char *pdql_kernels_name(const pdql_kernels *k);

/* ---- hash: pixels -> PDQ hash, quality, orientations -------------------- */
/* What hashing gives. */
typedef struct pdql_hash {
    uint8_t bits[32]; /* in the order of the shared 64-digit text */
    uint8_t quality; /* 0 flat .. 100 detailed; below 50 is too flat to act on */
} pdql_hash;

/* What the bytes of a pixel mean. RGBA is PDQL_RGB with pixel_stride 4, BGRA is PDQL_BGR with 4, ARGB is PDQL_RGB with
 * 4 and data one byte on: alpha is not looked at. A camera's Y plane with pixelStride 2 is PDQL_GRAY with 2. */
typedef enum pdql_format {
    PDQL_GRAY = 1, /* one byte, 0 black .. 255 white; or a full-range Y plane */
    PDQL_GRAY_LIMITED = 2, /* one byte, 16 black .. 235 white: the Y plane of most video */
    PDQL_RGB = 3,
    PDQL_BGR = 4,
    PDQL_GRAY16 = 5 /* two bytes, low one first: 256 a gray level, 65280 white */
} pdql_format;

#define PDQL_MAX_SIDE 1048576 /* pixels */
#define PDQL_MAX_PIXELS 268435456 /* of one picture to hash */

/* Decoded pixels, read only during the call. `data` points at the first channel of the pixel in the top left corner.
 * Strides are bytes and may be negative: a mirrored or flipped view hashes as it looks, columns that lie closer than
 * rows and channels in planes of their own are read in place. No two samples may overlap: each stride steps over all
 * that the smaller ones span. */
typedef struct pdql_image {
    const uint8_t *data;
    uint32_t width; /* pixels, 5..1048576 */
    uint32_t height; /* pixels, 5..1048576 */
    ptrdiff_t row_stride;
    ptrdiff_t pixel_stride;
    uint32_t format; /* a pdql_format */
    ptrdiff_t channel_stride; /* of PDQL_RGB and PDQL_BGR; 0: channels lie side by side, as with 1 */
} pdql_image;

/* What hashing pictures of one size needs: weights and a little room. Lives in the caller's memory, aligned to 8 bytes;
 * serves any number of pictures of its size, one at a time. A stream of frames makes it once. */
typedef struct pdql_hasher pdql_hasher;

/* Bytes that a hasher for this size takes, about 130 kB at 1920 x 1080; 0 if a side is out of range or there are more
 * than PDQL_MAX_PIXELS. */
PDQL_API size_t pdql_hasher_size(uint32_t width, uint32_t height);

/* The same for pdql_hasher_init_reduced. 0 too where a given side is larger than the original's or below a 16th of it,
 * or an original side that is reduced is above 131072. */
PDQL_API size_t pdql_hasher_size_reduced(uint32_t given_width, uint32_t given_height, uint32_t width, uint32_t height);

/* Makes a hasher in `memory` of `size` bytes. PDQL_ERR_ARG: no memory, or not aligned. PDQL_ERR_SHAPE: a side out of
 * range, too many pixels. PDQL_ERR_SPACE: `size` is below pdql_hasher_size. The hasher must not be moved. */
PDQL_API pdql_status pdql_hasher_init(void *memory, size_t size, uint32_t width, uint32_t height);

/* As pdql_hasher_init for pictures of width x height that are given reduced to given_width x given_height (a JPEG
 * decoded at 1/2, 1/4 or 1/8): the weights of the original size are applied to the pixels there are. Close to the hash
 * of the original, not equal; docs/explanation/hashing.md has the cost in bits. Takes pdql_hasher_size_reduced. */
PDQL_API pdql_status pdql_hasher_init_reduced(void *memory, size_t size, uint32_t given_width, uint32_t given_height,
                                              uint32_t width, uint32_t height);

/* PDQ of one picture, full-resolution regime: bits and quality equal those of `pdqhash` for the same pixels.
 * PDQL_ERR_ARG: a missing pointer or unknown format. PDQL_ERR_SHAPE: not the hasher's size, or strides under which
 * pixels overlap or addresses overflow. */
PDQL_API pdql_status pdql_hash_image(const pdql_kernels *k, pdql_hasher *hasher, const pdql_image *image,
                                     pdql_hash *out);

/* PDQ of the picture in its eight orientations, each equal to hashing the turned pixels: as it is, turned 90, 180 and
 * 270 degrees counter-clockwise, flipped top to bottom, mirrored left to right, transposed, transposed back. */
PDQL_API pdql_status pdql_hash_orientations(const pdql_kernels *k, pdql_hasher *hasher, const pdql_image *image,
                                            pdql_hash *out);

/* ---- index: rows within a Hamming radius -------------------------------- */

/* Rows of one index, or queries of one call, at most: numbers fit 32 bits. */
#define PDQL_MAX_ROWS 4294967295u

/* One row within the radius of one query. */
typedef struct pdql_hit {
    uint32_t query; /* number of the query in the call, from 0 */
    uint32_t row; /* number of the row, from 0 */
    uint32_t distance; /* differing bits, 0..256 */
} pdql_hit;

/* Differing bits of two hashes of 32 bytes, 0..256. */
PDQL_API unsigned pdql_distance(const uint8_t *a, const uint8_t *b);

/* Finds every row within `radius` bits of each query, by reading every row.
 *
 *   queries  n_queries x 32 bytes, any alignment; NULL ok if n_queries is 0
 *   rows     n_rows x 32 bytes, any alignment; NULL ok if n_rows is 0
 *   radius   bits, 0..256; a row at exactly `radius` is a hit
 *   hits     gets the first `cap` hits in order of query, then row; NULL ok if cap is 0
 *   n_hits   gets the count of all hits; above `cap` means truncated
 * Returns PDQL_ERR_ARG on a larger radius, a missing pointer or more than PDQL_MAX_ROWS rows or queries, having written
 * nothing. Every kernel gives the same answer. Lists that are searched often want an index (below). */
PDQL_API pdql_status pdql_scan(const pdql_kernels *k, const uint8_t *queries, size_t n_queries, const uint8_t *rows,
                               size_t n_rows, unsigned radius, pdql_hit *hits, size_t cap, size_t *n_hits);

/* An index is one block of bytes, the same on every machine (docs/formats/index-block.md): built once, stored, mapped
 * or read, opened in O(1) and searched from any number of threads. */
typedef enum pdql_index_shape {
    PDQL_INDEX_AUTO = 0, /* self if at radius 31 it takes at most a quarter of a scan's time, else scan */
    PDQL_INDEX_SCAN = 1, /* 32 bytes a row; for up to some 50 000 rows */
    PDQL_INDEX_SELF = 2, /* 46 to 52 bytes a row; fast to radius 63, beyond that several times slower than a scan */
    PDQL_INDEX_COMPACT = 3 /* 40 from some 8 million rows on, at half the speed of self; under a million larger */
} pdql_index_shape;

#define PDQL_INDEX_SELF_RADIUS 63

/* An open index. Any shape answers any radius. Fields are for pdql_index_open to set and pdql_index_* to read. */
typedef struct pdql_index {
    const uint8_t *block;
    size_t bytes;
    uint32_t shape, n_rows, n_unique, n_groups, n_grouped;
    uint32_t pair_bits, group_shift, step_bytes, row_bits;
    uint32_t n_far[16];
    uint32_t value_bytes, pair_base;
    size_t at_dirs, dir_bytes, at_lists, list_bytes, block_bytes, at_highs, high_bytes;
    size_t at_far[16], at_map, at_ends, at_grouped;
} pdql_index;

/* What an index is. */
typedef struct pdql_index_info {
    uint32_t shape; /* PDQL_INDEX_SCAN, _SELF or _COMPACT */
    uint32_t n_rows;
    uint32_t n_unique; /* different hashes; n_rows if shape is scan, which does not look */
    uint32_t pair_bits; /* self: width of two packed offsets; else 0 */
    uint64_t bytes; /* of the whole block */
    uint64_t list_bytes; /* self: values and offsets; scan: rows */
    uint64_t directory_bytes;
    uint64_t row_bytes; /* self: what gives the caller's row numbers back */
} pdql_index_info;

/* Memory that building needs beside the rows and the block: `work_bytes` for pdql_index_plan and _build, of any
 * alignment 8 divides. PDQL_ERR_ARG: no such shape, a missing pointer, too many rows or bytes. */
PDQL_API pdql_status pdql_index_work_size(size_t n_rows, pdql_index_shape shape, size_t *work_bytes);

/* Sorts and counts rows, and says in `block_bytes` how large the block will be. `rows` are n_rows x 32 bytes; `work`
 * then holds the plan. PDQL_ERR_SPACE if work_bytes is too small. */
PDQL_API pdql_status pdql_index_plan(const uint8_t *rows, size_t n_rows, pdql_index_shape shape, void *work,
                                     size_t work_bytes, size_t *block_bytes);

/* Writes the block of a plan. `rows` and `n_rows` as given to pdql_index_plan, `work` as it left it (used up: plan
 * again to build again). PDQL_ERR_SPACE if `block` is smaller than planned, having written nothing. */
PDQL_API pdql_status pdql_index_build(const uint8_t *rows, size_t n_rows, void *work, size_t work_bytes, uint8_t *block,
                                      size_t block_bytes);

/* Opens a block in O(1), reading its header only. `ix` keeps `block`, any alignment, which must stay in place and
 * unchanged while `ix` is in use. PDQL_ERR_BLOCK if the header is not one, of another version, or does not fit `bytes`
 * exactly. A block whose body is damaged opens: searching it reads nothing outside it and ends, with wrong hits or
 * PDQL_ERR_BLOCK. Its digest is the business of whoever stores it. */
PDQL_API pdql_status pdql_index_open(const uint8_t *block, size_t bytes, pdql_index *ix);

/* Finds every row within `radius` bits of each query; parameters, order and truncation as pdql_scan. PDQL_ERR_BLOCK if
 * the block proves damaged on the way; `hits` may then hold anything, `n_hits` is not set. Takes 40 KB of stack. */
PDQL_API pdql_status pdql_index_search(const pdql_kernels *k, const pdql_index *ix, const uint8_t *queries,
                                       size_t n_queries, unsigned radius, pdql_hit *hits, size_t cap, size_t *n_hits);

/* Says what an index is. */
PDQL_API pdql_status pdql_index_describe(const pdql_index *ix, pdql_index_info *info);

/* ---- list: signed container -> verified rows ----------------------------- */

/* The cryptography a list needs beyond SHA-256, from the embedder. `ctx` is passed back. A function that is not needed
 * may be NULL. Ready-made tables: csrc/providers/. */
typedef struct pdql_provider {
    void *ctx;
    /* Ed25519 (RFC 8032 section 5.1.7, without cofactor): 1 good, 0 bad, -1 not known. Where answers come later
     * (WebCrypto): note the question, say -1, and repeat the call that gave PDQL_ERR_PENDING once they are there. */
    int (*ed25519_verify)(void *ctx, const uint8_t *public_key, const uint8_t *signature, const uint8_t *message,
                          size_t n);
    /* HKDF-Expand with SHA-512 (RFC 5869 section 2.3) under a key of 32 bytes: 0, or -1 on failure. */
    int (*hkdf_sha512_expand)(void *ctx, const uint8_t *key, const uint8_t *info, size_t n_info, uint8_t *out,
                              size_t n_out);
    /* AES-256-GCM, nonce of 12 bytes, no associated data; n counts the tag: 0, or -1 if it does not open. */
    int (*aes256gcm_open)(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *sealed, size_t n,
                          uint8_t *out);
} pdql_provider;

/* What the endorsers signed, as far as a reader needs it. Names: the manifest itself. */
typedef struct pdql_list_info {
    uint64_t seq, issued, expires; /* release; POSIX seconds */
    uint64_t list_bytes, slots; /* size of list.cob; places for entries */
    uint64_t keypoints_bytes; /* size of local.cob; 0: the list has none */
    uint32_t meta_bytes; /* of an entry: 6 image list, 14 video list, 5 list of files */
    uint32_t min_sources, max_distance;
    uint32_t sources, categories; /* bit i: number i is declared */
    uint32_t signed_sources; /* those whose organisation signed this manifest */
    uint32_t signers; /* bit i: endorser i of the trust file, or of the policy in force, signed */
    uint32_t remarks; /* PDQL_REMARK_... */
    uint8_t pt_root[32]; /* root of the content: what a later delta starts from */
} pdql_list_info;

#define PDQL_REMARK_UNLOGGED 1
#define PDQL_REMARK_UNWITNESSED 2
#define PDQL_REMARK_STALE 4
#define PDQL_REMARK_UNAUDITED 8

/* Bytes of the caller, read during the call alone. data NULL: there is no such file. */
typedef struct pdql_bytes {
    const uint8_t *data;
    size_t n;
} pdql_bytes;

/* What is known of a release, and what the device knew before. All texts are untrusted but `trust` and `state`; all are
 * bounded, and refused if they are not the one encoding of what they say. */
typedef struct pdql_release {
    pdql_bytes trust; /* what the application pins (section 4) */
    pdql_bytes state; /* the record that the last install left, 256 bytes; absent before the first */
    pdql_bytes manifest; /* a signed note */
    pdql_bytes proof; /* manifest.tlog-proof; may be absent */
    pdql_bytes consistency; /* consistency-<n>, n = pdql_needs.consistency; may be absent */
    const pdql_bytes *policies; /* 2 x n_policies: note and proof of each, from pdql_needs.first_policy on */
    size_t n_policies;
    uint64_t now; /* POSIX seconds, up to 2^53 - 1; where clocks are bad, not before the build's time */
} pdql_release;

/* Which files a release needs beside manifest and proof. */
typedef struct pdql_needs {
    /* policy-<version> and policy-<version>.tlog-proof. 0: keys are pinned. The last is past the one that the manifest
     * names and mostly absent (data NULL, n 0 or left out); a manifest that it replaced is refused. */
    uint64_t first_policy, n_policies;
    uint64_t consistency; /* size of the log that was seen before; 0: none */
} pdql_needs;

#define PDQL_STATE_BYTES 256

/* What a state says (docs/formats/list-verify.md, section 13). */
typedef struct pdql_state {
    uint64_t installs; /* counts up: of two records, the one with more is the newer */
    uint64_t seq;
    uint64_t floor; /* no clock is believed that is behind this, POSIX seconds */
    uint64_t log_size, policy_version;
    uint64_t seen, max_age; /* when witnesses saw the log, how old that may be, seconds; 0: no witnesses */
    uint32_t has_policy;
    uint8_t log_root[32];
    uint8_t manifest[32]; /* SHA-256 of the manifest's text */
} pdql_state;

/* Reads a state; PDQL_LIST_FORMAT if it is damaged, cut or of another version. */
PDQL_API pdql_status pdql_state_read(const pdql_kernels *k, const uint8_t *data, size_t n, pdql_state *state);

/* A list on its way from endorsed to read, in memory of the caller: pdql_list_size() bytes (about 100 KiB), aligned to
 * 16. Made by pdql_list_verify alone; then, in this order:
 *
 *   pdql_list_ciphertext ... pdql_list_ciphertext_end     the file is the endorsed file
 *   pdql_list_key_info, pdql_list_key                     the key is its key
 *   pdql_list_want, pdql_list_give ...                    pages of plaintext, as it asks
 *   pdql_list_end                                         the verdict
 * and, if info.keypoints_bytes is not 0 and keypoint signatures are of use, pdql_list_keypoints and the same again over
 * local.cob, with pdql_list_give_keypoints.
 * The first status that is neither PDQL_OK nor PDQL_ERR_ is the verdict: every later call repeats it. Nothing that
 * pdql_list_give handed out may be used before pdql_list_end said PDQL_OK. pdql_list_read does all of it where a
 * provider and a file are at hand.
 * Memory: that block and at most 10 KiB of stack, whatever the size of the list. Threads: one list, one thread at a
 * time; any number of lists at once. */
typedef struct pdql_list pdql_list;

PDQL_API size_t pdql_list_size(void);

/* Says which further files a release needs: trust, state, manifest of `release` are looked at. Nothing is verified.
 * `memory` as in pdql_list_verify; it is free again afterwards. */
PDQL_API pdql_status pdql_list_needs(void *memory, size_t n_memory, const pdql_kernels *k, const pdql_release *release,
                                     pdql_needs *needs);

/* Verifies all that needs neither ciphertext nor key (docs/formats/list-verify.md, section 9, steps 1 to 8): grammar,
 * policies, signatures, pins, log, witnesses, freshness, state.
 *
 *   memory    pdql_list_size() bytes, aligned to 16; becomes the list
 *   p         ed25519_verify is all that is used of it
 *   info      gets what was signed; may be NULL
 *   state     gets the next state, 256 bytes: to be stored last, once the list is read and stored; may be NULL
 * Returns the first status that applies in the order of section 9; PDQL_ERR_PENDING if the provider has to be waited
 * for, with every question of this release asked. */
PDQL_API pdql_status pdql_list_verify(void *memory, size_t n_memory, const pdql_kernels *k, const pdql_provider *p,
                                      const pdql_release *release, pdql_list **list, pdql_list_info *info,
                                      uint8_t *state);

/* A token says which log one was shown: 48 bytes, the same for all who are shown the same, for an application to carry
 * from user to user (docs/formats/list-sharing.md, section 16). It tells nothing else, but for how recent one's list
 * is. Keep that of each release that is installed. */
#define PDQL_TOKEN_BYTES 48

/* The token of a list, any time after pdql_list_verify; PDQL_LIST_UNLOGGED if no log vouches for it. */
PDQL_API pdql_status pdql_list_token(const pdql_list *list, uint8_t *token);

/* What somebody's token says beside one's own. */
#define PDQL_TOKEN_SAME 0 /* both were shown one log */
#define PDQL_TOKEN_SPLIT_VIEW 1 /* two logs under one name: keep it, and one's manifest.tlog-proof of that size */
#define PDQL_TOKEN_UNKNOWN 2 /* of a size at which one never looked: nothing follows */
#define PDQL_TOKEN_OTHER_LOG 3 /* of a log that one has never seen: nothing follows */

/* Compares a token with `n` of one's own, 48 bytes each, one after the other. PDQL_LIST_FORMAT if it is none. Pure. */
PDQL_API pdql_status pdql_list_token_compare(const uint8_t *own, size_t n, const uint8_t *token, size_t n_token,
                                             uint32_t *says);

/* Takes list.cob (after pdql_list_keypoints: local.cob) from its beginning, in pieces of any size. */
PDQL_API pdql_status pdql_list_ciphertext(pdql_list *list, const uint8_t *data, size_t n);
/* PDQL_OK if that was the endorsed file, to its end. */
PDQL_API pdql_status pdql_list_ciphertext_end(pdql_list *list);

/* Writes the `info` of HKDF-Expand-SHA-512 from which, under the list key, 76 bytes follow: AES key (32), base nonce
 * (12), commitment (32). `cap` of PDQL_KEY_INFO_MAX always suffices. */
PDQL_API pdql_status pdql_list_key_info(const pdql_list *list, uint8_t *out, size_t cap, size_t *n);
#define PDQL_KEY_INFO_MAX 320

/* PDQL_OK if the derived commitment is the endorsed one: the key is the key of this list. */
PDQL_API pdql_status pdql_list_key(pdql_list *list, const uint8_t commitment[32]);

/* A piece of list.cob to decrypt. */
typedef struct pdql_page {
    uint64_t index; /* of the piece: the nonce is the base nonce XOR this as 12 bytes, big-endian */
    uint64_t at; /* where it begins in list.cob */
    uint32_t sealed_bytes; /* with its tag of 16; 0: nothing is wanted any more */
    uint32_t plain_bytes; /* 0..16384 */
} pdql_page;

/* Which piece comes next. Two places of the file are read in turn; local.cob's piece where they meet may come twice. */
PDQL_API pdql_status pdql_list_want(const pdql_list *list, pdql_page *page);

/* Entries that a page completed, valid until the next call with this list and while the page's bytes stay. */
typedef struct pdql_entries {
    uint64_t first; /* number of the first entry */
    size_t n; /* 0..512 */
    const uint8_t *hashes; /* n x 32 */
    const uint8_t *meta; /* n x meta_bytes, section 6 */
} pdql_entries;

/* Takes the plaintext of the page that is wanted; NULL says that it did not decrypt. */
PDQL_API pdql_status pdql_list_give(pdql_list *list, const uint8_t *plain, size_t n, pdql_entries *entries);
/* The verdict: content root, then the rules of the entries. `count` gets the number of entries; may be NULL. */
PDQL_API pdql_status pdql_list_end(pdql_list *list, uint64_t *count);
/* Goes on to local.cob, after pdql_list_end. PDQL_ERR_ORDER if the list has none. */
PDQL_API pdql_status pdql_list_keypoints(pdql_list *list);

/* What a page of local.cob holds: lengths of records, or bytes of them. Valid until the next call with this list. */
typedef struct pdql_records {
    uint64_t first; /* slot of the first length */
    size_t n_lengths; /* may reach past the entries: those are 0 */
    const uint8_t *lengths; /* n_lengths x u16be */
    const uint8_t *body; /* the next bytes of the records, which stand one after the other in slot order */
    size_t n_body;
} pdql_records;

/* Takes the plaintext of the page of local.cob that is wanted; NULL says that it did not decrypt. */
PDQL_API pdql_status pdql_list_give_keypoints(pdql_list *list, const uint8_t *plain, size_t n, pdql_records *records);

/* Where pdql_list_read gets list.cob, or local.cob, and leaves what is in it. */
typedef struct pdql_list_io {
    void *ctx;
    /* Reads n bytes from `at`: 0, or -1 if the file ends before or fails. One byte past the end is asked for too: a
     * longer file is not the endorsed one. */
    int (*read)(void *ctx, uint64_t at, size_t n, uint8_t *out);
    /* Takes entries, not to be used before PDQL_OK: 0, or -1 to stop. May be NULL: check only. */
    int (*entries)(void *ctx, const pdql_entries *entries);
    int (*records)(void *ctx, const pdql_records *records); /* the same for what local.cob holds */
} pdql_list_io;

/* Reads a verified list to its verdict: every step after pdql_list_verify, or after pdql_list_keypoints. `key` is the
 * list key, 32 bytes, nothing of which is kept. The file is read twice, once in order and once as pages are wanted. */
PDQL_API pdql_status pdql_list_read(pdql_list *list, const pdql_provider *p, const uint8_t key[32],
                                    const pdql_list_io *io, uint64_t *count);

/* The release that a device holds: what a delta may start from. */
typedef struct pdql_held {
    uint64_t seq, count; /* release, number of its entries */
    uint8_t pt_root[32]; /* info.pt_root of its verification */
} pdql_held;

/* Goes on to the delta that leads from `held` to this release, instead of list.cob: after pdql_list_verify, before
 * pdql_list_ciphertext. PDQL_LIST_CT_MISMATCH if none is offered from there, and the list may still be read whole. Then
 *
 *   pdql_list_ciphertext ... pdql_list_ciphertext_end, pdql_list_key_info, pdql_list_key     as for a list
 *   pdql_delta_next                                                until it says PDQL_DELTA_END
 *   pdql_list_end                                                  the verdict: root and rules of the result
 * What comes out has the same root as the list read whole, and nothing is used before the verdict. */
PDQL_API pdql_status pdql_list_delta(pdql_list *list, const pdql_held *held);

#define PDQL_DELTA_END 0 /* nothing is left */
#define PDQL_DELTA_PAGE 1 /* decrypt `page` of the delta, call pdql_delta_page */
#define PDQL_DELTA_OLD 2 /* get entries of the release held from old_first on, call pdql_delta_old */
#define PDQL_DELTA_ENTRIES 3 /* entries of the new release, and where each is from */
#define PDQL_DELTA_LENGTHS 4 /* bytes of lengths of keypoint records of added entries, u16be each */
#define PDQL_DELTA_RECORDS 5 /* bytes of those records */

/* In pdql_delta_piece.origin: an added entry, in the order of the delta; else the slot it had. */
#define PDQL_DELTA_ADDED 0x80000000

/* What pdql_delta_next says: `kind` says which of the rest is set. */
typedef struct pdql_delta_piece {
    uint32_t kind; /* PDQL_DELTA_... */
    pdql_page page; /* a piece may be asked for again */
    uint64_t old_first;
    pdql_entries entries; /* valid until the next call with this list, as are origin and bytes */
    const uint32_t *origin; /* entries.n x: slot in the release held, or PDQL_DELTA_ADDED | number */
    const uint8_t *bytes;
    size_t n; /* of `bytes` */
} pdql_delta_piece;

/* Says what comes next. What is wanted is said again until it is there; what is given is given once. */
PDQL_API pdql_status pdql_delta_next(pdql_list *list, pdql_delta_piece *out);
/* Takes the plaintext of the page that pdql_delta_next just asked for; NULL says that it did not decrypt. */
PDQL_API pdql_status pdql_delta_page(pdql_list *list, const uint8_t *plain, size_t n);

/* Takes n >= 1 entries from the old_first on that pdql_delta_next just asked for: n x 32 and n x meta_bytes, which stay
 * where they are until more are wanted. */
PDQL_API pdql_status pdql_delta_old(pdql_list *list, const uint8_t *hashes, const uint8_t *meta, size_t n);

/* Where pdql_delta_read gets a delta and the entries held, and leaves what they lead to. */
typedef struct pdql_delta_io {
    void *ctx;
    int (*read)(void *ctx, uint64_t at, size_t n, uint8_t *out); /* as that of pdql_list_io, of the delta */
    /* Takes a piece of kind PDQL_DELTA_ENTRIES, PDQL_DELTA_LENGTHS or PDQL_DELTA_RECORDS, not to be used before
     * PDQL_OK: 0, or -1 to stop. May be NULL: check only. */
    int (*take)(void *ctx, const pdql_delta_piece *piece);
    const uint8_t *hashes, *meta; /* of the release held: count x 32 and count x meta_bytes */
} pdql_delta_io;

#define PDQL_DELTA_WORK 32784 /* bytes of scratch for one call */

/* Reads a delta to its verdict: every step after pdql_list_delta; `key` and errors as pdql_list_read. Local signatures
 * come afterwards: pdql_list_records. `work`: PDQL_DELTA_WORK bytes, any alignment, else PDQL_ERR_SPACE. */
PDQL_API pdql_status pdql_delta_read(pdql_list *list, const pdql_provider *p, const uint8_t key[32],
                                     const pdql_delta_io *io, void *work, size_t work_size, uint64_t *count);

/* Checks the keypoint signatures that a delta leads to, after pdql_list_end: the record of each entry in order (n up to
 * 65535, 0: none), then pdql_list_end again. `total` is the sum of their lengths. */
PDQL_API pdql_status pdql_list_records(pdql_list *list, uint64_t total);
PDQL_API pdql_status pdql_list_record(pdql_list *list, const uint8_t *data, size_t n);

/* ---- match: what a list is made ready with ------------------------------- */

/* A picture box-averaged (or, where small, linearly enlarged) to at most 65 536 cells in its own aspect; sides
 * 64..1024, so aspects beyond 16:1 are squeezed. The samples and sums lie in the caller's memory, to be read alone. */
typedef struct pdql_plane {
    uint32_t width, height; /* cells */
    const uint16_t *samples; /* height rows of width; brightness 0..255 times 256 */
    const uint32_t *integral; /* height + 1 rows of width + 1: sums of the samples above and left */
} pdql_plane;

/* Bytes that a plane of a picture of this size takes; 0 if a side is 0 or above 1048576. */
PDQL_API size_t pdql_plane_size(uint32_t width, uint32_t height);

/* Makes the plane of a picture in `memory` (`size` bytes, aligned to 8), which must outlive `plane`. Sides may be 1 and
 * up. Every kernel makes the same cells. PDQL_ERR_ARG: a missing pointer or alignment. PDQL_ERR_SHAPE: an image that
 * cannot be. PDQL_ERR_SPACE. */
PDQL_API pdql_status pdql_plane_make(const pdql_kernels *k, const pdql_image *image, void *memory, size_t size,
                                     pdql_plane *plane);

/* Tables of un-cropping in the caller's memory, made once; read-only afterwards, shared by threads. */
typedef struct pdql_uncrop pdql_uncrop;

PDQL_API size_t pdql_uncrop_size(void);
PDQL_API pdql_status pdql_uncrop_init(void *memory, size_t size);

/* Lists of up to so many rows are looked through in full; of larger ones a search leaves out what can hardly fit. */
#define PDQL_UNCROP_FULL 100000

/* Bytes that pdql_uncrop_pack writes for so many rows; 0 if too many. */
PDQL_API size_t pdql_uncrop_packed_size(size_t n_rows);

/* Lays rows out as columns of 256 rows, for un-cropping: 32 bytes a row, 36 above PDQL_UNCROP_FULL rows, where they lie
 * in another order and their numbers behind. For this machine only, not to be stored. Takes 44 kB of stack.
 * PDQL_ERR_SPACE: `packed` too small. */
PDQL_API pdql_status pdql_uncrop_pack(const uint8_t *rows, size_t n_rows, uint8_t *packed, size_t size);

#define PDQL_MAX_KEYPOINTS 48 /* of an entry */
#define PDQL_KEYPOINTS_RECORD_MAX 531 /* bytes: 3 + 48 * 11 */

/* Bytes of work that a plane of this size needs (under 1.3 MB for 65 536 cells); 0 for an impossible size. */
PDQL_API size_t pdql_keypoints_work_size(uint32_t width, uint32_t height);

/* Makes the keypoint signature of an entry (docs/formats/keypoints.md).
 *
 *   plane      height rows of width samples, brightness 0..255 times 256; sides 1..4096, at most 131 072 cells; about
 *              65 536 cells, in the picture's own aspect, give signatures that match others
 *   stride     samples from a row to the next, at least width
 *   keypoints  most keypoints to keep, 1..48
 *   work       at least pdql_keypoints_work_size bytes, any alignment
 *   record     gets at most 3 + 11 * keypoints bytes
 *   length     gets their number; 3 for a picture without keypoints
 * Returns PDQL_ERR_SHAPE, PDQL_ERR_ARG or PDQL_ERR_SPACE, having written nothing to record. Bounded: at most 1152
 * keypoints are kept of however many a hostile picture has. Same bytes on every machine and kernel. */
PDQL_API pdql_status pdql_keypoints_signature(const pdql_kernels *k, const uint16_t *plane, uint32_t width,
                                              uint32_t height, size_t stride, unsigned keypoints, void *work,
                                              size_t work_size, uint8_t *record, size_t *length);

/* Bytes of an index of n entries with n_points keypoints together, about 18 a keypoint; 0 above 2^30 keypoints. */
PDQL_API size_t pdql_keypoints_index_size(size_t n, size_t n_points);

/* Builds an index in a block of the caller: flat, for this machine's byte order, to be kept or mapped.
 *
 *   records   records one after another
 *   lengths   n lengths; 0 for an entry without a signature
 *   rows      n x 32 bytes, the entries' hashes; NULL will do
 *   block     8-byte aligned, pdql_keypoints_index_size bytes
 * Keypoints that an entry shares with three and more others under one map each are noted: forms, pages and frames of
 * which a list holds several say nothing. Entries within 31 bits of it are versions of one picture
 * and not counted. Bounded: an entry looks at 1 024 rows of 48 buckets and is compared with 8 others. Takes 48 kB of
 * stack. PDQL_ERR_ARG if a record is not one that pdql_keypoints_signature could have made. */
PDQL_API pdql_status pdql_keypoints_index_build(const uint8_t *records, const uint32_t *lengths, const uint8_t *rows,
                                                size_t n, void *block, size_t size);

#define PDQL_CLAIM_NONE (-1000) /* no proof either way: too little of the entry lies in the picture */

/* neg_log10_fpr_x100, how sure a match is: minus the decimal logarithm of its false-match rate (FPR), in hundredths.
 * 700 is one false match in 10^7 pairs of an original and a picture (or video) that does not show it. */
#define PDQL_NEG_LOG10_FPR_X100_MAX 3000

#define PDQL_TIER_HASH 1 /* whole hashes of regions of the query */
#define PDQL_TIER_UNCROP 2 /* parts of the query against plain hashes */
#define PDQL_TIER_KEYPOINTS 3 /* keypoint signatures */
#define PDQL_TIER_SHA256 4 /* SHA-256 of a file's bytes */
#define PDQL_TIER_MD5 5 /* MD5 of a file's bytes */

/* What a decision comes to. Act on PDQL_MATCH, and on PDQL_IDENTICAL_FILE by PDQL_TIER_SHA256, alone. */
typedef enum pdql_verdict {
    PDQL_NO_MATCH = 0,
    PDQL_MATCH = 1,
    PDQL_TOO_FLAT = 2, /* near enough, but of too low a quality to act on */
    PDQL_NEGATED = 3, /* near enough, but a negative entry is nearer */
    PDQL_UNCONFIRMED = 4, /* near enough, but its keypoints are not where they would be: forged, or much changed */
    PDQL_SHARES_PART = 5, /* a part is the entry's (a sticker, page, frame, form), the rest is another picture's */
    PDQL_IDENTICAL_FILE = 6 /* the file is one that was listed, byte for byte: pdql_exact_find */
} pdql_verdict;

/* ---- match: pictures and videos against a list -> decision ---------------- */

/* What an embedder asks of a match. pdql_match_policy_init fills in what is advised. */
typedef struct pdql_match_policy {
    uint32_t picture_neg_log10_fpr_x100; /* least of a match of a pair of pictures, 0..3000; advised 700 */
    uint32_t video_neg_log10_fpr_x100; /* of a pair of videos; advised 600 */
    uint32_t radius; /* largest distance of whole hashes, 0..256; PDQL_RADIUS_BY_RATE leaves it to the rates */
    uint32_t max_distance; /* the list's own cap on it, 0..256; 256 if it has none */
    uint32_t min_quality; /* of the hashes of query and entry, 0..100; advised 50 */
    uint32_t frames; /* of a video that must agree, at least 1; advised 2 */
    uint32_t views; /* PDQL_VIEW_... added up; advised PDQL_VIEW_ALL */
    uint32_t uncrop_entries; /* un-crop in lists of up to so many entries; 0 for never; advised 2000000 */
    uint32_t confirm; /* 1: what hashes find must be confirmed by the entry's keypoints, if it has them; advised 1 */
    /* Least neg_log10_fpr_x100 of a match against the whole list, 0..PDQL_NEG_LOG10_FPR_X100_MAX: 200 is one false
     * match in 100 pictures (or videos) looked at, 600 one in a million; 0 for no such limit. A list of n entries asks
     * it of a pair plus 100 log10(n), where that is more than picture_neg_log10_fpr_x100 or video_neg_log10_fpr_x100;
     * advised 200. */
    uint32_t list_neg_log10_fpr_x100;
} pdql_match_policy;

#define PDQL_RADIUS_BY_RATE 257
#define PDQL_VIEW_TURNED 1 /* turned and mirrored copies */
#define PDQL_VIEW_INVERTED 2 /* dark and light exchanged */
#define PDQL_VIEW_REGIONS 4 /* regions inside the query: without bars, borders, a page around it */
#define PDQL_VIEW_KEYPOINTS 8 /* the list's keypoint signatures */
#define PDQL_VIEW_TILTED 16 /* the list's keypoint signatures once more, turned by angles that are no quarters */
#define PDQL_VIEW_ALL 31

/* The policy that is advised. */
PDQL_API void pdql_match_policy_init(pdql_match_policy *policy);

/* A list as a matcher looks at it: n entries in list order. Everything lies in the caller's memory and stays there
 * unchanged while the matcher is in use.
 *
 *   rows      n x 32 bytes, any alignment; NULL if there is an index: then nothing is un-cropped
 *   meta      n x meta_bytes, as pdql_list_read hands it out (docs/formats/list-content.md, section 6: categories,
 *             sources, flags, quality, and 14 bytes with video and time); NULL with meta_bytes 0 for bare hashes:
 *             pictures of unknown quality, of no category or source
 *   keypoints a block of pdql_keypoints_index_build, aligned to 8; NULL if the list has no keypoint signatures
 *   uncrop    tables of pdql_uncrop_init, where the policy un-crops a list of n entries and there are rows; else NULL
 *   packed    pdql_uncrop_pack of these rows; read only where `uncrop` is given and n is within the policy's
 *             uncrop_entries */
typedef struct pdql_match_list {
    const pdql_kernels *kernels; /* what to run on; NULL for the best */
    size_t n; /* 0..PDQL_MAX_ROWS */
    const uint8_t *rows;
    const uint8_t *meta;
    size_t meta_bytes; /* 0, 6 or 14 */
    const uint8_t *index; /* a block of pdql_index_build of these rows; NULL reads every row each time */
    size_t index_bytes;
    const void *keypoints;
    size_t keypoints_bytes;
    const pdql_uncrop *uncrop;
    const uint8_t *packed;
    size_t packed_bytes;
} pdql_match_list;

/* Matches against one list. Read-only once made: any number of threads may share it. */
typedef struct pdql_matcher pdql_matcher;

/* Bytes of a matcher; about 500. */
PDQL_API size_t pdql_matcher_size(void);

/* Makes a matcher in `memory`, `size` bytes aligned to 8. Copies the two structs, and keeps the pointers in `list`.
 * PDQL_ERR_ARG: a missing pointer, a policy out of its ranges, meta_bytes that are none of the three, an index of
 * another number of rows, rows but no tables of un-cropping where the policy asks for it. PDQL_ERR_SPACE: `size`, or
 * packed_bytes for so many rows. PDQL_ERR_BLOCK: a damaged index. */
PDQL_API pdql_status pdql_matcher_init(pdql_matcher *memory, size_t size, const pdql_match_list *list,
                                       const pdql_match_policy *policy);

/* Memory for pdql_matcher_make. */
typedef struct pdql_memory {
    void *ctx;
    void *(*get)(void *ctx, size_t size); /* `size` bytes aligned to 16, or NULL */
    void (*give)(void *ctx, void *block); /* takes back what `get` gave */
} pdql_memory;

/* The entries of a list as a reader hands them out (pdql_list_read). rows and meta as in pdql_match_list: they stay
 * unchanged while the matcher is in use. records and lengths are read once. */
typedef struct pdql_match_entries {
    const pdql_kernels *kernels; /* NULL for the best */
    size_t n;
    const uint8_t *rows;
    const uint8_t *meta;
    size_t meta_bytes;
    const uint8_t *records; /* keypoint signatures one after another; NULL if the list has none */
    const uint32_t *lengths; /* n lengths, 0 for an entry without one; NULL if the list has none */
    const pdql_uncrop *uncrop; /* tables that matchers share, and that outlive them; NULL: each makes its own, 3 MB */
} pdql_match_entries;

/* Makes a matcher with all that its policy asks for and the entries allow: an index, the index of keypoint signatures,
 * un-cropping. One block of memory is asked for and kept, which is `*matcher`: give it back after the last call. More
 * is asked for meanwhile, and given back.
 * PDQL_ERR_ARG: as pdql_matcher_init, or a record is no keypoint signature. PDQL_ERR_SPACE: `get` gave nothing. */
PDQL_API pdql_status pdql_matcher_make(const pdql_match_entries *entries, const pdql_match_policy *policy,
                                       const pdql_memory *memory, pdql_matcher **matcher);

/* Rows a matcher reads at a time: 16 KiB. */
#define PDQL_PAGE_ROWS 512

/* Rows that are not in memory, for instance sealed on disk.
 *
 *   read  writes rows `first` .. `first + n - 1` (32 n bytes, n <= PDQL_PAGE_ROWS, `first` a multiple of that) to
 *         `rows`: 0, or -1 if they cannot be read or are not those that were stored. Called by whichever thread
 *         matches, any number at once; `rows` lies in the work memory of the call */
typedef struct pdql_row_source {
    void *ctx;
    int (*read)(void *ctx, size_t first, size_t n, uint8_t *rows);
} pdql_row_source;

/* As pdql_matcher_init, for a list whose rows are read page by page: list->rows and list->index are NULL. A picture
 * reads every row once, a frame of a video too; where more than 4096 rows are near, again for each view, and some ten
 * times for a view that alone has as many. Decisions are those of a list without index. Nothing is un-cropped. Copies
 * `rows`. A read that fails ends the match (or the push) with PDQL_ERR_BLOCK. */
PDQL_API pdql_status pdql_matcher_init_paged(pdql_matcher *memory, size_t size, const pdql_match_list *list,
                                             const pdql_row_source *rows, const pdql_match_policy *policy);

/* How a region of the query was turned to compare it, in the order of pdql_hash_orientations. */
typedef enum pdql_orientation {
    PDQL_AS_IS = 0,
    PDQL_TURNED_90 = 1, /* counter-clockwise, as the others */
    PDQL_TURNED_180 = 2,
    PDQL_TURNED_270 = 3,
    PDQL_FLIPPED = 4, /* top to bottom */
    PDQL_MIRRORED = 5, /* left to right */
    PDQL_TRANSPOSED = 6,
    PDQL_TRANSPOSED_BACK = 7 /* along the other diagonal */
} pdql_orientation;

/* Which part of the query shows the original. */
typedef struct pdql_where {
    uint32_t left, top, right, bottom; /* 1/65536 of the query's width and height, 0..65536 */
    uint32_t orientation; /* a pdql_orientation */
    uint32_t inverted; /* 1: dark and light exchanged */
} pdql_where;

#define PDQL_NONE 4294967295u /* where a number of a decision does not apply */

/* Whether the entry's keypoint signature says that the query shows it, and not a part of it or a forgery
 * (docs/explanation/matching.md). */
typedef enum pdql_confirmed {
    PDQL_CONFIRMED_NOT_ASKED = 0, /* the policy does not ask, or nothing was found */
    PDQL_CONFIRMED_YES = 1,
    PDQL_CONFIRMED_NO = 2,
    PDQL_CONFIRMED_NOT_POSSIBLE = 3 /* the entry has no signature, or one of fewer than 8 keypoints */
} pdql_confirmed;

#define PDQL_LACKS_KEYPOINTS 1 /* keypoint signatures: the list has none */
#define PDQL_LACKS_UNCROP 2 /* un-cropping: the rows are not in memory */

/* What a matcher says of one picture or video. Fixed numbers, no pointers: it may be copied as it is. */
typedef struct pdql_decision {
    uint32_t verdict; /* a pdql_verdict */
    uint32_t entry; /* number of the entry that decided, of a video the nearest; PDQL_NONE without */
    uint32_t tier; /* PDQL_TIER_... that found it; 0 without */
    uint32_t neg_log10_fpr_x100; /* of the pair; the false-match rate is 10^(-neg_log10_fpr_x100/100) */
    uint32_t list_neg_log10_fpr_x100; /* of this picture or video against the whole list */
    uint32_t lacks; /* PDQL_LACKS_..., added up: what the policy asks for and the list has not */
    uint32_t distance; /* of whole hashes, bits; PDQL_NONE if none was near */
    uint32_t score; /* tiers 2 and 3: 1/16 nat; else 0 */
    uint32_t quality; /* of the whole query; of a video, the best of its frames */
    uint32_t categories; /* mask of the entry */
    uint32_t sources; /* mask of the entry */
    uint32_t video; /* number of the entry's video; PDQL_NONE for a picture */
    uint32_t frames; /* of the query looked at; 1 for a picture */
    uint32_t agreeing; /* of those, with the entry */
    uint32_t at_ms; /* of the query, where the nearest frame is; PDQL_NONE for pictures, as the next two */
    uint32_t start_ms, end_ms; /* first and last time in the query that agrees */
    uint32_t entry_start_ms, entry_end_ms; /* the same in the entry's video; PDQL_NONE if it is a picture */
    pdql_where where; /* at `entry`; all 0 without */
    uint32_t confirmed; /* a pdql_confirmed */
    int32_t proof; /* value of the claim, 1/16 nat; PDQL_CLAIM_NONE if none was looked at */
} pdql_decision;

/* Lists of files (docs/formats/list-content.md, section 20): a file is found if it is one that was listed, byte for
 * byte, and not otherwise. One changed byte, and it is another file. */

/* The digests of one file while its bytes come. Memory of the caller; one thread at a time. */
typedef struct pdql_exact {
    uint64_t state[32];
} pdql_exact;

/* Begins a file, takes its next n bytes, ends it: rows gets 2 x 32 bytes, of its SHA-256 and MD5. ERR_ARG: a NULL. */
PDQL_API pdql_status pdql_exact_begin(const pdql_kernels *k, pdql_exact *file);
PDQL_API pdql_status pdql_exact_add(pdql_exact *file, const uint8_t *data, size_t n);
PDQL_API pdql_status pdql_exact_end(const pdql_kernels *k, pdql_exact *file, uint8_t *rows);

/* The row of a digest that is known already: PDQL_TIER_SHA256 (32 bytes) or PDQL_TIER_MD5 (16 bytes), else
 * PDQL_ERR_ARG.
 *
 *   row  gets 32 bytes */
PDQL_API pdql_status pdql_exact_row(const pdql_kernels *k, uint32_t tier, const uint8_t *digest, uint8_t *row);

/* Looks for a file in a list of files: rows and meta as pdql_list_read hands them out, ascending, meta_bytes 5; the
 * rest of `entries` is not read.
 *
 *   rows      2 x 32 bytes, as pdql_exact_end gives them; of a digest that is not known: zeros
 *   decision  PDQL_IDENTICAL_FILE, PDQL_NEGATED (the file is listed as harmless) or PDQL_NO_MATCH; entry, tier,
 *             categories and sources are those of the entry. SHA-256 decides before MD5: files with one MD5 can be made
 *             at will, so a match by PDQL_TIER_MD5 alone says less
 *
 * PDQL_ERR_ARG: a missing pointer, or entries of another type of list. */
PDQL_API pdql_status pdql_exact_find(const pdql_match_entries *entries, const uint8_t *rows, pdql_decision *decision);

/* One entry that may be the original, as one view of a picture saw it. */
typedef struct pdql_finding {
    uint32_t entry;
    uint32_t tier;
    uint32_t distance; /* tier 1: bits; else PDQL_NONE */
    uint32_t score; /* tiers 2 and 3: 1/16 nat; else 0 */
    uint32_t quality; /* the lesser of the view's and the entry's */
    uint32_t negative; /* 1: the entry says what must not match */
    uint32_t neg_log10_fpr_x100; /* of the pair, this look's share of the rate taken off */
    uint32_t below; /* 1: too little for the policy; it is no reason for a match */
    pdql_where where;
    uint32_t confirmed; /* a pdql_confirmed; of tier 3 PDQL_CONFIRMED_NO: a part is shared */
    int32_t proof; /* as in pdql_decision */
} pdql_finding;

/* One frame of a video that agrees with the entry. */
typedef struct pdql_frame_match {
    uint32_t time_ms; /* in the query */
    uint32_t entry;
    uint32_t entry_time_ms; /* in the entry's video; PDQL_NONE if the entry is a picture */
    uint32_t distance; /* bits */
    pdql_where where;
} pdql_frame_match;
#define PDQL_MAX_FINDINGS 64

/* Bytes of work that pdql_match_picture and pdql_watch_push need for pictures of this size, a thread; 0 if a side is
 * out of range. Grows with the sides; some 4 MB with keypoint signatures or un-cropping, 1.5 MB without. */
PDQL_API size_t pdql_match_work_size(const pdql_matcher *matcher, uint32_t width, uint32_t height);

/* Decides about one picture. Bounded work on any picture and list: at most PDQL_MAX_VIEWS views, of each the 64 nearest
 * rows.
 *
 *   work      `size` bytes, aligned to 8; one thread at a time; holds nothing between calls
 *   decision  gets the decision
 *   findings  gets up to `cap` of what spoke loudest for any entry, scores first, then nearest; NULL ok if cap is 0
 *   n         gets their number; at most PDQL_MAX_FINDINGS
 * PDQL_ERR_ARG, PDQL_ERR_SHAPE as pdql_hash_image; PDQL_ERR_SPACE: `size`; PDQL_ERR_BLOCK: the index or the keypoints
 * block proves damaged. */
PDQL_API pdql_status pdql_match_picture(const pdql_matcher *matcher, const pdql_image *image, void *work, size_t size,
                                        pdql_decision *decision, pdql_finding *findings, size_t cap, size_t *n);
#define PDQL_MAX_VIEWS 136

/* One video being watched. Its memory does not grow with the video. One thread at a time. */
typedef struct pdql_watch pdql_watch;

/* Bytes of a watch, about 420 kB whatever the frames. */
PDQL_API size_t pdql_watch_size(const pdql_matcher *matcher);

/* Begins a watch in `memory`, `size` bytes aligned to 8; it keeps `matcher`.
 * What a frame costs is bounded, whatever it shows: one that looks like the frame before is not looked at again (but
 * counts); regions are searched for when the picture changes or 3 seconds have passed, and followed in between; in
 * lists above 8192 entries the less likely orientations take turns, where the index is self or compact, a view that met
 * nothing of late meets rows within 31 bits alone, in every eighth frame within 47; keypoint signatures and un-cropping
 * are asked of new scenes only, at so much of the video's time a look. */
PDQL_API pdql_status pdql_watch_init(pdql_watch *memory, size_t size, const pdql_matcher *matcher);

/* Adds one frame: at `time_ms` since the start, not before the last. Frames may change their size. `work`:
 * pdql_match_work_size bytes for this frame's size, aligned to 8. After an error nothing was added. */
PDQL_API pdql_status pdql_watch_push(pdql_watch *watch, const pdql_image *frame, uint32_t time_ms, void *work,
                                     size_t size);

/* 1 once the frames so far are a match, else 0: no more of them are needed. */
PDQL_API int pdql_watch_enough(const pdql_watch *watch);

/* 0 if the frames so far are near nothing in the list, as far as more than chance would explain; 1 if they are, or if
 * there were fewer than 4 of them. A caller that has pushed the key frames of a video can stop there at 0: what lies
 * between them shows the same scenes. At 1 it begins a new watch over all frames. */
PDQL_API int pdql_watch_hopeful(const pdql_watch *watch);

/* What the frames so far come to; may be asked after every frame.
 *
 *   matches   gets up to `cap` frames that agree, in time order, then one of each twin that matches; NULL ok if cap is 0
 *   n         gets their number; at most PDQL_MAX_FINDINGS */
PDQL_API pdql_status pdql_watch_decision(const pdql_watch *watch, pdql_decision *decision, pdql_frame_match *matches,
                                         size_t cap, size_t *n);

#ifdef __cplusplus
}
#endif

#endif
