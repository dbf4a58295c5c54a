//! On-device media matching: PDQ hashes of pictures and video frames, matched against a signed, encrypted hash
//! list. Sends nothing anywhere; no I/O, no clock, no threads of its own.
//!
//! ```
//! use pdqlite::{Entries, Format, Image, Matcher, MatchPolicy, Verdict, hash};
//!
//! let pixels: Vec<u8> = (0..128 * 96 * 3).map(|i| (i * i / 7 % 251) as u8).collect();
//! let picture = Image::new(&pixels, 128, 96, Format::Rgb)?;
//! let matcher = Matcher::new(Entries::from_hashes(vec![hash(&picture)?.bits]), &MatchPolicy::default())?;
//! let decision = matcher.match_picture(&picture)?;
//! assert_eq!(decision.verdict, Verdict::Match);
//! # Ok::<(), pdqlite::Error>(())
//! ```
//!
//! A list comes in through [`Release::verify`] and [`VerifiedList::read`]; nothing decrypts or matches an unverified one.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod decision;
mod error;
mod exact;
mod image;
mod index;
mod list;
mod matcher;
mod sound;
#[cfg(feature = "rustcrypto")]
mod rustcrypto;

pub use decision::{Confirmed, Decision, Finding, FrameMatch, Orientation, Tier, Verdict, Where};
pub use error::Error;
pub use exact::{FileDigests, FileRows};
pub use image::{Format, Hash, Hasher, Image, hash, keypoint_signature};
pub use index::{Hit, Index, Shape, distance};
pub use list::{Entries, Held, ListInfo, Needs, Provider, Release, Token, TokenSays, VerifiedList, compare_token};
pub use matcher::{Matcher, MatchPolicy, Watch};
pub use sound::{Resampler, Samples, SoundHash, SoundHasher};
#[cfg(feature = "rustcrypto")]
pub use rustcrypto::RustCrypto;

/// The version of the C core, "major.minor.patch".
pub fn version() -> &'static str {
    pdqlite_sys::boundary::version()
}

/// The name of the kernels that this processor runs: "avx2", "neon", "portable" ...
pub fn kernels() -> &'static str {
    pdqlite_sys::boundary::kernels()
}

/// The README's program is compiled with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
