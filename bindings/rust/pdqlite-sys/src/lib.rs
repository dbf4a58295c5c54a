//! The C core of pdqlite: the declarations of `pdqlite.h` ([`ffi`]) and, over them, the only `unsafe` code of the
//! Rust binding ([`boundary`]). Applications use the crate `pdqlite`.

pub mod boundary;
#[allow(non_camel_case_types, missing_docs)]
pub mod ffi;
