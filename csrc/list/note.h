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

/* PDQL_LIST_FORMAT unless every byte is where it belongs. Texts point into `data`. */
pdql_status pdqi_note_parse(pdqi_note *note, const uint8_t *data, size_t n);

/* Takes a verifier key of one type, name+id+base64. */
void pdqi_vkey(pdqi_cursor *c, const pdqi_sha_kernels *k, unsigned type, pdqi_key *key);

/*
 * Who is asked about signatures. What the provider cannot say yet counts as good, so that all
 * questions are asked at once; whoever asks looks at `pending` before believing anything.
 */
typedef struct pdqi_asked {
    const pdql_provider *p;
    int pending;
} pdqi_asked;

int pdqi_signed(pdqi_asked *asked, const uint8_t public_key[32], const uint8_t signature[PDQI_SIG],
                const uint8_t *message, size_t n);

/* The line of a key; NULL if the note has none. */
const pdqi_note_line *pdqi_note_line_of(const pdqi_note *note, const pdqi_key *key);

/*
 * Verifies every line of a known key. `signers` gets bit i set if keys[i] signed.
 * PDQL_LIST_UNENDORSED if a known line is bad.
 */
pdql_status pdqi_note_signers(const pdqi_note *note, pdqi_asked *asked, const pdqi_key *keys, size_t n,
                              uint32_t *signers);

#endif
