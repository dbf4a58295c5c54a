/*
 * test_sound.c - sound: the kernels of every table against the portable ones, streams, and calls that are wrong
 *
 * Memory is exactly as long as what is read and written, so the sanitizers see any step outside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"
#include "sound/sound.h"

static int failures;

#define CHECK(x) ((x) ? (void)0 : (void)(failures++, printf("%s:%d: %s\n", __FILE__, __LINE__, #x)))

static const uint32_t RATES[] = { 8000,  11025, 12000, 16000, 22050,  24000, 32000,
                                  44100, 48000, 88200, 96000, 176400, 192000 };
enum { N_RATES = sizeof RATES / sizeof RATES[0] };

static uint64_t state = 1;

static unsigned random_below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static void *memory_of(size_t bytes)
{
    void *memory = calloc(bytes ? bytes : 1, 1);
    if (!memory)
        exit(2);
    return memory;
}

/* Noise at full scale, its extremes alone, the lowest value for ever, or a little noise. */
static void paint(int16_t *x, size_t n, unsigned kind)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (int16_t)(kind % 4 == 0       ? (int)random_below(65536) - 32768
                             : kind % 4 == 1 ? (random_below(2) ? 32767 : -32768)
                             : kind % 4 == 2 ? -32768
                                             : (int)random_below(7) - 3);
}

static void resampling(const pdqi_sound_kernels *k)
{
    pdqi_sound_filter *const f = memory_of(sizeof *f);
    for (unsigned i = 1; i < N_RATES; i++) {
        CHECK(pdqi_sound_filter_make(f, RATES[i]));
        CHECK(f->taps % 8 == 0 && (size_t)f->up * f->taps <= sizeof f->bank / sizeof *f->bank);
        for (unsigned round = 0; round < 8; round++) {
            const size_t n = 1 + random_below(23);
            const uint32_t phase = random_below(f->up);
            const size_t reach = (phase + (n - 1) * f->down) / f->up + f->taps;
            int16_t *const x = memory_of(reach * sizeof *x);
            int16_t *const want = memory_of(n * sizeof *x), *const out = memory_of(n * sizeof *x);
            paint(x, reach, round);
            pdqi_sound_portable.resample(f, x, phase, want, n);
            k->resample(f, x, phase, out, n);
            CHECK(!memcmp(want, out, n * sizeof *x));
            free(x);
            free(want);
            free(out);
        }
    }
    free(f);
}

static void transforms(const pdqi_sound_kernels *k, const pdqi_sound_tables *t)
{
    int16_t *const a = memory_of(SOUND_SIZE * sizeof *a), *const b = memory_of(SOUND_SIZE * sizeof *b);
    int32_t *const work = memory_of(2 * SOUND_SIZE * sizeof *work);
    uint64_t *const want = memory_of(SOUND_SIZE * sizeof *want), *const out = memory_of(SOUND_SIZE * sizeof *out);
    for (unsigned round = 0; round < 16; round++) {
        paint(a, SOUND_SIZE, round);
        paint(b, SOUND_SIZE, round / 4);
        pdqi_sound_portable.powers(t, a, b, work, want);
        k->powers(t, a, b, work, out);
        CHECK(!memcmp(want, out, SOUND_SIZE * sizeof *out));
    }
    free(a);
    free(b);
    free(work);
    free(want);
    free(out);
}

static void windows(const pdqi_sound_kernels *k, const pdqi_sound_tables *t)
{
    enum { CELLS = SOUND_SIDE * SOUND_SIDE, KEPT = SOUND_KEPT * SOUND_KEPT };
    int16_t *const rows = memory_of(CELLS * sizeof *rows);
    int16_t *const want = memory_of(CELLS * sizeof *want), *const out = memory_of(CELLS * sizeof *out);
    int32_t *const sums = memory_of(KEPT * sizeof *sums), *const other = memory_of(KEPT * sizeof *other);
    for (unsigned round = 0; round < 12; round++) {
        for (int i = 0; i < CELLS; i++)
            rows[i] = (int16_t)(round < 4       ? (int)random_below(16384)
                                    : round < 8 ? (random_below(2) ? 16383 : 0)
                                                : 100 * (int)round);
        if (round >= 8) /* the largest sums there can be: cells that follow one coefficient's signs */
            for (int i = 0; i < CELLS; i++)
                rows[i] = (int16_t)(t->dct[i / 64][round] * t->dct[i % 64][15 - round] > 0 ? 16383 : 0);
        const int floor = 16383 - SOUND_FLOOR - (int)random_below(2) * 9000;
        const int below = floor < 16383 - SOUND_FLOOR ? 16383 - SOUND_FLOOR : floor;
        CHECK(pdqi_sound_portable.lift(rows, below, SOUND_LOUD, want) == k->lift(rows, below, SOUND_LOUD, out));
        CHECK(!memcmp(want, out, CELLS * sizeof *out));
        pdqi_sound_portable.coefficients(t, want, sums);
        k->coefficients(t, want, other);
        CHECK(!memcmp(sums, other, KEPT * sizeof *other));
        for (int i = 0; i < 40; i++) {
            const int32_t limit = i < 32 ? sums[random_below(KEPT)] + (int32_t)random_below(3) - 1
                : i % 2                  ? INT32_MIN
                                         : INT32_MAX;
            CHECK(pdqi_sound_portable.below(sums, limit) == k->below(sums, limit));
        }
    }
    free(rows);
    free(want);
    free(out);
    free(sums);
    free(other);
}

