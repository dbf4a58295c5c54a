/*
 * counter.c - a QEMU plugin that counts the instructions a program executes, region by region
 *
 * A region begins where the program calls a function named region_NAME and ends where it calls
 * region_end; what is executed in between is added to NAME, and to the function it lies in. Counts
 * are exact and the same on every run. Cycles and time are not known here and not guessed.
 *
 * Options: out=FILE   where the counts go, one line each:
 *                         region NAME INSTRUCTIONS [READS+WRITES L1-MISSES L2-MISSES]
 *                         function NAME FUNCTION INSTRUCTIONS
 *          blocks=FILE  also which block of straight-line code ran after which, for a model of cycles:
 *                         block NUMBER FUNCTION CODE         machine code in hexadecimal digits
 *                         after NAME NUMBER BEFORE TIMES     BEFORE: 0 is the region's beginning
 *          cache=on   also a data cache: 32 KB of 4 ways, then 512 KB of 16, lines of 64 bytes, least
 *                     recently used goes, no prefetch. The size of a Cortex-A53's, not its behaviour.
 *
 * For Debian 12's qemu-user 7.2, plugin interface 1, which comes without a header: the few functions
 * used are declared here from QEMU's documentation. One guest thread only. QEMU's interface is
 * GPL-2.0-or-later; this file is a tool of the benchmarks and no part of what is shipped.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what QEMU offers ---- */

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum access { READS_AND_WRITES = 3 };
enum registers { UNTOUCHED = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*call)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, void (*call)(unsigned, void *),
                                          enum registers registers, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, void (*call)(unsigned, uint32_t, uint64_t, void *),
                                      enum registers registers, enum access access, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*call)(plugin_id, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t i);
const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
unsigned qemu_plugin_mem_size_shift(uint32_t info);

#define EXPORT __attribute__((visibility("default")))
EXPORT extern int qemu_plugin_version;
int qemu_plugin_version = 1;

/* ---- a cache of data ---- */

enum { LINE_BITS = 6, MAX_SETS = 512, MAX_WAYS = 16 };

typedef struct cache {
    unsigned sets, ways;
    uint64_t line[MAX_SETS][MAX_WAYS]; /* number + 1, the one used last first; 0: empty */
} cache;

static cache level1 = { .sets = 128, .ways = 4 }, level2 = { .sets = 512, .ways = 16 };

/* 1 if the line was there; in any case it is now, and is the one used last. */
static int touch(cache *c, uint64_t line)
{
    uint64_t *set = c->line[line % c->sets];
    unsigned way = 0;
    while (way < c->ways && set[way] != line + 1)
        way++;
    const int there = way < c->ways;
    if (!there)
        way = c->ways - 1;
    memmove(set + 1, set, way * sizeof *set);
    set[0] = line + 1;
    return there;
}

/* ---- regions and functions, by name ---- */

enum { MAX_REGIONS = 128, MAX_FUNCTIONS = 4096 };

typedef struct region {
    char *name;
    uint64_t insns, accesses, misses1, misses2, in[MAX_FUNCTIONS];
} region;

typedef struct after { /* how often a block ran after another */
    struct after *next;
    const region *in;
    unsigned before;
    uint64_t times;
} after;

typedef struct block { /* straight-line code, as QEMU translated it */
    uint64_t insns;
    unsigned function, number; /* from 1 */
    enum { PLAIN, BEGINS, ENDS } kind;
    region *begins;
    after *after; /* the one met last first */
    uint8_t *code;
    size_t code_bytes;
    struct block *next;
} block;

static region *regions[MAX_REGIONS], *now;
static char *functions[MAX_FUNCTIONS];
static size_t n_regions, n_functions;
static const char *out_file, *blocks_file;
static bool with_cache;
static block *blocks;
static unsigned n_blocks, before; /* before: the block that ran last, 0 at a region's beginning */

static void give_up(const char *why)
{
    fprintf(stderr, "counter: %s\n", why);
    exit(2);
}

static void *or_give_up(void *memory)
{
    if (!memory)
        give_up("out of memory");
    return memory;
}

static region *region_named(const char *name)
{
    for (size_t i = 0; i < n_regions; i++)
        if (!strcmp(regions[i]->name, name))
            return regions[i];
    if (n_regions == MAX_REGIONS)
        give_up("more regions than there is room for");
    region *r = or_give_up(calloc(1, sizeof *r));
    r->name = or_give_up(strdup(name));
    return regions[n_regions++] = r;
}

static unsigned function_named(const char *name)
{
    for (size_t i = 0; i < n_functions; i++)
        if (!strcmp(functions[i], name))
            return (unsigned)i;
    if (n_functions == MAX_FUNCTIONS)
        give_up("more functions than there is room for");
    functions[n_functions] = or_give_up(strdup(name));
    return (unsigned)n_functions++;
}

/* ---- while the program runs ---- */

