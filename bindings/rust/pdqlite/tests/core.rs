//! tests/vectors/core: hashes, index answers, decisions, errors; and misuse.
use base64::{Engine, engine::general_purpose::STANDARD};
use pdqlite::*;
use serde_json::Value;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

static CASES: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/core/cases.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
});

fn bytes(v: &Value) -> Vec<u8> {
    STANDARD.decode(v.as_str().unwrap()).unwrap()
}

fn rows(v: &Value) -> Vec<[u8; 32]> {
    bytes(v).as_chunks::<32>().0.to_vec()
}

fn number(v: &Value) -> u32 {
    v.as_u64().unwrap() as u32
}

fn picture(n: usize) -> (&'static Value, Vec<u8>) {
    let p = &CASES["pictures"][n];
    (p, bytes(&p["data"]))
}

fn image<'a>(p: &Value, data: &'a [u8]) -> Image<'a> {
    let format = match p["format"].as_str().unwrap() {
        "gray" => Format::Gray,
        "gray_limited" => Format::GrayLimited,
        "rgb" => Format::Rgb,
        _ => Format::Bgr,
    };
    let (row, step) = (number(&p["row_stride"]) as isize, number(&p["pixel_stride"]) as isize);
    Image::strided(data, 0, number(&p["width"]), number(&p["height"]), row, step, format)
}

