#!/bin/sh
# Renews the two locks: what the environment holds, and the uv that makes it. Neither names a package index, because
# the same packages come from different indexes in different places (docs/adr/0005-index-neutral-lock.md).
set -eu
cd "$(dirname "$0")/.."

compile() {
    output=$1
    shift
    .tools/bin/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "$output" "$@"
    echo "→ $output: $(grep -c == "$output") packages"
}

compile requirements.lock --group dev pyproject.toml
compile tools/bootstrap.lock tools/bootstrap.in
