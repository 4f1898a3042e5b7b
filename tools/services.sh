#!/usr/bin/env bash
# To be sourced: start_services starts one PostgreSQL, one Postfix, one Dovecot, one ClamAV and
# one S3 server for the tests, on free loopback ports and in a temporary folder of their own, and
# exports where they are; stop_services ends them by process id and removes the
# folder. Each also ends by itself when the shell that started it is killed.
#
#   KLANKBORD_TEST_POSTGRES  address of a superuser who may create databases
#   KLANKBORD_TEST_SMTP      host:port, plain and STARTTLS; refused@… gets 550 and
#                            later@… 450, anything else arrives
#   KLANKBORD_TEST_SMTP_CA   the certificate that Postfix and Dovecot show, PEM
#   KLANKBORD_TEST_MAILDIR   what arrived, one Maildir per address: ADDRESS/new/…
#   KLANKBORD_TEST_CLAMD     socket of a ClamAV daemon whose one signature is the text in
#                            deploy/test/klankbord.ndb; KLANKBORD_TEST_CLAMD_TCP its port
#   KLANKBORD_TEST_IMAP      host:port of the same mail, plain and STARTTLS; every
#                            address exists, with the password "klankbord"
#   KLANKBORD_TEST_S3        address of an S3 server; anybody with the key makes buckets
#   KLANKBORD_TEST_S3_KEY    file that holds that key: its id and its secret

services_dir=
services_pids=()
services_ports=' '

# free_port NAME sets the variable NAME to a loopback port that nothing listens on.
free_port() {
  local candidate
  while :; do
    candidate=$((20000 + RANDOM % 12000))
    case $services_ports in *" $candidate "*) continue ;; esac
    (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || break
  done
  services_ports+="$candidate "
  printf -v "$1" %d "$candidate"
}

# wait_until SECONDS WHAT LOG COMMAND… tries the command until it succeeds.
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2 log=$3
  shift 3
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      printf 'klankbord: %s does not answer; its log:\n' "$what" >&2
      tail -n 30 "$log" >&2 || true
      return 1
    fi
    sleep 0.1
  done
}

# run_service LOG COMMAND… runs a command that dies with this shell.
run_service() {
  local log=$1
  shift
  setpriv --pdeathsig TERM "$@" >>"$log" 2>&1 </dev/null &
  services_pids+=($!)
}

# greets PORT BEGINNING: the server there opens with these words.
greets() (
  exec 3<>"/dev/tcp/127.0.0.1/$1" && IFS= read -r -t 5 line <&3 && [[ $line == "$2"* ]]
)

# fill_in TEMPLATE prints it with the words in place.
fill_in() {
  sed -e "s|@DIR@|$services_dir|g" -e "s|@MAILDIR@|$KLANKBORD_TEST_MAILDIR|g" \
    -e "s|@SMTP_PORT@|$smtp_port|g" -e "s|@LMTP_PORT@|$lmtp_port|g" \
    -e "s|@IMAP_PORT@|$imap_port|g" -e "s|@AUTH_PORT@|$auth_port|g" "$1"
}

start_postgres() {
  local bin pg=$services_dir/pg port
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  free_port port
  mkdir "$pg" && chown postgres: "$pg"
  as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
  (cd "$pg" && "${as_postgres[@]}" "$bin/initdb" -D data -U klankbord -A trust -E UTF8 \
    --locale=C.UTF-8 --no-sync --no-instructions) >"$pg.log" 2>&1 || {
    cat "$pg.log" >&2
    return 1
  }
  cd "$pg" || return 1
  # fsync is off because the tests kill processes, never the machine; benchmarks have it on.
  run_service "$pg.log" "${as_postgres[@]}" --pdeathsig INT "$bin/postgres" -D data -p "$port" \
    -k "$pg" -h 127.0.0.1 -c "fsync=${postgres_fsync:-off}" -c "full_page_writes=${postgres_fsync:-off}" -c max_connections=300 \
    -c shared_buffers=64MB -c timezone=UTC -c log_min_messages=fatal
  postgres_pid=$!
  cd "$OLDPWD" || return 1
  wait_until 30 PostgreSQL "$pg.log" "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"
  export KLANKBORD_TEST_POSTGRES="postgres://klankbord@127.0.0.1:$port/postgres?sslmode=disable"
}

