/*
 * list/text.h - strict reading of a bounded text
 *
 * A cursor that met anything unexpected is bad and stays bad, at its end: a
 * parser reads all it wants and asks once. Nothing is read past `end`.
 *
 * Comments that begin with an at sign are contracts in ACSL, which .ci/proof.sh proves.
 */
#ifndef PDQI_LIST_TEXT_H
#define PDQI_LIST_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* 2^53 - 1: the largest number of every text of a list. */
#define PDQI_NUMBER_MAX UINT64_C(9007199254740991)

/* What is proved of the parsers is proved for texts of at most 1 GiB. */
#define PDQI_TEXT_MAX 1073741824

enum { PDQI_NAME_MAX = 128, PDQI_TOKEN_MAX = 32, PDQI_HASH_TEXT = 44 };

typedef struct pdqi_text {
    const uint8_t *p;
    size_t n;
} pdqi_text;

typedef struct pdqi_cursor {
    const uint8_t *at, *end;
    int bad;
} pdqi_cursor;

/*@ predicate readable(pdqi_text t) = t.n <= PDQI_TEXT_MAX && \valid_read(t.p + (0 .. t.n - 1));
    predicate reads(pdqi_cursor *c) = \valid(c) && 0 <= c->end - c->at <= PDQI_TEXT_MAX
        && \base_addr(c->at) == \base_addr(c->end) && \valid_read(c->at + (0 .. c->end - c->at - 1))
        && (c->bad ==> c->at == c->end);
    predicate onward{A, B}(pdqi_cursor *c) = reads{B}(c) && \at(c->end, A) == \at(c->end, B)
        && \at(c->at, A) <= \at(c->at, B) && (\at(c->bad, A) ==> \at(c->bad, B)); */

/*@ requires readable(a) && readable(b);
    assigns \nothing; */
static inline int pdqi_same(pdqi_text a, pdqi_text b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/*@ requires reads(c);
    assigns *c;
    ensures onward{Pre, Post}(c) && c->bad; */
static inline void pdqi_fail(pdqi_cursor *c)
{
    c->bad = 1;
    c->at = c->end;
}

/* Whether these n bytes come next. */
/*@ requires reads(c) && \valid_read(literal + (0 .. n - 1));
    assigns \nothing;
    ensures \result ==> n <= c->end - c->at; */
static inline int pdqi_peek_n(const pdqi_cursor *c, const char *literal, size_t n)
{
    return (size_t)(c->end - c->at) >= n && memcmp(c->at, literal, n) == 0;
}

/* Takes exactly these n bytes. */
/*@ requires reads(c) && \valid_read(literal + (0 .. n - 1));
    assigns *c;
    ensures onward{Pre, Post}(c) && (!c->bad ==> c->at == \old(c->at) + n); */
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
/*@ requires reads(c);
    assigns *c;
    ensures onward{Pre, Post}(c) && c->bad == \old(c->bad);
    ensures readable(\result) && \result.p == \old(c->at) && c->at == \result.p + \result.n; */
static inline pdqi_text pdqi_item(pdqi_cursor *c)
{
    pdqi_text t = { c->at, 0 };
    /*@ loop invariant onward{Pre, Here}(c);
        loop assigns c->at;
        loop variant c->end - c->at; */
    while (c->at < c->end && *c->at != ' ' && *c->at != '\n')
        c->at++;
    t.n = (size_t)(c->at - t.p);
    return t;
}

/* Takes a decimal number, low..high, without sign or leading zero. Gives low if it is bad. */
/*@ requires reads(c);
    assigns *c;
    ensures onward{Pre, Post}(c) && (!c->bad ==> c->at <= \old(c->at) + 16);
    ensures (low <= \result <= high && \result <= PDQI_NUMBER_MAX) || (\result == low && c->bad); */
static inline uint64_t pdqi_number(pdqi_cursor *c, uint64_t low, uint64_t high)
{
    const pdqi_text t = pdqi_item(c);
    uint64_t value = 0;
    int good = t.n >= 1 && t.n <= 16 && (t.p[0] != '0' || t.n == 1);
    /*@ loop invariant i <= t.n && (good ==> t.n <= 16);
        loop assigns i, good, value;
        loop variant t.n - i; */
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
/*@ requires reads(c);
    assigns *c;
    ensures onward{Pre, Post}(c) && (!c->bad ==> c->at <= \old(c->at) + 17);
    ensures (low <= \result <= high && \result <= PDQI_NUMBER_MAX) || (\result == low && c->bad); */
static inline uint64_t pdqi_last_number(pdqi_cursor *c, uint64_t low, uint64_t high)
{
    const uint64_t value = pdqi_number(c, low, high);
    pdqi_expect(c, "\n");
    return value;
}

/* Takes a key name or origin: 1..128 bytes in 21..7E, no '+'. */
/*@ requires reads(c);
    assigns *c;
    ensures onward{Pre, Post}(c) && readable(\result) && \result.p == \old(c->at);
    ensures !c->bad ==> 1 <= \result.n <= PDQI_NAME_MAX && c->at == \old(c->at) + \result.n; */
static inline pdqi_text pdqi_name(pdqi_cursor *c)
{
    const pdqi_text t = pdqi_item(c);
    int good = t.n >= 1 && t.n <= PDQI_NAME_MAX;
    /*@ loop invariant i <= t.n && (good ==> 1 <= t.n <= PDQI_NAME_MAX);
        loop assigns i, good;
        loop variant t.n - i; */
    for (size_t i = 0; good && i < t.n; i++)
        good = t.p[i] >= 0x21 && t.p[i] <= 0x7e && t.p[i] != '+';
    if (!good)
        pdqi_fail(c);
    return t;
}

/* Takes a category's token: 1..32 of a-z, 0-9 and inner '-'. */
/*@ requires reads(c);
    assigns *c;
    ensures onward{Pre, Post}(c) && readable(\result) && \result.p == \old(c->at);
    ensures !c->bad ==> 1 <= \result.n <= PDQI_TOKEN_MAX && c->at == \old(c->at) + \result.n; */
static inline pdqi_text pdqi_token(pdqi_cursor *c)
{
    const pdqi_text t = pdqi_item(c);
    int good = t.n >= 1 && t.n <= PDQI_TOKEN_MAX && t.p[0] != '-' && t.p[t.n - 1] != '-';
    /*@ loop invariant i <= t.n && (good ==> 1 <= t.n <= PDQI_TOKEN_MAX);
        loop assigns i, good;
        loop variant t.n - i; */
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
/*@ requires readable(t) && \valid(out + (0 .. cap - 1));
    assigns out[0 .. cap - 1];
    ensures \result == SIZE_MAX || \result <= t.n; */
size_t pdqi_unbase64(pdqi_text t, uint8_t *out, size_t cap);

/* Takes 32 bytes in base64. */
/*@ requires reads(c) && \valid(out + (0 .. 31));
    assigns *c, out[0 .. 31];
    ensures onward{Pre, Post}(c) && (!c->bad ==> c->at == \old(c->at) + PDQI_HASH_TEXT); */
static inline void pdqi_hash_item(pdqi_cursor *c, uint8_t out[32])
{
    const pdqi_text t = pdqi_item(c);
    if (t.n != PDQI_HASH_TEXT || pdqi_unbase64(t, out, 32) != 32)
        pdqi_fail(c);
}

#endif
