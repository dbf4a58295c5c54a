#!/usr/bin/env bash
# Instructions that ARM processors execute for each frame, query and row, against benchmarks/arm/budget.json: fails where a
# region grew by more than 1 %, and says which and in which functions. Counts, never times. Then pdqlite-bench as ARM
# programs: it checks its answers, sees the emulator, and has to refuse to take times.
#
#     .ci/arm-cost.sh DIRECTORY [--record]     where to build, best where .ci/arm.sh did; --record writes the budget anew
set -euo pipefail
directory=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
if [ "${2:-}" = --record ]; then judge=(--record); else judge=(--cycles --gate benchmarks/arm/budget.json); fi
PYTHONPATH=. python3 -m benchmarks arm --build "$directory" -o "$directory/arm-cost.json" "${judge[@]}"

bench() { # folder, compiler and flags, then -- and the emulator
  local folder="$directory/$1" compile=(); shift
  while [ "$1" != -- ]; do compile+=("$1"); shift; done; shift
  "${compile[@]}" -std=c11 -O2 -Wall -Wextra -Wshadow -Werror -static -Icsrc/include benchmarks/device/*.c "$folder/libpdqlite.a" -o "$folder/pdqlite-bench"
  "$@" "$folder/pdqlite-bench" --one-core -o "$folder/times.json" | tee "$folder/bench.txt"
  grep -q 'none were taken' "$folder/bench.txt" && [ ! -e "$folder/times.json" ]
}
bench a64 aarch64-linux-gnu-gcc -- qemu-aarch64 -cpu cortex-a53
bench a32 arm-linux-gnueabihf-gcc -march=armv7-a -mfpu=neon -- qemu-arm -cpu cortex-a7
