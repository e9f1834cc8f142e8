#!/usr/bin/env bash
# Times push and pull of one large layer against a registry on loopback, next to oras. The rounds alternate, so that what
# the machine does meanwhile hits both alike.
#
#   tests/bench/transfer.sh [MEGABYTES [ROUNDS]]          (200 and 7)
#
# POLICY names the program (target/release/policy). Looked for on PATH: docker-registry or distribution, oras, curl and GNU
# time. TMPDIR says where the data lies: what is measured includes that disk.
set -euo pipefail

megabytes=${1:-200}
rounds=${2:-7}
policy=$(realpath "${POLICY:-$(dirname "$0")/../../target/release/policy}")
time=$(type -P time) || { echo "GNU time is not on PATH" >&2; exit 2; }
for program in oras curl; do
    type -P "$program" > /dev/null || { echo "$program is not on PATH" >&2; exit 2; }
done
server=$(type -P docker-registry || type -P distribution) || { echo "no registry is on PATH" >&2; exit 2; }

work=$(mktemp -d)
port=${PORT:-$((20000 + RANDOM % 20000))}
registry=127.0.0.1:$port
cat > "$work/registry.yaml" << END
version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: "$registry" }
END
"$server" serve "$work/registry.yaml" > "$work/registry.log" 2>&1 &
pid=$!
trap 'kill $pid 2> /dev/null; wait $pid 2> /dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    curl -sf "http://$registry/v2/" > /dev/null && break
    sleep 0.05
done

cd "$work"
head -c "${megabytes}M" /dev/urandom > layer.tar.gz
layer=layer.tar.gz:application/vnd.oci.image.layer.v1.tar+gzip
export POLICY_FILE_STORE_ROOT=$work/store
oras push --plain-http "$registry/bench/seed:1" "$layer" > /dev/null
"$policy" pull "$registry/bench/seed:1" > /dev/null
for round in $(seq "$rounds"); do
    "$policy" tag "$registry/bench/seed:1" "$registry/bench/policy$round:1" > /dev/null
done

# Runs a command; its wall time in ms and its peak memory in KiB become a line of a file.
measure() {
    local name=$1
    shift
    local start end
    start=$(date +%s%N)
    "$time" -f %M -o memory "$@" > output 2>&1 || { cat output >&2; exit 1; }
    end=$(date +%s%N)
    echo "$(((end - start) / 1000000)) $(tail -n 1 memory)" >> "$name.times"
}

oras_pull() {
    oras pull --plain-http -o "pulled$1" "$registry/bench/seed:1" > /dev/null && sync "pulled$1/layer.tar.gz"
}
export -f oras_pull
export registry

for round in $(seq "$rounds"); do
    measure policy-push "$policy" push "$registry/bench/policy$round:1"
    measure oras-push oras push --plain-http "$registry/bench/oras$round:1" "$layer"
    POLICY_FILE_STORE_ROOT=$work/store$round measure policy-pull "$policy" pull "$registry/bench/seed:1"
    measure oras-pull bash -c "oras_pull $round"
    rm -rf "store$round" "pulled$round"
done

printf '%-12s %10s %10s %10s %14s\n' "$megabytes MB" "least ms" "median ms" "most ms" "peak memory MB"
for name in policy-push oras-push policy-pull oras-pull; do
    sort -n "$name.times" | awk -v name="$name" '
        { time[NR] = $1; if ($2 > memory) memory = $2 }
        END { printf "%-12s %10d %10d %10d %14.1f\n", name, time[1], time[int((NR + 1) / 2)], time[NR], memory / 1024 }'
done
