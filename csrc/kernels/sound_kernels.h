/*
 * kernels/sound_kernels.h - the hot loops of sound hashes (docs/formats/sound-hash.md)
 */
#ifndef PDQI_KERNELS_SOUND_KERNELS_H
#define PDQI_KERNELS_SOUND_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum {
    SOUND_SIZE = 2048,          /* samples of a frame */
    SOUND_POINTS = SOUND_SIZE / 4, /* points of each of four transforms that lie side by side */
    SOUND_SIDE = 64,            /* steps and bands of a window */
    SOUND_KEPT = 16,            /* coefficients on each side of its hash */
    SOUND_TWIDDLES = 3 * (128 + 32 + 8 + 2)
};

/* One resampling filter: `up` phases of `taps` taps (a multiple of 8), for 8000 = rate * up / down. */
typedef struct pdqi_sound_filter {
    uint32_t up, down, taps;
    int16_t bank[12800];
} pdqi_sound_filter;

/* Constants in the order in which the loops read them. */
typedef struct pdqi_sound_tables {
    int32_t twiddles[SOUND_TWIDDLES][2]; /* of the four stages: for each j, W^j, W^2j, W^3j as real, imaginary */
    int32_t across[3][2][SOUND_POINTS];  /* W^(l k) for lanes l = 1..3: real, imaginary */
    int16_t window[SOUND_SIZE];
    int16_t dct[SOUND_SIDE][SOUND_KEPT];
} pdqi_sound_tables;

typedef struct pdqi_sound_kernels pdqi_sound_kernels;

struct pdqi_sound_kernels {
    /*
     * n samples at 8 kHz: each is (sum of taps * x + 16384) >> 15, held to 16 bits; then `phase` grows by f->down, and
     * x moves on by one for each f->up in it. The taps of a phase are at most 65535 in sum of their sizes.
     */
    void (*resample)(const pdqi_sound_filter *f, const int16_t *x, uint32_t phase, int16_t *out, size_t n);

    /*
     * powers[k] = |Z_k|^2 for the frames a and b as real and imaginary part of one transform.
     * work: 2 * SOUND_SIZE numbers.
     */
    void (*powers)(const pdqi_sound_tables *t, const int16_t *a, const int16_t *b, int32_t *work, uint64_t *powers);

    /* How many cells are at least `loud` above the floor; cells: each cell less the floor, and not below 0. */
    uint32_t (*lift)(const int16_t *rows, int floor, int loud, int16_t *cells);

    /*
     * out[16 i + l] = (sum over b of dct[b][l] * sum over t of dct[t][i] * cells[t][b]) >> 18
     */
    void (*coefficients)(const pdqi_sound_tables *t, const int16_t *cells, int32_t *out);

    /* How many of 256 numbers are below one. */
    uint32_t (*below)(const int32_t *values, int32_t limit);
};

extern const pdqi_sound_kernels pdqi_sound_portable, pdqi_sound_avx2, pdqi_sound_neon, pdqi_sound_wasm128;

#endif
