/*
 * string.h - stands in for the libc's while Frama-C reads the core: what is assumed of mem*, over bytes
 */
#ifndef PROOF_STRING_H
#define PROOF_STRING_H

#include <stddef.h>

/*@ requires \valid_read(a + (0 .. n - 1));
    requires \valid_read(b + (0 .. n - 1));
    assigns \result \from a[0 .. n - 1], b[0 .. n - 1], n; */
int proof_memcmp(const unsigned char *a, const unsigned char *b, size_t n);

/*@ requires \valid(to + (0 .. n - 1));
    requires \valid_read(from + (0 .. n - 1));
    requires \separated(to + (0 .. n - 1), from + (0 .. n - 1));
    assigns to[0 .. n - 1] \from from[0 .. n - 1], n; */
void proof_memcpy(unsigned char *to, const unsigned char *from, size_t n);

/*@ requires \valid(to + (0 .. n - 1));
    assigns to[0 .. n - 1] \from value, n; */
void proof_memset(unsigned char *to, int value, size_t n);

#define memcmp(a, b, n) proof_memcmp((const unsigned char *)(a), (const unsigned char *)(b), n)
#define memcpy(to, from, n) proof_memcpy((unsigned char *)(to), (const unsigned char *)(from), n)
#define memset(to, value, n) proof_memset((unsigned char *)(to), value, n)

#endif
