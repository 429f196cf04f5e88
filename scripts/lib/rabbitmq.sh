# shellcheck shell=bash
# A private RabbitMQ node under $DIR/rabbitmq, with an epmd of its own. Sourced by `servers`, which says what the variables are.

# The scripts behind Debian's wrappers in /usr/sbin, which insist on root and on user rabbitmq.
RABBITMQ_BIN=/usr/lib/rabbitmq/bin

# Everything that a node or a command line tool must know to use our files and never the machine's.
rabbitmq_environment() {
  unset NOTIFY_SOCKET
  export HOME=$DIR/home LANG=C.UTF-8 RUNNING_UNDER_SYSTEMD=true # the latter: the script becomes the node, with its pid
  export ERL_EPMD_PORT=$EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
  export RABBITMQ_NODENAME=noxpay$AMQP_PORT@localhost RABBITMQ_DIST_PORT=$DIST_PORT RABBITMQ_CONF_ENV_FILE=/dev/null
  export RABBITMQ_CONFIG_FILE=$DIR/rabbitmq/rabbitmq.conf RABBITMQ_ADVANCED_CONFIG_FILE=$DIR/rabbitmq/advanced.config
  export RABBITMQ_ENABLED_PLUGINS_FILE=$DIR/rabbitmq/enabled_plugins RABBITMQ_MNESIA_BASE=$DIR/rabbitmq/mnesia
  export RABBITMQ_LOG_BASE=$DIR/log RABBITMQ_LOGS=$DIR/log/rabbitmq.log RABBITMQ_GENERATED_CONFIG_DIR=$DIR/rabbitmq/generated
  export RABBITMQ_PID_FILE=$DIR/rabbitmq/node.pid
  # No busy waiting: an idle broker must not eat a shared core.
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
}

rabbitmq_init() {
  [ ! -e "$DIR/rabbitmq/rabbitmq.conf" ] || return 0
  [ -x "$RABBITMQ_BIN/rabbitmq-server" ] || die "RabbitMQ is not installed: run scripts/install"
  mkdir -p "$DIR/rabbitmq/mnesia" "$DIR/rabbitmq/generated" "$DIR/home"
  random_secret 24 >"$DIR/home/.erlang.cookie"
  chmod 400 "$DIR/home/.erlang.cookie"
  # The management API creates users and vhosts in milliseconds; a rabbitmqctl costs a second of CPU each.
  printf '[rabbitmq_management].\n' >"$DIR/rabbitmq/enabled_plugins"
  cat >"$DIR/rabbitmq/rabbitmq.conf" <<C
listeners.tcp.1 = 127.0.0.1:$AMQP_PORT
management.tcp.ip = 127.0.0.1
management.tcp.port = $RABBIT_API_PORT
management.rates_mode = none
default_user = $RABBIT_USER
default_pass = $RABBIT_PASSWORD
log.file.level = info
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
C
  chmod 600 "$DIR/rabbitmq/rabbitmq.conf"
  own -R "$DIR/rabbitmq" "$DIR/home"
}

rabbitmq_start() {
  rabbitmq_init
  (
    rabbitmq_environment
    is_up epmd || launch epmd epmd -address 127.0.0.1 -port "$EPMD_PORT"
    ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
    launch rabbitmq "$RABBITMQ_BIN/rabbitmq-server"
  )
}

# The listeners open last, after users, vhosts and queues were recovered.
rabbitmq_ready() { accepts "$AMQP_PORT" && accepts "$RABBIT_API_PORT"; }

rabbitmq_stop_signal() { echo TERM; }
rabbitmq_log() { echo "$DIR/log/rabbitmq.log"; }
