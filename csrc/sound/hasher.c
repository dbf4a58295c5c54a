/*
 * sound/hasher.c - mono at 8 kHz, as it comes -> hashes
 */
#include <string.h>

#include "kernels/kernels.h"
#include "sound/sound.h"

enum { HELD = 4096, ROWS = 128 };

struct pdql_sound_hasher {
    const pdqi_sound_kernels *kernels;
    const uint16_t *edges;
    uint64_t taken; /* samples pushed */
    uint64_t steps; /* made */
    uint32_t hop, every;
    int finished;
    size_t have; /* samples in `samples`; the first is the first of the next step's first frame */
    size_t rows; /* in `row` */
    pdqi_sound_tables tables;
    uint64_t powers[SOUND_SIZE];
    union {
        int32_t transform[2 * SOUND_SIZE];
        pdqi_sound_room window;
    } work;
    int16_t samples[HELD];
    int16_t row[ROWS][SOUND_SIDE];
};

size_t pdql_sound_hasher_size(void)
{
    return sizeof(pdql_sound_hasher);
}

static int valid(const pdql_sound_options *o)
{
    return o && o->hypothesis < PDQL_SOUND_HYPOTHESES && o->every && o->every <= PDQL_SOUND_STEPS;
}

static uint32_t hop_of(const pdql_sound_options *o)
{
    pdql_sound_hypothesis h = { 250, 0 };
    pdql_sound_hypothesis_at(o->hypothesis, &h);
    return h.hop;
}

pdql_status pdql_sound_hasher_init(const pdql_kernels *k, const pdql_sound_options *options, void *memory, size_t size,
                                   pdql_sound_hasher **out)
{
    if (!k || !memory || !out || (uintptr_t)memory % 8 || !valid(options))
        return PDQL_ERR_ARG;
    if (size < sizeof(pdql_sound_hasher))
        return PDQL_ERR_SPACE;
    pdql_sound_hasher *const h = memory;
    memset(h, 0, sizeof *h);
    h->kernels = k->sound;
    h->edges = pdqi_sound_edges(options->hypothesis);
    h->hop = hop_of(options);
    h->every = options->every;
    h->have = SOUND_SIZE / 2 - h->hop / 2; /* zeros: frames are centred on their hops */
    pdqi_sound_tables_make(&h->tables);
    *out = h;
    return PDQL_OK;
}

size_t pdql_sound_hasher_room(size_t n, const pdql_sound_options *options)
{
    return valid(options) ? n / (2 * hop_of(options) * options->every) + 5 : 0;
}

/* The row of the next step, whose first frame begins at `samples`, and the hash of the window that it ends, if one is due. */
static size_t step(pdql_sound_hasher *h, const int16_t *samples, pdql_sound_hash *out)
{
    if (h->rows == ROWS) {
        h->rows = SOUND_SIDE - 1;
        memmove(h->row[0], h->row[ROWS - h->rows], h->rows * sizeof h->row[0]);
    }
    h->kernels->powers(&h->tables, samples, samples + h->hop, h->work.transform, h->powers);
    pdqi_sound_row(h->edges, h->powers, h->row[h->rows++]);
    h->steps++;
    if (h->steps < SOUND_SIDE || (h->steps - SOUND_SIDE) % h->every)
        return 0;
    memset(out, 0, sizeof *out);
    out->start = (h->steps - SOUND_SIDE) * 2 * h->hop;
    pdqi_sound_bits(h->kernels, &h->tables, h->row[h->rows - SOUND_SIDE], &h->work.window, out);
    return 1;
}

/* Makes all steps whose samples are there and that end within the sound. */
static size_t steps(pdql_sound_hasher *h, pdql_sound_hash *out)
{
    const size_t needed = SOUND_SIZE + h->hop, gone = 2 * (size_t)h->hop;
    size_t at = 0, n = 0;
    while (at + needed <= h->have && (h->steps + 1) * gone <= h->taken) {
        n += step(h, h->samples + at, out + n);
        at += gone;
    }
    memmove(h->samples, h->samples + at, (h->have - at) * sizeof *h->samples);
    h->have -= at;
    return n;
}

pdql_status pdql_sound_hasher_push(pdql_sound_hasher *h, const int16_t *samples, size_t n, pdql_sound_hash *hashes,
                                   size_t room, size_t *n_hashes)
{
    if (!h || (n && !samples) || !hashes || !n_hashes)
        return PDQL_ERR_ARG;
    if (h->finished)
        return PDQL_ERR_ORDER;
    if (room < n / (2 * (size_t)h->hop * h->every) + 5)
        return PDQL_ERR_SPACE;
    size_t found = 0;
    while (n) {
        const size_t free = HELD - h->have, now = n < free ? n : free;
        memcpy(h->samples + h->have, samples, now * sizeof *samples);
        h->have += now;
        h->taken += now;
        samples += now;
        n -= now;
        found += steps(h, hashes + found);
    }
    *n_hashes = found;
    return PDQL_OK;
}

pdql_status pdql_sound_hasher_finish(pdql_sound_hasher *h, pdql_sound_hash *hashes, size_t room, size_t *n_hashes)
{
    if (!h || !hashes || !n_hashes)
        return PDQL_ERR_ARG;
    if (h->finished)
        return PDQL_ERR_ORDER;
    if (room < 5)
        return PDQL_ERR_SPACE;
    const size_t zeros = SOUND_SIZE / 2;
    memset(h->samples + h->have, 0, zeros * sizeof *h->samples);
    h->have += zeros;
    h->finished = 1;
    *n_hashes = steps(h, hashes);
    return PDQL_OK;
}