static pdql_resampler *resampler(const pdql_kernels *k)
{
    pdql_resampler *r = NULL;
    CHECK(pdql_resampler_init(k, memory_of(pdql_resampler_size()), pdql_resampler_size(), &r) == PDQL_OK);
    return r;
}

static pdql_sound_hasher *hasher(const pdql_kernels *k, pdql_sound_options options)
{
    pdql_sound_hasher *h = NULL;
    const size_t size = pdql_sound_hasher_size();
    CHECK(pdql_sound_hasher_init(k, &options, memory_of(size), size, &h) == PDQL_OK);
    return h;
}

/* All hashes of x, pushed in pieces of up to `most`, each into exactly the room that is asked for. */
static size_t hashed(const pdql_kernels *k, pdql_sound_options options, const int16_t *x, size_t n, unsigned most,
                     pdql_sound_hash *out)
{
    pdql_sound_hasher *const h = hasher(k, options);
    size_t found = 0, more;
    while (n) {
        size_t now = most ? 1 + random_below(most) : n;
        now = now < n ? now : n;
        const size_t room = pdql_sound_hasher_room(now, &options);
        pdql_sound_hash *const some = memory_of(room * sizeof *some);
        CHECK(pdql_sound_hasher_push(h, x, now, some, room, &more) == PDQL_OK && more <= room);
        memcpy(out + found, some, more * sizeof *some);
        free(some);
        found += more;
        x += now;
        n -= now;
    }
    pdql_sound_hash last[8];
    CHECK(pdql_sound_hasher_finish(h, last, pdql_sound_hasher_room(0, &options), &more) == PDQL_OK);
    memcpy(out + found, last, more * sizeof *last);
    CHECK(pdql_sound_hasher_push(h, x, 0, last, 8, &more) == PDQL_ERR_ORDER);
    CHECK(pdql_sound_hasher_finish(h, last, 8, &more) == PDQL_ERR_ORDER);
    free(h);
    return found + more;
}

static void streams(const pdql_kernels *k)
{
    enum { N = 45000, MOST = 1024 };
    int16_t *const x = memory_of(N * sizeof *x);
    pdql_sound_hash *const want = memory_of(MOST * sizeof *want), *const out = memory_of(MOST * sizeof *out);
    for (size_t i = 0; i < N; i++)
        x[i] = (int16_t)((int)(i * (i / 700 % 37 + 3) % 401) * 60 - 12000 + (int)random_below(300));
    for (uint32_t hypothesis = 0; hypothesis < PDQL_SOUND_HYPOTHESES; hypothesis++) {
        const pdql_sound_options options = { hypothesis, 1 + random_below(5) };
        const size_t n = hashed(k, options, x, N, 0, want);
        CHECK(n > 0);
        CHECK(n == hashed(k, options, x, N, 9000, out) && !memcmp(want, out, n * sizeof *out));
        CHECK(n == hashed(pdql_kernels_at(0), options, x, N, 300, out) && !memcmp(want, out, n * sizeof *out));
        pdql_sound_hypothesis h;
        CHECK(pdql_sound_hypothesis_at(hypothesis, &h) == PDQL_OK);
        CHECK(n == (N / (2 * h.hop) - 64) / options.every + 1);
    }
    free(x);
    free(want);
    free(out);
}

/* Three hours of one tone in a hasher of the size that it had at first. */
static void a_long_tone(void)
{
    int16_t tone[8000];
    for (int i = 0; i < 8000; i++)
        tone[i] = (int16_t)(i % 8 < 4 ? 20000 : -20000);
    const pdql_sound_options options = { 0, 64 };
    pdql_sound_hasher *const h = hasher(pdql_kernels_best(), options);
    pdql_sound_hash hashes[8], last = { 0 };
    size_t n;
    for (int second = 0; second < 3 * 3600; second++) {
        CHECK(pdql_sound_hasher_push(h, tone, 8000, hashes, 8, &n) == PDQL_OK);
        if (n) {
            CHECK(hashes[0].quality < PDQL_SOUND_QUALITY);
            last = hashes[n - 1];
        }
    }
    CHECK(last.start == (uint64_t)8000 * 3 * 3600 - 2 * 32000); /* the last window waits for 1/8 s of sound */
    free(h);
}

