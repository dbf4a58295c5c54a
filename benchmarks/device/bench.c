/*
 * bench.c - pdqlite-bench: what the core costs on the device it runs on
 *
 *   pdqlite-bench [--one-core] [--repeat N] [--kernels NAME] [-o FILE.json]
 *
 * One static program, no files, no network. Checks each answer against every other table of kernels, then takes
 * N samples (31 if not given) of CPU time, one kind of work after the other in turns, so that a device that grows
 * hot slows all of them. Prints a table and writes a JSON record (docs/results/devices.md). --one-core stays on one core.
 * Under an emulator it checks the answers and says no times.
 */
#include "../c/fixed.h"
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>

#ifndef BENCH_COMMIT
#define BENCH_COMMIT "unknown"
#endif

enum { ROWS = 100000, QUERIES = 64, RADIUS = 31, CAP = 256, LEAVES = 1024, MAX_REPEAT = 1001 };
static const uint64_t LEAST_NS = 20000000; /* a sample lasts at least this long */

static const pdql_kernels *kernels;

static void must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "pdqlite-bench: %s\n", what);
    exit(2);
}

static void *room(size_t n)
{
    void *memory = aligned_alloc(64, (n + 63) / 64 * 64);
    must(memory != NULL, "not enough memory");
    memset(memory, 0, n);
    return memory;
}

/* ---- the kinds of work ---- */

typedef struct work {
    const char *name, *item;
    double items;           /* that one call does */
    int frames;             /* its items are frames: frames per second are of interest */
    void (*call)(const struct work *w, const pdql_kernels *k, uint8_t answer[64]);
    pdql_image image;
    pdql_hasher *hasher;
    pdql_index index;
    const uint8_t *rows, *queries;
    size_t n_rows, n_queries;
    /* what was found */
    size_t calls;
    double *ns;
    uint64_t n_samples, cycles, instructions, counted_calls;
} work;

static void call_hash(const work *w, const pdql_kernels *k, uint8_t answer[64])
{
    pdql_hash hash;
    must(pdql_hash_image(k, w->hasher, &w->image, &hash) == PDQL_OK, "hashing failed");
    memcpy(answer, hash.bits, PDQL_HASH_BYTES);
    answer[PDQL_HASH_BYTES] = hash.quality;
}

static void call_turned(const work *w, const pdql_kernels *k, uint8_t answer[64])
{
    pdql_hash hash[8];
    must(pdql_hash_orientations(k, w->hasher, &w->image, hash) == PDQL_OK, "hashing failed");
    for (size_t i = 0; i < 8; i++)
        memcpy(answer + 8 * i, hash[i].bits, 8);
}

static void keep(const pdql_hit *hits, size_t n, uint8_t answer[64])
{
    must(n > 0 && n <= CAP, "a search found nothing, or too much");
    pdql_sha256(kernels, (const uint8_t *)hits, n * sizeof *hits, answer);
}

static void call_scan(const work *w, const pdql_kernels *k, uint8_t answer[64])
{
    pdql_hit hits[CAP];
    size_t n = 0;
    must(pdql_scan(k, w->queries, w->n_queries, w->rows, w->n_rows, RADIUS, hits, CAP, &n) == PDQL_OK, "scan failed");
    keep(hits, n, answer);
}

static void call_index(const work *w, const pdql_kernels *k, uint8_t answer[64])
{
    pdql_hit hits[CAP];
    size_t n = 0;
    must(pdql_index_search(k, &w->index, w->queries, w->n_queries, RADIUS, hits, CAP, &n) == PDQL_OK, "search failed");
    keep(hits, n, answer);
}

static void call_leaves(const work *w, const pdql_kernels *k, uint8_t answer[64])
{
    pdql_tree tree;
    memset(&tree, 0, sizeof tree);
    must(pdql_tree_add(k, &tree, w->rows, w->n_rows) == PDQL_OK, "tree failed");
    pdql_tree_root(k, &tree, answer);
}

/* ---- their inputs ---- */

