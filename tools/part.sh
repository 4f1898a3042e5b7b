#!/usr/bin/env bash
# To be sourced: part NAME COMMAND… runs a command or function as a named part of a
# run, prints how long it took and, where KLANKBORD_TIMES names a file, adds a line
# to it. It ends as the command ended.
part() {
  local name=$1 begun=$SECONDS status taken
  shift
  printf '=== %s\n' "$name"
  "$@"
  status=$?
  taken=$((SECONDS - begun))
  printf '=== %s took %d min %02d s\n' "$name" $((taken / 60)) $((taken % 60))
  [ -z "${KLANKBORD_TIMES:-}" ] || printf '%s\t%d\t%d\n' "$name" "$taken" "$status" >>"$KLANKBORD_TIMES"
  return "$status"
}
