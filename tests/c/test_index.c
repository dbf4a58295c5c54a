/*
 * The index on every kernel this CPU has, against the definition of Hamming
 * distance, for both shapes and many radii; capacity; damaged blocks. Also run on ARM.
 */
#include "pdqlite_parts.h"
#include "index/bands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 1200, CENTRES = 5, QUERIES = 19 };

static int faults;
static unsigned part = 1; /* one radius and one turn in so many: for emulated sanitizers */
static uint64_t state = 88172645463325252u;

static uint32_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static void expect(int ok, const char *kernel, const char *what, unsigned detail)
{
    if (!ok) {
        printf("%s: %s (%u)\n", kernel, what, detail);
        faults++;
    }
}

/* Bit by bit. */
static unsigned definition(const uint8_t *a, const uint8_t *b)
{
    unsigned d = 0;
    for (unsigned i = 0; i < PDQL_HASH_BITS; i++)
        d += (a[i / 8] ^ b[i / 8]) >> i % 8 & 1;
    return d;
}

/* Rows around a few centres, so that every radius has hits. */
static void fill(uint8_t *rows, size_t n)
{
    uint8_t centre[CENTRES][32];
    for (size_t i = 0; i < sizeof centre; i++)
        ((uint8_t *)centre)[i] = (uint8_t)chance();
    for (size_t i = 0; i < n; i++) {
        memcpy(rows + i * 32, centre[chance() % CENTRES], 32);
        for (uint32_t flips = chance() % 4 ? chance() % 40 : 0; flips; flips--)
            rows[i * 32 + chance() % 32] ^= (uint8_t)(1 << chance() % 8);
    }
}

static uint8_t *build(const uint8_t *rows, size_t n, pdql_index_shape shape, size_t *bytes)
{
    size_t work_bytes;
    if (pdql_index_work_size(n, shape, &work_bytes))
        abort();
    void *work = malloc(work_bytes);
    if (pdql_index_plan(rows, n, shape, work, work_bytes, bytes))
        abort();
    uint8_t *block = malloc(*bytes); /* exactly: the sanitizer sees a byte too many */
    expect(pdql_index_build(rows, n, work, work_bytes, block, *bytes - 1) == PDQL_ERR_SPACE, "build", "space", 0);
    if (pdql_index_build(rows, n, work, work_bytes, block, *bytes))
        abort();
    free(work);
    return block;
}

static unsigned distances[QUERIES][ROWS]; /* by the definition, of the rows at hand */

static void check_search(const pdql_kernels *k, const pdql_index *ix, const uint8_t *rows, size_t n, unsigned radius)
{
    const char *name = pdql_kernels_name(k);
    static pdql_hit hits[QUERIES * ROWS], few[7];
    const uint8_t *queries = rows;
    const size_t n_queries = n < QUERIES ? n : QUERIES;
    size_t found = 0, at = 0, again = 0;
    expect(!pdql_index_search(k, ix, queries, n_queries, radius, hits, QUERIES * ROWS, &found), name, "search", radius);
    for (size_t q = 0; q < n_queries; q++)
        for (size_t i = 0; i < n; i++) {
            const unsigned d = distances[q][i];
            if (d > radius)
                continue;
            expect(at < found && hits[at].query == q && hits[at].row == i && hits[at].distance == d, name, "hit",
                   radius);
            at++;
        }
    expect(at == found, name, "number of hits", radius);
    expect(!pdql_index_search(k, ix, queries, n_queries, radius, few, 7, &again) && again == found, name, "few",
           radius);
    expect(!memcmp(few, hits, sizeof *few * (found < 7 ? found : 7)), name, "which few", radius);
    expect(!pdql_scan(k, queries, n_queries, rows, n, radius, few, 7, &again) && again == found, name, "scan", radius);
    expect(!memcmp(few, hits, sizeof *few * (found < 7 ? found : 7)), name, "which few of scan", radius);
}

static void check_shape(pdql_index_shape shape, size_t n)
{
    static uint8_t rows[ROWS * 32], back[ROWS * 32];
    pdql_index ix;
    size_t bytes;
    fill(rows, n);
    for (size_t q = 0; q < QUERIES && q < n; q++)
        for (size_t i = 0; i < n; i++)
            distances[q][i] = definition(rows + q * 32, rows + i * 32);
    uint8_t *block = build(rows, n, shape, &bytes);
    expect(!pdql_index_open(block, bytes, &ix), "open", "status", 0);
    expect(pdql_index_open(block, bytes - 1, &ix) == PDQL_ERR_BLOCK, "open", "cut", 0);
    expect(!pdql_index_rows(&ix, back, sizeof back) && !memcmp(rows, back, n * 32), "rows", "differ", (unsigned)n);
    const pdql_kernels *k;
    for (size_t i = 0; (k = pdql_kernels_at(i)); i++)
        for (unsigned radius = 0; radius <= 256; radius += part * (radius < 66 ? 3 : 31))
            check_search(k, &ix, rows, n, radius);
    free(block);
}

