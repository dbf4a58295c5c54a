/*
 * uncrop_shapes.c - what simple shapes would say of a row
 *
 * A quarter of a disc, one slanted edge, a band: close-ups, skies and objects on white are
 * little more, and two such pictures agree without showing the same thing. Several hundred
 * shapes, in eight turns and both lights, are kept as weights; a row that one of them fits
 * loses that score, less the logarithm of their number (a fixed alternative in the likelihood ratio).
 * A query whose odds one shape explains in good part says less in the same way.
 */
#include "uncrop.h"

#include <string.h>

enum {
    M = PDQI_UNCROP_CELLS,
    CHOICE = 147,          /* 16 ln(2 x 8 x PDQI_UNCROP_SHAPES) */
    FREE = 52,             /* of 256: a shape's share of a photo's odds is below in 19 of 20 */
    EDGES = 5 * 11, BANDS = 4 * 6 * 4, DISCS = 5 * 5 * 6 * 3
};

_Static_assert(EDGES + BANDS + DISCS == PDQI_UNCROP_SHAPES, "shapes");

/* Cosines and sines of multiples of 180 / 16 and of 15 degrees. */
static const float COS16[5] = { 1.0f, 0.980785280f, 0.923879533f, 0.831469612f, 0.707106781f };
static const float SIN16[5] = { 0.0f, 0.195090322f, 0.382683432f, 0.555570233f, 0.707106781f };
static const float COS12[4] = { 1.0f, 0.965925826f, 0.866025404f, 0.707106781f };
static const float SIN12[4] = { 0.0f, 0.258819045f, 0.5f, 0.707106781f };
static const float WIDTH[4] = { 0.06f, 0.12f, 0.2f, 0.3f };
static const float RADIUS[6] = { 0.15f, 0.25f, 0.4f, 0.6f, 0.85f, 1.2f };
static const float ASPECT[3] = { 1.0f, 1.4f, 2.0f };

/* Whether the point, from the centre in parts of the sides, is in shape number `n`. */
static int inside(unsigned n, float x, float y)
{
    if (n < EDGES) {
        const unsigned a = n / 11;
        return x * COS16[a] + y * SIN16[a] > 0.06f * (float)(n % 11);
    }
    n -= EDGES;
    if (n < BANDS) {
        const unsigned a = n / 24;
        const float d = x * COS12[a] + y * SIN12[a] - 0.11f * (float)(n / 4 % 6), w = WIDTH[n % 4];
        return d < w && d > -w;
    }
    n -= BANDS;
    const float dx = x + 0.9f - 0.2f * (float)(n / 90), dy = y + 0.9f - 0.2f * (float)(n / 18 % 5);
    const float r = RADIUS[n / 3 % 6], tall = dy * ASPECT[n % 3];
    return dx * dx + tall * tall < r * r;
}

void pdqi_uncrop_shapes(pdql_uncrop *t)
{
    static const pdql_part WHOLE = { 0, 64, 0, 64, 0, 0, 0, 0 };
    pdqi_view view;
    for (unsigned n = 0; n < PDQI_UNCROP_SHAPES; n++) {
        int count = 0;
        for (int i = 0; i < M; i++)
            for (int j = 0; j < M; j++) {
                int in = 0;
                for (int s = 0; s < 4; s++) /* four samples a cell */
                    in += inside(n, ((float)(4 * j + 1 + 2 * (s & 1)) / (4 * M)) - 0.5f,
                                 ((float)(4 * i + 1 + (s & 2)) / (4 * M)) - 0.5f);
                view.cells[i][j] = (float)in * 12800.0f; /* 200 steps of brightness */
                count += in;
            }
        const float mean = (float)count * 12800.0f / (M * M);
        for (int i = 0; i < M * M; i++)
            view.cells[i / M][i % M] -= mean;
        view.from = view.to = 0;
        memset(t->shapes[n].odds, 0, sizeof t->shapes[n].odds);
        t->shapes[n].bias = 0;
        if (count * 32 > 4 * M * M && count * 32 < 31 * 4 * M * M) /* else as good as empty */
            t->shapes[n].bias = pdqi_uncrop_odds(t, &view, &WHOLE, PDQI_UNCROP_ROUGH, t->shapes[n].odds);
        t->shapes[n].square = 0;
        for (int k = 0; k < 256; k++)
            t->shapes[n].square += t->shapes[n].odds[k] * t->shapes[n].odds[k];
    }
}

int32_t pdqi_uncrop_keep(const pdql_uncrop *t, pdqi_view *view)
{
    static const pdql_part WHOLE = { 0, 64, 0, 64, 0, 0, 0, 0 };
    int8_t odds[256], turned[256];
    int64_t own = 0, most = 0; /* of 256: the largest share */
    pdqi_uncrop_odds(t, view, &WHOLE, PDQI_UNCROP_ROUGH, odds);
    for (unsigned k = 0; k < 256; k++)
        own += odds[k] * odds[k];
    for (unsigned turn = 0; turn < 8 && own; turn++) {
        pdql_part part = WHOLE;
        part.turn = (uint8_t)turn;
        pdqi_uncrop_turn(odds, &part, turned);
        for (unsigned n = 0; n < PDQI_UNCROP_SHAPES; n++) {
            const int8_t *w = t->shapes[n].odds;
            int32_t sum = 0;
            for (unsigned k = 0; k < 256; k++)
                sum += turned[k] * w[k];
            const int64_t square = (int64_t)sum * sum, of = own * t->shapes[n].square;
            most = of && square * 256 > most * of ? square * 256 / of : most;
        }
    }
    return most <= FREE ? 256 : most >= FREE + 108 ? 40 : (int32_t)(256 - 2 * (most - FREE));
}

/* The signs of a turned row: 1 for a bit that is set, else -1. */
static void signs_of(const uint8_t *row, unsigned turn, int16_t sign[256])
{
    for (unsigned i = 0; i < 16; i++)
        for (unsigned j = 0; j < 16; j++) {
            const unsigned k = turn & 4 ? 16 * j + i : 16 * i + j;
            const unsigned flips = ((turn & 1) & ~j) ^ ((turn >> 1 & 1) & ~i);
            sign[16 * i + j] = (int16_t)(((row[31 - k / 8] >> k % 8) ^ flips) & 1 ? 1 : -1);
        }
}

int32_t pdqi_uncrop_discount(const pdql_uncrop *t, const uint8_t *row)
{
    int32_t best = pdqi_uncrop_saved(row);
    for (unsigned turn = 0; turn < 8; turn++) {
        int16_t sign[256];
        signs_of(row, turn, sign);
        for (unsigned n = 0; n < PDQI_UNCROP_SHAPES; n++) {
            const int8_t *w = t->shapes[n].odds;
            int32_t sum = 0;
            for (unsigned k = 0; k < 256; k++)
                sum += sign[k] * w[k];
            const int32_t fits = (sum < 0 ? -sum : sum) + t->shapes[n].bias - CHOICE;
            best = fits > best ? fits : best;
        }
    }
    return best;
}
