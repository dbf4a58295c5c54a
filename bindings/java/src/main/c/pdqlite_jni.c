/*
 * pdqlite_jni.c - org.pdqlite.Native over pdqlite.h: buffers checked, memory owned, statuses thrown
 *
 * A handle is the address of one of the structs here. Java's side never passes one that is closed, nor two threads
 * at once where pdqlite.h forbids it (Handle.java). Matching: matcher_jni.c; lists: list_jni.c.
 */
#define _POSIX_C_SOURCE 200112L
#include "jni_core.h"

#include <stdlib.h>
#include <string.h>

const pdql_kernels *pdqj_kernels(void)
{
    static const pdql_kernels *_Atomic known;
    if (!known)
        known = pdql_kernels_best();
    return known;
}

void pdqj_throw(JNIEnv *env, pdql_status status)
{
    jclass kind = (*env)->FindClass(env, "org/pdqlite/PdqliteException");
    jmethodID of = kind ? (*env)->GetStaticMethodID(env, kind, "of", "(I)Lorg/pdqlite/PdqliteException;") : NULL;
    jobject thrown = of ? (*env)->CallStaticObjectMethod(env, kind, of, (jint)status) : NULL;
    if (!(*env)->ExceptionCheck(env) && thrown)
        (*env)->Throw(env, thrown);
}

static void throw_memory(JNIEnv *env)
{
    jclass kind = (*env)->FindClass(env, "java/lang/OutOfMemoryError");
    if (kind)
        (*env)->ThrowNew(env, kind, "native memory");
}

void *pdqj_memory(JNIEnv *env, size_t size)
{
    void *memory = NULL;
    if (size < SIZE_MAX && !posix_memalign(&memory, 16, size + 1)) /* Android has aligned_alloc from 28 on only */
        memset(memory, 0, size + 1);
    else
        throw_memory(env);
    return memory;
}

uint8_t *pdqj_copy(JNIEnv *env, jbyteArray array, size_t *n)
{
    *n = array ? (size_t)(*env)->GetArrayLength(env, array) : 0;
    uint8_t *const bytes = array ? pdqj_memory(env, *n) : NULL;
    if (bytes)
        (*env)->GetByteArrayRegion(env, array, 0, (jsize)*n, (jbyte *)bytes);
    return bytes;
}

jbyteArray pdqj_bytes(JNIEnv *env, const void *data, size_t n)
{
    if (n > INT32_MAX) {
        pdqj_throw(env, PDQL_ERR_ARG);
        return NULL;
    }
    jbyteArray array = (*env)->NewByteArray(env, (jsize)n);
    if (array)
        (*env)->SetByteArrayRegion(env, array, 0, (jsize)n, data);
    return array;
}

jintArray pdqj_ints(JNIEnv *env, const void *data, size_t n)
{
    jintArray array = n <= INT32_MAX ? (*env)->NewIntArray(env, (jsize)n) : NULL;
    if (array)
        (*env)->SetIntArrayRegion(env, array, 0, (jsize)n, data);
    return array;
}

/* ---- pictures: { start, width, height, row stride, pixel stride, format } in a direct buffer */

int pdqj_picture(JNIEnv *env, jobject buffer, jlongArray shape, pdql_image *image)
{
    jlong s[6];
    uint8_t *const data = buffer ? (*env)->GetDirectBufferAddress(env, buffer) : NULL;
    const jlong capacity = buffer ? (*env)->GetDirectBufferCapacity(env, buffer) : -1;
    if (!data || capacity < 0 || !shape || (*env)->GetArrayLength(env, shape) != 6) {
        pdqj_throw(env, PDQL_ERR_ARG);
        return -1;
    }
    (*env)->GetLongArrayRegion(env, shape, 0, 6, s);
    const int64_t most = INT64_C(1) << 40,
                  bytes = s[5] == PDQL_RGB || s[5] == PDQL_BGR ? 3
        : s[5] == PDQL_GRAY16                                  ? 2
                                                               : 1;
    int good = s[0] >= 0 && s[0] <= capacity && s[1] >= 1 && s[1] <= PDQL_MAX_SIDE && s[2] >= 1 && s[2] <= PDQL_MAX_SIDE
        && s[3] >= -most && s[3] <= most && s[4] >= -most && s[4] <= most;
    if (good) {
        const int64_t across = (s[1] - 1) * s[4], down = (s[2] - 1) * s[3];
        const int64_t first = s[0] + (across < 0 ? across : 0) + (down < 0 ? down : 0);
        const int64_t last = s[0] + (across > 0 ? across : 0) + (down > 0 ? down : 0) + bytes;
        good = first >= 0 && last <= capacity;
    }
    if (!good) {
        pdqj_throw(env, PDQL_ERR_SHAPE);
        return -1;
    }
    *image = (pdql_image){
        data + s[0], (uint32_t)s[1], (uint32_t)s[2], (ptrdiff_t)s[3], (ptrdiff_t)s[4], (uint32_t)s[5], 0
    };
    return 0;
}

/* ---- hash */

JNI(jlong, hasherNew)(JNIEnv *env, jclass c, jint width, jint height)
{
    (void)c;
    const size_t size = width > 0 && height > 0 ? pdql_hasher_size((uint32_t)width, (uint32_t)height) : 0;
    if (!size) {
        pdqj_throw(env, PDQL_ERR_SHAPE);
        return 0;
    }
    void *const memory = pdqj_memory(env, size);
    const pdql_status status = memory ? pdql_hasher_init(memory, size, (uint32_t)width, (uint32_t)height) : PDQL_OK;
    if (status) {
        free(memory);
        pdqj_throw(env, status);
        return 0;
    }
    return (jlong)(intptr_t)memory;
}

