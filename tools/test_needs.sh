#!/bin/sh
# Sees to the two programs that the tests drive and no wheel brings: Chromium, and Debian's PostgreSQL 15.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing="$missing postgresql-15"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "make test: the tests need$missing. On Debian, as root: apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

# PostgreSQL's package would make a cluster and start it. The tests make their own, elsewhere, so it is told not to.
# A machine that keeps settings of its own for new clusters keeps them.
settings=/etc/postgresql-common/createcluster.conf
case "$missing" in *postgresql*)
    if [ ! -e "$settings" ]; then
        mkdir -p "$(dirname "$settings")"
        echo "create_main_cluster = false" >"$settings"
    fi
    ;;
esac

echo "→ apt-get install$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # One word per package.
apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold $missing >/dev/null
