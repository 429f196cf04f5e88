# shellcheck shell=bash
# Servers for one run of the tests or the benchmarks: started, and stopped when the script ends, however it ends. Sourced.

# Short, and reachable for the unprivileged user, whatever CI's TMPDIR is. Sets DIRECTORY.
make_directory() {
  local parent
  for parent in "${TMPDIR:-/tmp}" /tmp /var/tmp; do
    DIRECTORY=$(mktemp -d "$parent/noxpay-test.XXXXXX" 2>/dev/null) || continue
    chmod 755 "$DIRECTORY"
    [ ${#DIRECTORY} -gt 50 ] || ! (cd / && "${AS[@]}" test -x "$DIRECTORY") || return 0
    rmdir "$DIRECTORY"
  done
  die "no temporary directory that user $RUN_USER can reach: set TMPDIR"
}

# Keeps the exit code; a failed run's logs stay.
stop_throwaway_servers() {
  local code=$?
  trap '' INT TERM
  "$ROOT/scripts/servers" down "$DIRECTORY/servers" || code=1
  if [ $code = 0 ]; then rm -rf "$DIRECTORY"; else say "the servers' logs are in $DIRECTORY/servers/log"; fi
  exit $code
}

# Their addresses go into the environment: NOXPAY_TEST_….
start_throwaway_servers() {
  make_directory
  trap stop_throwaway_servers EXIT
  trap 'exit 130' INT TERM
  say "starting PostgreSQL, RabbitMQ and Dovecot in $DIRECTORY"
  "$ROOT/scripts/servers" up "$DIRECTORY/servers"
  # shellcheck source=/dev/null
  . "$DIRECTORY/servers/env"
}
