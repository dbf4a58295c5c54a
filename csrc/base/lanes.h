/*
 * base/lanes.h - a few numbers at a time, in plain C
 *
 * Compilers do not make vectors of loops of sixteen: they unroll them first. Each lane computes what the plain loop
 * would, in its order, so the bits are the same with vectors and without.
 */
#ifndef PDQI_BASE_LANES_H
#define PDQI_BASE_LANES_H

#include <stdint.h>

typedef float pdqi_lanes __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t pdqi_int_lanes __attribute__((vector_size(16), aligned(4), may_alias));
typedef int16_t pdqi_short_lanes __attribute__((vector_size(16), aligned(1), may_alias));
typedef int8_t pdqi_byte_lanes __attribute__((vector_size(16), aligned(1), may_alias));

static inline __attribute__((always_inline)) pdqi_lanes *pdqi_lanes_at(float *p)
{
    return (pdqi_lanes *)(void *)p;
}

static inline __attribute__((always_inline)) const pdqi_lanes *pdqi_lanes_of(const float *p)
{
    return (const pdqi_lanes *)(const void *)p;
}

#endif
