#!/bin/sh
# One audit of a published list, for a timer: audit.sh DIR|URL STATE
#
# STATE holds `trust` (what an application pins), `seen` (the checkpoint of the last audit that passed; made here) and, if there is one, `list.key`.
# Writes STATE/report.html and STATE/said.txt. Exit codes: 0 passed; 1 a check failed or something was withheld; 2 no answer (the mirror is away, a file is
# missing). On 1 and 2 the text of the alert goes to standard error, and `seen` stays: an audit that fails forgets nothing.
set -u
if [ $# -ne 2 ] || [ ! -f "$2/trust" ]; then
  echo "audit.sh: expected DIR|URL and a directory with the file trust" >&2
  exit 2
fi
list=$1 state=$2
set -- --trust "$state/trust" --report "$state/report.html" --save-checkpoint "$state/seen.new"
if [ -f "$state/seen" ]; then set -- "$@" --since "$state/seen"; fi
if [ -f "$state/list.key" ]; then set -- "$@" --key "$state/list.key"; fi
rm -f "$state/seen.new"
pdqlite audit "$list" "$@" > "$state/said.txt" 2>&1
code=$?
if [ "$code" -eq 0 ]; then
  mv "$state/seen.new" "$state/seen"
  exit 0
fi
rm -f "$state/seen.new"
{
  case $code in
    1) echo "ALERT: the audit of $list found a fault, or something was withheld. Keep $state/report.html and $state/seen." ;;
    *) echo "The audit of $list came to no answer. If this goes on for longer than the policy's max-age, somebody may be keeping the list away." ;;
  esac
  grep -E '^(FAILED|WITHHELD|pdqlite:)' "$state/said.txt"
} >&2
[ "$code" -eq 1 ] && exit 1
exit 2
