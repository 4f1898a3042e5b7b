#!/usr/bin/env bash
# Installs what the tests (and, with the argument lint, the linter) need and this
# machine lacks: Debian packages, the browser tools of e2e/, an S3 server and golangci-lint. With the
# argument faults only what the fault harness needs, with bench what the benchmarks need.
# Starts no service, asks nothing, may run again at any time, and ends at once
# where all is there. Fails with the command to run where it cannot install.
set -euo pipefail
cd "$(dirname "$0")/.."

lint_version=v2.15.0
s3_version=v1.8.0
tools=${KLANKBORD_TOOLS:-$HOME/.cache/klankbord-tools}
only=${1:-}

fail() {
  printf 'klankbord: %s\n' "$*" >&2
  exit 1
}

# missing_packages names the Debian packages whose program is not there.
missing_packages() {
  [ "$only" = bench ] || command -v strace >/dev/null || echo strace
  [ "$only" != faults ] || return 0
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || echo postgresql
  [ "$only" != bench ] || return 0
  [ -x /usr/bin/chromium ] || echo chromium
  [ -x /usr/bin/chromium-headless-shell ] || echo chromium-headless-shell # less than half the work
  [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || echo fonts-dejavu-core
  [ -x /usr/sbin/postfix ] || echo postfix
  [ -x /usr/lib/dovecot/imap ] || echo dovecot-imapd
  [ -x /usr/lib/dovecot/lmtp ] || echo dovecot-lmtpd
  [ -x /usr/sbin/clamd ] || echo clamav-daemon
  [ -x /usr/sbin/mkfs.ext4 ] || echo e2fsprogs
  command -v mount >/dev/null || echo mount
  command -v openssl >/dev/null || echo openssl
  command -v systemd-analyze >/dev/null || echo systemd
  command -v podman >/dev/null || command -v buildah >/dev/null || echo buildah # docker needs a daemon
  command -v java >/dev/null || echo openjdk-17-jre-headless
}

apt_install() {
  apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Options::=--force-confold "$@"
}

# update_lists refreshes the package lists; another apt may hold them for a while.
update_lists() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if apt-get update -q -o DPkg::Lock::Timeout=600; then return 0; fi
    sleep 6
  done
  return 1
}

# install_packages keeps every service stopped: Debian starts what it installs,
# unless policy-rc.d says no.
install_packages() {
  local policy=/usr/sbin/policy-rc.d
  export DEBIAN_FRONTEND=noninteractive
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    # shellcheck disable=SC2064 # the path of now
    trap "rm -f $policy" EXIT
  fi
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  apt_install "$@" || { update_lists && apt_install "$@"; }
}

packages=$(missing_packages | tr '\n' ' ')
if [ -n "$packages" ]; then
  command='apt-get update && apt-get install -y '$packages
  [ "$(id -u)" = 0 ] || fail "as root, run: $command"
  command -v apt-get >/dev/null || fail "this is not Debian; install what these packages hold: $packages"
  # shellcheck disable=SC2086 # one word per package
  install_packages $packages || fail "could not install; run: $command"
  left=$(missing_packages | tr '\n' ' ')
  [ -z "$left" ] || fail "still missing after the installation: $left"
fi

[ "$only" != faults ] || exit 0

# go_install NAME VERSION PACKAGE installs a program into the folder of tools, once.
go_install() {
  grep -qsx "$2" "$tools/$1.version" && [ -x "$tools/bin/$1" ] && return 0
  mkdir -p "$tools/bin"
  (cd / && GOFLAGS='' CGO_ENABLED=0 GOBIN=$tools/bin go install "$3@$2") ||
    fail "could not install $1; run: GOBIN=$tools/bin go install $3@$2"
  printf '%s\n' "$2" >"$tools/$1.version"
}

go_install versitygw "$s3_version" github.com/versity/versitygw/cmd/versitygw
[ "$only" != bench ] || exit 0

stamp=e2e/node_modules/.klankbord
want=$(cat e2e/package.json e2e/package-lock.json <(node --version) | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
  (cd e2e && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    fail 'could not install the browser tools; run: cd e2e && npm ci --ignore-scripts'
  printf '%s\n' "$want" >"$stamp"
fi

[ "$only" != lint ] || go_install golangci-lint "$lint_version" github.com/golangci/golangci-lint/v2/cmd/golangci-lint
