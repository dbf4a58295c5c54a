/*
 * keypoints/common.c - keypoints that several entries of a list share
 *
 * A printed form, an app's chrome or a caption stands in many pictures: what it shows says nothing of one of
 * them. Each entry meets others in the buckets of its own keypoints; those met most are compared with it as a
 * query is, and what agrees under that map is counted, once for each video. Bounded for any list: BUCKET rows and QUOTA meetings a
 * keypoint, PARTNERS an entry.
 */
#include "keypoints/index.h"

#include <string.h>

enum {
    BUCKET = 1024,       /* rows of a bucket that are looked at: the first */
    QUOTA = 96,          /* meetings of a keypoint, at most */
    MEETINGS = QUOTA * PDQL_MAX_KEYPOINTS,
    NEAR = 10,           /* bits: a meeting */
    MARK_NEAR = 4,       /* of the 16 of a mark */
    LEAST_MET = 4,       /* keypoints that meet some of an entry for it to be compared */
    PARTNERS = 8,        /* entries that are compared, those met most */
    LEAST_SCORE = 12 * 16, /* 1/16 nat for the two to share something */
    AGREE = 14,          /* bits: the same keypoint, where the map says that it should be */
    SHARED = 3,          /* entries that have it too, for a keypoint to be common */
    VERSION_BITS = 31,   /* hashes this near are of one picture, not of two with a part in common */
    STILL = 65536 / 50,  /* of a side: what has moved less stays where it is */
    VERSIONS = 16,       /* entries that near which are remembered, for their videos */
    META = 14,           /* bytes of an entry's meta in a list of videos: flags at 4, number of the video at 6 */
    FLAGS_AT = 4,
    VIDEO_AT = 6,
    FRAME = 2
};

/* Other entries' keypoints that are near: entry << KEYPOINT_ID_BITS | own keypoint. */
typedef struct meetings {
    uint64_t met[MEETINGS];
    unsigned n;
} meetings;

typedef struct partner {
    uint32_t entry;
    unsigned keypoints;
} partner;

static void meet(const pdqi_keypoints_kernels *k, const keypoints_block *v, uint32_t entry, unsigned own,
                 const uint8_t *point, meetings *m)
{
    const uint64_t bits = pdqi_keypoints_canonical(point);
    const uint32_t key = pdqi_keypoints_key(bits, v->key_bits), from = v->buckets[key], end = v->buckets[key + 1];
    const uint32_t to = end - from < BUCKET ? end : from + BUCKET;
    const unsigned most = m->n + QUOTA;
    for (uint32_t at = from; at < to; at += 64) {
        uint64_t near;
        if (!k->near_marks(pdqi_keypoints_mark(bits), MARK_NEAR, v->marks + at, to - at < 64 ? to - at : 64, &near))
            continue;
        for (unsigned i = 0; near && m->n < most; i++, near >>= 1) {
            const uint32_t id = v->ids[at + i], other = id >> KEYPOINT_ID_BITS;
            const uint8_t *const p = v->points
                + (size_t)(v->starts[other] + (id & ((1u << KEYPOINT_ID_BITS) - 1))) * KEYPOINT_RECORD_POINT;
            if ((near & 1) && other != entry && !((p[2] ^ point[2]) & 1)
                && pdqi_popcount64(pdqi_keypoints_canonical(p) ^ bits) <= NEAR)
                m->met[m->n++] = (uint64_t)other << KEYPOINT_ID_BITS | own;
        }
    }
}

#define SORT_NAME sort_met
#define SORT_ARRAYS uint64_t *
#define SORT_LESS(a, i, j) ((a)[i] < (a)[j])
#define SORT_SWAP(a, i, j) \
    do { \
        const uint64_t s_ = (a)[i]; \
        (a)[i] = (a)[j]; \
        (a)[j] = s_; \
    } while (0)
#include "base/sort.h"

static int near(const keypoint_origins *o, uint32_t a, uint32_t b)
{
    return o->rows
        && pdql_distance(o->rows + (size_t)a * PDQL_HASH_BYTES, o->rows + (size_t)b * PDQL_HASH_BYTES) <= VERSION_BITS;
}

static int one_video(const keypoint_origins *o, uint32_t a, uint32_t b)
{
    if (!o->meta)
        return 0;
    const uint8_t *const x = o->meta + (size_t)a * META, *const y = o->meta + (size_t)b * META;
    return (x[FLAGS_AT] & y[FLAGS_AT] & FRAME) && !memcmp(x + VIDEO_AT, y + VIDEO_AT, 4);
}

static int one_video_of(const keypoint_origins *o, const uint32_t *entries, unsigned n, uint32_t entry)
{
    while (n && !one_video(o, entries[n - 1], entry))
        n--;
    return n != 0;
}

/* Goes to the next entry that was met: its number, and by how many keypoints; 0 at the end. */
static int next_met(const meetings *m, unsigned *at, partner *p)
{
    if (*at >= m->n)
        return 0;
    *p = (partner){ (uint32_t)(m->met[*at] >> KEYPOINT_ID_BITS), 1 };
    for ((*at)++; *at < m->n && m->met[*at] >> KEYPOINT_ID_BITS == p->entry; (*at)++)
        p->keypoints += m->met[*at] != m->met[*at - 1];
    return 1;
}

