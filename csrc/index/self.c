/*
 * index/self.c - search in a self-index: which buckets to read
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
#include "index/self_search.h"

enum { PREFETCH_LINES = 10, LINE = 64 };

/* A list and its directory: what its probes have in common, looked up once for them. */
typedef struct directory {
    const uint8_t *bases, *steps, *list;
    unsigned shift, step_bytes;
} directory;

static directory directory_of(const pdql_index *ix, unsigned band)
{
    const uint8_t *bases = ix->block + ix->at_dirs + band * ix->dir_bytes;
    return (directory){ bases, bases + ((size_t)PDQI_BAND_VALUES >> ix->group_shift) * 4, pdqi_self_block(ix, band, 0),
                        ix->group_shift, ix->step_bytes };
}

/* pdqi_self_start */
static inline uint32_t start_in(const directory *d, uint32_t value)
{
    const uint32_t base = pdqi_load32(d->bases + (size_t)(value >> d->shift) * 4);
    return base + (d->step_bytes == 1 ? d->steps[value] : pdqi_load16(d->steps + (size_t)value * 2));
}

static inline void prefetch_bucket(const pdql_index *ix, const directory *d, const pdqi_probe *p)
{
    const uint8_t *at = d->list + (size_t)(p->first / PDQI_LIST_BLOCK) * ix->block_bytes;
    const uint8_t *last = d->list + (size_t)((p->end - 1) / PDQI_LIST_BLOCK) * ix->block_bytes
        + PDQI_LIST_BLOCK * ix->value_bytes - 1; /* whole blocks are read */
    pdqi_prefetch_many(last);
    for (unsigned i = 0; i < PREFETCH_LINES && at < last; i++, at += LINE)
        pdqi_prefetch_many(at);
}

/* Compact: the low bytes of a bucket lie side by side, but for the ends of blocks, and so do its high bytes. */
static inline void prefetch_lows(const pdql_index *ix, const directory *d, const pdqi_probe *p)
{
    const uint8_t *highs = pdqi_self_high_bits(ix, p->band);
    const uint64_t bit = pdqi_self_high_start(p->key, p->first),
                   last_bit = bit + (p->end - p->first) + PDQI_HIGH_VALUES;
    for (uint64_t at = bit / 8, lines = 0; at < last_bit / 8 && lines < PREFETCH_LINES; at += LINE, lines++)
        pdqi_prefetch_many(highs + at);
    pdqi_prefetch_many(highs + last_bit / 8);
    const uint32_t last = p->end - 1;
    for (uint32_t at = p->first, lines = 0; at < last && lines < PREFETCH_LINES; at += LINE, lines++)
        pdqi_prefetch_many(d->list + (size_t)(at / PDQI_LOW_BLOCK) * ix->block_bytes + at % PDQI_LOW_BLOCK);
    pdqi_prefetch_many(d->list + (size_t)(last / PDQI_LOW_BLOCK) * ix->block_bytes + last % PDQI_LOW_BLOCK);
}

/*
 * The buckets of the probes that have any place; all, if the directories make sense and leave other buckets
 * their room.
 */
static void open_probes(pdqi_search *s)
{
    const pdql_index *ix = s->ix;
    const uint32_t all = ix->n_unique;
    unsigned n = 0;
    for (unsigned i = 0; i < s->n_probes;) {
        const unsigned band = s->probes[i].band;
        const directory d = directory_of(ix, band);
        uint64_t left = s->places_left[band];
        for (; i < s->n_probes && s->probes[i].band == band; i++) {
            pdqi_probe p = s->probes[i];
            p.first = start_in(&d, p.key);
            p.end = p.key == PDQI_BAND_VALUES - 1 ? all : start_in(&d, p.key + 1u);
            if (p.first > p.end || p.end > all || p.end - p.first > left) {
                s->damaged = 1;
                return;
            }
            if (p.first == p.end)
                continue;
            left -= p.end - p.first;
            if (ix->value_bytes == 2)
                prefetch_bucket(ix, &d, &p);
            else
                prefetch_lows(ix, &d, &p);
            s->probes[n++] = p;
        }
        s->places_left[band] = left;
    }
    s->n_probes = n;
}

/* Compact: those of places first..end-1, of one block, that filter keeps. */
static size_t filter_lows(pdqi_search *s, const pdqi_probe *p, uint32_t first, uint32_t end, unsigned limit,
                          uint32_t *places)
{
    const pdql_index *ix = s->ix;
    const uint8_t *block = pdqi_self_block(ix, p->band, first);
    const uint32_t begin = first - first % PDQI_LOW_BLOCK;
    const unsigned query = s->query[(p->band + 1) % PDQI_BANDS];
    uint8_t high[PDQI_RUN_MAX];
    size_t kept = 0;
    if (s->k->both_within
        && s->k->both_within(block + (first - begin), pdqi_self_high_bits(ix, p->band),
                             pdqi_self_high_start(p->key, p->first), first - p->first, end - first, query, limit,
                             places, &kept)) {
        for (size_t i = 0; i < kept; i++)
            places[i] += first;
        return kept;
    }
    const size_t n = s->k->lows_within(block, PDQI_LIST_BLOCK, first - begin, end - begin, query & 0xff, limit, places);
    for (size_t i = 0; i < n; i++)
        places[i] += begin;
    if (!s->k->highs(pdqi_self_high_bits(ix, p->band), pdqi_self_high_start(p->key, p->first), p->first, places, n,
                     high)) {
        s->damaged = 1;
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned value = (unsigned)high[i] << 8 | block[places[i] - begin];
        places[kept] = places[i];
        kept += pdqi_weight16(value ^ query) <= limit;
    }
    return kept;
}

