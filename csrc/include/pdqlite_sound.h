/*
 * pdqlite_sound.h - what an embedder calls of the pdqlite core for sound
 *
 * Hashes of sound: 256 bits for each 4 seconds, with the distances, rows and indexes of pictures. Two steps: a
 * resampler makes mono at 8 kHz of any PCM; a hasher makes hashes of that. The rules of pdqlite.h hold, its promise too
 * (bindings/contract.txt). The bits are defined in docs/formats/sound-hash.md and are the same on every machine.
 *
 * A hash names a recording, not a speaker. Stock music, jingles and loops are the same sound in different videos: the
 * same sound is never by itself the same video.
 */
#ifndef PDQLITE_SOUND_H
#define PDQLITE_SOUND_H

#include "pdqlite.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- PCM -> mono at 8 kHz ------------------------------------------------ */

#define PDQL_SOUND_RATE 8000 /* samples a second that a hasher takes */
#define PDQL_SOUND_MAX_CHANNELS 64

/* What a sample is. */
typedef enum pdql_pcm_format {
    PDQL_PCM_S16 = 1, /* int16, this machine's byte order */
    PDQL_PCM_F32 = 2 /* float, -1..1; past that, and infinite: clipped; not a number: 0 */
} pdql_pcm_format;

/* Decoded sound, read only during the call. A sample needs no alignment. */
typedef struct pdql_pcm {
    const void *data; /* the first frame's first channel; NULL: as many frames of silence */
    size_t frames; /* samples of each channel */
    uint32_t rate; /* 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400 or 192000 Hz */
    uint32_t channels; /* 1..PDQL_SOUND_MAX_CHANNELS */
    uint32_t format; /* a pdql_pcm_format */
    uint32_t channel; /* 0: the mean of all; else this one alone, from 1. One channel may be another turned upside
                       * down: then their mean is silence, and each alone is not */
    ptrdiff_t frame_stride; /* bytes to the next frame; 0: channels lie side by side */
    ptrdiff_t channel_stride; /* bytes to the next channel; 0: channels lie side by side */
} pdql_pcm;

/* Makes mono at PDQL_SOUND_RATE of a stream. Lives in the caller's memory, aligned to 8 bytes; one thread at a time. */
typedef struct pdql_resampler pdql_resampler;

/* Bytes that a resampler takes, about 30 kB. */
PDQL_API size_t pdql_resampler_size(void);

/* Makes one in `memory`. PDQL_ERR_ARG: a missing pointer, memory that is not aligned; PDQL_ERR_SPACE: `size` is below
 * pdql_resampler_size(). `out` is then not set. */
PDQL_API pdql_status pdql_resampler_init(const pdql_kernels *k, void *memory, size_t size, pdql_resampler **out);

/* Samples that one push of `frames` frames writes at most, and finish with 0; 0 if the rate is none of those known. */
PDQL_API size_t pdql_resampler_room(size_t frames, uint32_t rate);

/*
 * Takes the next frames and writes the samples that they complete to `out`, which has room for `room`; `n` gets their
 * number. However a stream is cut into pushes, the samples are the same. Channels and format may change at any push. A
 * new rate ends what came before as pdql_resampler_finish does. PDQL_ERR_SPACE, before anything is taken: `room` is
 * below pdql_resampler_room. PDQL_ERR_ARG, as early: a missing pointer, another rate, number of channels, format or
 * channel than there is. `n` is then not set.
 */
PDQL_API pdql_status pdql_resampler_push(pdql_resampler *r, const pdql_pcm *pcm, int16_t *out, size_t room, size_t *n);

/* Writes the samples that are left, as if silence followed: then ceil(frames * 8000 / rate) were written in all. The
 * next push begins anew. PDQL_ERR_SPACE: `room` is below 64; PDQL_ERR_ARG: a missing pointer. Both before
 * anything is taken or set. */
PDQL_API pdql_status pdql_resampler_finish(pdql_resampler *r, int16_t *out, size_t room, size_t *n);

/* ---- hypotheses of speed ------------------------------------------------- */

#define PDQL_SOUND_HYPOTHESES 10

/* What may have been done to the speed of a sound. Under the hypothesis nearest to what was done it is hashed as if
 * nothing had been. Hypothesis 0: nothing was done. */
typedef struct pdql_sound_hypothesis {
    uint32_t hop; /* samples for each 250 of the original: its tempo is 250 / hop of it */
    uint32_t pitch; /* 1: pitch changed as tempo did; 0: it stayed */
} pdql_sound_hypothesis;

/* Hypothesis i. Tempo alone: 0.83, 1.2, 1.45; pitch too: 0.83, 0.91, 1.1, 1.21, 1.33, 1.46. Each also finds its
 * neighbourhood. PDQL_ERR_ARG: there is none of that number, or `out` is NULL. */
