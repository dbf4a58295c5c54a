#!/usr/bin/env bash
# The Rust binding: declarations as the header says, tests, documentation tests, the quick start on real input,
# the packages as they would be published.
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
cargo build --example quickstart
python3 "$top/bindings/c/inputs.py" "$out/inputs"
python3 "$top/bindings/c/inputs.py" "$out/inputs" --run "$out/target/debug/examples" --only quickstart
cargo package --list -p pdqlite-sys --allow-dirty | grep -c '^csrc/.*\.c$' | sed 's/$/ C files in the package/'
