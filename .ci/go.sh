#!/usr/bin/env bash
# Other people's witnesses and a verifier in Go, against our log and lists (tests/go).
#
#     .ci/go.sh DIRECTORY        where the programs are built
#
# Versions are pinned; modules come through the Go module proxy. Without Go this is skipped, and says so.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd)
export PATH="$out/bin:$PATH:/usr/local/go/bin" GOBIN="$out/bin"
export GOTOOLCHAIN="${GOTOOLCHAIN:-auto}"
if ! command -v go > /dev/null; then
  echo "!!!! SKIPPED: there is no Go here, so no witness or verifier of others has looked at our log"
  exit 0
fi
WITNESS=v0.0.0-20260720115447-2e1c6971d19e TORCHWOOD=v0.8.0
(cd "$top/tests/go/verify" && go vet . && go build -o "$GOBIN/pdqlite-go-verify" .)
go install "github.com/transparency-dev/witness/cmd/omniwitness@$WITNESS"
go install "filippo.io/torchwood/cmd/litewitness@$TORCHWOOD"
PDQLITE_TOOLS=required pytest -q "$top/tests/go"
