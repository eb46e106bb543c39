#!/usr/bin/env bash
# Private RabbitMQ and PostgreSQL for tests: on 127.0.0.1, on free ports, with their data in a fresh folder, stopped by process id.
#
#   tests/servers.sh install              install what is missing (Debian and its kin, as root); does nothing where all is there
#   eval "$(tests/servers.sh start)"      start both; the output sets the BUS_TEST_* variables
#   tests/servers.sh start --owner PID    the same, and stop by themselves once process PID has gone
#   tests/servers.sh VERB [FOLDER]        FOLDER defaults to $BUS_TEST_SERVERS, as set by start; VERB is one of
#       stop                              stop both for good and remove the folder
#       stop-rabbit  kill-rabbit  start-rabbit  restart-rabbit
#       stop-postgres  kill-postgres  start-postgres  restart-postgres
#
# Stop ends a server in an orderly way, kill as by `kill -9`. Data survive both until `stop`.
# Servers come from the machine's packages; where they are missing and Docker runs, from containers.
set -euo pipefail

die() { echo "servers.sh: $*" >&2; exit 1; }

rabbit_home() { # the folder of the inner scripts: the packaged wrapper in the PATH insists on its own folders and user
  local d
  for d in /usr/lib/rabbitmq/bin /opt/homebrew/opt/rabbitmq/sbin /usr/local/opt/rabbitmq/sbin; do
    [ -x "$d/rabbitmq-server" ] && { echo "$d"; return; }
  done
  d=$(command -v rabbitmq-server) && dirname "$(readlink -f "$d")"
}

postgres_home() {
  local d
  d=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$d" ] && [ -x "$d/postgres" ] && { echo "$d"; return; }
  d=$(command -v postgres) && dirname "$(readlink -f "$d")"
}

have_packages() { rabbit_home >/dev/null && postgres_home >/dev/null; }
have_docker() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

# Tests build small libraries that stand between a process and its disk, save a damaged file as the error message says, and send mail to a real server (tests/smtp.py).
install_tools() {
  command -v gcc >/dev/null && command -v sqlite3 >/dev/null && command -v curl >/dev/null && /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null && return 0
  { command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; } || die "gcc, sqlite3, curl or aiosmtpd for /usr/bin/python3 is missing: install them"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends gcc libc6-dev sqlite3 curl python3-aiosmtpd; } >&2
}

install_missing() {
  install_tools
  have_packages && return 0
  have_docker && return 0
  command -v apt-get >/dev/null || die "RabbitMQ or PostgreSQL is missing: install both so that rabbitmq-server and postgres are in the PATH, or start Docker"
  [ "$(id -u)" = 0 ] || die "RabbitMQ or PostgreSQL is missing: run 'sudo $0 install' once"
  local missing=() policy=/usr/sbin/policy-rc.d
  rabbit_home >/dev/null || missing+=(rabbitmq-server)
  postgres_home >/dev/null || missing+=(postgresql)
  # The packages would start their own services on the usual ports; these tests start private ones.
  if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod 755 "$policy"; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; fi
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >&2
  have_packages || die "installed ${missing[*]}, but rabbitmq-server or postgres is still not to be found"
}

# A port that nothing listens on now, below the range that the system hands out to clients.
free_port() {
  local p
  for _ in $(seq 100); do
    p=$((15000 + (RANDOM * 32768 + RANDOM) % 17000))
    (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo "$p"; return; }
  done
  die "no free port found between 15000 and 32000"
}

as_user() { # run as the package's user when we are root: neither server may run as root
  local user=$1; shift
  if [ "$(id -u)" = 0 ]; then exec setpriv --reuid="$user" --regid="$user" --init-groups "$@"; else exec "$@"; fi
}

give() { if [ "$(id -u)" = 0 ]; then chown -R "$1:" "$2"; fi; }

