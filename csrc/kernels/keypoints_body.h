/*
 * kernels/keypoints_body.h - what the loops of keypoint signatures have in common, written once
 *
 * The file that includes this defines COUNT64(x), set bits of 64.
 */

/* Columns x..n-1 of weigh, those that fill no vector. */
static inline void weigh_rest(const uint16_t *const *rows, const uint16_t *taps, size_t n_taps, uint16_t *out, size_t x,
                              size_t n)
{
    for (; x < n; x++) {
        uint32_t sum = 32768;
        for (size_t t = 0; t < n_taps; t++)
            sum += (uint32_t)taps[t] * rows[t][x];
        out[x] = (uint16_t)(sum >> 16);
    }
}

/* What near_marks leaves: bits past n are 0. */
static inline size_t marks_found(uint64_t mask, size_t n, uint64_t *found)
{
    *found = n < 64 ? mask & (((uint64_t)1 << n) - 1) : mask;
    return COUNT64(*found);
}

/* Where bits are counted 64 at a time, words need no vectors. */
#ifndef NEAR_OF_ITS_OWN
static size_t near(uint64_t bits, unsigned most, const uint64_t *words, size_t n, uint64_t *found)
{
    size_t total = 0;
    for (size_t base = 0; base < n; base += 64) {
        const size_t m = n - base < 64 ? n - base : 64;
        uint64_t mask = 0;
        for (size_t i = 0; i < m; i++)
            mask |= (uint64_t)(COUNT64(words[base + i] ^ bits) <= most) << i;
        found[base / 64] = mask;
        total += COUNT64(mask);
    }
    return total;
}
#endif
