/*
 * mem.c - the four functions the core imports, for libraries that are linked without a C library
 *
 * So a library needs nothing at run time: Android's is linked without an NDK and WASM imports nothing.
 * Words where both sides are aligned, else bytes. Compile with -fno-builtin, or the loops call themselves.
 */
#include "string.h"

#include <stdint.h>

typedef size_t __attribute__((may_alias)) word;

enum { WORD = sizeof(word) };

#define HIDDEN __attribute__((visibility("hidden"), noinline))

static int aligned(const void *a, const void *b)
{
    return (((uintptr_t)a | (uintptr_t)b) & (WORD - 1)) == 0;
}

HIDDEN void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    if (aligned(t, f))
        for (; n >= WORD; n -= WORD, t += WORD, f += WORD)
            *(word *)(void *)t = *(const word *)(const void *)f;
    while (n--)
        *t++ = *f++;
    return to;
}

HIDDEN void *memmove(void *to, const void *from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    if ((uintptr_t)t - (uintptr_t)f >= n)
        return memcpy(to, from, n);
    while (n--)
        t[n] = f[n];
    return to;
}

HIDDEN void *memset(void *to, int value, size_t n)
{
    unsigned char *t = to;
    const word many = (size_t)-1 / 255 * (unsigned char)value;
    if (aligned(t, t))
        for (; n >= WORD; n -= WORD, t += WORD)
            *(word *)(void *)t = many;
    while (n--)
        *t++ = (unsigned char)value;
    return to;
}

HIDDEN int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;
    for (; n--; x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

#if defined(__ARM_EABI__)
/* Names that compilers for 32-bit ARM call instead (ARM IHI 0043, section 5.3.4), and what their division needs. */
#define SAME(name, as) HIDDEN name __attribute__((alias(as)))
SAME(void __aeabi_memcpy(void *to, const void *from, size_t n), "memcpy");
SAME(void __aeabi_memcpy4(void *to, const void *from, size_t n), "memcpy");
SAME(void __aeabi_memcpy8(void *to, const void *from, size_t n), "memcpy");
SAME(void __aeabi_memmove(void *to, const void *from, size_t n), "memmove");
SAME(void __aeabi_memmove4(void *to, const void *from, size_t n), "memmove");
SAME(void __aeabi_memmove8(void *to, const void *from, size_t n), "memmove");

HIDDEN void __aeabi_memset(void *to, size_t n, int value)
{
    memset(to, value, n);
}

HIDDEN void __aeabi_memclr(void *to, size_t n)
{
    memset(to, 0, n);
}

SAME(void __aeabi_memset4(void *to, size_t n, int value), "__aeabi_memset");
SAME(void __aeabi_memset8(void *to, size_t n, int value), "__aeabi_memset");
SAME(void __aeabi_memclr4(void *to, size_t n), "__aeabi_memclr");
SAME(void __aeabi_memclr8(void *to, size_t n), "__aeabi_memclr");

/* The core never divides by zero; libgcc's own would raise a signal. */
HIDDEN int __aeabi_idiv0(int value)
{
    return value;
}

HIDDEN long long __aeabi_ldiv0(long long value)
{
    return value;
}
#endif