PDQL_API pdql_status pdql_sound_hypothesis_at(uint32_t i, pdql_sound_hypothesis *out);

/* ---- mono at 8 kHz -> hashes --------------------------------------------- */

#define PDQL_SOUND_STEPS 64 /* of a window; a step is two hops: 1/16 s of the original */
#define PDQL_SOUND_QUALITY 25 /* below: too quiet or too empty to list or to look up */
#define PDQL_SOUND_QUERY 2 /* steps between hashes of a query: 1/8 s */
#define PDQL_SOUND_LIST 16 /* steps between hashes of a list: 1 s */

/* The hash of one window: 64 steps, 128 hops, 4 s of the original. */
typedef struct pdql_sound_hash {
    uint64_t start; /* the window's first sample, counted from the first that was pushed */
    uint8_t bits[32];
    uint8_t quality; /* 0..100: percent of cells that are loud against the window's loudest; 0: all is too quiet */
} pdql_sound_hash;

/* How to hash. */
typedef struct pdql_sound_options {
    uint32_t hypothesis; /* 0..PDQL_SOUND_HYPOTHESES - 1 */
    uint32_t every; /* steps from one hash to the next, 1..64: PDQL_SOUND_QUERY, PDQL_SOUND_LIST */
} pdql_sound_options;

/* Hashes a stream. Lives in the caller's memory, aligned to 8 bytes; one thread at a time. Its memory does not grow,
 * however long the stream. */
typedef struct pdql_sound_hasher pdql_sound_hasher;

/* Bytes that a hasher takes, about 80 kB. */
PDQL_API size_t pdql_sound_hasher_size(void);

/* Makes one in `memory`; copies `options`. PDQL_ERR_ARG: a missing pointer, memory that is not aligned, options out of
 * range; PDQL_ERR_SPACE: `size` is below pdql_sound_hasher_size(). `out` is then not set. */
PDQL_API pdql_status pdql_sound_hasher_init(const pdql_kernels *k, const pdql_sound_options *options, void *memory,
                                            size_t size, pdql_sound_hasher **out);

/* Hashes that one push of n samples gives at most, and finish with 0; 0 if the options are out of range. */
PDQL_API size_t pdql_sound_hasher_room(size_t n, const pdql_sound_options *options);

/*
 * Takes the next n samples and writes the hashes that they complete to `hashes`, which has room for `room`; `n_hashes`
 * gets their number. However a stream is cut into pushes, the hashes are the same. Under 4 s of sound gives none.
 * Before anything is taken or set: PDQL_ERR_SPACE: `room` is below pdql_sound_hasher_room; PDQL_ERR_ARG: a missing
 * pointer; PDQL_ERR_ORDER: after finish.
 */
PDQL_API pdql_status pdql_sound_hasher_push(pdql_sound_hasher *h, const int16_t *samples, size_t n,
                                            pdql_sound_hash *hashes, size_t room, size_t *n_hashes);

/* Writes the hashes of the windows that end within the sound and wait for its last steps. Errors as for push, with no
 * samples; PDQL_ERR_ORDER: a second time. */
PDQL_API pdql_status pdql_sound_hasher_finish(pdql_sound_hasher *h, pdql_sound_hash *hashes, size_t room,
                                              size_t *n_hashes);

/* ---- sound: windows of what is heard, against those of a list ------------------ */

#define PDQL_ENTRY_SOUND 4 /* flag of an entry: a window of sound (docs/formats/list-content.md, section 6) */
#define PDQL_SAME_SOUND 7 /* a pdql_verdict: the sound is the entry's; nothing is said of the picture */
#define PDQL_SOUND_RATE_MOST 1200 /* neg_log10_fpr_x100 of a sound, at most */

/* The number of the first window of sound in a list: entries before it are pictures and frames. n if there is none. Of
 * a list that keeps to its rules: windows of sound come last. */
PDQL_API size_t pdql_sound_first(const uint8_t *meta, size_t meta_bytes, size_t n);

/* What the manifest of a list says of the largest distance of a window of sound, 0..255; PDQL_NONE: it may have none,
 * or `list` is NULL. */
PDQL_API uint32_t pdql_list_sound(const pdql_list *list);

/* The windows of sound of a list, in list order. Windows of one video are a second apart: one that is less than 500 ms
 * behind the one before is passed over. Entries that are negative are harmless: what they explain speaks for no
 * other. Everything lies in the caller's memory and stays there unchanged while
 * the matcher is in use.
 *
 *   rows, meta          n x 32 and n x 14 bytes: those of the list from pdql_sound_first on
 *   index               a block of pdql_index_build of these rows; NULL reads every row each time
 *   first               number of the first of them in the list
 *   max_distance        the list's cap: so near must the nearest window be, alone and beside frames, 0..256
 *   neg_log10_fpr_x100  least of a match for the whole list, 0..PDQL_SOUND_RATE_MOST; 600 is advised */
