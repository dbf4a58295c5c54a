#!/usr/bin/env bash
# Proves of the parsers, by Frama-C's WP, that no input of theirs leads to an error at run time (docs/research/2026-11-30-proofs.md).
# What has changed since tests/proof/proved.txt was written is proved; Frama-C is installed when it is first needed (216 MB).
#
#     .ci/proof.sh             what has changed
#     .ci/proof.sh --all       every file
#     .ci/proof.sh --record    what has changed, and writes it down
#     .ci/proof.sh FILE...     these
set -euo pipefail
cd "$(dirname "$0")/.."
WANTED=(frama-c-base why3 cvc4)
asked=0
python3 .ci/proof.py --fresh "$@" || asked=$?
case $asked in
  0) exit 0 ;;
  3) ;; # something is to be proved
  *) echo "proof: what is to be proved could not be found out (exit code $asked)" >&2 && exit 1 ;;
esac
if ! { command -v frama-c && command -v cvc4 && command -v why3; } > /dev/null; then
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  if ! DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${WANTED[@]}" > /dev/null; then
    printf '\n!!!! proof: SKIPPED: %s cannot be installed here; what is named above is NOT proved\n\n' "${WANTED[*]}"
    [ "${PDQLITE_TOOLS:-}" != required ] || exit 1
    exit 0
  fi
fi
if [ ! -e "$HOME/.why3.conf" ] && ! said=$(why3 config detect 2>&1); then
  printf 'proof: `why3 config detect` failed:\n%s\n' "$said" >&2
  exit 1
fi
exec python3 .ci/proof.py "$@"
