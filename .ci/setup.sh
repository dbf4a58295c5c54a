#!/usr/bin/env bash
# Debian packages that CI needs, one line a purpose. Does nothing for what is already there.
set -euo pipefail
WANTED=(
  g++ cmake ninja-build pkg-config                     # the C library; pdqhash builds from source
  libsodium-dev libssl-dev                             # the ready-made crypto providers
  qemu-user gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev-arm64-cross # ARM programs and their emulator
  gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
  libavdevice-dev libavfilter-dev libavformat-dev libavcodec-dev libswscale-dev libavutil-dev libswresample-dev # vpdq builds from source
  clang-16 libclang-rt-16-dev                          # libFuzzer
  chromium                                             # the demo page, in a real browser
  lld-16 llvm-16                                       # libraries for Android, and what is in them
  openssl signify-openbsd age                          # other people's verifiers, against our lists
  cppcheck                                             # static analysis of the parsers
  doxygen                                              # the reference of the C header
  gradle                                               # the Java package, built against by others than Maven
  openssh-client softhsm2                              # where signing keys lie: an ssh-agent, a token
)
missing=()
for package in "${WANTED[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $sudo apt-get update -q
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${missing[@]}"
fi