# A session of its own, so that an interrupt at the terminal does not reach the servers before their tests are done,
# and so that a whole server can be killed by one group id.
detached() { if command -v setsid >/dev/null; then exec setsid "$@"; else exec "$@"; fi; }

gone() { ! kill -0 "$1" 2>/dev/null; }

wait_for() { # seconds, what, command...
  local until=$((SECONDS + $1)) what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || { echo "servers.sh: $what: no answer" >&2; return 1; }
    sleep 0.1
  done
}

end_pid() { # file, signal: signal the server, wait until it has gone, insist after 30 s
  [ -f "$1" ] || return 0
  local pid; pid=$(cat "$1"); rm -f "$1"
  [ "$2" = KILL ] && { kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true; }
  kill "-$2" "$pid" 2>/dev/null || true
  wait_for 30 "process $pid after $2" gone "$pid" || kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true
}

write_rabbit_files() {
  mkdir -p "$T/rabbit/mnesia" "$T/rabbit/log"
  echo '[rabbitmq_management].' >"$T/rabbit/enabled_plugins"
  cat >"$T/rabbit/rabbitmq.conf" <<CONF
loopback_users.guest = true
listeners.tcp.1 = 127.0.0.1:$AMQP_PORT
management.tcp.ip = 127.0.0.1
management.tcp.port = $HTTP_PORT
# Virtual hosts are made over HTTP; nobody looks at the charts, and sampling for them slows the broker down.
management_agent.disable_metrics_collector = true
disk_free_limit.absolute = 50MB
CONF
  cat >"$T/rabbit/environment" <<ENVIRONMENT
export HOME='$T/rabbit' ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$EPMD_PORT
export RABBITMQ_NODENAME=bus$AMQP_PORT@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$AMQP_PORT
export RABBITMQ_DIST_PORT=$DIST_PORT RABBITMQ_MNESIA_BASE='$T/rabbit/mnesia' RABBITMQ_LOG_BASE='$T/rabbit/log'
export RABBITMQ_CONFIG_FILE='$T/rabbit/rabbitmq' RABBITMQ_ENABLED_PLUGINS_FILE='$T/rabbit/enabled_plugins'
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
ENVIRONMENT
  cat >"$T/rabbitmqctl" <<CTL
#!/usr/bin/env bash
# rabbitmqctl of this broker
. '$T/rabbit/environment'
cd '$T/rabbit'
as=(); [ "\$(id -u)" = 0 ] && as=(setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups)
exec "\${as[@]}" '$(rabbit_home)/rabbitmqctl' -q "\$@"
CTL
  chmod 755 "$T/rabbitmqctl"
  give rabbitmq "$T/rabbit"
}

find_epmd() { command -v epmd || ls /usr/lib/erlang/bin/epmd /usr/lib/erlang/erts-*/bin/epmd 2>/dev/null | head -n 1; }

start_rabbit() {
  if [ "$MODE" = docker ]; then docker start "bus-rabbit-$AMQP_PORT" >/dev/null; wait_for 90 RabbitMQ rabbit_answers; return; fi
  if [ ! -f "$T/epmd.pid" ] || gone "$(cat "$T/epmd.pid")"; then
    (detached "$(find_epmd)" -address 127.0.0.1 -port "$EPMD_PORT" </dev/null >"$T/epmd.log" 2>&1) & echo $! >"$T/epmd.pid"
    wait_for 10 epmd "$(find_epmd)" -port "$EPMD_PORT" -names || return 1
  fi
  (
    ulimit -n 65536 2>/dev/null || true
    . "$T/rabbit/environment"; cd "$T/rabbit"
    if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups; else set --; fi
    detached "$@" "$(rabbit_home)/rabbitmq-server" </dev/null >>"$T/rabbit/out.log" 2>&1
  ) & echo $! >"$T/rabbit.pid"
  wait_for 90 RabbitMQ rabbit_answers && ! gone "$(cat "$T/rabbit.pid")" || { tail -n 20 "$T/rabbit/out.log" >&2; return 1; }
}

