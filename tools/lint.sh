#!/usr/bin/env bash
# Runs the linters of .golangci.yml, go vet among them, over the whole tree, or over
# the packages named by the arguments; installs golangci-lint where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/part.sh
export CGO_ENABLED=0

tools=${KLANKBORD_TOOLS:-$HOME/.cache/klankbord-tools}
[ $# -gt 0 ] || set -- ./...
set_up() { tools/need.sh git make go node && tools/install.sh lint; }
part set-up set_up
part lint "$tools/bin/golangci-lint" run --timeout 10m "$@"
