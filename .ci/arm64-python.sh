#!/usr/bin/env bash
# An arm64 Python to run under emulation, without a container: Debian's packages unpacked into a folder, PyPI's wheels beside them.
#
#     .ci/arm64-python.sh DIRECTORY     makes DIRECTORY/root and DIRECTORY/site; does nothing if they are there
#
# Then: QEMU_LD_PREFIX=DIRECTORY/root PYTHONPATH=DIRECTORY/site qemu-aarch64 -cpu cortex-a53 DIRECTORY/root/usr/bin/python3.11
set -euo pipefail
mkdir -p "$1" && cd "$1"
here=$PWD
if [ ! -x root/usr/bin/python3.11 ]; then
  # A state of apt's own: the machine's is not touched.
  mkdir -p apt/state/lists/partial apt/cache/archives/partial debs
  : > apt/status
  options=(-o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o "Dir::State=$here/apt/state" -o "Dir::State::status=$here/apt/status"
           -o "Dir::Cache=$here/apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update -q
  mapfile -t wanted < <(apt-get "${options[@]}" install -s --no-install-recommends python3.11 libstdc++6 | awk '/^Inst/ { print $2 }')
  [ ${#wanted[@]} -gt 10 ] # an empty answer is a failure
  (cd debs && apt-get "${options[@]}" download -q "${wanted[@]}")
  for package in debs/*.deb; do dpkg -x "$package" root; done
fi
if [ ! -d site/numpy ]; then
  python3 -m pip install -q --target site --no-compile --only-binary=:all: --python-version 3.11 --platform manylinux_2_28_aarch64 \
    --platform manylinux_2_27_aarch64 --platform manylinux_2_17_aarch64 numpy pillow av cffi cryptography pytest hypothesis
fi