# Answers once the broker takes part: the listeners open last. Much cheaper than a rabbitmqctl for each look. Whoever listens there and says nothing is not it.
rabbit_answers() {
  if [ -f "$T/rabbit.pid" ] && gone "$(cat "$T/rabbit.pid")"; then return 0; fi
  (exec 3<>"/dev/tcp/127.0.0.1/$HTTP_PORT"; printf 'GET /api/vhosts HTTP/1.0\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n\r\n' >&3; IFS= read -r -t 5 line <&3; [[ $line == *' 200 '* ]]) 2>/dev/null &&
    (exec 3<>"/dev/tcp/127.0.0.1/$AMQP_PORT") 2>/dev/null
}

end_rabbit() { # TERM or KILL
  if [ "$MODE" = docker ]; then docker kill --signal "$1" "bus-rabbit-$AMQP_PORT" >/dev/null; docker wait "bus-rabbit-$AMQP_PORT" >/dev/null; return; fi
  end_pid "$T/rabbit.pid" "$1"
}

init_postgres() {
  [ "$MODE" = docker ] && return
  mkdir -p "$T/postgres"; give postgres "$T/postgres"
  (cd "$T/postgres"; as_user postgres "$(postgres_home)/initdb" -D "$T/postgres/data" -U postgres -A trust -E UTF8 --locale=C >"$T/initdb.log" 2>&1) ||
    { cat "$T/initdb.log" >&2; return 1; }
}

start_postgres() {
  if [ "$MODE" = docker ]; then docker start "bus-postgres-$PG_PORT" >/dev/null; wait_for 60 PostgreSQL postgres_answers; return; fi
  # A backend of a killed server may still hold the shared memory for a moment; then the start is refused and simply tried again.
  local attempt
  for attempt in 1 2 3 4 5; do
    (
      cd "$T/postgres"
      if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid=postgres --regid=postgres --init-groups; else set --; fi
      detached "$@" "$(postgres_home)/postgres" -D "$T/postgres/data" -p "$PG_PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c max_connections=400 -c shared_buffers=256MB -c fsync=on -c synchronous_commit=on </dev/null >>"$T/postgres.log" 2>&1
    ) & echo $! >"$T/postgres.pid"
    wait_for 60 PostgreSQL postgres_answers || break
    if ! gone "$(cat "$T/postgres.pid")"; then return 0; fi
    sleep 0.5
  done
  tail -n 20 "$T/postgres.log" >&2
  return 1
}

postgres_answers() {
  if [ "$MODE" = docker ]; then docker exec "bus-postgres-$PG_PORT" pg_isready -h 127.0.0.1; return; fi
  gone "$(cat "$T/postgres.pid")" || "$(postgres_home)/pg_isready" -h 127.0.0.1 -p "$PG_PORT"
}

end_postgres() { # INT (fast shutdown) or KILL (recovery from the log at the next start)
  if [ "$MODE" = docker ]; then docker kill --signal "$1" "bus-postgres-$PG_PORT" >/dev/null; docker wait "bus-postgres-$PG_PORT" >/dev/null; return; fi
  end_pid "$T/postgres.pid" "$1"
}

create_containers() {
  docker create --name "bus-rabbit-$AMQP_PORT" -p "127.0.0.1:$AMQP_PORT:5672" -p "127.0.0.1:$HTTP_PORT:15672" rabbitmq:3-management >/dev/null
  docker create --name "bus-postgres-$PG_PORT" -p "127.0.0.1:$PG_PORT:5432" -e POSTGRES_HOST_AUTH_METHOD=trust postgres:17 \
    -c max_connections=400 -c fsync=on >/dev/null
  printf '#!/bin/sh\nexec docker exec bus-rabbit-%s rabbitmqctl -q "$@"\n' "$AMQP_PORT" >"$T/rabbitmqctl"; chmod 755 "$T/rabbitmqctl"
}

