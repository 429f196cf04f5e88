# shellcheck shell=bash
# Shared by the scripts in this folder: messages, the unprivileged user, ports, processes. Sourced, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export ROOT

# rustup's directory is often missing from the PATH of sudo, cron and CI; Dovecot is in one that users do not search.
PATH=$PATH:${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:/usr/sbin:/sbin
export PATH

say() { printf '%s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The user that servers run as: nobody when we are root (PostgreSQL refuses root), else ourselves.
AS=()
RUN_USER=$(id -un 2>/dev/null) || die "user id $(id -u) has no name in /etc/passwd: PostgreSQL needs one"
RUN_GROUP=$(id -gn)
if [ "$(id -u)" = 0 ]; then
  RUN_USER=nobody RUN_GROUP=nogroup
  AS=(setpriv --reuid="$RUN_USER" --regid="$RUN_GROUP" --clear-groups --)
fi
readonly AS RUN_USER RUN_GROUP

# own PATH...: gives paths to the user that servers run as. Does nothing when that is ourselves.
own() { [ ${#AS[@]} = 0 ] || chown "$RUN_USER:$RUN_GROUP" "$@"; }

# random_secret BYTES: URL-safe letters and digits.
random_secret() { head -c "$1" /dev/urandom | od -An -vtx1 | tr -d ' \n'; }

# listening PORT: does anything on this machine listen on that TCP port, on whichever address?
listening() {
  local hex; hex=$(printf ':%04X' "$1")
  awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# free_port: one that nobody listens on, below the range that outgoing connections are given.
free_port() {
  local port
  for _ in {1..200}; do
    port=$((20000 + (RANDOM << 15 | RANDOM) % 12000))
    case " ${TAKEN_PORTS:-} " in *" $port "*) continue ;; esac
    listening "$port" || { echo "$port"; return; }
  done
  die "no free TCP port between 20000 and 32000"
}

# port_holder PORT: "name (pid N)" of who listens there, as far as we may see it.
port_holder() {
  local line pid
  line=$(ss -Hltnp "sport = :$1" 2>/dev/null | head -n 1)
  pid=$(sed -n 's/.*pid=\([0-9]*\).*/\1/p' <<<"$line")
  if [ -n "$pid" ]; then echo "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-60) (pid $pid)"; else echo "another user's process"; fi
}

# start_time PID: when it began, in clock ticks since boot; empty if it is gone or a zombie without threads. With the pid it
# names a process for good: a pid alone is soon given to a stranger.
start_time() {
  local fields
  # what follows the command's name, which may itself hold spaces and parentheses: state, then 18 numbers, then the time
  fields=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 0
  awk '$1 != "Z" || $18 > 1 { print $20 }' <<<"$fields"
}

# keep_pid FILE PID, pid_in FILE: FILE holds the pid, FILE.start its start time; pid_in prints it while that process lives.
keep_pid() {
  start_time "$2" >"$1.start"
  echo "$2" >"$1"
}
pid_in() {
  local pid begun
  pid=$(cat "$1" 2>/dev/null) && begun=$(cat "$1.start" 2>/dev/null) || return 1
  [ -n "$begun" ] && [ "$(start_time "$pid")" = "$begun" ] && echo "$pid"
}

# forget_zombie FILE: removes a server's own pid file if its process is dead but not yet reaped (a container's pid 1 may
# never do that): the server itself would take it for running and refuse to start.
forget_zombie() {
  local pid
  read -r pid 2>/dev/null <"$1" || return 0
  [ -e "/proc/$pid" ] && [ -z "$(start_time "$pid")" ] && rm -f "$1"
  return 0
}

# descendants PID: its children and theirs, one pid per line.
descendants() {
  local children child
  read -ra children < <(cat "/proc/$1/task/"*/children 2>/dev/null) || true
  for child in "${children[@]}"; do
    descendants "$child"
    echo "$child"
  done
}

# wait_until SECONDS COMMAND...: polls ten times a second.
wait_until() {
  local tries=$(($1 * 10)); shift
  while ! "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.1
  done
}

# accepts PORT: does 127.0.0.1:PORT accept a connection?
accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
