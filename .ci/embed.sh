#!/usr/bin/env bash
# The C library as an embedder gets it: installed, found by CMake and by pkg-config, its examples built from
# outside and run on a picture and a clip, its binary interface as promised.
#
#     .ci/embed.sh DIRECTORY      where to build; needs `pdqlite`'s Python environment for making the inputs
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; cd "$1"
prefix=$PWD/prefix

python3 "$top/bindings/contract.py"
cmake -S "$top/csrc" -B library -G Ninja -DPDQL_WERROR=ON -DPDQL_TESTS=OFF > /dev/null
cmake --build library > library.log || { cat library.log; exit 1; }
rm -rf "$prefix" && cmake --install library --prefix "$prefix" > /dev/null

# A part of it: the linker leaves the rest out.
cmake -S "$top/csrc" -B hash -G Ninja -DPDQL_WERROR=ON -DPDQL_TESTS=OFF -DPDQL_PROVIDERS_WANTED=OFF -DPDQL_PART=hash > /dev/null
cmake --build hash --target pdqlite_shared > hash.log || { cat hash.log; exit 1; }
nm -D --defined-only hash/libpdqlite.so > hash.txt
grep -q pdql_hash_image hash.txt
if grep -qE 'pdql_(list|match|index)_' hash.txt; then echo "PDQL_PART=hash offers more"; exit 1; fi

cmake -S "$top/bindings/c/examples" -B examples -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS="-Wall -Wextra -Werror" > /dev/null
cmake --build examples > examples.log || { cat examples.log; exit 1; }
rm -rf inputs # a state of an earlier run is of another list
python3 "$top/bindings/c/inputs.py" inputs
for examples in examples moved; do
  if [ $examples = moved ]; then # the installed tree moved, and pkg-config instead of CMake
    rm -rf moved && mkdir moved && cp -r "$prefix" moved/prefix
    export PKG_CONFIG_PATH="$PWD/moved/prefix/lib/pkgconfig:$PWD/moved/prefix/lib/$(gcc -print-multiarch)/pkgconfig" LD_LIBRARY_PATH="$PWD/moved/prefix/lib"
    for name in quickstart frames; do
      gcc -std=gnu11 -Wall -Wextra -Werror "$top/bindings/c/examples/$name.c" -o "moved/$name" $(pkg-config --cflags --libs pdqlite) -lm
    done
    gcc -std=gnu11 -Wall -Wextra -Werror "$top/bindings/c/examples/list.c" -o moved/list $(pkg-config --cflags --libs pdqlite-openssl) -lm
  fi
  python3 "$top/bindings/c/inputs.py" inputs --run "$examples"
done

# The page's own commands, but for the place where they install.
rm -rf page && mkdir page && cp -r "$top/csrc" "$top/LICENSE" page
printf '#include <pdqlite.h>\nint main(void) { return !pdql_kernels_best(); }\n' > page/app.c
python3 "$top/.ci/page.py" "$top/docs/howto/embed-c.md" | sed "s#/usr/local#$PWD/page/prefix#" > page.sh
(
  cd page
  export PKG_CONFIG_PATH="$PWD/prefix/lib/pkgconfig:$PWD/prefix/lib/$(gcc -print-multiarch)/pkgconfig" LD_LIBRARY_PATH="$PWD/prefix/lib:$PWD/prefix/lib/$(gcc -print-multiarch)"
  bash -euo pipefail ../page.sh > page.log 2>&1 && ./a.out || { cat page.log; exit 1; }
)
