/*
 * test_hash_kernels.c - each kernel of hashing by its definition, on every table
 *
 * Runs wherever the library does: natively, under an emulator, in WebAssembly.
 */
#include "hash_samples.h"

/* Weighted rows by the definition: any weights within the limits, rows that end where their memory ends. */
static void test_weigh(const pdql_kernels *k)
{
    enum { WIDEST = 300 };
    for (unsigned round = 0; round < 400 / part; round++) {
        pdqi_rows rows = { .n = 1 + random_below(PDQI_GROUP) };
        const size_t bytes = 1 + random_below(WIDEST);
        uint8_t *memory[PDQI_GROUP];
        unsigned left[2] = { PDQI_CHUNK, PDQI_CHUNK };
        for (size_t r = 0; r < rows.n; r++) {
            rows.row[r] = memory[r] = memory_of(bytes);
            paint(memory[r], bytes, round % 5);
            for (int v = 0; v < 2; v++) {
                const unsigned most = left[v] < PDQI_PIECE ? left[v] : PDQI_PIECE;
                rows.weight[v][r] = (uint8_t)(round & 1 ? most : random_below(most + 1));
                left[v] -= rows.weight[v][r];
            }
        }
        for (int directions = 1; directions <= 2; directions++) {
            int16_t *const out[2] = { (int16_t *)(void *)memory_of(2 * bytes),
                                      directions > 1 ? (int16_t *)(void *)memory_of(2 * bytes) : NULL };
            k->hash->weigh(&rows, bytes, out);
            for (int v = 0; v < directions; v++) {
                for (size_t x = 0; x < bytes; x++) {
                    int32_t want = -PDQI_BIAS;
                    for (size_t r = 0; r < rows.n; r++)
                        want += rows.weight[v][r] * rows.row[r][x];
                    CHECK(out[v][x] == want);
                }
                free(out[v]);
            }
        }
        for (size_t r = 0; r < rows.n; r++)
            free(memory[r]);
    }
}

/* Sums straight to cells: each as the sum with its bias is made one by itself, and what is left over as by dots. */
static void check_direct(const pdql_kernels *k, const pdqi_line *line, const int16_t *values)
{
    const pdqi_levels levels = { 1.0 / 7919, 1.0 / 104729, random_below(2) * 16.0, 255.0 / 219.0 };
    float cells[64];
    int64_t rest[PDQI_SUMS];
    const uint32_t n = k->hash->direct(line, values, &levels, cells, rest);
    CHECK(n < PDQI_SIDE);
    for (uint32_t i = 0; i < line->sums; i++) {
        int64_t sum = 0;
        for (uint32_t t = 0; t < PDQI_LANES * line->vectors[i]; t++)
            sum += (int64_t)line->weights[line->offset[i] + t] * values[line->start[i] + t];
        const double level = ((double)(sum + line->bias[i]) * levels.scale - levels.black) * levels.stretch;
        CHECK(i < n ? cells[i] == (float)level : rest[i] == sum);
    }
}

