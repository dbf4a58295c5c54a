/*
 * list/note.h - C2SP signed notes, as strict as docs/formats/list.md, section 3
 */
#ifndef PDQI_LIST_NOTE_H
#define PDQI_LIST_NOTE_H

#include "list/text.h"
#include "crypto/ed25519.h"
#include "crypto/sha256.h"

enum {
    PDQI_NOTE_MAX = 131072,
    PDQI_NOTE_LINES = 64,
    PDQI_KEY_ID = 4,
    PDQI_SIG_LINE_MIN = 5,
    PDQI_SIG_LINE_MAX = 8192,
    PDQI_ENDORSERS = 32,
    PDQI_TIME = 8,
    PDQI_LINE_KEPT = PDQI_KEY_ID + PDQI_TIME + PDQI_SIG
};

/* Types of keys: of organisations and logs; of witnesses. */
enum { PDQI_ED25519 = 1, PDQI_COSIGNATURE = 4 };

typedef struct pdqi_note_line {
    pdqi_text name;
    uint8_t data[PDQI_LINE_KEPT]; /* key ID and the first bytes of the signature */
    size_t n;                             /* of both, as written */
} pdqi_note_line;

typedef struct pdqi_note {
    pdqi_text text;
    size_t n_lines;
    pdqi_note_line lines[PDQI_NOTE_LINES];
} pdqi_note;

typedef struct pdqi_key {
    pdqi_text name;
    uint8_t id[PDQI_KEY_ID], public_key[32];
} pdqi_key;

/*@ predicate key_reads(pdqi_key *key) = \valid_read(key) && readable(key->name);
    predicate lines_read(pdqi_note *note) = note->n_lines <= PDQI_NOTE_LINES
        && \forall integer i; 0 <= i < note->n_lines ==> readable(note->lines[i].name);
    predicate lines_in(pdqi_note *note, uint8_t *data) = note->n_lines <= PDQI_NOTE_LINES
        && \forall integer i; 0 <= i < note->n_lines ==> readable(note->lines[i].name)
            && \base_addr(note->lines[i].name.p) == \base_addr(data);
    predicate note_reads(pdqi_note *note) = \valid_read(note) && readable(note->text) && lines_read(note); */

/* PDQL_LIST_FORMAT unless every byte is where it belongs. Texts point into `data`. */
/*@ requires \valid(note) && \valid_read(data + (0 .. n - 1));
    assigns *note;
    ensures \result == PDQL_OK ==> readable(note->text) && \base_addr(note->text.p) == \base_addr(data);
    ensures \result == PDQL_OK ==> lines_in(note, data); */
pdql_status pdqi_note_parse(pdqi_note *note, const uint8_t *data, size_t n);

/* Takes a verifier key of one type, name+id+base64. */
/*@ requires reads(c) && \valid(key) && \separated(c, key);
    assigns *c, *key;
    ensures onward{Pre, Post}(c) && readable(key->name); */
void pdqi_vkey(pdqi_cursor *c, const pdqi_sha_kernels *k, unsigned type, pdqi_key *key);

/*
 * Who is asked about signatures. What the provider cannot say yet counts as good, so that all
 * questions are asked at once; whoever asks looks at `pending` before believing anything.
 */
typedef struct pdqi_asked {
    const pdql_provider *p;
    int pending;
} pdqi_asked;

/*@ requires \valid(asked) && \valid_read(public_key + (0 .. 31)) && \valid_read(signature + (0 .. 63));
    requires \valid_read(message + (0 .. n - 1));
    assigns asked->pending; */
int pdqi_signed(pdqi_asked *asked, const uint8_t public_key[32], const uint8_t signature[PDQI_SIG],
                const uint8_t *message, size_t n);

/* The line of a key; NULL if the note has none. */
/*@ requires note_reads(note) && key_reads(key);
    assigns \nothing;
    ensures \result == \null || \valid_read(\result); */
const pdqi_note_line *pdqi_note_line_of(const pdqi_note *note, const pdqi_key *key);

/*
 * Verifies every line of a known key. `signers` gets bit i set if keys[i] signed.
 * PDQL_LIST_UNENDORSED if a known line is bad.
 */
/*@ requires note_reads(note) && \valid(asked) && \valid(signers) && n <= 32 && \valid_read(keys + (0 .. n - 1));
    requires \forall integer i; 0 <= i < n ==> readable(keys[i].name);
    assigns *signers, asked->pending; */
pdql_status pdqi_note_signers(const pdqi_note *note, pdqi_asked *asked, const pdqi_key *keys, size_t n,
                              uint32_t *signers);

#endif
