#!/usr/bin/env bash
# Fuzzes every target of the tree in turn, each for a while (FUZZ, 30s by default).
# Arguments, if any, name the targets. What is found stands in testdata/fuzz of its
# package, and fails the ordinary tests from then on.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export CGO_ENABLED=0

status=0
while IFS=: read -r file line; do
  target=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]+).*/\1/' <<<"$line")
  if [ $# -gt 0 ] && [[ " $* " != *" $target "* ]]; then continue; fi
  printf '=== %s %s\n' "$(dirname "$file")" "$target"
  go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZ:-30s}" || status=1
done < <(git grep -E '^func Fuzz[A-Za-z0-9_]+\(f \*testing\.F\)' -- '*_test.go')
exit $status
