/*
 * sound/sound.h - the parts of a sound hash, between the files of this room
 */
#ifndef PDQI_SOUND_SOUND_H
#define PDQI_SOUND_SOUND_H

#include "kernels/sound_kernels.h"
#include "pdqlite_sound.h"

enum { SOUND_FLOOR = 5102, SOUND_LOUD = 86, SOUND_LEAST = 22 * 256 + 1 }; /* in 1/256 of a doubling of power */

/* Fills the constants that the loops read. */
void pdqi_sound_tables_make(pdqi_sound_tables *t);

/* The filter from `rate` to 8 kHz; 0 if the rate is unknown. For 8000 there are no taps. */
int pdqi_sound_filter_make(pdqi_sound_filter *f, uint32_t rate);

/* 8000 / rate = up / down in lowest terms; 0 if the rate is unknown. */
int pdqi_sound_ratio(uint32_t rate, uint32_t *up, uint32_t *down);

/* Edges of the 64 bands of a hypothesis, 65 of them: 16 k + f is f / 16 into bin k. */
const uint16_t *pdqi_sound_edges(uint32_t hypothesis);

/* The row of one step: logarithms of the bands' energies, of the powers of two frames. */
void pdqi_sound_row(const uint16_t *edges, const uint64_t *powers, int16_t row[SOUND_SIDE]);

/* Bits and quality of the window whose rows lie one after the other. */
typedef struct pdqi_sound_room {
    int16_t cells[SOUND_SIDE * SOUND_SIDE];
    int32_t coefficients[SOUND_KEPT * SOUND_KEPT];
} pdqi_sound_room;

void pdqi_sound_bits(const pdqi_sound_kernels *k, const pdqi_sound_tables *t, const int16_t *rows,
                     pdqi_sound_room *room, pdql_sound_hash *out);

#endif
