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
{
  while read -r source how; do # small rather than fast, as csrc/CMakeLists.txt has it
    if [ "$how" = small ]; then how=-Os; else how=-O3; fi
    echo "$how -c $csrc/$source -o $objects/${source//\//-}.o"
  done < "$csrc/cmake/sources.txt"
  for source in "$here"/src/main/c/*.c; do echo "-O3 -c $source -o $objects/$(basename "$source").o"; done
} | xargs -P "$(nproc)" -L 1 "${CC:-cc}" "${flags[@]}"
"${CC:-cc}" "$@" -shared -s -Wl,--gc-sections "$objects"/*.o -o "$output"
