#!/usr/bin/env bash
# Wheels of the stable ABI for Linux, made on one x86-64 machine without a container: x86-64 by its compiler, aarch64 and armv7 by cross compilers.
# Each is checked for what it asks of the C library, then imported (the ARM ones by emulated Pythons), made to hash as the
# native one does, and to answer the core vectors: hashes in eight orientations, index answers, decisions, errors.
#
#     .ci/wheels.sh DIRECTORY     leaves DIRECTORY/dist/*.whl; wants `pip install build wheel scikit-build-core cffi numpy pytest`
set -euo pipefail
mkdir -p "$1" && out=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
rm -rf "$out/dist" "$out/raw"; mkdir -p "$out/dist" "$out/raw"

wheel() { # processor, compiler and flags, oldest C library it may ask for, more for CMake
  local tag="manylinux_${3/./_}_$1"
  CC="$2" CMAKE_ARGS="-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=$1 ${4:-}" LDFLAGS=-s \
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

emulated() { # processor, its Python's folder
  local found
  found=$(cd "$out" && PYTHONPATH="$out/$1" "$2/python" -B "$out/try.py")
  echo "$1: $found"
  [ "$found" = "$native" ]
  PYTHONPATH="$out/$1" "$2/python" -B -P -m pytest -q -p no:cacheprovider tests/python/core/test_core_vectors.py
}

bash .ci/arm-python.sh "$out/python" arm64
bash .ci/arm-python.sh "$out/python-armhf" armhf
wheel x86_64 cc 2.17
wheel aarch64 aarch64-linux-gnu-gcc 2.17
# Sizes of C types are written in Python's pyconfig.h: armv7 needs its own.
wheel armv7l "arm-linux-gnueabihf-gcc -march=armv7-a -mfpu=neon" 2.17 \
  "-DPython_INCLUDE_DIR=$out/python-armhf/root/usr/include/python3.11 -DCMAKE_C_FLAGS=-I$out/python-armhf/root/usr/include"
native=$(cd "$out" && PYTHONPATH="$out/x86_64" python3 "$out/try.py")
echo "x86_64: $native"
emulated aarch64 "$out/python"
emulated armv7l "$out/python-armhf"
