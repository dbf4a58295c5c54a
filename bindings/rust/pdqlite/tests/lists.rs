//! tests/vectors/list: good and broken lists, attacks by name.
use pdqlite::*;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;

const LISTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/list");

type Files = HashMap<String, Vec<u8>>;

fn cases(file: &str) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(format!("{LISTS}/{file}")).unwrap()).unwrap()
}

fn blob(name: &Value) -> Vec<u8> {
    std::fs::read(format!("{LISTS}/blobs/{}", name.as_str().unwrap())).unwrap()
}

fn files(case: &Value) -> Files {
    named(&case["files"])
}

fn named(files: &Value) -> Files {
    files.as_object().unwrap().iter().map(|(name, data)| (name.clone(), blob(data))).collect()
}

fn key(case: &Value) -> [u8; 32] {
    let text = case["key"].as_str().unwrap();
    std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

fn verify(trust: &[u8], files: &Files, state: Option<&[u8]>, now: u64) -> Result<VerifiedList<RustCrypto>, Error> {
    verify_by(RustCrypto, trust, files, state, now)
}

/// Verifies a release as an application would: asks what it needs, and gives what there is of that.
fn verify_by<P: Provider>(provider: P, trust: &[u8], files: &Files, state: Option<&[u8]>, now: u64) -> Result<VerifiedList<P>, Error> {
    let get = |name: &str| files.get(name).map(Vec::as_slice);
    let mut release = Release { trust, state, now, manifest: get("manifest").unwrap_or(&[]), proof: get("manifest.tlog-proof"), ..Release::default() };
    let needs = release.needs()?;
    let names: Vec<String> = (0..needs.policies.1).map(|i| format!("policy-{}", needs.policies.0 + i)).collect();
    let policies: Vec<_> = names.iter().map(|n| (get(n).unwrap_or(&[]), get(&format!("{n}.tlog-proof")))).collect();
    release.policies = &policies;
    let consistency = format!("consistency-{}", needs.consistency);
    release.consistency = if needs.consistency > 0 { get(&consistency) } else { None };
    release.verify(provider)
}

fn status(case: &Value) -> Result<&'static str, Error> {
    let trust = blob(&case["trust"]);
    let mut state: Option<Vec<u8>> = None;
    for before in case["before"].as_array().unwrap_or(&Vec::new()) {
        let installed = verify(&trust, &files(before), state.as_deref(), before["now"].as_u64().unwrap())?;
        state = Some(installed.state().to_vec());
    }
    let files = files(case);
    let list = verify(&trust, &files, state.as_deref(), case["now"].as_u64().unwrap())?;
    let info = list.info();
    let empty = Vec::new();
    let entries = list.read(&key(case), files.get("list.cob").unwrap_or(&empty), Some(files.get("local.cob").unwrap_or(&empty)))?;
    assert!(entries.hashes().is_sorted());
    Ok(if info.stale { "stale" } else if info.unlogged { "unlogged" } else if info.unwitnessed { "unwitnessed" } else if info.unaudited { "unaudited" } else { "ok" })
}

/// What a delta comes to; what a good one leads to is the list read whole.
fn updated(case: &Value) -> Result<&'static str, Error> {
    let (trust, now, key) = (blob(&case["trust"]), case["now"].as_u64().unwrap(), key(case));
    let read = |files: &Files| {
        let list = verify(&trust, files, None, now)?;
        let held = Held { seq: list.info().seq, root: list.info().root };
        Ok::<_, Error>((held, list.read(&key, &files["list.cob"], files.get("local.cob").map(Vec::as_slice))?))
    };
    let (held, before) = read(&named(&case["held"])).unwrap();
    let mut files = files(case);
    let list = verify(&trust, &files, None, now)?;
    let info = list.info();
    let after = list.update(&key, files.get("delta-0.cob").map_or(&[], Vec::as_slice), &held, &before, true)?;
    files.extend(named(&case["whole"]));
    let (_, whole) = read(&files).unwrap();
    assert!(after == whole, "{}", case["name"]);
    Ok(if info.unlogged { "unlogged" } else { "ok" })
}

#[test]
fn deltas() {
    let all = cases("deltas.json");
    assert!(all.len() >= 19);
    for case in all {
        assert_eq!(said(updated(&case)), case["status"].as_str().unwrap(), "{}", case["name"]);
    }
}

