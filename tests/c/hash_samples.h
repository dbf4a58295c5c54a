/*
 * hash_samples.h - what the tests of hashing share: a count of failures, drawn bytes, memory of exactly a size
 */
#ifndef HASH_SAMPLES_H
#define HASH_SAMPLES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/hash_kernels.h"
#include "kernels/kernels.h"

static int failures;
static unsigned part = 1; /* one round in so many, and only small pictures: for emulated sanitizers */

#define CHECK(x) ((x) ? (void)0 : (void)(failures++, printf("%s:%d: %s\n", __FILE__, __LINE__, #x)))

static uint64_t state = 1;

static unsigned random_below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

/* Noise, black, white, a ramp or two-pixel squares: what sums to the extremes is among them. */
static void paint(uint8_t *p, size_t n, unsigned kind)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(kind == 0       ? random_below(256)
                             : kind == 1 ? 0
                             : kind == 2 ? 255
                             : kind == 3 ? i
                                         : (i >> 1 & 1) * 255);
}

static uint8_t *memory_of(size_t n)
{
    uint8_t *memory = malloc(n ? n : 1);
    if (!memory)
        exit(2);
    return memory;
}

#endif
