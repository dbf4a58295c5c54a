/*
 * matcher_jni.c - keypoint signatures; matching pictures and watching videos
 */
#include "jni_core.h"

#include <stdlib.h>
#include <string.h>

/* The keypoint signature of a picture, of a plane of about 65 536 cells. */
JNI(jbyteArray, keypointSignature)(JNIEnv *env, jclass c, jobject buffer, jlongArray shape)
{
    (void)c;
    pdql_image image;
    pdql_plane plane;
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX];
    size_t length = 0;
    if (pdqj_picture(env, buffer, shape, &image))
        return NULL;
    const size_t size = pdql_plane_size(image.width, image.height);
    void *const memory = pdqj_memory(env, size);
    if (!memory)
        return NULL;
    pdql_status status = pdql_plane_make(pdqj_kernels(), &image, memory, size, &plane);
    const size_t room = status ? 0 : pdql_keypoints_work_size(plane.width, plane.height);
    void *const work = pdqj_memory(env, room);
    if (!status && work)
        status = pdql_keypoints_signature(pdqj_kernels(), plane.samples, plane.width, plane.height, plane.width,
                                          PDQL_MAX_KEYPOINTS, work, room, record, &length);
    free(work);
    free(memory);
    if (status && !(*env)->ExceptionCheck(env))
        pdqj_throw(env, status);
    return (*env)->ExceptionCheck(env) ? NULL : pdqj_bytes(env, record, length);
}

/* ---- matcher */

typedef struct matcher_handle {
    pdql_matcher *matcher;
    uint8_t *rows, *meta;
} matcher_handle;

static void matcher_free(matcher_handle *h)
{
    free(h->matcher), free(h->rows), free(h->meta);
    free(h);
}

JNI(void, matcherFree)(JNIEnv *env, jclass c, jlong handle)
{
    (void)env, (void)c;
    matcher_free(HANDLE(handle));
}

/* The policy that is advised, as numbers in the order of pdql_match_policy. */
JNI(jintArray, policy)(JNIEnv *env, jclass c)
{
    (void)c;
    pdql_match_policy policy;
    pdql_match_policy_init(&policy);
    return pdqj_ints(env, &policy, sizeof policy / 4);
}

/* Tables of un-cropping, which every matcher of the process shares. */
JNI(jlong, uncropNew)(JNIEnv *env, jclass c)
{
    (void)c;
    void *const tables = pdqj_memory(env, pdql_uncrop_size());
    const pdql_status status = tables ? pdql_uncrop_init(tables, pdql_uncrop_size()) : PDQL_OK;
    if (status)
        pdqj_throw(env, status);
    return status ? 0 : (jlong)(intptr_t)tables;
}

/* Keypoint signatures, one after another, to be freed; lengths NULL: there are none. */
static pdql_status take_records(JNIEnv *env, pdql_match_entries *entries, jbyteArray records, jintArray lengths)
{
    size_t n, at = 0;
    if (!lengths)
        return PDQL_OK;
    if (!records || (size_t)(*env)->GetArrayLength(env, lengths) != entries->n)
        return PDQL_ERR_ARG;
    entries->records = pdqj_copy(env, records, &n);
    uint32_t *const each = entries->records ? pdqj_memory(env, 4 * entries->n) : NULL;
    entries->lengths = each;
    if (!each)
        return PDQL_OK; /* OutOfMemoryError is on its way */
    (*env)->GetIntArrayRegion(env, lengths, 0, (jsize)entries->n, (jint *)each);
    for (size_t i = 0; i < entries->n; at += each[i++])
        if (each[i] > n - at)
            return PDQL_ERR_ARG;
    return at == n ? PDQL_OK : PDQL_ERR_ARG;
}

static void *memory_get(void *env, size_t size)
{
    return pdqj_memory(env, size);
}

static void memory_give(void *env, void *block)
{
    (void)env;
    free(block);
}

