/*
 * selfindex.c - search in a self-index
 *
 * With radius + 1 units dealt out over 16 bands, a row within the radius has
 * fewer differing bits than units; so there is a band from which, going round
 * the ring, the differing bits of the bands passed stay below their units at
 * every step (the cycle lemma; Qin and Xiao's pigeonring, VLDB 2018). For each
 * band the search therefore reads the buckets that differ from the query in
 * fewer bits than its units, filters them by the next band, which lies there,
 * and walks on from the few places left. Nothing is missed at any radius.
 *
 * Nothing in the block is trusted: places and rows are checked before use,
 * buckets read of a list hold no more than the list, a walk has 16 steps.
 */
#include "selfindex.h"

enum { MAX_WALKERS = 256, MAX_PROBES = 128, PREFETCH_LINES = 10 };

/* One place on its way round the ring. */
typedef struct walker {
    uint32_t from, place, entry, offset;
    uint16_t sum, value;
    uint8_t start, d[PDQI_BANDS];
} walker;

typedef struct probe {
    uint32_t first, end;
    uint16_t key;
    uint8_t band, d;
} probe;

typedef struct search {
    const pdqi_scan_kernels *k;
    const pdql_index *ix;
    pdqi_hits *out;
    size_t number;
    uint64_t rows_left, places_left[PDQI_BANDS];
    int damaged;
    unsigned n_walkers, n_probes;
    uint16_t query[PDQI_BANDS];
    int16_t limit[PDQI_BANDS][PDQI_BANDS + 1]; /* of the sum of l bands from band b on */
    walker walkers[MAX_WALKERS];
    probe probes[MAX_PROBES];
} search;

static void prefetch(const uint8_t *p)
{
#if defined(__GNUC__)
    __builtin_prefetch(p);
#else
    (void)p;
#endif
}

static unsigned weight(unsigned x)
{
    return pdqi_popcount64(x & 0xffff);
}

static void prefetch_start(const pdql_index *ix, unsigned band, uint32_t value)
{
    const uint8_t *dir = ix->block + ix->at_dirs + band * ix->dir_bytes;
    const uint8_t *steps = dir + ((size_t)PDQI_BAND_VALUES >> ix->group_shift) * 4;
    prefetch(dir + (size_t)(value >> ix->group_shift) * 4);
    prefetch(steps + (size_t)value * ix->step_bytes);
}

/* Reads what list `band` says at `place`: the next band's value and the offset in its bucket. */
static void read_place(const pdql_index *ix, unsigned band, uint32_t place, uint16_t *value, uint32_t *offset)
{
    const uint8_t *block = pdqi_self_block(ix, band, place);
    const uint32_t mark = ((uint32_t)1 << ix->offset_bits) - 1;
    *value = (uint16_t)pdqi_load16(block + place % PDQI_LIST_BLOCK * 2);
    *offset = pdqi_packed(block + PDQI_LIST_BLOCK * 2, place % PDQI_LIST_BLOCK, ix->offset_bits);
    if (*offset != mark)
        return;
    const uint8_t *far = ix->block + ix->at_far[band];
    size_t low = 0, high = ix->n_far[band];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (pdqi_load32(far + middle * PDQI_FAR_BYTES) < place)
            low = middle + 1;
        else
            high = middle;
    }
    *offset = low < ix->n_far[band] ? pdqi_load32(far + low * PDQI_FAR_BYTES + 4) : UINT32_MAX;
}

/* The place in list `band` at `offset` of bucket `value`; 0 if there is none. */
static int locate(const pdql_index *ix, unsigned band, uint32_t value, uint32_t offset, uint32_t *place)
{
    const uint64_t at = (uint64_t)pdqi_self_start(ix, band, value) + offset;
    *place = (uint32_t)at;
    return at < ix->n_unique;
}

