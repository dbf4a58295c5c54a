#!/usr/bin/env bash
# The site of docs/: static files, every warning an error, no network once its packages are there.
#
#     .ci/docs.sh DIRECTORY        DIRECTORY/site is the site
#
# The Python with `pip install '.[docs]'` has to be first on the path. The gallery is drawn anew (git ignores it).
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd)
(cd "$top" && python -m benchmarks gallery --quiet --page docs/results/gallery.md -o "$out/gallery.json")
cd "$out" # from outside the checkout, so that the installed package is documented
python -m sphinx -q -W --keep-going -b html "$top/docs" "$out/site"
bash "$top/.ci/api.sh" "$out/api" && cp -r "$out"/api/* "$out/site/"
python "$top/.ci/site.py" "$out/site"
python "$top/.ci/words.py" | tail -n 6
