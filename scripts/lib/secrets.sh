# shellcheck shell=bash
# Secrets, and the settings made of them. Secrets are written once, to $SECRETS; the local stack's settings at every `up`.
# Sourced, after stack.sh; never run.

# once FILE COMMAND...: FILE holds what the command prints, made the first time only, readable by its owner alone.
once() {
  local file=$1; shift
  [ -s "$file" ] && return
  (umask 077; "$@" >"$file.new")
  mv "$file.new" "$file"
}

sealing_key() { echo "local1:$(openssl rand -base64 32)"; }
demo_bank_key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048; }

broker_users() {
  local service
  for service in "${SERVICES[@]}"; do echo "$service $(random_secret 24)"; done
}

role_passwords() {
  local service comma='' kind
  printf '{'
  for service in "${SERVICES[@]}"; do
    for kind in request worker; do
      printf '%s\n  "%s_%s": "%s"' "$comma" "$(schema_of "$service")" $kind "$(random_secret 24)"
      comma=,
    done
  done
  printf '\n}\n'
}

# The demo bank's public key as DNS would publish it.
dns_pins() {
  printf '{"demo2026._domainkey.alerts.examplebank.test": "v=DKIM1; k=rsa; p=%s"}\n' \
    "$(openssl pkey -in "$SECRETS/demo-bank.pem" -pubout -outform DER | base64 -w0)"
}

# What every installation has, in $SECRETS.
make_shared_secrets() {
  once "$SECRETS/sealing-keys" sealing_key
  once "$SECRETS/admin-key" random_secret 32
  once "$SECRETS/internal-token" random_secret 32
  once "$SECRETS/pepper" random_secret 32
  once "$SECRETS/broker-users" broker_users
  once "$SECRETS/role-passwords.json" role_passwords
}

# And what only the local stack has, for its demo.
make_secrets() {
  mkdir -p "$SECRETS"
  chmod 700 "$SECRETS"
  make_shared_secrets
  once "$SECRETS/mailbox-password" random_secret 16
  once "$SECRETS/demo-bank.pem" demo_bank_key
  once "$LOCAL/dns-pins.json" dns_pins
  chmod 644 "$LOCAL/dns-pins.json" # public, and read by a service that runs as another user
}

secret() { cat "$SECRETS/$1"; }
role_password() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" "$SECRETS/role-passwords.json"; }
broker_password() { awk -v user="$1" '$1 == user { print $2 }' "$SECRETS/broker-users"; }

# settings_file FILE: standard input becomes FILE, for its owner alone.
settings_file() {
  (umask 077; cat >"$1.new")
  mv "$1.new" "$1"
}

# What every process reads, the `noxpay` command included.
common_settings() {
  cat <<E
export NOXPAY_ENV=development
export NOXPAY_LOG_FORMAT=json
export NOXPAY_PUBLIC_URL=http://localhost:$NOXPAY_HTTP_PORT
export NOXPAY_SEALING_KEYS=$(secret sealing-keys)
export NOXPAY_ADMIN_KEY=$(secret admin-key)
export NOXPAY_INTERNAL_TOKEN=$(secret internal-token)
export NOXPAY_PEPPER=$(secret pepper)
export NOXPAY_INTENT_GRPC_URL=http://127.0.0.1:$NOXPAY_INTENT_GRPC_PORT
export NOXPAY_MAIL_GRPC_URL=http://127.0.0.1:$NOXPAY_MAIL_GRPC_PORT
export NOXPAY_WEBHOOK_GRPC_URL=http://127.0.0.1:$NOXPAY_WEBHOOK_GRPC_PORT
export NOXPAY_GATEWAY_ADMIN_URL=http://127.0.0.1:$NOXPAY_GATEWAY_ADMIN_PORT
export NOXPAY_INTENT_ADMIN_URL=http://127.0.0.1:$NOXPAY_INTENT_ADMIN_PORT
export NOXPAY_MAIL_ADMIN_URL=http://127.0.0.1:$NOXPAY_MAIL_ADMIN_PORT
export NOXPAY_WEBHOOK_ADMIN_URL=http://127.0.0.1:$NOXPAY_WEBHOOK_ADMIN_PORT
export NOXPAY_EGRESS_ALLOW=127.0.0.0/8,::1/128
export NOXPAY_DNS_PINS=$LOCAL/dns-pins.json
export NOXPAY_IMAP_CA=$NOXPAY_TEST_IMAP_CA
E
}

# What `noxpay demo` needs to play the bank: the mailbox, where to deliver, and the key to sign with.
demo_settings() {
  cat <<E
export NOXPAY_DEMO_BANK_KEY=$SECRETS/demo-bank.pem
export NOXPAY_DEMO_LMTP=127.0.0.1:$NOXPAY_TEST_LMTP_PORT
export NOXPAY_DEMO_IMAP=localhost:$NOXPAY_TEST_IMAPS_PORT
export NOXPAY_DEMO_MAILBOX_PASSWORD=$(secret mailbox-password)
E
}

# Where one service listens, and its own two database roles and broker user.
service_settings() {
  local service=$1 schema kind database=127.0.0.1:$NOXPAY_TEST_PG_PORT/noxpay
  schema=$(schema_of "$service")
  echo "export NOXPAY_ADMIN_LISTEN=127.0.0.1:$(port_of "$service" admin)"
  if [ "$service" = api-gateway ]; then
    echo "export NOXPAY_HTTP_LISTEN=127.0.0.1:$(port_of "$service" http)"
  else
    echo "export NOXPAY_GRPC_LISTEN=127.0.0.1:$(port_of "$service" grpc)"
  fi
  for kind in request worker; do
    echo "export NOXPAY_DATABASE_${kind^^}_URL=postgres://${schema}_$kind:$(role_password "${schema}_$kind")@$database"
  done
  if [ "$service" = webhook-dispatcher ]; then
    # E-mail to merchants: a file each.
    mkdir -p "$LOCAL/mail"
    own "$LOCAL/mail"
    echo "export NOXPAY_SMTP_URL=file://$LOCAL/mail"
  fi
  echo "export NOXPAY_BROKER_URL=amqp://$service:$(broker_password "$service")@127.0.0.1:$NOXPAY_TEST_AMQP_PORT/%2f"
}

migrate_settings() {
  echo "export NOXPAY_MIGRATE_URL=${NOXPAY_TEST_PG_ADMIN_URL%/postgres}/noxpay"
  echo "export NOXPAY_ROLE_PASSWORDS_FILE=$SECRETS/role-passwords.json"
}

# Needs the servers' addresses (servers/env) and the ports.
write_settings() {
  local service
  mkdir -p "$LOCAL/services"
  chmod 700 "$LOCAL/services"
  common_settings | settings_file "$LOCAL/env"
  demo_settings | settings_file "$LOCAL/demo.env"
  migrate_settings | settings_file "$LOCAL/migrate.env"
  for service in "${SERVICES[@]}"; do
    service_settings "$service" | settings_file "$LOCAL/services/$service.env"
  done
}
