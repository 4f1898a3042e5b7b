#!/usr/bin/env bash
# To be sourced: make_scratch sets TMPDIR to a new folder in memory, where there is room
# for it, so that the databases of the tests do not wait for a disk: tests kill
# processes, never the machine. What Go builds stays where it was. remove_scratch takes
# the folder away.

scratch_dir=

make_scratch() {
  local room memory
  room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
  memory=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
  if [ "${room:-0}" -lt 6000000 ] || [ "${memory:-0}" -lt 8000000 ]; then return; fi
  scratch_dir=$(mktemp -d /dev/shm/kb.XXXX) || return 0
  chmod 1777 "$scratch_dir" # as /tmp is
  # Some containers forbid to run what lies there, and tests run what they built.
  printf '#!/bin/sh\n' >"$scratch_dir/run" && chmod +x "$scratch_dir/run"
  if ! "$scratch_dir/run" 2>/dev/null; then
    remove_scratch
    return
  fi
  rm "$scratch_dir/run"
  export GOTMPDIR=${GOTMPDIR:-${TMPDIR:-/tmp}} TMPDIR=$scratch_dir
}

remove_scratch() {
  [ -z "$scratch_dir" ] || rm -rf "$scratch_dir"
  scratch_dir=
}
