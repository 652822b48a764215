# Everything that builds, tests and shows DGrid. `make demo` needs only Go; the
# other targets install what they need on Debian and say what to install elsewhere.

SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .bin
# Not exported to `make demo`: it must work with the bare PATH.
TOOLS := PATH="$(CURDIR)/node_modules/.bin:$(CURDIR)/$(BIN):$$PATH"
STATICCHECK_VERSION := v0.8.2
# Packages that link neither the embedded node nor gnark: cheap under the race detector. internal/archtest holds the
# list to what is linked.
# What passed there is not run once more without it, but for the indexer: under the
# detector its tests are fewer and smaller.
RACE := ./protocol/... ./runtime/... ./relayer/... ./node/provider/... ./api/... ./store/... ./indexer/... \
	./chain ./chain/contracts ./chain/events ./chain/txmgr ./internal/bench/answers ./internal/bench/relaynet ./internal/cheat ./internal/config \
	./internal/durable ./internal/embedredis ./internal/heap ./internal/keys ./internal/link ./models/floatref ./models/floatserver
RACE_ONLY = go list $(RACE) | grep -v '/indexer$$'
# The detector watches neither the inside of SQLite in Go nor field arithmetic, which would
# take twenty times as long under it. Not where gnark is linked: its threads must be seen.
UNWATCHED := -gcflags='modernc.org/...=-race=false' -gcflags='github.com/consensys/...=-race=false'

# Snapshots and coverage keep the seed of foundry.toml.
FORGE_TEST = seed=$${FUZZ_SEED:-0x$$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')}; \
	echo "contracts from seed $$seed (again: FUZZ_SEED=$$seed make $@)"; \
	$(TOOLS) forge test --fuzz-seed $$seed

# Where tools/generate.sh writes.
GENERATED := bindings contracts prover protocol runtime

.PHONY: help setup build demo up test test-contracts test-go test-race test-system test-disputes mutants bench ceremony-full fuzz fmt lint generate verify snapshots clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

build: ## build the dgrid binary
	go build -o dgrid ./cmd/dgrid

demo: build ## run the whole story in one process (needs only Go); DEMO="--json facts.json" writes what happened
	./dgrid demo $(DEMO)

up: build ## keep a network running in one process
	./dgrid up

setup: node_modules/.stamp ## install what tests need (Debian; elsewhere it says what is missing)
	@tools/setup.sh

node_modules/.stamp: package-lock.json
	@tools/setup.sh node
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# The system test waits most of its time, for windows to close: the race detector runs beside it.
test: setup test-contracts test-go ## everything: Solidity, Go, circuits, real Postgres, real Redis
	@$(MAKE) --no-print-directory -j2 -Oline test-race test-system

test-contracts: node_modules/.stamp ## Solidity unit, fuzz and invariant tests, from a fresh seed
	@$(FORGE_TEST)

test-go: setup ## Go packages that test-race does not run, or not in full size, but the system tests
	$(TOOLS) go test -timeout 20m $$(go list ./... | grep -v /internal/testsys | grep -vxF "$$($(RACE_ONLY))")

test-race: setup ## the race detector where neither node nor gnark is linked, and on the auditor's loops
	$(TOOLS) CGO_ENABLED=1 go test -race $(UNWATCHED) -timeout 20m $(RACE)
	$(TOOLS) CGO_ENABLED=1 go test -race ./node/auditor -run 'DrawnAuditorsAnswer|KilledAnywhere|TwoReceipts'

test-system: setup ## the story in one process, and as separate ones on Postgres, Redis and anvil
	$(TOOLS) go test -count=1 -timeout 15m ./internal/testsys/...

test-disputes: setup ## the evidence about disputes in full size (an hour), a row per promise
	@mkdir -p .cache && rm -f .cache/disputes.md
	$(TOOLS) go test -tags heavy -count=1 -timeout 90m ./prover/circuit -run 'Agree|IsTheRuntime' -v
	$(TOOLS) go test -tags heavy -count=1 -timeout 90m ./prover -run EveryOperationOnTheVerifierContract -v
	DGRID_DISPUTES=full $(TOOLS) go test -count=1 -timeout 60m ./prover/queue -run Killed -v
	FOUNDRY_FUZZ_RUNS=10000 $(TOOLS) forge test --match-test ZK4
	DGRID_DISPUTES=full $(TOOLS) go test -count=1 -timeout 90m ./node/auditor -run 'DrawnLies|KilledProcesses|StormOfReorgs|SpoiltCase'
	DGRID_DISPUTES=full DGRID_DISPUTES_REPORT=$(CURDIR)/.cache/disputes.md $(TOOLS) go test -count=1 -timeout 90m ./internal/disputes; \
		status=$$?; cat .cache/disputes.md; exit $$status

mutants: setup ## break each promise in a copy and see its test turn red
	$(TOOLS) tools/mutants.sh

bench: setup build ## print the figures, as ratios measured in one run
	./dgrid bench --keys .cache/keys
	$(TOOLS) go test ./runtime -run '^$$' -bench Hashing -benchtime 200x
	$(TOOLS) go test ./relayer -run '^$$' -bench Match -benchtime 2000x
	$(TOOLS) go test ./indexer/bench -run '^$$' -bench . -benchtime 1x -v
	$(TOOLS) tools/snapshots.sh --check && cat contracts/snapshots/gas/DGrid.json

ceremony-full: build ## hold a whole key ceremony alone, and print what each step takes (many minutes)
	./dgrid ceremony rehearse

fuzz: node_modules/.stamp ## each fuzz target for half a minute, contracts from a fresh seed
	tools/fuzz.sh 30s
	@$(FORGE_TEST)

fmt: node_modules/.stamp ## format Go and Solidity
	gofmt -w $$(git ls-files '*.go')
	$(TOOLS) forge fmt

lint: node_modules/.stamp $(BIN)/staticcheck-$(STATICCHECK_VERSION) ## static checks of Go and Solidity
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run make fmt"; exit 1; }
	go vet ./...
	$(BIN)/staticcheck-$(STATICCHECK_VERSION) $$(go list ./... | grep -v /bindings)
	$(TOOLS) forge fmt --check
	$(TOOLS) FOUNDRY_PROFILE=lint forge lint contracts/src
	$(TOOLS) solhint --noPoster 'contracts/src/**/*.sol'

$(BIN)/staticcheck-$(STATICCHECK_VERSION):
	GOBIN="$(CURDIR)/$(BIN)" go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
	mv $(BIN)/staticcheck $@

generate: node_modules/.stamp ## rebuild generated code: bindings, verifiers, snapshots
	$(TOOLS) tools/generate.sh

verify: lint ## lint, and fail if generated code differs from its sources
	$(TOOLS) tools/generate.sh
	go test -C tools ./...
	@for patch in tools/mutants/*.patch; do git apply --check -C1 $$patch || { echo "$$patch is stale"; exit 1; }; done
	@git diff --exit-code -- $(GENERATED) && test -z "$$(git ls-files --others --exclude-standard -- $(GENERATED))" \
		|| { git status --short -- $(GENERATED); echo "generated files drifted: run make generate and commit"; exit 1; }
	go mod verify
	go mod tidy -diff

clean: ## remove what the build made
	rm -rf dgrid out cache $(BIN) node_modules
