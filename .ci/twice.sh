#!/usr/bin/env bash
# The wheel, and the library in it, built twice in two places give the same bytes. The tools are those of build-requirements.txt, by their hashes.
#
#     .ci/twice.sh DIRECTORY
set -euo pipefail
mkdir -p "$1" && out=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
python3 -m venv "$out/venv"
. "$out/venv/bin/activate"
pip install -q --require-hashes --only-binary :all: -r .ci/build-requirements.txt
export SOURCE_DATE_EPOCH=1767225600 PYTHONHASHSEED=0
for place in one "another place, longer"; do
  rm -rf "${out:?}/$place"
  mkdir -p "$out/$place/source" "$out/$place/dist"
  git ls-files -z pyproject.toml README.md LICENSE csrc pdqlite docs/man | tar --null -T - -cf - | tar -xf - -C "$out/$place/source"
  (cd "$out/$place/source" && CFLAGS="-ffile-prefix-map='$PWD'=. -g0" LDFLAGS="-Wl,--build-id=none -s" \
    python3 -m pip wheel -q --no-deps --no-build-isolation -w ../dist .)
done
cmp "$out/one/dist/"*.whl "$out/another place, longer/dist/"*.whl
rm -rf "$out/unpacked"; python3 -m zipfile -e "$out/one/dist/"*.whl "$out/unpacked"
echo "twice: $(basename "$out/one/dist/"*.whl) and its library are the same bytes: $(sha256sum "$out/unpacked/pdqlite/"_core*.so | cut -c1-16)..."
