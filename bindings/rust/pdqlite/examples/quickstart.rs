//! Does a picture show one of those in a file of hashes?
//!
//!     cargo run --example quickstart HASHES PICTURE.ppm
use pdqlite::{Entries, Format, Image, Matcher, MatchPolicy, Verdict};
use std::{env, error::Error, fs, process::ExitCode};

/// A PPM picture (P6, 8 bits): width, height, pixels.
fn ppm(file: &[u8]) -> Option<(u32, u32, &[u8])> {
    let mut head = file.splitn(5, u8::is_ascii_whitespace);
    let mut word = || head.next().and_then(|w| str::from_utf8(w).ok());
    let (kind, width, height, most) = (word()?, word()?.parse().ok()?, word()?.parse().ok()?, word()?);
    (kind == "P6" && most == "255").then_some((width, height, head.next()?))
}

fn run() -> Result<bool, Box<dyn Error>> {
    let names: Vec<_> = env::args().skip(1).collect();
    let [hashes, picture] = names.as_slice() else { return Err("usage: quickstart HASHES PICTURE.ppm".into()) };
    let rows = fs::read(hashes)?.as_chunks::<32>().0.to_vec();
    let matcher = Matcher::new(Entries::from_hashes(rows), &MatchPolicy::default())?;
    let file = fs::read(picture)?;
    let (width, height, pixels) = ppm(&file).ok_or("not a PPM picture of 8 bits")?;
    let decision = matcher.match_picture(&Image::new(pixels, width, height, Format::Rgb)?)?;
    match decision.entry {
        Some(entry) if decision.verdict == Verdict::Match => println!("matched: entry {entry}, false-match rate {:.1e}", decision.rate),
        _ => println!("no match"),
    }
    Ok(decision.verdict == Verdict::Match)
}

fn main() -> ExitCode {
    run().map_or_else(|e| { eprintln!("{e}"); ExitCode::from(2) }, |found| ExitCode::from(!found as u8))
}
