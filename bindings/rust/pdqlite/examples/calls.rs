//! bindings/calls/calls.c in Rust: what one call costs.
use pdqlite::{Format, Hasher, Image};
use std::time::Instant;

const SIDE: u32 = 64;
const BATCHES: usize = 60;
const CALLS: usize = 200;

fn main() -> Result<(), pdqlite::Error> {
    let pixels: Vec<u8> = (0..SIDE * SIDE).map(|i| (i * i / 7 % 251) as u8).collect();
    let image = Image::new(&pixels, SIDE, SIDE, Format::Gray)?;
    let mut hasher = Hasher::new(SIDE, SIDE)?;
    let mut hash = hasher.hash(&image)?;
    let mut best = f64::MAX;
    for _ in 0..BATCHES {
        let start = Instant::now();
        for _ in 0..CALLS {
            hash = hasher.hash(&image)?;
        }
        best = best.min(start.elapsed().as_nanos() as f64 / CALLS as f64);
    }
    let hex: String = hash.bits.iter().map(|b| format!("{b:02x}")).collect();
    println!("{hex} {best:.0}");
    Ok(())
}
