#!/bin/sh
# Installs the programs the tests measure against: Debian's registry and password tool, Go's opa, oras and crane, and the
# registries of distribution 3 and of go-containerregistry.
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
# Both registries are called `registry` where they come from: each gets a name of its own.
install_registry() {
    program=$1 package=$2
    if ! command -v "$program" >/dev/null; then
        folder=$(mktemp -d)
        GOBIN=$folder go install "$package"
        mv "$folder/registry" "$GOBIN/$program"
        rmdir "$folder"
    fi
}
install opa github.com/open-policy-agent/opa@v1.22.2
install oras oras.land/oras/cmd/oras@v1.3.6
install crane github.com/google/go-containerregistry/cmd/crane@v0.22.1
install_registry distribution github.com/distribution/distribution/v3/cmd/registry@v3.1.2
install_registry crane-registry github.com/google/go-containerregistry/cmd/registry@v0.22.1
