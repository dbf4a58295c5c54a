/*
 * kernels/keypoints_portable.c - the hot loops of keypoint signatures in plain C
 */
#include "kernels/keypoints_kernels.h"

#include "base/bits.h"

#define COUNT64(x) pdqi_popcount64(x)
#include "kernels/keypoints_body.h"

enum { BLOCK = 256 };

static void weigh(const uint16_t *const *rows, const uint16_t *taps, size_t n_taps, uint16_t *out, size_t n)
{
    uint32_t sum[BLOCK];
    for (size_t base = 0; base < n; base += BLOCK) {
        const size_t m = n - base < BLOCK ? n - base : BLOCK;
        for (size_t x = 0; x < m; x++)
            sum[x] = 32768;
        for (size_t t = 0; t < n_taps; t++) {
            const uint16_t *const row = rows[t] + base;
            const uint32_t tap = taps[t];
            for (size_t x = 0; x < m; x++)
                sum[x] += tap * row[x];
        }
        for (size_t x = 0; x < m; x++)
            out[base + x] = (uint16_t)(sum[x] >> 16);
    }
}

static size_t near_marks(uint16_t mark, unsigned most, const uint16_t *marks, size_t n, uint64_t *found)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < n; i++)
        mask |= (uint64_t)(pdqi_popcount64((uint64_t)(marks[i] ^ mark)) <= most) << i;
    return marks_found(mask, n, found);
}

const pdqi_keypoints_kernels pdqi_keypoints_portable = { weigh, near, near_marks };
