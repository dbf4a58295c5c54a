/*
 * keypoints/descriptor.c - the signs of a small DCT of the patch around a keypoint
 *
 * The patch is upright, 12 sigmas a side, cut into 16 x 16 parts whose means
 * come from the integral image; a Gaussian window weakens its rim. Turning
 * the picture by quarters, mirroring or inverting it permutes or complements
 * the 64 bits.
 */
#include "keypoints/keypoints.h"

#include <string.h>

void pdqi_keypoints_integrate(const uint16_t *plane, size_t width, size_t height, size_t stride, uint32_t *integral)
{
    memset(integral, 0, (width + 1) * sizeof *integral);
    for (size_t y = 0; y < height; y++) {
        uint32_t *const up = integral + y * (width + 1), *const row = up + width + 1;
        uint32_t sum = 0;
        row[0] = 0;
        for (size_t x = 0; x < width; x++) {
            sum += plane[y * stride + x] >> 1;
            row[x + 1] = up[x + 1] + sum;
        }
    }
}

/* The cuts along one axis, in the plane; parts wholly or mostly outside take the nearest part inside. */
typedef struct axis {
    int32_t cut[KEYPOINT_SIDE + 1]; /* 1/256 of a cell */
    uint32_t inverse[KEYPOINT_SIDE]; /* 2^24 / length of a part */
    int first, last;              /* parts inside */
} axis;

static void cuts(int32_t middle, int32_t half, size_t cells, axis *a)
{
    const int32_t end = (int32_t)(cells << 8);
    for (int i = 0; i <= KEYPOINT_SIDE; i++) {
        const int32_t at = middle - half + (int32_t)((int64_t)half * 2 * i / KEYPOINT_SIDE);
        a->cut[i] = at < 0 ? 0 : at > end ? end : at;
    }
    a->first = KEYPOINT_SIDE;
    a->last = -1;
    for (int i = 0; i < KEYPOINT_SIDE; i++) {
        const int32_t length = a->cut[i + 1] - a->cut[i];
        a->inverse[i] = length > 0 ? (1u << 24) / (uint32_t)length : 0;
        if (length * KEYPOINT_SIDE < half) /* under half a part */
            continue;
        if (a->first > i)
            a->first = i;
        a->last = i;
    }
}

/* Means of the parts, brightness * 128. */
static void means(const uint32_t *integral, size_t width, const axis *ax, const axis *ay, int32_t *out)
{
    uint64_t up[KEYPOINT_SIDE + 1], down[KEYPOINT_SIDE + 1];
    for (int j = 0; j <= KEYPOINT_SIDE; j++) {
        const uint32_t fy = (uint32_t)ay->cut[j] & 255;
        const uint32_t *const r0 = integral + (size_t)(ay->cut[j] >> 8) * (width + 1);
        const uint32_t *const r1 = fy ? r0 + width + 1 : r0;
        for (int i = 0; i <= KEYPOINT_SIDE; i++) {
            const uint32_t fx = (uint32_t)ax->cut[i] & 255;
            const size_t c0 = (size_t)(ax->cut[i] >> 8), c1 = fx ? c0 + 1 : c0;
            const uint64_t left = (uint64_t)r0[c0] * (256 - fy) + (uint64_t)r1[c0] * fy;
            const uint64_t right = (uint64_t)r0[c1] * (256 - fy) + (uint64_t)r1[c1] * fy;
            down[i] = left * (256 - fx) + right * fx;
        }
        if (j)
            for (int i = 0; i < KEYPOINT_SIDE; i++) {
                const uint64_t sum = down[i + 1] - down[i] - up[i + 1] + up[i];
                out[(j - 1) * KEYPOINT_SIDE + i] = (int32_t)(((sum >> 8) * ax->inverse[i] >> 20) * ay->inverse[j - 1]
                                                             >> 20);
            }
        memcpy(up, down, sizeof up);
    }
}

static void fill_outside(const axis *ax, const axis *ay, int32_t *m)
{
    for (int y = 0; y < KEYPOINT_SIDE; y++)
        for (int x = 0; x < KEYPOINT_SIDE; x++) {
            const int cx = x < ax->first ? ax->first : x > ax->last ? ax->last : x;
            const int cy = y < ay->first ? ay->first : y > ay->last ? ay->last : y;
            m[y * KEYPOINT_SIDE + x] = m[cy * KEYPOINT_SIDE + cx];
        }
}

/* Takes the windowed mean off and weighs by the window. */
static void weigh(const int32_t *m, int32_t *out)
{
    uint32_t sum = 0, weight = 0;
    for (int i = 0; i < KEYPOINT_SIDE * KEYPOINT_SIDE; i++) {
        sum += (uint32_t)m[i] * pdqi_keypoints_window[i];
        weight += pdqi_keypoints_window[i];
    }
    const int32_t mean = (int32_t)((sum + weight / 2) / weight);
    for (int i = 0; i < KEYPOINT_SIDE * KEYPOINT_SIDE; i++)
        out[i] = (m[i] - mean) * pdqi_keypoints_window[i] / 256;
}

uint64_t pdqi_keypoints_signs(const int32_t *part, int32_t *coefficients)
{
    int32_t windowed[KEYPOINT_SIDE * KEYPOINT_SIDE], tall[KEYPOINT_ORDERS * KEYPOINT_SIDE];
    weigh(part, windowed);
    memset(tall, 0, sizeof tall);
    for (int i = 0; i < KEYPOINT_ORDERS; i++)
        for (int y = 0; y < KEYPOINT_SIDE; y++)
            for (int x = 0; x < KEYPOINT_SIDE; x++)
                tall[i * KEYPOINT_SIDE + x] += pdqi_keypoints_dct[i * KEYPOINT_SIDE + y]
                    * windowed[y * KEYPOINT_SIDE + x];
    for (int i = 0; i < KEYPOINT_ORDERS * KEYPOINT_SIDE; i++)
        tall[i] /= 4096;
    uint64_t bits = 0;
    for (int b = 0; b < 64; b++) {
        const int32_t *const t = tall + pdqi_keypoints_order_y[b] * KEYPOINT_SIDE;
        const int16_t *const c = pdqi_keypoints_dct + pdqi_keypoints_order_x[b] * KEYPOINT_SIDE;
        int32_t s = 0;
        for (int x = 0; x < KEYPOINT_SIDE; x++)
            s += t[x] * c[x];
        bits |= (uint64_t)(s > 0) << b;
        if (coefficients)
            coefficients[b] = s;
    }
    return bits;
}

uint64_t pdqi_keypoints_describe(const uint32_t *integral, size_t width, size_t height, const found_keypoint *keypoint,
                                 int32_t *coefficients)
{
    const int32_t half = (int32_t)pdqi_keypoints_sigma(keypoint->scale) * KEYPOINT_MAG;
    axis ax, ay;
    int32_t part[KEYPOINT_SIDE * KEYPOINT_SIDE];
    cuts(keypoint->x, half, width, &ax);
    cuts(keypoint->y, half, height, &ay);
    if (ax.last < 0 || ay.last < 0)
        return 0;
    means(integral, width, &ax, &ay, part);
    fill_outside(&ax, &ay, part);
    return pdqi_keypoints_signs(part, coefficients);
}
