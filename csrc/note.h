/*
 * note.h - C2SP signed notes, as strict as docs/formats/list.md, section 3
 */
#ifndef PDQI_NOTE_H
#define PDQI_NOTE_H

#include "cursor.h"
#include "sha256.h"

enum {
    PDQI_NOTE_MAX = 131072, PDQI_NOTE_LINES = 64, PDQI_SIG = 64, PDQI_KEY_ID = 4,
    PDQI_SIG_LINE_MIN = 5, PDQI_SIG_LINE_MAX = 8192, PDQI_ENDORSERS = 32
};

typedef struct pdqi_note_line {
    pdqi_text name;
    uint8_t data[PDQI_KEY_ID + PDQI_SIG]; /* key ID and the first bytes of the signature */
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

/* Takes a verifier key of type 1, name+id+base64. */
void pdqi_vkey(pdqi_cursor *c, const pdqi_sha_kernels *k, pdqi_key *key);

/*
 * Verifies every line of a known key. `signers` gets bit i set if keys[i] signed.
 * PDQL_LIST_UNENDORSED if a known line is bad, PDQL_ERR_PENDING if the provider cannot say.
 */
pdql_status pdqi_note_signers(const pdqi_note *note, const pdql_provider *p, const pdqi_key *keys, size_t n,
                              uint32_t *signers);

/* Whether encodings are fit for a primitive: S < L, A and R canonical, neither of small order. */
int pdqi_ed25519_strict(const uint8_t public_key[32], const uint8_t signature[PDQI_SIG]);

#endif
