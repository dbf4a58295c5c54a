use crate::Error;
use pdqlite_sys::boundary;

/// Decoded sound, all channels side by side.
#[derive(Clone, Copy, Debug)]
pub enum Samples<'a> {
    /// 16 bits.
    Int16(&'a [i16]),
    /// -1 to 1; past that it is clipped, not a number is 0.
    Float(&'a [f32]),
}

/// The hash of 4 seconds of sound (docs/formats/sound-hash.md). It names a recording, not a speaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SoundHash {
    /// First sample of the window at 8 kHz, counted from the first that was pushed.
    pub start: u64,
    /// A row, as those of pictures.
    pub bits: [u8; 32],
    /// 0 to 100; below 25 it is too quiet or too empty to list or to look up.
    pub quality: u8,
}

/// Makes mono at 8 kHz of a stream of sound: however it is cut into pushes, the samples are the same.
pub struct Resampler(boundary::Resampler);

impl Resampler {
    /// A new one.
    pub fn new() -> Result<Resampler, Error> {
        boundary::Resampler::new().map(Resampler).map_err(Error::of)
    }

    /// Takes the next frames; returns the samples that they complete. `rate`: 8000, 11025, 12000, 16000, 22050, 24000, 32000,
    /// 44100, 48000, 88200, 96000, 176400 or 192000 Hz; `channels`: 1 to 64; `channel`: 0 for the mean of all, or one alone,
    /// from 1. All may change from push to push. [`Error::Argument`] for another value, or samples that fill no whole frames.
    pub fn push(&mut self, samples: Samples, rate: u32, channels: u32, channel: u32) -> Result<Vec<i16>, Error> {
        let raw = match samples {
            Samples::Int16(s) => boundary::Samples::Int16(s),
            Samples::Float(s) => boundary::Samples::Float(s),
        };
        self.0.push(raw, rate, channels, channel).map_err(Error::of)
    }

    /// The samples that are left. The next push begins anew.
    pub fn finish(&mut self) -> Result<Vec<i16>, Error> {
        self.0.finish().map_err(Error::of)
    }
}

/// Hashes a stream of samples at 8 kHz: however it is cut into pushes, the hashes are the same.
pub struct SoundHasher(boundary::SoundHasher);

impl SoundHasher {
    /// `every`: steps of 1/16 s from one hash to the next, 1 to 64: 2 for a query, 16 for a list. `hypothesis`: what may have
    /// been done to the sound's speed, 0 (nothing) to 9. [`Error::Argument`] for another value.
    pub fn new(every: u32, hypothesis: u32) -> Result<SoundHasher, Error> {
        boundary::SoundHasher::new(every, hypothesis).map(SoundHasher).map_err(Error::of)
    }

    /// Takes the next samples; returns the hashes that they complete. [`Error::Order`] after [`SoundHasher::finish`].
    pub fn push(&mut self, samples: &[i16]) -> Result<Vec<SoundHash>, Error> {
        self.0.push(samples).map(hashes).map_err(Error::of)
    }

    /// The hashes of the last windows. Nothing can be pushed after it.
    pub fn finish(&mut self) -> Result<Vec<SoundHash>, Error> {
        self.0.finish().map(hashes).map_err(Error::of)
    }
}

fn hashes(raw: Vec<pdqlite_sys::ffi::pdql_sound_hash>) -> Vec<SoundHash> {
    raw.iter().map(|h| SoundHash { start: h.start, bits: h.bits, quality: h.quality }).collect()
}
