/*
 * keypoints/search.c - the entries that share descriptors with a query
 *
 * Each keypoint of the query, in each orientation, looks in the bucket of its own
 * key and in those it gets by flipping the key's weakest bits (multi-probe
 * LSH, Lv et al. 2007). What it meets there weighs the more, the fewer it
 * meets at that distance. Meetings of one entry that agree on place and scale
 * add up; the entries with most are compared in full.
 *
 * Bounded for any block: ROWS_READ rows and CHECKS descriptors a keypoint and
 * orientation, MEETINGS, CHOSEN and CANDIDATES in all.
 */
#include "keypoints/index.h"

#include "base/bits.h"

enum {
    PROBES = 40,
    WEAK = 12,             /* key bits that probes may flip */
    NEAR = 10,             /* bits: near enough to be a meeting */
    MARK_NEAR = 4,         /* of the 16 of a mark */
    ROWS_READ = 16384,         /* rows of the index, a keypoint and orientation */
    CHECKS = 1024,         /* descriptors read, likewise */
    QUOTA = 256,           /* meetings kept, likewise: the nearest */
    MEETINGS = 8 * KEYPOINT_QUERY_MAX * QUOTA,
    CELLS = 1 << 17,
    CHOSEN = 8192,         /* meetings whose places are compared */
    GROUP = 48,            /* meetings of one entry that are compared with each other */
    CANDIDATES = 256,      /* entries compared in full */
    RANKS = 2048
};

typedef struct meeting {
    uint32_t key;          /* entry << 4 | turn << 1 | inverted */
    uint8_t keypoint, point;   /* of the query, of the entry */
    uint8_t distance;
    uint8_t weight;        /* 8 ln(entries / meetings of this keypoint that are as near) */
} meeting;

typedef struct candidate {
    uint32_t key, rank;
} candidate;

typedef struct search_memory {
    meeting met[MEETINGS];
    const uint8_t *read[CHECKS];
    uint32_t ids[CHECKS];
    uint16_t cells[CELLS];
    candidate candidates[CHOSEN];
    uint32_t order[CANDIDATES];
    pdql_keypoints_match found[CANDIDATES];
    keypoint_set turned[8];
    keypoint_set entry;
    size_t n_met, n_candidates;
} search_memory;

size_t pdql_keypoints_search_size(void)
{
    return sizeof(search_memory) + 16;
}

/* The query's 12 weakest key bits under a turn, weakest first. */
static void weakest(const int32_t *coefficients, unsigned turn, unsigned kb, uint32_t *flip)
{
    uint32_t size[WEAK];
    unsigned n = 0;
    for (unsigned i = 0; i < kb; i++) {
        const unsigned b = pdqi_keypoints_key_bits[i];
        const int32_t c = coefficients[turn & 4 ? pdqi_keypoints_transpose[b] : b];
        const uint32_t v = c < 0 ? 0u - (uint32_t)c : (uint32_t)c;
        if (n == WEAK && v >= size[WEAK - 1])
            continue;
        unsigned j = n < WEAK ? n++ : WEAK - 1;
        for (; j && size[j - 1] > v; j--) {
            size[j] = size[j - 1];
            flip[j] = flip[j - 1];
        }
        size[j] = v;
        flip[j] = 1u << i;
    }
    for (; n < WEAK; n++)
        flip[n] = 0;
}

/* What one keypoint meets under one orientation. */
typedef struct round {
    meeting *met;
    unsigned n, most;       /* most: bits, falls when the quota is full */
    unsigned budget, waiting; /* rows left to look at; rows to be read */
    uint64_t bits;
    unsigned bright, keypoint, turn;
    uint16_t mark;
} round;

static void keep(round *r, uint32_t entry, unsigned point, unsigned bright, unsigned distance)
{
    while (r->n == QUOTA) { /* full: the farthest go, and no more of them come */
        if (!r->most)
            return;
        r->most--;
        unsigned left = 0;
        for (unsigned i = 0; i < r->n; i++)
            if (r->met[i].distance <= r->most)
                r->met[left++] = r->met[i];
        r->n = left;
    }
    if (distance <= r->most)
        r->met[r->n++] = (meeting){ entry << 4 | r->turn << 1 | (bright ^ r->bright), (uint8_t)r->keypoint,
                                    (uint8_t)point, (uint8_t)distance, 0 };
}

