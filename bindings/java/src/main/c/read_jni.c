/*
 * read_jni.c - from verified lists and deltas to entries, with the cryptography of a Java object
 */
#include "list_jni.h"

#include <stdlib.h>
#include <string.h>

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
    pile rows, meta, lengths, records, origin;
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

static int take_piece(void *ctx, const pdql_delta_piece *piece)
{
    sink *const s = ctx;
    if (piece->kind == PDQL_DELTA_ENTRIES)
        return take_entries(ctx, &piece->entries) || pile_add(&s->origin, piece->origin, 4 * piece->entries.n) ? -1 : 0;
    return pile_add(piece->kind == PDQL_DELTA_LENGTHS ? &s->lengths : &s->records, piece->bytes, piece->n);
}

/* Rows, meta, lengths (two bytes each, high byte first), records, origin; or throws. Frees them. */
static jobjectArray columns(JNIEnv *env, sink *s, pdql_status status)
{
    const pile *const all[] = { &s->rows, &s->meta, &s->lengths, &s->records, &s->origin };
    jobjectArray out = NULL;
    if (status && !(*env)->ExceptionCheck(env)) /* what a provider threw goes first */
        pdqj_throw(env, status);
    jclass bytes = (*env)->ExceptionCheck(env) ? NULL : (*env)->FindClass(env, "[B");
    if (bytes && (out = (*env)->NewObjectArray(env, 5, bytes, NULL))) {
        for (int i = 0; i < 5 && !(*env)->ExceptionCheck(env); i++)
            (*env)->SetObjectArrayElement(env, out, i, pdqj_bytes(env, all[i]->data, all[i]->n));
    }
    for (int i = 0; i < 5; i++)
        free(all[i]->data);
    return out;
}

/* 32 bytes of an array; -1 if it has not that many. */
static int take32(JNIEnv *env, jbyteArray array, uint8_t out[32])
{
    if (!array || (*env)->GetArrayLength(env, array) != 32)
        return -1;
    (*env)->GetByteArrayRegion(env, array, 0, 32, (jbyte *)out);
    return 0;
}

/* As columns(); local may be null. */
JNI(jobjectArray, listRead)(JNIEnv *env, jclass c, jlong handle, jbyteArray key, jobject list, jobject local,
                            jobject object)
{
    (void)c;
    list_handle *const h = HANDLE(handle);
    sink s = { .meta_bytes = h->info.meta_bytes };
    java_provider p;
    pdql_provider table;
    uint8_t secret[32] = { 0 };
    const pdql_list_io io = { &s, read_file, take_entries, take_records };
    pdql_status status = take32(env, key, secret) || aim(env, &s, list) ? PDQL_ERR_ARG : PDQL_OK;
    if (!status && pdqj_provider(env, object, &p, &table))
        return NULL;
    if (!status)
        status = pdql_list_read(h->list, &table, secret, &io, NULL);
    if (!status && local && h->info.keypoints_bytes) {
        status = aim(env, &s, local) ? PDQL_ERR_ARG : pdql_list_keypoints(h->list);
        if (!status)
            status = pdql_list_read(h->list, &table, secret, &io, NULL);
        if (!status && s.lengths.n > s.rows.n / 16)
            s.lengths.n = s.rows.n / 16; /* two bytes for each row of 32 */
    }
    memset(secret, 0, sizeof secret);
    return columns(env, &s, status);
}

/* As columns(): lengths and records are those of what the delta adds. */
JNI(jobjectArray, listUpdate)(JNIEnv *env, jclass c, jlong handle, jbyteArray key, jobject delta, jlong seq,
                              jbyteArray root, jbyteArray rows, jbyteArray meta, jobject object)
{
    (void)c;
    list_handle *const h = HANDLE(handle);
    sink s = { .meta_bytes = h->info.meta_bytes };
    java_provider p;
    pdql_provider table;
    pdql_held held = { .seq = (uint64_t)seq };
    uint8_t secret[32] = { 0 };
    size_t n_rows = 0, n_meta = 0;
    if (pdqj_provider(env, object, &p, &table))
        return NULL;
    uint8_t *const old = pdqj_copy(env, rows, &n_rows);
    uint8_t *const old_meta = old ? pdqj_copy(env, meta, &n_meta) : NULL; /* no call into Java while it throws */
    uint8_t *const work = old_meta ? pdqj_memory(env, PDQL_DELTA_WORK) : NULL;
    held.count = n_rows / PDQL_HASH_BYTES;
    pdql_status status = !old || !old_meta || !work || n_rows % PDQL_HASH_BYTES || n_meta != held.count * s.meta_bytes
            || seq < 0 || take32(env, key, secret) || take32(env, root, held.pt_root) || aim(env, &s, delta)
        ? PDQL_ERR_ARG
        : pdql_list_delta(h->list, &held);
    if (!status) {
        const pdql_delta_io io = { &s, read_file, take_piece, old, old_meta };
        status = pdql_delta_read(h->list, &table, secret, &io, work, PDQL_DELTA_WORK, NULL);
    }
    memset(secret, 0, sizeof secret);
    free(old), free(old_meta), free(work);
    return columns(env, &s, status);
}

/* Checks the keypoint signatures that a delta led to. */
JNI(void, listRecords)(JNIEnv *env, jclass c, jlong handle, jbyteArray records, jintArray lengths)
{
    (void)c;
    list_handle *const h = HANDLE(handle);
    size_t n, at = 0;
    uint8_t *const bytes = pdqj_copy(env, records, &n);
    const size_t count = lengths ? (size_t)(*env)->GetArrayLength(env, lengths) : 0;
    jint *const each = bytes ? pdqj_memory(env, count * sizeof *each) : NULL;
    pdql_status status = PDQL_ERR_ARG;
    if (each) {
        if (count)
            (*env)->GetIntArrayRegion(env, lengths, 0, (jsize)count, each);
        status = pdql_list_records(h->list, n);
        for (size_t i = 0; i < count && !status; at += (size_t)each[i++])
            status = each[i] < 0 || (size_t)each[i] > n - at ? PDQL_ERR_ARG
                                                             : pdql_list_record(h->list, bytes + at, (size_t)each[i]);
        if (!status)
            status = pdql_list_end(h->list, NULL);
    }
    free(each);
    free(bytes);
    if (status && !(*env)->ExceptionCheck(env))
        pdqj_throw(env, status);
}
