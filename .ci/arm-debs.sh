#!/usr/bin/env bash
# Debian packages of another architecture with all they need, unpacked into a folder: programs for the emulator.
#
#     .ci/arm-debs.sh DIRECTORY arm64|armhf PACKAGE...     makes DIRECTORY/root; does nothing if it is there
set -euo pipefail
mkdir -p "$1" && cd "$1"
here=$PWD architecture=$2
shift 2
[ ! -d root ] || exit 0
# A state of apt's own: the machine's is not touched.
mkdir -p apt/state/lists/partial apt/cache/archives/partial debs
: > apt/status
options=(-o "APT::Architecture=$architecture" -o "APT::Architectures::=$architecture" -o "Dir::State=$here/apt/state" -o "Dir::State::status=$here/apt/status"
         -o "Dir::Cache=$here/apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
apt-get "${options[@]}" update -q || echo "not every list came; without main's, nothing is found below"
mapfile -t packages < <(apt-get "${options[@]}" install -s --no-install-recommends "$@" | awk '/^Inst/ { print $2 }')
[ ${#packages[@]} -gt 10 ] # an empty answer is a failure
(cd debs && apt-get "${options[@]}" download -q "${packages[@]}")
for package in debs/*.deb; do dpkg -x "$package" unpacked; done
mv unpacked root
