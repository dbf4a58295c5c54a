/*
 * hash_body.h - hashing kernels written once and compiled for each instruction set
 *
 * The compiler may use vectors across elements of the results; each element is
 * a sum in one order, and no multiplication is contracted with an addition
 * (-ffp-contract=off), so every build gives the same bits.
 */
#include "../dct_table.h"

#include <string.h>

/* Eight floats at a time; the compiler splits them where registers are narrower. */
typedef float lanes8 __attribute__((vector_size(32)));

enum { LANES8 = 8 };

/* mid = DCT^T * plane, kept in registers for 8 frequencies by 8 columns. */
static void vertical_dct(const float plane[64][64], float mid[16][64])
{
    for (int i = 0; i < 16; i += LANES8)
        for (int x = 0; x < 64; x += LANES8) {
            lanes8 sum[LANES8] = { 0 };
            for (int k = 0; k < 64; k++) {
                lanes8 row;
                memcpy(&row, &plane[k][x], sizeof row);
                for (int f = 0; f < LANES8; f++)
                    sum[f] += row * DCT[k][i + f];
            }
            for (int f = 0; f < LANES8; f++)
                memcpy(&mid[i + f][x], &sum[f], sizeof sum[f]);
        }
}

static void dct_of(const float plane[64][64], pdqi_dct *out)
{
    enum { ROWS = 4 };
    float mid[16][64];
    vertical_dct(plane, mid);
    for (int i = 0; i < 16; i += ROWS) {
        lanes8 sum[ROWS][2] = { 0 };
        for (int k = 0; k < 64; k++) {
            lanes8 low, high;
            memcpy(&low, &DCT[k][0], sizeof low);
            memcpy(&high, &DCT[k][LANES8], sizeof high);
            for (int r = 0; r < ROWS; r++) {
                sum[r][0] += low * mid[i + r][k];
                sum[r][1] += high * mid[i + r][k];
            }
        }
        for (int r = 0; r < ROWS; r++)
            memcpy(out->c[i + r], sum[r], sizeof sum[r]);
    }
}

static int step_of(float u, float v)
{
    const int d = (int)(((u - v) * 100) / 255);
    return d < 0 ? -d : d;
}

static uint8_t quality_of(const float plane[64][64])
{
    int sum = 0;
    for (int y = 0; y < 63; y++)
        for (int x = 0; x < 64; x++)
            sum += step_of(plane[y][x], plane[y + 1][x]);
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 63; x++)
            sum += step_of(plane[y][x], plane[y][x + 1]);
    return (uint8_t)(sum / 90 > 100 ? 100 : sum / 90);
}

static void columns(const pdqi_axis *axis, const uint32_t *taps, const uint32_t *sums, uint64_t out[PDQI_SIDE])
{
    for (unsigned k = 0; k < PDQI_SIDE; k++) {
        const uint32_t *a = taps + axis->offset[k], *b = sums + axis->first[k];
        const uint32_t n = axis->count[k];
        uint64_t total = 0;
        for (uint32_t t = 0; t < n; t++)
            total += (uint64_t)a[t] * b[t];
        out[k] = total;
    }
}
