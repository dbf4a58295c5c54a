//! Sound: PCM to samples at 8 kHz, and those to hashes.
use super::{Memory, best, check};
use crate::ffi::*;
use core::ptr;

/// Samples of all channels side by side.
#[derive(Clone, Copy, Debug)]
pub enum Samples<'a> {
    /// 16 bits a sample.
    /// 16 bits a sample, this machine's byte order.
    Int16(&'a [i16]),
    /// -1 to 1 a sample.
    /// -1 to 1 a sample; what is past that is clipped, what is no number is 0.
    Float(&'a [f32]),
}

/// Makes mono at 8 kHz of PCM.
pub struct Resampler {
    _memory: Memory,
    at: *mut pdql_resampler,
}

// SAFETY: `at` points into `_memory`, whose bytes do not move with it; nothing else knows of them.
unsafe impl Send for Resampler {}

impl Resampler {
    /// At the beginning of a sound.
    pub fn new() -> Result<Resampler, pdql_status> {
        let (mut memory, mut at) = (Memory::new(unsafe { pdql_resampler_size() }), ptr::null_mut());
        check(unsafe { pdql_resampler_init(best(), memory.as_mut(), memory.size(), &mut at) })?;
        Ok(Resampler { _memory: memory, at })
    }
    /// Takes the next frames of `channels` samples each, and gives the mono samples at 8 kHz that they complete. `channel` 0:
    /// the mean of all; else that one alone, from 1. `PDQL_ERR_ARG`: a rate that is not known, a frame cut in two.
    pub fn push(&mut self, samples: Samples, rate: u32, channels: u32, channel: u32) -> Result<Vec<i16>, pdql_status> {
        let (data, n, format) = match samples {
            Samples::Int16(s) => (s.as_ptr().cast(), s.len(), PDQL_PCM_S16),
            Samples::Float(s) => (s.as_ptr().cast(), s.len(), PDQL_PCM_F32),
        };
        if channels == 0 || n % channels as usize != 0 {
            return Err(PDQL_ERR_ARG);
        }
        let frames = n / channels as usize;
        let pcm = pdql_pcm { data, frames, rate, channels, format, channel, frame_stride: 0, channel_stride: 0 };
        let mut out = vec![0; unsafe { pdql_resampler_room(frames, rate) }];
        let mut made = 0;
        check(unsafe { pdql_resampler_push(self.at, &pcm, out.as_mut_ptr(), out.len(), &mut made) })?;
        out.truncate(made);
        Ok(out)
    }
    /// The samples that are left; the next push begins anew.
    pub fn finish(&mut self) -> Result<Vec<i16>, pdql_status> {
        let (mut out, mut made) = (vec![0; 64], 0);
        check(unsafe { pdql_resampler_finish(self.at, out.as_mut_ptr(), out.len(), &mut made) })?;
        out.truncate(made);
        Ok(out)
    }
}

/// Hashes samples at 8 kHz.
pub struct SoundHasher {
    _memory: Memory,
    at: *mut pdql_sound_hasher,
    options: pdql_sound_options,
}

// SAFETY: as for Resampler.
unsafe impl Send for SoundHasher {}

impl SoundHasher {
    /// A hash `every` so many steps, as if `hypothesis` had been done to the speed. `PDQL_ERR_ARG`: either out of range.
    pub fn new(every: u32, hypothesis: u32) -> Result<SoundHasher, pdql_status> {
        let options = pdql_sound_options { hypothesis, every };
        let (mut memory, mut at) = (Memory::new(unsafe { pdql_sound_hasher_size() }), ptr::null_mut());
        check(unsafe { pdql_sound_hasher_init(best(), &options, memory.as_mut(), memory.size(), &mut at) })?;
        Ok(SoundHasher { _memory: memory, at, options })
    }
    fn into(&mut self, samples: usize, call: impl FnOnce(*mut pdql_sound_hasher, *mut pdql_sound_hash, usize, *mut usize) -> pdql_status) -> Result<Vec<pdql_sound_hash>, pdql_status> {
        let nothing = pdql_sound_hash { start: 0, bits: [0; 32], quality: 0 };
        let (mut out, mut made) = (vec![nothing; unsafe { pdql_sound_hasher_room(samples, &self.options) }], 0);
        check(call(self.at, out.as_mut_ptr(), out.len(), &mut made))?;
        out.truncate(made);
        Ok(out)
    }
    /// Takes the next samples, and gives the hashes that they complete.
    pub fn push(&mut self, samples: &[i16]) -> Result<Vec<pdql_sound_hash>, pdql_status> {
        self.into(samples.len(), |h, out, room, n| unsafe { pdql_sound_hasher_push(h, samples.as_ptr(), samples.len(), out, room, n) })
    }
    /// The hashes that are left; the next push begins anew.
    pub fn finish(&mut self) -> Result<Vec<pdql_sound_hash>, pdql_status> {
        self.into(0, |h, out, room, n| unsafe { pdql_sound_hasher_finish(h, out, room, n) })
    }
}
