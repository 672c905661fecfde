#!/bin/bash
# Installs Ceph's radosgw from Debian packages, where it is missing, and starts a one-node S3 server that keeps
# everything in memory, on free loopback ports.
#
#   usage: eval "$(.ci/radosgw/install-and-start.sh [FOLDER])"   ...tests...   .ci/radosgw/stop.sh "$STAGESYNC_TEST_RADOSGW"
#
# On stdout, and in FOLDER/env, come the exports that the tests read; everything else goes to stderr.
# FOLDER must not exist or be empty; without one a temporary folder is made.
set -euo pipefail

say() { echo "radosgw: $*" >&2; }
fail() {
  say "$*"
  [ -n "${D:-}" ] && tail -n 5 "$D"/log/*.out >&2 2>/dev/null
  [ -n "${D:-}" ] && "$(dirname "$0")/stop.sh" "$D" || true
  exit 1
}

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)

if ! command -v radosgw >/dev/null || ! command -v ceph-mon >/dev/null || ! command -v ceph-osd >/dev/null; then
  say 'installing the packages'
  export DEBIAN_FRONTEND=noninteractive
  for attempt in 1 2 3; do
    "${as_root[@]}" apt-get update -qq >&2 &&
      "${as_root[@]}" apt-get install -y -qq --no-install-recommends radosgw ceph-mon ceph-osd ceph-common >&2 && break
    [ "$attempt" = 3 ] && fail 'the packages cannot be installed'
    sleep 5
  done
fi

D=${1:-$(mktemp -d "${TMPDIR:-/tmp}/radosgw.XXXXXX")}
mkdir -p "$D"/{mon,osd,rgw,log,run}

# A port nobody answers on. Two servers may still pick the same one; then the start fails and says so.
free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  fail 'no free port'
}
MON_PORT=$(free_port)
RGW_PORT=$(free_port)
FSID=$(cat /proc/sys/kernel/random/uuid)

# One monitor, one OSD, pools of one copy, no authentication between the daemons. tcp_nodelay matters: without it every
# small answer waits 40 ms for a delayed ACK.
cat >"$D/ceph.conf" <<CONF
[global]
fsid = $FSID
mon_initial_members = a
mon_host = v1:127.0.0.1:$MON_PORT
ms_bind_msgr2 = false
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
auth_supported = none
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
log_file = $D/log/\$name.log
admin_socket = $D/run/\$name.\$pid.asok
pid_file = $D/run/\$name.pid
run_dir = $D/run
setuser =
setgroup =
[mon]
mon_data = $D/mon
mon_cluster_log_file = $D/log/cluster.log
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[osd]
osd_data = $D/osd
osd_objectstore = memstore
memstore_device_bytes = 6G
osd_max_object_name_len = 256
osd_max_object_namespace_len = 64
[client.rgw]
rgw_crypt_require_ssl = false
rgw_data = $D/rgw
rgw_frontends = beast endpoint=127.0.0.1:$RGW_PORT tcp_nodelay=1
rgw_enable_ops_log = false
rgw_enable_usage_log = false
rgw_thread_pool_size = 32
rgw_gc_max_objs = 8
rgw_lc_max_objs = 4
rgw_dynamic_resharding = false
rgw_override_bucket_index_max_shards = 1
rgw_run_sync_thread = false
CONF
export CEPH_CONF=$D/ceph.conf CEPH_ARGS="--conf $D/ceph.conf"

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds.
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$what did not come up"
    sleep 0.2
  done
}
# Started in a session of their own and without our stdout, so that a caller that reads our stdout is not kept waiting.
daemon() {
  local name=$1
  shift
  setsid "$@" -f </dev/null >>"$D/log/$name.out" 2>&1 &
  echo $! >"$D/$name.pid"
}
alive() { kill -0 "$(cat "$D/$1.pid")" 2>/dev/null; }

say "starting in $D"
monmaptool --create --clobber --fsid "$FSID" --addv a "[v1:127.0.0.1:$MON_PORT]" "$D/monmap" >/dev/null
ceph-mon -i a --mkfs --monmap "$D/monmap" >&2
daemon mon ceph-mon -i a
wait_for 60 'the monitor' ceph --connect-timeout 2 mon stat

OSD_UUID=$(cat /proc/sys/kernel/random/uuid)
ID=$(timeout 30 ceph osd new "$OSD_UUID") || fail 'the OSD was not registered'
ceph-osd -i "$ID" --mkfs --osd-uuid "$OSD_UUID" >"$D/log/mkfs.out" 2>&1 || fail 'the OSD has no store'
timeout 30 ceph osd crush add "osd.$ID" 1.0 host=localhost root=default >/dev/null 2>&1 || true
# At its first start the OSD sometimes dies with "wrong fsid"; the next start is good.
osd_is_up() {
  alive osd || daemon osd ceph-osd -i "$ID"
  ceph --connect-timeout 5 osd stat | grep -q '1 up'
}
daemon osd ceph-osd -i "$ID"
wait_for 120 'the OSD' osd_is_up

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$RGW_PORT") 2>/dev/null; }
rgw_is_up() {
  alive rgw || daemon rgw radosgw -n client.rgw
  answers
}
daemon rgw radosgw -n client.rgw
wait_for 120 'radosgw' rgw_is_up

ACCESS_KEY=LAB$RANDOM$RANDOM
SECRET_KEY=SECRET$RANDOM$RANDOM$RANDOM
user_exists() {
  radosgw-admin -n client.rgw user info --uid=lab || timeout 60 radosgw-admin -n client.rgw user create --uid=lab \
    --display-name=lab --access-key="$ACCESS_KEY" --secret-key="$SECRET_KEY"
}
wait_for 120 'the user' user_exists

cat >"$D/env" <<ENV
export STAGESYNC_TEST_RADOSGW=$D
export STAGESYNC_TEST_S3_ENDPOINT=http://127.0.0.1:$RGW_PORT
export STAGESYNC_TEST_S3_ACCESS_KEY=$ACCESS_KEY
export STAGESYNC_TEST_S3_SECRET_KEY=$SECRET_KEY
ENV
say "ready at http://127.0.0.1:$RGW_PORT"
cat "$D/env"
