/*
 * frame_hash.c - the eight hashes of a rectangle of a plane
 *
 * 64 x 64 means and PDQ's own DCT, median and quality. The samples sit at the
 * centres of their cells, in the middle between PDQ's sampling grid (off centre
 * by a part of a cell that depends on the unknown size of the original) as it
 * is and mirrored, so no orientation is favoured.
 */
#include "dct.h"
#include "plane.h"

/* pdqi_dct_turn's sets, in the order of pdql_hash_orientations. */
static const uint8_t TURNS[8] = { 0, 5, 3, 6, 2, 1, 4, 7 };

pdql_status pdql_frame_hashes(const pdql_plane *plane, const pdql_frame *frame, pdql_hash *out)
{
    if (!plane || !frame || !out || !pdqi_frame_ok(plane, frame))
        return PDQL_ERR_ARG;
    const int32_t rect[4] = { frame->x0, frame->y0, frame->x1, frame->y1 };
    float cells[64][64];
    pdqi_plane_means(plane, rect, 64, &cells[0][0]);
    for (int i = 0; i < 64; i++)
        for (int j = 0; j < 64; j++)
            cells[i][j] *= 1.0f / 256;
    pdqi_dct dct, turned;
    pdqi_dct_of(cells, &dct);
    const uint8_t quality = pdqi_quality_of(cells);
    for (int o = 0; o < 8; o++) {
        pdqi_dct_turn(&dct, TURNS[o], &turned);
        pdqi_bits_of(&turned, out[o].bits);
        out[o].quality = quality;
    }
    return PDQL_OK;
}