/* Passes over a bucket: rows whose marks are near wait to be read. Returns 0 in a damaged block. */
static int meet_key(const pdqi_keypoints_kernels *k, const keypoints_block *v, round *r, uint32_t key, uint32_t *rows)
{
    const uint32_t from = v->buckets[key], to = v->buckets[key + 1];
    if (from > to || to > v->n_points)
        return 0;
    for (uint32_t at = from; at < to && r->budget; at += 64) {
        uint64_t near;
        const unsigned n = to - at < 64 ? to - at : 64;
        r->budget -= n < r->budget ? n : r->budget;
        if (!k->near_marks(r->mark, MARK_NEAR, v->marks + at, n, &near))
            continue;
        for (unsigned i = 0; near && r->waiting < CHECKS; i++, near >>= 1)
            if (near & 1)
                rows[r->waiting++] = at + i;
    }
    return 1;
}

/*
 * Reads the descriptors of the rows that wait (ids gets what they name), in passes so that a machine may fetch
 * many at once.
 */
static int check(const keypoints_block *v, round *r, uint32_t *ids, const uint8_t **points)
{
    for (unsigned i = 0; i < r->waiting; i++)
        ids[i] = v->ids[ids[i]];
    for (unsigned i = 0; i < r->waiting; i++) {
        const int n = pdqi_keypoints_entry(v, ids[i] >> KEYPOINT_ID_BITS, &points[i]);
        const uint32_t number = ids[i] & ((1u << KEYPOINT_ID_BITS) - 1);
        if (n < 0 || number >= (uint32_t)n)
            return 0;
        points[i] += number * KEYPOINT_RECORD_POINT;
    }
    uint8_t distance[CHECKS];
    for (unsigned i = 0; i < r->waiting; i++)
        distance[i] = (uint8_t)pdqi_popcount64(pdqi_keypoints_canonical(points[i]) ^ r->bits);
    for (unsigned i = 0; i < r->waiting; i++)
        if (distance[i] <= r->most)
            keep(r, ids[i] >> KEYPOINT_ID_BITS, ids[i] & ((1u << KEYPOINT_ID_BITS) - 1), points[i][2] & 1, distance[i]);
    return 1;
}

/* A meeting says the more, the fewer strangers are as near to this keypoint. */
static void weigh(round *r, uint32_t entries)
{
    uint32_t as_near[NEAR + 1] = { 0 };
    uint8_t weight[NEAR + 1];
    for (unsigned i = 0; i < r->n; i++)
        as_near[r->met[i].distance]++;
    for (unsigned d = 0; d <= NEAR; d++) {
        as_near[d] += d ? as_near[d - 1] : 0;
        weight[d] = as_near[d] ? (uint8_t)(1 + pdqi_keypoints_nats(1 + entries / as_near[d]) / 2) : 0;
    }
    for (unsigned i = 0; i < r->n; i++)
        r->met[i].weight = weight[r->met[i].distance];
}

/* Everything the query meets. Returns 0 in a damaged block. */
static int meet(const pdqi_keypoints_kernels *k, const keypoints_block *v, const keypoint_query *q, unsigned turns,
                search_memory *m)
{
    m->n_met = 0;
    for (unsigned t = 0; t < 8; t++) {
        if (!(turns >> t & 1))
            continue;
        keypoint_set *const p = &m->turned[t];
        pdqi_keypoints_turn(&q->points, t, p);
        for (uint32_t i = 0; i < p->n; i++) {
            uint32_t flip[WEAK];
            round r = { m->met + m->n_met, 0, NEAR, ROWS_READ, 0, p->bright[i] ? p->bits[i] : ~p->bits[i],
                        p->bright[i],      i, t,    0 };
            r.mark = pdqi_keypoints_mark(r.bits);
            const uint32_t key = pdqi_keypoints_key(r.bits, v->key_bits);
            weakest(q->coefficients[i], t, v->key_bits, flip);
            for (unsigned probe = 0; probe < PROBES; probe++) {
                uint32_t flipped = key;
                for (unsigned b = 0, s = pdqi_keypoints_probes[probe]; s; b++, s >>= 1)
                    flipped ^= s & 1 ? flip[b] : 0;
                if (!meet_key(k, v, &r, flipped, m->ids))
                    return 0;
            }
            if (!check(v, &r, m->ids, m->read))
                return 0;
            weigh(&r, v->entries);
            m->n_met += r.n;
        }
    }
    return 1;
}

