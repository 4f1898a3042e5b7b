#!/usr/bin/env bash
# Runs every test: installs what is missing, starts the servers that the tests
# need, runs the Go tests, the browser tests and the quick faults, counts them all, and
# stops what it started, however it ends. Arguments, if any, name Go packages to test
# instead of all; then browser and faults are left alone.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. tools/part.sh
. tools/services.sh
. tools/scratch.sh
export CGO_ENABLED=0

go_tests() {
  # The linter has vetted them; nobody debugs these binaries.
  go test -json -vet off -ldflags '-s -w' -timeout 20m "${packages[@]}" 2>&1 | node e2e/lib/gotest-main.mjs "$results/go.json"
}

# The browser tests drive the binary that is built here, once, and begin with a demo that is
# founded here, once.
browser_tests() {
  local files
  go build -o build/klankbord ./cmd/klankbord || return 1
  export KLANKBORD_BIN=$PWD/build/klankbord KLANKBORD_SEED=$services_dir/seed
  node e2e/lib/seed-main.mjs "$KLANKBORD_SEED" || return 1
  mapfile -t files < <(find e2e -name node_modules -prune -o -name '*.test.mjs' -print | sort)
  # Two files at once: while one page is drawn, another is looked at.
  node --test --test-concurrency=2 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=./e2e/lib/count-reporter.mjs --test-reporter-destination="$results/browser.json" \
    "${files[@]}"
}

# The quick faults kill and fail the same binary; a run counts as a test.
faults() {
  go run ./faults -quick -bin "$PWD/build/klankbord" -totals "$results/faults.json"
}

set_up() {
  tools/need.sh git make go node && tools/install.sh && start_services
}

finish() {
  trap '' INT TERM HUP # a second Ctrl-C must not leave anything behind
  stop_services
  [ -z "${results:-}" ] || rm -rf "$results"
  remove_scratch
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

packages=("$@")
make_scratch
results=$(mktemp -d "${TMPDIR:-/tmp}/klankbord-results.XXXXXX")
totals=("$results/go.json")
status=0

part set-up set_up || exit 1
if [ $# = 0 ]; then
  packages=(./internal/promises ./internal/web/desk ./...) # the longest first, so that nothing waits for them alone
  export KLANKBORD_PAGES=$services_dir/pages # where Go tests leave every page state
  mkdir -p "$KLANKBORD_PAGES"
  totals+=("$results/browser.json" "$results/faults.json")
fi
part Go go_tests || status=1
if [ $# = 0 ]; then
  part browser browser_tests || status=1
  part faults faults || status=1
fi
node e2e/lib/total-main.mjs "${totals[@]}" || status=1
exit $status