fn hex(bits: &[u8]) -> String {
    bits.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn hashes() {
    for (n, expected) in CASES["hashes"].as_array().unwrap().iter().enumerate() {
        let (p, data) = picture(n);
        let mut hasher = Hasher::new(number(&p["width"]), number(&p["height"])).unwrap();
        let all = hasher.orientations(&image(p, &data)).unwrap();
        for (found, wanted) in all.iter().zip(expected.as_array().unwrap()) {
            assert_eq!((hex(&found.bits).as_str(), found.quality as u64), (wanted[0].as_str().unwrap(), wanted[1].as_u64().unwrap()), "{}", p["name"]);
        }
        assert_eq!(hasher.hash(&image(p, &data)).unwrap(), all[0]);
    }
}

#[test]
fn index_answers() {
    let case = &CASES["index"];
    let (list, queries) = (rows(&case["rows"]), rows(&case["queries"]));
    for shape in [Shape::Scan, Shape::SelfIndex, Shape::Auto] {
        let built = Index::build(&list, shape).unwrap();
        let index = Index::open(built.block().to_vec()).unwrap();
        assert_eq!(index.rows().unwrap() as usize, list.len());
        for (radius, hits) in case["answers"].as_object().unwrap() {
            let found: Vec<_> = index.search(&queries, radius.parse().unwrap()).unwrap().iter().map(|h| [h.query, h.row, h.distance]).collect();
            let wanted: Vec<_> = hits.as_array().unwrap().iter().map(|h| [number(&h[0]), number(&h[1]), number(&h[2])]).collect();
            assert_eq!(found, wanted, "radius {radius}");
        }
    }
}

fn entries() -> Entries {
    let case = &CASES["decisions"];
    Entries::with_meta(rows(&case["rows"]), bytes(&case["meta"]), number(&case["meta_bytes"]) as usize).unwrap()
}

fn matcher() -> Matcher {
    Matcher::new(entries(), &MatchPolicy::default()).unwrap()
}

fn check(decision: &Decision, case: &Value) {
    let option = |v: &Value| v.as_u64().map(|n| n as u32);
    assert_eq!(decision.verdict.name(), case["verdict"]);
    assert_eq!(decision.entry, option(&case["shows"]));
    assert_eq!(decision.tier.map(|t| t as u32 + 1), option(&case["tier"]).filter(|&t| t > 0));
    assert_eq!(decision.distance, option(&case["distance"]));
    let hundredths = |rate: f64| (-100.0 * rate.log10()).round().abs() as i64;
    assert_eq!(hundredths(decision.rate), case["rate"].as_i64().unwrap());
    assert_eq!(hundredths(decision.list_rate), case["list_rate"].as_i64().unwrap());
    let lacks = |name: &str| case["lacks"].as_array().unwrap().iter().any(|what| what == name);
    assert_eq!((decision.lacks_keypoints, decision.lacks_uncrop), (lacks("keypoint signatures"), lacks("un-cropping")));
    if let Some(orientation) = case["orientation"].as_str() {
        let place = decision.place.unwrap();
        assert_eq!((place.orientation.name(), place.inverted), (orientation, case["inverted"].as_bool().unwrap()));
    }
}

#[test]
fn decisions_about_pictures() {
    let matcher = matcher();
    for case in CASES["decisions"]["pictures"].as_array().unwrap() {
        let (p, data) = picture(number(&case["picture"]) as usize);
        check(&matcher.match_picture(&image(p, &data)).unwrap(), case);
    }
}

#[test]
fn decisions_about_videos() {
    let matcher = matcher();
    for case in CASES["decisions"]["videos"].as_array().unwrap() {
        let mut watch = matcher.watch().unwrap();
        for frame in case["frames"].as_array().unwrap() {
            let (p, data) = picture(number(&frame[0]) as usize);
            watch.push(&image(p, &data), number(&frame[1])).unwrap();
        }
        let (decision, frames) = watch.explain().unwrap();
        check(&decision, case);
        assert_eq!(watch.enough(), decision.verdict == Verdict::Match);
        assert_eq!(frames.is_empty(), decision.entry.is_none());
    }
}

#[test]
fn signatures_and_the_parts_they_find() {
    let case = &CASES["signatures"];
    let made: Vec<_> = (0..4).map(|n| picture(n)).map(|(p, data)| keypoint_signature(&image(p, &data)).unwrap()).collect();
    let wanted: Vec<_> = case["of"].as_array().unwrap().iter().map(bytes).collect();
    assert_eq!(made, wanted);
    assert_eq!(keypoint_signature(&Image::new(&[7; 900], 30, 30, Format::Gray).unwrap()).unwrap(), [1, 0, 128]); // no keypoints
    let deep = Matcher::new(entries().with_keypoints(&made).unwrap(), &MatchPolicy::default()).unwrap();
    for part in case["parts"].as_array().unwrap() {
        let (p, data) = picture(number(&part["picture"]) as usize);
        let (row, step) = (number(&p["row_stride"]), number(&p["pixel_stride"]));
        let start = number(&part["top"]) * row + number(&part["left"]) * step;
        let view = Image::strided(&data, start as usize, number(&part["width"]), number(&part["height"]), row as isize, step as isize, Format::Rgb);
        let decision = deep.match_picture(&view).unwrap();
        assert_eq!((decision.verdict, decision.entry, decision.tier), (Verdict::Match, Some(number(&part["shows"])), Some(Tier::Keypoints)));
        assert_eq!(matcher().match_picture(&view).unwrap().entry, None);
    }
    for claim in case["claims"].as_array().unwrap() {
        let order = claim["signatures"].as_array().unwrap();
        let signed: Vec<_> = order.iter().map(|n| made[number(n) as usize].clone()).collect();
        let policy = MatchPolicy { uncrop_entries: 0, ..MatchPolicy::default() };
        let asked = Matcher::new(entries().with_keypoints(&signed).unwrap(), &policy).unwrap();
        let (p, data) = picture(number(&claim["picture"]) as usize);
        let d = asked.match_picture(&image(p, &data)).unwrap();
        let said = (d.verdict.name(), d.entry, d.confirmed.name());
        assert_eq!(said, (claim["verdict"].as_str().unwrap(), Some(number(&claim["entry"])), claim["confirmed"].as_str().unwrap()));
    }
    assert_eq!(entries().with_keypoints(&made[1..]).err(), Some(Error::Argument));
    assert_eq!(Matcher::new(entries().with_keypoints(&[vec![1], vec![], vec![], vec![]]).unwrap(), &MatchPolicy::default()).err(), Some(Error::Argument));
}

#[test]
fn errors() {
    let status = |e: Error| pdqlite_sys::boundary::status_name(e.status()).to_string();
    let data = vec![0; 100 * 100];
    let tight = Image::strided(&data, 0, 100, 50, 10, 1, Format::Gray);
    let index = Index::build(&rows(&CASES["index"]["rows"]), Shape::Auto).unwrap();
    let found = [
        status(Hasher::new(4, 100).err().unwrap()),
        status(hash(&tight).unwrap_err()),
        status(index.search(&[[0; 32]], 257).unwrap_err()),
        status(Index::open(index.block()[..index.block().len() - 1].to_vec()).unwrap_err()),
    ];
    let wanted: Vec<_> = CASES["errors"].as_array().unwrap().iter().map(|c| c["status"].as_str().unwrap()).collect();
    assert_eq!(found.to_vec(), wanted);
}

#[test]
fn pixels_outside_the_slice_are_refused() {
    let data = vec![0; 64 * 64];
    for (start, row, step) in [(1, 64, 1), (0, 65, 1), (0, -64, 1), (0, 64, 2), (4095, isize::MIN, 1), (0, isize::MAX, isize::MAX)] {
        let image = Image::strided(&data, start, 64, 64, row, step, Format::Gray);
        assert_eq!(hash(&image).unwrap_err(), Error::Shape, "{start} {row} {step}");
    }
    assert!(hash(&Image::strided(&data, 63 * 64, 64, 64, -64, 1, Format::Gray)).is_ok());
    assert_eq!(Image::new(&data, 64, 63, Format::Gray).unwrap_err(), Error::Shape);
    assert_eq!(hash(&Image::strided(&data, 1, 64, 32, 128, 2, Format::Gray16)).unwrap_err(), Error::Shape);
    assert!(hash(&Image::new(&data, 64, 32, Format::Gray16).unwrap()).is_ok());
    assert_eq!(Image::new(&data, u32::MAX, u32::MAX, Format::Rgb).unwrap_err(), Error::Shape);
}

#[test]
fn sides_that_cannot_be_are_refused() {
    let data = vec![0; 64 * 64];
    for side in [0, 4, 1_048_577, u32::MAX] {
        for (width, height) in [(side, 64), (64, side)] {
            assert_eq!(Hasher::new(width, height).err(), Some(Error::Shape), "{width} x {height}");
            let of_image = Image::new(&data, width, height, Format::Gray).and_then(|image| hash(&image));
            assert_eq!(of_image.err(), Some(Error::Shape), "{width} x {height}");
        }
    }
    assert!(Hasher::new(5, 5).is_ok());
}

#[test]
fn times_that_run_backwards_change_nothing() {
    let matcher = matcher();
    let (p, data) = picture(0);
    let mut watch = matcher.watch().unwrap();
    watch.push(&image(p, &data), 1000).unwrap();
    let before = watch.decision().unwrap();
    assert_eq!(watch.push(&image(p, &data), 999).unwrap_err(), Error::Argument);
    assert_eq!(watch.decision().unwrap(), before);
}

/// What may pass to another thread, and what may be shared: said by the compiler.
#[test]
fn what_threads_may_have() {
    fn send<T: Send>() {}
    fn shared<T: Send + Sync>() {}
    shared::<Matcher>();
    shared::<Index>();
    shared::<Entries>();
    shared::<Decision>();
    shared::<Error>();
    send::<Hasher>();
    send::<Watch>();
    #[cfg(feature = "rustcrypto")]
    send::<VerifiedList<RustCrypto>>();
    send::<FileDigests>();
    send::<Resampler>();
    send::<SoundHasher>();
}

#[test]
fn many_threads_share_one_matcher() {
    let matcher = matcher();
    let (p, data) = picture(1);
    let alone = matcher.match_picture(&image(p, &data)).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(matcher.match_picture(&image(p, &data)).unwrap(), alone);
                }
            });
        }
    });
}