static uint32_t cell_of(uint32_t key)
{
    return (uint32_t)(key * 2654435761u) >> 15; /* 17 bits */
}

static unsigned cut(uint32_t v)
{
    return v < RANKS ? v : RANKS - 1;
}

/* The least of RANKS so that at most `most` values counted in `at` lie above it. */
static unsigned above(const uint32_t *at, size_t most)
{
    size_t n = 0;
    unsigned rank = RANKS - 1;
    while (rank && n + at[rank] <= most)
        n += at[rank--];
    return rank;
}

#define SORT_NAME sort_meetings
#define SORT_ARRAYS meeting *
#define SORT_LESS(a, i, j) \
    ((a)[i].key != (a)[j].key                 ? (a)[i].key < (a)[j].key \
         : (a)[i].keypoint != (a)[j].keypoint ? (a)[i].keypoint < (a)[j].keypoint \
         : (a)[i].distance != (a)[j].distance ? (a)[i].distance < (a)[j].distance \
                                              : (a)[i].point < (a)[j].point)
#define SORT_SWAP(a, i, j) \
    do { \
        const meeting s_ = (a)[i]; \
        (a)[i] = (a)[j]; \
        (a)[j] = s_; \
    } while (0)
#include "base/sort.h"

/*
 * Leaves the CHOSEN meetings of the likeliest entries, sorted by entry; returns how many. Sums may collide:
 * they only choose.
 */
static size_t choose(search_memory *m)
{
    uint32_t at[RANKS] = { 0 };
    memset(m->cells, 0, sizeof m->cells);
    for (size_t i = 0; i < m->n_met; i++) {
        uint16_t *const c = &m->cells[cell_of(m->met[i].key)];
        *c = (uint16_t)(*c < RANKS ? *c + m->met[i].weight : *c);
    }
    for (size_t i = 0; i < m->n_met; i++)
        at[cut(m->cells[cell_of(m->met[i].key)])]++;
    const unsigned least = above(at, CHOSEN);
    size_t n = 0;
    for (size_t i = 0; i < m->n_met; i++)
        if (cut(m->cells[cell_of(m->met[i].key)]) > least)
            m->met[n++] = m->met[i];
    sort_meetings(m->met, n);
    return n;
}

typedef struct placed {
    float x, y, size;
} placed;

/* The most that meetings of one entry, agreeing with one of them on place and scale, add up to. */
static uint32_t agreement(const keypoint_set *q, const keypoint_set *l, const meeting *met, size_t n)
{
    placed in[GROUP], out[GROUP];
    uint32_t best = 0;
    n = n < GROUP ? n : GROUP;
    for (size_t i = 0; i < n; i++) {
        const unsigned b = met[i].keypoint, p = met[i].point;
        in[i] = (placed){ l->x[p], l->y[p], (float)pdqi_keypoints_sigma(l->scale[p]) };
        out[i] = (placed){ q->x[b], q->y[b], (float)pdqi_keypoints_sigma(q->scale[b]) };
    }
    for (size_t s = 0; s < n; s++) {
        const float grow = out[s].size / in[s].size;
        uint64_t used = 0;
        uint32_t sum = 0;
        unsigned last = KEYPOINT_QUERY_MAX;
        for (size_t i = 0; i < n; i++) {
            if (met[i].keypoint == last || used >> met[i].point & 1)
                continue;
            const float ratio = out[i].size / (in[i].size * grow);
            const float lx = in[i].x - in[s].x, ly = in[i].y - in[s].y;
            const float ex = out[s].x + grow * lx - out[i].x, ey = out[s].y + grow * ly - out[i].y;
            const float slack = out[i].size / 256 + out[s].size / 256, far = grow * grow * (lx * lx + ly * ly);
            if (ratio < 0.6f || ratio > 1.67f || ex * ex + ey * ey > slack * slack + 0.06f * far)
                continue;
            used |= (uint64_t)1 << met[i].point;
            last = met[i].keypoint;
            sum += met[i].weight;
        }
        best = sum > best ? sum : best;
    }
    return best;
}

