/*
 * kernels/plane_portable.c - the loops over a plane in plain C: what the others must equal
 */
#include "kernels/plane_kernels.h"
#include "kernels/plane_body.h"

static void transpose(const uint16_t *s, int w, int h, uint16_t *out)
{
    for (int y0 = 0; y0 < h; y0 += TILE)
        transpose_some(s, w, h, 0, y0, y0 + TILE < h ? y0 + TILE : h, out);
}

const pdqi_plane_kernels pdqi_plane_portable = { edges_each, runs,           sharpness_each, strays,
                                                 transpose,  integrate_each, corners_each,   means };
