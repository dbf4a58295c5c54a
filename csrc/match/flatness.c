/*
 * match/flatness.c - regions in which agreement says little: flat graphics, and paper
 *
 * Flat graphics are flat: of 200 photos 98 % have at most 0.44 of their cells within half a grey level of the
 * next ones, the flattest 0.65; graphics 0.67 to 1. A scan's noise hides that. What it leaves: one tone fills most
 * of the page, hardly anything is lighter than paper (or darker, where the page is dark), and the noise is white:
 * cells eight apart differ no more than neighbours do, where in a photo they differ two to five times as much.
 */
#include "match/flatness.h"

enum {
    STEP = 128,              /* half a grey level, in the plane's units */
    FLAT_TWENTIETHS = 12,
    EXACT = 16, /* a sixteenth of a grey level: what was drawn, through JPEG too */
    /* 10 drawn feeds, pages and chats, as they are and as JPEG, had 0.27 and more; stories, over a photo, 0.04; 15 photos under
       a flat sticker, on dark or plain grounds, 0.20 at most */
    SCREEN_TWENTIETHS = 5,
    TONES = 512, /* half grey levels */
    TONE_WIDTH = 41, /* of them, what counts as one tone: 10 levels up and down */
    PAPER_TWENTIETHS = 11, /* least share of the one tone */
    BEYOND_PER_CENT = 5, /* most of what is beyond the tone, on one side of it */
    BIN = 16, /* of a histogram of steps */
    BINS = TONE_WIDTH * STEP / BIN,
    FAR = 8, /* cells */
    STILL = 32, /* steps so small are no gradient */
    SOME_FIFTHS = 8, /* most of a far step beside a near one */
    MUCH_FIFTHS = 15 /* the same where the tone is three quarters of the region: JPEG smooths noise */
};

typedef struct region {
    const pdql_plane *plane;
    uint32_t x0, y0, x1, y1;
    uint32_t low, share; /* of the tone: its first half level, cells in it */
} region;

static uint32_t apart(uint16_t a, uint16_t b)
{
    return a > b ? (uint32_t)(a - b) : (uint32_t)(b - a);
}

/* Whether more than so many twentieths of the cells are within a step of the next ones. */
static int is_flat(const region *r, uint32_t step, uint32_t twentieths)
{
    uint32_t flat = 0;
    for (uint32_t y = r->y0; y + 1 < r->y1; y++) {
        const uint16_t *s = r->plane->samples + (size_t)y * r->plane->width, *below = s + r->plane->width;
        for (uint32_t x = r->x0; x + 1 < r->x1; x++)
            flat += apart(s[x], s[x + 1]) < step && apart(s[x], below[x]) < step;
    }
    return flat * 20 > (r->x1 - r->x0 - 1) * (r->y1 - r->y0 - 1) * twentieths;
}

/* Finds the tone that most cells have; says whether it is most of the region, and at one end of it. */
static int has_one_tone(region *r)
{
    uint32_t count[TONES] = { 0 }, n = (r->x1 - r->x0) * (r->y1 - r->y0), in = 0, most = 0, before = 0, below = 0;
    for (uint32_t y = r->y0; y < r->y1; y++) {
        const uint16_t *s = r->plane->samples + (size_t)y * r->plane->width;
        for (uint32_t x = r->x0; x < r->x1; x++)
            count[s[x] / STEP]++;
    }
    for (uint32_t i = 0; i < TONES; i++) {
        in += count[i];
        if (i >= TONE_WIDTH) {
            in -= count[i - TONE_WIDTH];
            before += count[i - TONE_WIDTH];
        }
        if (in > most) {
            most = in;
            below = before;
            r->low = i >= TONE_WIDTH - 1 ? i - (TONE_WIDTH - 1) : 0;
        }
    }
    r->share = most;
    const uint32_t above = n - most - below, beyond = below < above ? below : above;
    return most * 20 >= n * PAPER_TWENTIETHS && beyond * 100 <= n * BEYOND_PER_CENT;
}

static int in_tone(const region *r, uint16_t sample)
{
    const uint32_t tone = sample / STEP;
    return tone >= r->low && tone < r->low + TONE_WIDTH;
}

/* Median difference of cells of the tone this far apart, across and down. */
static uint32_t median_step(const region *r, uint32_t lag)
{
    uint32_t count[BINS] = { 0 }, n = 0;
    const uint32_t width = r->plane->width;
    for (uint32_t y = r->y0; y < r->y1; y++) {
        const uint16_t *s = r->plane->samples + (size_t)y * width;
        for (uint32_t x = r->x0; x < r->x1; x++) {
            if (!in_tone(r, s[x]))
                continue;
            if (x + lag < r->x1 && in_tone(r, s[x + lag]))
                count[apart(s[x], s[x + lag]) / BIN]++, n++;
            if (y + lag < r->y1 && in_tone(r, s[x + (size_t)lag * width]))
                count[apart(s[x], s[x + (size_t)lag * width]) / BIN]++, n++;
        }
    }
    uint32_t bin = 0, up_to = count[0];
    while (up_to * 2 < n)
        up_to += count[++bin];
    return bin * BIN;
}

static region region_of(const pdql_plane *plane, const pdql_where *where)
{
    return (region){ plane,
                     where->left * plane->width / 65536,
                     where->top * plane->height / 65536,
                     (where->right * plane->width + 65535) / 65536,
                     (where->bottom * plane->height + 65535) / 65536,
                     0,
                     0 };
}

pdqi_flatness pdqi_flatness_of(const pdql_plane *plane, const pdql_where *where)
{
    region r = region_of(plane, where);
    if (r.x1 < r.x0 + 2 || r.y1 < r.y0 + 2 || is_flat(&r, STEP, FLAT_TWENTIETHS))
        return PDQI_FLAT;
    if (!has_one_tone(&r))
        return PDQI_TEXTURED;
    const uint32_t near = median_step(&r, 1), far = median_step(&r, FAR), n = (r.x1 - r.x0) * (r.y1 - r.y0);
    if (far > STILL && far * 5 > near * (r.share * 4 >= n * 3 ? MUCH_FIFTHS : SOME_FIFTHS))
        return PDQI_TEXTURED;
    return near * 9 / 2 > STEP && is_flat(&r, near * 9 / 2, FLAT_TWENTIETHS) ? PDQI_FLAT : PDQI_PAPER;
}

int pdqi_is_screen(const pdql_plane *plane, const pdql_where *where)
{
    const region r = region_of(plane, where);
    return r.x1 < r.x0 + 2 || r.y1 < r.y0 + 2 || is_flat(&r, EXACT, SCREEN_TWENTIETHS)
        || pdqi_flatness_of(plane, where) == PDQI_PAPER;
}