start_mail() {
  local templates=deploy/test smtp_port imap_port lmtp_port auth_port
  free_port smtp_port
  free_port imap_port
  free_port lmtp_port
  free_port auth_port
  export KLANKBORD_TEST_MAILDIR=$services_dir/mail
  mkdir -p "$services_dir"/{conf,queue,data,tls,mail,dovecot,dovecot-state}
  chown postfix "$services_dir/data"
  chown mail:mail "$KLANKBORD_TEST_MAILDIR"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=mail.klankbord.test -addext 'subjectAltName=DNS:mail.klankbord.test,DNS:localhost,IP:127.0.0.1' \
    -keyout "$services_dir/tls/key.pem" -out "$services_dir/tls/cert.pem" 2>"$services_dir/tls.log"
  fill_in $templates/dovecot.conf >"$services_dir/conf/dovecot.conf"
  fill_in $templates/main.cf >"$services_dir/conf/main.cf"
  fill_in $templates/master.cf >"$services_dir/conf/master.cf"
  cp $templates/recipients "$services_dir/conf/recipients"

  run_service "$services_dir/dovecot.log" /usr/sbin/dovecot -F -c "$services_dir/conf/dovecot.conf"
  # postfix makes the queue's folders; master then stays in the foreground. It forgets
  # the signal of its parent's death when it changes its user, so a shell keeps it.
  postfix -c "$services_dir/conf" check >"$services_dir/postfix.log" 2>&1 || {
    cat "$services_dir/postfix.log" >&2
    return 1
  }
  # shellcheck disable=SC2016 # expanded by that shell
  MAIL_CONFIG=$services_dir/conf run_service "$services_dir/postfix.log" \
    bash -c '"$@" & trap "kill $!" TERM; wait; wait' keep \
    /usr/lib/postfix/sbin/master -d -c "$services_dir/conf"
  wait_until 30 Dovecot "$services_dir/dovecot.log" greets "$imap_port" '* OK'
  wait_until 30 Postfix "$services_dir/mail.log" greets "$smtp_port" '220 '
  export KLANKBORD_TEST_SMTP=127.0.0.1:$smtp_port KLANKBORD_TEST_IMAP=127.0.0.1:$imap_port
  export KLANKBORD_TEST_SMTP_CA=$services_dir/tls/cert.pem
}

start_s3() {
  local dir=$services_dir/s3 port id secret
  free_port port
  id=test-$RANDOM secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  mkdir -p "$dir/buckets" "$dir/versions"
  printf '%s\n%s\n' "$id" "$secret" >"$dir/key"
  ROOT_ACCESS_KEY=$id ROOT_SECRET_KEY=$secret run_service "$dir.log" \
    "${KLANKBORD_TOOLS:-$HOME/.cache/klankbord-tools}/bin/versitygw" --quiet --keep-alive \
    --port "127.0.0.1:$port" posix --versioning-dir "$dir/versions" "$dir/buckets"
  wait_until 30 'the S3 server' "$dir.log" eval "exec 3<>/dev/tcp/127.0.0.1/$port"
  export KLANKBORD_TEST_S3=http://127.0.0.1:$port KLANKBORD_TEST_S3_KEY=$dir/key
}

start_clamd() {
  local clamd_port
  free_port clamd_port
  mkdir -p "$services_dir/clamd"
  cp deploy/test/klankbord.ndb "$services_dir/clamd/"
  sed -e "s|@DIR@|$services_dir|g" -e "s|@CLAMD_PORT@|$clamd_port|g" deploy/test/clamd.conf >"$services_dir/clamd.conf"
  run_service "$services_dir/clamd.log" /usr/sbin/clamd --config-file="$services_dir/clamd.conf"
  wait_until 30 ClamAV "$services_dir/clamd.log" clamd_answers "$clamd_port"
  export KLANKBORD_TEST_CLAMD=$services_dir/clamd.ctl KLANKBORD_TEST_CLAMD_TCP=127.0.0.1:$clamd_port
}

# clamd_answers PORT: the daemon there is ready.
clamd_answers() (
  exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'zPING\0' >&3 && IFS= read -r -d '' -t 5 line <&3 && [ "$line" = PONG ]
)

start_services() {
  services_dir=$(mktemp -d "${TMPDIR:-/tmp}/klankbord.XXXXXX")
  chmod 755 "$services_dir"
  start_postgres && start_mail && start_clamd && start_s3
}

stop_services() {
  local pid
  [ -z "${postgres_pid:-}" ] || kill -INT "$postgres_pid" 2>/dev/null
  for pid in "${services_pids[@]}"; do
    [ "$pid" = "${postgres_pid:-}" ] || kill -TERM "$pid" 2>/dev/null
  done
  for pid in "${services_pids[@]}"; do wait "$pid" 2>/dev/null; done
  services_pids=()
  [ -z "$services_dir" ] || rm -rf "$services_dir"
  services_dir=
}
