/*
 * regions.h - what the files of the counted program share
 */
#ifndef ARM_REGIONS_H
#define ARM_REGIONS_H

#include "../c/fixed.h"

#include <stdio.h>
#include <stdlib.h>

/* noipa: neither inlined nor folded together, so a call of it is a call of that symbol. */
#define MARKER __attribute__((noipa, used))
#define REGION(name) \
    MARKER static void region_##name(void) \
    { \
        __asm__ volatile("" ::: "memory"); \
    }

void region_end(void);

/* The fastest table of kernels this CPU can run. */
extern const pdql_kernels *best;

/* Ends the program, naming `what`, unless `good`. */
void must(int good, const char *what);

/* Memory of n bytes, zero, aligned to 64. */
void *room(size_t n);

/* Prints a region's line: what it did, and the first 8 bytes of the SHA-256 of its answer. */
void answer(const char *region, size_t items, const char *item, const void *data, size_t n);

/* Un-cropping and keypoint signatures. rows: 10240 hashes; one is changed and put back. */
void deeper(uint8_t *rows);

/* Hashes of sound and what comes before them. */
void sounds(void);

#endif
