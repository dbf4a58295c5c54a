#!/bin/sh
# Builds pdqlite-bench in one step, with nothing but a C compiler; one static program where the system has static libraries.
#
#     sh benchmarks/device/build.sh OUT [COMPILER FLAGS...]      cc if none is given
#
# For another machine: `build.sh pdqlite-bench-arm64 aarch64-linux-gnu-gcc`, or `... arm-linux-gnueabihf-gcc -march=armv7-a -mfpu=neon`,
# or zig, which needs no cross compiler: `... python3 -m ziglang cc -target aarch64-linux-musl`.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
out=$1; shift
[ $# -gt 0 ] || set -- "${CC:-cc}"
commit=$(git -C "$top" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
[ -z "$(git -C "$top" status --porcelain --untracked-files=no 2>/dev/null)" ] || commit="$commit-changed"
build() {
  while read -r source _; do set -- "$@" "$top/csrc/$source"; done < "$top/csrc/cmake/sources.txt"
  "$@" -std=c11 -O3 -DNDEBUG -ffp-contract=off -DBENCH_COMMIT="\"$commit\"" -I"$top/csrc/include" -I"$top/csrc" \
    "$top"/benchmarks/device/*.c -o "$out"
}
build "$@" -static 2> "$out.log" || build "$@" # Termux has no static C library
rm -f "$out.log"
echo "$out"
