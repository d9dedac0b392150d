#!/usr/bin/env bash
# A PostgreSQL server for the registry's tests: its own data, a socket only its owner reaches, no port.
#
#   export VOCALKIT_TEST_POSTGRES=$(tests/postgres.sh start /tmp/vocalkit-pg)
#   tests/postgres.sh stop /tmp/vocalkit-pg
#
# Takes the installed binaries; as root, installs Debian's package where there are none, and runs the
# server as the user postgres, because PostgreSQL refuses to run as root. Prints the URL, and nothing else.
set -euo pipefail

action=${1:?start or stop}
folder=${2:?an absolute path, at most 80 characters}
[ "${#folder}" -le 80 ] || { echo "$folder: too long for a socket" >&2; exit 2; }

find_binaries() {
    local path
    path=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    if [ -n "$path" ]; then echo "$path"; elif command -v initdb >/dev/null; then dirname "$(command -v initdb)"; fi
}

as_owner() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

bin=$(find_binaries)
if [ -z "$bin" ] && [ "$action" = start ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null 2>&1 || true
    bin=$(find_binaries)
fi
[ -n "$bin" ] || { echo "no PostgreSQL here: install Debian's package postgresql" >&2; exit 4; }

case $action in
start)
    mkdir -p -m 700 "$folder"
    if [ "$(id -u)" = 0 ]; then
        id postgres >/dev/null 2>&1 || useradd --system --home-dir /nonexistent postgres
        chown postgres "$folder"
    fi
    cd "$folder"
    as_owner "$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --no-sync >"$folder/initdb.log" 2>&1
    # Only clients are killed in these tests, never the server: its own flushing would only cost time.
    as_owner "$bin/pg_ctl" start --pgdata="$folder/data" --wait --log="$folder/server.log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off" >/dev/null
    echo "postgresql+psycopg://postgres@/postgres?host=$folder"
    ;;
stop)
    cd /
    as_owner "$bin/pg_ctl" stop --pgdata="$folder/data" --mode=immediate >/dev/null
    rm -rf "$folder"
    ;;
*)
    echo "start or stop, not $action" >&2
    exit 2
    ;;
esac