JNI(jlong, matcherNew)(JNIEnv *env, jclass c, jbyteArray rows, jbyteArray meta, jint meta_bytes, jbyteArray records,
                       jintArray lengths, jintArray numbers, jlong uncrop)
{
    (void)c;
    pdql_match_policy policy;
    size_t bytes, n_meta;
    matcher_handle *const h = pdqj_memory(env, sizeof *h);
    if (!h)
        return 0;
    const pdql_memory memory = { env, memory_get, memory_give };
    pdql_status status = (*env)->GetArrayLength(env, numbers) == sizeof policy / 4 ? PDQL_OK : PDQL_ERR_ARG;
    if (!status)
        (*env)->GetIntArrayRegion(env, numbers, 0, sizeof policy / 4, (jint *)&policy);
    h->rows = pdqj_copy(env, rows, &bytes);
    h->meta = pdqj_copy(env, meta, &n_meta);
    pdql_match_entries entries = { .kernels = pdqj_kernels(),
                                   .n = bytes / PDQL_HASH_BYTES,
                                   .rows = h->rows,
                                   .meta = h->meta,
                                   .meta_bytes = (size_t)meta_bytes,
                                   .uncrop = HANDLE(uncrop) };
    if (!status && (bytes % PDQL_HASH_BYTES || meta_bytes < 0 || n_meta != entries.n * (size_t)meta_bytes))
        status = PDQL_ERR_ARG;
    if (!status && !(*env)->ExceptionCheck(env))
        status = take_records(env, &entries, records, lengths);
    if (!status && !(*env)->ExceptionCheck(env))
        status = pdql_matcher_make(&entries, &policy, &memory, &h->matcher);
    free((void *)(intptr_t)entries.records), free((void *)(intptr_t)entries.lengths);
    if (status || (*env)->ExceptionCheck(env)) {
        matcher_free(h);
        if (status && !(*env)->ExceptionCheck(env))
            pdqj_throw(env, status);
        return 0;
    }
    return (jlong)(intptr_t)h;
}

/* Looks for a file in a list of files; the arrays are not copied. */
JNI(jintArray, exactFind)(JNIEnv *env, jclass c, jbyteArray rows, jbyteArray meta, jint meta_bytes, jbyteArray wanted)
{
    (void)c;
    uint8_t file[2 * PDQL_HASH_BYTES];
    pdql_decision decision;
    pdql_match_entries entries = { .meta_bytes = (size_t)meta_bytes };
    const jsize n_rows = rows ? (*env)->GetArrayLength(env, rows) : 0,
                n_meta = meta ? (*env)->GetArrayLength(env, meta) : 0;
    entries.n = (size_t)n_rows / PDQL_HASH_BYTES;
    pdql_status status = PDQL_ERR_ARG;
    if (rows && meta && meta_bytes > 0 && n_rows % PDQL_HASH_BYTES == 0
        && (size_t)n_meta == entries.n * entries.meta_bytes && wanted
        && (*env)->GetArrayLength(env, wanted) == (jsize)sizeof file) {
        (*env)->GetByteArrayRegion(env, wanted, 0, sizeof file, (jbyte *)file);
        uint8_t *const r = (*env)->GetPrimitiveArrayCritical(env, rows, NULL);
        uint8_t *const m = r ? (*env)->GetPrimitiveArrayCritical(env, meta, NULL) : NULL;
        entries.rows = r;
        entries.meta = m;
        if (m)
            status = pdql_exact_find(&entries, file, &decision);
        if (m)
            (*env)->ReleasePrimitiveArrayCritical(env, meta, m, JNI_ABORT);
        if (r)
            (*env)->ReleasePrimitiveArrayCritical(env, rows, r, JNI_ABORT);
    }
    if (status) {
        pdqj_throw(env, status);
        return NULL;
    }
    return pdqj_ints(env, &decision, sizeof decision / 4);
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
    if (pdqj_picture(env, buffer, shape, &image))
        return NULL;
    const size_t size = pdql_match_work_size(h->matcher, image.width, image.height);
    void *const work = pdqj_memory(env, size);
    if (!work)
        return NULL;
    const pdql_status status = pdql_match_picture(h->matcher, &image, work, size, &out.decision, out.findings,
                                                  PDQL_MAX_FINDINGS, &n);
    free(work);
    if (status) {
        pdqj_throw(env, status);
        return NULL;
    }
    return pdqj_ints(env, &out, (sizeof out.decision + n * sizeof *out.findings) / 4);
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
    if (pdqj_picture(env, buffer, shape, &image))
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
        ? PDQL_ERR_ARG
        : pdql_watch_push(h->watch, &image, (uint32_t)time_ms, h->work, h->size);
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
    return pdqj_ints(env, &out, (sizeof out.decision + n * sizeof *out.matches) / 4);
}

JNI(void, watchFree)(JNIEnv *env, jclass c, jlong handle)
{
    (void)env, (void)c;
    watch_handle *const h = HANDLE(handle);
    free(h->watch), free(h->work), free(h);
}
