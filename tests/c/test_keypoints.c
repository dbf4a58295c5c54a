/*
 * test_keypoints.c - keypoint signatures: every table of kernels gives the same bytes, at every length
 */
#include "kernels/kernels.h"
#include "kernels/keypoints_kernels.h"

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 400, WIDE = 300, TAPS = 21 };

static uint32_t state = 1;

static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)state * below >> 32);
}

/* The definitions, one value at a time. */
static unsigned ones(uint64_t v)
{
    unsigned n = 0;
    for (; v; v &= v - 1)
        n++;
    return n;
}

static void weigh(const pdqi_keypoints_kernels *k)
{
    static uint16_t rows[TAPS][WIDE], out[WIDE];
    const uint16_t *at[TAPS];
    uint16_t taps[TAPS];
    const size_t n = 1 + draw(WIDE - 1), n_taps = 3 + 2 * draw(9);
    const unsigned bright = draw(7) == 0;
    for (size_t t = 0; t < n_taps; t++) { /* 65536 in sum, each under 32768 */
        taps[t] = (uint16_t)(65536 / n_taps + (t < 65536 % n_taps));
        at[t] = rows[t];
        for (size_t x = 0; x < WIDE; x++)
            rows[t][x] = bright ? 65535 : (uint16_t)draw(65536);
    }
    for (unsigned move = 0; move < 20; move++) {
        const uint32_t from = draw((uint32_t)n_taps), to = draw((uint32_t)n_taps), by = draw(taps[from] + 1u);
        if (taps[to] + by < 32768 && from != to) {
            taps[from] = (uint16_t)(taps[from] - by);
            taps[to] = (uint16_t)(taps[to] + by);
        }
    }
    k->weigh(at, taps, n_taps, out, n);
    for (size_t x = 0; x < n; x++) {
        uint64_t sum = 32768;
        for (size_t t = 0; t < n_taps; t++)
            sum += (uint64_t)taps[t] * rows[t][x];
        assert(out[x] == sum >> 16);
    }
}

static void near(const pdqi_keypoints_kernels *k)
{
    uint64_t words[150] = { 0 }, found[3] = { 0 };
    const uint64_t bits = (uint64_t)draw(UINT32_MAX) << 32 | draw(UINT32_MAX);
    const size_t n = draw(150);
    const unsigned most = draw(20);
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        words[i] = bits;
        for (unsigned flips = draw(24); flips; flips--)
            words[i] ^= (uint64_t)1 << draw(64);
    }
    const size_t told = k->near(bits, most, words, n, found);
    for (size_t i = 0; i < n; i++) {
        const unsigned is = ones(words[i] ^ bits) <= most;
        assert((found[i / 64] >> i % 64 & 1) == is);
        total += is;
    }
    assert(told == total);
}

static void near_marks(const pdqi_keypoints_kernels *k)
{
    uint16_t marks[64 + KEYPOINT_MARKS_PAST];
    const uint16_t mark = (uint16_t)draw(65536);
    const size_t n = draw(65);
    const unsigned most = draw(17);
    uint64_t found = ~(uint64_t)0, want = 0;
    for (size_t i = 0; i < 64 + KEYPOINT_MARKS_PAST; i++) {
        marks[i] = mark;
        for (unsigned flips = draw(10); flips; flips--)
            marks[i] = (uint16_t)(marks[i] ^ 1u << draw(16));
    }
    const size_t told = k->near_marks(mark, most, marks, n, &found);
    for (size_t i = 0; i < n; i++)
        want |= (uint64_t)(ones((uint64_t)(marks[i] ^ mark)) <= most) << i;
    assert(found == want && told == ones(want));
}

int main(void)
{
    const pdql_kernels *k;
    for (unsigned i = 0; (k = pdql_kernels_at(i)); i++) {
        for (int round = 0; round < ROUNDS; round++) {
            weigh(k->keypoints);
            near(k->keypoints);
            near_marks(k->keypoints);
        }
        printf("keypoint signatures: %s\n", pdql_kernels_name(k));
    }
    return 0;
}
