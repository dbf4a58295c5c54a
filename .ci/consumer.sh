#!/usr/bin/env bash
# A program from outside the tree: checked by mypy --strict and pyright against the installed package, then run on a list of its own.
#
#     .ci/consumer.sh DIRECTORY PYTHON     where to work; a Python that has pdqlite installed
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd); python=$2
rm -rf "$1"; mkdir -p "$1"; cd "$1"
cp "$top/tests/consumer/app.py" .
"$python" -m venv checkers && checkers/bin/pip install -q mypy==1.18.2 pyright==1.1.407
checkers/bin/mypy --strict --python-executable "$python" app.py
checkers/bin/pyright --pythonpath "$python" app.py
run() { "$python" -P -m pdqlite "$@" > /dev/null; }
"$python" -P - <<'PY'
from pdqlite.cli import scenes
from pdqlite.media import write_picture
write_picture("known.png", scenes.picture(1))
PY
run key new list.key --list
run key new a.pem --name a.example
run list build known.png --source a.example --origin lists.example/t --key list.key -o release
run list endorse release --name a.example --signing-key a.pem --key list.key
run list trust --origin lists.example/t --endorser "$("$python" -P -m pdqlite key show a.pem --name a.example)" --quorum 1 \
  --category unspecified --allow-unlogged -o list.trust
"$python" -P app.py known.png release list.key list.trust | tee out.txt
grep -q '^entry 0 ' out.txt && grep -q "^\[0\] picture 1$" out.txt