/* Places first..end-1 of a probe whose value differs from the query's next band in at most `limit` bits. */
static size_t filter(pdqi_search *s, const pdqi_probe *p, uint32_t first, uint32_t end, unsigned limit,
                     uint32_t *places)
{
    const pdql_index *ix = s->ix;
    if (ix->value_bytes == 2)
        return s->k->run_within(pdqi_self_block(ix, p->band, 0), ix->block_bytes, first, end,
                                s->query[(p->band + 1) % PDQI_BANDS], limit, places);
    return filter_lows(s, p, first, end, limit, places);
}

/* Reads the buckets of all probes. */
static void run_probes(pdqi_search *s)
{
    uint32_t places[PDQI_RUN_MAX];
    open_probes(s);
    for (unsigned i = 0; i < s->n_probes && !s->damaged; i++) {
        const pdqi_probe *p = &s->probes[i];
        const unsigned limit = (unsigned)(s->limit[p->band][2] - p->d);
        for (uint32_t at = p->first, end; at < p->end; at = end) {
            const uint32_t most = PDQI_RUN_MAX - at % PDQI_RUN_MAX; /* so that it stays within a block */
            end = p->end - at < most ? p->end : at + most;
            const size_t found = filter(s, p, at, end, limit < 16 ? limit : 16, places);
            for (size_t j = 0; j < found; j++)
                pdqi_walk_from(s, p->band, p->key, places[j], p->d);
        }
    }
    s->n_probes = 0;
}

static inline void add_probe(pdqi_search *s, const directory *in, unsigned band, unsigned flipped, unsigned d)
{
    if (s->n_probes == PDQI_PROBES)
        run_probes(s);
    const uint16_t key = (uint16_t)(s->query[band] ^ flipped);
    s->probes[s->n_probes++] = (pdqi_probe){ 0, 0, key, (uint8_t)band, (uint8_t)d };
    pdqi_prefetch_many(in->bases + (size_t)(key >> in->shift) * 4);
    pdqi_prefetch_many(in->steps + (size_t)key * in->step_bytes);
}

/* All values of 16 bits with d of them set, one after the other (Gosper; HAKMEM item 175). */
static void add_probes(pdqi_search *s, unsigned band, unsigned d)
{
    const directory in = directory_of(s->ix, band);
    if (d == 0) {
        add_probe(s, &in, band, 0, 0);
        return;
    }
    for (uint32_t x = (1u << d) - 1; x < PDQI_BAND_VALUES && !s->damaged;) {
        add_probe(s, &in, band, x, d);
        const uint32_t low = x & (0u - x), ripple = x + low;
        x = ripple | (x ^ ripple) >> (2 + pdqi_lowest(low));
    }
}

/* Radii past the lists' reach: every entry walks. */
static void visit_all(pdqi_search *s)
{
    for (uint32_t v = 0; v < PDQI_BAND_VALUES && !s->damaged; v++) {
        s->probes[0] = (pdqi_probe){ 0, 0, (uint16_t)v, 0, (uint8_t)pdqi_weight16(v ^ s->query[0]) };
        s->n_probes = 1;
        open_probes(s);
        for (uint32_t at = s->probes[0].first; s->n_probes && !s->damaged && at < s->probes[0].end; at++)
            pdqi_walk_from(s, 0, v, at, s->probes[0].d);
    }
    s->n_probes = 0;
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

static void search_one(pdqi_search *s, const uint8_t *query, unsigned radius)
{
    s->rows_left = s->ix->n_rows;
    for (unsigned b = 0; b < PDQI_BANDS; b++)
        s->places_left[b] = s->ix->n_unique;
    pdqi_bands_of(query, s->query);
    if (radius > PDQL_INDEX_SELF_RADIUS) {
        visit_all(s);
    } else {
        for (unsigned b = 0; b < PDQI_BANDS; b++)
            for (int d = 0; d <= s->limit[b][1] && !s->damaged; d++)
                add_probes(s, b, (unsigned)d);
        run_probes(s);
    }
    if (!s->damaged && s->n_walkers)
        pdqi_walk(s);
}

pdql_status pdqi_self_search(const pdqi_scan_kernels *k, const pdql_index *ix, const uint8_t *queries, size_t n,
                             unsigned radius, pdqi_hits *out)
{
    pdqi_search s;
    s.k = k;
    s.ix = ix;
    s.out = out;
    s.damaged = 0;
    s.n_walkers = s.n_probes = 0;
    set_limits(&s, radius);
    for (s.number = 0; s.number < n; s.number++) {
        search_one(&s, queries + s.number * PDQL_HASH_BYTES, radius);
        if (s.damaged)
            return PDQL_ERR_BLOCK;
        pdqi_hits_settle(out);
    }
    return PDQL_OK;
}
