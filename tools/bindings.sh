#!/bin/sh
# Generates bindings/ and contracts/snapshots/{abi,storage,sizes.json} from the
# contracts. The bindings are one Go package, so that structs which several
# contracts share are one type. With --check it writes nothing and fails when the
# committed files differ.
set -eu
cd "$(dirname "$0")/.."
forge=${FORGE:-node_modules/.bin/forge}
[ -x "$forge" ] || { echo "bindings: $forge is missing; run npm ci --ignore-scripts" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$forge" build --skip test --skip script >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
go run -C tools ./bindings "$PWD/out" "$work/snapshots" "$work/combined.json"
go tool -modfile=tools/go.mod abigen --v2 --combined-json "$work/combined.json" --pkg bindings --out "$work/contracts.go"
gofmt -w "$work/contracts.go"


if [ "${1:-}" = --check ]; then
	ok=yes
	diff -q "$work/contracts.go" bindings/contracts.go || ok=no
	for part in abi storage sizes.json; do
		diff -ru "contracts/snapshots/$part" "$work/snapshots/$part" || ok=no
	done
	[ $ok = yes ] || { echo "bindings: out of date; run make generate" >&2; exit 1; }
	exit 0
fi
mkdir -p bindings contracts/snapshots
install -m 644 "$work/contracts.go" bindings/contracts.go
rm -rf contracts/snapshots/abi contracts/snapshots/storage
cp -r "$work/snapshots/." contracts/snapshots/