#[test]
fn frames_of_one_video_do_not_silence_one_another() {
    let case = &CASES["frames"];
    let (p, data) = (&case["picture"], bytes(&case["picture"]["data"]));
    let signatures: Vec<_> = case["signatures"].as_array().unwrap().iter().map(bytes).collect();
    let policy = MatchPolicy { uncrop_entries: 0, max_distance: 0, ..MatchPolicy::default() };
    for wanted in case["cases"].as_array().unwrap() {
        let entries = Entries::with_meta(rows(&case["rows"]), bytes(&wanted["meta"]), 14).unwrap().with_keypoints(&signatures).unwrap();
        let found = Matcher::new(entries, &policy).unwrap().match_picture(&image(p, &data)).unwrap();
        assert_eq!(found.verdict.name(), wanted["verdict"].as_str().unwrap());
        assert_eq!(found.entry, wanted["entry"].as_u64().map(|n| n as u32));
        assert_eq!(found.proof.map(|nats| (16.0 * nats) as i64), wanted["proof"].as_i64());
    }
}

/// Resident memory of this process, bytes; 0 where the system does not say.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok().and_then(|s| s.split(' ').nth(1)?.parse::<u64>().ok());
    4096 * pages.unwrap_or(0)
}

#[test]
fn a_hundred_thousand_calls_keep_no_memory() {
    let mut hasher = Hasher::new(64, 64).unwrap();
    let data = [0; 64 * 64];
    let image = Image::new(&data, 64, 64, Format::Gray).unwrap();
    let wanted = hasher.hash(&image).unwrap();
    let mut before = 0;
    for i in 0..100_000 {
        assert_eq!(hasher.hash(&image).unwrap(), wanted);
        if i % 10 == 0 {
            assert_eq!(Image::new(&data, 64, 63, Format::Gray).err(), Some(Error::Shape));
            assert_eq!(Index::open(vec![0; 40]).err(), Some(Error::Block));
        }
        if i % 1000 == 0 {
            let matcher = Matcher::new(Entries::from_hashes(vec![[7; 32]; 64]), &MatchPolicy::default()).unwrap();
            matcher.watch().unwrap().push(&image, 0).unwrap();
        }
        if i == 10_000 {
            before = resident();
        }
    }
    // 90 matchers with tables of their own would be 270 MB; other tests of this process run beside this one
    assert!(resident() < before + (128 << 20), "{before} bytes resident, then {}", resident());
}

