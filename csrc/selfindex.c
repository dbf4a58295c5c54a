/*
 * selfindex.c - search in a self-index: which buckets to read
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
#include "selfindex_search.h"

enum { PREFETCH_LINES = 10 };

/* The bucket of a probe, if the directory makes sense and leaves the list's other buckets their room. */
static int open_bucket(pdqi_search *s, pdqi_probe *p)
{
    p->first = pdqi_self_start(s->ix, p->band, p->key);
    p->end = pdqi_self_end(s->ix, p->band, p->key);
    if (p->first > p->end || p->end > s->ix->n_unique || p->end - p->first > s->places_left[p->band]) {
        s->damaged = 1;
        return 0;
    }
    s->places_left[p->band] -= p->end - p->first;
    return p->first < p->end;
}

static void prefetch_bucket(const pdql_index *ix, const pdqi_probe *p)
{
    const uint8_t *at = pdqi_self_block(ix, p->band, p->first);
    const uint8_t *end = pdqi_self_block(ix, p->band, p->end - 1) + PDQI_LIST_BLOCK * ix->value_bytes;
    for (unsigned i = 0; i < PREFETCH_LINES && at < end; i++, at += 64)
        pdqi_prefetch(at);
    if (ix->value_bytes == 1)
        pdqi_prefetch_place(ix, p->band, p->key, p->first);
}

/* Places first..end-1 of a probe whose value differs from the query's next band in at most `limit` bits. */
static size_t filter(pdqi_search *s, const pdqi_probe *p, uint32_t first, uint32_t end, unsigned limit, uint32_t *places)
{
    const pdql_index *ix = s->ix;
    const uint8_t *list = pdqi_self_block(ix, p->band, 0);
    const unsigned query = s->query[(p->band + 1) % PDQI_BANDS];
    uint8_t high[PDQI_RUN_MAX];
    if (ix->value_bytes == 2)
        return s->k->run_within(list, ix->block_bytes, first, end, query, limit, places);
    const size_t n = s->k->lows_within(list, ix->block_bytes, first, end, query & 0xff, limit, places);
    size_t kept = 0;
    if (!s->k->highs(pdqi_self_high_bits(ix, p->band), pdqi_self_high_start(p->key, p->first), p->first, places, n, high)) {
        s->damaged = 1;
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned value = (unsigned)high[i] << 8 | pdqi_self_block(ix, p->band, places[i])[places[i] % PDQI_LIST_BLOCK];
        places[kept] = places[i];
        kept += pdqi_weight16(value ^ query) <= limit;
    }
    return kept;
}

/* Reads the buckets of all probes. */
static void run_probes(pdqi_search *s)
{
    uint32_t places[PDQI_RUN_MAX];
    unsigned n = 0;
    for (unsigned i = 0; i < s->n_probes; i++)
        if (open_bucket(s, &s->probes[i])) {
            prefetch_bucket(s->ix, &s->probes[i]);
            s->probes[n++] = s->probes[i];
        }
    for (unsigned i = 0; i < n && !s->damaged; i++) {
        const pdqi_probe *p = &s->probes[i];
        const unsigned limit = (unsigned)(s->limit[p->band][2] - p->d);
        for (uint32_t at = p->first; at < p->end; at += PDQI_RUN_MAX) {
            const uint32_t end = p->end - at < PDQI_RUN_MAX ? p->end : at + PDQI_RUN_MAX;
            const size_t found = filter(s, p, at, end, limit < 16 ? limit : 16, places);
            for (size_t j = 0; j < found; j++)
                pdqi_walk_from(s, p->band, p->key, places[j], p->d);
            if (p->end - at <= PDQI_RUN_MAX)
                break;
        }
    }
    s->n_probes = 0;
}

static void add_probe(pdqi_search *s, unsigned band, unsigned flipped, unsigned d)
{
    if (s->n_probes == PDQI_PROBES)
        run_probes(s);
    pdqi_probe *p = &s->probes[s->n_probes++];
    *p = (pdqi_probe){ 0, 0, (uint16_t)(s->query[band] ^ flipped), (uint8_t)band, (uint8_t)d };
    pdqi_prefetch_start(s->ix, band, p->key);
}

/* All values of 16 bits with d of them set, one after the other (Gosper; HAKMEM item 175). */
static void add_probes(pdqi_search *s, unsigned band, unsigned d)
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
static void visit_all(pdqi_search *s)
{
    for (uint32_t v = 0; v < PDQI_BAND_VALUES && !s->damaged; v++) {
        pdqi_probe p = { 0, 0, (uint16_t)v, 0, (uint8_t)pdqi_weight16(v ^ s->query[0]) };
        if (!open_bucket(s, &p) || p.d > s->limit[0][1])
            continue;
        for (uint32_t at = p.first; at < p.end && !s->damaged; at++)
            pdqi_walk_from(s, 0, v, at, p.d);
    }
}

static void set_limits(pdqi_search *s, unsigned radius)
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
    pdqi_search s;
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
        pdqi_walk(&s);
    return s.damaged ? PDQL_ERR_BLOCK : PDQL_OK;
}
