#!/usr/bin/env bash
# The native libraries of the jar, one folder a platform: <os>-<arch>/<library>.
#
#     bindings/java/natives.sh DIRECTORY [BUILDS]      JAVA_HOME says which JDK
#
# Without BUILDS this machine's alone (build.sh). With the directory of .ci/builds.sh also those of the desktops,
# of the core objects that lie there, linked by zig: Linux from glibc 2.17 on, macOS. Only Linux on x86-64 and, emulated, on aarch64 were ever run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); csrc="$here/../../csrc"
mkdir -p "$1"; out=$(cd "$1" && pwd); builds=${2:-}
: "${JAVA_HOME:=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}"; export JAVA_HOME
made() { printf '%s: %d bytes\n' "$1" "$(wc -c < "$out/$1/$2")"; }
link() { # folder, zig's target, file, more flags
  if [ -z "$builds" ]; then return; fi
  [ -d "$builds/$2" ] || { echo "natives: $builds has no objects for $2: .ci/builds.sh makes them" >&2; return 1; }
  mkdir -p "$out/$1"
  python3 -m ziglang cc -target "$2" -std=c11 -O2 -ffp-contract=off -fPIC -fvisibility=hidden -D_FORTIFY_SOURCE=0 -I"$csrc/include" -I"$csrc" \
    -I"$JAVA_HOME/include" -I"$JAVA_HOME/include/linux" -shared -s "${@:4}" "$here"/src/main/c/*.c "$builds/$2"/*.o -o "$out/$1/$3"
  made "$1" "$3"
}
export ZIG_GLOBAL_CACHE_DIR="${builds:-$out}/zig" ZIG_LOCAL_CACHE_DIR="${builds:-$out}/zig"
link linux-x86_64 x86_64-linux-gnu.2.17 libpdqlite_jni.so -Wl,--gc-sections
link linux-aarch64 aarch64-linux-gnu.2.17 libpdqlite_jni.so -Wl,--gc-sections
link macos-x86_64 x86_64-macos libpdqlite_jni.dylib
link macos-aarch64 aarch64-macos libpdqlite_jni.dylib
host="linux-$(uname -m)"
if ! [ -e "$out/$host/libpdqlite_jni.so" ]; then
  mkdir -p "$out/$host"
  bash "$here/build.sh" "$out/$host/libpdqlite_jni.so"
  made "$host" libpdqlite_jni.so
fi
