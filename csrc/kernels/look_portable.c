/*
 * look_portable.c - looking at a plane in plain C: what the others must equal
 */
#include "look_kernels.h"
#include "look_body.h"

static void transpose(const uint16_t *s, int w, int h, uint16_t *out)
{
    for (int y0 = 0; y0 < h; y0 += TILE)
        transpose_some(s, w, h, 0, y0, y0 + TILE < h ? y0 + TILE : h, out);
}

static void corners(const uint32_t *up, const uint32_t *down, const uint32_t *x, const double (*across)[2], double part,
                    size_t n, double *out)
{
    for (size_t j = 0; j < n; j++) {
        const uint32_t *u = up + x[j], *d = down + x[j];
        const double a = 256.0 * u[0] + ((double)d[0] - u[0]) * part, b = 256.0 * u[1] + ((double)d[1] - u[1]) * part;
        out[j] = a * across[j][0] + b * across[j][1];
    }
}

const pdqi_look_kernels pdqi_look_portable = { edges, runs, sharpness, strays, transpose, integrate_each, corners };
