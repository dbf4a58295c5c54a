#!/usr/bin/env bash
# The Rust binding: declarations as the header says, tests, documentation tests, the tests again over a sanitized
# core, the quick start on real input, the packages as they would be published.
#
#     .ci/rust.sh DIRECTORY      inputs of the C examples are made in DIRECTORY/inputs
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd)
export CARGO_TARGET_DIR="$out/target"
python3 "$top/bindings/rust/generate.py"
cd "$top/bindings/rust"
cargo test
cargo test --no-default-features --test core

# The core with address and undefined-behaviour sanitizers, under all tests but the documentation's. rustc's own
# sanitizers want a nightly; here only C is checked: its memory, and what Rust gives it.
(
  host=$(rustc -vV | sed -n 's/^host: //p') # named, so that build scripts are built without
  upper=$(tr a-z- A-Z_ <<< "$host")
  export "CARGO_TARGET_${upper}_RUSTFLAGS=-C default-linker-libraries -C link-arg=-fsanitize=address,undefined" PDQL_SANITIZE=1 ASAN_OPTIONS=quarantine_size_mb=16
  CARGO_TARGET_DIR="$out/sanitized" cargo test --target "$host" --tests > "$out/sanitized.log" 2>&1 || { cat "$out/sanitized.log"; exit 1; }
  grep '^test result' "$out/sanitized.log"
  nm "$(find "$out/sanitized" -path '*/debug/deps/lists-*' -type f -executable | head -n 1)" > "$out/symbols.txt"
  grep -q ' __asan_' "$out/symbols.txt" # it was sanitized
)

cargo build --example quickstart
python3 "$top/bindings/c/inputs.py" "$out/inputs"
python3 "$top/bindings/c/inputs.py" "$out/inputs" --run "$out/target/debug/examples" --only quickstart
python3 "$top/.ci/snippets.py" rust "$out/pages" # the code of the pages, compiled over the library just built
built=$(ls -t "$out"/target/debug/deps/libpdqlite-*.rlib | head -n 1)
for block in "$out"/pages/*.rs; do
  rustc --edition 2021 --crate-type lib --emit metadata --extern pdqlite="$built" -L dependency="$out/target/debug/deps" --out-dir "$out/pages" "$block"
done
cargo package --list -p pdqlite-sys --allow-dirty | grep -c '^csrc/.*\.c$' | sed 's/$/ C files in the package/'