/* Puts one of another picture or video in its place among the partners: of one video the frame met most. */
static unsigned place(const keypoint_origins *o, uint32_t entry, partner out[PARTNERS], unsigned n, partner p)
{
    unsigned at = 0;
    while (at < n && (one_video(o, entry, p.entry) || !one_video(o, out[at].entry, p.entry)))
        at++;
    if (at == n && n < PARTNERS)
        n++;
    else if (out[at < n ? at : --at].keypoints >= p.keypoints)
        return n;
    for (; at && out[at - 1].keypoints < p.keypoints; at--)
        out[at] = out[at - 1];
    out[at] = p;
    return n;
}

/*
 * The entries that most keypoints met; of equals the first. Versions are left out, and other videos with a frame that is
 * one. Of another video one frame is a partner, of the own one all.
 */
static unsigned choose(meetings *m, const keypoint_origins *o, uint32_t entry, partner out[PARTNERS])
{
    uint32_t akin[VERSIONS + 1] = { entry };
    unsigned n = 0, n_akin = 1;
    partner p;
    sort_met(m->met, m->n);
    for (unsigned at = 0; o->meta && n_akin <= VERSIONS && next_met(m, &at, &p);)
        if (near(o, entry, p.entry) && !one_video_of(o, akin, n_akin, p.entry))
            akin[n_akin++] = p.entry;
    for (unsigned at = 0; next_met(m, &at, &p);)
        if (p.keypoints >= LEAST_MET && !near(o, entry, p.entry)
            && (one_video(o, entry, p.entry) || !one_video_of(o, akin + 1, n_akin - 1, p.entry)))
            n = place(o, entry, out, n, p);
    return n;
}

/* Counts the keypoints of `own` that `other` has where the map says. */
static void tally(const keypoint_set *own, const keypoint_set *other, const pdql_keypoints_match *map, uint8_t *count)
{
    float m[6];
    for (int i = 0; i < 6; i++)
        m[i] = (float)map->model[i] / 65536;
    for (uint32_t i = 0; i < own->n; i++) {
        const float u = own->x[i] / own->width, v = own->y[i] / own->height;
        const float x = (m[0] * u + m[1] * v + m[2]) * other->width, y = (m[3] * u + m[4] * v + m[5]) * other->height;
        for (uint32_t j = 0; j < other->n; j++) {
            const float slack = (float)pdqi_keypoints_sigma(other->scale[j]) / 256 + 2, dx = other->x[j] - x,
                        dy = other->y[j] - y;
            if (dx * dx + dy * dy > slack * slack || own->bright[i] != other->bright[j]
                || pdqi_popcount64(own->bits[i] ^ other->bits[j]) > AGREE)
                continue;
            count[i]++;
            break;
        }
    }
}

/* Whether a map leaves everything where it is, as between two moments before a camera that stands. */
static int stays(const pdql_keypoints_match *map)
{
    static const int32_t AS_IT_IS[6] = { 65536, 0, 0, 0, 65536, 0 };
    for (int i = 0; i < 6; i++)
        if (map->model[i] > AS_IT_IS[i] + STILL || map->model[i] < AS_IT_IS[i] - STILL)
            return 0;
    return 1;
}

static uint64_t common_of(const pdqi_keypoints_kernels *k, const keypoints_block *v, const keypoint_origins *origins,
                          uint32_t entry)
{
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX], count[PDQL_MAX_KEYPOINTS] = { 0 };
    keypoint_set own, other;
    meetings m = { .n = 0 };
    partner partners[PARTNERS];
    pdqi_keypoints_record(v, entry, record);
    for (unsigned i = 0; i < record[1]; i++)
        meet(k, v, entry, i, record + KEYPOINT_RECORD_HEAD + i * KEYPOINT_RECORD_POINT, &m);
    const unsigned n = choose(&m, origins, entry, partners);
    if (n < SHARED)
        return 0;
    pdqi_keypoints_read(record, &own);
    for (unsigned i = 0; i < n; i++) {
        pdql_keypoints_match map;
        pdqi_keypoints_record(v, partners[i].entry, record);
        pdqi_keypoints_read(record, &other);
        pdqi_keypoints_vote(k, &other, &own, 0, &map);
        if (map.score >= LEAST_SCORE && (!one_video(origins, entry, partners[i].entry) || stays(&map)))
            tally(&own, &other, &map, count);
    }
    uint64_t common = 0;
    for (uint32_t i = 0; i < own.n; i++)
        common |= (uint64_t)(count[i] >= SHARED) << i;
    return common;
}

void pdqi_keypoints_find_common(const pdqi_keypoints_kernels *k, const keypoints_block *v,
                                const keypoint_origins *origins, uint8_t *common)
{
    for (uint32_t entry = 0; entry < v->entries; entry++) {
        const uint64_t bits = common_of(k, v, origins, entry);
        for (int i = 0; i < KEYPOINT_COMMON_BYTES; i++)
            common[(size_t)entry * KEYPOINT_COMMON_BYTES + (size_t)i] = (uint8_t)(bits >> 8 * i);
    }
}
