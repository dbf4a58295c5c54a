# Sourced by .ci/release.sh: Python, C and Rust, each packed and used from an empty folder.

release_python() { # wheel and sdist; a wheel made of the sdist has to have what the wheel has
  local app="$out/apps/python"
  python3 -m build --sdist --no-isolation -o "$out/dist" "$top" > "$out/sdist.log" 2>&1 || { tail -20 "$out/sdist.log"; return 1; }
  if compgen -G "$ci/wheels/dist/*.whl" > /dev/null; then
    cp "$ci"/wheels/dist/*.whl "$out/dist/"
    python3 -m pip install -q --no-deps --target "$app" "$out"/dist/*manylinux*_"$(uname -m)".whl
  else
    python3 -m pip install -q --no-deps --no-build-isolation --target "$app" "$out"/dist/pdqlite-*.tar.gz
  fi
  cp "$top/bindings/python/quickstart.py" "$app/"
  program python "env PYTHONPATH='$app' PYTHONSAFEPATH=1 '$(command -v python3)' '$app/quickstart.py'"
  did "Python: sdist, $(compgen -G "$out/dist/*.whl" | wc -l) wheels, installed"
}

release_c() { # the CMake package, moved from where it was installed
  if [ -d "$ci/embed/prefix" ]; then cp -r "$ci/embed/prefix" "$out/installed"; else
    cmake -S "$top/csrc" -B "$out/c" -G Ninja -DPDQL_TESTS=OFF > /dev/null
    cmake --build "$out/c" > "$out/c.log" || { tail -20 "$out/c.log"; return 1; }
    cmake --install "$out/c" --prefix "$out/installed" > /dev/null
  fi
  rm -rf "$out/prefix" && mv "$out/installed" "$out/prefix"
  tar -C "$out" -czf "$out/dist/pdqlite-c-linux-$(uname -m).tar.gz" prefix
  local app="$out/apps/c" kind
  mkdir -p "$app" && cp "$top"/bindings/c/examples/{quickstart.c,files.h} "$app/"
  cat > "$app/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.20)
project(app LANGUAGES C)
find_package(pdqlite 0.1 REQUIRED)
foreach(kind shared static)
  add_executable(${kind} quickstart.c)
  target_link_libraries(${kind} PRIVATE pdqlite::${kind} m)
endforeach()
END
  cmake -S "$app" -B "$app/build" -G Ninja -DCMAKE_PREFIX_PATH="$out/prefix" -DCMAKE_C_FLAGS="-Wall -Wextra -Werror" > /dev/null
  cmake --build "$app/build" > /dev/null
  local library; library=$(dirname "$(find "$out/prefix" -name libpdqlite.a)")
  export PKG_CONFIG_PATH="$library/pkgconfig"
  local flags; flags=$(pkg-config --cflags --libs pdqlite)
  (cd "$app" && gcc -Wall -Wextra -Werror quickstart.c $flags -lm -o pc-shared
    gcc -Wall -Wextra -Werror quickstart.c ${flags/-lpdqlite/-l:libpdqlite.a} -lm -o pc-static)
  for kind in shared static; do
    program "c-cmake-$kind" "'$app/build/$kind'"
    program "c-pkgconfig-$kind" "env LD_LIBRARY_PATH='$library' '$app/pc-$kind'"
  done
  for kind in build/static pc-static; do if ldd "$app/$kind" | grep -q pdqlite; then echo "$kind asks for the shared library"; return 1; fi; done
  did "C: find_package and pkg-config, shared and static"
}

release_rust() { # both crates; the application takes them unpacked, so -sys need not be published first
  local app="$out/apps/rust" crate
  export CARGO_TARGET_DIR="$out/cargo"
  (cd "$top/bindings/rust" && cargo publish -q --workspace --dry-run --allow-dirty # the second crate is compiled over the first one packed
    cargo package -q --workspace --no-verify --allow-dirty)
  cp "$out"/cargo/package/*.crate "$out/dist/"
  mkdir -p "$app/src" "$app/crates"
  for crate in "$out"/dist/*.crate; do tar -C "$app/crates" -xzf "$crate"; done
  cp "$top/bindings/rust/pdqlite/examples/quickstart.rs" "$app/src/main.rs"
  local version; version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$top/bindings/rust/Cargo.toml")
  cat > "$app/Cargo.toml" <<END
[package]
name = "app"
version = "1.0.0"
edition = "2024"
[dependencies]
pdqlite = "$version"
[patch.crates-io]
pdqlite = { path = "crates/pdqlite-$version" }
pdqlite-sys = { path = "crates/pdqlite-sys-$version" }
[workspace]
END
  cargo build -q --manifest-path "$app/Cargo.toml"
  program rust "'$CARGO_TARGET_DIR/debug/app'"
  unset CARGO_TARGET_DIR
  did "Rust: two crates, as cargo publish --dry-run wants them, an application"
}
