#!/usr/bin/env bash
# The core as WebAssembly with 128-bit vectors: built twice in two places to the same bytes, pure; its kernels run in node: the index against the
# definition, hashes and local signatures against the portable table.
#
#     .ci/wasm.sh DIRECTORY     where to build
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd)

build() { # TREE OBJECTS: from a tree of sources to OBJECTS.wasm
  local cc=(clang-16 --target=wasm32 -msimd128 -std=c11 -O2 -ffp-contract=off -Wall -Wextra -Werror
    -ffreestanding -fno-builtin -isystem "$1/csrc/freestanding" -I"$1/csrc/include" -I"$1/csrc")
  mkdir -p "$2"
  rm -f "$2"/*.o
  while read -r source _; do
    echo "-c $source -o $2/${source//\//-}.o"
  done < "$1/csrc/cmake/sources.txt" | (cd "$1/csrc" && xargs -P 2 -L 1 "${cc[@]}")
  "${cc[@]}" -Wno-missing-prototypes -c "$1/csrc/freestanding/mem.c" -o "$2.mem.o"
  "${cc[@]}" -c "$1/tests/wasm/kernels.c" -o "$2.kernels.o"
  wasm-ld-16 --no-entry --gc-sections --strip-all -z stack-size=1048576 "$2.kernels.o" "$2"/*.o "$2.mem.o" -o "$2.wasm"
}

build "$top" "$out/objects"
python3 "$top/.ci/purity.py" "$out/objects" --nm llvm-nm-16 --size llvm-size-16
rm -rf "$out/another place, longer"; mkdir -p "$out/another place, longer/tests"
cp -R "$top/csrc" "$out/another place, longer/csrc"; cp -R "$top/tests/wasm" "$out/another place, longer/tests/wasm"
build "$out/another place, longer" "$out/again"
cmp "$out/objects.wasm" "$out/again.wasm"
node -e '
const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
const { tables, run } = new WebAssembly.Instance(module, {}).exports;
const wrong = run();
console.log(`wasm32: the same bytes from two places; ${tables()} tables of kernels, ${wrong} wrong answers`);
process.exit(wrong === 0 && tables() >= 2 ? 0 : 1);
' "$out/objects.wasm"
