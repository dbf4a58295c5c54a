//! Compiles the C core from source: csrc beside this file (as packaged), or the repository's.
use std::path::PathBuf;

fn main() {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let csrc = here.join("csrc");
    let mut build = cc::Build::new();
    build.include(csrc.join("include")).include(&csrc).std("c11").opt_level(3);
    build.flag("-ffp-contract=off").flag("-fvisibility=hidden").warnings(true);
    let list = std::fs::read_to_string(csrc.join("cmake/sources.txt")).expect("csrc lies beside build.rs");
    for source in list.lines().filter_map(|line| line.split_whitespace().next()) {
        build.file(csrc.join(source));
    }
    println!("cargo:rerun-if-changed={}", csrc.display());
    println!("cargo:include={}", csrc.join("include").display());
    if std::env::var_os("PDQL_SANITIZE").is_some() {
        build.flag("-fsanitize=address,undefined").flag("-fno-sanitize-recover=all");
    }
    build.compile("pdqlite");
}
