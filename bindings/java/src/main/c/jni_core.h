/*
 * jni_core.h - what the files of the JNI layer share
 */
#ifndef PDQLITE_JNI_CORE_H
#define PDQLITE_JNI_CORE_H

#include <jni.h>
#include <pdqlite.h>

#define JNI(result, name) JNIEXPORT result JNICALL Java_org_pdqlite_Native_##name
#define HANDLE(number) ((void *)(intptr_t)(number))

/* The best kernels; asked once, since asking the processor traps in a virtual machine. */
const pdql_kernels *pdqj_kernels(void);

/* Throws the exception of a status. */
void pdqj_throw(JNIEnv *env, pdql_status status);

/* Zeroed memory, aligned to 16, to be freed; NULL with OutOfMemoryError on its way. */
void *pdqj_memory(JNIEnv *env, size_t size);

/* A copy of a byte array, to be freed; NULL for NULL, or with an exception on its way. */
uint8_t *pdqj_copy(JNIEnv *env, jbyteArray array, size_t *n);

/* A new byte array; NULL with an exception on its way. */
jbyteArray pdqj_bytes(JNIEnv *env, const void *data, size_t n);

/* A new int array; NULL with an exception on its way. */
jintArray pdqj_ints(JNIEnv *env, const void *data, size_t n);

/* 0 if every byte of every pixel lies in the buffer; else an exception is on its way. */
int pdqj_picture(JNIEnv *env, jobject buffer, jlongArray shape, pdql_image *image);

#endif
