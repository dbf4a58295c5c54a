//! The C core of pdqlite: the declarations of `pdqlite.h` ([`ffi`]) and, over them, the only `unsafe` code of the
//! Rust binding ([`boundary`]). Applications use the crate `pdqlite`.

#![deny(missing_docs)]

pub mod boundary;
/// What `pdqlite.h` and `pdqlite_sound.h` declare, with their words. `generate.py` makes it; pointers, memory and threads are as they say.
#[allow(non_camel_case_types)]
pub mod ffi;
