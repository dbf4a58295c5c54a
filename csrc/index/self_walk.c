/*
 * index/self_walk.c - from a place in one list round the ring of all
 *
 * Walkers go in step, so that memory answers many at a time. A near row is
 * found from several bands at once; where one walker comes to the place at
 * which another began, both are the same entry, and the one that comes takes
 * over what the other has passed. So a hit costs one walk, most of it done by
 * many walkers side by side, whatever the number of bands that find it.
 *
 * That loses nothing. If the sums from band b on have stayed below their
 * limits as far as band c, and then break at x, those from c on break at x or
 * before: who takes over never gives up where the other would have gone on.
 */
#include "index/self_search.h"

static void add_row(pdqi_search *s, uint32_t row, unsigned distance)
{
    if (row >= s->ix->n_rows || s->rows_left == 0) {
        s->damaged = 1;
        return;
    }
    s->rows_left--;
    pdqi_hits_add(s->out, s->number, row, distance);
}

static void add_entry(pdqi_search *s, uint32_t entry, unsigned distance)
{
    const pdql_index *ix = s->ix;
    const uint32_t row = pdqi_self_mapped(ix, entry);
    uint32_t from, to;
    if (row < ix->n_rows) {
        add_row(s, row, distance);
        return;
    }
    if (!pdqi_self_group(ix, row - ix->n_rows, &from, &to)) {
        s->damaged = 1;
        return;
    }
    for (uint32_t i = from; i < to && !s->damaged; i++)
        add_row(s, pdqi_load32(ix->block + ix->at_grouped + (size_t)i * 4), distance);
}

/* Whether a search from band b finds these distances. */
static int found_from(const pdqi_search *s, const uint8_t *d, unsigned b)
{
    int sum = 0;
    for (unsigned l = 1; l <= PDQI_BANDS; l++) {
        sum += d[(b + l - 1) % PDQI_BANDS];
        if (sum > s->limit[b][l])
            return 0;
    }
    return 1;
}

/* Each entry counts once, whoever else was under way before or comes later: from the first band that finds it. */
static int is_first(const pdqi_search *s, const pdqi_walker *w)
{
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        if (found_from(s, w->d, b))
            return w->starts >> b & 1;
    return 0;
}

static uint16_t *meeting(pdqi_search *s, unsigned list, uint32_t place)
{
    const uint32_t mixed = (place * 16 + list) * 2654435769u;
    unsigned at = mixed >> 22;
    while (s->meetings[at]) {
        const pdqi_walker *w = &s->walkers[s->meetings[at] - 1];
        if (w->start == list && w->from == place)
            break;
        at = (at + 1) % PDQI_MEETINGS;
    }
    return &s->meetings[at];
}

void pdqi_walk_from(pdqi_search *s, unsigned band, uint32_t bucket, uint32_t place, unsigned d)
{
    if (s->n_walkers == PDQI_WALKERS)
        pdqi_walk(s);
    pdqi_walker *w = &s->walkers[s->n_walkers++];
    *w = (pdqi_walker){ .from = place,
                        .place = place,
                        .entry = place,
                        .sum = (uint16_t)d,
                        .bucket = (uint16_t)bucket,
                        .starts = (uint16_t)(1u << band),
                        .start = (uint8_t)band,
                        .passed = 1 };
    w->d[band] = (uint8_t)d;
}

/* `w` came to where `other` began, and takes over. */
static void take_over(pdqi_search *s, pdqi_walker *w, pdqi_walker *other)
{
    const unsigned band = other->start, passed = w->passed + other->passed - 1u;
    other->gone = 1;
    if (passed > PDQI_BANDS + 1) { /* a ring of more than 16 places */
        s->damaged = 1;
        return;
    }
    for (unsigned l = 1; l < other->passed; l++)
        w->d[(band + l) % PDQI_BANDS] = other->d[(band + l) % PDQI_BANDS];
    if (band + other->passed > PDQI_BANDS)
        w->entry = other->entry;
    w->sum = (uint16_t)(w->sum + other->sum - other->d[band] - (passed > PDQI_BANDS ? w->d[w->start] : 0));
    w->passed = (uint8_t)passed;
    w->place = other->place;
    w->bucket = other->bucket;
    w->starts |= other->starts;
}

