/*
 * list_jni.c - lists: verification and reading, with the cryptography of a Java object (Provider.java)
 */
#include "jni_core.h"

#include <stdlib.h>
#include <string.h>

typedef struct list_handle {
    void *memory;
    pdql_list *list;
    pdql_list_info info;
    uint8_t state[PDQL_STATE_BYTES];
} list_handle;

/* ---- the provider: one Java object, for the time of one call */

typedef struct java_provider {
    JNIEnv *env;
    jobject object;
    jmethodID verify, expand, open;
} java_provider;

static jbyteArray array_of(JNIEnv *env, const uint8_t *data, size_t n)
{
    jbyteArray array = (*env)->ExceptionCheck(env) ? NULL : (*env)->NewByteArray(env, (jsize)n);
    if (array)
        (*env)->SetByteArrayRegion(env, array, 0, (jsize)n, (const jbyte *)data);
    return array;
}

/* Takes what a method gave, n_out bytes; -1 if it gave nothing, threw, or gave another number. */
static int take(JNIEnv *env, jbyteArray given, uint8_t *out, size_t n_out)
{
    if ((*env)->ExceptionCheck(env) || !given || (size_t)(*env)->GetArrayLength(env, given) != n_out)
        return -1;
    (*env)->GetByteArrayRegion(env, given, 0, (jsize)n_out, (jbyte *)out);
    return 0;
}

static int verify(void *ctx, const uint8_t *key, const uint8_t *signature, const uint8_t *message, size_t n)
{
    java_provider *const p = ctx;
    JNIEnv *const env = p->env;
    if ((*env)->PushLocalFrame(env, 8))
        return -1;
    jbyteArray k = array_of(env, key, 32), s = array_of(env, signature, 64), m = array_of(env, message, n);
    const jboolean good = k && s && m && (*env)->CallBooleanMethod(env, p->object, p->verify, k, s, m);
    const int thrown = (*env)->ExceptionCheck(env);
    (*env)->PopLocalFrame(env, NULL);
    return thrown ? -1 : good;
}

static int expand(void *ctx, const uint8_t *key, const uint8_t *info, size_t n_info, uint8_t *out, size_t n_out)
{
    java_provider *const p = ctx;
    JNIEnv *const env = p->env;
    if ((*env)->PushLocalFrame(env, 8))
        return -1;
    jbyteArray k = array_of(env, key, 32), i = array_of(env, info, n_info);
    jbyteArray given = k && i ? (*env)->CallObjectMethod(env, p->object, p->expand, k, i, (jint)n_out) : NULL;
    const int status = take(env, given, out, n_out);
    (*env)->PopLocalFrame(env, NULL);
    return status;
}

static int open_sealed(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *sealed, size_t n, uint8_t *out)
{
    java_provider *const p = ctx;
    JNIEnv *const env = p->env;
    if (n < 16 || (*env)->PushLocalFrame(env, 8))
        return -1;
    jbyteArray k = array_of(env, key, 32), o = array_of(env, nonce, 12), s = array_of(env, sealed, n);
    jbyteArray given = k && o && s ? (*env)->CallObjectMethod(env, p->object, p->open, k, o, s) : NULL;
    const int status = take(env, given, out, n - 16);
    (*env)->PopLocalFrame(env, NULL);
    return status;
}

static int provider_of(JNIEnv *env, jobject object, java_provider *p, pdql_provider *table)
{
    jclass kind = object ? (*env)->GetObjectClass(env, object) : NULL;
    if (!kind) {
        pdqj_throw(env, PDQL_ERR_ARG);
        return -1;
    }
    *p = (java_provider){ env, object, (*env)->GetMethodID(env, kind, "ed25519Verify", "([B[B[B)Z"), NULL, NULL };
    if (p->verify)
        p->expand = (*env)->GetMethodID(env, kind, "hkdfSha512Expand", "([B[BI)[B");
    if (p->expand)
        p->open = (*env)->GetMethodID(env, kind, "aes256gcmOpen", "([B[B[B)[B");
    *table = (pdql_provider){ p, verify, expand, open_sealed };
    return p->open ? 0 : -1;
}

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
    t->release = (pdql_release){ t->all[TRUST], t->all[STATE], t->all[MANIFEST], t->all[PROOF], t->all[CONSISTENCY],
                                 t->all + TEXTS, (t->n - TEXTS) / 2, (uint64_t)now };
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
        const pdql_status status = pdql_list_needs(memory, pdql_list_size(), pdql_kernels_best(), &t.release, &needs);
        if (status)
            pdqj_throw(env, status);
        else if ((out = (*env)->NewLongArray(env, 3)))
            (*env)->SetLongArrayRegion(
                env, out, 0, 3, (const jlong[]){ (jlong)needs.first_policy, (jlong)needs.n_policies, (jlong)needs.consistency });
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
    if (!texts_of(env, arrays, now, &t) && !provider_of(env, object, &p, &table) && (h = pdqj_memory(env, sizeof *h))
        && (h->memory = pdqj_memory(env, pdql_list_size())))
        status = pdql_list_verify(h->memory, pdql_list_size(), pdql_kernels_best(), &table, &t.release, &h->list, &h->info, h->state);
    texts_free(&t);
    if (!status && !(*env)->ExceptionCheck(env))
        return (jlong)(intptr_t)h;
    if (h)
        Java_org_pdqlite_Native_listFree(env, c, (jlong)(intptr_t)h);
    if (!(*env)->ExceptionCheck(env)) /* what a provider threw goes first */
        pdqj_throw(env, status);
    return 0;
}

