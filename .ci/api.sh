#!/usr/bin/env bash
# The references that the sources of C, Java, Rust and JavaScript carry, as static pages; every warning an error.
#
#     .ci/api.sh DIRECTORY        DIRECTORY/{c,java,rust,js}
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# C: the header's comments are plain ones; the filter makes them doxygen's.
cat > "$work/Doxyfile" <<END
PROJECT_NAME = pdqlite
INPUT = $top/csrc/include/pdqlite.h $top/csrc/include/pdqlite_sound.h
OUTPUT_DIRECTORY = $out
HTML_OUTPUT = c
GENERATE_LATEX = NO
OPTIMIZE_OUTPUT_FOR_C = YES
MARKDOWN_SUPPORT = NO
JAVADOC_AUTOBRIEF = YES
FILTER_PATTERNS = *.h="python3 $top/.ci/header_filter.py"
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = PDQL_API=
QUIET = YES
HAVE_DOT = NO
STRIP_FROM_PATH = $top/csrc/include
HTML_COLORSTYLE_SAT = 0
END
doxygen "$work/Doxyfile" > "$work/c" 2>&1
if grep "warning:" "$work/c"; then exit 1; fi

# Rust
(cd "$top/bindings/rust" && RUSTDOCFLAGS="-D warnings" cargo doc --no-deps -q --target-dir "$work/rust")
rm -rf "$out/rust" && cp -r "$work/rust/doc" "$out/rust"

# JavaScript:
cp -r "$top/bindings/js/src" "$top/bindings/js/tsconfig.json" "$top/bindings/js/package.json" "$top/bindings/js/README.md" "$work/"
(cd "$work" && npm install --silent --no-audit --no-fund --ignore-scripts typedoc@0.28.14 typescript@5.9.3 > /dev/null)
echo '{"intentionallyNotExported": ["CONFIRMED", "FORMATS", "ORIENTATIONS", "SHAPES", "VERDICTS", "Maybe"]}' > "$work/typedoc.json" # types of fields
(cd "$work" && npx typedoc --treatWarningsAsErrors --validation.notDocumented true --excludePrivate --excludeInternal --disableSources --logLevel Warn \
  --out "$out/js" src/index.ts src/bare.ts)

# Java
javadoc -quiet -Xdoclint:all -Werror -notimestamp -d "$out/java" -sourcepath "$top/bindings/java/src/main/java" org.pdqlite
