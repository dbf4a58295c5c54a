#!/usr/bin/env bash
# Two commits side by side: each is built, the same benchmarks run in turn (before, after, after, before), and their records are compared.
# A count that grew by more than 2 %, or a proportion that moved beyond its interval, fails. Times are shown with their spread and never fail.
#
#     .ci/compare.sh DIRECTORY [BEFORE [AFTER]]     commits; by default HEAD^ and HEAD. Leaves DIRECTORY/{before,after}/*.json
#
# Each commit runs its own benchmarks: what one of them alone reports is named, and judged by nobody. Wants git with the history, pip, cmake, cc,
# numpy, pdqhash, faiss-cpu; with valgrind, instructions are counted too.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
before=$(git rev-parse --verify "${2:-HEAD^}^{commit}") after=$(git rev-parse --verify "${3:-HEAD}^{commit}")
GROWTH=0.02
# In CI the two that count instructions and bytes of the hot paths; by hand all of them.
RUNS=("hash --repeat 3 --no-curve --counts" "index --rows 10000 --repeat 5")
[ -n "${CI:-}" ] || RUNS=(
  "hash --repeat 3 --no-curve --counts"
  "index --rows 10000 --repeat 5"
  "lists --entries 5000 --repeat 3"
  "store --entries 3000 --local-entries 200 --repeat 3"
  "uncrop --rows 2000 --repeat 3 --copies 4"
)

cleared() { git worktree remove --force "$out/tree-$1" 2> /dev/null || rm -rf "$out/tree-$1"; }

build() { # side, commit
  cleared "$1"
  rm -rf "${out:?}/$1" "$out/package-$1"; mkdir -p "$out/$1"
  git worktree prune
  git worktree add -q --detach "$out/tree-$1" "$2"
  python3 -m pip install -q --no-deps --target "$out/package-$1" "$out/tree-$1"
}

run() { # side, round
  local words name log
  for words in "${RUNS[@]}"; do
    name=${words%% *} log="$out/$1-$name-$2.log"
    # shellcheck disable=SC2086 # words are words
    (cd "$out/tree-$1" && PYTHONPATH="$out/package-$1" python3 -m benchmarks $words --quiet -o "$out/$1/$name-$2.json") > "$log" 2>&1 ||
      echo "$1: $name did not run: $(tail -1 "$log")"
  done
}

trap 'cleared before; cleared after' EXIT
build before "$before"
build after "$after"
run before 1; run after 1
[ -n "${CI:-}" ] || { run after 2; run before 2; }
PYTHONPATH="$out/package-after" python3 -m benchmarks compare "$out/before" "$out/after" --gate "$GROWTH"
