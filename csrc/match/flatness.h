/*
 * match/flatness.h - regions in which agreement says little
 */
#ifndef PDQI_MATCH_FLATNESS_H
#define PDQI_MATCH_FLATNESS_H

#include "pdqlite.h"

/* How much the view of a region says, from much to little. */
typedef enum pdqi_flatness {
    PDQI_TEXTURED = 1, /* as photos are */
    PDQI_PAPER
    = 2,    /* one tone fills most of it, plain or with a scan's noise: pages of one layout are alike as a whole */
    PDQI_FLAT = 3 /* flat graphics (logos, cards, charts), scanned ones too: they agree in parts by construction */
} pdqi_flatness;

/* How flat the part of a plane is. */
pdqi_flatness pdqi_flatness_of(const pdql_plane *plane, const pdql_where *where);

/*
 * Whether it is paper, or a quarter of the part is of exactly one brightness from cell to cell, as only what was drawn is:
 * a screen, a page with a picture. Its frame, words and signs are a large part of it, and others have the same ones.
 */
int pdqi_is_screen(const pdql_plane *plane, const pdql_where *where);

#endif
