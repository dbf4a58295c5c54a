/*
 * sound_jni.c - org.pdqlite.Native over pdqlite_sound.h
 */
#include "jni_core.h"

#include <pdqlite_sound.h>
#include <stdlib.h>
#include <string.h>

/* A resampler or a hasher, and the memory that it lives in. */
typedef struct sound {
    union {
        pdql_resampler *resampler;
        pdql_sound_hasher *hasher;
    } at;
    pdql_sound_options options;
    _Alignas(16) uint8_t memory[];
} sound;

/* A start of 8 bytes, low one first, 32 bytes of bits, quality. */
enum { HASH = 41, LEFT = 64 };

static jlong made(JNIEnv *env, sound *s, pdql_status status)
{
    if (status) {
        free(s);
        pdqj_throw(env, status);
        return 0;
    }
    return (jlong)(intptr_t)s;
}

JNI(jlong, resamplerNew)(JNIEnv *env, jclass c)
{
    (void)c;
    sound *const s = pdqj_memory(env, sizeof *s + pdql_resampler_size());
    return s ? made(env, s, pdql_resampler_init(pdqj_kernels(), s->memory, pdql_resampler_size(), &s->at.resampler))
             : 0;
}

static jshortArray samples_of(JNIEnv *env, pdql_status status, int16_t *out, size_t n)
{
    jshortArray array = NULL;
    if (status)
        pdqj_throw(env, status);
    else if ((array = (*env)->NewShortArray(env, (jsize)n)) != NULL)
        (*env)->SetShortArrayRegion(env, array, 0, (jsize)n, out);
    free(out);
    return array;
}

/* One of the two arrays is null. */
JNI(jshortArray, resamplerPush)(JNIEnv *env, jclass c, jlong handle, jshortArray shorts, jfloatArray floats, jint rate,
                                jint channels, jint channel)
{
    (void)c;
    sound *const s = HANDLE(handle);
    jarray array = shorts ? (jarray)shorts : (jarray)floats;
    const size_t n = array ? (size_t)(*env)->GetArrayLength(env, array) : 0;
    if (!array || channels < 1 || channel < 0 || rate < 1 || n % (size_t)channels) {
        pdqj_throw(env, PDQL_ERR_ARG);
        return NULL;
    }
    void *const data = pdqj_memory(env, n * (shorts ? sizeof(jshort) : sizeof(jfloat)));
    const pdql_pcm pcm = { data,
                           n / (size_t)channels,
                           (uint32_t)rate,
                           (uint32_t)channels,
                           shorts ? PDQL_PCM_S16 : PDQL_PCM_F32,
                           (uint32_t)channel,
                           0,
                           0 };
    const size_t room = pdql_resampler_room(pcm.frames, pcm.rate);
    int16_t *const out = data ? pdqj_memory(env, room * sizeof *out) : NULL;
    if (!out) {
        free(data);
        return NULL;
    }
    if (shorts)
        (*env)->GetShortArrayRegion(env, shorts, 0, (jsize)n, data);
    else
        (*env)->GetFloatArrayRegion(env, floats, 0, (jsize)n, data);
    size_t written = 0;
    const pdql_status status = pdql_resampler_push(s->at.resampler, &pcm, out, room, &written);
    free(data);
    return samples_of(env, status, out, written);
}

JNI(jshortArray, resamplerFinish)(JNIEnv *env, jclass c, jlong handle)
{
    (void)c;
    size_t written = 0;
    int16_t *const out = pdqj_memory(env, LEFT * sizeof *out);
    if (!out)
        return NULL;
    const pdql_status status = pdql_resampler_finish(((sound *)HANDLE(handle))->at.resampler, out, LEFT, &written);
    return samples_of(env, status, out, written);
}

JNI(jlong, soundHasherNew)(JNIEnv *env, jclass c, jint every, jint hypothesis)
{
    (void)c;
    sound *const s = pdqj_memory(env, sizeof *s + pdql_sound_hasher_size());
    if (!s)
        return 0;
    s->options = (pdql_sound_options){ (uint32_t)hypothesis, (uint32_t)every };
    const size_t size = pdql_sound_hasher_size();
    return made(env, s, pdql_sound_hasher_init(pdqj_kernels(), &s->options, s->memory, size, &s->at.hasher));
}

/* The hashes that samples complete; of null, those of the end. */
JNI(jbyteArray, soundHasherPush)(JNIEnv *env, jclass c, jlong handle, jshortArray samples)
{
    (void)c;
    sound *const s = HANDLE(handle);
    const size_t n = samples ? (size_t)(*env)->GetArrayLength(env, samples) : 0;
    const size_t room = pdql_sound_hasher_room(n, &s->options);
    int16_t *const x = pdqj_memory(env, n * sizeof *x);
    pdql_sound_hash *const hashes = x ? pdqj_memory(env, room * sizeof *hashes) : NULL;
    uint8_t *const bytes = hashes ? pdqj_memory(env, room * HASH) : NULL;
    jbyteArray array = NULL;
    if (bytes) {
        size_t found = 0;
        if (samples)
            (*env)->GetShortArrayRegion(env, samples, 0, (jsize)n, x);
        const pdql_status status = samples ? pdql_sound_hasher_push(s->at.hasher, x, n, hashes, room, &found)
                                           : pdql_sound_hasher_finish(s->at.hasher, hashes, room, &found);
        for (size_t i = 0; i < found; i++) {
            uint8_t *const to = bytes + HASH * i;
            for (int b = 0; b < 8; b++)
                to[b] = (uint8_t)(hashes[i].start >> 8 * b);
            memcpy(to + 8, hashes[i].bits, 32);
            to[40] = hashes[i].quality;
        }
        if (status)
            pdqj_throw(env, status);
        else
            array = pdqj_bytes(env, bytes, found * HASH);
    }
    free(x);
    free(hashes);
    free(bytes);
    return array;
}