#[test]
fn deltas_from_what_is_not_held() {
    let case = &cases("deltas.json")[0];
    let (trust, now, key, before) = (blob(&case["trust"]), case["now"].as_u64().unwrap(), key(case), named(&case["held"]));
    let old = verify(&trust, &before, None, now).unwrap();
    let held = Held { seq: old.info().seq, root: old.info().root };
    let entries = old.read(&key, &before["list.cob"], None).unwrap();
    let files = files(case);
    let update = |held: Held, entries: &Entries| verify(&trust, &files, None, now).unwrap().update(&key, &files["delta-0.cob"], &held, entries, false).map(|_| ());
    assert_eq!(update(Held { seq: held.seq + 7, ..held }, &entries), Err(Error::Ciphertext));
    assert_eq!(update(Held { root: [1; 32], ..held }, &entries), Err(Error::Content));
    assert_eq!(update(held, &Entries::from_hashes(entries.hashes().to_vec())), Err(Error::Argument));
    assert_eq!(update(held, &Entries::with_meta(entries.hashes()[1..].to_vec(), vec![0; 6 * (entries.len() - 1)], 6).unwrap()), Err(Error::Content));
    assert_eq!(update(held, &entries), Ok(()));
}

fn verdict(case: &Value) -> String {
    said(status(case))
}

fn said(status: Result<&'static str, Error>) -> String {
    match status {
        Ok(remark) => remark.to_string(),
        Err(Error::Unlogged) => "unlogged-refused".to_string(),
        Err(Error::Unwitnessed) => "unwitnessed-refused".to_string(),
        Err(Error::Unaudited) => "unaudited-refused".to_string(),
        Err(Error::Io) => "ct-mismatch".to_string(), // a file that ends early is not the endorsed one
        Err(error) => pdqlite_sys::boundary::status_name(error.status()).to_string(),
    }
}

#[test]
fn verdicts() {
    for file in ["cases.json", "log.json"] {
        for case in cases(file) {
            assert_eq!(verdict(&case), case["status"].as_str().unwrap(), "{file}: {}", case["name"]);
        }
    }
}

/// The checkpoint of a proof in a token, as docs/formats/list.md says (section 16): size and root; the origin is seen by comparing.
#[test]
fn tokens() {
    let cases = cases("log.json");
    let case = cases.iter().find(|c| c["name"] == "nothing wrong").unwrap();
    let files = files(case);
    let list = verify(&blob(&case["trust"]), &files, None, case["now"].as_u64().unwrap()).unwrap();
    let own = list.token().unwrap();
    let proof = String::from_utf8(files["manifest.tlog-proof"].clone()).unwrap();
    let size: u64 = proof.split("\n\n").nth(1).unwrap().lines().nth(1).unwrap().parse().unwrap();
    assert_eq!(own[8..16], size.to_be_bytes());
    let changed = |at: usize| {
        let mut token = own;
        token[at] ^= 1;
        compare_token(&[[0; 48], own], &token)
    };
    assert_eq!(compare_token(&[[0; 48], own], &own), Ok(TokenSays::Same));
    assert_eq!((changed(0), changed(15), changed(47)), (Ok(TokenSays::OtherLog), Ok(TokenSays::Unknown), Ok(TokenSays::SplitView)));
    assert_eq!(compare_token(&[], &own), Ok(TokenSays::OtherLog));
    assert_eq!((changed(8), compare_token(&[own], &own[1..])), (Err(Error::ListFormat), Err(Error::ListFormat)));
    let unlogged = cases.iter().find(|c| c["status"] == "unlogged").unwrap();
    let list = verify(&blob(&unlogged["trust"]), &self::files(unlogged), None, unlogged["now"].as_u64().unwrap()).unwrap();
    assert_eq!(list.token(), Err(Error::Unlogged));
}

#[test]
fn entries_of_a_good_list_are_matched() {
    let cases = cases("cases.json");
    let case = cases.iter().find(|c| c["name"] == "good image list").unwrap();
    let files = files(case);
    let list = verify(&blob(&case["trust"]), &files, None, case["now"].as_u64().unwrap()).unwrap();
    let policy = MatchPolicy { max_distance: list.info().max_distance, ..MatchPolicy::default() };
    let entries = list.read(&key(case), &files["list.cob"], None).unwrap();
    assert!(!entries.is_empty());
    Matcher::new(entries, &policy).unwrap();
}

/// Panics in one of its functions, at the n-th call; counts the calls of all.
struct Broken<'a> {
    at: (&'static str, usize),
    calls: &'a RefCell<HashMap<&'static str, usize>>,
}

/// Panics again when it is dropped, unless the thread is unwinding.
struct Spite;
impl Drop for Spite {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("dropped");
        }
    }
}

impl Broken<'_> {
    fn call(&self, name: &'static str) {
        let mut calls = self.calls.borrow_mut();
        let n = calls.entry(name).or_insert(0);
        *n += 1;
        if self.at == (name, *n) {
            drop(calls);
            std::panic::panic_any(Spite);
        }
    }
}

