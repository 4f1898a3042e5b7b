#!/usr/bin/env bash
# Runs the linters of .golangci.yml, go vet among them, looks at licences and for
# known vulnerabilities, and builds the container image, over the whole tree; or the linters alone over the packages named by
# the arguments. Installs golangci-lint where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/part.sh
export CGO_ENABLED=0

tools=${KLANKBORD_TOOLS:-$HOME/.cache/klankbord-tools}
whole=no
[ $# -gt 0 ] || { whole=yes && set -- ./...; }
set_up() { tools/need.sh git make go node && tools/install.sh lint; }
part set-up set_up
part lint "$tools/bin/golangci-lint" run --timeout 10m "$@"
if [ $whole = yes ]; then
  part licences tools/licences.sh
  part vulnerabilities tools/vulnerabilities.sh
  part container tools/container.sh try
fi
