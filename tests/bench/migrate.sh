#!/bin/sh
# Moves N images of distinct layers between two registries on this machine: by the loop of pull, tag and push, and by
# `policy migrate`, with the same binary. Wants a release build and docker-registry.
#   sh tests/bench/migrate.sh [N, 500 if not given]
set -eu
images=${1:-500}
binary=$(pwd)/${CARGO_TARGET_DIR:-target}/release/policy
case ${CARGO_TARGET_DIR:-} in /*) binary=$CARGO_TARGET_DIR/release/policy ;; esac
registry=$(command -v docker-registry) || { echo "docker-registry is not installed"; exit 1; }
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid) 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
export HOME="$work" POLICY_FILE_STORE_ROOT="$work/store"

serve() {
    printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s"}\n' \
        "$work/data-$1" "$1" > "$1.yml"
    "$registry" serve "$1.yml" > /dev/null 2>&1 &
    echo $! > "$1.pid"
}
serve 5981; serve 5982; serve 5983
sleep 1

mkdir src
number=0
while [ $number -lt "$images" ]; do
    number=$((number + 1))
    printf 'package number\n\nvalue := %s\n' $number > src/number.rego
    "$binary" build src -t 127.0.0.1:5981/acme/hello:$number -q
done > /dev/null
"$binary" migrate 127.0.0.1:5981 127.0.0.1:5981 --from-store > /dev/null

seconds() { date +%s.%N; }
export POLICY_FILE_STORE_ROOT="$work/empty"
start=$(seconds)
number=0
while [ $number -lt "$images" ]; do
    number=$((number + 1))
    "$binary" pull 127.0.0.1:5981/acme/hello:$number
    "$binary" tag 127.0.0.1:5981/acme/hello:$number 127.0.0.1:5982/acme/hello:$number
    "$binary" push 127.0.0.1:5982/acme/hello:$number
done > /dev/null
middle=$(seconds)
"$binary" migrate 127.0.0.1:5981/acme 127.0.0.1:5983/acme | tail -1
end=$(seconds)
echo "$start $middle $end" | awk '{ printf "loop %.2f s, migrate %.2f s: %.1f times as fast\n", $2 - $1, $3 - $2, ($2 - $1) / ($3 - $2) }'