enum { FOURS = 6, FOURS_ROWS = FOURS * 256 };

/* `bits` bits that lie in fours of neighbouring columns, `each` in one, from four `first` on. */
static void flip_fours(uint8_t *row, unsigned bits, unsigned each, unsigned first)
{
    for (unsigned n = 0; n < bits; n++) {
        const unsigned four = (first + n / each) % 64;
        row[four / 2] ^= (uint8_t)(1 << (four % 2 * 4 + (n % each + first) % 4));
    }
}

/*
 * A batch first counts coarsely, four columns at a time: here is what is hardest for that. Each slice has one row
 * near one query, whose differing bits lie two, three or four in a four; all else is far. Radii about the distance.
 */
static void check_fours(void)
{
    static uint8_t rows[FOURS_ROWS * 32];
    uint8_t queries[FOURS * 32];
    pdql_hit hits[FOURS];
    pdql_index ix;
    size_t bytes, found;
    for (size_t i = 0; i < sizeof queries; i++)
        queries[i] = (uint8_t)chance();
    for (unsigned bits = 2; bits <= 64; bits += part) {
        for (size_t i = 0; i < sizeof rows; i++)
            rows[i] = (uint8_t)chance();
        for (unsigned q = 0; q < FOURS; q++) {
            uint8_t *row = rows + (q * 257 % FOURS_ROWS) * 32;
            memcpy(row, queries + q * 32, 32);
            flip_fours(row, bits, 2 + q % 3, q < 3 ? 0 : chance() % 64);
            expect(definition(row, queries + q * 32) == bits, "fours", "distance", bits);
        }
        uint8_t *block = build(rows, FOURS_ROWS, PDQL_INDEX_SCAN, &bytes);
        expect(!pdql_index_open(block, bytes, &ix), "fours", "open", bits);
        const pdql_kernels *k;
        for (size_t at = 0; (k = pdql_kernels_at(at)); at++)
            for (unsigned radius = bits - 1; radius <= bits + 1; radius++) {
                const unsigned want = radius < bits ? 0 : FOURS;
                expect(!pdql_index_search(k, &ix, queries, FOURS, radius, hits, FOURS, &found), "fours", "search",
                       radius);
                expect(found == want, pdql_kernels_name(k), "number of fours", radius);
                for (unsigned q = 0; q < found && q < FOURS; q++)
                    expect(hits[q].query == q && hits[q].row == q * 257 && hits[q].distance == bits,
                           pdql_kernels_name(k), "fours", radius);
            }
        free(block);
    }
}

/* Damaged bodies are refused or give some hits: every kernel does the same. */
static void check_damage(pdql_index_shape shape)
{
    static uint8_t rows[ROWS * 32], back[ROWS * 32];
    static pdql_hit hits[64], others[64];
    pdql_index ix;
    size_t bytes, found, others_found;
    unsigned refused = 0;
    fill(rows, ROWS);
    uint8_t *block = build(rows, ROWS, shape, &bytes), *other = malloc(bytes);
    for (unsigned turn = 0; turn < 60; turn++) {
        memcpy(other, block, bytes);
        for (uint32_t n = turn % 3 ? 5000 : 60; n; n--)
            other[128
                  + (chance() % 4 ? bytes - 128 - chance() % (bytes / 12) : chance() % (bytes - 128)) % (bytes - 128)]
                = (uint8_t)chance();
        expect(!pdql_index_open(other, bytes, &ix), "damage", "open", turn);
        const pdql_kernels *k;
        pdql_status first = PDQL_OK;
        for (size_t i = 0; (k = pdql_kernels_at(i)); i++) {
            const pdql_status status = pdql_index_search(k, &ix, rows, 3, turn % 2 ? 31 : 100, i ? others : hits, 64,
                                                         i ? &others_found : &found);
            refused += status == PDQL_ERR_BLOCK;
            if (i == 0)
                first = status;
            expect(status == first, pdql_kernels_name(k), "damage: another status", turn);
            if (i && status == PDQL_OK)
                expect(found == others_found && !memcmp(hits, others, sizeof *hits * (found < 64 ? found : 64)),
                       pdql_kernels_name(k), "damage: other hits", turn);
        }
        refused += pdql_index_rows(&ix, back, sizeof back) == PDQL_ERR_BLOCK;
    }
    expect(refused > 20 || shape == PDQL_INDEX_COMPACT, "damage", "went unseen", refused);
    free(block);
    free(other);
}