static int read_entry(const keypoints_block *v, uint32_t entry, keypoint_set *out)
{
    const uint8_t *points;
    const int n = pdqi_keypoints_entry(v, entry, &points);
    if (n < 0)
        return 0;
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX] = { KEYPOINT_VERSION, (uint8_t)n, v->aspects[entry] };
    memcpy(record + KEYPOINT_RECORD_HEAD, points, (size_t)n * KEYPOINT_RECORD_POINT);
    pdqi_keypoints_read(record, out);
    return 1;
}

/* Ranks what was chosen; order gets the best keys, best first. Returns how many, -1 in a damaged block. */
static int rank(const keypoints_block *v, search_memory *m, size_t chosen)
{
    uint32_t at[RANKS + 1] = { 0 };
    size_t n = 0;
    for (size_t i = 0, next; i < chosen; i = next) {
        const uint32_t key = m->met[i].key;
        uint32_t sum = m->met[i].weight;
        for (next = i + 1; next < chosen && m->met[next].key == key; next++)
            ;
        if (next - i > 1) {
            if (!read_entry(v, key >> 4, &m->entry))
                return -1;
            sum = agreement(&m->turned[key >> 1 & 7], &m->entry, m->met + i, next - i);
        }
        m->candidates[n++] = (candidate){ key, cut(sum) };
        at[RANKS - 1 - cut(sum) + 1]++;
    }
    for (size_t r = 0; r < RANKS; r++)
        at[r + 1] += at[r];
    for (size_t i = 0; i < n; i++) {
        const uint32_t to = at[RANKS - 1 - m->candidates[i].rank]++;
        if (to < CANDIDATES)
            m->order[to] = m->candidates[i].key;
    }
    return (int)(n < CANDIDATES ? n : CANDIDATES);
}

/* Keeps the best match of each entry, best first, at most cap. */
static void insert(pdql_keypoints_match *hits, size_t cap, size_t *n, const pdql_keypoints_match *m)
{
    size_t j = 0;
    while (j < *n && hits[j].entry != m->entry)
        j++;
    if (j < *n && hits[j].score >= m->score)
        return;
    if (j == *n) {
        if (*n < cap)
            (*n)++;
        else if (!cap || hits[--j].score >= m->score)
            return;
    }
    for (; j && (hits[j - 1].score < m->score || (hits[j - 1].score == m->score && hits[j - 1].entry > m->entry)); j--)
        hits[j] = hits[j - 1];
    hits[j] = *m;
}

pdql_status pdql_keypoints_search(const pdql_kernels *k, const void *block, size_t size, const void *query,
                                  unsigned turns, int32_t min_score, void *work, size_t work_size,
                                  pdql_keypoints_match *hits, size_t cap, size_t *n_hits)
{
    const keypoint_query *const q = query;
    keypoints_block v;
    if (!k || !block || (uintptr_t)block % 8 || !query || (uintptr_t)query % 8 || !work || !n_hits || (!hits && cap)
        || !turns || turns > PDQL_KEYPOINTS_TURNS || q->points.n > KEYPOINT_QUERY_MAX)
        return PDQL_ERR_ARG;
    if (work_size < pdql_keypoints_search_size())
        return PDQL_ERR_SPACE;
    if (!pdqi_keypoints_open(block, size, &v))
        return PDQL_ERR_BLOCK;
    search_memory *const m = (search_memory *)((uint8_t *)work + (16 - (uintptr_t)work % 16) % 16);
    if (!meet(k->keypoints, &v, q, turns, m))
        return PDQL_ERR_BLOCK;
    const int n = rank(&v, m, choose(m));
    size_t found = 0;
    if (n < 0)
        return PDQL_ERR_BLOCK;
    for (int i = 0; i < n; i++) {
        const unsigned turn = m->order[i] >> 1 & 7;
        pdql_keypoints_match match;
        if (!read_entry(&v, m->order[i] >> 4, &m->entry))
            return PDQL_ERR_BLOCK;
        pdqi_keypoints_vote(k->keypoints, &m->turned[turn], &m->entry, m->order[i] & 1, &match);
        if (match.score < min_score || !match.score)
            continue;
        match.entry = m->order[i] >> 4;
        pdqi_keypoints_unturn(&match, turn);
        insert(m->found, CANDIDATES, &found, &match);
    }
    *n_hits = found < cap ? found : cap;
    if (*n_hits)
        memcpy(hits, m->found, *n_hits * sizeof *hits);
    return PDQL_OK;
}