/// Others match while the list is swapped: each answer is the old list's or the new one's, and a video
/// that began before a swap is watched to its end.
#[test]
fn a_list_swapped_while_others_match() {
    let quick = MatchPolicy { regions: false, uncrop_entries: 0, ..MatchPolicy::default() };
    let [matcher, empty] = [entries(), Entries::from_hashes(vec![[7; 32]])].map(|e| move || Matcher::new(e.clone(), &quick).unwrap());
    let (p, data) = picture(1);
    let found = |m: &Matcher| m.match_picture(&image(p, &data)).unwrap().entry;
    let answers = [found(&matcher()), found(&empty())];
    assert_ne!(answers[0], answers[1]);
    let current = std::sync::Mutex::new(matcher());
    let mut watch = current.lock().unwrap().watch().unwrap();
    let (done, seen) = (AtomicBool::new(false), [AtomicUsize::new(0), AtomicUsize::new(0)]);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    let matcher = current.lock().unwrap().clone();
                    let at = answers.iter().position(|&a| a == found(&matcher)).expect("neither list's answer");
                    seen[at].fetch_add(1, Relaxed);
                }
            });
        }
        for n in 0.. {
            *current.lock().unwrap() = if n % 2 == 0 { empty() } else { matcher() };
            watch.push(&image(p, &data), n).unwrap();
            if n >= 30 && seen.iter().all(|s| s.load(Relaxed) > 0) {
                break;
            }
        }
        done.store(true, Relaxed);
    });
    assert_eq!(watch.decision().unwrap().entry, answers[0]);
}

#[test]
fn policies_and_columns_out_of_range() {
    let one = || Entries::from_hashes(vec![[7; 32]]);
    let wrong = [
        MatchPolicy { picture_rate: 0.0, ..MatchPolicy::default() },
        MatchPolicy { video_rate: f64::NAN, ..MatchPolicy::default() },
        MatchPolicy { max_distance: 257, ..MatchPolicy::default() },
        MatchPolicy { min_quality: 101, ..MatchPolicy::default() },
        MatchPolicy { frames: 0, ..MatchPolicy::default() },
    ];
    for policy in &wrong {
        assert_eq!(Matcher::new(one(), policy).err().unwrap(), Error::Argument);
    }
    assert_eq!(Entries::with_meta(vec![[7; 32]], vec![0; 5], 6).err().unwrap(), Error::Argument);
    let empty = Matcher::new(Entries::default(), &MatchPolicy::default()).unwrap();
    let (p, data) = picture(0);
    assert_eq!(empty.match_picture(&image(p, &data)).unwrap().verdict, Verdict::NoMatch);
}

#[test]
fn every_status_of_the_header_has_an_error() {
    let contract = include_str!("../../../contract.txt");
    for line in contract.lines().filter(|l| l.starts_with("enum pdql_status ") && !l.contains("PDQL_OK ")) {
        let status: i32 = line.rsplit(" = ").next().unwrap().parse().unwrap();
        assert!(error_of(status).is_some(), "{line}");
    }
    assert!(error_of(9999).is_none());
}

/// The error of a status, if the crate knows one.
fn error_of(status: i32) -> Option<Error> {
    Error::known(status)
}
