#!/bin/bash
# stop.sh FOLDER: ends, by process ID, what install-and-start.sh started there, and removes the folder.
set -u
D=${1:?folder}
[ -f "$D/redis.pid" ] || { echo "stop.sh: $D is not a folder of install-and-start.sh" >&2; exit 1; }
pid=$(cat "$D/redis.pid")
kill "$pid" 2>/dev/null
for _ in $(seq 25); do
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.2
done
kill -9 "$pid" 2>/dev/null
rm -rf "$D"
