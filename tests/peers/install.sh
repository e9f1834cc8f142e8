#!/bin/sh
# Installs the programs the tests measure against: Debian's registry and password tool, and Go's opa, oras and crane.
set -eu

if ! command -v docker-registry >/dev/null || ! command -v htpasswd >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq docker-registry apache2-utils >/dev/null
fi

GOBIN=${GOBIN:-/usr/local/bin}
export GOBIN
install() {
    program=$1 package=$2
    command -v "$program" >/dev/null || go install "$package"
}
install opa github.com/open-policy-agent/opa@v1.22.2
install oras oras.land/oras/cmd/oras@v1.3.6
install crane github.com/google/go-containerregistry/cmd/crane@v0.22.1
