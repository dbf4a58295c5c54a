/*
 * Notes: what parses, written again from its parts, is the same bytes. One encoding for each value.
 */
#include "list/note.h"

#include <stdlib.h>

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t base64(const uint8_t *p, size_t n, uint8_t *out)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i += 3) {
        const uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)(i + 1 < n ? p[i + 1] : 0) << 8
            | (i + 2 < n ? p[i + 2] : 0);
        out[at++] = (uint8_t)ALPHABET[v >> 18];
        out[at++] = (uint8_t)ALPHABET[v >> 12 & 63];
        out[at++] = i + 1 < n ? (uint8_t)ALPHABET[v >> 6 & 63] : '=';
        out[at++] = i + 2 < n ? (uint8_t)ALPHABET[v & 63] : '=';
    }
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static pdqi_note note;
    static uint8_t bytes[PDQI_SIG_LINE_MAX], again[PDQI_NOTE_MAX];
    if (n == 0 || n > 8192 || pdqi_note_parse(&note, data, n) != PDQL_OK)
        return 0;
    size_t at = note.text.n;
    memcpy(again, note.text.p, at);
    again[at++] = '\n';
    for (size_t i = 0; i < note.n_lines; i++) {
        const pdqi_note_line *line = &note.lines[i];
        const pdqi_text value = { line->name.p + line->name.n + 1, (line->n + 2) / 3 * 4 };
        memcpy(again + at, "\xe2\x80\x94 ", 4);
        memcpy(again + at + 4, line->name.p, line->name.n);
        at += 4 + line->name.n;
        again[at++] = ' ';
        if (pdqi_unbase64(value, bytes, sizeof bytes) != line->n)
            abort();
        at += base64(bytes, line->n, again + at);
        again[at++] = '\n';
    }
    if (at != n || memcmp(again, data, n))
        abort();
    return 0;
}