static work hashing(const char *name, uint32_t width, uint32_t height, uint32_t channels)
{
    work w;
    memset(&w, 0, sizeof w);
    uint8_t *pixels = room((size_t)width * height * channels);
    fixed_picture(pixels, width, height, channels);
    w.name = name, w.item = "frame", w.items = 1, w.frames = 1, w.call = call_hash;
    w.image = fixed_image(pixels, width, height, channels);
    const size_t size = pdql_hasher_size(width, height);
    w.hasher = room(size);
    must(pdql_hasher_init(w.hasher, size, width, height) == PDQL_OK, "hasher failed");
    return w;
}

static work searching(const char *name, const uint8_t *rows, size_t n_rows, const uint8_t *queries, size_t n_queries)
{
    work w;
    memset(&w, 0, sizeof w);
    w.name = name, w.item = "lookup", w.items = (double)n_queries, w.call = call_index;
    w.rows = rows, w.n_rows = n_rows, w.queries = queries, w.n_queries = n_queries;
    size_t work_bytes, bytes;
    must(pdql_index_work_size(n_rows, PDQL_INDEX_AUTO, &work_bytes) == PDQL_OK, "index failed");
    void *memory = room(work_bytes);
    must(pdql_index_plan(rows, n_rows, PDQL_INDEX_AUTO, memory, work_bytes, &bytes) == PDQL_OK, "index failed");
    uint8_t *block = room(bytes);
    must(pdql_index_build(rows, n_rows, memory, work_bytes, block, bytes) == PDQL_OK
             && pdql_index_open(block, bytes, &w.index) == PDQL_OK,
         "index failed");
    free(memory);
    return w;
}

static size_t all_work(work *w)
{
    uint8_t *rows = room(ROWS * PDQL_HASH_BYTES), *queries = room(QUERIES * PDQL_HASH_BYTES);
    fixed_bytes(7, rows, ROWS * PDQL_HASH_BYTES);
    fixed_queries(rows, 10000, queries, QUERIES);
    size_t n = 0;
    w[n++] = hashing("hash_1080p_y", 1920, 1080, 1);
    w[n++] = hashing("hash_1080p_rgb", 1920, 1080, 3);
    w[n++] = hashing("hash_720p_y", 1280, 720, 1);
    w[n++] = hashing("hash_720p_rgb", 1280, 720, 3);
    w[n] = hashing("orientations_720p_y", 1280, 720, 1);
    w[n++].call = call_turned;
    w[n] = searching("scan_rows", rows, 10000, queries, 1);
    w[n].item = "row", w[n].items = 10000, w[n++].call = call_scan;
    w[n++] = searching("index_10k", rows, 10000, queries, 16);
    w[n++] = searching("index_100k", rows, ROWS, queries, 16);
    w[n] = searching("list_tree", rows, LEAVES, queries, 1);
    w[n].item = "list row", w[n].items = LEAVES, w[n++].call = call_leaves;
    return n;
}

/* ---- measuring ---- */

static void check(work *w)
{
    uint8_t one[64] = { 0 }, other[64] = { 0 };
    w->call(w, kernels, one);
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        memset(other, 0, sizeof other);
        w->call(w, pdql_kernels_at(i), other);
        must(!memcmp(one, other, sizeof one), "kernels disagree: nothing is measured");
    }
}

static void sample(work *w, const machine_counters *c)
{
    uint8_t answer[64];
    uint64_t cycles[2] = { 0, 0 }, instructions[2] = { 0, 0 };
    const int counted = machine_counters_read(c, cycles, instructions);
    const uint64_t start = machine_cpu_ns();
    for (size_t i = 0; i < w->calls; i++)
        w->call(w, kernels, answer);
    w->ns[w->n_samples++] = (double)(machine_cpu_ns() - start) / (double)w->calls / w->items;
    if (counted && machine_counters_read(c, cycles + 1, instructions + 1)) {
        w->cycles += cycles[1] - cycles[0];
        w->instructions += instructions[1] - instructions[0];
        w->counted_calls += w->calls;
    }
}