static void add_row(search *s, uint32_t row, unsigned distance)
{
    if (row >= s->ix->n_rows || s->rows_left == 0) {
        s->damaged = 1;
        return;
    }
    s->rows_left--;
    pdqi_hits_add(s->out, s->number, row, distance);
}

/* Where the rows of group `g` lie; 0 if that cannot be. */
static int group_rows(const pdql_index *ix, uint32_t g, uint32_t *from, uint32_t *to)
{
    if (g >= ix->n_groups)
        return 0;
    *from = g ? pdqi_load32(ix->block + ix->at_ends + (size_t)(g - 1) * 4) : 0;
    *to = pdqi_load32(ix->block + ix->at_ends + (size_t)g * 4);
    return *from <= *to && *to <= ix->n_grouped;
}

static uint32_t mapped(const pdql_index *ix, uint32_t entry)
{
    return pdqi_packed(ix->block + ix->at_map, entry, ix->row_bits);
}

static void add_entry(search *s, uint32_t entry, unsigned distance)
{
    const pdql_index *ix = s->ix;
    const uint32_t row = mapped(ix, entry);
    uint32_t from, to;
    if (row < ix->n_rows) {
        add_row(s, row, distance);
        return;
    }
    if (!group_rows(ix, row - ix->n_rows, &from, &to)) {
        s->damaged = 1;
        return;
    }
    for (uint32_t i = from; i < to && !s->damaged; i++)
        add_row(s, pdqi_load32(ix->block + ix->at_grouped + (size_t)i * 4), distance);
}

/* Whether a search from band b would find these distances too. */
static int found_from(const search *s, const uint8_t *d, unsigned b)
{
    int sum = 0;
    for (unsigned l = 1; l <= PDQI_BANDS; l++) {
        sum += d[(b + l - 1) % PDQI_BANDS];
        if (sum > s->limit[b][l])
            return 0;
    }
    return 1;
}

/* A walker that passed every band: is back where it began, or the block lies. */
static void arrive(search *s, const walker *w)
{
    const unsigned last = (w->start + PDQI_BANDS - 1u) % PDQI_BANDS;
    uint16_t value;
    uint32_t offset, place;
    read_place(s->ix, last, w->place, &value, &offset);
    if (!locate(s->ix, w->start, value, offset, &place) || place != w->from) {
        s->damaged = 1;
        return;
    }
    for (unsigned b = 0; b < w->start; b++)
        if (found_from(s, w->d, b))
            return; /* each entry counts once: from the first band that finds it */
    add_entry(s, w->entry, w->sum);
}

/* Walks everyone home, in step, so that memory answers many at a time. */
static void walk(search *s)
{
    const pdql_index *ix = s->ix;
    for (unsigned l = 2; l <= PDQI_BANDS; l++) {
        unsigned n = 0;
        for (unsigned i = 0; i < s->n_walkers; i++) {
            walker w = s->walkers[i];
            const unsigned list = (w.start + l - 2u) % PDQI_BANDS, next = (list + 1) % PDQI_BANDS;
            read_place(ix, list, w.place, &w.value, &w.offset);
            w.d[next] = (uint8_t)weight(w.value ^ s->query[next]);
            w.sum = (uint16_t)(w.sum + w.d[next]);
            if (w.sum > s->limit[w.start][l])
                continue;
            prefetch_start(ix, next, w.value);
            s->walkers[n++] = w;
        }
        s->n_walkers = n;
        n = 0;
        for (unsigned i = 0; i < s->n_walkers; i++) {
            walker w = s->walkers[i];
            const unsigned next = (w.start + l - 1u) % PDQI_BANDS;
            if (!locate(ix, next, w.value, w.offset, &w.place)) {
                s->damaged = 1;
                continue;
            }
            if (next == 0)
                w.entry = w.place;
            prefetch(pdqi_self_block(ix, next, w.place));
            s->walkers[n++] = w;
        }
        s->n_walkers = n;
    }
    for (unsigned i = 0; i < s->n_walkers && !s->damaged; i++)
        arrive(s, &s->walkers[i]);
    s->n_walkers = 0;
}

