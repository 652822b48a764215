#!/bin/sh
# Rebuilds everything that is generated and committed: Go bindings, contract
# snapshots, exported verifiers and shared vectors. `make verify` runs it and fails
# if git then shows a difference.
set -eu
cd "$(dirname "$0")/.."

tools/bindings.sh
tools/snapshots.sh
go test -count=1 ./protocol -run TestVectors -update
go test -count=1 ./runtime/commit -run TestSharedVectors -update
go test -count=1 ./protocol/step -run TestSharedVectors -update
go test -count=1 ./runtime -run TestPickVectors -update-picks
go test -count=1 ./runtime/trace -run TestOpVectors -update
go test -count=1 ./prover/circuit -run 'TestConstraintCount|TestVectors' -update
go test -count=1 ./prover -run TestGenerated -update
