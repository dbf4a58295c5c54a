#!/usr/bin/env bash
# The C tests as ARM programs under emulation, and the purity of the ARM objects. Emulated: bits are checked, never time.
#
#     .ci/arm.sh DIRECTORY     where to build
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)

build() { # name, compiler, binutils prefix, flags
  cmake -S "$top/csrc" -B "$1" -G Ninja -DPDQL_WERROR=ON -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$4" \
    -DCMAKE_C_COMPILER="$2" -DCMAKE_C_FLAGS="$5" -DCMAKE_EXE_LINKER_FLAGS=-static -DPDQL_TESTS=ON -DPDQL_PROVIDERS_WANTED=OFF > /dev/null
  cmake --build "$1" > "$1/build.log" || { cat "$1/build.log"; return 1; }
  python3 "$top/.ci/purity.py" "$1/CMakeFiles/pdqlite_objects.dir" --nm "$3nm" --size "$3size"
}

run() { # directory, names of tests, emulator and its options
  local tests="$1" names="$2" tried=0; shift 2
  for program in "$tests"/$names; do # a pattern
    [ -x "$program" ] && [ -f "$program" ] || continue
    echo "$* $(basename "$program")"
    "$@" "$program"
    tried=$((tried + 1))
  done
  [ "$tried" -gt 0 ] || { echo "$tests: no test was built"; return 1; }
}

mkdir -p "$1" && cd "$1"
mkdir -p a64 a32 a32-soft
build a64 aarch64-linux-gnu-gcc aarch64-linux-gnu- aarch64 ""
run a64 "test_*" qemu-aarch64 -cpu cortex-a53
run a64 "test_[klp]*" qemu-aarch64 -cpu cortex-a76 # keypoints, lists and planes on a second processor
build a32 arm-linux-gnueabihf-gcc arm-linux-gnueabihf- armv7 "-march=armv7-a -mfpu=neon"
run a32 "test_*" qemu-arm -cpu cortex-a7
build a32-soft arm-linux-gnueabihf-gcc arm-linux-gnueabihf- armv7 "-march=armv7-a -mfpu=vfpv3-d16"
run a32-soft "test_*" qemu-arm -cpu cortex-a9,neon=off

# Which kernels are taken follows from the processor: the fastest there is named.
qemu-aarch64 -cpu cortex-a53 a64/test_list_sha256 neon-sha2
qemu-arm -cpu cortex-a7 a32/test_list_sha256 neon
qemu-arm -cpu cortex-a9,neon=off a32-soft/test_list_sha256 portable
