/*
 * plane/region_hash.c - the eight hashes of a rectangle of a plane
 *
 * 64 x 64 means and PDQ's own DCT, median and quality. The samples sit at the
 * centres of their cells, in the middle between PDQ's sampling grid (off centre
 * by a part of a cell that depends on the unknown size of the original) as it
 * is and mirrored, so no orientation is favoured.
 */
#include "kernels/hash_kernels.h"
#include "kernels/kernels.h"
#include "kernels/plane_kernels.h"
#include "pdq/dct.h"
#include "plane/plane.h"

static pdql_status hashes(const pdqi_hash_kernels *k, const pdqi_plane_kernels *plane_kernels, const pdql_plane *plane,
                          const pdql_region *region, pdql_hash *out)
{
    if (!plane || !region || !out || !pdqi_region_ok(plane, region))
        return PDQL_ERR_ARG;
    const int32_t rect[4] = { region->x0, region->y0, region->x1, region->y1 };
    float cells[64][64];
    pdqi_plane_means(plane_kernels, plane, rect, 64, 1.0f / 256, &cells[0][0]);
    pdqi_dct dct, turned;
    k->dct_once((const float (*)[64])cells, &dct);
    const uint8_t quality = k->quality((const float (*)[64])cells);
    for (unsigned turn = 0; turn < 4; turn++) {
        pdql_hash *upright = &out[pdqi_turned_at[turn][0]], *lying = &out[pdqi_turned_at[turn][1]];
        pdqi_dct_turn(&dct, turn, &turned);
        k->bits(&turned, upright->bits);
        upright->quality = quality;
        *lying = *upright;
        pdqi_bits_transpose(lying->bits);
    }
    return PDQL_OK;
}

pdql_status pdqi_region_hashes(const pdql_kernels *k, const pdql_plane *plane, const pdql_region *region,
                               pdql_hash *out)
{
    return hashes(k->hash, k->plane, plane, region, out);
}

pdql_status pdql_region_hashes(const pdql_plane *plane, const pdql_region *region, pdql_hash *out)
{
    return hashes(&pdqi_hash_portable, &pdqi_plane_portable, plane, region, out);
}
