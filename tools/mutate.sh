#!/usr/bin/env bash
# Shows that the tests of the promises can fail: each patch of internal/promises/mutants
# takes one guard away in a copy of the tree, and the test that it names must then
# fail. Arguments, if any, are patches, by name or by their beginning ("AT4"). Prints
# a table; ends with 1 where a test passed without its guard, or a patch or the code
# under it is no longer what it was.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export CGO_ENABLED=0

patches=()
if [ $# = 0 ]; then set -- ''; fi
for name in "$@"; do
  for p in internal/promises/mutants/"${name%.patch}"*.patch; do
    [ -e "$p" ] && patches+=("$PWD/$p")
  done
done
[ ${#patches[@]} -gt 0 ] || { echo "klankbord: no patch of that name in internal/promises/mutants" >&2; exit 1; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/klankbord-mutants.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$scratch" || exit 1
cd "$scratch" || exit 1

# field NAME PATCH prints what the head of a patch says.
field() { sed -n "/^diff /q; s/^# $1: //p" "$2"; }

status=0
printf '%-34s %-52s %s\n' patch test result
for p in "${patches[@]}"; do
  test=$(field Test "$p") package=$(field Package "$p")
  if ! git apply "$p" 2>"$scratch/.apply"; then
    result="DOES NOT APPLY: $(head -n 1 "$scratch/.apply")" status=1
  else
    out=$(go test -count=1 -timeout 15m -run "^$test\$" "$package" 2>&1) && code=0 || code=$?
    if grep -q '\[build failed\]\|\[setup failed\]' <<<"$out"; then
      result='DOES NOT BUILD' status=1
      printf '%s\n' "$out" | head -n 5 >&2
    elif [ $code = 0 ]; then
      result='PASSES WITHOUT ITS GUARD' status=1
    elif ! grep -q -- "^ *--- FAIL: $test\|^panic: " <<<"$out"; then
      result='FAILS FOR ANOTHER REASON' status=1
      printf '%s\n' "$out" | tail -n 5 >&2
    else
      result=fails
    fi
    git apply -R "$p" || exit 1
  fi
  printf '%-34s %-52s %s\n' "$(basename "$p" .patch)" "$test" "$result"
done
exit $status
