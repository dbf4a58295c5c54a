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
 * Whether three tenths of the part are flat, or one tone fills about half of it: a screen, a page with a picture, a caption
 * on a plain ground. Their frames, words and signs are a large part of them, and others have the same ones.
 */
int pdqi_is_screen(const pdql_plane *plane, const pdql_where *where);

#endif
