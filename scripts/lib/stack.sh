# shellcheck shell=bash
# What `up`, `down`, `status`, `logs`, `demo` and `reset` know of the local stack under .local. Sourced, never run.

LOCAL=$ROOT/.local
SERVICES=(intent-service imap-verifier webhook-dispatcher api-gateway)
SERVERS=(postgres rabbitmq dovecot)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}/release

# The port variables, their defaults, and which service listens there as what. Everything listens on loopback.
port_table() {
  cat <<'P'
NOXPAY_HTTP_PORT           8080 api-gateway        http
NOXPAY_GATEWAY_ADMIN_PORT  9180 api-gateway        admin
NOXPAY_INTENT_GRPC_PORT    9091 intent-service     grpc
NOXPAY_INTENT_ADMIN_PORT   9181 intent-service     admin
NOXPAY_MAIL_GRPC_PORT      9092 imap-verifier      grpc
NOXPAY_MAIL_ADMIN_PORT     9182 imap-verifier      admin
NOXPAY_WEBHOOK_GRPC_PORT   9093 webhook-dispatcher grpc
NOXPAY_WEBHOOK_ADMIN_PORT  9183 webhook-dispatcher admin
P
}

# Sets every port variable: from the environment, else as the last `up` had it, else the default.
load_ports() {
  local variable default kept
  while read -r variable default _; do
    kept=$(sed -n "s/^$variable=//p" "$LOCAL/ports" 2>/dev/null || true)
    printf -v "$variable" %s "${!variable:-${kept:-$default}}"
    [[ ${!variable} =~ ^[0-9]{1,5}$ ]] || die "$variable must be a port number, not ${!variable}"
  done < <(port_table)
}

# port_of SERVICE ROLE
port_of() {
  local variable default service role
  while read -r variable default service role; do
    if [ "$service $role" = "$1 $2" ]; then echo "${!variable:-$default}"; fi
  done < <(port_table)
}

# The role prefix of a service's two database roles and its broker user's name differ: gateway_request, gateway_worker.
schema_of() {
  case $1 in
  api-gateway) echo gateway ;;
  intent-service) echo intents ;;
  imap-verifier) echo mail ;;
  webhook-dispatcher) echo webhooks ;;
  esac
}

service_pid() { pid_in "$LOCAL/pid/$1"; }
service_up() { service_pid "$1" >/dev/null; }
service_down() { ! service_up "$1"; }

# ready SERVICE: does its admin listener say that it can work?
ready() {
  curl --silent --fail --output /dev/null --noproxy '*' --max-time 2 "http://127.0.0.1:$(port_of "$1" admin)/readyz"
}

# stop_service NAME: drains on SIGTERM (NOXPAY_SHUTDOWN_GRACE_MS, 20 s unless set), is killed if that takes too long.
stop_service() {
  local pid
  pid=$(service_pid "$1") || return 0
  kill -TERM "$pid" 2>/dev/null || true
  wait_until 30 service_down "$1" || { say "$1 (pid $pid) does not stop: killing it"; kill -KILL "$pid" || true; }
}

# The stack's directory must be one that the servers' unprivileged user can reach, with a short path. Where the checkout
# is not, the data stand elsewhere and .local is a link to them.
place_local() {
  local place name
  [ ! -d "$LOCAL" ] || return 0
  name=noxpay-$(printf %s "$ROOT" | sha256sum | cut -c1-10)
  for place in "$LOCAL" "/var/lib/$name" "${XDG_STATE_HOME:-${HOME:-/nonexistent}/.local/state}/$name" "/var/tmp/$name"; do
    [ ${#place} -le 50 ] && [[ $place != *[[:space:]]* ]] && mkdir -p "$place" 2>/dev/null || continue
    chmod 755 "$place"
    if (cd / && "${AS[@]}" test -x "$place"); then
      [ "$place" = "$LOCAL" ] || { ln -sfn "$place" "$LOCAL"; say "user $RUN_USER cannot use $ROOT: the data are in $place"; }
      return 0
    fi
    rmdir "$place"
  done
  die "found no directory for the data that user $RUN_USER can reach"
}

# Follows the link, if it is one. Every script that needs the data calls it first.
enter_local() {
  [ -d "$LOCAL" ] || die "there is no local stack yet: run make up"
  LOCAL=$(cd "$LOCAL" && pwd -P)
}
