#!/usr/bin/env bash
# The core as WebAssembly, with and without 128-bit vectors: no imports, every function of pdqlite.h exported.
#
#     bindings/js/build.sh [compiler flags]      writes wasm/pdqlite.wasm, wasm/pdqlite-simd.wasm; needs clang-16 and lld-16
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); csrc="$here/../../csrc"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for tool in clang-16 wasm-ld-16; do # Debian: apt install clang-16 lld-16
  command -v "$tool" > /dev/null || { echo "$tool is not here: pdqlite's WebAssembly is made by clang-16 and lld-16 (Debian: apt install clang-16 lld-16). The npm package has it made." >&2; exit 1; }
done
mapfile -t exports < <(sed 's/^/--export=/' "$here/wasm/exports.txt")
for variant in "" -simd; do
  flags=(--target=wasm32 -std=c11 -O2 -ffp-contract=off -fvisibility=hidden -Wall -Wextra -Werror -ffreestanding -fno-builtin
         -isystem "$csrc/freestanding" -I"$csrc/include" -I"$csrc" -I"$here/wasm" "$@")
  if [ -n "$variant" ]; then flags+=(-msimd128); fi
  objects="$work/objects$variant"; mkdir "$objects"
  {
    while read -r source _; do echo "-c $csrc/$source -o $objects/${source//\//-}.o"; done < "$csrc/cmake/sources.txt"
    echo "-c $csrc/freestanding/mem.c -o $objects/mem.o"
    echo "-c $here/src/glue.c -o $objects/glue.o"
  } | xargs -P 2 -L 1 clang-16 "${flags[@]}"
  out="$here/wasm/pdqlite$variant.wasm"
  wasm-ld-16 --no-entry --gc-sections --strip-all -z stack-size=262144 --stack-first \
    "${exports[@]}" --export=pdqjs_list_verify --export=pdqjs_matcher_make --export=__heap_base "$objects"/*.o -o "$out"
  printf '%s: %d bytes, %d with gzip\n' "$(basename "$out")" "$(wc -c < "$out")" "$(gzip -9c "$out" | wc -c)"
done
npm_module() { # file.wasm -> a module whose default export is its bytes in base64
  printf '// Made by build.sh.\nexport default "%s";\n' "$(base64 -w0 "$1")" > "$2"
}
mkdir -p "$here/dist/wasm"
npm_module "$here/wasm/pdqlite.wasm" "$here/dist/wasm/base.js"
npm_module "$here/wasm/pdqlite-simd.wasm" "$here/dist/wasm/simd.js"
cp "$here"/src/wasm/*.d.ts "$here/dist/wasm/" # their types