typedef struct pdql_sound_list {
    const pdql_kernels *kernels; /* NULL for the best */
    size_t n; /* 0..PDQL_MAX_ROWS */
    const uint8_t *rows;
    const uint8_t *meta;
    const uint8_t *index;
    size_t index_bytes;
    uint32_t first;
    uint32_t max_distance;
    uint32_t neg_log10_fpr_x100;
} pdql_sound_list;

/* Looks for sound in one list. Read-only once made: any number of threads may share it. */
typedef struct pdql_sound_matcher pdql_sound_matcher;

/* Bytes of a matcher of n windows, 4 a window and a few; 0 if n is out of range. */
PDQL_API size_t pdql_sound_matcher_size(size_t n);

/* Makes one in `memory`, aligned to 8. Copies the struct, and keeps its pointers. PDQL_ERR_ARG: a missing pointer, a
 * number out of its range, an index of other rows; PDQL_ERR_SPACE; PDQL_ERR_BLOCK: a damaged index. */
PDQL_API pdql_status pdql_sound_matcher_init(pdql_sound_matcher *memory, size_t size, const pdql_sound_list *list);

/* One window that was heard. */
typedef struct pdql_heard {
    uint32_t time_ms; /* where it begins, since the start */
    uint32_t speed; /* number of the hypothesis; 0: as it is */
    uint32_t hop; /* of that speed: samples for each 250 of the original; the same for each window of one speed */
    uint8_t bits[32];
} pdql_heard;

/* One sound being listened to. Its memory does not grow with it. One thread at a time. */
typedef struct pdql_listen pdql_listen;

/* Bytes of it, about 250 kB. */
PDQL_API size_t pdql_listen_size(void);

/* Begins in `memory`, aligned to 8; keeps `matcher`. PDQL_ERR_ARG: a missing pointer, memory that is not aligned;
 * PDQL_ERR_SPACE: `size` is below pdql_listen_size(). */
PDQL_API pdql_status pdql_listen_init(pdql_listen *memory, size_t size, const pdql_sound_matcher *matcher);

/* Adds a window, one each 125 ms of the original; where the sound is too quiet there is none. Windows of one speed come
 * in the order of time. PDQL_ERR_ARG: a missing pointer, a time that runs backwards, a speed or hop (125..500) out of
 * range or another hop than that speed had: nothing was added. PDQL_ERR_BLOCK: the index proves damaged; the window was
 * added, and is not looked for. */
PDQL_API pdql_status pdql_listen_push(pdql_listen *listen, const pdql_heard *heard);

/* 1 once what was heard is a match by itself; 0 for NULL. In a list with harmless entries about a second later: one
 * could explain it. */
PDQL_API int pdql_listen_enough(const pdql_listen *listen);

/* What a sound comes to. */
typedef struct pdql_sound_decision {
    uint32_t verdict; /* PDQL_SAME_SOUND or PDQL_NO_MATCH */
    uint32_t
        entry; /* number of the nearest window in the list; PDQL_NONE if none was near: then the rest is 0 or PDQL_NONE */
    uint32_t video; /* and its video */
    uint32_t neg_log10_fpr_x100; /* of the pair, and of this sound against the whole list */
    uint32_t list_neg_log10_fpr_x100;
    uint32_t distance; /* of the nearest window, bits */
    uint32_t score; /* sum of 107 - distance over windows of the list at one offset, less those that harmless entries
                     * explain, less 1 for each 16 windows compared; up to 2^20 */
    uint32_t agreeing; /* windows of the list within 106 bits there */
    uint32_t windows; /* of the query that were pushed as it is */
    uint32_t speed, hop; /* as in pdql_heard */
    uint32_t at_ms; /* of the query, where the nearest window begins */
    uint32_t start_ms, end_ms; /* where the first and the last window that agree begin */
    uint32_t entry_start_ms, entry_end_ms; /* the same in the entry's video */
    uint32_t categories, sources;
} pdql_sound_decision;

/* The sound of the list that what was heard speaks for most; may be asked at any time. PDQL_ERR_ARG: a missing
 * pointer. */
PDQL_API pdql_status pdql_listen_decision(const pdql_listen *listen, pdql_sound_decision *decision);

/* Lets a watch hear: beside frames of a video of the list, sound of the same video at the same offset adds what it is
 * worth, at most 2 of log10 of the rate. Before the first frame; `listen` stays while the watch is in use, its matcher is
 * of the same list, and its times are those of the frames. PDQL_ERR_ARG: a missing pointer; PDQL_ERR_ORDER: a frame was
 * pushed before. */
PDQL_API pdql_status pdql_watch_hear(pdql_watch *watch, pdql_listen *listen);

#ifdef __cplusplus
}
#endif

#endif
