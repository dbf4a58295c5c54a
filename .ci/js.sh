#!/usr/bin/env bash
# The JavaScript binding: declarations as the header says, module built, types, tests in node and in a browser, the
# quick start on real input, the package packed, put into an empty project and used there.
#
#     .ci/js.sh DIRECTORY      where inputs are made and the package is tried
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd)
export npm_config_omit_lockfile_registry_resolved=true npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || { echo "no Chromium: its tests would be skipped"; exit 1; }
cd "$top/bindings/js"
python3 generate.py
npm ci --silent

# WebAssembly has no address sanitizer. Undefined behaviour can be made to end the module, so the tests run once like that
# (overflow of signed numbers is left to x86: here it wants a library for 128-bit products).
npx tsc
bash build.sh -fsanitize=undefined -fno-sanitize=signed-integer-overflow -fsanitize-trap=undefined > /dev/null
node --test --test-reporter=spec test/core.test.js test/list.test.js > "$out/traps.log" || { cat "$out/traps.log"; exit 1; }
sed -n 's/^[^ ]* \(pass\|fail\)/traps on undefined behaviour: \1/p' "$out/traps.log"

npm run --silent build
python3 demo/sample.py | cmp - demo/sample.js # the page's sample list is what its drawn pictures come to
cp wasm/*.wasm "$out"

rm -rf "$out/demo" && python3 -m pdqlite demo --keep "$out/demo" > "$out/demo.log"
python3 test/clips.py "$out/demo"
PDQLITE_DEMO="$out/demo" node --test --test-reporter=spec test/*.test.js > "$out/tests.log" || { cat "$out/tests.log"; exit 1; }
grep -E '^. (tests|pass|fail|skipped)' "$out/tests.log"
npx tsc -p ../react-native
node --test --test-reporter=spec ../react-native/test/index.test.js > "$out/react-native.log" || { cat "$out/react-native.log"; exit 1; }

python3 "$top/bindings/c/inputs.py" "$out/inputs"
package=$(npm pack --silent --pack-destination "$out")
rm -rf "$out/app" && mkdir -p "$out/app/bin" && cd "$out/app"
echo '{"type": "module", "private": true}' > package.json
npm install --silent --offline "$out/$package"
cp "$top/bindings/js/examples/quickstart.js" .
printf '#!/bin/sh\nexec node "%s/quickstart.js" "$@"\n' "$PWD" > bin/quickstart && chmod +x bin/quickstart
python3 "$top/bindings/c/inputs.py" "$out/inputs" --run bin --only quickstart
cp "$top/bindings/js/test/types.ts" .
"$top/bindings/js/node_modules/.bin/tsc" --noEmit --strict --target ES2022 --module NodeNext types.ts
python3 "$top/.ci/snippets.py" js pages # the code of the pages, compiled
"$top/bindings/js/node_modules/.bin/tsc" --noEmit --strict --noImplicitAny false --target ES2022 --module NodeNext pages/*.ts
printf 'package: %d bytes\n' "$(wc -c < "$out/$package")"
