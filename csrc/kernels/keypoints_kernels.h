/*
 * kernels/keypoints_kernels.h - the hot loops of keypoint signatures
 */
#ifndef PDQI_KERNELS_KEYPOINTS_KERNELS_H
#define PDQI_KERNELS_KEYPOINTS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef struct pdqi_keypoints_kernels pdqi_keypoints_kernels;

struct pdqi_keypoints_kernels {
    /*
     * out[x] = (sum over t of taps[t] * rows[t][x] + 32768) >> 16, for x < n.
     * The taps are under 32768 each and 65536 in sum, so nothing overflows.
     */
    void (*weigh)(const uint16_t *const *rows, const uint16_t *taps, size_t n_taps, uint16_t *out, size_t n);

    /*
     * Bits of `found` (n of them, 64 a word, low bits first; bits past n are 0):
     * words whose distance from `bits` is at most `most`. Returns how many.
     */
    size_t (*near)(uint64_t bits, unsigned most, const uint64_t *words, size_t n, uint64_t *found);

    /*
     * The same for marks of 16 bits, n at most 64. Up to KEYPOINT_MARKS_PAST marks after the last
     * may be read; they say nothing.
     */
    size_t (*near_marks)(uint16_t mark, unsigned most, const uint16_t *marks, size_t n, uint64_t *found);
};

enum { KEYPOINT_MARKS_PAST = 15 };

extern const pdqi_keypoints_kernels pdqi_keypoints_portable, pdqi_keypoints_avx2, pdqi_keypoints_neon,
    pdqi_keypoints_wasm128;

#endif
