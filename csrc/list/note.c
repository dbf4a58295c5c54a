/*
 * list/note.c - signed notes: a text and lines of signatures over it
 */
#include "list/note.h"

/*@ assigns \nothing;
    ensures -1 <= \result <= 63; */
static int base64_value(uint8_t ch)
{
    if (ch >= 'A' && ch <= 'Z')
        return ch - 'A';
    if (ch >= 'a' && ch <= 'z')
        return ch - 'a' + 26;
    if (ch >= '0' && ch <= '9')
        return ch - '0' + 52;
    return ch == '+' ? 62 : ch == '/' ? 63 : -1;
}

size_t pdqi_unbase64(pdqi_text t, uint8_t *out, size_t cap)
{
    if (t.n % 4 || t.n == 0)
        return t.n ? SIZE_MAX : 0;
    const size_t pad = (t.p[t.n - 1] == '=') + (size_t)(t.p[t.n - 1] == '=' && t.p[t.n - 2] == '=');
    uint32_t bits = 0;
    size_t n = 0;
    /*@ loop invariant i <= t.n - pad && n <= i;
        loop assigns i, n, bits, out[0 .. cap - 1];
        loop variant t.n - i; */
    for (size_t i = 0; i < t.n - pad; i++) {
        const int value = base64_value(t.p[i]);
        if (value < 0)
            return SIZE_MAX;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 == 0)
            continue;
        const unsigned left = 6 - 2 * (unsigned)(i % 4); /* bits that belong to the next byte */
        if (n < cap)
            out[n] = (uint8_t)(bits >> left);
        n++;
        bits &= (1u << left) - 1;
    }
    return bits ? SIZE_MAX : n; /* bits that no byte uses are zero */
}

/* Length of the UTF-8 sequence at p (Unicode 15, table 3-7); 0 if there is none. */
/*@ requires 1 <= n && \valid_read(p + (0 .. n - 1));
    assigns \nothing;
    ensures \result <= n; */
