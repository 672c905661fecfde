#!/bin/bash
# Installs redis-server from Debian packages, where it is missing, and starts one on a free loopback port.
#
#   usage: .ci/redis/install-and-start.sh --install        installs only: the tests start servers of their own
#          eval "$(.ci/redis/install-and-start.sh [FOLDER])"   ...   .ci/redis/stop.sh "$STAGESYNC_TEST_REDIS"
#
# On stdout, and in FOLDER/env, come the exports; everything else goes to stderr.
# FOLDER must not exist or be empty; without one a temporary folder is made.
set -euo pipefail

say() { echo "redis: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)

if ! command -v redis-server >/dev/null; then
  say 'installing the package'
  export DEBIAN_FRONTEND=noninteractive
  for attempt in 1 2 3; do
    "${as_root[@]}" apt-get update -qq >&2 &&
      "${as_root[@]}" apt-get install -y -qq --no-install-recommends redis-server >&2 && break
    [ "$attempt" = 3 ] && fail 'the package cannot be installed'
    sleep 5
  done
fi
[ "${1:-}" = --install ] && exit 0

D=${1:-$(mktemp -d "${TMPDIR:-/tmp}/redis.XXXXXX")}
mkdir -p "$D"

# A port nobody answers on. Another server may still pick it; then the start fails, and the next port is tried.
for _ in $(seq 20); do
  PORT=$((20000 + RANDOM % 10000))
  (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && continue
  setsid redis-server --bind 127.0.0.1 --port "$PORT" --dir "$D" --save '' --appendonly yes \
    --maxmemory-policy noeviction --pidfile "$D/redis.pid" --logfile "$D/redis.log" </dev/null >/dev/null 2>&1 &
  PID=$!
  for _ in $(seq 50); do
    kill -0 "$PID" 2>/dev/null || break
    if [ "$(redis-cli -h 127.0.0.1 -p "$PORT" ping 2>/dev/null)" = PONG ]; then
      echo "$PID" >"$D/redis.pid"
      cat >"$D/env" <<ENV
export STAGESYNC_TEST_REDIS=$D
export STAGESYNC_TEST_REDIS_URL=redis://127.0.0.1:$PORT/0
ENV
      say "ready at redis://127.0.0.1:$PORT/0"
      cat "$D/env"
      exit 0
    fi
    sleep 0.1
  done
  kill "$PID" 2>/dev/null || true
done
fail "did not start; see $D/redis.log"
