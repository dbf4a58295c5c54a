#!/usr/bin/env bash
# python-threatexchange's own tests with our signal types and indices in the place of its own (.ci/threatexchange_ours.py).
#
#     .ci/threatexchange.sh DIRECTORY [CHECKOUT]     CHECKOUT: of github.com/facebook/ThreatExchange; without it, one is fetched into DIRECTORY
#
# Its tests are in its repository alone, not in its packages. Where that cannot be reached the step says so and ends well.
# Left out are four tests, each with its reason, and its signal TLSH, which is no business of ours.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
commit=baefb4ed67b6cdc1d4c82dbaef858d50866ac424
checkout=${2:-$1/ThreatExchange}
mkdir -p "$1"
if [ ! -d "$checkout/python-threatexchange" ]; then
  git init -q "$checkout"
  git -C "$checkout" sparse-checkout set python-threatexchange pdq/data tmk/sample-videos
  if ! GIT_TERMINAL_PROMPT=0 timeout 120 git -C "$checkout" fetch -q --depth 1 --filter=blob:none https://github.com/facebook/ThreatExchange "$commit" \
    || ! timeout 120 git -C "$checkout" checkout -q "$commit"; then
    echo "github.com/facebook/ThreatExchange cannot be reached: its tests were NOT run"
    rm -rf "$checkout"
    exit 0
  fi
fi
cd "$checkout/python-threatexchange"
tests=threatexchange
# prints the path of the class; takes the match that faiss's table happens to give first; reads attributes of its own index; asks for faiss's index
PYTHONPATH="$PWD:$top/.ci" pytest -q -p threatexchange_ours -p no:cacheprovider --ignore "$tests/extensions/tlsh" \
  --deselect "$tests/cli/tests/config_cmd_misc_test.py::test_config_signal" \
  --deselect "$tests/cli/tests/match_cmd_test.py::MatchCommandTest::test_photo_hash_with_rotations" \
  --deselect "$tests/extensions/vpdq/tests/test_vpdq_faiss.py::test_simple" \
  --deselect "$tests/signal_type/tests/test_pdq_index.py::test_supports_pickling" \
  "$tests"
