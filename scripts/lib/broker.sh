# shellcheck shell=bash
# The broker's users as RabbitMQ definitions. Sourced, never run.

# The routing keys that a service may publish: its own events and nobody else's.
own_events() {
  case $1 in
  api-gateway) echo '^(merchant|user)[.]' ;;
  intent-service) echo '^(intent|refund|account)[.]' ;;
  imap-verifier) echo '^(observation|mail)[.]' ;;
  webhook-dispatcher) echo '^webhook[.]' ;;
  *) die "no such service: $1" ;;
  esac
}

# broker_definitions FILE: JSON for RabbitMQ. FILE has a line `user password` per service.
#
# Each may declare the whole topology and read it, but publish to the exchange only events that it owns (topic
# permissions), so that a stolen password of one service cannot forge another's events; consumers compare the broker's
# validated user_id with the event's source. Publishing straight into a queue (the default exchange) is denied to all.
broker_definitions() {
  local user password keys users='' permissions='' topics='' comma=''
  while read -r user password; do
    [[ $password =~ ^[A-Za-z0-9_-]{16,}$ ]] || die "the password of $user must be 16 or more letters, digits, - or _"
    keys=$(own_events "$user")
    users+="$comma{\"name\":\"$user\",\"password\":\"$password\",\"tags\":\"\"}"
    permissions+="$comma{\"user\":\"$user\",\"vhost\":\"/\",\"configure\":\"^noxpay[.]\",\"write\":\"^noxpay[.]\",\"read\":\"^noxpay[.]\"}"
    topics+="$comma{\"user\":\"$user\",\"vhost\":\"/\",\"exchange\":\"noxpay.events\",\"write\":\"$keys\",\"read\":\".*\"}"
    comma=,
  done <"$1"
  printf '{"vhosts":[{"name":"/"}],"users":[%s],"permissions":[%s],"topic_permissions":[%s]}\n' "$users" "$permissions" "$topics"
}
