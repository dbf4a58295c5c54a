/*
 * string.h - the four functions the core may import, for builds without a C library's headers
 */
#ifndef PDQL_FREESTANDING_STRING_H
#define PDQL_FREESTANDING_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif
