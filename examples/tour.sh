#!/bin/sh
# The main job from start to end, on a registry of its own, in a temporary home. Needs Rust, and nothing else.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cargo build --locked --quiet --manifest-path "$root/Cargo.toml"
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac

home=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT TERM

cd "$home"
PATH=$target/debug:$PATH
HOME=$home
export HOME PATH
unset POLICY_FILE_STORE_ROOT POLICY_DEFAULT_DOMAIN POLICY_CONFIG DOCKER_CONFIG || true

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

run policy templates apply policy-template -o demo

# Port 0 is any free one; the registry says which.
printf '\n$ policy serve --memory &\n'
policy serve --memory --addr 127.0.0.1:0 > address &
server=$!
tries=0
until [ -s address ]; do
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || { echo "the registry does not come up" >&2; exit 1; }
    kill -0 "$server"
    sleep 0.1
done
cat address
registry=localhost:$(sed 's/.*://' address)

run policy build demo/src -t acme/hello:1.0.0
run policy images
run policy push "$registry/acme/hello:1.0.0"

printf '\n# Somebody else, with an empty store of their own:\n'
POLICY_FILE_STORE_ROOT=$home/elsewhere
export POLICY_FILE_STORE_ROOT
run policy pull "$registry/acme/hello:1.0.0"

printf '{"role": "web-admin"}\n' > input.json
printf '\n$ echo data.policies.hello.allowed | policy repl %s --input input.json\n' "$registry/acme/hello:1.0.0"
answer=$(echo data.policies.hello.allowed | policy repl "$registry/acme/hello:1.0.0" --input input.json)
echo "$answer"
[ "$answer" = true ]

run policy save "$registry/acme/hello:1.0.0" -f bundle.tar.gz
run policy inspect "$registry/acme/hello:1.0.0" --files
printf '\nDone: built, pushed, pulled, asked and saved.\n'
