# shellcheck shell=bash
# A private Dovecot under $DIR/dovecot: IMAP over TLS and LMTP. Sourced by `servers`, which says what the variables are.

# A CA of our own and a certificate for localhost, so that clients verify names as they would outside.
dovecot_certificate() {
  local tls=$DIR/dovecot/tls
  mkdir -p "$tls"
  (
    cd "$tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=NoxPay local CA" \
      -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
    printf '%s\n' "subjectAltName=DNS:localhost,IP:127.0.0.1" "basicConstraints=CA:FALSE" \
      "keyUsage=critical,digitalSignature" "extendedKeyUsage=serverAuth" >server.ext
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile server.ext -out server.pem
    rm -f ca.key server.csr server.ext
  ) >"$DIR/log/openssl.log" 2>&1 || die "could not make the mail server's certificate: $(tail -n 3 "$DIR/log/openssl.log")"
}

# Access tokens for tests: JWTs that Dovecot checks by itself, signed with a key that the tests know.
dovecot_tokens() {
  local home=$DIR/dovecot keys=$DIR/dovecot/token-keys/default/HS256
  mkdir -p "$keys"
  random_secret 32 >"$keys/default"
  printf '%s\n' "introspection_mode = local" "local_validation_key_dict = fs:posix:prefix=$home/token-keys/" \
    "username_attribute = sub" "username_format = %u" >"$home/tokens.conf"
  cat <<C
auth_mechanisms = plain login xoauth2
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = $home/tokens.conf
}
C
}

dovecot_init() {
  [ ! -e "$DIR/dovecot/dovecot.conf" ] || return 0
  local home=$DIR/dovecot penalty= tokens=
  command -v dovecot >/dev/null || die "Dovecot is not installed: run scripts/install"
  mkdir -p "$home"/{run,state,mail}
  dovecot_certificate
  touch "$home/users" # one line per mailbox, read again when it changes: name@host:{PLAIN}password
  chmod 600 "$home/users" "$home/tls/server.key"
  # A wrong password costs a client two seconds; tests need not wait for it, nor for a disk.
  [ "$DURABLE" = yes ] || penalty=$'auth_failure_delay = 0\nmail_fsync = never'
  [ "$DURABLE" = yes ] || tokens=$(dovecot_tokens)
  cat >"$home/dovecot.conf" <<C
base_dir = $home/run
state_dir = $home/state
log_path = $DIR/log/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
hostname = localhost
postmaster_address = postmaster@localhost
default_login_user = $RUN_USER
default_internal_user = $RUN_USER
default_internal_group = $RUN_GROUP
default_client_limit = 4096
first_valid_uid = 1
first_valid_gid = 1
ssl = required
ssl_cert = <$home/tls/server.pem
ssl_key = <$home/tls/server.key
disable_plaintext_auth = yes
$penalty
mail_location = maildir:$home/mail/%u
mail_max_userip_connections = 200
imap_idle_notify_interval = 2 mins
$tokens
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $home/users
}
userdb {
  driver = static
  args = uid=$(id -u "$RUN_USER") gid=$(getent group "$RUN_GROUP" | cut -d: -f3) home=$home/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
  # Only where somebody makes it.
  mailbox "All Mail" {
    special_use = \All
  }
}
# As an unprivileged user nothing can be chrooted; hundreds of mailboxes must be able to stay connected.
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  service_count = 0
  process_limit = 4
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = $IMAPS_PORT
    ssl = yes
  }
}
service imap {
  process_limit = 512
}
service lmtp {
  inet_listener lmtp {
    port = $LMTP_PORT
  }
}
service stats {
  chroot =
}
C
  own -R "$home"
}

dovecot_start() {
  dovecot_init
  forget_zombie "$DIR/dovecot/run/master.pid"
  (
    ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
    launch dovecot dovecot -F -c "$DIR/dovecot/dovecot.conf"
  )
}

dovecot_ready() { accepts "$IMAPS_PORT" && accepts "$LMTP_PORT"; }

dovecot_stop_signal() { echo TERM; }
dovecot_log() { echo "$DIR/log/dovecot.log"; }
