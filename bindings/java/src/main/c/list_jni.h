/*
 * list_jni.h - what the files about lists share
 */
#ifndef PDQLITE_LIST_JNI_H
#define PDQLITE_LIST_JNI_H

#include "jni_core.h"

typedef struct list_handle {
    void *memory;
    pdql_list *list;
    pdql_list_info info;
    uint8_t state[PDQL_STATE_BYTES];
} list_handle;

/* A Java object that does cryptography; for the time of one call. */
typedef struct java_provider {
    JNIEnv *env;
    jobject object;
    jmethodID verify, expand, open;
} java_provider;

/* Fills in the table of an object; -1 with an exception on its way. */
int pdqj_provider(JNIEnv *env, jobject object, java_provider *p, pdql_provider *table);

#endif
