#!/usr/bin/env bash
# Runs the benchmarks beside a PostgreSQL, which writes through to the disk as in service,
# and an S3 server; both are installed where they are missing, started on loopback, and
# stopped however it ends. Arguments go to ./bench.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/services.sh
export CGO_ENABLED=0
postgres_fsync=on

finish() {
  trap '' INT TERM HUP # a second Ctrl-C must not leave anything behind
  stop_services
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

tools/need.sh go
tools/install.sh bench
# On the disk: the other folder for temporary files is memory on many machines.
services_dir=$(mktemp -d /var/tmp/klankbord.XXXXXX)
chmod 755 "$services_dir"
start_postgres
start_s3
go run ./bench "$@"
