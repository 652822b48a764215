#!/bin/sh
# Breaks one promise at a time in a copy of the committed tree and runs the one test that
# must turn red. A mutant is a file tools/mutants/*.patch: two lines that name the promise,
# with the rows of docs/threat-model.md that it is about in brackets, and the test
# (`go: PACKAGE -run NAME [-timeout T]` or `forge: ARGUMENTS`), then a diff.
#
#   tools/mutants.sh [--baseline] [NAME...]
#
# It fails if a mutant survives, does not apply, or does not compile. With --baseline it
# also runs every test on the tree as it is: a test that is red anyway shows nothing.
# Tests in Go see contracts as their bindings: a mutant of a contract gets bindings of its
# own before them.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$(pwd)
baseline=
if [ "${1:-}" = --baseline ]; then baseline=1; shift; fi

tree=$(mktemp -d "${TMPDIR:-/tmp}/dgrid-mutants-XXXXXX") || exit 1
trap 'rm -rf "$tree"' EXIT INT TERM
git archive HEAD | tar -x -C "$tree" || exit 1
ln -s "$root/node_modules" "$tree/node_modules"
# The development proving key takes a while to make, and mutants of the circuit must not
# write into the cache of the tree that works.
if [ -d "$root/.cache/keys" ]; then mkdir -p "$tree/.cache" && cp -r "$root/.cache/keys" "$tree/.cache/keys"; fi
cd "$tree" || exit 1
PATH="$root/node_modules/.bin:$root/.bin:$PATH"
export PATH

# run_test KIND ARGUMENTS LOG: 0 green, 1 red, 2 neither (it does not compile, or ran nothing)
run_test() {
	case $1 in
	go)
		# shellcheck disable=SC2086 # arguments of a test command
		go vet ${2%% *} >"$3" 2>&1 || return 2
		go test -count=1 $2 >"$3" 2>&1 && { grep -q 'no tests to run' "$3" && return 2; return 0; }
		grep -q -e '^--- FAIL' -e '^panic:' "$3" && return 1
		return 2
		;;
	forge)
		# Contracts of tests may be large; compiling without the optimizer takes a third of the
		# time. What is deployed is built with it, and elsewhere.
		# shellcheck disable=SC2086
		FOUNDRY_OPTIMIZER=false FOUNDRY_OUT=plain FOUNDRY_CACHE_PATH=plain-cache forge test $2 >"$3" 2>&1 && { grep -q 'passed; 0 failed' "$3" && return 0; return 2; }
		grep -q 'Suite result: FAILED' "$3" && return 1
		return 2
		;;
	esac
	return 2
}

# run_mutant PATCH KIND ARGUMENTS LOG: as run_test, on the tree with the patch
run_mutant() {
	patch -s -p1 <"$1"
	bound=
	if [ "$2" = go ] && grep -q '^+++ b/contracts/src/' "$1"; then bound=1; fi
	if [ -n "$bound" ] && ! tools/bindings.sh >"$4" 2>&1; then status=2; else
		run_test "$2" "$3" "$4"
		status=$?
	fi
	patch -s -R -p1 <"$1"
	if [ -n "$bound" ]; then git -C "$root" archive HEAD bindings contracts/snapshots | tar -x; fi
	return $status
}

count=0 bad=0 checked=
printf '| %-28s | %-8s | %5s | %s |\n' mutant result s test
for patch in "$root"/tools/mutants/*.patch; do
	name=$(basename "$patch" .patch)
	case " $* " in *" $name "* | *" ${name#*-} "*) ;; "  ") ;; *) continue ;; esac
	line=$(sed -n 2p "$patch")
	kind=${line%%:*} args=${line#*: }
	log=$tree/log start=$(date +%s) result=killed
	if [ -n "$baseline" ] && ! printf '%s' "$checked" | grep -qxF "$line"; then
		run_test "$kind" "$args" "$log" || { result=red; tail -20 "$log" >&2; }
		checked=$checked$line'
'
	fi
	if [ $result = killed ]; then
		if patch -s -p1 --dry-run <"$patch" >/dev/null 2>&1; then
			run_mutant "$patch" "$kind" "$args" "$log"
			case $? in 0) result=SURVIVED ;; 2) result=broken; tail -20 "$log" >&2 ;; esac
		else
			result=stale
		fi
	fi
	count=$((count + 1))
	[ $result = killed ] || bad=$((bad + 1))
	printf '| %-28s | %-8s | %5d | %s |\n' "$name" "$result" $(($(date +%s) - start)) "$args"
done
printf '%d mutants, %d not killed\n' $count $bad
[ $count -gt 0 ] && [ $bad -eq 0 ]
