/*
 * kernels/dispatch.c - what this processor can do, and the tables that follow from it
 */
#include "kernels/hash_kernels.h"
#include "kernels/kernels.h"
#include "kernels/keypoints_kernels.h"
#include "kernels/plane_kernels.h"
#include "kernels/scan_kernels.h"
#include "kernels/sound_kernels.h"
#include "kernels/uncrop_kernels.h"

#if PDQI_X86
#include <cpuid.h>

/* Bits of XCR0 that say the OS saves the upper halves of the registers, and AVX-512's masks and registers. */
enum { XCR0_YMM = 0x6, XCR0_ZMM = 0xe6 };

static unsigned xcr0(void)
{
    unsigned eax, edx;
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return eax;
}

unsigned pdqi_cpu_bits(void)
{
    unsigned a, b, c, d, have = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return 0;
    const unsigned sse41 = c & bit_SSE4_1, popcnt = c & bit_POPCNT;
    const int ymm = (c & bit_OSXSAVE) && (xcr0() & XCR0_YMM) == XCR0_YMM;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return 0;
    if (ymm && popcnt && (b & bit_AVX2) && (b & bit_BMI) && (b & bit_BMI2))
        have |= PDQI_CPU_AVX2;
    if (ymm && (xcr0() & XCR0_ZMM) == XCR0_ZMM && (b & bit_AVX512F) && (b & bit_AVX512VL) && (b & bit_AVX512BW)
        && (c & bit_AVX512BITALG) && (c & bit_AVX512VBMI2))
        have |= PDQI_CPU_AVX512;
    if (sse41 && (b & bit_SHA))
        have |= PDQI_CPU_SHANI;
    return have;
}
#elif PDQI_ARMV8 && defined(__linux__) && !defined(__ARM_FEATURE_SHA2)
/* Linux says it in the auxiliary vector (arch/arm64/include/uapi/asm/hwcap.h); weak, as a libc may lack it. */
enum { AT_HWCAP_ = 16, HWCAP_SHA2_ = 1 << 6 };
__attribute__((weak)) unsigned long getauxval(unsigned long type);

unsigned pdqi_cpu_bits(void)
{
    return getauxval && (getauxval(AT_HWCAP_) & HWCAP_SHA2_) ? PDQI_CPU_SHA2 : 0;
}
#else
unsigned pdqi_cpu_bits(void)
{
#if defined(__ARM_FEATURE_SHA2)
    return PDQI_CPU_SHA2;
#else
    return 0;
#endif
}
#endif

#if defined(PDQI_WITHOUT_SOUND)
#define SOUND(set) NULL
#else
#define SOUND(set) &pdqi_sound_##set
#endif

/* A variant with the SHA instructions and one without: neither follows from AVX2 or NEON. */
#if PDQI_X86
static const pdql_kernels AVX512 = { .name = "avx512",
                                     .needs = PDQI_CPU_AVX512 | PDQI_CPU_AVX2 | PDQI_CPU_SHANI,
                                     .hash = &pdqi_hash_avx2,
                                     .scan = &pdqi_scan_avx512,
                                     .sha = &pdqi_sha_shani,
                                     .plane = &pdqi_plane_avx2,
                                     .keypoints = &pdqi_keypoints_avx2,
                                     .uncrop = &pdqi_uncrop_avx512,
                                     .sound = SOUND(avx2) };
static const pdql_kernels AVX2_SHANI = { .name = "avx2-shani",
                                         .needs = PDQI_CPU_AVX2 | PDQI_CPU_SHANI,
                                         .hash = &pdqi_hash_avx2,
                                         .scan = &pdqi_scan_avx2,
                                         .sha = &pdqi_sha_shani,
                                         .plane = &pdqi_plane_avx2,
                                         .keypoints = &pdqi_keypoints_avx2,
                                         .uncrop = &pdqi_uncrop_avx2,
                                         .sound = SOUND(avx2) };
static const pdql_kernels AVX2 = { .name = "avx2",
                                   .needs = PDQI_CPU_AVX2,
                                   .hash = &pdqi_hash_avx2,
                                   .scan = &pdqi_scan_avx2,
                                   .sha = &pdqi_sha_portable,
                                   .plane = &pdqi_plane_avx2,
                                   .keypoints = &pdqi_keypoints_avx2,
                                   .uncrop = &pdqi_uncrop_avx2,
                                   .sound = SOUND(avx2) };
#endif
#if PDQI_ARMV8
static const pdql_kernels NEON_SHA2 = { .name = "neon-sha2",
                                        .needs = PDQI_CPU_SHA2,
                                        .hash = &pdqi_hash_neon,
                                        .scan = &pdqi_scan_neon,
                                        .sha = &pdqi_sha_armv8,
                                        .plane = &pdqi_plane_neon,
                                        .keypoints = &pdqi_keypoints_neon,
                                        .uncrop = &pdqi_uncrop_neon,
                                        .sound = SOUND(neon) };
#endif
#if PDQI_NEON
static const pdql_kernels NEON = { .name = "neon",
                                   .needs = 0,
                                   .hash = &pdqi_hash_neon,
                                   .scan = &pdqi_scan_neon,
                                   .sha = &pdqi_sha_portable,
                                   .plane = &pdqi_plane_neon,
                                   .keypoints = &pdqi_keypoints_neon,
                                   .uncrop = &pdqi_uncrop_neon,
                                   .sound = SOUND(neon) };
#endif
#if PDQI_WASM128
static const pdql_kernels WASM128 = { .name = "wasm128",
                                      .needs = 0,
                                      .hash = &pdqi_hash_wasm128,
                                      .scan = &pdqi_scan_wasm128,
                                      .sha = &pdqi_sha_portable,
                                      .plane = &pdqi_plane_portable,
                                      .keypoints = &pdqi_keypoints_wasm128,
                                      .uncrop = &pdqi_uncrop_wasm128,
                                      .sound = SOUND(wasm128) };
#endif
static const pdql_kernels PORTABLE = { .name = "portable",
                                       .needs = 0,
                                       .hash = &pdqi_hash_portable,
                                       .scan = &pdqi_scan_portable,
                                       .sha = &pdqi_sha_portable,
                                       .plane = &pdqi_plane_portable,
                                       .keypoints = &pdqi_keypoints_portable,
                                       .uncrop = &pdqi_uncrop_portable,
                                       .sound = SOUND(portable) };

/* Fastest first. The last needs nothing, so the search ends. */
static const pdql_kernels *const TABLES[] = {
#if PDQI_X86
    &AVX512,    &AVX2_SHANI, &AVX2,
#endif
#if PDQI_ARMV8
    &NEON_SHA2,
#endif
#if PDQI_NEON
    &NEON,
#endif
#if PDQI_WASM128
    &WASM128,
#endif
    &PORTABLE,
};

enum { N_TABLES = sizeof TABLES / sizeof TABLES[0] };

const pdql_kernels *pdql_kernels_at(size_t i)
{
    const unsigned have = pdqi_cpu_bits();
    for (size_t t = 0; t < N_TABLES; t++)
        if (!(TABLES[t]->needs & ~have) && i-- == 0)
            return TABLES[t];
    return NULL;
}

const pdql_kernels *pdql_kernels_best(void)
{
    return pdql_kernels_at(0);
}

const char *pdql_kernels_name(const pdql_kernels *k)
{
    return k ? k->name : "none";
}
