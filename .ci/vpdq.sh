#!/usr/bin/env bash
# vPDQ's own programs (vpdq-hash-video, match-hashes-brute) into the directory $1, from the source on PyPI.
set -euo pipefail
OUT="$1"
mkdir -p "$OUT"
pip download -q --no-deps --no-binary vpdq vpdq==0.2.5 -d "$OUT"
tar -xzf "$OUT"/vpdq-0.2.5.tar.gz -C "$OUT"
cmake -S "$OUT/vpdq-0.2.5/cpp" -B "$OUT/build" -G Ninja -DCMAKE_BUILD_TYPE=Release > /dev/null
cmake --build "$OUT/build" > /dev/null
cp "$OUT/build/apps/vpdq-hash-video" "$OUT/build/apps/match-hashes-brute" "$OUT/"