/* seq, issued, expires, list bytes, local bytes, max distance, remarks, meta bytes */
JNI(jlongArray, listInfo)(JNIEnv *env, jclass c, jlong handle)
{
    (void)c;
    const pdql_list_info *const i = &((list_handle *)HANDLE(handle))->info;
    const jlong all[] = { (jlong)i->seq, (jlong)i->issued, (jlong)i->expires, (jlong)i->list_bytes, (jlong)i->local_bytes,
                          i->max_distance, i->remarks, i->meta_bytes };
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

/* ---- reading */

typedef struct pile {
    uint8_t *data;
    size_t n, room;
} pile;

static int pile_add(pile *p, const void *data, size_t n)
{
    if (n > p->room - p->n) {
        const size_t room = 2 * p->room + n + 4096;
        uint8_t *const more = realloc(p->data, room);
        if (!more)
            return -1;
        p->data = more;
        p->room = room;
    }
    if (n)
        memcpy(p->data + p->n, data, n);
    p->n += n;
    return 0;
}

typedef struct sink {
    const uint8_t *file;
    uint64_t bytes;
    size_t meta_bytes;
    pile rows, meta, lengths, records;
} sink;

static int read_file(void *ctx, uint64_t at, size_t n, uint8_t *out)
{
    const sink *const s = ctx;
    if (at > s->bytes || n > s->bytes - at)
        return -1;
    memcpy(out, s->file + at, n);
    return 0;
}

static int take_entries(void *ctx, const pdql_entries *e)
{
    sink *const s = ctx;
    return pile_add(&s->rows, e->hashes, 32 * e->n) || pile_add(&s->meta, e->meta, s->meta_bytes * e->n) ? -1 : 0;
}

static int take_records(void *ctx, const pdql_records *r)
{
    sink *const s = ctx;
    return pile_add(&s->lengths, r->lengths, 2 * r->n_lengths) || pile_add(&s->records, r->body, r->n_body) ? -1 : 0;
}

/* Points the sink at a direct buffer; -1 if it is none. */
static int aim(JNIEnv *env, sink *s, jobject buffer)
{
    const jlong capacity = buffer ? (*env)->GetDirectBufferCapacity(env, buffer) : -1;
    s->file = capacity >= 0 ? (*env)->GetDirectBufferAddress(env, buffer) : NULL;
    s->bytes = capacity > 0 ? (uint64_t)capacity : 0;
    return capacity < 0 || (capacity && !s->file) ? -1 : 0;
}

/* Rows, meta, lengths (two bytes each, high byte first), records; local may be null. */
JNI(jobjectArray, listRead)(JNIEnv *env, jclass c, jlong handle, jbyteArray key, jobject list, jobject local, jobject object)
{
    (void)c;
    list_handle *const h = HANDLE(handle);
    sink s = { .meta_bytes = h->info.meta_bytes };
    java_provider p;
    pdql_provider table;
    uint8_t secret[32];
    jobjectArray out = NULL;
    const pdql_list_io io = { &s, read_file, take_entries, take_records };
    pdql_status status = !key || (*env)->GetArrayLength(env, key) != 32 || aim(env, &s, list) ? PDQL_ERR_ARG : PDQL_OK;
    if (!status && provider_of(env, object, &p, &table))
        return NULL;
    if (!status) {
        (*env)->GetByteArrayRegion(env, key, 0, 32, (jbyte *)secret);
        status = pdql_list_read(h->list, &table, secret, &io, NULL);
    }
    if (!status && local && h->info.local_bytes) {
        status = aim(env, &s, local) ? PDQL_ERR_ARG : pdql_list_local(h->list);
        if (!status)
            status = pdql_list_read(h->list, &table, secret, &io, NULL);
        if (!status && s.lengths.n > s.rows.n / 16)
            s.lengths.n = s.rows.n / 16; /* two bytes for each row of 32 */
    }
    memset(secret, 0, sizeof secret);
    if (status && !(*env)->ExceptionCheck(env))
        pdqj_throw(env, status);
    jclass bytes = (*env)->ExceptionCheck(env) ? NULL : (*env)->FindClass(env, "[B");
    if (bytes && (out = (*env)->NewObjectArray(env, 4, bytes, NULL))) {
        const pile *const all[] = { &s.rows, &s.meta, &s.lengths, &s.records };
        for (int i = 0; i < 4 && !(*env)->ExceptionCheck(env); i++)
            (*env)->SetObjectArrayElement(env, out, i, pdqj_bytes(env, all[i]->data, all[i]->n));
    }
    free(s.rows.data), free(s.meta.data), free(s.lengths.data), free(s.records.data);
    return out;
}
