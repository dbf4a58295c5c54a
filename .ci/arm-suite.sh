#!/usr/bin/env bash
# The Python tests on an emulated Cortex-A53, with the aarch64 wheel and the Python that .ci/wheels.sh left. By itself those that hold
# answers against vectors and definitions (two at a time), but for the core's vectors, which .ci/wheels.sh asks of each wheel, and for
# match/test_matching and test_matcher: .ci/arm.sh runs the C tests of the same matcher and kernels; `whole` runs every file: hours.
#
#     .ci/arm-suite.sh DIRECTORY [whole]     DIRECTORY: that of .ci/wheels.sh; leaves DIRECTORY/suite/*.log
#
# PyPI has no aarch64 wheels of pdqhash, vpdq and threatexchange. pdqhash is built here from its source, so that hashes are held against Meta's
# on this processor too; what needs the others skips, and says so. Wants `pip install cython numpy setuptools`.
set -euo pipefail
out=$(cd "$1" && pwd) which=${2:-answers}
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$out/suite" && cd "$out/suite"
if [ ! -d peer/pdqhash ]; then
  python3 -m pip download -q --no-deps --no-build-isolation --no-binary pdqhash -d source "pdqhash>=0.2.7"
  tar xzf source/pdqhash-*.tar.gz -C source
  compiler=aarch64-linux-gnu-g++
  (cd source/pdqhash-*/ && CC=$compiler CXX=$compiler LDSHARED="$compiler -shared" LDCXXSHARED="$compiler -shared" CFLAGS="-g0 -ffp-contract=off" LDFLAGS=-s \
    _PYTHON_HOST_PLATFORM=linux-aarch64 python3 setup.py -q build --build-lib "$out/suite/peer") > pdqhash.log 2>&1 || { tail -20 pdqhash.log; exit 1; }
  rename=(peer/pdqhash/bindings.*.so)
  mv "${rename[0]}" peer/pdqhash/bindings.cpython-311-aarch64-linux-gnu.so
fi
export PYTHONPATH="$out/aarch64:$out/suite/peer" CI=1
files=(hash/test_hash index/test_index_block lists/verify/test_vectors index/test_index match/test_decide) # the longest first
if [ "$which" = whole ]; then
  mapfile -t files < <(cd "$top/tests/python" && find . -name 'test_*.py' -printf '%P\n' | sed 's/[.]py$//' | sort)
fi
one() {
  local code=0 log="${1//\//-}.log"
  "$out/python/python" -B -P -m pytest -q -p no:cacheprovider -ra -c "$top/pyproject.toml" --rootdir "$top" "$top/tests/python/$1.py" > "$log" 2>&1 || code=$?
  echo "$1: $(tail -1 "$log")"
  if [ $code != 0 ] && [ $code != 5 ]; then cat "$log"; return 1; fi # 5: every test skipped
}
export -f one; export out top
printf '%s\n' "${files[@]}" | xargs -P 2 -I{} bash -c 'one {}'