/* Back where it began, or the block lies. */
static void come_home(pdqi_search *s, pdqi_walker *w, unsigned *n_home)
{
    s->damaged |= w->place != w->from;
    w->gone = 1;
    if (!is_first(s, w))
        return;
    pdqi_prefetch_many(s->ix->block + s->ix->at_map + (size_t)((uint64_t)w->entry * s->ix->row_bits / 8));
    s->home[(*n_home)++] = (uint16_t)(w - s->walkers);
}

/* Takes over from everyone who began where the way of `w` now ends. */
static void meet(pdqi_search *s, pdqi_walker *w, unsigned *n_home)
{
    while (!s->damaged && w->passed <= PDQI_BANDS) {
        const unsigned list = (w->start + w->passed - 1u) % PDQI_BANDS;
        const unsigned id = *meeting(s, list, w->place);
        pdqi_walker *other = id ? &s->walkers[id - 1] : w;
        if (other == w || other->gone)
            return;
        take_over(s, w, other);
    }
    if (!s->damaged)
        come_home(s, w, n_home);
}

/* Reads what everyone's place says of the next band; who is too far, or home, goes. */
static void look(pdqi_search *s, unsigned *n_active)
{
    unsigned n = 0;
    for (unsigned i = 0; i < *n_active; i++) {
        const unsigned id = s->active[i];
        pdqi_walker *w = &s->walkers[id];
        if (w->gone)
            continue;
        const unsigned list = (w->start + w->passed - 1u) % PDQI_BANDS, next = (list + 1) % PDQI_BANDS;
        pdqi_self_read(s->k, s->ix, list, w->bucket, w->place, &w->value, &w->offset);
        if (w->passed < PDQI_BANDS) {
            w->d[next] = (uint8_t)pdqi_weight16(w->value ^ s->query[next]);
            w->sum = (uint16_t)(w->sum + w->d[next]);
            w->passed++;
            if (w->sum > s->limit[w->start][w->passed]) {
                w->gone = 1;
                continue;
            }
        } else {
            w->passed++; /* only the way home is left */
        }
        pdqi_prefetch_start(s->ix, next, w->value);
        s->active[n++] = (uint16_t)id;
    }
    *n_active = n;
}

/* Brings everyone to the place just read of. */
static void step(pdqi_search *s, unsigned *n_active, unsigned *n_home)
{
    unsigned n = 0;
    for (unsigned i = 0; i < *n_active; i++) {
        pdqi_walker *w = &s->walkers[s->active[i]];
        const unsigned list = (w->start + w->passed - 1u) % PDQI_BANDS;
        if (!pdqi_self_locate(s->ix, list, w->value, w->offset, &w->place)) {
            s->damaged = 1;
            return;
        }
        w->bucket = w->value;
        if (w->passed > PDQI_BANDS) {
            come_home(s, w, n_home);
            continue;
        }
        if (list == 0)
            w->entry = w->place;
        pdqi_prefetch_place(s->ix, list, w->bucket, w->place);
        s->active[n++] = s->active[i];
    }
    *n_active = n;
}

void pdqi_walk(pdqi_search *s)
{
    unsigned n_active = s->n_walkers, n_home = 0;
    memset(s->meetings, 0, sizeof s->meetings);
    for (unsigned i = 0; i < n_active; i++) {
        s->active[i] = (uint16_t)i;
        uint16_t *m = meeting(s, s->walkers[i].start, s->walkers[i].from);
        if (*m == 0)
            *m = (uint16_t)(i + 1);
    }
    while (n_active && !s->damaged) {
        look(s, &n_active);
        step(s, &n_active, &n_home);
        for (unsigned i = 0; i < n_active && !s->damaged; i++)
            if (!s->walkers[s->active[i]].gone)
                meet(s, &s->walkers[s->active[i]], &n_home);
    }
    for (unsigned i = 0; i < n_home && !s->damaged; i++)
        add_entry(s, s->walkers[s->home[i]].entry, s->walkers[s->home[i]].sum);
    s->n_walkers = 0;
}
