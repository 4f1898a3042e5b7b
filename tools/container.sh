#!/usr/bin/env bash
# Builds the container image klankbord:COMMIT with podman, buildah or docker, whichever is
# there and works, and prints which and the name. With the argument files it only brings together, in
# the folder given (it must be empty or new), what is copied into the image, and prints the
# folder; with the argument try it removes the image again. The same commit gives the same
# program. Where nothing can build, it says so loudly and ends with 3 (with try: 0): then no
# image was built.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-}
unbuilt() {
  printf '\n%s\nklankbord: NOT BUILT: no container image: %s\n%s\n\n' "$(printf '!%.0s' {1..80})" "$1" "$(printf '!%.0s' {1..80})" >&2
  [ "$mode" = try ] || exit 3
  exit 0
}

# files brings together what the Containerfile copies.
files() {
  local at=$1 roots=/etc/ssl/certs/ca-certificates.crt
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
  export SOURCE_DATE_EPOCH CGO_ENABLED=0
  mkdir -p "$at/state"
  chmod 700 "$at/state"
  go build -trimpath -buildvcs=true -ldflags '-s -w -buildid=' -o "$at/klankbord" ./cmd/klankbord
  [ -s "$roots" ] || { echo "klankbord: $roots is missing; install ca-certificates" >&2 && exit 1; }
  install -m 444 "$roots" "$at/ca-certificates.crt"
  chmod 555 "$at/klankbord"
  find "$at" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# builder names the first program that builds here.
builder() {
  local name
  for name in podman buildah docker; do
    command -v "$name" >/dev/null && timeout 20 "$name" info >/dev/null 2>&1 && echo "$name" && return
  done
  return 1
}

if [ "$mode" = files ]; then
  files "${2:?folder}"
  echo "$2"
  exit
fi

build=$(builder) || unbuilt 'neither podman nor buildah nor docker works here'
work=$(mktemp -d "${TMPDIR:-/tmp}/klankbord-container.XXXXXX")
trap 'rm -rf "$work"' EXIT
files "$work"
image=klankbord:$(git rev-parse --short=10 HEAD)
case $build in
docker) docker build --quiet --file deploy/Containerfile --tag "$image" "$work" >&2 ;;
# The form of docker keeps the check of health, which that of OCI has no place for.
*) "$build" build --quiet --format docker --file deploy/Containerfile --tag "$image" "$work" >&2 ;;
esac
if [ "$mode" = try ]; then
  "$build" rmi "$image" >/dev/null
  echo "the container image builds with $build"
else
  echo "$build $image"
fi
