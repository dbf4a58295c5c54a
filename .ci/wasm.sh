#!/usr/bin/env bash
# The core as WebAssembly with 128-bit vectors: built, pure; its kernels run in node: the index against the definition, hashes and local signatures
# against the portable table.
#
#     .ci/wasm.sh DIRECTORY     where to build
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1/objects"; out=$(cd "$1" && pwd)
CC=(clang-16 --target=wasm32 -msimd128 -std=c11 -O2 -ffp-contract=off -Wall -Wextra -Werror
    -ffreestanding -fno-builtin -isystem "$top/csrc/freestanding" -I"$top/csrc/include" -I"$top/csrc")
rm -f "$out"/objects/*.o
while read -r source _; do
  echo "-c $source -o $out/objects/${source//\//-}.o"
done < "$top/csrc/cmake/sources.txt" | (cd "$top/csrc" && xargs -P 2 -L 1 "${CC[@]}")
python3 "$top/.ci/purity.py" "$out/objects" --nm llvm-nm-16 --size llvm-size-16
"${CC[@]}" -Wno-missing-prototypes -c "$top/csrc/freestanding/mem.c" -o "$out/mem.o"
"${CC[@]}" -c "$top/tests/wasm/kernels.c" -o "$out/kernels.o"
wasm-ld-16 --no-entry --gc-sections --strip-all -z stack-size=1048576 "$out/kernels.o" "$out"/objects/*.o "$out/mem.o" -o "$out/kernels.wasm"
node -e '
const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
const { tables, run } = new WebAssembly.Instance(module, {}).exports;
const wrong = run();
console.log(`wasm32: ${tables()} tables of kernels, ${wrong} wrong answers`);
process.exit(wrong === 0 && tables() >= 2 ? 0 : 1);
' "$out/kernels.wasm"