enum { FEW = 200, LYING = 7 }; /* a few rows: steps of a byte from one base; the list whose directory lies */

/* Says of a bucket of list LYING that it is places first..end-1. */
static void lie(uint8_t *block, const pdql_index *ix, unsigned value, unsigned first, unsigned end)
{
    uint8_t *steps = block + ix->at_dirs + LYING * ix->dir_bytes + 4;
    steps[value] = (uint8_t)first;
    steps[value + 1] = (uint8_t)end;
}

static void expect_lie(const pdql_index *ix, pdql_status want, const char *what)
{
    static const uint8_t zeros[32];
    const pdql_kernels *k;
    pdql_hit hit;
    size_t found;
    for (size_t i = 0; (k = pdql_kernels_at(i)); i++)
        for (unsigned radius = 26; radius <= 31; radius += 5) {
            found = 1;
            const pdql_status status = pdql_index_search(k, ix, zeros, 1, radius, &hit, 1, &found);
            expect(status == want && (status || !found), pdql_kernels_name(k), what, radius);
        }
}

/*
 * docs/explanation/search.md, Trust: the buckets read of one list hold no more than the list. Else a directory that names the
 * whole list for each of its values makes a query read it so many times over. A query of zeros reads the values
 * 0, 1, 2, 4 ... of a band; here one of them is all places of the list, which is allowed, and then another has
 * places too, which is not: one more place is enough, before or after the full one, whatever lies between. No row
 * has such a value itself.
 */
static void check_places_left(void)
{
    static uint8_t rows[FEW * 32];
    uint16_t bands[16];
    pdql_index ix;
    size_t bytes;
    for (size_t n = 0; n < FEW;) {
        for (unsigned i = 0; i < 32; i++)
            rows[n * 32 + i] = (uint8_t)chance();
        pdqi_bands_of(rows + n * 32, bands);
        n += (bands[LYING] & (bands[LYING] - 1)) != 0;
    }
    uint8_t *block = build(rows, FEW, PDQL_INDEX_SELF, &bytes), *good = malloc(bytes);
    expect(!pdql_index_open(block, bytes, &ix) && ix.step_bytes == 1 && ix.group_shift == 16, "places left", "steps",
           0);
    memcpy(good, block, bytes);
    expect_lie(&ix, PDQL_OK, "nothing wrong");
    for (unsigned bit = 2; bit < 16; bit++)
        for (unsigned other = 2; other < 16; other++) {
            if (other == bit)
                continue;
            memcpy(block, good, bytes);
            lie(block, &ix, 1u << bit, 0, FEW);
            if (other == 2)
                expect_lie(&ix, PDQL_OK, "one bucket of all places");
            lie(block, &ix, 1u << other, FEW - 1, FEW);
            expect_lie(&ix, PDQL_ERR_BLOCK, "one place too many");
        }
    free(block);
    free(good);
}

/* docs/explanation/search.md: band (row + 5 column) mod 16, one bit of each row, in row order. */
static void check_bands(void)
{
    uint8_t hash[32], back[32];
    for (unsigned turn = 0; turn < 50; turn++) {
        uint16_t bands[16], want[16] = { 0 };
        for (unsigned i = 0; i < 32; i++)
            hash[i] = (uint8_t)chance();
        for (unsigned row = 0; row < 16; row++)
            for (unsigned column = 0; column < 16; column++) {
                const unsigned word = (unsigned)hash[2 * row] << 8 | hash[2 * row + 1];
                want[(row + 5 * column) % 16] |= (uint16_t)((word >> column & 1) << row);
            }
        pdqi_bands_of(hash, bands);
        pdqi_bands_to_hash(bands, back);
        expect(!memcmp(bands, want, sizeof want), "bands", "definition", turn);
        expect(!memcmp(hash, back, 32), "bands", "inverse", turn);
    }
}

int main(int argc, char **argv)
{
    part = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    if (part < 1 || part > 20)
        return 2;
    check_bands();
    for (size_t n = 0; n <= ROWS; n += n < 3 ? 1 : 399)
        for (int shape = PDQL_INDEX_SCAN; shape <= PDQL_INDEX_COMPACT; shape++)
            check_shape((pdql_index_shape)shape, n);
    check_fours();
    check_damage(PDQL_INDEX_SELF);
    check_damage(PDQL_INDEX_COMPACT);
    check_places_left();
    printf("%d faults\n", faults);
    return faults != 0;
}
