/*
 * drawn_picture.h - drawn pictures: a seed, a picture
 */
#ifndef DRAWN_PICTURE_H
#define DRAWN_PICTURE_H

#include "pdqlite_parts.h"

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 96 };

static uint32_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(state >> 8) * below >> 24);
}

/* Rough boxes of any brightness, larger first; a picture for each seed, shifted a little by `at`. */
static void paint(uint8_t *p, uint32_t seed, int at)
{
    state = seed * 2654435761u + 12345;
    memset(p, 90, SIDE * SIDE);
    for (int i = 0; i < 60; i++) {
        const int size = 50 - i * 2 / 3, value = (int)draw(256);
        const int x0 = (int)draw(SIDE) - size / 2 + at, y0 = (int)draw(SIDE) - size / 2;
        for (int y = y0 < 0 ? 0 : y0; y < y0 + size && y < SIDE; y++)
            for (int x = x0 < 0 ? 0 : x0; x < x0 + size && x < SIDE; x++)
                p[y * SIDE + x] = (uint8_t)(value * 7 / 8 + (x - at) * y % 29);
    }
}

static pdql_image image_of(const uint8_t *p)
{
    return (pdql_image){
        .data = p, .width = SIDE, .height = SIDE, .row_stride = SIDE, .pixel_stride = 1, .format = PDQL_GRAY
    };
}

#endif