impl Provider for Broken<'_> {
    fn ed25519_verify(&self, public_key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool {
        self.call("verify");
        RustCrypto.ed25519_verify(public_key, signature, message)
    }
    fn hkdf_sha512_expand(&self, key: &[u8; 32], info: &[u8], out: &mut [u8]) -> bool {
        self.call("expand");
        RustCrypto.hkdf_sha512_expand(key, info, out)
    }
    fn aes256gcm_open(&self, key: &[u8; 32], nonce: &[u8; 12], sealed: &[u8], out: &mut [u8]) -> bool {
        self.call("open");
        RustCrypto.aes256gcm_open(key, nonce, sealed, out)
    }
}

/// A provider panics at its n-th call: an error, and it is not asked again. At every call that a list, its local
/// signatures and a delta make.
#[test]
fn panics_of_a_provider_are_errors() {
    let case = &cases("deltas.json")[0];
    let (trust, now, key) = (blob(&case["trust"]), case["now"].as_u64().unwrap(), key(case));
    let (held, mut files) = (named(&case["held"]), files(case));
    files.extend(named(&case["whole"]));
    let old = verify(&trust, &held, None, now).unwrap();
    let from = Held { seq: old.info().seq, root: old.info().root };
    let entries = old.read(&key, &held["list.cob"], held.get("local.cob").map(Vec::as_slice)).unwrap();
    let run = |at, calls: &RefCell<_>| {
        let whole = verify_by(Broken { at, calls }, &trust, &files, None, now)?;
        whole.read(&key, &files["list.cob"], files.get("local.cob").map(Vec::as_slice))?;
        let delta = verify_by(Broken { at, calls }, &trust, &files, None, now)?;
        delta.update(&key, &files["delta-0.cob"], &from, &entries, true)
    };
    let all = RefCell::default();
    run(("none", 0), &all).unwrap();
    let all = all.into_inner();
    assert_eq!(all.len(), 3, "every function of the provider is called");
    std::panic::set_hook(Box::new(|_| ())); // no text for each of them
    let said: Vec<_> = all
        .iter()
        .flat_map(|(&name, &n)| (1..=n).map(move |i| (name, i)))
        .map(|at| {
            let calls = RefCell::default();
            let result = run(at, &calls).map(|_| ());
            (at, result, calls.into_inner()[at.0])
        })
        .collect();
    drop(std::panic::take_hook());
    assert!(said.len() >= 8);
    for (at, result, calls) in said {
        assert_eq!((result, calls), (Err(Error::Panicked), at.1), "{at:?}");
    }
    assert!(Error::Panicked.to_string().contains("panicked") && Error::known(Error::Panicked.status()).is_none());
}

/// Files of tests/vectors/list/files.json in the good list of files: verdict, entry, tier, rows.
#[test]
fn files_are_found_byte_for_byte() {
    let case = cases("cases.json").into_iter().find(|c| c["name"] == "good list of files").unwrap();
    let files = files(&case);
    let list = verify(&blob(&case["trust"]), &files, None, case["now"].as_u64().unwrap()).unwrap();
    let entries = list.read(&key(&case), &files["list.cob"], None).unwrap();
    let unhex = |text: &Value| (0..text.as_str().unwrap().len() / 2).map(|i| u8::from_str_radix(&text.as_str().unwrap()[2 * i..2 * i + 2], 16).unwrap()).collect::<Vec<u8>>();
    let vectors = cases("files.json");
    assert!(vectors.len() > 8);
    for vector in vectors {
        let data = unhex(&vector["data"]);
        let mut digests = FileDigests::new();
        data.chunks(61).for_each(|piece| digests.add(piece));
        let rows = digests.end();
        assert_eq!(rows, FileRows::of(&data));
        assert_eq!(rows.bytes().to_vec(), unhex(&vector["rows"]));
        let found = entries.find_file(&rows).unwrap();
        assert_eq!(found.verdict.name(), vector["verdict"].as_str().unwrap());
        assert_eq!(found.entry.map(u64::from), vector["entry"].as_u64());
        assert_eq!(found.tier.map_or(0, |t| match t { Tier::Sha256 => 4, Tier::Md5 => 5, _ => 9 }), vector["tier"].as_u64().unwrap());
        assert_eq!(found.place, None);
    }
    assert!(matches!(Entries::from_hashes(vec![[0; 32]]).find_file(&FileRows::of(b"")), Err(Error::Argument)));
    assert!(matches!(Matcher::new(entries, &MatchPolicy::default()), Err(Error::Argument)));
}
