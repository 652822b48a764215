#!/bin/sh
# Measures the gas of the named flows into contracts/snapshots/gas; the other
# snapshots come with the bindings (tools/bindings.sh). With --check it fails when a
# figure moved.
set -eu
cd "$(dirname "$0")/.."
forge=${FORGE:-node_modules/.bin/forge}
[ -x "$forge" ] || { echo "snapshots: $forge is missing; run npm ci --ignore-scripts" >&2; exit 1; }
if [ "${1:-}" = --check ]; then
	export FORGE_SNAPSHOT_CHECK=true
fi
# Isolated calls are whole transactions: with the base cost and the calldata.
exec "$forge" test --isolate --match-path 'contracts/test/gas/*'
