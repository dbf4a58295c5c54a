#!/usr/bin/env bash
# Static analysis of what reads untrusted bytes: `gcc -fanalyzer` and cppcheck over the parsers, the index opener and the cryptography of the core.
# No suppression is in use; one that becomes needed goes beside its line (cppcheck-suppress) with its reason.
#
#     .ci/analyze.sh          exit code 1 and the findings if there are any
#     .ci/analyze.sh FILE...  the same of other files
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -gt 0 ]; then files=("$@"); else cd "$top/csrc" && files=(base/*.c crypto/*.c list/*.c index/*.c); fi
found=0
for file in "${files[@]}"; do
  gcc -std=c11 -O1 -fanalyzer -Werror -Wall -Wextra -I"$top/csrc/include" -I"$top/csrc" -c "$file" -o /dev/null || found=1
done
cppcheck --std=c11 --enable=warning,portability,performance --inline-suppr --quiet --error-exitcode=1 --suppress=missingInclude \
  -I"$top/csrc/include" -I"$top/csrc" "${files[@]}" || found=1
[ $found -eq 0 ] && echo "analyze: ${#files[@]} files, nothing found"
exit $found
