/*
 * fuzz_sound.c - libFuzzer target: any PCM, cut anywhere
 *
 * The first bytes say how to hash; then come pushes: a head, and as many frames as its bytes hold. Every table must give
 * the same samples and the same hashes, into exactly the room that is asked for, and what came in two pieces must be as if
 * it came in one.
 */
#include <stdlib.h>
#include <string.h>

#include "pdqlite_sound.h"

typedef struct head {
    uint8_t rate, channels, format, channel;
    uint16_t bytes; /* of this push */
    uint8_t frame_more,
        channel_more; /* bytes between frames and channels beside their own; and how they lie (layout) */
} head;

enum { MOST = 1 << 19, TILED = 42000 };

static const uint32_t RATES[] = { 8000,  11025, 12000, 16000,  22050,  24000, 32000, 44100,
                                  48000, 88200, 96000, 176400, 192000, 0,     44099, 384000 };

static void *memory_of(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory)
        exit(0);
    return memory;
}

static void must(int good)
{
    if (!good)
        abort();
}

/* One push, into the room that it asks for. Returns how many samples, and adds them to `samples`. */
static size_t push(pdql_resampler *r, const pdql_pcm *pcm, int16_t *samples, size_t have)
{
    const size_t room = pdql_resampler_room(pcm->frames, pcm->rate);
    int16_t *const out = memory_of(room * sizeof *out);
    size_t n = 0;
    const pdql_status status = pdql_resampler_push(r, pcm, out, room, &n);
    must(status == PDQL_OK || (status == PDQL_ERR_ARG && n == 0));
    must(n <= room);
    n = n < MOST - have ? n : MOST - have;
    memcpy(samples + have, out, n * sizeof *out);
    free(out);
    return n;
}

/*
 * Lays frames out in `bytes` bytes at `own`: side by side or apart, channels one behind the other (planar), either backwards,
 * all frames one, all channels one. Returns how many there are; no sample is read outside.
 */
static size_t layout(const head *h, uint8_t *own, size_t bytes, pdql_pcm *pcm)
{
    uint8_t *const start = own;
    const size_t width = h->format % 4 == PDQL_PCM_F32 ? 4 : 2, channels = h->channels ? h->channels : 1;
    const size_t beside = width + (h->channel_more & 7), wide = beside * (channels - 1) + width;
    const size_t apart = wide + (h->frame_more & 31), planar = h->channel_more & 64;
    size_t frames = bytes < wide ? 0 : (bytes - wide) / apart + 1;
    ptrdiff_t next = (ptrdiff_t)apart, across = (ptrdiff_t)beside;
    if (planar) {
        frames = bytes / channels / beside;
        next = (ptrdiff_t)beside;
        across = (ptrdiff_t)(frames * beside);
    }
    if (h->frame_more & 64 && frames) { /* the last one first */
        own += (ptrdiff_t)(frames - 1) * next;
        next = -next;
    }
    if (h->channel_more & 128 && frames) {
        own += (ptrdiff_t)(channels - 1) * across;
        across = -across;
    }
    if (h->frame_more & 128) { /* strides of 0: what lies side by side */
        next = across = 0;
        own = start;
        frames = bytes / (width * channels);
    }
    pcm->data = own;
    pcm->frame_stride = next;
    pcm->channel_stride = across;
    return frames;
}

/* Where frame i begins. */
static const void *frame_at(const pdql_pcm *pcm, size_t i)
{
    const ptrdiff_t width = pcm->format == PDQL_PCM_F32 ? 4 : 2;
    const ptrdiff_t next = pcm->frame_stride ? pcm->frame_stride : width * (ptrdiff_t)pcm->channels;
    return (const uint8_t *)pcm->data + (ptrdiff_t)i * next;
}

static size_t pushes(const pdql_kernels *k, const uint8_t *data, size_t size, int halves, int16_t *samples)
{
    pdql_resampler *r;
    void *const memory = memory_of(pdql_resampler_size());
    size_t have = 0, n = 0;
    must(pdql_resampler_init(k, memory, pdql_resampler_size(), &r) == PDQL_OK);
    for (head h; size >= sizeof h;) {
        memcpy(&h, data, sizeof h);
        data += sizeof h, size -= sizeof h;
        const size_t bytes = h.bytes < size ? h.bytes : size;
        uint8_t *const own = memory_of(bytes);
        memcpy(own, data, bytes);
        pdql_pcm pcm = { own, 0, RATES[h.rate % 16], h.channels, h.format % 4, h.channel, 0, 0 };
        pcm.frames = layout(&h, own, bytes, &pcm);
        if (h.rate & 128)
            pcm.data = NULL;
        const size_t first = halves ? pcm.frames / 3 : 0;
        pdql_pcm part = pcm;
        part.frames = first;
        have += push(r, &part, samples, have);
        part.frames = pcm.frames - first;
        part.data = pcm.data ? frame_at(&pcm, first) : NULL;
        have += push(r, &part, samples, have);
        free(own);
        data += bytes, size -= bytes;
    }
    int16_t last[64];
    must(pdql_resampler_finish(r, last, 64, &n) == PDQL_OK && n <= 64);
    free(memory);
    return have;
}

static size_t hashed(const pdql_kernels *k, pdql_sound_options o, const int16_t *x, size_t n, size_t step,
                     pdql_sound_hash *out, size_t most)
{
    pdql_sound_hasher *h;
    const size_t size = pdql_sound_hasher_size();
    void *const memory = memory_of(size);
    size_t found = 0, more;
    must(pdql_sound_hasher_init(k, &o, memory, size, &h) == PDQL_OK);
    for (size_t at = 0, now; at <= n; at += now + !now) {
        now = n - at < step ? n - at : step;
        const size_t room = now ? pdql_sound_hasher_room(now, &o) : 5;
        pdql_sound_hash *const some = memory_of(room * sizeof *some);
        must((now ? pdql_sound_hasher_push(h, x + at, now, some, room, &more)
                  : pdql_sound_hasher_finish(h, some, room, &more))
             == PDQL_OK);
        must(more <= room && found + more <= most);
        memcpy(out + found, some, more * sizeof *some);
        free(some);
        found += more;
        if (!now)
            break;
    }
    free(memory);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const pdql_sound_options o = { data[0] % PDQL_SOUND_HYPOTHESES, 1 + data[1] % 64 };
    const size_t step = 1 + data[2] * 37;
    data += 4, size -= 4;
    int16_t *const x = memory_of(MOST * sizeof *x), *const y = memory_of(MOST * sizeof *y);
    const size_t n = pushes(pdql_kernels_at(0), data, size, 0, x), most = MOST / 342 + 8;
    for (size_t i = n; n && i < TILED; i++) /* a few windows of it, each turn another */
        x[i] = (int16_t)(x[i - n] ^ (int16_t)(i / n));
    const size_t long_n = n && n < TILED ? TILED : n;
    pdql_sound_hash *const want = memory_of(most * sizeof *want), *const got = memory_of(most * sizeof *got);
    const size_t n_want = hashed(pdql_kernels_at(0), o, x, long_n, MOST, want, most);
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        must(pushes(pdql_kernels_at(i), data, size, 1, y) == n && !memcmp(x, y, n * sizeof *x));
        must(hashed(pdql_kernels_at(i), o, x, long_n, step, got, most) == n_want);
        must(!memcmp(want, got, n_want * sizeof *got));
    }
    free(x), free(y), free(want), free(got);
    return 0;
}
