/*
 * sound/bits.c - 64 rows of a window -> its bits and quality
 */
#include "sound/sound.h"

#include <string.h>

/* The 128th smallest of 256 numbers: the largest limit that at most 127 are below, found bit by bit. */
static int32_t middle(const pdqi_sound_kernels *k, const int32_t *values)
{
    int64_t limit = INT32_MIN;
    for (int64_t step = (int64_t)1 << 31; step; step >>= 1)
        if (k->below(values, (int32_t)(limit + step)) <= 127)
            limit += step;
    return (int32_t)limit;
}

void pdqi_sound_bits(const pdqi_sound_kernels *k, const pdqi_sound_tables *t, const int16_t *rows,
                     pdqi_sound_room *room, pdql_sound_hash *out)
{
    int loudest = 0;
    for (int i = 0; i < SOUND_SIDE * SOUND_SIDE; i++)
        loudest = rows[i] > loudest ? rows[i] : loudest;
    const uint32_t loud = k->lift(rows, loudest - SOUND_FLOOR, SOUND_LOUD, room->cells);
    out->quality = (uint8_t)(loudest < SOUND_LEAST ? 0 : loud * 100 / (SOUND_SIDE * SOUND_SIDE));
    k->coefficients(t, room->cells, room->coefficients);
    const int32_t limit = middle(k, room->coefficients);
    memset(out->bits, 0, sizeof out->bits);
    for (int i = 0; i < SOUND_KEPT * SOUND_KEPT; i++)
        if (room->coefficients[i] > limit)
            out->bits[i >> 3] |= (uint8_t)(128 >> (i & 7));
}
