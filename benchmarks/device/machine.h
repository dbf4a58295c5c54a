/*
 * machine.h - what a figure from a device depends on: CPU, clock, governor, heat, energy, and its own counters
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/* What is read before and after the measurements. -1: the system does not say. */
typedef struct machine_state {
    long clock_khz;         /* of the core the program is on */
    long max_khz;
    long hottest_millicelsius;
    char governor[32];      /* "" unknown */
} machine_state;

void machine_state_read(machine_state *state);

/* The CPU's name as the system gives it, at most n - 1 bytes of plain ASCII; "unknown" if it does not. */
void machine_cpu(char *name, size_t n);

/* Cores that are online. */
long machine_cores(void);

/* Binds this thread to the core it is on, or to the last core: 1 done, 0 not allowed. */
int machine_one_core(void);

/* CPU time of this thread, nanoseconds. */
uint64_t machine_cpu_ns(void);
/* Time that passes, nanoseconds. */
uint64_t machine_wall_ns(void);

/* The processor's own counters, of this thread in user mode. */
typedef struct machine_counters {
    int cycles_fd, instructions_fd; /* -1: the kernel does not offer it */
} machine_counters;

void machine_counters_open(machine_counters *c);
/* 1 and the counts so far; 0 if there are none. */
int machine_counters_read(const machine_counters *c, uint64_t *cycles, uint64_t *instructions);
void machine_counters_close(machine_counters *c);

/*
 * Energy used so far, in microjoules, if the device has a meter that counts (hwmon energyN_input); or power drawn
 * now, in microwatts (hwmon powerN_input, or voltage times current of power_supply). 1 if it was read.
 */
int machine_energy_uj(uint64_t *microjoules);
int machine_power_uw(uint64_t *microwatts);

/* 1 if this seems to run under an emulator, where times mean nothing. */
int machine_emulated(void);

#endif
