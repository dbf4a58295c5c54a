/*
 * provider_jni.c - the cryptography that a list needs, from a Java object (Provider.java), for the time of one call
 */
#include "list_jni.h"

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

static int open_sealed(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *sealed, size_t n,
                       uint8_t *out)
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

int pdqj_provider(JNIEnv *env, jobject object, java_provider *p, pdql_provider *table)
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
