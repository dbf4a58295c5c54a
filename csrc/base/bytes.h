/*
 * base/bytes.h - big-endian numbers, as signed texts and proofs hold them
 */
#ifndef PDQI_BASE_BYTES_H
#define PDQI_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* The number in 8 bytes. */
uint64_t pdqi_load_be64(const uint8_t *p);

/* Writes the low n bytes of x, the highest first. */
void pdqi_store_be(uint8_t *p, uint64_t x, size_t n);

#endif