/* Dot products by the definition, at the largest weights that a batch allows. */
static void test_dots(const pdql_kernels *k)
{
    enum { VALUES = 1000, WEIGHTS = 8 * PDQI_LANES };
    static int16_t values[VALUES], weights[WEIGHTS];
    static const unsigned LARGEST[] = { 1, 15, 255, 8805, 16000, 32767 };
    for (unsigned round = 0; round < 600 / part; round++) {
        const unsigned largest = LARGEST[random_below(sizeof LARGEST / sizeof *LARGEST)];
        pdqi_line line = {
            .sums = round & 2 ? PDQI_SUMS : PDQI_SIDE, .weights = weights, .batch = 32768 / (largest + 1), .narrow = 1
        };
        const unsigned stop = random_below(66);
        for (size_t i = 0; i < VALUES; i++)
            values[i] = (int16_t)(round % 3 == 0 ? -32768 : round % 3 == 1 ? 32767 : (int)random_below(65536) - 32768);
        for (size_t i = 0; i < WEIGHTS; i++)
            weights[i] = (int16_t)(round & 1 ? largest : random_below(largest + 1));
        for (uint32_t i = 0; i < line.sums; i++) {
            const unsigned same = round & 4 && i && i < stop; /* as the tents of a full line are */
            line.vectors[i] = same ? line.vectors[0] : random_below(round & 8 ? 3 : 9);
            line.offset[i] = same ? line.offset[0] : PDQI_LANES * random_below(9 - line.vectors[i]);
            line.alike += line.alike == i && i < PDQI_SIDE && (!i || same);
            line.start[i] = random_below(VALUES + 1 - PDQI_LANES * line.vectors[i]);
            for (uint32_t t = 0; t < PDQI_LANES * line.vectors[i]; t++)
                line.bias[i] += (int64_t)weights[line.offset[i] + t] * PDQI_BIAS;
            line.narrow &= line.bias[i] <= INT32_MAX;
        }
        int64_t out[PDQI_SUMS];
        for (uint32_t i = 0; i < PDQI_SUMS; i++)
            out[i] = i;
        k->hash->dots(&line, values, out);
        for (uint32_t i = 0; i < line.sums; i++) {
            int64_t want = i;
            for (uint32_t t = 0; t < PDQI_LANES * line.vectors[i]; t++)
                want += (int64_t)weights[line.offset[i] + t] * values[line.start[i] + t];
            CHECK(out[i] == want);
        }
        if (line.narrow && k->hash->direct)
            check_direct(k, &line, values);
    }
}

