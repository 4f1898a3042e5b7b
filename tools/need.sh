#!/usr/bin/env bash
# Fails, and says what to install, where a tool named as an argument (go, node,
# git, make) is missing or too old. Changes nothing.
set -euo pipefail

go_minimum=1.26
node_minimum=20

fail() {
  printf 'klankbord: %s\n' "$*" >&2
  exit 1
}

# at_least HAVE WANT: true where version HAVE is WANT or newer.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

for tool in "$@"; do
  case $tool in
  go)
    command -v go >/dev/null || fail "Go is missing; install Go $go_minimum or newer: https://go.dev/doc/install"
    have=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || go version | awk '{print $3}')
    have=${have#go}
    at_least "${have%%[!0-9.]*}" "$go_minimum" ||
      fail "Go $have is too old; install Go $go_minimum or newer: https://go.dev/doc/install"
    ;;
  node)
    command -v node >/dev/null || fail "Node is missing; install Node $node_minimum or newer: https://nodejs.org/en/download"
    command -v npm >/dev/null || fail "npm is missing; install it with Node $node_minimum or newer: https://nodejs.org/en/download"
    have=$(node --version)
    at_least "${have#v}" "$node_minimum" ||
      fail "Node $have is too old; install Node $node_minimum or newer: https://nodejs.org/en/download"
    ;;
  *)
    command -v "$tool" >/dev/null || fail "$tool is missing; install it: apt-get install -y $tool"
    ;;
  esac
done