static void wrong_sound(void)
{
    pdql_resampler *const r = resampler(pdql_kernels_best());
    int16_t x[256] = { 0 }, out[512];
    size_t n = 99;
    const pdql_pcm good = { x, 2, 48000, 2, PDQL_PCM_S16, 0, 0, 0 };
    pdql_pcm bad[] = { good, good, good, good, good, good, good };
    bad[0].rate = 0;
    bad[1].rate = 44099;
    bad[2].channels = 0;
    bad[3].channels = PDQL_SOUND_MAX_CHANNELS + 1;
    bad[4].format = 0;
    bad[5].channel = 3;
    bad[6].format = 3;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(pdql_resampler_push(r, &bad[i], out, 512, &n) == PDQL_ERR_ARG && n == 99);
    CHECK(pdql_resampler_push(NULL, &good, out, 512, &n) == PDQL_ERR_ARG);
    CHECK(pdql_resampler_push(r, NULL, out, 512, &n) == PDQL_ERR_ARG);
    CHECK(pdql_resampler_push(r, &good, out, pdql_resampler_room(2, 48000) - 1, &n) == PDQL_ERR_SPACE && n == 99);
    pdql_pcm huge = good;
    huge.frames = SIZE_MAX / 2; /* more than there is: refused before a sample is read */
    CHECK(pdql_resampler_push(r, &huge, out, 512, &n) == PDQL_ERR_SPACE);
    CHECK(pdql_resampler_room(0, 0) == 0 && pdql_resampler_room(SIZE_MAX, 44099) == 0);
    CHECK(pdql_resampler_room(SIZE_MAX, 8000) == SIZE_MAX && pdql_resampler_room(SIZE_MAX, 192000) > SIZE_MAX / 25);
    CHECK(pdql_resampler_push(r, &good, out, 512, &n) == PDQL_OK);
    CHECK(pdql_resampler_finish(r, out, 63, &n) == PDQL_ERR_SPACE);
    CHECK(pdql_resampler_finish(r, out, 64, &n) == PDQL_OK && n == 1);
    CHECK(pdql_resampler_finish(r, out, 64, &n) == PDQL_OK && n == 0);
    free(r);
}

static void wrong_hashers(void)
{
    const size_t size = pdql_sound_hasher_size(), small = pdql_resampler_size();
    const pdql_kernels *const k = pdql_kernels_best();
    uint8_t *const memory = memory_of(size + 8);
    pdql_sound_hasher *h = NULL;
    pdql_resampler *r = NULL;
    pdql_sound_hash out[8];
    pdql_sound_hypothesis about;
    size_t n = 99;
    const int16_t x[4] = { 0 };
    pdql_sound_options good = { 0, 2 }, none = { PDQL_SOUND_HYPOTHESES, 2 }, still = { 0, 0 }, far = { 0, 65 };
    CHECK(pdql_sound_hasher_init(k, &good, memory, size - 1, &h) == PDQL_ERR_SPACE);
    CHECK(pdql_sound_hasher_init(k, &good, memory + 4, size, &h) == PDQL_ERR_ARG);
    CHECK(pdql_sound_hasher_init(k, &none, memory, size, &h) == PDQL_ERR_ARG);
    CHECK(pdql_sound_hasher_init(k, &still, memory, size, &h) == PDQL_ERR_ARG);
    CHECK(pdql_sound_hasher_init(k, &far, memory, size, &h) == PDQL_ERR_ARG);
    CHECK(pdql_sound_hasher_init(k, NULL, memory, size, &h) == PDQL_ERR_ARG);
    CHECK(pdql_resampler_init(k, memory, small - 1, &r) == PDQL_ERR_SPACE && !r && !h);
    CHECK(pdql_sound_hasher_room(10, &none) == 0 && pdql_sound_hasher_room(10, NULL) == 0);
    CHECK(pdql_sound_hypothesis_at(PDQL_SOUND_HYPOTHESES, &about) == PDQL_ERR_ARG);
    CHECK(pdql_sound_hypothesis_at(0, NULL) == PDQL_ERR_ARG);
    CHECK(pdql_sound_hasher_init(k, &good, memory, size, &h) == PDQL_OK);
    CHECK(pdql_sound_hasher_push(h, NULL, 4, out, 8, &n) == PDQL_ERR_ARG);
    CHECK(pdql_sound_hasher_push(h, x, 4, out, pdql_sound_hasher_room(4, &good) - 1, &n) == PDQL_ERR_SPACE);
    CHECK(pdql_sound_hasher_push(h, x, SIZE_MAX, out, 8, &n) == PDQL_ERR_SPACE && n == 99);
    CHECK(pdql_sound_hasher_push(h, x, 1, out, 8, &n) == PDQL_OK && n == 0);
    CHECK(pdql_sound_hasher_finish(h, out, 8, &n) == PDQL_OK && n == 0);
    free(memory);
}

int main(void)
{
    pdqi_sound_tables *const tables = memory_of(sizeof *tables);
    pdqi_sound_tables_make(tables);
    const pdql_kernels *k;
    for (size_t i = 0; (k = pdql_kernels_at(i)) != NULL; i++) {
        resampling(k->sound);
        transforms(k->sound, tables);
        windows(k->sound, tables);
        streams(k);
        printf("%s: %d failures\n", pdql_kernels_name(k), failures);
    }
    free(tables);
    a_long_tone();
    wrong_sound();
    wrong_hashers();
    return failures != 0;
}