static void start_walker(search *s, unsigned band, uint32_t place, unsigned d)
{
    if (s->n_walkers == MAX_WALKERS)
        walk(s);
    walker *w = &s->walkers[s->n_walkers++];
    *w = (walker){ .from = place, .place = place, .entry = place, .sum = (uint16_t)d, .start = (uint8_t)band };
    w->d[band] = (uint8_t)d;
}

/* The bucket of a probe, if the directory makes sense and leaves the list's other buckets their room. */
static int open_bucket(search *s, probe *p)
{
    p->first = pdqi_self_start(s->ix, p->band, p->key);
    p->end = pdqi_self_end(s->ix, p->band, p->key);
    if (p->first > p->end || p->end > s->ix->n_unique || p->end - p->first > s->places_left[p->band]) {
        s->damaged = 1;
        return 0;
    }
    s->places_left[p->band] -= p->end - p->first;
    return 1;
}

static void prefetch_bucket(const pdql_index *ix, const probe *p)
{
    if (p->first == p->end)
        return;
    const uint8_t *at = pdqi_self_block(ix, p->band, p->first), *end = pdqi_self_block(ix, p->band, p->end - 1) + 64;
    for (unsigned i = 0; i < PREFETCH_LINES && at < end; i++, at += 64)
        prefetch(at);
}

/* Reads the buckets of all probes. */
static void run_probes(search *s)
{
    uint32_t places[PDQI_RUN_MAX];
    unsigned n = 0;
    for (unsigned i = 0; i < s->n_probes; i++)
        if (open_bucket(s, &s->probes[i])) {
            prefetch_bucket(s->ix, &s->probes[i]);
            s->probes[n++] = s->probes[i];
        }
    for (unsigned i = 0; i < n && !s->damaged; i++) {
        const probe *p = &s->probes[i];
        const unsigned limit = (unsigned)(s->limit[p->band][2] - p->d);
        for (uint32_t at = p->first; at < p->end; at += PDQI_RUN_MAX) {
            const uint32_t end = p->end - at < PDQI_RUN_MAX ? p->end : at + PDQI_RUN_MAX;
            const size_t found = s->k->run_within(pdqi_self_block(s->ix, p->band, 0), s->ix->block_bytes, at, end,
                                                  s->query[(p->band + 1) % PDQI_BANDS], limit < 16 ? limit : 16, places);
            for (size_t j = 0; j < found; j++)
                start_walker(s, p->band, places[j], p->d);
            if (p->end - at <= PDQI_RUN_MAX)
                break;
        }
    }
    s->n_probes = 0;
}

static void add_probe(search *s, unsigned band, unsigned flipped, unsigned d)
{
    if (s->n_probes == MAX_PROBES)
        run_probes(s);
    probe *p = &s->probes[s->n_probes++];
    *p = (probe){ 0, 0, (uint16_t)(s->query[band] ^ flipped), (uint8_t)band, (uint8_t)d };
    prefetch_start(s->ix, band, p->key);
}

/* All values of 16 bits with d of them set, one after the other (Gosper; HAKMEM item 175). */
static void add_probes(search *s, unsigned band, unsigned d)
{
    if (d == 0) {
        add_probe(s, band, 0, 0);
        return;
    }
    for (uint32_t x = (1u << d) - 1; x < PDQI_BAND_VALUES && !s->damaged;) {
        add_probe(s, band, x, d);
        const uint32_t low = x & (0u - x), ripple = x + low;
        x = ripple | (x ^ ripple) >> (2 + pdqi_lowest(low));
    }
}

/* Radii past the lists' reach: every entry walks. */
static void visit_all(search *s)
{
    for (uint32_t v = 0; v < PDQI_BAND_VALUES && !s->damaged; v++) {
        probe p = { 0, 0, (uint16_t)v, 0, (uint8_t)weight(v ^ s->query[0]) };
        if (!open_bucket(s, &p) || p.d > s->limit[0][1])
            continue;
        for (uint32_t at = p.first; at < p.end && !s->damaged; at++)
            start_walker(s, 0, at, p.d);
    }
}

