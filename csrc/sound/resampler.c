/*
 * sound/resampler.c - PCM of any layout -> mono at 8 kHz
 */
#include <string.h>

#include "kernels/kernels.h"
#include "sound/sound.h"

enum { BLOCK = 1024, MOST_TAPS = 576, SPARE = 64 };

struct pdql_resampler {
    const pdqi_sound_kernels *kernels;
    uint64_t taken, given; /* frames and samples since the rate began */
    uint32_t rate; /* 0: nothing was pushed yet */
    uint32_t phase;
    size_t have, at; /* samples in `mono`; where the next output's first tap falls */
    pdqi_sound_filter filter;
    int16_t mono[BLOCK + MOST_TAPS + 8];
};

size_t pdql_resampler_size(void)
{
    return sizeof(pdql_resampler);
}

pdql_status pdql_resampler_init(const pdql_kernels *k, void *memory, size_t size, pdql_resampler **out)
{
    if (!k || !memory || !out || (uintptr_t)memory % 8)
        return PDQL_ERR_ARG;
    if (size < sizeof(pdql_resampler))
        return PDQL_ERR_SPACE;
    pdql_resampler *const r = memory;
    memset(r, 0, sizeof *r);
    r->kernels = k->sound;
    *out = r;
    return PDQL_OK;
}

/* ceil(frames * up / down), up <= down. */
static uint64_t outputs(uint64_t frames, uint32_t up, uint32_t down)
{
    return frames / down * up + (frames % down * up + down - 1) / down;
}

size_t pdql_resampler_room(size_t frames, uint32_t rate)
{
    uint32_t up, down;
    if (!pdqi_sound_ratio(rate, &up, &down))
        return 0;
    const uint64_t most = outputs(frames, up, down);
    return most > SIZE_MAX - SPARE ? SIZE_MAX : (size_t)most + SPARE;
}

/* A float as 16 bits: rounded to the nearest, halves away from zero. */
static int16_t whole(float v)
{
    const float scaled = v * 32768;
    if (scaled != scaled)
        return 0;
    if (scaled >= 32767)
        return 32767;
    if (scaled <= -32768)
        return -32768;
    const int32_t towards_zero = (int32_t)scaled;
    const float rest = scaled - (float)towards_zero;
    return (int16_t)(towards_zero + (rest >= 0.5f) - (rest <= -0.5f));
}

