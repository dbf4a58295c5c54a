#!/usr/bin/env bash
# The native library of this machine, with the core inside.
#
#     bindings/java/build.sh OUTPUT.so [compiler flags]      JAVA_HOME says which JDK
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); csrc="$here/../../csrc"; output=$1; shift
: "${JAVA_HOME:=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}"
flags=(-std=c11 -ffp-contract=off -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections -Wall -Wextra "$@"
       -I"$csrc/include" -I"$csrc" -I"$JAVA_HOME/include" -I"$JAVA_HOME/include/linux")
objects=$(mktemp -d); trap 'rm -rf "$objects"' EXIT
mapfile -t small < "$csrc/cmake/small.txt" # small rather than fast, as csrc/CMakeLists.txt has it
for source in "$csrc"/*.c "$csrc"/kernels/*.c "$here"/src/main/c/*.c; do
  if [[ " ${small[*]} " == *" ${source#"$csrc/"} "* ]]; then echo "-Os $source"; else echo "-O3 $source"; fi
done | xargs -P "$(nproc)" -L 1 sh -c 'objects=$1; shift; for source; do :; done; exec "$@" -c -o "$objects/$(basename "$source" .c).o"' \
  - "$objects" "${CC:-cc}" "${flags[@]}"
"${CC:-cc}" "$@" -shared -s -Wl,--gc-sections "$objects"/*.o -o "$output"
