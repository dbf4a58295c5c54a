/*
 * pdq/dct.h - 64x64 brightness to 16x16 coefficients to 256 bits
 */
#ifndef PDQI_PDQ_DCT_H
#define PDQI_PDQ_DCT_H

#include "kernels/hash_kernels.h"

/*
 * The coefficients of a plane of 64 rows of 64, doubled. Sums run in one order, so every machine agrees; a
 * mirrored or transposed plane has the coefficients of pdqi_dct_turn, to the bit.
 */
void pdqi_dct_of(const float plane[64][64], pdqi_dct *out);

/* The hash of coefficients: bit 16 i + j is set where c[i][j] is above the lower median, the 128th smallest. */
void pdqi_bits_of(const pdqi_dct *dct, uint8_t bits[PDQL_HASH_BYTES]);

/* The hash of the transposed coefficients, in place. */
void pdqi_bits_transpose(uint8_t bits[PDQL_HASH_BYTES]);

/*
 * Coefficients of the plane mirrored left-right (1), top-bottom (2) and then transposed (4); `which` is a set
 * of these.
 */
void pdqi_dct_turn(const pdqi_dct *in, unsigned which, pdqi_dct *out);

/* Places in the order of pdql_hash_orientations, by mirrored and flipped (as above), and then transposed. */
extern const uint8_t pdqi_turned_at[4][2];

/* PDQ's quality of a plane: how much neighbours differ, 0..100. */
uint8_t pdqi_quality_of(const float plane[64][64]);

#endif
