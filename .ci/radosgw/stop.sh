#!/bin/bash
# stop.sh FOLDER: ends, by process ID, what install-and-start.sh started there, and removes the folder.
set -u
D=${1:?folder}
[ -f "$D/ceph.conf" ] || { echo "stop.sh: $D is not a radosgw folder" >&2; exit 1; }
pids=()
for name in rgw osd mon; do
  [ -f "$D/$name.pid" ] && pids+=("$(cat "$D/$name.pid")")
done
kill "${pids[@]}" 2>/dev/null
for _ in $(seq 25); do
  kill -0 "${pids[@]}" 2>/dev/null || break
  sleep 0.2
done
kill -9 "${pids[@]}" 2>/dev/null
rm -rf "$D"