/* Brightness of columns and cells of planes by the definition, no value read that is not there. */
static void test_planes(const pdql_kernels *k)
{
    enum { WIDTH = 300, CELLS = 70 };
    static const int16_t FACTORS[2][3] = { { 299, 587, 114 }, { 114, 587, 299 } };
    for (unsigned round = 0; round < 600 / part; round++) {
        const size_t width = 1 + random_below(WIDTH), step = 3 + round % 2, n = step * (width - 1) + 3;
        const int16_t *factor = FACTORS[random_below(2)];
        int16_t *sums = malloc(n * sizeof *sums);
        uint32_t out[WIDTH + 1];
        if (!sums)
            exit(2);
        for (size_t i = 0; i < n; i++)
            sums[i] = (int16_t)((round % 5 ? random_below(65281) : 65280) - PDQI_BIAS);
        out[width] = 0xdeadbeef;
        k->hash->mix(sums, width, step, factor, out);
        for (size_t x = 0; x < width; x++) {
            uint32_t want = 0;
            for (size_t c = 0; c < 3; c++)
                want += (uint32_t)factor[c] * (uint32_t)(sums[step * x + c] + PDQI_BIAS);
            CHECK(out[x] == want / 4);
        }
        CHECK(out[width] == 0xdeadbeef);
        free(sums);

        const size_t taps = PDQI_TAPS * (1 + random_below(4)), cells = 1 + random_below(CELLS),
                     values_n = taps + random_below(200);
        uint32_t first[CELLS], total[CELLS + 1], *values = malloc(values_n * sizeof *values);
        static uint32_t weights[CELLS * 4 * PDQI_TAPS];
        if (!values)
            exit(2);
        for (size_t i = 0; i < values_n; i++)
            values[i] = random_below(16320001);
        for (size_t i = 0; i < cells * taps; i++)
            weights[i] = random_below(257);
        for (size_t c = 0; c < cells; c++)
            first[c] = random_below((uint32_t)(values_n - taps + 1));
        total[cells] = 0xdeadbeef;
        k->hash->gather(values, first, weights, taps, cells, total);
        for (size_t c = 0; c < cells; c++) {
            uint32_t want = 0;
            for (size_t t = 0; t < taps; t++)
                want += weights[taps * c + t] * values[first[c] + t];
            CHECK(total[c] == want);
        }
        CHECK(total[cells] == 0xdeadbeef);
        free(values);

        uint16_t samples[CELLS + 1];
        const uint32_t per = round & 1 ? 64000 : 256;
        for (size_t c = 0; c < cells; c++)
            total[c] = random_below(4177920001u / 64000 * per);
        samples[cells] = 0xdead;
        k->hash->samples(total, cells, per, samples);
        for (size_t c = 0; c < cells; c++)
            CHECK(samples[c] == (total[c] + (uint64_t)per / 2) / per);
        CHECK(samples[cells] == 0xdead);
    }
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Coefficients of many kinds, alike, of either zero, or of one sign among them: each bit by the 128th smallest. */
static void test_bits(const pdql_kernels *k)
{
    for (unsigned round = 0; round < 1200 / part; round++) {
        pdqi_dct dct;
        float *v = &dct.c[0][0], sorted[256];
        uint8_t bits[PDQL_HASH_BYTES];
        const unsigned kind = round % 6, few = 1 + random_below(9);
        for (unsigned i = 0; i < 256; i++) {
            const float whole = (float)random_below(2000001) - 1000000.0f;
            v[i] = kind == 0 ? whole / 7
                : kind == 1  ? whole / (float)(1 + i * i)
                : kind == 2  ? (float)random_below(few) - (float)(few / 2)
                : kind == 3  ? (random_below(few) ? 0.0f : whole) * (random_below(2) ? 1.0f : -1.0f)
                : kind == 4  ? 3e30f + whole * 1e24f
                             : whole * 1e-36f;
        }
        memcpy(sorted, v, sizeof sorted);
        qsort(sorted, 256, sizeof *sorted, by_value);
        k->hash->bits(&dct, bits);
        for (unsigned i = 0; i < 256; i++)
            CHECK((bits[31 - i / 8] >> i % 8 & 1) == (v[i] > sorted[127]));
    }
}

static double apart(double a, double b)
{
    return a < b ? b - a : a - b;
}

/* Each coefficient against its sum in double precision, and all tables alike to the bit. */
static void test_dct(const pdql_kernels *k)
{
    static float plane[64][64];
    pdqi_dct twice, once, other;
    double cosine[256] = { 1, 0.99969881869620422012 }; /* of so many 128ths of a half turn */
    for (int m = 2; m < 256; m++)
        cosine[m] = 2 * cosine[1] * cosine[m - 1] - cosine[m - 2];
    for (unsigned i = 0; i < 64 * 64; i++)
        (&plane[0][0])[i] = (float)random_below(65281) / 256;
    k->hash->dct((const float (*)[64])plane, &twice);
    k->hash->dct_once((const float (*)[64])plane, &once);
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++) {
            double sum = 0;
            for (int y = 0; y < 64; y++)
                for (int x = 0; x < 64; x++)
                    sum += plane[y][x] / 32 * cosine[(i + 1) * (2 * y + 1) % 256] * cosine[(j + 1) * (2 * x + 1) % 256];
            CHECK(apart(once.c[i][j], sum) < 1e-2 && apart(twice.c[i][j], 2 * sum) < 2e-2);
        }
    pdqi_hash_portable.dct((const float (*)[64])plane, &other);
    CHECK(!memcmp(&twice, &other, sizeof other));
    pdqi_hash_portable.dct_once((const float (*)[64])plane, &other);
    CHECK(!memcmp(&once, &other, sizeof other));
}

int main(int argc, char **argv)
{
    part = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    if (part < 1 || part > 20)
        return 2;
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        const pdql_kernels *k = pdql_kernels_at(i);
        printf("%s\n", pdql_kernels_name(k));
        test_weigh(k);
        test_dots(k);
        test_planes(k);
        test_bits(k);
        test_dct(k);
    }
    printf("%d failures\n", failures);
    return failures != 0;
}
