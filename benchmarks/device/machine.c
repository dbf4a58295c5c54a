/*
 * machine.c - Linux and Android: /proc, /sys, perf_event_open. What is not there, or not allowed, is reported as
 * unknown.
 */
#define _GNU_SOURCE
#include "machine.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PATH = 512 };

/* The first line of a file, without its end; 0 if there is none. */
static int line_of(const char *path, char *out, size_t n)
{
    FILE *f = fopen(path, "r");
    const int read = f && fgets(out, (int)n, f);
    if (f)
        fclose(f);
    if (!read)
        return 0;
    out[strcspn(out, "\n")] = 0;
    return 1;
}

static long number_of(const char *path)
{
    char text[64];
    return line_of(path, text, sizeof text) ? strtol(text, NULL, 10) : -1;
}

static void core_file(char *path, int core, const char *name)
{
    snprintf(path, PATH, "/sys/devices/system/cpu/cpu%d/cpufreq/%s", core, name);
}

void machine_state_read(machine_state *state)
{
    char path[PATH];
    const int core = sched_getcpu();
    memset(state, 0, sizeof *state);
    core_file(path, core, "scaling_cur_freq");
    state->clock_khz = number_of(path);
    core_file(path, core, "cpuinfo_max_freq");
    state->max_khz = number_of(path);
    core_file(path, core, "scaling_governor");
    if (!line_of(path, state->governor, sizeof state->governor))
        state->governor[0] = 0;
    state->hottest_millicelsius = -1;
    for (int zone = 0; zone < 64; zone++) {
        snprintf(path, sizeof path, "/sys/class/thermal/thermal_zone%d/temp", zone);
        const long heat = number_of(path);
        if (heat > state->hottest_millicelsius && heat < 150000)
            state->hottest_millicelsius = heat;
    }
}

void machine_cpu(char *name, size_t n)
{
    static const char *const keys[] = { "model name", "Hardware", "CPU part" };
    char line[512], parts[128] = "", found[3][256] = { "", "", "" };
    if (line_of("/proc/device-tree/model", line, sizeof line)) /* a board says what it is */
        snprintf(parts, sizeof parts, "%.100s", line);
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        for (size_t i = 0; colon && i < 3; i++)
            if (!strncmp(line, keys[i], strlen(keys[i]))) {
                colon[1 + strcspn(colon + 1, "\n")] = 0;
                /* each kind of core once: phones have two or three */
                if (!strstr(found[i], colon + 1) && strlen(found[i]) + strlen(colon + 1) < sizeof found[i])
                    strcat(found[i], colon + 1);
            }
    }
    if (f)
        fclose(f);
    snprintf(name, n, "%s%s%s%s%s", parts, found[0], found[1], *found[2] ? " CPU part" : "", found[2]);
    const size_t lead = strspn(name, " ");
    memmove(name, name + lead, strlen(name) - lead + 1);
    if (!*name)
        snprintf(name, n, "unknown");
    for (char *c = name; *c; c++)
        if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\')
            *c = ' ';
}

long machine_cores(void)
{
    return sysconf(_SC_NPROCESSORS_ONLN);
}

int machine_one_core(void)
{
    cpu_set_t set;
    const int core = sched_getcpu();
    CPU_ZERO(&set);
    CPU_SET(core < 0 ? 0 : core, &set);
    return !sched_setaffinity(0, sizeof set, &set);
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec t = { 0, 0 };
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t machine_cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t machine_wall_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

static int counter(uint64_t what)
{
    struct perf_event_attr a;
    memset(&a, 0, sizeof a);
    a.size = sizeof a;
    a.type = PERF_TYPE_HARDWARE;
    a.config = what;
    a.exclude_kernel = 1;
    a.exclude_hv = 1;
    return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);
}

void machine_counters_open(machine_counters *c)
{
    c->cycles_fd = counter(PERF_COUNT_HW_CPU_CYCLES);
    c->instructions_fd = counter(PERF_COUNT_HW_INSTRUCTIONS);
}

int machine_counters_read(const machine_counters *c, uint64_t *cycles, uint64_t *instructions)
{
    return c->cycles_fd >= 0 && c->instructions_fd >= 0 && read(c->cycles_fd, cycles, sizeof *cycles) == sizeof *cycles
        && read(c->instructions_fd, instructions, sizeof *instructions) == sizeof *instructions;
}

void machine_counters_close(machine_counters *c)
{
    if (c->cycles_fd >= 0)
        close(c->cycles_fd);
    if (c->instructions_fd >= 0)
        close(c->instructions_fd);
}

/* The sum over all /sys/class/hwmon/hwmonN/<prefix>M_input; 0 if there is none. */
static int hwmon(const char *prefix, uint64_t *sum)
{
    int any = 0;
    *sum = 0;
    for (int chip = 0; chip < 32; chip++)
        for (int input = 1; input < 9; input++) {
            char path[PATH];
            snprintf(path, sizeof path, "/sys/class/hwmon/hwmon%d/%s%d_input", chip, prefix, input);
            const long value = number_of(path);
            if (value < 0)
                continue;
            *sum += (uint64_t)value;
            any = 1;
        }
    return any;
}

int machine_energy_uj(uint64_t *microjoules)
{
    return hwmon("energy", microjoules);
}

int machine_power_uw(uint64_t *microwatts)
{
    if (hwmon("power", microwatts))
        return 1;
    DIR *folder = opendir("/sys/class/power_supply");
    int any = 0;
    for (struct dirent *entry; folder && !any && (entry = readdir(folder));) {
        char path[PATH];
        snprintf(path, sizeof path, "/sys/class/power_supply/%.100s/voltage_now", entry->d_name);
        const long microvolts = number_of(path);
        snprintf(path, sizeof path, "/sys/class/power_supply/%.100s/current_now", entry->d_name);
        char text[64];
        if (microvolts <= 0 || !line_of(path, text, sizeof text))
            continue;
        const long microamperes = labs(strtol(text, NULL, 10)); /* some count discharge below zero */
        *microwatts = (uint64_t)microvolts / 1000u * (uint64_t)microamperes / 1000u;
        any = microamperes > 0;
    }
    if (folder)
        closedir(folder);
    return any;
}

int machine_emulated(void)
{
    /* qemu-user passes the host's /proc through: a program for ARM then sees another kind of processor. */
#if defined(__aarch64__) || defined(__arm__)
    char line[512];
    FILE *f = fopen("/proc/cpuinfo", "r");
    int foreign = 0;
    while (f && fgets(line, sizeof line, f))
        foreign |= !strncmp(line, "vendor_id", 9) || strstr(line, "QEMU") != NULL;
    if (f)
        fclose(f);
    return foreign;
#else
    return 0;
#endif
}
