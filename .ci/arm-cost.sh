#!/usr/bin/env bash
# Instructions that ARM processors execute for each frame, query and row, against benchmarks/arm/budget.json: fails where a
# region grew by more than 1 %, and says which and in which functions. Counts, never times.
#
#     .ci/arm-cost.sh DIRECTORY [--record]     where to build, best where .ci/arm.sh did; --record writes the budget anew
set -euo pipefail
directory=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
if [ "${2:-}" = --record ]; then judge=(--record); else judge=(--gate benchmarks/arm/budget.json); fi
PYTHONPATH=. exec python3 -m benchmarks arm --build "$directory" -o "$directory/arm-cost.json" "${judge[@]}"
