#!/usr/bin/env bash
# The core as a library for every platform, from this one machine: clang and lld from Debian, zig from PyPI.
# Checks purity of the objects, 16 KB pages and no DT_NEEDED on Android, the exported symbols, and sizes
# against .ci/sizes.txt. What is only built here and never run says so.
#
#     .ci/builds.sh DIRECTORY [--record]     where to build; --record writes .ci/sizes.txt anew
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd); record=${2:-}
export ZIG_GLOBAL_CACHE_DIR="$out/zig" ZIG_LOCAL_CACHE_DIR="$out/zig"
COMMON=(-std=c11 -ffp-contract=off -fvisibility=hidden -ffunction-sections -fdata-sections
        -Wall -Wextra -Werror -I"$top/csrc/include" -I"$top/csrc")
FREE=(-ffreestanding -fno-builtin -isystem "$top/csrc/freestanding")
: > "$out/sizes.txt"

objects() { # name, compiler and its flags: every core file -> $out/name/*.o, pure
  local name="$1" small="small" source how; shift
  if [[ $name == *arm64* || $name == *aarch64* ]]; then small="small spare"; fi # as csrc/CMakeLists.txt does it
  rm -rf "${out:?}/$name"; mkdir -p "$out/$name"
  while read -r source how; do
    if [[ " $small " == *" $how "* ]]; then how=-Oz; else how=-O2; fi
    echo "$how -c $source -o $out/$name/${source//\//-}.o"
  done < "$top/csrc/cmake/sources.txt" | (cd "$top/csrc" && xargs -P 2 -L 1 "$@" "${COMMON[@]}")
  python3 "$top/.ci/purity.py" "$out/$name" --nm llvm-nm-16 --size llvm-size-16 | sed "s/^/$name: /"
}

mem() { # name, compiler and its flags: the four functions of a C library, for those without one
  local name="$1"; shift
  "$@" -Oz "${COMMON[@]}" "${FREE[@]}" -Wno-missing-prototypes -c "$top/csrc/freestanding/mem.c" -o "$out/$name.mem.o"
}

measure() { # name, file
  echo "$1 $(stat -c %s "$2")" | tee -a "$out/sizes.txt"
}

android() { # ABI, clang target, flags
  local name="android-$1" target="$2"; shift 2
  local cc=(clang-16 --target="$target" -fPIC "$@")
  objects "$name" "${cc[@]}" "${FREE[@]}"
  mem "$name" "${cc[@]}"
  local builtins=(); [[ $target == armv7a* ]] && builtins=("$(arm-linux-gnueabihf-gcc -print-libgcc-file-name)")
  local part map found=()
  "${cc[@]}" -O2 "${COMMON[@]}" "${FREE[@]}" -DPDQI_WITHOUT_SOUND -c "$top/csrc/kernels/dispatch.c" -o "$out/$name.silent.o"
  for part in "" -pictures -hash -list; do # whole, and what csrc/CMakeLists.txt calls PDQL_PART
    map=${part#-}; map=${map/pictures/versions}
    found=("$out/$name"/*.o)
    if [ -n "$part" ]; then found=("$out/$name.silent.o" $(ls "$out/$name"/*.o | grep -v -e '/sound-' -e '/kernels-sound_' -e '/kernels-dispatch')); fi
    ld.lld-16 -shared --no-undefined --gc-sections -Bsymbolic-functions --hash-style=gnu -z max-page-size=16384 -s -soname libpdqlite.so \
      --version-script="$top/csrc/cmake/${map:-versions}.map" "${found[@]}" "$out/$name.mem.o" -o "$out/libpdqlite-$name$part.so" "${builtins[@]}"
    python3 "$top/.ci/elf.py" "$out/libpdqlite-$name$part.so" --page 16384 --no-needed
    measure "$name$part" "$out/libpdqlite-$name$part.so"
  done
}

zig() { # target, name of the library, compiler flags as one word, linker flags
  local target="$1" library="$2" flags="$3"; shift 3
  local cc=(python3 -m ziglang cc -target "$target" -fPIC)
  objects "$target" "${cc[@]}" $flags
  "${cc[@]}" -shared -s "$out/$target"/*.o -o "$out/$target/$library" "$@"
  measure "$target" "$out/$target/$library"
}

android arm64-v8a aarch64-linux-android24 -march=armv8-a
android armeabi-v7a armv7a-linux-androideabi24 -mfpu=neon -mfloat-abi=softfp
android x86_64 x86_64-linux-android24
zig x86_64-linux-gnu.2.17 libpdqlite.so "" -Wl,-Bsymbolic -Wl,--gc-sections -Wl,--version-script="$top/csrc/cmake/versions.map"
zig aarch64-linux-gnu.2.17 libpdqlite.so "" -Wl,-Bsymbolic -Wl,--gc-sections -Wl,--version-script="$top/csrc/cmake/versions.map"
zig arm-linux-gnueabihf.2.17 libpdqlite.so "" -Wl,-Bsymbolic -Wl,--gc-sections -Wl,--version-script="$top/csrc/cmake/versions.map"
zig aarch64-macos libpdqlite.dylib "-fno-builtin -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=0"        # built, never run here
zig x86_64-macos libpdqlite.dylib "-fno-builtin -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=0"         # built, never run here
for target in aarch64-ios aarch64-ios-simulator; do # objects only: linking wants Xcode
  objects "$target" python3 -m ziglang cc -target "$target" "${FREE[@]}"
done
for target in x86_64-windows-gnu aarch64-windows-gnu; do # objects only: linking builds a C runtime for minutes
  objects "$target" python3 -m ziglang cc -target "$target" "${FREE[@]}"
done

if [ "$record" = --record ]; then cp "$out/sizes.txt" "$top/.ci/sizes.txt"; fi
python3 "$top/.ci/elf.py" --sizes "$out/sizes.txt" "$top/.ci/sizes.txt"
