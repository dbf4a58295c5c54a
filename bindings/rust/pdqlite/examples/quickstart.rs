//! Does a picture show one of those in a file of hashes?
//!
//!     cargo run --example quickstart HASHES PICTURE.ppm
use pdqlite::{Entries, Format, Image, Matcher, MatchPolicy, Verdict};
use std::{env, error::Error, fs, process::ExitCode};

/// What stands next in the header of a PPM picture, behind spaces, line ends and comments; and what is left.
fn word(mut file: &[u8]) -> Option<(&str, &[u8])> {
    loop {
        file = file.trim_ascii_start();
        match file.strip_prefix(b"#") {
            Some(comment) => file = &comment[comment.iter().position(|&c| c == b'\n')?..],
            None => break,
        }
    }
    let end = file.iter().position(u8::is_ascii_whitespace)?;
    Some((str::from_utf8(&file[..end]).ok()?, &file[end..]))
}

/// A PPM picture (P6, 8 bits): width, height, pixels.
fn ppm(file: &[u8]) -> Option<(u32, u32, &[u8])> {
    let (kind, rest) = word(file)?;
    let (width, rest) = word(rest)?;
    let (height, rest) = word(rest)?;
    let (most, rest) = word(rest)?;
    (kind == "P6" && most == "255").then_some((width.parse().ok()?, height.parse().ok()?, &rest[1..]))
}

fn run() -> Result<bool, Box<dyn Error>> {
    let names: Vec<_> = env::args().skip(1).collect();
    let [hashes, picture] = names.as_slice() else { return Err("usage: quickstart HASHES PICTURE.ppm".into()) };
    let bytes = fs::read(hashes)?;
    let (rows, []) = bytes.as_chunks::<32>() else { return Err(format!("HASHES has to be 32 bytes for each hash; got {} bytes", bytes.len()).into()) };
    let matcher = Matcher::new(Entries::from_hashes(rows.to_vec()), &MatchPolicy::default())?;
    let file = fs::read(picture)?;
    let (width, height, pixels) = ppm(&file).ok_or("not a PPM picture of 8 bits")?;
    let decision = matcher.match_picture(&Image::new(pixels, width, height, Format::Rgb)?)?;
    match decision.entry {
        Some(entry) if decision.verdict == Verdict::Match => println!("matched: entry {entry}, false-match rate {:.1e}, {:.1e} over the list", decision.rate, decision.list_rate),
        _ => println!("no match"),
    }
    Ok(decision.verdict == Verdict::Match)
}

fn main() -> ExitCode {
    run().map_or_else(|e| { eprintln!("{e}"); ExitCode::from(2) }, |found| ExitCode::from(!found as u8))
}