static void ran_after(block *b)
{
    after **at = &b->after, *a;
    while ((a = *at) && (a->before != before || a->in != now))
        at = &a->next;
    if (a)
        *at = a->next;
    else
        a = or_give_up(calloc(1, sizeof *a));
    a->in = now, a->before = before, a->times++;
    a->next = b->after;
    b->after = a;
    before = b->number;
}

static void executed(unsigned cpu, void *data)
{
    (void)cpu;
    block *b = data;
    if (b->kind == BEGINS) {
        if (now)
            give_up("a region begins inside another");
        now = b->begins;
        before = 0;
    } else if (b->kind == ENDS) {
        if (!now)
            give_up("a region ends that did not begin");
        now = NULL;
    } else if (now) {
        now->insns += b->insns;
        now->in[b->function] += b->insns;
        if (blocks_file)
            ran_after(b);
    }
}

static void accessed(unsigned cpu, uint32_t info, uint64_t at, void *data)
{
    (void)cpu, (void)data;
    const uint64_t last = (at + (1u << qemu_plugin_mem_size_shift(info)) - 1) >> LINE_BITS;
    for (uint64_t line = at >> LINE_BITS; line <= last; line++) {
        const int hit1 = touch(&level1, line), hit2 = hit1 || touch(&level2, line);
        if (now) {
            now->accesses++;
            now->misses1 += !hit1;
            now->misses2 += !hit2;
        }
    }
}

static void keep_code(block *b, const struct qemu_plugin_tb *tb)
{
    for (size_t i = 0; i < b->insns; i++) {
        const struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        const size_t n = qemu_plugin_insn_size(insn);
        b->code = or_give_up(realloc(b->code, b->code_bytes + n));
        memcpy(b->code + b->code_bytes, qemu_plugin_insn_data(insn), n);
        b->code_bytes += n;
    }
    b->number = ++n_blocks;
    b->next = blocks;
    blocks = b;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
    (void)id;
    const size_t n = qemu_plugin_tb_n_insns(tb);
    const char *symbol = qemu_plugin_insn_symbol(qemu_plugin_tb_get_insn(tb, 0));
    if (!symbol || !*symbol)
        symbol = "(nameless)";
    block *b = or_give_up(calloc(1, sizeof *b)); /* QEMU may translate it again: then it gets another */
    b->insns = n;
    b->function = function_named(symbol);
    if (!strcmp(symbol, "region_end")) {
        b->kind = ENDS;
    } else if (!strncmp(symbol, "region_", 7)) {
        b->kind = BEGINS;
        b->begins = region_named(symbol + 7);
    }
    if (blocks_file)
        keep_code(b, tb);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, UNTOUCHED, b);
    for (size_t i = 0; with_cache && i < n; i++)
        qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, i), accessed, UNTOUCHED, READS_AND_WRITES, NULL);
}

static void write_blocks(void)
{
    FILE *f = fopen(blocks_file, "w");
    if (!f)
        give_up("blocks=FILE cannot be written");
    for (const block *b = blocks; b; b = b->next) {
        if (!b->after)
            continue;
        fprintf(f, "block %u %s ", b->number, functions[b->function]);
        for (size_t i = 0; i < b->code_bytes; i++)
            fprintf(f, "%02x", b->code[i]);
        fputc('\n', f);
        for (const after *a = b->after; a; a = a->next)
            fprintf(f, "after %s %u %u %llu\n", a->in->name, b->number, a->before, (unsigned long long)a->times);
    }
    if (fclose(f))
        give_up("blocks=FILE cannot be written");
}

static void ended(plugin_id id, void *data)
{
    (void)id, (void)data;
    if (blocks_file)
        write_blocks();
    FILE *f = out_file ? fopen(out_file, "w") : NULL;
    if (!f)
        give_up("out=FILE cannot be written");
    for (size_t i = 0; i < n_regions; i++) {
        const region *r = regions[i];
        fprintf(f, "region %s %llu", r->name, (unsigned long long)r->insns);
        if (with_cache)
            fprintf(f, " %llu %llu %llu", (unsigned long long)r->accesses, (unsigned long long)r->misses1,
                    (unsigned long long)r->misses2);
        fputc('\n', f);
        for (size_t j = 0; j < n_functions; j++)
            if (r->in[j])
                fprintf(f, "function %s %s %llu\n", r->name, functions[j], (unsigned long long)r->in[j]);
    }
    if (fclose(f))
        give_up("out=FILE cannot be written");
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "out=", 4))
            out_file = or_give_up(strdup(argv[i] + 4));
        else if (!strncmp(argv[i], "blocks=", 7))
            blocks_file = or_give_up(strdup(argv[i] + 7));
        else if (!strncmp(argv[i], "cache=", 6))
            with_cache = !strcmp(argv[i] + 6, "on");
        else
            give_up("options are out=FILE, blocks=FILE and cache=on");
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
