//! Compiles the C core from source: csrc beside this file (as packaged), or the repository's.
use std::path::{Path, PathBuf};

fn main() {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let csrc = here.join("csrc");
    let mut build = cc::Build::new();
    build.include(csrc.join("include")).include(&csrc).std("c11").opt_level(3);
    build.flag("-ffp-contract=off").flag("-fvisibility=hidden").warnings(true);
    for directory in [csrc.clone(), csrc.join("kernels")] {
        for source in sources(&directory) {
            build.file(source);
        }
    }
    println!("cargo:rerun-if-changed={}", csrc.display());
    println!("cargo:include={}", csrc.join("include").display());
    if std::env::var_os("PDQL_SANITIZE").is_some() {
        build.flag("-fsanitize=address,undefined").flag("-fno-sanitize-recover=all");
    }
    build.compile("pdqlite");
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(directory)
        .expect("csrc lies beside build.rs")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "c"))
        .collect();
    found.sort();
    found
}
