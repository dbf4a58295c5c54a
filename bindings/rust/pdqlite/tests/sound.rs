//! tests/vectors/sound: hashes of drawn sounds; streams; and misuse.
use pdqlite::*;
use serde_json::Value;

fn cases() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/sound/cases.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn number(case: &Value, name: &str) -> u32 {
    case[name].as_u64().unwrap() as u32
}

/// The sound of a case (tests/vectors/sound/README.md), all channels side by side.
fn drawn(case: &Value) -> Vec<i16> {
    let (rate, frames, channels) = (number(case, "rate"), number(case, "frames"), number(case, "channels"));
    let (mut state, mut out) = (number(case, "seed"), Vec::new());
    let (mut phase, mut step, mut loud) = ([0u32; 4], [0u32; 4], [0i32; 4]);
    let mut next = || {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        state
    };
    for n in 0..frames {
        if n % (rate / 8) == 0 {
            for v in 0..4 {
                let state = next();
                step[v] = ((200 + (state >> 16) % 3000) * 65536) / rate;
                loud[v] = (state >> 8 & 15) as i32;
            }
        }
        let mut total = 0;
        for v in 0..4 {
            phase[v] = (phase[v] + step[v]) & 65535;
            let at = phase[v] as i32;
            total += loud[v] * if at < 32768 { at - 16384 } else { 49151 - at };
        }
        let sample = (total >> 6) + (next() >> 16 & 255) as i32 - 128;
        out.extend((0..channels).map(|c| if c % 2 == 1 { -(sample >> 1) } else { sample } as i16));
    }
    out
}

fn plain(hashes: &[SoundHash]) -> Value {
    let hex = |bits: &[u8]| bits.iter().map(|b| format!("{b:02x}")).collect::<String>();
    Value::Array(hashes.iter().map(|h| serde_json::json!([h.start, hex(&h.bits), h.quality])).collect())
}

#[test]
fn vectors() {
    let cases = cases();
    assert!(cases.len() > 20);
    for case in &cases {
        let (rate, channels, channel) = (number(case, "rate"), number(case, "channels"), number(case, "channel"));
        let x = drawn(case);
        let floats: Vec<f32> = x.iter().map(|&v| f32::from(v) / 32768.0).collect();
        let is_float = case["format"] == "f32";
        let mut resampler = Resampler::new().unwrap();
        let mut hasher = SoundHasher::new(number(case, "every"), number(case, "hypothesis")).unwrap();
        let (mut found, mut samples) = (Vec::new(), 0);
        let piece = 7919 * channels as usize;
        let mut take = |made: Vec<i16>| {
            samples += made.len();
            found.extend(hasher.push(&made).unwrap());
        };
        for at in (0..x.len()).step_by(piece) {
            let end = x.len().min(at + piece);
            let part = if is_float { Samples::Float(&floats[at..end]) } else { Samples::Int16(&x[at..end]) };
            take(resampler.push(part, rate, channels, channel).unwrap());
        }
        take(resampler.finish().unwrap());
        found.extend(hasher.finish().unwrap());
        assert_eq!(plain(&found), case["hashes"], "{rate}");
        assert_eq!(samples as u32, number(case, "samples"));
        assert_eq!(hasher.push(&[1]), Err(Error::Order));
    }
}

#[test]
fn what_is_no_sound() {
    let mut resampler = Resampler::new().unwrap();
    let x = Samples::Int16(&[0; 12]);
    for (rate, channels, channel) in [(0, 1, 0), (44101, 1, 0), (8000, 0, 0), (8000, 5, 0), (8000, 65, 0), (8000, 2, 3)] {
        assert_eq!(resampler.push(x, rate, channels, channel), Err(Error::Argument));
    }
    assert_eq!(resampler.push(Samples::Float(&[f32::NAN, f32::INFINITY, -7.0, 0.5]), 8000, 1, 0), Ok(vec![0, 32767, -32768, 16384]));
    for (every, hypothesis) in [(0, 0), (65, 0), (2, 10)] {
        assert_eq!(SoundHasher::new(every, hypothesis).err(), Some(Error::Argument));
    }
}