stop_all() {
  if [ "$MODE" = docker ]; then docker rm -f "bus-rabbit-$AMQP_PORT" "bus-postgres-$PG_PORT" >/dev/null 2>&1 || true
  else
    # The data go away in a moment: nothing is gained by an orderly end.
    end_pid "$T/rabbit.pid" KILL
    end_pid "$T/epmd.pid" KILL
    end_pid "$T/postgres.pid" QUIT
  fi
  rm -rf "$T"
}

start_all() {
  have_packages && MODE=packages || { have_docker && MODE=docker || die "RabbitMQ or PostgreSQL is missing: run '$0 install'"; }
  T=$(mktemp -d "${TMPDIR:-/tmp}/bus-servers.XXXXXX"); chmod 755 "$T"
  AMQP_PORT=$(free_port) HTTP_PORT=$(free_port) DIST_PORT=$(free_port) EPMD_PORT=$(free_port) PG_PORT=$(free_port)
  cat >"$T/settings" <<SETTINGS
MODE=$MODE AMQP_PORT=$AMQP_PORT HTTP_PORT=$HTTP_PORT DIST_PORT=$DIST_PORT EPMD_PORT=$EPMD_PORT PG_PORT=$PG_PORT
SETTINGS
  cat >"$T/environment" <<ENVIRONMENT
export BUS_TEST_SERVERS='$T'
export BUS_TEST_POSTGRES='Host=127.0.0.1;Port=$PG_PORT;Username=postgres;Database=postgres'
export BUS_TEST_RABBITMQ='amqp://guest:guest@127.0.0.1:$AMQP_PORT'
export BUS_TEST_RABBITMQ_HTTP='http://guest:guest@127.0.0.1:$HTTP_PORT'
export BUS_TEST_RABBITMQ_CTL='$T/rabbitmqctl'
ENVIRONMENT
  if [ "$MODE" = docker ]; then create_containers; else write_rabbit_files; fi
  local rabbit ok=true
  start_rabbit >&2 & rabbit=$!
  { init_postgres && start_postgres; } >&2 || ok=false
  wait "$rabbit" || ok=false
  "$ok" || { stop_all; return 1; }
}

watch_owner() { # folder, pid
  (detached bash -c 'while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done; [ ! -d "$2" ] || exec bash "$0" stop "$2"' \
    "$(readlink -f "$0")" "$2" "$1" </dev/null >/dev/null 2>&1) &
}

load() {
  T=${1:-${BUS_TEST_SERVERS:-}}
  [ -n "$T" ] && [ -f "$T/settings" ] || die "'$T' is no folder of running test servers: give the one that start printed as BUS_TEST_SERVERS"
  eval "$(cat "$T/settings")"
}

verb=${1:-help}; shift || true
case $verb in
  install) install_missing ;;
  start)
    # A port may be taken between the look and the start by another program: then all is tried again on others.
    start_all || start_all || start_all || die "the servers did not start; the lines above say why"
    if [ "${1:-}" = --owner ]; then watch_owner "$T" "$2"; fi
    cat "$T/environment" ;;
  stop) load "$@"; stop_all ;;
  stop-rabbit) load "$@"; end_rabbit TERM ;;
  kill-rabbit) load "$@"; end_rabbit KILL ;;
  start-rabbit) load "$@"; start_rabbit ;;
  restart-rabbit) load "$@"; end_rabbit TERM; start_rabbit ;;
  stop-postgres) load "$@"; end_postgres INT ;;
  kill-postgres) load "$@"; end_postgres KILL ;;
  start-postgres) load "$@"; start_postgres ;;
  restart-postgres) load "$@"; end_postgres INT; start_postgres ;;
  *) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; [ "$verb" = help ] || [ "$verb" = --help ] || exit 2 ;;
esac
