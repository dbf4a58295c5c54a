/*
 * list/text.h - strict reading of a bounded text
 *
 * A cursor that met anything unexpected is bad and stays bad, at its end: a
 * parser reads all it wants and asks once. Nothing is read past `end`.
 */
#ifndef PDQI_LIST_TEXT_H
#define PDQI_LIST_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* 2^53 - 1: the largest number of every text of a list. */
#define PDQI_NUMBER_MAX UINT64_C(9007199254740991)

enum { PDQI_NAME_MAX = 128, PDQI_TOKEN_MAX = 32, PDQI_HASH_TEXT = 44 };

typedef struct pdqi_text {
    const uint8_t *p;
    size_t n;
} pdqi_text;

typedef struct pdqi_cursor {
    const uint8_t *at, *end;
    int bad;
} pdqi_cursor;

static inline int pdqi_same(pdqi_text a, pdqi_text b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static inline void pdqi_fail(pdqi_cursor *c)
{
    c->bad = 1;
    c->at = c->end;
}

/* Whether these n bytes come next. */
static inline int pdqi_peek_n(const pdqi_cursor *c, const char *literal, size_t n)
{
    return (size_t)(c->end - c->at) >= n && memcmp(c->at, literal, n) == 0;
}

/* Takes exactly these n bytes. */
static inline void pdqi_expect_n(pdqi_cursor *c, const char *literal, size_t n)
{
    if (pdqi_peek_n(c, literal, n))
        c->at += n;
    else
        pdqi_fail(c);
}

/* The same with a string literal. */
#define pdqi_peek(c, literal) pdqi_peek_n(c, "" literal, sizeof(literal) - 1)
#define pdqi_expect(c, literal) pdqi_expect_n(c, "" literal, sizeof(literal) - 1)

/* Takes an item: everything up to the next space or line feed, which stays. Empty at the end. */
static inline pdqi_text pdqi_item(pdqi_cursor *c)
{
    pdqi_text t = { c->at, 0 };
    while (c->at < c->end && *c->at != ' ' && *c->at != '\n')
        c->at++;
    t.n = (size_t)(c->at - t.p);
    return t;
}

/* Takes a decimal number, low..high, without sign or leading zero. Gives low if it is bad. */
static inline uint64_t pdqi_number(pdqi_cursor *c, uint64_t low, uint64_t high)
{
    const pdqi_text t = pdqi_item(c);
    uint64_t value = 0;
    int good = t.n >= 1 && t.n <= 16 && (t.p[0] != '0' || t.n == 1);
    for (size_t i = 0; good && i < t.n; i++) {
        good = t.p[i] >= '0' && t.p[i] <= '9';
        value = value * 10 + (uint64_t)(t.p[i] - '0');
    }
    if (good && value >= low && value <= high && value <= PDQI_NUMBER_MAX)
        return value;
    pdqi_fail(c);
    return low;
}

/* The same with the line's end. */
static inline uint64_t pdqi_last_number(pdqi_cursor *c, uint64_t low, uint64_t high)
{
    const uint64_t value = pdqi_number(c, low, high);
    pdqi_expect(c, "\n");
    return value;
}

/* Takes a key name or origin: 1..128 bytes in 21..7E, no '+'. */
static inline pdqi_text pdqi_name(pdqi_cursor *c)
{
    const pdqi_text t = pdqi_item(c);
    int good = t.n >= 1 && t.n <= PDQI_NAME_MAX;
    for (size_t i = 0; good && i < t.n; i++)
        good = t.p[i] >= 0x21 && t.p[i] <= 0x7e && t.p[i] != '+';
    if (!good)
        pdqi_fail(c);
    return t;
}

/* Takes a category's token: 1..32 of a-z, 0-9 and inner '-'. */
static inline pdqi_text pdqi_token(pdqi_cursor *c)
{
    const pdqi_text t = pdqi_item(c);
    int good = t.n >= 1 && t.n <= PDQI_TOKEN_MAX && t.p[0] != '-' && t.p[t.n - 1] != '-';
    for (size_t i = 0; good && i < t.n; i++)
        good = (t.p[i] >= 'a' && t.p[i] <= 'z') || (t.p[i] >= '0' && t.p[i] <= '9') || t.p[i] == '-';
    if (!good)
        pdqi_fail(c);
    return t;
}

/*
 * Decodes canonical padded base64. Gives the decoded length, of which the first
 * `cap` bytes go to `out`; SIZE_MAX if it is not the one encoding of its bytes.
 */
size_t pdqi_unbase64(pdqi_text t, uint8_t *out, size_t cap);

/* Takes 32 bytes in base64. */
static inline void pdqi_hash_item(pdqi_cursor *c, uint8_t out[32])
{
    const pdqi_text t = pdqi_item(c);
    if (t.n != PDQI_HASH_TEXT || pdqi_unbase64(t, out, 32) != 32)
        pdqi_fail(c);
}

#endif