static int16_t sample(const uint8_t *at, uint32_t format)
{
    if (format == PDQL_PCM_F32) {
        float v;
        memcpy(&v, at, sizeof v);
        return whole(v);
    }
    int16_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

/* Two channels of 16 bits side by side: most sound. */
static void mix_two(const uint8_t *frame, int16_t *out, size_t n)
{
    typedef int16_t anywhere __attribute__((aligned(1), may_alias));
    const anywhere *const x = (const anywhere *)(const void *)frame;
    for (size_t i = 0; i < n; i++)
        out[i] = (int16_t)((x[2 * i] + x[2 * i + 1] + 1) >> 1);
}

static void mix_all(const pdql_pcm *pcm, const uint8_t *frame, ptrdiff_t next, ptrdiff_t beside, int16_t *out, size_t n)
{
    const uint32_t channels = pcm->channels;
    for (size_t i = 0; i < n; i++, frame += next) {
        int32_t sum = (int32_t)(channels / 2 + 32768 * channels);
        for (uint32_t c = 0; c < channels; c++)
            sum += sample(frame + (ptrdiff_t)c * beside, pcm->format);
        out[i] = (int16_t)((int32_t)((uint32_t)sum / channels) - 32768);
    }
}

/* n frames from `first` on as one channel. */
static void mix(const pdql_pcm *pcm, size_t first, int16_t *out, size_t n)
{
    const ptrdiff_t bytes = pcm->format == PDQL_PCM_F32 ? 4 : 2;
    const ptrdiff_t beside = pcm->channel_stride ? pcm->channel_stride : bytes;
    const ptrdiff_t next = pcm->frame_stride ? pcm->frame_stride : bytes * (ptrdiff_t)pcm->channels;
    if (!pcm->data) {
        memset(out, 0, n * sizeof *out);
        return;
    }
    const uint8_t *frame = (const uint8_t *)pcm->data + (ptrdiff_t)first * next;
    if (pcm->channel || pcm->channels == 1) {
        frame += pcm->channel ? (ptrdiff_t)(pcm->channel - 1) * beside : 0;
        for (size_t i = 0; i < n; i++)
            out[i] = sample(frame + (ptrdiff_t)i * next, pcm->format);
    } else if (pcm->channels == 2 && bytes == 2 && beside == 2 && next == 4) {
        mix_two(frame, out, n);
    } else {
        mix_all(pcm, frame, next, beside, out, n);
    }
}

/* Writes the outputs whose taps are all there, and no more than `most`. */
static size_t filter(pdql_resampler *r, int16_t *out, uint64_t most)
{
    const pdqi_sound_filter *const f = &r->filter;
    if (r->at + f->taps > r->have)
        return 0;
    /* The last output of phase p may start at have - taps: its phase is below up, so the sum below is the count. */
    const uint64_t span = (uint64_t)(r->have - f->taps - r->at) * f->up + (f->up - 1 - r->phase);
    uint64_t n = span / f->down + 1;
    n = n < most ? n : most;
    r->kernels->resample(f, r->mono + r->at, r->phase, out, (size_t)n);
    const uint64_t moved = r->phase + n * f->down;
    r->at += (size_t)(moved / f->up);
    r->phase = (uint32_t)(moved % f->up);
    r->given += n;
    const size_t gone = r->at < r->have ? r->at : r->have;
    memmove(r->mono, r->mono + gone, (r->have - gone) * sizeof *r->mono);
    r->have -= gone;
    r->at -= gone;
    return (size_t)n;
}

static size_t finish(pdql_resampler *r, int16_t *out)
{
    size_t n = 0;
    if (r->rate && r->filter.taps) {
        const uint64_t total = outputs(r->taken, r->filter.up, r->filter.down);
        while (r->given < total) {
            memset(r->mono + r->have, 0, (size_t)(BLOCK + MOST_TAPS - r->have) * sizeof *r->mono);
            r->have = BLOCK + MOST_TAPS;
            n += filter(r, out + n, total - r->given);
        }
    }
    r->rate = 0;
    return n;
}

static void begin(pdql_resampler *r, uint32_t rate)
{
    pdqi_sound_filter_make(&r->filter, rate);
    r->rate = rate;
    r->taken = r->given = 0;
    r->phase = 0;
    r->at = 0;
    r->have = r->filter.taps ? (12 * r->filter.down - 1) / r->filter.up : 0;
    memset(r->mono, 0, r->have * sizeof *r->mono);
}

static int sound(const pdql_pcm *pcm)
{
    return pcm && (pcm->format == PDQL_PCM_S16 || pcm->format == PDQL_PCM_F32) && pcm->channels
        && pcm->channels <= PDQL_SOUND_MAX_CHANNELS && pcm->channel <= pcm->channels;
}

pdql_status pdql_resampler_push(pdql_resampler *r, const pdql_pcm *pcm, int16_t *out, size_t room, size_t *n)
{
    uint32_t up, down;
    if (!r || !n || !out || !sound(pcm) || !pdqi_sound_ratio(pcm->rate, &up, &down))
        return PDQL_ERR_ARG;
    if (room < pdql_resampler_room(pcm->frames, pcm->rate))
        return PDQL_ERR_SPACE;
    size_t written = 0;
    if (pcm->rate != r->rate) {
        written = finish(r, out);
        begin(r, pcm->rate);
    }
    for (size_t done = 0; done < pcm->frames;) {
        const size_t left = pcm->frames - done, free = BLOCK + MOST_TAPS - r->have;
        const size_t now = r->filter.taps ? (left < free ? left : free) : left;
        mix(pcm, done, r->filter.taps ? r->mono + r->have : out + written, now);
        done += now;
        r->taken += now;
        if (r->filter.taps) {
            r->have += now;
            written += filter(r, out + written, UINT64_MAX);
        } else {
            written += now;
        }
    }
    *n = written;
    return PDQL_OK;
}

pdql_status pdql_resampler_finish(pdql_resampler *r, int16_t *out, size_t room, size_t *n)
{
    if (!r || !out || !n)
        return PDQL_ERR_ARG;
    if (room < SPARE)
        return PDQL_ERR_SPACE;
    *n = finish(r, out);
    return PDQL_OK;
}
