#!/bin/sh
# Reports a reading every few seconds with nothing but curl, and behaves well while the gateway does not answer:
# exponential backoff with full jitter, Retry-After obeyed, the same record_id on every repeat, one request at a time.
# A reading that is under way when the script is killed is lost; the device library has a queue file for that.
#
#   SLUICE_URL=http://gateway:8000 INTERVAL=10 ./curl-loop.sh
#
# READINGS ends the loop after so many; 0, the default, does not end it.
set -u

url=${SLUICE_URL:-http://127.0.0.1:8000}
device_id=${DEVICE_ID:-$(uname -n)}
interval=${INTERVAL:-10}
readings=${READINGS:-0}
max_delay=${MAX_DELAY:-60}
authorization=''
[ -n "${SLUICE_TOKEN:-}" ] && authorization="header = \"authorization: Bearer $SLUICE_TOKEN\""

headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

new_id() {
  cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen
}

# A whole number from 0 to $1.
random_up_to() {
  echo $(($(od -An -N2 -tu2 /dev/urandom) % ($1 + 1)))
}

load_average() {
  cut -d ' ' -f 1 /proc/loadavg 2>/dev/null || echo 0
}

# Makes one request with the body $1 and prints the status, 000 if there was no answer.
# The token goes in by the config on standard input: arguments are visible to every user of the machine.
post() {
  : >"$headers"
  curl --silent --max-time 10 --output /dev/null --dump-header "$headers" --write-out '%{http_code}' \
    --config - --data-binary "$1" "$url/ingest" <<CONFIG
header = "content-type: application/json"
$authorization
CONFIG
}

# The seconds that the last answer asked for, 0 if it did not.
retry_after() {
  seconds=$(tr -d '\r' <"$headers" | sed -n 's/^[Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]: *\([0-9][0-9]*\)$/\1/p' | tail -n 1)
  echo "${seconds:-0}"
}

# Repeats until the gateway has taken the record $1 with the body $2, or refused it for good.
deliver() {
  ceiling=1
  while :; do
    status=$(post "$2")
    case $status in
    202) return 0 ;;
    400 | 413 | 422)
      echo "refused with $status: $1" >&2
      return 1
      ;;
    esac
    delay=$(($(retry_after) + $(random_up_to "$ceiling")))
    echo "status $status, again in $delay s: $1" >&2
    sleep "$delay"
    ceiling=$((ceiling * 2 < max_delay ? ceiling * 2 : max_delay))
  done
}

count=0
while [ "$readings" -eq 0 ] || [ "$count" -lt "$readings" ]; do
  count=$((count + 1))
  record_id=$(new_id)
  timestamp=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  deliver "$record_id" "{\"record_id\":\"$record_id\",\"device_id\":\"$device_id\",\"timestamp\":\"$timestamp\",\"data_payload\":{\"reading\":$count,\"load\":$(load_average)}}" &&
    echo "accepted: $record_id"
  sleep "$interval"
done
