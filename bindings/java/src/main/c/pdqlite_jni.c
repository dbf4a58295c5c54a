/*
 * pdqlite_jni.c - org.pdqlite.Native over pdqlite.h: buffers checked, memory owned, statuses thrown
 *
 * A handle is the address of one of the structs here. Java's side never passes one that is closed, nor two threads
 * at once where pdqlite.h forbids it (Handle.java). Lists: list_jni.c.
 */
#define _POSIX_C_SOURCE 200112L
#include "jni_core.h"

#include <stdlib.h>
#include <string.h>

void pdqj_throw(JNIEnv *env, pdql_status status)
{
    jclass kind = (*env)->FindClass(env, "org/pdqlite/PdqliteException");
    jmethodID of = kind ? (*env)->GetStaticMethodID(env, kind, "of", "(I)Lorg/pdqlite/PdqliteException;") : NULL;
    jobject thrown = of ? (*env)->CallStaticObjectMethod(env, kind, of, (jint)status) : NULL;
    if (thrown)
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

static jintArray ints(JNIEnv *env, const void *data, size_t n)
{
    jintArray array = n <= INT32_MAX ? (*env)->NewIntArray(env, (jsize)n) : NULL;
    if (array)
        (*env)->SetIntArrayRegion(env, array, 0, (jsize)n, data);
    return array;
}

/* ---- pictures: { start, width, height, row stride, pixel stride, format } in a direct buffer */

/* 0 if every byte of every pixel lies in the buffer; else an exception is on its way. */
static int picture(JNIEnv *env, jobject buffer, jlongArray shape, pdql_image *image)
{
    jlong s[6];
    uint8_t *const data = buffer ? (*env)->GetDirectBufferAddress(env, buffer) : NULL;
    const jlong capacity = buffer ? (*env)->GetDirectBufferCapacity(env, buffer) : -1;
    if (!data || capacity < 0 || !shape || (*env)->GetArrayLength(env, shape) != 6) {
        pdqj_throw(env, PDQL_ERR_ARG);
        return -1;
    }
    (*env)->GetLongArrayRegion(env, shape, 0, 6, s);
    const int64_t most = INT64_C(1) << 40, bytes = s[5] == PDQL_RGB || s[5] == PDQL_BGR ? 3 : s[5] == PDQL_GRAY16 ? 2 : 1;
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
    *image = (pdql_image){ data + s[0], (uint32_t)s[1], (uint32_t)s[2], (ptrdiff_t)s[3], (ptrdiff_t)s[4], (uint32_t)s[5], 0 };
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
    if (picture(env, buffer, shape, &image))
        return NULL;
    const pdql_status status = all ? pdql_hash_orientations(pdql_kernels_best(), HANDLE(hasher), &image, out)
                                   : pdql_hash_image(pdql_kernels_best(), HANDLE(hasher), &image, out);
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

/* The block of an index of n rows; NULL with an exception on its way, or for no memory. */
static uint8_t *build(JNIEnv *env, const uint8_t *rows, size_t n, pdql_index_shape shape, size_t *bytes)
{
    size_t work_bytes;
    pdql_status status = pdql_index_work_size(n, shape, &work_bytes);
    void *work = status ? NULL : pdqj_memory(env, work_bytes);
    uint8_t *block = NULL;
    if (!status && work && !(status = pdql_index_plan(rows, n, shape, work, work_bytes, bytes))
        && (block = pdqj_memory(env, *bytes)) && (status = pdql_index_build(rows, n, work, work_bytes, block, *bytes))) {
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
        block = build(env, copy, n / PDQL_HASH_BYTES, (pdql_index_shape)shape, &bytes);
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
        status = pdql_index_search(pdql_kernels_best(), &h->index, q, bytes / PDQL_HASH_BYTES, (unsigned)radius, hits, room, &n);
        if (status || n <= room)
            break;
        room = n;
    }
    jintArray out = NULL;
    if (q && status)
        pdqj_throw(env, status);
    else if (q && hits)
        out = ints(env, hits, 3 * n);
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

/* ---- matcher */

typedef struct matcher_handle {
    pdql_matcher *matcher;
    uint8_t *rows, *meta, *index, *packed;
    void *local, *uncrop;
} matcher_handle;

static void matcher_free(matcher_handle *h)
{
    free(h->matcher), free(h->rows), free(h->meta), free(h->index), free(h->packed), free(h->local), free(h->uncrop);
    free(h);
}

JNI(void, matcherFree)(JNIEnv *env, jclass c, jlong handle)
{
    (void)env, (void)c;
    matcher_free(HANDLE(handle));
}

/* The policy that is advised, as eight numbers in the order of pdql_policy. */
JNI(jintArray, policy)(JNIEnv *env, jclass c)
{
    (void)c;
    pdql_policy policy;
    pdql_policy_init(&policy);
    return ints(env, &policy, sizeof policy / 4);
}

/* Local signatures, one after another, into an index; lengths NULL: there are none. */
static pdql_status add_local(JNIEnv *env, matcher_handle *h, pdql_match_list *list, jbyteArray records, jintArray lengths)
{
    size_t n, points = 0, at = 0;
    if (!lengths)
        return PDQL_OK;
    if ((size_t)(*env)->GetArrayLength(env, lengths) != list->n)
        return PDQL_ERR_ARG;
    uint8_t *const bytes = pdqj_copy(env, records, &n);
    uint32_t *const each = bytes ? pdqj_memory(env, 4 * list->n) : NULL;
    pdql_status status = each ? PDQL_OK : PDQL_ERR_ARG;
    if (each)
        (*env)->GetIntArrayRegion(env, lengths, 0, (jsize)list->n, (jint *)each);
    for (size_t i = 0; i < list->n && !status; at += each[i++]) {
        if (each[i] > n - at)
            status = PDQL_ERR_ARG;
        else if (each[i] >= 2)
            points += bytes[at + 1];
    }
    if (!status && (at != n || !(list->local_bytes = pdql_local_index_size(list->n, points))))
        status = PDQL_ERR_ARG;
    if (!status && (h->local = pdqj_memory(env, list->local_bytes)))
        status = pdql_local_index_build(bytes, each, list->n, h->local, list->local_bytes);
    list->local = h->local;
    free(each);
    free(bytes);
    return status;
}

static pdql_status add_uncrop(JNIEnv *env, matcher_handle *h, pdql_match_list *list)
{
    list->packed_bytes = pdql_uncrop_packed_size(list->n);
    if (!(h->uncrop = pdqj_memory(env, pdql_uncrop_size())) || !(h->packed = pdqj_memory(env, list->packed_bytes)))
        return PDQL_OK; /* OutOfMemoryError is on its way */
    pdql_status status = pdql_uncrop_init(h->uncrop, pdql_uncrop_size());
    if (!status)
        status = pdql_uncrop_pack(h->rows, list->n, h->packed, list->packed_bytes);
    list->uncrop = h->uncrop;
    list->packed = h->packed;
    return status;
}

JNI(jlong, matcherNew)(JNIEnv *env, jclass c, jbyteArray rows, jbyteArray meta, jint meta_bytes, jbyteArray records,
                       jintArray lengths, jintArray numbers)
{
    (void)c;
    pdql_policy policy;
    pdql_match_list list = { 0 };
    size_t bytes, n_meta;
    matcher_handle *const h = pdqj_memory(env, sizeof *h);
    if (!h)
        return 0;
    pdql_status status = (*env)->GetArrayLength(env, numbers) == sizeof policy / 4 ? PDQL_OK : PDQL_ERR_ARG;
    if (!status)
        (*env)->GetIntArrayRegion(env, numbers, 0, sizeof policy / 4, (jint *)&policy);
    h->rows = pdqj_copy(env, rows, &bytes);
    h->meta = pdqj_copy(env, meta, &n_meta);
    list.n = bytes / PDQL_HASH_BYTES;
    list.rows = h->rows;
    list.meta = h->meta;
    list.meta_bytes = (size_t)meta_bytes;
    if (!status && (bytes % PDQL_HASH_BYTES || meta_bytes < 0 || n_meta != list.n * (size_t)meta_bytes))
        status = PDQL_ERR_ARG;
    if (!status && h->rows)
        list.index = h->index = build(env, h->rows, list.n, PDQL_INDEX_AUTO, &list.index_bytes);
    if (!status && !(*env)->ExceptionCheck(env))
        status = add_local(env, h, &list, records, lengths);
    if (!status && !(*env)->ExceptionCheck(env) && list.n && list.n <= policy.uncrop_entries)
        status = add_uncrop(env, h, &list);
    if (!status && !(*env)->ExceptionCheck(env) && (h->matcher = pdqj_memory(env, pdql_matcher_size())))
        status = pdql_matcher_init(h->matcher, pdql_matcher_size(), &list, &policy);
    if (status || (*env)->ExceptionCheck(env)) {
        matcher_free(h);
        if (status && !(*env)->ExceptionCheck(env))
            pdqj_throw(env, status);
        return 0;
    }
    return (jlong)(intptr_t)h;
}

/* A decision, then what spoke for entries, as the numbers of pdql_decision and pdql_finding. */
JNI(jintArray, matchPicture)(JNIEnv *env, jclass c, jlong handle, jobject buffer, jlongArray shape)
{
    (void)c;
    const matcher_handle *const h = HANDLE(handle);
    struct {
        pdql_decision decision;
        pdql_finding findings[PDQL_MAX_FINDINGS];
    } out;
    pdql_image image;
    size_t n;
    if (picture(env, buffer, shape, &image))
        return NULL;
    const size_t size = pdql_match_work_size(h->matcher, image.width, image.height);
    void *const work = pdqj_memory(env, size);
    if (!work)
        return NULL;
    const pdql_status status
        = pdql_match_picture(h->matcher, &image, work, size, &out.decision, out.findings, PDQL_MAX_FINDINGS, &n);
    free(work);
    if (status) {
        pdqj_throw(env, status);
        return NULL;
    }
    return ints(env, &out, (sizeof out.decision + n * sizeof *out.findings) / 4);
}

/* ---- watch */

typedef struct watch_handle {
    const matcher_handle *matcher;
    pdql_watch *watch;
    void *work;
    size_t size;
} watch_handle;

JNI(jlong, watchNew)(JNIEnv *env, jclass c, jlong matcher)
{
    (void)c;
    watch_handle *const h = pdqj_memory(env, sizeof *h);
    if (!h)
        return 0;
    h->matcher = HANDLE(matcher);
    const size_t size = pdql_watch_size(h->matcher->matcher);
    h->watch = pdqj_memory(env, size);
    const pdql_status status = h->watch ? pdql_watch_init(h->watch, size, h->matcher->matcher) : PDQL_OK;
    if (!h->watch || status) {
        free(h->watch);
        free(h);
        if (status)
            pdqj_throw(env, status);
        return 0;
    }
    return (jlong)(intptr_t)h;
}

JNI(void, watchPush)(JNIEnv *env, jclass c, jlong handle, jobject buffer, jlongArray shape, jlong time_ms)
{
    (void)c;
    watch_handle *const h = HANDLE(handle);
    pdql_image image;
    if (picture(env, buffer, shape, &image))
        return;
    const size_t size = pdql_match_work_size(h->matcher->matcher, image.width, image.height);
    if (size > h->size) {
        free(h->work);
        h->size = 0;
        if (!(h->work = pdqj_memory(env, size)))
            return;
        h->size = size;
    }
    const pdql_status status = time_ms < 0 || time_ms > UINT32_MAX
        ? PDQL_ERR_ARG : pdql_watch_push(h->watch, &image, (uint32_t)time_ms, h->work, h->size);
    if (status)
        pdqj_throw(env, status);
}

JNI(jboolean, watchEnough)(JNIEnv *env, jclass c, jlong handle)
{
    (void)env, (void)c;
    return pdql_watch_enough(((watch_handle *)HANDLE(handle))->watch) == 1;
}

/* A decision, then the frames that agree, as the numbers of pdql_decision and pdql_frame_match. */
JNI(jintArray, watchDecision)(JNIEnv *env, jclass c, jlong handle)
{
    (void)c;
    struct {
        pdql_decision decision;
        pdql_frame_match matches[PDQL_MAX_FINDINGS];
    } out;
    size_t n;
    const pdql_status status = pdql_watch_decision(((watch_handle *)HANDLE(handle))->watch, &out.decision, out.matches,
                                                   PDQL_MAX_FINDINGS, &n);
    if (status) {
        pdqj_throw(env, status);
        return NULL;
    }
    return ints(env, &out, (sizeof out.decision + n * sizeof *out.matches) / 4);
}

JNI(void, watchFree)(JNIEnv *env, jclass c, jlong handle)
{
    (void)env, (void)c;
    watch_handle *const h = HANDLE(handle);
    free(h->watch), free(h->work), free(h);
}

JNI(jstring, version)(JNIEnv *env, jclass c)
{
    (void)c;
    return (*env)->NewStringUTF(env, pdql_version());
}

JNI(jstring, kernels)(JNIEnv *env, jclass c)
{
    (void)c;
    return (*env)->NewStringUTF(env, pdql_kernels_name(pdql_kernels_best()));
}
