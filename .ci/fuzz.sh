#!/usr/bin/env bash
# Every fuzz target (tests/fuzz), built with clang and run for a while under the address and undefined-behaviour sanitizers.
#
#     .ci/fuzz.sh DIRECTORY [SECONDS [MORE]]     where to build; seconds for each target in C, 20 by default; for each reader in Python, as many
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
seconds=${2:-20} more=${3:-${2:-20}}
mkdir -p "$1" && cd "$1"
cmake -S "$top/csrc" -B build -G Ninja -DPDQL_FUZZ=ON -DPDQL_TESTS=OFF -DPDQL_PROVIDERS_WANTED=OFF \
  -DCMAKE_C_COMPILER="${CLANG:-clang-16}" -DCMAKE_BUILD_TYPE=RelWithDebInfo > /dev/null
cmake --build build > build.log || { tail -40 build.log; exit 1; }
python "$top/tests/fuzz/seeds.py" seeds # from the list's vectors and drawn pictures; where there are none for a target, it starts from nothing
tried=0
for program in build/fuzz_*; do
  [ -x "$program" ] && [ -f "$program" ] || continue
  tried=$((tried + 1))
  name=$(basename "$program")
  mkdir -p "corpus/$name" "seeds/$name"
  started=$SECONDS
  if ! "$program" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -artifact_prefix="$PWD/$name-" "corpus/$name" "seeds/$name" > "$name.log" 2>&1; then
    tail -40 "$name.log"
    echo "$name: FAILED"
    exit 1
  fi
  echo "$name: $(grep -Eo '^Done [0-9]+ runs' "$name.log") in $((SECONDS - started)) s, $(grep -Eo 'cov: [0-9]+' "$name.log" | tail -1)"
done
[ "$tried" -gt 0 ] || { echo "no fuzz target was built"; exit 1; }

# The two readers of lists against each other, on releases changed and signed anew.
python "$top/tests/fuzz/differential.py" "$((6 * more))" "${SEED:-1}"

# The readers of what is handed on apart from releases: records, evidence, tokens, statements, envelopes.
python "$top/tests/fuzz/texts.py" "$((more / 4 + 2))" "${SEED:-1}"

# The readers of other exchanges' files, on samples changed at random.
python "$top/tests/fuzz/exchange.py" "$more" "${SEED:-1}"
