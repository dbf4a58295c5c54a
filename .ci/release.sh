#!/usr/bin/env bash
# Every package as a registry would take it, checked (.ci/release/check.py), then installed into an empty project outside the tree, whose
# program matches pictures: C by find_package and pkg-config (shared, static), pip, cargo, Node (modules, CommonJS), a Vite page with a worker,
# Maven, Gradle. At the end the same pictures go through all of them (bindings/quickstarts.py): equal finds.
#
#     .ci/release.sh DIRECTORY [CI]     CI: the work directory of .ci/run, whose outputs are used; what is not there is made here
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd); ci=${2:-$out/none}
: "${JAVA_HOME:=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}"; export JAVA_HOME
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
rm -rf "$out"/{dist,bin,apps}; mkdir -p "$out"/{dist,bin,apps}
started=$SECONDS
did() { printf '  %s (%s s)\n' "$*" "$((SECONDS - started))"; started=$SECONDS; }
program() { # name, what to run, in this folder: a file of bin
  printf '#!/bin/sh\nexec %s "$@"\n' "$2" > "$out/bin/$1"; chmod +x "$out/bin/$1"
}
. "$top/.ci/release/native.sh"
. "$top/.ci/release/managed.sh"
release_python
release_c
release_rust
release_npm
release_maven
release_gradle
python3 "$top/.ci/release/check.py" "$out/dist" "$out/prefix" "$out/natives"
photos=(); if python3 -c "import skimage" 2> /dev/null; then photos=(--photos); fi
python3 "$top/bindings/quickstarts.py" "$out/pictures" "${photos[@]}" $(cd "$out/bin" && for name in c-*; do echo "$name=$out/bin/$name"; done) \
  $(cd "$out/bin" && for name in [!c]*; do echo "$name=$out/bin/$name"; done)
did "the same pictures through every quick start"
