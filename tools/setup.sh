#!/bin/sh
# Installs what the tests need and a bare machine lacks, on Debian and its kin;
# elsewhere it names what is missing and stops. "setup.sh node" looks after
# Node.js alone.
set -eu

packages=""
need() { # need COMMAND PACKAGE...
	command -v "$1" >/dev/null 2>&1 && return
	shift
	packages="$packages $*"
}

need node nodejs
need npm npm
if [ "${1:-all}" = all ]; then
	need gcc gcc libc6-dev
	need curl curl
	need redis-server redis-server
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || packages="$packages postgresql"
fi
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
	echo "missing:$packages (install these packages, or run as root on Debian)" >&2
	exit 1
fi
echo "installing:$packages"
export DEBIAN_FRONTEND=noninteractive
# The tests start private servers of their own; the packaged services stay off.
if [ ! -e /usr/sbin/policy-rc.d ]; then
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod +x /usr/sbin/policy-rc.d
	trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get update -q
# shellcheck disable=SC2086 # a list of packages
apt-get install -y -q --no-install-recommends $packages
