/*
 * kernels/kernels.h - dispatch is a value: one const table for each instruction set
 *
 * Each room declares its own group of kernels in its own header and has one
 * const group for each instruction set in kernels/<room>_<isa>.c. A table
 * only gathers them, so a room can grow without touching another.
 */
#ifndef PDQI_KERNELS_KERNELS_H
#define PDQI_KERNELS_KERNELS_H

#include "pdqlite.h"
#include "kernels/sha256_kernels.h"

#if defined(__x86_64__) || defined(_M_X64)
#define PDQI_X86 1
#else
#define PDQI_X86 0
#endif
#if defined(__aarch64__) || (defined(__ARM_NEON) && defined(__arm__))
#define PDQI_NEON 1
#else
#define PDQI_NEON 0
#endif
#if defined(__aarch64__)
#define PDQI_ARMV8 1
#else
#define PDQI_ARMV8 0
#endif
#if defined(__wasm_simd128__)
#define PDQI_WASM128 1
#else
#define PDQI_WASM128 0
#endif

/* What a CPU has, as bits; a table's `needs` is a set of them. */
enum {
    PDQI_CPU_AVX2 = 1 << 0,  /* AVX2, BMI1/2 and POPCNT, enabled by the OS */
    PDQI_CPU_SHANI = 1 << 1, /* SHA extensions with SSE4.1 */
    PDQI_CPU_SHA2 = 1 << 2,  /* the SHA-256 instructions of ARMv8 */
    PDQI_CPU_AVX512 = 1 << 3 /* AVX-512 F, VL, BW, BITALG and VBMI2, enabled by the OS: Ice Lake, Zen 4 and later */
};

unsigned pdqi_cpu_bits(void);

struct pdql_kernels {
    const char *name;
    unsigned needs;
    const struct pdqi_hash_kernels *hash; /* kernels/hash_kernels.h */
    const struct pdqi_scan_kernels *scan; /* kernels/scan_kernels.h */
    const pdqi_sha_kernels *sha;
    const struct pdqi_plane_kernels *plane; /* kernels/plane_kernels.h */
    const struct pdqi_keypoints_kernels *keypoints; /* kernels/keypoints_kernels.h */
    const struct pdqi_uncrop_kernels *uncrop; /* kernels/uncrop_kernels.h */
    const struct pdqi_sound_kernels *sound; /* kernels/sound_kernels.h; NULL in a build without sound */
};

#endif
