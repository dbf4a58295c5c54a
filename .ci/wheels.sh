#!/usr/bin/env bash
# Wheels of the stable ABI for Linux, made on one x86-64 machine without a container: x86-64 by its compiler, aarch64 by a cross compiler.
# Each is checked for what it asks of the C library, then imported and made to hash: x86-64 as it is, aarch64 by an emulated Python.
#
#     .ci/wheels.sh DIRECTORY     leaves DIRECTORY/dist/*.whl; wants `pip install build wheel scikit-build-core cffi`
set -euo pipefail
mkdir -p "$1" && out=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
rm -rf "$out/dist" "$out/raw"; mkdir -p "$out/dist" "$out/raw"

wheel() { # processor, compiler, oldest C library it may ask for
  local tag="manylinux_${3/./_}_$1"
  CC="$2" CMAKE_ARGS="-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=$1" LDFLAGS=-s \
    _PYTHON_HOST_PLATFORM="linux-$1" python3 -m build --wheel --no-isolation -o "$out/raw/$1" . > "$out/$1.log" 2>&1 || { tail -30 "$out/$1.log"; return 1; }
  rm -rf "$out/$1"; mkdir "$out/$1"
  python3 -m zipfile -e "$out/raw/$1"/*.whl "$out/$1"
  local newest
  newest=$(objdump -T "$out/$1/pdqlite/_core.abi3.so" | grep -o 'GLIBC_[0-9.]*' | cut -d_ -f2 | sort -V | tail -1)
  [ "$(printf '%s\n' "${newest:-0}" "$3" | sort -V | tail -1)" = "$3" ] || { echo "$1: asks for GLIBC_$newest, more than $3"; return 1; }
  python3 -m wheel tags --remove --platform-tag "$tag" "$out/raw/$1"/*.whl > /dev/null
  mv "$out/raw/$1"/*"$tag"*.whl "$out/dist/"
  echo "$1: C library ${newest:-none} or later, $(stat -c %s "$out"/dist/*"$1".whl) bytes"
}

cat > "$out/try.py" <<'EOT'
import numpy
from pdqlite import hashing
y, x = numpy.mgrid[0:300, 0:400]
found = hashing.hash_pixels(((x * x // 7 + y * x // 3 + y * y) >> 6).astype(numpy.uint8))
assert found.quality > 0
print(found.hex, found.quality)
EOT

wheel x86_64 cc 2.17
wheel aarch64 aarch64-linux-gnu-gcc 2.17
bash .ci/arm64-python.sh "$out/python"
native=$(cd "$out" && PYTHONPATH="$out/x86_64" python3 "$out/try.py")
emulated=$(cd "$out" && QEMU_LD_PREFIX="$out/python/root" PYTHONPATH="$out/aarch64:$out/python/site" \
  qemu-aarch64 -cpu cortex-a53 "$out/python/root/usr/bin/python3.11" -B "$out/try.py")
printf 'x86_64:  %s\naarch64: %s\n' "$native" "$emulated"
[ "$native" = "$emulated" ]
