/*
 * claim_hull.c - the area of a convex hull of small integers
 */
#include "match/claim.h"

/* By x, then y, each place once; returns how many are left. */
static unsigned sort(uint8_t (*p)[2], unsigned n)
{
    unsigned left = 0;
    for (unsigned i = 0; i < n; i++) {
        const uint8_t x = p[i][0], y = p[i][1];
        unsigned j = left;
        while (j && (p[j - 1][0] > x || (p[j - 1][0] == x && p[j - 1][1] > y)))
            j--;
        if (j && p[j - 1][0] == x && p[j - 1][1] == y)
            continue;
        for (unsigned k = left++; k > j; k--) {
            p[k][0] = p[k - 1][0];
            p[k][1] = p[k - 1][1];
        }
        p[j][0] = x;
        p[j][1] = y;
    }
    return left;
}

/* Which side of a -> b the place c lies on. */
static int32_t turn(const uint8_t *a, const uint8_t *b, const uint8_t *c)
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/* Andrew's monotone chain: the lower half from left to right, the upper one back. */
uint32_t pdqi_claim_hull(uint8_t (*places)[2], unsigned n)
{
    uint8_t ring[2 * PDQL_MAX_KEYPOINTS + 1], most = 0;
    n = sort(places, n);
    if (n < 3)
        return 0;
    for (unsigned half = 0; half < 2; half++) {
        const unsigned base = most;
        for (unsigned i = 0; i < n; i++) {
            const uint8_t at = (uint8_t)(half ? n - 1 - i : i);
            while (most > base + 1 && turn(places[ring[most - 2]], places[ring[most - 1]], places[at]) <= 0)
                most--;
            ring[most++] = at;
        }
        most--; /* the other half begins with it */
    }
    int32_t twice = 0;
    for (unsigned i = 0; i < most; i++) {
        const uint8_t *const a = places[ring[i]], *const b = places[ring[i + 1 < most ? i + 1u : 0]];
        twice += a[0] * b[1] - a[1] * b[0];
    }
    return (uint32_t)(twice < 0 ? -twice : twice);
}
