#!/bin/sh
# Runs every fuzz target for a while (default 30s each), one after the other.
set -eu
cd "$(dirname "$0")/.."
time=${1:-30s}
# Targets that decode what strangers send bound what an input allocates; this bounds what
# the rest may heap up.
GOMEMLIMIT=${GOMEMLIMIT:-1GiB}
export GOMEMLIMIT

go list ./... | while read -r package; do
	dir=${package#github.com/dgrid-network/dgrid/}
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' "$dir"/*_test.go 2>/dev/null); do
		echo "$dir $target"
		go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time"
	done
done
