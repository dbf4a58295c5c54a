/*
 * index/bands.h - a hash as 16 bands of 16 bits, dealt out along diagonals
 *
 * A PDQ bit is the sign of one DCT coefficient: 16 rows of 16. Neighbours in
 * a row or column lean the same way, so bands cut along rows or columns fill
 * some buckets and leave others empty. Band (row + 5 column) mod 16 takes
 * one bit from each row and each column, and real hashes then spread like
 * random ones (docs/explanation/search.md has the figures).
 */
#ifndef PDQI_INDEX_BANDS_H
#define PDQI_INDEX_BANDS_H

#include <stdint.h>

enum { PDQI_BANDS = 16, PDQI_BAND_VALUES = 65536 };

/* 32 bytes -> 16 bands. Row t is bytes 2t and 2t+1, big-endian; its column 0 is the lowest bit. */
void pdqi_bands_of(const uint8_t *hash, uint16_t bands[PDQI_BANDS]);

/* The inverse. */
void pdqi_bands_to_hash(const uint16_t bands[PDQI_BANDS], uint8_t *hash);

#endif