/* Bits and quality of one orientation or of eight, 33 bytes each. */
JNI(jbyteArray, hash)(JNIEnv *env, jclass c, jlong hasher, jobject buffer, jlongArray shape, jboolean all)
{
    (void)c;
    pdql_image image;
    pdql_hash out[8];
    if (pdqj_picture(env, buffer, shape, &image))
        return NULL;
    const pdql_status status = all ? pdql_hash_orientations(pdqj_kernels(), HANDLE(hasher), &image, out)
                                   : pdql_hash_image(pdqj_kernels(), HANDLE(hasher), &image, out);
    if (status) {
        pdqj_throw(env, status);
        return NULL;
    }
    return pdqj_bytes(env, out, (all ? 8 : 1) * sizeof *out);
}

JNI(void, free)(JNIEnv *env, jclass c, jlong memory)
{
    (void)env, (void)c;
    free(HANDLE(memory));
}

/* ---- index */

typedef struct index_handle {
    pdql_index index;
    uint8_t *block;
    size_t bytes;
} index_handle;

/* The block of an index of n rows; NULL with an exception on its way. */
static uint8_t *index_block(JNIEnv *env, const uint8_t *rows, size_t n, pdql_index_shape shape, size_t *bytes)
{
    size_t work_bytes;
    pdql_status status = pdql_index_work_size(n, shape, &work_bytes);
    void *work = status ? NULL : pdqj_memory(env, work_bytes);
    uint8_t *block = NULL;
    if (!status && work && !(status = pdql_index_plan(rows, n, shape, work, work_bytes, bytes))
        && (block = pdqj_memory(env, *bytes))
        && (status = pdql_index_build(rows, n, work, work_bytes, block, *bytes))) {
        free(block);
        block = NULL;
    }
    free(work);
    if (status)
        pdqj_throw(env, status);
    return block;
}

static jlong open_block(JNIEnv *env, uint8_t *block, size_t bytes)
{
    index_handle *const h = block ? pdqj_memory(env, sizeof *h) : NULL;
    const pdql_status status = h ? pdql_index_open(block, bytes, &h->index) : PDQL_OK;
    if (!h || status) {
        free(h);
        free(block);
        if (status)
            pdqj_throw(env, status);
        return 0;
    }
    h->block = block;
    h->bytes = bytes;
    return (jlong)(intptr_t)h;
}

JNI(jlong, indexBuild)(JNIEnv *env, jclass c, jbyteArray rows, jint shape)
{
    (void)c;
    size_t n, bytes = 0;
    uint8_t *const copy = pdqj_copy(env, rows, &n);
    uint8_t *block = NULL;
    if (copy && n % PDQL_HASH_BYTES)
        pdqj_throw(env, PDQL_ERR_ARG);
    else if (copy)
        block = index_block(env, copy, n / PDQL_HASH_BYTES, (pdql_index_shape)shape, &bytes);
    free(copy);
    return open_block(env, block, bytes);
}

JNI(jlong, indexOpen)(JNIEnv *env, jclass c, jbyteArray block)
{
    (void)c;
    size_t n;
    uint8_t *const copy = pdqj_copy(env, block, &n);
    return open_block(env, copy, n);
}

JNI(jbyteArray, indexBlock)(JNIEnv *env, jclass c, jlong handle)
{
    (void)c;
    const index_handle *const h = HANDLE(handle);
    return pdqj_bytes(env, h->block, h->bytes);
}

/* Query, row, distance of every hit. */
JNI(jintArray, indexSearch)(JNIEnv *env, jclass c, jlong handle, jbyteArray queries, jint radius)
{
    (void)c;
    const index_handle *const h = HANDLE(handle);
    size_t bytes, n = 0, room = 256;
    uint8_t *const q = pdqj_copy(env, queries, &bytes);
    pdql_hit *hits = NULL;
    pdql_status status = bytes % PDQL_HASH_BYTES || radius < 0 ? PDQL_ERR_ARG : PDQL_OK;
    while (q && !status) {
        free(hits);
        if (!(hits = pdqj_memory(env, room * sizeof *hits)))
            break;
        status = pdql_index_search(pdqj_kernels(), &h->index, q, bytes / PDQL_HASH_BYTES, (unsigned)radius, hits, room,
                                   &n);
        if (status || n <= room)
            break;
        room = n;
    }
    jintArray out = NULL;
    if (q && status)
        pdqj_throw(env, status);
    else if (q && hits)
        out = pdqj_ints(env, hits, 3 * n);
    free(hits);
    free(q);
    return out;
}

JNI(void, indexFree)(JNIEnv *env, jclass c, jlong handle)
{
    (void)env, (void)c;
    index_handle *const h = HANDLE(handle);
    free(h->block);
    free(h);
}

JNI(jstring, version)(JNIEnv *env, jclass c)
{
    (void)c;
    return (*env)->NewStringUTF(env, pdql_version());
}

JNI(jstring, kernels)(JNIEnv *env, jclass c)
{
    (void)c;
    return (*env)->NewStringUTF(env, pdql_kernels_name(pdqj_kernels()));
}