/* How many calls a sample takes; warms up too. */
static void settle(work *w)
{
    uint8_t answer[64];
    for (w->calls = 1;; w->calls *= 2) {
        const uint64_t start = machine_cpu_ns();
        for (size_t i = 0; i < w->calls; i++)
            w->call(w, kernels, answer);
        if (machine_cpu_ns() - start >= LEAST_NS)
            return;
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorted samples: linear between order statistics, as benchmarks/_frame/stats.py does. */
static double quantile(const work *w, double part)
{
    const double at = part * (double)(w->n_samples - 1);
    const size_t i = (size_t)at;
    return i + 1 < w->n_samples ? w->ns[i] + (at - (double)i) * (w->ns[i + 1] - w->ns[i]) : w->ns[i];
}

/* ---- telling ---- */

static void state_json(FILE *f, const char *name, const machine_state *s)
{
    fprintf(f,
            "  \"%s\": {\"clock_khz\": %ld, \"max_khz\": %ld, \"hottest_millicelsius\": %ld, \"governor\": \"%s\"},\n",
            name, s->clock_khz, s->max_khz, s->hottest_millicelsius, s->governor);
}

static void results_json(FILE *f, const work *w, size_t n)
{
    fputs("  \"results\": [\n", f);
    for (size_t i = 0; i < n; i++) {
        fprintf(f,
                "   {\"name\": \"%s\", \"item\": \"%s\", \"ns_median\": %.2f, \"ns_10\": %.2f, \"ns_90\": %.2f, "
                "\"samples\": %u",
                w[i].name, w[i].item, quantile(w + i, 0.5), quantile(w + i, 0.1), quantile(w + i, 0.9),
                (unsigned)w[i].n_samples);
        if (w[i].frames)
            fprintf(f, ", \"frames_per_second\": %.1f", 1e9 / quantile(w + i, 0.5));
        if (w[i].counted_calls)
            fprintf(f, ", \"cycles\": %.1f, \"instructions\": %.1f",
                    (double)w[i].cycles / (double)w[i].counted_calls / w[i].items,
                    (double)w[i].instructions / (double)w[i].counted_calls / w[i].items);
        fputs(",\n    \"samples_ns\": [", f); /* in order of size */
        for (size_t j = 0; j < w[i].n_samples; j++)
            fprintf(f, "%s%.2f", j ? ", " : "", w[i].ns[j]);
        fprintf(f, "]}%s\n", i + 1 < n ? "," : "");
    }
    fputs("  ]\n}\n", f);
}

static void results_text(const work *w, size_t n)
{
    printf("%-22s %14s %14s %14s   %s\n", "", "median ns", "10 %", "90 %", "");
    for (size_t i = 0; i < n; i++) {
        printf("%-22s %14.1f %14.1f %14.1f   a %s", w[i].name, quantile(w + i, 0.5), quantile(w + i, 0.1),
               quantile(w + i, 0.9), w[i].item);
        if (w[i].frames)
            printf(", %.0f a second", 1e9 / quantile(w + i, 0.5));
        if (w[i].counted_calls)
            printf(", %.2f instructions a cycle", (double)w[i].instructions / (double)w[i].cycles);
        putchar('\n');
    }
}

typedef struct settings {
    int one_core;
    size_t repeat;
    const char *out;
} settings;

static settings parse(int argc, char **argv)
{
    settings s = { 0, 31, NULL };
    kernels = pdql_kernels_best();
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--one-core")) {
            s.one_core = 1;
        } else if (!strcmp(argv[i], "--repeat") && i + 1 < argc) {
            s.repeat = (size_t)strtoul(argv[++i], NULL, 10);
        } else if (!strcmp(argv[i], "-o") && i + 1 < argc) {
            s.out = argv[++i];
        } else if (!strcmp(argv[i], "--kernels") && i + 1 < argc) {
            kernels = NULL;
            i++;
            for (size_t t = 0; pdql_kernels_at(t); t++)
                if (!strcmp(argv[i], pdql_kernels_name(pdql_kernels_at(t))))
                    kernels = pdql_kernels_at(t);
            must(kernels != NULL, "this CPU has no kernels of that name");
        } else {
            must(0, "usage: pdqlite-bench [--one-core] [--repeat N] [--kernels NAME] [-o FILE.json]");
        }
    }
    must(s.repeat >= 3 && s.repeat <= MAX_REPEAT, "--repeat is 3..1001");
    return s;
}

