/*
 * match/listen_rows.c - the windows of sound of a list, by video and time
 */
#include "match/listen.h"

#include "base/bytes.h"

#include <string.h>

enum {
    VIDEO_AT = 6,
    META = 14,
    FLAGS_AT = 4,
    CLIP = 27,        /* windows of a clip of half a minute, on which the rate of the rule was counted */
    FEW_CLIPS = 100,  /* up to so many a seed by itself lowers what the score must be */
    SEED = 72,
    SEED_OF_MANY = 63,
    SCANNED = 65536,  /* so many windows are searched beyond the seed: it costs no more */
    BEYOND = 84
};

uint32_t pdqi_listen_video(const pdql_sound_matcher *m, uint32_t row)
{
    return (uint32_t)(pdqi_load_be64(m->list.meta + (size_t)META * row + VIDEO_AT) >> 32);
}

uint32_t pdqi_listen_time(const pdql_sound_matcher *m, uint32_t row)
{
    return (uint32_t)pdqi_load_be64(m->list.meta + (size_t)META * row + VIDEO_AT);
}

const uint8_t *pdqi_listen_bits(const pdql_sound_matcher *m, uint32_t row)
{
    return m->list.rows + (size_t)PDQL_HASH_BYTES * row;
}

size_t pdql_sound_first(const uint8_t *meta, size_t meta_bytes, size_t n)
{
    size_t low = 0, high = n;
    if (meta_bytes != META || !meta)
        return n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (meta[META * middle + FLAGS_AT] & PDQL_ENTRY_SOUND)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int pdqi_listen_is_negative(const pdql_sound_matcher *m, uint32_t row)
{
    return (m->list.meta[(size_t)META * row + FLAGS_AT] & PDQL_FLAG_NEGATIVE) != 0;
}

/* What is sorted. */
typedef struct rows {
    const pdql_sound_matcher *m;
    uint32_t *order;
} rows;

static int before(rows a, size_t i, size_t j)
{
    const uint32_t x = a.order[i], y = a.order[j];
    const int harmless = pdqi_listen_is_negative(a.m, x);
    if (harmless != pdqi_listen_is_negative(a.m, y))
        return !harmless;
    const int differ = memcmp(a.m->list.meta + (size_t)META * x + VIDEO_AT,
                              a.m->list.meta + (size_t)META * y + VIDEO_AT, META - VIDEO_AT);
    return differ ? differ < 0 : x < y;
}

static void swap(rows a, size_t i, size_t j)
{
    const uint32_t x = a.order[i];
    a.order[i] = a.order[j];
    a.order[j] = x;
}

#define SORT_NAME sort_rows
#define SORT_ARRAYS rows
#define SORT_LESS before
#define SORT_SWAP swap
#include "base/sort.h"

/*
 * Passes over windows that are too near to the one before of their video: a list has one a second, and overlapping ones would
 * say the same again, and cost as much.
 */
static void thin(pdql_sound_matcher *m)
{
    uint32_t n = 0;
    for (size_t i = 0; i < m->list.n; i++) {
        const uint32_t row = m->order[i], before = n ? m->order[n - 1] : 0;
        const int harmless = pdqi_listen_is_negative(m, row);
        if (n && harmless == pdqi_listen_is_negative(m, before)
            && pdqi_listen_video(m, row) == pdqi_listen_video(m, before)
            && pdqi_listen_time(m, row) - pdqi_listen_time(m, before) < PDQI_SOUND_APART_MS)
            continue;
        m->order[n++] = row;
        m->listed = harmless ? m->listed : n;
    }
    m->kept = n;
}

size_t pdql_sound_matcher_size(size_t n)
{
    return n > PDQL_MAX_ROWS || n > (SIZE_MAX - sizeof(pdql_sound_matcher)) / sizeof(uint32_t)
        ? 0
        : sizeof(pdql_sound_matcher) + n * sizeof(uint32_t);
}

pdql_status pdql_sound_matcher_init(pdql_sound_matcher *memory, size_t size, const pdql_sound_list *list)
{
    if (!memory || (uintptr_t)memory % 8 || !list || list->n > PDQL_MAX_ROWS
        || (list->n && (!list->rows || !list->meta)) || list->max_distance > PDQL_HASH_BITS
        || list->neg_log10_fpr_x100 > PDQL_SOUND_RATE_MOST)
        return PDQL_ERR_ARG;
    if (!pdql_sound_matcher_size(list->n) || size < pdql_sound_matcher_size(list->n))
        return PDQL_ERR_SPACE;
    memset(memory, 0, sizeof *memory);
    memory->list = *list;
    if (list->index) {
        const pdql_status status = pdql_index_open(list->index, list->index_bytes, &memory->index);
        if (status != PDQL_OK)
            return status;
        if (memory->index.n_rows != list->n)
            return PDQL_ERR_ARG;
    }
    memory->clips = (uint32_t)((list->n + CLIP - 1) / CLIP);
    memory->seeds = memory->clips <= FEW_CLIPS;
    memory->seed = memory->seeds ? SEED : SEED_OF_MANY;
    memory->seed = memory->seed < list->max_distance ? memory->seed : list->max_distance;
    memory->radius = list->n <= SCANNED ? BEYOND : memory->seed;
    memory->radius = memory->radius < list->max_distance ? memory->radius : list->max_distance;
    for (uint32_t i = 0; i < list->n; i++)
        memory->order[i] = i;
    sort_rows((rows){ memory, memory->order }, list->n);
    thin(memory);
    return PDQL_OK;
}

uint32_t pdqi_listen_find(const pdql_sound_matcher *m, int harmless, uint32_t video, int64_t time_ms)
{
    uint32_t low = harmless ? m->listed : 0, high = harmless ? m->kept : m->listed;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2, row = m->order[middle];
        const uint32_t its = pdqi_listen_video(m, row);
        if (its < video || (its == video && pdqi_listen_time(m, row) < time_ms))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
