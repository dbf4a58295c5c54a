/*
 * test_exact.c - lists of files: rows of digests, digests of bytes that come in pieces, and what is found
 *
 * Rows are those of docs/formats/list-content.md, section 20, SHA-256("pdqlite.org/exact/v1 <algorithm>\n" || digest), of RFC 1321's
 * examples, computed with coreutils: printf 'pdqlite.org/exact/v1 md5\n%b' <digest> | sha256sum.
 */
#include "pdqlite.h"

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ROW = PDQL_HASH_BYTES, META = 5, LONG = 300, ENTRIES = 1000 };

static const struct {
    const char *message, *sha256, *md5;
} KNOWN[] = {
    { "", "3aed3259d2b872c0778cb1c674fbc598cfc4980a622267b4d0cf1d2d739498e4",
      "0389395f24a439f032a847f18f5f6d9438e373fe7f87953ceea0d5405690c34c" },
    { "abc", "697dce409df1c819bea5b03687571a43abfe1ab0ee13a44592790b48c7032c70",
      "697e4c4df3de3e2ecb39a31394652574a75cfc3cb58d26d6648f561102e65c8b" },
    { "message digest", "cdabc34040af5d7bbee88393368473bd91e322605e91e3f612b8d2bcede50ab5",
      "f44059e1c4680750944c5f7d05379d463ca522267e71d5b70141dab5983f1a77" },
    { "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "c8060be4d4e7aee3f3516f9c1a3d1783e2cf75d1e1403755a49fbfa6531961cd",
      "1fc4e973372980b8993d8a231c924e515cde7c9ffbd84e7fa83a4124c7d904ed" },
};

static void expect_hex(const uint8_t *row, const char *hex)
{
    char text[2 * ROW + 1];
    for (int i = 0; i < ROW; i++)
        sprintf(text + 2 * i, "%02x", row[i]);
    assert(strcmp(text, hex) == 0);
}

static void rows_of(const pdql_kernels *k, const uint8_t *data, size_t n, size_t piece, uint8_t *rows)
{
    pdql_exact file;
    assert(pdql_exact_begin(k, &file) == PDQL_OK);
    for (size_t at = 0; at < n; at += piece)
        assert(pdql_exact_add(&file, data + at, n - at < piece ? n - at : piece) == PDQL_OK);
    assert(pdql_exact_add(&file, NULL, 0) == PDQL_OK);
    assert(pdql_exact_end(k, &file, rows) == PDQL_OK);
}

static void known(const pdql_kernels *k)
{
    uint8_t rows[2 * ROW];
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
        rows_of(k, (const uint8_t *)KNOWN[i].message, strlen(KNOWN[i].message), 7, rows);
        expect_hex(rows, KNOWN[i].sha256);
        expect_hex(rows + ROW, KNOWN[i].md5);
    }
}

/* Bytes cut at every place, and in pieces of every size, are the same file: MD5 and SHA-256 pad at 56 of 64. */
static void pieces(const pdql_kernels *k, const pdql_kernels *other)
{
    uint8_t data[LONG], whole[2 * ROW], cut[2 * ROW], before[2 * ROW] = { 0 };
    for (int i = 0; i < LONG; i++)
        data[i] = (uint8_t)(i * 167 + 13);
    for (size_t n = 0; n <= LONG; n++) {
        rows_of(other, data, n, LONG, whole);
        for (size_t piece = 1; piece <= n + 1; piece += 1 + n / 40) {
            rows_of(k, data, n, piece, cut);
            assert(memcmp(cut, whole, sizeof cut) == 0);
        }
        assert(memcmp(whole, before, ROW) != 0 && memcmp(whole + ROW, before + ROW, ROW) != 0);
        memcpy(before, whole, sizeof before);
    }
}

static void arguments(const pdql_kernels *k)
{
    uint8_t digest[ROW] = { 1 }, row[2 * ROW], meta[META] = { 0 };
    pdql_exact file;
    pdql_decision decision;
    pdql_match_entries e = { .rows = row, .meta = meta, .n = 1, .meta_bytes = META };
    assert(pdql_exact_row(k, PDQL_TIER_KEYPOINTS, digest, row) == PDQL_ERR_ARG);
    assert(pdql_exact_row(k, PDQL_TIER_MD5 + 1, digest, row) == PDQL_ERR_ARG);
    assert(pdql_exact_row(NULL, PDQL_TIER_MD5, digest, row) == PDQL_ERR_ARG);
    assert(pdql_exact_row(k, PDQL_TIER_MD5, NULL, row) == PDQL_ERR_ARG);
    assert(pdql_exact_row(k, PDQL_TIER_MD5, digest, NULL) == PDQL_ERR_ARG);
    assert(pdql_exact_begin(NULL, &file) == PDQL_ERR_ARG && pdql_exact_begin(k, NULL) == PDQL_ERR_ARG);
    assert(pdql_exact_begin(k, &file) == PDQL_OK);
    assert(pdql_exact_add(&file, NULL, 1) == PDQL_ERR_ARG && pdql_exact_add(NULL, digest, 1) == PDQL_ERR_ARG);
    assert(pdql_exact_end(NULL, &file, row) == PDQL_ERR_ARG && pdql_exact_end(k, NULL, row) == PDQL_ERR_ARG);
    assert(pdql_exact_end(k, &file, NULL) == PDQL_ERR_ARG);
    rows_of(k, digest, 1, 1, row);
    assert(pdql_exact_find(&e, row, &decision) == PDQL_OK);
    assert(pdql_exact_find(NULL, row, &decision) == PDQL_ERR_ARG);
    assert(pdql_exact_find(&e, NULL, &decision) == PDQL_ERR_ARG);
    assert(pdql_exact_find(&e, row, NULL) == PDQL_ERR_ARG);
    for (uint32_t bytes = 0; bytes < 12; bytes++) { /* entries of pictures and videos have another length */
        e.meta_bytes = bytes;
        assert(pdql_exact_find(&e, row, &decision) == (bytes == META ? PDQL_OK : PDQL_ERR_ARG));
    }
    e.meta_bytes = META;
    e.meta = NULL;
    assert(pdql_exact_find(&e, row, &decision) == PDQL_ERR_ARG);
    e.meta = meta;
    e.rows = NULL;
    assert(pdql_exact_find(&e, row, &decision) == PDQL_ERR_ARG);
    e.n = 0; /* an empty list finds nothing */
    assert(pdql_exact_find(&e, row, &decision) == PDQL_OK && decision.verdict == PDQL_NO_MATCH);
    assert(decision.entry == PDQL_NONE && decision.categories == 0 && decision.sources == 0);
}