static void measure(work *w, size_t n, size_t repeat)
{
    machine_counters counters;
    machine_counters_open(&counters);
    for (size_t i = 0; i < n; i++) {
        w[i].ns = room(repeat * sizeof *w[i].ns);
        settle(w + i);
    }
    for (size_t r = 0; r < repeat; r++)
        for (size_t i = 0; i < n; i++)
            sample(w + i, &counters);
    machine_counters_close(&counters);
    for (size_t i = 0; i < n; i++)
        qsort(w[i].ns, w[i].n_samples, sizeof *w[i].ns, by_value);
}

int main(int argc, char **argv)
{
    enum { MAX_WORK = 16 };
    static work w[MAX_WORK];
    const settings s = parse(argc, argv);
    char cpu[256];
    machine_cpu(cpu, sizeof cpu);
    const int bound = s.one_core && machine_one_core();
    const size_t n = all_work(w);
    for (size_t i = 0; i < n; i++)
        check(w + i);
    printf("pdqlite-bench %s, commit %s\n%s, %ld cores%s; kernels %s; compiler %s\n", pdql_version(), BENCH_COMMIT, cpu,
           machine_cores(), bound ? ", on one" : "", pdql_kernels_name(kernels), __VERSION__);
    if (machine_emulated()) {
        puts("All answers agree. This is an emulator: its times mean nothing, so none were taken.");
        return 0;
    }

    machine_state before, after;
    uint64_t energy[2] = { 0, 0 }, power = 0;
    machine_state_read(&before);
    const int metered = machine_energy_uj(energy);
    const uint64_t start = machine_wall_ns();
    measure(w, n, s.repeat);
    const double seconds = (double)(machine_wall_ns() - start) / 1e9;
    const int drawn = machine_power_uw(&power);
    const int energy_known = metered && machine_energy_uj(energy + 1) && energy[1] > energy[0];
    machine_state_read(&after);
    results_text(w, n);
    printf("governor %s, clock %ld -> %ld kHz of %ld, hottest %ld -> %ld millicelsius (-1: not known), %.1f s\n",
           *before.governor ? before.governor : "not known", before.clock_khz, after.clock_khz, after.max_khz,
           before.hottest_millicelsius, after.hottest_millicelsius, seconds);

    FILE *f = s.out ? fopen(s.out, "w") : NULL;
    must(!s.out || f, "the output file cannot be written");
    if (f) {
        fprintf(f,
                "{\n  \"format\": \"pdqlite device 1\",\n  \"version\": \"%s\", \"commit\": \"%s\", \"compiler\": "
                "\"%s\",\n",
                pdql_version(), BENCH_COMMIT, __VERSION__);
        fprintf(f,
                "  \"cpu\": \"%s\", \"cores\": %ld, \"one_core\": %s, \"bits\": %u, \"kernels\": \"%s\", \"seconds\": "
                "%.1f,\n",
                cpu, machine_cores(), bound ? "true" : "false", (unsigned)(8 * sizeof(void *)),
                pdql_kernels_name(kernels), seconds);
        if (energy_known)
            fprintf(f, "  \"energy_uj\": %llu,\n", (unsigned long long)(energy[1] - energy[0]));
        if (drawn)
            fprintf(f, "  \"power_uw\": %llu,\n", (unsigned long long)power);
        state_json(f, "before", &before);
        state_json(f, "after", &after);
        results_json(f, w, n);
        must(!fclose(f), "the output file cannot be written");
        printf("recorded in %s\n", s.out);
    }
    return 0;
}
