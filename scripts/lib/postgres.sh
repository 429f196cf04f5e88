# shellcheck shell=bash
# A private PostgreSQL under $DIR/postgres. Sourced by `servers`, which says what the variables are.

postgres_bin() {
  local bin
  bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  [ -x "$bin/initdb" ] || die "PostgreSQL is not installed: run scripts/install"
  echo "$bin"
}

postgres_init() {
  [ ! -e "$DIR/postgres/PG_VERSION" ] || return 0
  local bin options=(--encoding=UTF8 --locale=C.UTF-8 --auth=scram-sha-256 --username=postgres)
  bin=$(postgres_bin)
  [ "$DURABLE" = yes ] || options+=(--no-sync)
  printf '%s\n' "$PG_PASSWORD" >"$DIR/postgres.pw"
  chmod 600 "$DIR/postgres.pw"; own "$DIR/postgres.pw"
  (cd "$DIR" && "${AS[@]}" "$bin/initdb" -D "$DIR/postgres" --pwfile="$DIR/postgres.pw" "${options[@]}" >"$DIR/log/initdb.log" 2>&1) ||
    die "initdb failed: $(tail -n 3 "$DIR/log/initdb.log")"
  rm -f "$DIR/postgres.pw"
  # TCP only: a Unix socket has a length limit that a deep checkout breaks.
  cat >>"$DIR/postgres/postgresql.conf" <<C
listen_addresses = '127.0.0.1'
port = $PG_PORT
unix_socket_directories = ''
max_connections = 400
authentication_timeout = 10s
shared_buffers = 256MB
max_wal_size = 2GB
wal_level = minimal
max_wal_senders = 0
log_min_duration_statement = 2s
log_lock_waits = on
C
  # A killed server keeps what it committed (the kernel has it); only a power cut would lose it.
  [ "$DURABLE" = yes ] || printf 'fsync = off\nfull_page_writes = off\n' >>"$DIR/postgres/postgresql.conf"
}

postgres_start() {
  postgres_init
  local process
  for process in /proc/[0-9]*; do # backends outlive a killed postmaster and would block the new one
    [ "$(readlink "$process/cwd")" != "$DIR/postgres" ] || kill -KILL "${process#/proc/}" 2>/dev/null || true
  done
  forget_zombie "$DIR/postgres/postmaster.pid"
  launch postgres "$(postgres_bin)/postgres" -D "$DIR/postgres"
}

# "ready" stands in the pid file's last line once it takes connections.
postgres_ready() { tail -n 1 "$DIR/postgres/postmaster.pid" 2>/dev/null | grep -q ready && accepts "$PG_PORT"; }

postgres_stop_signal() { echo INT; } # fast shutdown: disconnects clients
postgres_log() { echo "$DIR/log/postgres.log"; }
