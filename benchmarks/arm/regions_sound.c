/*
 * regions_sound.c - sound, a second an item: hashing at 8 kHz as a query, and before it resampling of stereo at 44.1 and 48 kHz
 */
#include "regions.h"

#include <pdqlite_sound.h>

REGION(sound_query)
REGION(sound_list)
REGION(sound_44100)
REGION(sound_48000)

enum { SECONDS = 20, MOST = SECONDS * 8 + 8 };

/* Squares of changing pitch and noise, in two channels that differ. */
static int16_t *fixed_sound(uint32_t rate)
{
    int16_t *const x = room((size_t)rate * SECONDS * 4);
    uint64_t state = rate;
    int32_t level = 0;
    for (uint32_t i = 0; i < rate * SECONDS; i++) {
        const uint32_t pitch = 300 + i / (rate / 8) * 7919 % 2400;
        level = (int32_t)((uint64_t)i * pitch * 2 / rate & 1) * 12000 - 6000;
        const int32_t noise = (int32_t)(fixed_next(&state) & 1023) - 512;
        x[2 * i] = (int16_t)(level + noise);
        x[2 * i + 1] = (int16_t)(level / 2 - noise);
    }
    return x;
}

static void hashing(const char *name, void (*begin)(void), const int16_t *samples, uint32_t every)
{
    pdql_sound_hash out[MOST], other[MOST];
    const pdql_sound_options options = { 0, every };
    const size_t size = pdql_sound_hasher_size();
    void *const memory = room(size);
    pdql_sound_hasher *h;
    size_t n, more;
    memset(out, 0, sizeof out);
    memset(other, 0, sizeof other);
    const pdql_kernels *k;
    for (size_t i = 0; (k = pdql_kernels_at(i)) != NULL; i++) {
        must(pdql_sound_hasher_init(k, &options, memory, size, &h) == PDQL_OK, name);
        must(pdql_sound_hasher_push(h, samples, SECONDS * 8000, other, MOST, &n) == PDQL_OK, name);
        must(i == 0 || !memcmp(out, other, sizeof out), "tables differ");
        memcpy(out, other, sizeof out);
    }
    must(pdql_sound_hasher_init(best, &options, memory, size, &h) == PDQL_OK, name);
    begin();
    const pdql_status status = pdql_sound_hasher_push(h, samples, SECONDS * 8000, other, MOST, &more);
    region_end();
    must(status == PDQL_OK && n == more && !memcmp(out, other, sizeof out), name);
    answer(name, SECONDS, "second", out, n * sizeof *out);
    free(memory);
}

/* Resampled as players hand it over, 1024 frames at a time. */
static void resampling(const char *name, void (*begin)(void), uint32_t rate)
{
    int16_t *const x = fixed_sound(rate);
    int16_t *const out = room(SECONDS * 8000 * 2 + 4096), *const other = room(SECONDS * 8000 * 2 + 4096);
    void *const memory = room(pdql_resampler_size());
    const pdql_kernels *k;
    size_t total = 0;
    for (size_t i = 0; i < 2 + 1; i++) {
        k = i < 2 ? pdql_kernels_at(i) : best;
        if (!k)
            continue;
        pdql_resampler *r;
        must(pdql_resampler_init(k, memory, pdql_resampler_size(), &r) == PDQL_OK, name);
        if (i == 2)
            begin();
        total = 0;
        for (uint32_t at = 0, n; at < rate * SECONDS; at += n) {
            n = rate * SECONDS - at < 1024 ? rate * SECONDS - at : 1024;
            const pdql_pcm pcm = { x + 2 * at, n, rate, 2, PDQL_PCM_S16, 0, 0, 0 };
            size_t more = 0;
            pdql_resampler_push(r, &pcm, other + total, pdql_resampler_room(n, rate), &more);
            total += more;
        }
        if (i == 2)
            region_end();
        must(i == 0 || !memcmp(out, other, total * 2), "samples differ");
        memcpy(out, other, total * 2);
    }
    must(total > SECONDS * 8000 - 64, name);
    answer(name, SECONDS, "second", out, total * 2);
    free(memory), free(out), free(other), free(x);
}

void sounds(void)
{
    int16_t *const stereo = fixed_sound(8000), *const mono = room(SECONDS * 8000 * 2);
    for (size_t i = 0; i < SECONDS * 8000; i++)
        mono[i] = stereo[2 * i];
    hashing("sound_query", region_sound_query, mono, PDQL_SOUND_QUERY);
    hashing("sound_list", region_sound_list, mono, PDQL_SOUND_LIST);
    resampling("sound_44100", region_sound_44100, 44100);
    resampling("sound_48000", region_sound_48000, 48000);
    free(mono), free(stereo);
}
