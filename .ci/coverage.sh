#!/usr/bin/env bash
# Which lines and branches of the core and of the Python package run under the tests, by room, and whether that is above the floor of
# .ci/coverage.txt: coverage.sh WORK [--record]. Needs the packages of the tests, coverage and gcovr; two halves of the tests run at once.
set -euo pipefail
work=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
export COVERAGE_FILE="$work/data/.coverage" COVERAGE_RCFILE="$PWD/pyproject.toml"

cmake -S csrc -B "$work/module" -G Ninja -DPDQL_PYTHON=ON -DPDQL_COVERAGE=ON -DCMAKE_BUILD_TYPE=Debug \
  -DPython_EXECUTABLE="$(command -v python)" > /dev/null
cmake -S csrc -B "$work/programs" -G Ninja -DPDQL_COVERAGE=ON -DCMAKE_BUILD_TYPE=Debug > /dev/null
cmake --build "$work/module" > /dev/null
cmake --build "$work/programs" > /dev/null
find "$work" -name '*.gcda' -delete
rm -rf "$work/data" "$work/package"
mkdir -p "$work/data" "$work/package"
cp -r pdqlite "$work/package/"
cp "$work"/module/_core*.so "$work/package/pdqlite/"

# Not run again: the benchmarks' own tests, which measure an installed package; in CI neither are the rooms cli, house and media, whose floors
# are judged by hand.
half() {
  local name=$1
  shift
  PYTHONPATH="$work/package" python -P -m coverage run -m pytest -q -p no:cacheprovider "$@" > "$work/$name.log" 2>&1 ||
    { tail -40 "$work/$name.log"; return 1; }
  tail -1 "$work/$name.log"
}
half lists tests/python/{intake,lists} $([ -n "${CI:-}" ] || echo tests/python/cli tests/python/house) &
lists=$!
ctest --test-dir "$work/programs" --output-on-failure > "$work/programs.log" || { cat "$work/programs.log"; exit 1; }
half pictures tests/python/{core,exchange,hash,index,keypoints,match,sound,uncrop} $([ -n "${CI:-}" ] || echo tests/python/media)
wait "$lists"

python -m coverage combine -q
python -m coverage json -q -o "$work/python.json"
python .ci/coverage.py --gcov "$work/module" "$work/programs" --python "$work/python.json" "${@:2}"
