#!/usr/bin/env bash
# Fails where a module that the program or its tests link, or a package of the browser
# tests, has no licence that is known and allowed; says which, and what to do. Needs the
# module cache and nothing else. Prints the whole list.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0

go run ./tools/licences
