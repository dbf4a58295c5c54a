/*
 * claim_refine.c - the map of a claim, moved to where the entry's keypoints are
 *
 * A vote knows a shift, a scale, a little shear. A picture seen from the side leans: what is near is larger. So every
 * keypoint is looked for around its place, and eight numbers are fitted to those that are there, by least squares that are
 * held near what the map was: a homography as far as the first order goes, which three rounds make whole.
 */
#include "match/claim.h"

enum { REACH = 2, LEAST_USED = 8, GOOD = 14, UNKNOWN = 8 };

#define HOLD 0.01      /* of all weight, for the map as it is */
#define HOLD_LEAN 0.03 /* and for its lean */

typedef struct normal {
    double a[UNKNOWN][UNKNOWN], b[UNKNOWN], weight;
} normal;

/* Where the keypoint is, in steps from its place; its distance there, of equals the nearest. */
static unsigned look(const claim_view *v, const claim_keypoint *k, int *x, int *y)
{
    int32_t coefficients[64];
    unsigned best = pdqi_claim_apart(v, k, 0, 0, coefficients), near = 0;
    *x = *y = 0;
    for (int j = -REACH; j <= REACH; j++)
        for (int i = -REACH; i <= REACH; i++) {
            const unsigned far = (unsigned)(i * i + j * j), d = pdqi_claim_apart(v, k, i, j, coefficients);
            if (d > best || (d == best && far >= near))
                continue;
            best = d, near = far;
            *x = i, *y = j;
        }
    return best;
}

/* One equation: the sum of row[i] x unknown i should be `is`. */
static void add(normal *n, const double row[UNKNOWN], double is, double weight)
{
    for (int i = 0; i < UNKNOWN; i++) {
        for (int j = 0; j < UNKNOWN; j++)
            n->a[i][j] += weight * row[i] * row[j];
        n->b[i] += weight * row[i] * is;
    }
}

/* By Gauss; the matrix is symmetric and, with what holds it, positive. */
static void solve(normal *n, double out[UNKNOWN])
{
    for (int i = 0; i < UNKNOWN; i++)
        for (int r = i + 1; r < UNKNOWN; r++) {
            const double f = n->a[r][i] / n->a[i][i];
            for (int c = i; c < UNKNOWN; c++)
                n->a[r][c] -= f * n->a[i][c];
            n->b[r] -= f * n->b[i];
        }
    for (int i = UNKNOWN; i-- > 0;) {
        out[i] = n->b[i];
        for (int c = i + 1; c < UNKNOWN; c++)
            out[i] -= n->a[i][c] * out[c];
        out[i] /= n->a[i][i];
    }
}

/* Places are -1 to 1 along each side of the entry; unknowns: three for x, three for y, two of the lean. */
static unsigned gather(const claim_view *v, const pdql_claim *claim, normal *n)
{
    unsigned used = 0;
    for (unsigned i = 0; i < claim->record[1]; i++) {
        const claim_keypoint k = pdqi_claim_keypoint(v, claim, i);
        int x, y;
        if (claim->common >> i & 1 || !pdqi_claim_usable(v, &k) || look(v, &k, &x, &y) > GOOD)
            continue;
        const double half_x = v->width * 128.0, half_y = v->height * 128.0, step = k.sigma * 3 / 5;
        const double at_x = k.x / half_x - 1, at_y = k.y / half_y - 1, sigma = k.sigma / 256.0 + 1;
        const double across[UNKNOWN] = { 1, at_x, at_y, 0, 0, 0, -at_x * at_x, -at_x * at_y };
        const double along[UNKNOWN] = { 0, 0, 0, 1, at_x, at_y, -at_x * at_y, -at_y * at_y };
        add(n, across, x * step / half_x, 1 / (sigma * sigma));
        add(n, along, y * step / half_y, 1 / (sigma * sigma));
        n->weight += 1 / (sigma * sigma);
        used++;
    }
    return used;
}

static void product(double a[3][3], double b[3][3], double out[3][3])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            out[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
}

/* The map behind the correction. Returns 0, and leaves the map, where that is no map to look under. */
static int compose(const pdql_plane *plane, pdql_claim *claim, const double u[UNKNOWN])
{
    const int32_t *const m = claim->model;
    double map[3][3] = { { m[0], m[1], m[2] }, { m[3], m[4], m[5] }, { claim->lean[0], claim->lean[1], 65536 } };
    double to[3][3] = { { 2, 0, -1 }, { 0, 2, -1 }, { 0, 0, 1 } },
           back[3][3] = { { 0.5, 0, 0.5 }, { 0, 0.5, 0.5 }, { 0, 0, 1 } };
    double move[3][3] = { { 1 + u[1], u[2], u[0] }, { u[4], 1 + u[5], u[3] }, { u[6], u[7], 1 } };
    double some[3][3], more[3][3], all[3][3];
    product(map, back, some);
    product(some, move, more);
    product(more, to, all);
    pdql_claim moved = *claim;
    const double by = all[2][2] / 65536;
    for (int i = 0; i < 8; i++) {
        const double value = all[i / 3][i % 3] / by;
        if (!(by > 0.1 && value < 1e9 && value > -1e9))
            return 0;
        *(i < 6 ? &moved.model[i] : &moved.lean[i - 6]) = (int32_t)value;
    }
    if (!pdqi_claim_ok(plane, &moved))
        return 0;
    *claim = moved;
    return 1;
}

pdql_status pdql_claim_refine(const pdql_plane *plane, pdql_claim *claim, void *work, size_t size, unsigned *used)
{
    if (!work || (uintptr_t)work % 8 || !used || !pdqi_claim_ok(plane, claim))
        return PDQL_ERR_ARG;
    const size_t need = pdql_claim_work_size(plane->width, plane->height);
    if (!need || !plane->width || !plane->height)
        return PDQL_ERR_SHAPE;
    if (size < need)
        return PDQL_ERR_SPACE;
    claim_view view;
    normal n = { .weight = 0 };
    double correction[UNKNOWN];
    uint32_t width, height;
    pdqi_keypoints_shape(claim->record, &width, &height);
    pdqi_claim_warp(plane, claim, width, height, 0, work, &view);
    *used = gather(&view, claim, &n);
    if (*used < LEAST_USED)
        return PDQL_OK;
    for (int i = 0; i < UNKNOWN; i++)
        n.a[i][i] += (i < 6 ? HOLD : HOLD_LEAN) * n.weight;
    solve(&n, correction);
    if (!compose(plane, claim, correction))
        *used = 0;
    return PDQL_OK;
}