/* One row for each number, ascending; every one is found in its place, and none between them. */
static void every_place(void)
{
    static uint8_t rows[ENTRIES * ROW], meta[ENTRIES * META];
    for (uint32_t n = 1; n <= ENTRIES; n = n < 9 ? n + 1 : n * 3) {
        for (uint32_t i = 0; i < n; i++) {
            memset(rows + ROW * i, 0, ROW);
            rows[ROW * i + 1] = (uint8_t)(i >> 7);
            rows[ROW * i + 2] = (uint8_t)(2 * i + 1);
            const uint8_t said[META] = { (uint8_t)(i >> 8), (uint8_t)i, (uint8_t)~i, 3, (uint8_t)(i % 3 == 0) };
            memcpy(meta + META * i, said, META);
        }
        const pdql_match_entries e = { .rows = rows, .meta = meta, .n = n, .meta_bytes = META };
        for (uint32_t value = 0; value <= 2 * n + 1; value++) {
            uint8_t asked[2 * ROW] = { 0 };
            pdql_decision d;
            asked[1] = (uint8_t)(value >> 8);
            asked[2] = (uint8_t)value;
            const uint32_t i = value / 2;
            assert(pdql_exact_find(&e, asked, &d) == PDQL_OK);
            if (value % 2 == 0 || i >= n) {
                assert(d.verdict == PDQL_NO_MATCH && d.entry == PDQL_NONE);
                continue;
            }
            assert(d.verdict == (i % 3 == 0 ? PDQL_NEGATED : PDQL_IDENTICAL_FILE));
            assert(d.entry == i && d.tier == PDQL_TIER_SHA256 && d.categories == i);
            assert(d.sources == ((uint32_t)(uint8_t)~i << 8 | 3) && d.distance == PDQL_NONE);
            memmove(asked + ROW, asked, ROW); /* the same row as that of an MD5 */
            memset(asked, 0, ROW);
            assert(pdql_exact_find(&e, asked, &d) == PDQL_OK && d.entry == i && d.tier == PDQL_TIER_MD5);
        }
    }
}

/* Both digests listed: SHA-256 decides. A row of zeros, though it be listed, says nothing: zeros mean "not known". */
static void order(const pdql_kernels *k)
{
    uint8_t asked[2 * ROW], rows[3 * ROW] = { 0 };
    uint8_t meta[3 * META] = { 0, 7, 0, 7, 0, 0, 1, 0, 1, 0, 0, 2, 0, 2, 0 };
    pdql_decision d;
    rows_of(k, (const uint8_t *)"abc", 3, 3, asked);
    const int sha_first = memcmp(asked, asked + ROW, ROW) < 0;
    memcpy(rows + ROW, asked + (sha_first ? 0 : ROW), ROW);
    memcpy(rows + 2 * ROW, asked + (sha_first ? ROW : 0), ROW);
    const pdql_match_entries e = { .rows = rows, .meta = meta, .n = 3, .meta_bytes = META };
    meta[META * (sha_first ? 1 : 2) + 4] = 1; /* by its SHA-256 it is harmless */
    assert(pdql_exact_find(&e, asked, &d) == PDQL_OK);
    assert(d.verdict == PDQL_NEGATED && d.tier == PDQL_TIER_SHA256 && d.entry == (sha_first ? 1u : 2u));
    memset(asked, 0, ROW); /* only the MD5 is known */
    assert(pdql_exact_find(&e, asked, &d) == PDQL_OK);
    assert(d.verdict == PDQL_IDENTICAL_FILE && d.tier == PDQL_TIER_MD5 && d.entry == (sha_first ? 2u : 1u));
    memset(asked, 0, sizeof asked); /* nothing is known */
    assert(pdql_exact_find(&e, asked, &d) == PDQL_OK && d.verdict == PDQL_NO_MATCH && d.entry == PDQL_NONE);
}

int main(void)
{
    const pdql_kernels *k;
    for (size_t i = 0; (k = pdql_kernels_at(i)) != NULL; i++) {
        known(k);
        pieces(k, pdql_kernels_best());
        order(k);
    }
    arguments(pdql_kernels_best());
    every_place();
    puts("exact: ok");
    return 0;
}
