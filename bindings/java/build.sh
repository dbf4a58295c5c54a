#!/usr/bin/env bash
# The native library of this machine, with the core inside.
#
#     bindings/java/build.sh OUTPUT.so [compiler flags]      JAVA_HOME says which JDK
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); csrc="$here/../../csrc"; output=$1; shift
: "${JAVA_HOME:=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}"
"${CC:-cc}" -std=c11 -O3 -ffp-contract=off -fPIC -fvisibility=hidden -Wall -Wextra "$@" -shared -s \
  -I"$csrc/include" -I"$csrc" -I"$JAVA_HOME/include" -I"$JAVA_HOME/include/linux" \
  "$csrc"/*.c "$csrc"/kernels/*.c "$here"/src/main/c/*.c -o "$output"
