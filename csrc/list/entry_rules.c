/*
 * list/entry_rules.c - what entries must be (docs/formats/list-content.md, section 7)
 */
#include "list/list.h"

#include "pdqlite_sound.h"

enum {
    NEGATIVE = 1,
    FRAME = 2,
    SOUND = 4,
    QUALITY_MIN = 50,
    QUALITY_MAX = 100,
    QUALITY_UNKNOWN = 255,
    BITS_MIN = 104,
    BITS_MAX = 152,
    INVENTORY = 66
};

static unsigned ones(unsigned x)
{
    unsigned n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

static unsigned hash_ones(const uint8_t *hash)
{
    unsigned n = 0;
    for (size_t i = 0; i < PDQL_HASH_BYTES; i += 8) {
        uint64_t x;
        memcpy(&x, hash + i, sizeof x);
        x -= x >> 1 & UINT64_C(0x5555555555555555);
        x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
        x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
        n += (unsigned)(x * UINT64_C(0x0101010101010101) >> 56);
    }
    return n;
}

static int all_zero(const uint8_t *p, size_t n)
{
    uint8_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= p[i];
    return any == 0;
}

static void tally(pdqi_counts *t, unsigned categories, unsigned sources)
{
    for (unsigned j = 0; categories >> j; j++)
        t->category[j] += categories >> j & 1;
    for (unsigned i = 0; sources >> i; i++) {
        if (!(sources >> i & 1))
            continue;
        t->source[i]++;
        for (unsigned j = 0; categories >> j; j++)
            t->both[i][j] += categories >> j & 1;
    }
}

static int entry_holds(const pdql_list *l, const uint8_t *hash, const uint8_t *meta, unsigned categories,
                       unsigned sources)
{
    if (!categories || categories & ~l->info.categories || !sources || sources & ~l->info.sources
        || ones(sources & l->info.signed_sources) < l->info.min_sources)
        return 0;
    const unsigned flags = meta[4];
    if (l->info.meta_bytes == PDQI_META_FILE)
        return !(flags & ~(unsigned)NEGATIVE); /* a digest has any bits */
    const unsigned quality = meta[5], bits = hash_ones(hash);
    const int video = l->info.meta_bytes == PDQI_META_VIDEO;
    const unsigned known = NEGATIVE | FRAME | (l->sound_distance == PDQL_NONE ? 0u : (unsigned)SOUND);
    return !(flags & ~known) && (!video || flags & FRAME)
        && ((quality >= QUALITY_MIN && quality <= QUALITY_MAX && !(flags & SOUND)) || quality == QUALITY_UNKNOWN)
        && bits >= BITS_MIN && bits <= BITS_MAX;
}

void pdqi_order_of(const pdql_list *l, const uint8_t *hash, const uint8_t *meta, uint8_t out[PDQI_ORDER_BYTES])
{
    memset(out, 0, PDQI_ORDER_BYTES);
    memcpy(out + 1, hash, PDQL_HASH_BYTES);
    if (l->info.meta_bytes != PDQI_META_VIDEO)
        return;
    out[0] = meta[4] & SOUND;
    memcpy(out + 1 + PDQL_HASH_BYTES, meta + PDQI_META_IMAGE, PDQI_ORDER_BYTES - 1 - PDQL_HASH_BYTES);
}

uint32_t pdql_list_sound(const pdql_list *list)
{
    return list ? list->sound_distance : PDQL_NONE;
}

void pdqi_rules_block(pdql_list *l, const uint8_t *hashes, const uint8_t *metas)
{
    const size_t width = l->info.meta_bytes;
    const uint64_t first = l->block * PDQI_SLOT_STEP;
    for (size_t i = 0; i < PDQI_SLOT_STEP; i++) {
        const uint8_t *hash = hashes + PDQL_HASH_BYTES * i, *meta = metas + width * i;
        if (first + i >= l->count) {
            l->broken |= !all_zero(hash, PDQL_HASH_BYTES) || !all_zero(meta, width);
            continue;
        }
        const unsigned categories = (unsigned)meta[0] << 8 | meta[1], sources = (unsigned)meta[2] << 8 | meta[3];
        uint8_t order[PDQI_ORDER_BYTES];
        pdqi_order_of(l, hash, meta, order);
        l->broken |= !entry_holds(l, hash, meta, categories, sources)
            || (first + i && memcmp(l->last, order, sizeof order) >= 0);
        memcpy(l->last, order, sizeof order);
        tally(&l->counts, categories, sources);
    }
}

/* Compares text piece by piece with the inventory. */
typedef struct reader {
    const uint8_t *at, *end;
    int differs;
} reader;

static void same_text(reader *r, const char *text)
{
    for (; *text; text++)
        if (r->at == r->end || *r->at++ != (uint8_t)*text)
            r->differs = 1;
}

static void same_number(reader *r, uint64_t value)
{
    char digits[21], *at = digits + sizeof digits - 1;
    *at = 0;
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    same_text(r, at);
}

static void same_line(reader *r, const char *word, unsigned number, uint64_t count)
{
    same_text(r, word);
    same_number(r, number);
    same_text(r, " ");
    same_number(r, count);
    same_text(r, "\n");
}

void pdqi_rules_end(pdql_list *l)
{
    const size_t length = (size_t)l->head[INVENTORY - 2] << 8 | l->head[INVENTORY - 1];
    reader r = { l->head + INVENTORY, l->head + INVENTORY + length, 0 };
    for (unsigned j = 0; j < PDQI_ITEMS; j++)
        if (l->info.categories >> j & 1)
            same_line(&r, "category ", j, l->counts.category[j]);
    for (unsigned i = 0; i < PDQI_ITEMS; i++)
        if (l->info.sources >> i & 1)
            same_line(&r, "source ", i, l->counts.source[i]);
    for (unsigned i = 0; i < PDQI_ITEMS; i++)
        for (unsigned j = 0; j < PDQI_ITEMS; j++)
            if (l->info.sources >> i & 1 && l->info.categories >> j & 1) {
                same_text(&r, "source ");
                same_number(&r, i);
                same_line(&r, " category ", j, l->counts.both[i][j]);
            }
    l->broken |= r.differs || r.at != r.end;
}
