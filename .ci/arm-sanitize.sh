#!/usr/bin/env bash
# C tests as aarch64 programs under emulation, with the address and undefined-behaviour sanitizers: what the NEON kernels
# read and write lies inside what they were given. First that the sanitizers do see it there: two faults on purpose.
#
#     .ci/arm-sanitize.sh DIRECTORY     where to build
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1" && cd "$1"
export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu ASAN_OPTIONS=detect_leaks=0 # looking for leaks stops a program, which the emulator does not allow
emulated=(qemu-aarch64 -cpu cortex-a53)

cat > faults.c <<'END'
#include <stdlib.h>
int main(int n, char **v)
{
    volatile int *p = malloc(40), most = 2147483647;
    (void)v;
    p[9] = 0;
    if (n == 2)
        return p[10];
    return n == 3 ? most + n : 0;
}
END
aarch64-linux-gnu-gcc -std=c11 -g -fsanitize=address,undefined -fno-sanitize-recover=all faults.c -o faults
"${emulated[@]}" ./faults
"${emulated[@]}" ./faults 1 2> seen.txt && exit 1
grep -q heap-buffer-overflow seen.txt
"${emulated[@]}" ./faults 1 2 2> seen.txt && exit 1
grep -q 'signed integer overflow' seen.txt
echo "sanitizers: both faults seen"

cmake -S "$top/csrc" -B build -G Ninja -DPDQL_WERROR=ON -DPDQL_SANITIZE=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_SYSTEM_NAME=Linux \
  -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc -DPDQL_TESTS=ON -DPDQL_PROVIDERS_WANTED=OFF > /dev/null
cmake --build build > build.log || { cat build.log; exit 1; }
# A number is the test's own: so many pictures to draw, or one round in so many.
printf '%s\n' "test_hash 8" "test_hash_kernels 8" "test_index 8" test_matcher test_matcher_inside "test_match 8" test_list_sha256 test_list_stream test_keypoints test_plane |
  xargs -P 2 -I{} sh -c 'words="$1"; shift; cd build && "$@" ./$words > "${words%% *}.txt" 2>&1 && echo "sanitized: $words" || { cat "${words%% *}.txt"; exit 1; }' - {} "${emulated[@]}"