static size_t utf8(const uint8_t *p, size_t n)
{
    const uint8_t first = p[0];
    size_t more = first < 0x80 ? 0 : first < 0xc2 ? 9 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 9;
    if (more == 9 || more >= n)
        return 0;
    /*@ loop invariant 1 <= i <= more + 1;
        loop assigns i;
        loop variant more + 1 - i; */
    for (size_t i = 1; i <= more; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((first == 0xe0 && p[1] < 0xa0) || (first == 0xed && p[1] > 0x9f) || (first == 0xf0 && p[1] < 0x90)
        || (first == 0xf4 && p[1] > 0x8f))
        return 0;
    return more + 1;
}

/* Whether a valid sequence is Unicode white space past ASCII. */
/*@ requires \valid_read(p + (0 .. n - 1));
    assigns \nothing; */
static int is_space(const uint8_t *p, size_t n)
{
    if (n == 2)
        return p[0] == 0xc2 && (p[1] == 0x85 || p[1] == 0xa0);
    if (n != 3)
        return 0;
    const unsigned code = (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    return code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f
        || code == 0x205f || code == 0x3000;
}

/*@ requires \valid_read(data + (0 .. n - 1));
    assigns \nothing; */
static int valid_bytes(const uint8_t *data, size_t n)
{
    /*@ loop invariant i <= n;
        loop assigns i, m;
        loop variant n - i; */
    for (size_t i = 0, m; i < n; i += m) {
        m = utf8(data + i, n - i);
        if (m == 0 || (data[i] < 0x20 && data[i] != '\n'))
            return 0;
    }
    return 1;
}

/*@ requires readable(name);
    assigns \nothing; */
static int valid_name(pdqi_text name)
{
    /*@ loop invariant i <= name.n;
        loop assigns i, m;
        loop variant name.n - i; */
    for (size_t i = 0, m; i < name.n; i += m) {
        m = utf8(name.p + i, name.n - i);
        if (m == 0 || name.p[i] == '+' || is_space(name.p + i, m))
            return 0;
    }
    return name.n > 0;
}

/*@ requires reads(c) && \valid(line) && \separated(c, line);
    assigns *c, *line;
    ensures onward{Pre, Post}(c) && readable(line->name) && \base_addr(line->name.p) == \base_addr(c->end); */
static void parse_line(pdqi_cursor *c, pdqi_note_line *line)
{
    pdqi_expect(c, "\xe2\x80\x94 ");
    line->name = pdqi_item(c);
    pdqi_expect(c, " ");
    line->n = pdqi_unbase64(pdqi_item(c), line->data, sizeof line->data);
    pdqi_expect(c, "\n");
    if (!c->bad && (!valid_name(line->name) || line->n < PDQI_SIG_LINE_MIN || line->n > PDQI_SIG_LINE_MAX))
        pdqi_fail(c);
}

/*@ requires \valid_read(line) && readable(line->name) && readable(name) && \valid_read(id + (0 .. 3));
    assigns \nothing; */
static int same_key(const pdqi_note_line *line, pdqi_text name, const uint8_t *id)
{
    return pdqi_same(line->name, name) && memcmp(line->data, id, PDQI_KEY_ID) == 0;
}

pdql_status pdqi_note_parse(pdqi_note *note, const uint8_t *data, size_t n)
{
    if (n < 1 || n > PDQI_NOTE_MAX || data[n - 1] != '\n' || !valid_bytes(data, n))
        return PDQL_LIST_FORMAT;
    size_t split = n - 1; /* the second of the last two line feeds in a row */
    /*@ loop invariant split < n;
        loop assigns split;
        loop variant split; */
    while (split > 0 && !(data[split] == '\n' && data[split - 1] == '\n'))
        split--;
    if (split < 2 || split + 1 == n)
        return PDQL_LIST_FORMAT;
    note->text = (pdqi_text){ data, split };
    note->n_lines = 0;
    pdqi_cursor c = { data + split + 1, data + n, 0 };
    /*@ loop invariant reads(&c) && \base_addr(c.end) == \base_addr(data) && lines_in(note, data);
        loop assigns c, note->n_lines, note->lines[0 .. PDQI_NOTE_LINES - 1];
        loop variant PDQI_NOTE_LINES - note->n_lines; */
    while (!c.bad && c.at < c.end) {
        if (note->n_lines == PDQI_NOTE_LINES)
            return PDQL_LIST_FORMAT;
        pdqi_note_line *line = &note->lines[note->n_lines++];
        parse_line(&c, line);
        /*@ loop invariant reads(&c) && c.end == \at(c.end, LoopEntry) && i < note->n_lines;
            loop assigns i, c;
            loop variant note->n_lines - i; */
        for (size_t i = 0; !c.bad && i + 1 < note->n_lines; i++)
            if (same_key(&note->lines[i], line->name, line->data))
                pdqi_fail(&c);
    }
    return c.bad ? PDQL_LIST_FORMAT : PDQL_OK;
}

/*@ assigns \nothing; */
static int hex_value(uint8_t ch)
{
    return ch >= '0' && ch <= '9' ? ch - '0' : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

void pdqi_vkey(pdqi_cursor *c, const pdqi_sha_kernels *k, unsigned type, pdqi_key *key)
{
    enum { HEX = 2 * PDQI_KEY_ID, BASE64 = 44 };
    const pdqi_text whole = pdqi_item(c);
    uint8_t data[33], digest[PDQI_HASH];
    size_t n = 0;
    /*@ loop invariant n <= whole.n;
        loop assigns n;
        loop variant whole.n - n; */
    while (n < whole.n && whole.p[n] != '+')
        n++;
    pdqi_cursor name = { whole.p, whole.p + n, 0 };
    key->name = pdqi_name(&name);
    if (name.bad || whole.n != n + 1 + HEX + 1 + BASE64 || whole.p[n + 1 + HEX] != '+'
        || pdqi_unbase64((pdqi_text){ whole.p + n + HEX + 2, BASE64 }, data, sizeof data) != sizeof data
        || data[0] != type) {
        pdqi_fail(c);
        return;
    }
    pdqi_sha256 h;
    pdqi_sha256_init(&h, k);
    pdqi_sha256_add(&h, key->name.p, key->name.n);
    pdqi_sha256_add(&h, (const uint8_t *)"\n", 1);
    pdqi_sha256_add(&h, data, sizeof data);
    pdqi_sha256_end(&h, digest);
    /*@ loop invariant i <= HEX && onward{Pre, Here}(c);
        loop assigns i, *c;
        loop variant HEX - i; */
    for (size_t i = 0; i < HEX; i++)
        if (hex_value(whole.p[n + 1 + i]) != (digest[i / 2] >> (i % 2 ? 0 : 4) & 15))
            pdqi_fail(c);
    memcpy(key->id, digest, PDQI_KEY_ID);
    memcpy(key->public_key, data + 1, 32);
}

int pdqi_signed(pdqi_asked *asked, const uint8_t public_key[32], const uint8_t signature[PDQI_SIG],
                const uint8_t *message, size_t n)
{
    const pdql_status status = pdql_ed25519_check(asked->p, public_key, signature, message, n);
    asked->pending |= status == PDQL_ERR_PENDING;
    return status == PDQL_OK || status == PDQL_ERR_PENDING;
}

const pdqi_note_line *pdqi_note_line_of(const pdqi_note *note, const pdqi_key *key)
{
    /*@ loop invariant i <= note->n_lines;
        loop assigns i;
        loop variant note->n_lines - i; */
    for (size_t i = 0; i < note->n_lines; i++)
        if (same_key(&note->lines[i], key->name, key->id))
            return &note->lines[i];
    return NULL;
}

pdql_status pdqi_note_signers(const pdqi_note *note, pdqi_asked *asked, const pdqi_key *keys, size_t n,
                              uint32_t *signers)
{
    *signers = 0;
    /*@ loop invariant i <= n;
        loop assigns i, *signers, asked->pending;
        loop variant n - i; */
    for (size_t i = 0; i < n; i++) {
        const pdqi_note_line *line = pdqi_note_line_of(note, &keys[i]);
        if (!line)
            continue;
        if (line->n != PDQI_KEY_ID + PDQI_SIG
            || !pdqi_signed(asked, keys[i].public_key, line->data + PDQI_KEY_ID, note->text.p, note->text.n))
            return PDQL_LIST_UNENDORSED;
        *signers |= (uint32_t)1 << i;
    }
    return PDQL_OK;
}
