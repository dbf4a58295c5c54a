/*
 * list_jni.c - lists: what a release needs, its verification (reading: read_jni.c)
 */
#include "list_jni.h"

#include <stdlib.h>

/* ---- a release: byte arrays, copied for the time of one call */

enum { TRUST, STATE, MANIFEST, PROOF, CONSISTENCY, TEXTS, MOST_POLICIES = 4096 };

typedef struct texts {
    pdql_bytes *all; /* TEXTS of them, then the policies' */
    size_t n;
    pdql_release release;
} texts;

static void texts_free(texts *t)
{
    for (size_t i = 0; t->all && i < t->n; i++)
        free((void *)(uintptr_t)t->all[i].data);
    free(t->all);
}

/* Texts in the order above, then note and proof of each policy; elements may be null. */
static int texts_of(JNIEnv *env, jobjectArray arrays, jlong now, texts *t)
{
    *t = (texts){ NULL, arrays ? (size_t)(*env)->GetArrayLength(env, arrays) : 0, { .now = 0 } };
    if (t->n < TEXTS || (t->n - TEXTS) % 2 || t->n > 2 * MOST_POLICIES || now < 0) {
        pdqj_throw(env, PDQL_ERR_ARG);
        return -1;
    }
    if (!(t->all = pdqj_memory(env, t->n * sizeof *t->all)))
        return -1;
    for (size_t i = 0; i < t->n; i++) {
        jbyteArray array = (*env)->GetObjectArrayElement(env, arrays, (jsize)i);
        t->all[i].data = pdqj_copy(env, array, &t->all[i].n);
        (*env)->DeleteLocalRef(env, array);
        if ((*env)->ExceptionCheck(env))
            return -1;
    }
    t->release = (pdql_release){ t->all[TRUST],       t->all[STATE],  t->all[MANIFEST],   t->all[PROOF],
                                 t->all[CONSISTENCY], t->all + TEXTS, (t->n - TEXTS) / 2, (uint64_t)now };
    return 0;
}

/* First policy, number of policies, size of the log for the consistency proof. */
JNI(jlongArray, listNeeds)(JNIEnv *env, jclass c, jobjectArray arrays, jlong now)
{
    (void)c;
    texts t;
    pdql_needs needs;
    jlongArray out = NULL;
    void *const memory = texts_of(env, arrays, now, &t) ? NULL : pdqj_memory(env, pdql_list_size());
    if (memory) {
        const pdql_status status = pdql_list_needs(memory, pdql_list_size(), pdqj_kernels(), &t.release, &needs);
        if (status)
            pdqj_throw(env, status);
        else if ((out = (*env)->NewLongArray(env, 3)))
            (*env)->SetLongArrayRegion(
                env, out, 0, 3,
                (const jlong[]){ (jlong)needs.first_policy, (jlong)needs.n_policies, (jlong)needs.consistency });
    }
    free(memory);
    texts_free(&t);
    return out;
}

JNI(void, listFree)(JNIEnv *env, jclass c, jlong handle)
{
    (void)env, (void)c;
    list_handle *const h = HANDLE(handle);
    free(h->memory);
    free(h);
}

JNI(jlong, listVerify)(JNIEnv *env, jclass c, jobjectArray arrays, jlong now, jobject object)
{
    (void)c;
    texts t;
    java_provider p;
    pdql_provider table;
    list_handle *h = NULL;
    pdql_status status = PDQL_OK;
    if (!texts_of(env, arrays, now, &t) && !pdqj_provider(env, object, &p, &table) && (h = pdqj_memory(env, sizeof *h))
        && (h->memory = pdqj_memory(env, pdql_list_size())))
        status = pdql_list_verify(h->memory, pdql_list_size(), pdqj_kernels(), &table, &t.release, &h->list, &h->info,
                                  h->state);
    texts_free(&t);
    if (!status && !(*env)->ExceptionCheck(env))
        return (jlong)(intptr_t)h;
    if (h)
        Java_org_pdqlite_Native_listFree(env, c, (jlong)(intptr_t)h);
    if (!(*env)->ExceptionCheck(env)) /* what a provider threw goes first */
        pdqj_throw(env, status);
    return 0;
}

/* seq, issued, expires, list bytes, keypoints bytes, max distance, remarks, meta bytes */
JNI(jlongArray, listInfo)(JNIEnv *env, jclass c, jlong handle)
{
    (void)c;
    const pdql_list_info *const i = &((list_handle *)HANDLE(handle))->info;
    const jlong all[] = {
        (jlong)i->seq,   (jlong)i->issued, (jlong)i->expires, (jlong)i->list_bytes, (jlong)i->keypoints_bytes,
        i->max_distance, i->remarks,       i->meta_bytes
    };
    jlongArray out = (*env)->NewLongArray(env, sizeof all / sizeof *all);
    if (out)
        (*env)->SetLongArrayRegion(env, out, 0, sizeof all / sizeof *all, all);
    return out;
}

JNI(jbyteArray, listState)(JNIEnv *env, jclass c, jlong handle)
{
    (void)c;
    return pdqj_bytes(env, ((list_handle *)HANDLE(handle))->state, PDQL_STATE_BYTES);
}

JNI(jbyteArray, listRoot)(JNIEnv *env, jclass c, jlong handle)
{
    (void)c;
    return pdqj_bytes(env, ((list_handle *)HANDLE(handle))->info.pt_root, 32);
}

JNI(jbyteArray, listToken)(JNIEnv *env, jclass c, jlong handle)
{
    (void)c;
    uint8_t token[PDQL_TOKEN_BYTES];
    const pdql_status status = pdql_list_token(((list_handle *)HANDLE(handle))->list, token);
    if (!status)
        return pdqj_bytes(env, token, sizeof token);
    pdqj_throw(env, status);
    return NULL;
}

JNI(jint, tokenCompare)(JNIEnv *env, jclass c, jbyteArray own, jbyteArray token)
{
    (void)c;
    size_t n_own, n_token;
    uint32_t says = 0;
    uint8_t *const ours = pdqj_copy(env, own, &n_own), *const theirs = ours ? pdqj_copy(env, token, &n_token) : NULL;
    if (!(*env)->ExceptionCheck(env)) {
        const pdql_status status = theirs && n_own % PDQL_TOKEN_BYTES == 0
            ? pdql_list_token_compare(ours, n_own / PDQL_TOKEN_BYTES, theirs, n_token, &says)
            : PDQL_ERR_ARG;
        if (status)
            pdqj_throw(env, status);
    }
    free(ours);
    free(theirs);
    return (jint)says;
}