static void set_limits(search *s, unsigned radius)
{
    const int all = radius > PDQL_INDEX_SELF_RADIUS;
    for (unsigned b = 0; b < PDQI_BANDS; b++) {
        int units = 0;
        for (unsigned l = 1; l <= PDQI_BANDS; l++) {
            const unsigned band = (b + l - 1) % PDQI_BANDS;
            units += (int)((radius + 1) / PDQI_BANDS + (band < (radius + 1) % PDQI_BANDS));
            s->limit[b][l] = (int16_t)(all ? (int)radius : units - 1);
        }
    }
}

pdql_status pdqi_self_search(const pdqi_scan_kernels *k, const pdql_index *ix, const uint8_t *query, size_t number,
                             unsigned radius, pdqi_hits *out)
{
    search s;
    s.k = k;
    s.ix = ix;
    s.out = out;
    s.number = number;
    s.rows_left = ix->n_rows;
    s.damaged = 0;
    s.n_walkers = s.n_probes = 0;
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        s.places_left[b] = ix->n_unique;
    pdqi_bands_of(query, s.query);
    set_limits(&s, radius);
    if (radius > PDQL_INDEX_SELF_RADIUS) {
        visit_all(&s);
    } else {
        for (unsigned b = 0; b < PDQI_BANDS; b++)
            for (int d = 0; d <= s.limit[b][1] && !s.damaged; d++)
                add_probes(&s, b, (unsigned)d);
        run_probes(&s);
    }
    if (!s.damaged)
        walk(&s);
    return s.damaged ? PDQL_ERR_BLOCK : PDQL_OK;
}

/* Spells out the hash of the entry at `place` of list 0, whose band 0 is `value`. */
static int spell(const pdql_index *ix, uint32_t place, uint16_t value, uint8_t *hash)
{
    uint16_t bands[PDQI_BANDS];
    const uint32_t entry = place;
    uint32_t offset;
    bands[0] = value;
    for (unsigned b = 0; b < PDQI_BANDS; b++) {
        const unsigned next = (b + 1) % PDQI_BANDS;
        read_place(ix, b, place, &value, &offset);
        if (!locate(ix, next, value, offset, &place) || (next == 0 && (value != bands[0] || place != entry)))
            return 0;
        bands[next] = value;
    }
    pdqi_bands_to_hash(bands, hash);
    return 1;
}

pdql_status pdqi_self_rows(const pdql_index *ix, uint8_t *rows)
{
    uint8_t hash[PDQL_HASH_BYTES];
    uint64_t left = ix->n_rows;
    for (uint32_t v = 0, place = 0; v < PDQI_BAND_VALUES; v++) {
        const uint32_t end = pdqi_self_end(ix, 0, v);
        if (end < place || end > ix->n_unique)
            return PDQL_ERR_BLOCK;
        for (; place < end; place++) {
            const uint32_t row = mapped(ix, place);
            uint32_t from = 0, to = 1;
            if (!spell(ix, place, (uint16_t)v, hash) || (row >= ix->n_rows && !group_rows(ix, row - ix->n_rows, &from, &to)))
                return PDQL_ERR_BLOCK;
            for (uint32_t i = from; i < to; i++) {
                const uint32_t r = row < ix->n_rows ? row : pdqi_load32(ix->block + ix->at_grouped + (size_t)i * 4);
                if (r >= ix->n_rows || left-- == 0)
                    return PDQL_ERR_BLOCK;
                memcpy(rows + (size_t)r * PDQL_HASH_BYTES, hash, sizeof hash);
            }
        }
    }
    return left == 0 ? PDQL_OK : PDQL_ERR_BLOCK;
}
