//! Lists: the provider, a release, reading it whole or from a delta.
use super::{Columns, Memory, best, check};
use crate::ffi::*;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ptr;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The cryptography a list needs; see `pdql_provider`. A panic ends the call that asked, with an error.
pub trait Provider {
    /// Whether a signature is good (RFC 8032, without cofactor).
    fn ed25519_verify(&self, public_key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool;
    /// HKDF-Expand with SHA-512 into all of `out`; false on failure.
    fn hkdf_sha512_expand(&self, key: &[u8; 32], info: &[u8], out: &mut [u8]) -> bool;
    /// AES-256-GCM without associated data; `sealed` ends with the tag, `out` is 16 bytes shorter. False if it does not open.
    fn aes256gcm_open(&self, key: &[u8; 32], nonce: &[u8; 12], sealed: &[u8], out: &mut [u8]) -> bool;
}

/// What [`Provider`] calls come to if one of them panicked; no status of the header is negative.
pub const PANICKED: pdql_status = -1;

/// A provider for the time of one call: a panic must not pass through C, and ends the asking.
struct Asked<'a, P> {
    provider: &'a P,
    panicked: Cell<bool>,
}

impl<'a, P: Provider> Asked<'a, P> {
    fn new(provider: &'a P) -> Asked<'a, P> {
        Asked { provider, panicked: Cell::new(false) }
    }
    fn table(&self) -> pdql_provider {
        pdql_provider {
            ctx: ptr::from_ref(self).cast_mut().cast(),
            ed25519_verify: Some(verify::<P>),
            hkdf_sha512_expand: Some(expand::<P>),
            aes256gcm_open: Some(open::<P>),
        }
    }
    /// The answer of the provider; `None` if it panics or has done so before.
    fn ask(&self, question: impl FnOnce(&P) -> bool) -> Option<bool> {
        if self.panicked.get() {
            return None;
        }
        let answer = catch_unwind(AssertUnwindSafe(|| question(self.provider)));
        self.panicked.set(answer.is_err());
        answer.map_err(core::mem::forget).ok() // what was thrown is not dropped: that might panic again
    }
    /// What C says, unless it was said after a panic.
    fn check(&self, status: pdql_status) -> Result<(), pdql_status> {
        check(if self.panicked.get() { PANICKED } else { status })
    }
}

unsafe extern "C" fn verify<P: Provider>(ctx: *mut c_void, key: *const u8, signature: *const u8, message: *const u8, n: usize) -> c_int {
    let (p, key, signature) = unsafe { (&*ctx.cast::<Asked<P>>(), &*key.cast(), &*signature.cast()) };
    let message = unsafe { slice(message, n) };
    p.ask(|p| p.ed25519_verify(key, signature, message)).map_or(-1, c_int::from)
}

unsafe extern "C" fn expand<P: Provider>(ctx: *mut c_void, key: *const u8, info: *const u8, n: usize, out: *mut u8, n_out: usize) -> c_int {
    let (p, key, out) = unsafe { (&*ctx.cast::<Asked<P>>(), &*key.cast(), core::slice::from_raw_parts_mut(out, n_out)) };
    let info = unsafe { slice(info, n) };
    if p.ask(|p| p.hkdf_sha512_expand(key, info, out)) == Some(true) { 0 } else { -1 }
}

unsafe extern "C" fn open<P: Provider>(ctx: *mut c_void, key: *const u8, nonce: *const u8, sealed: *const u8, n: usize, out: *mut u8) -> c_int {
    let (p, key, nonce) = unsafe { (&*ctx.cast::<Asked<P>>(), &*key.cast(), &*nonce.cast()) };
    if n < 16 {
        return -1;
    }
    let out = if n == 16 { &mut [][..] } else { unsafe { core::slice::from_raw_parts_mut(out, n - 16) } };
    let sealed = unsafe { slice(sealed, n) };
    if p.ask(|p| p.aes256gcm_open(key, nonce, sealed, out)) == Some(true) { 0 } else { -1 }
}

unsafe fn slice<'a, T>(at: *const T, n: usize) -> &'a [T] {
    if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(at, n) } }
}

/// What is known of a release, in the order of `pdql_release`: trust, state, manifest, proof, consistency; then note and
/// proof of each policy, and POSIX seconds.
pub struct Texts<'a> {
    /// Trust, state, manifest, proof, consistency; `None`: there is no such file.
    pub texts: [Option<&'a [u8]>; 5],
    /// Note and proof of each policy, from the first that `pdql_needs` names.
    pub policies: &'a [(&'a [u8], Option<&'a [u8]>)],
    /// POSIX seconds.
    pub now: u64,
}

fn bytes(data: Option<&[u8]>) -> pdql_bytes {
    data.map_or(pdql_bytes { data: ptr::null(), n: 0 }, |d| pdql_bytes { data: d.as_ptr(), n: d.len() })
}

impl Texts<'_> {
    /// For C; `policies` is where it finds them.
    fn raw(&self, policies: &mut Vec<pdql_bytes>) -> pdql_release {
        policies.extend(self.policies.iter().flat_map(|(note, proof)| [bytes(Some(note)), bytes(*proof)]));
        let [trust, state, manifest, proof, consistency] = self.texts.map(bytes);
        let (n_policies, policies) = (self.policies.len(), policies.as_ptr());
        pdql_release { trust, state, manifest, proof, consistency, policies, n_policies, now: self.now }
    }
}

/// Which further files a release needs.
pub fn list_needs(texts: &Texts) -> Result<pdql_needs, pdql_status> {
    let mut memory = Memory::new(unsafe { pdql_list_size() });
    let (mut policies, mut needs) = (Vec::new(), unsafe { core::mem::zeroed() });
    let raw = texts.raw(&mut policies);
    check(unsafe { pdql_list_needs(memory.as_mut(), memory.size(), best(), &raw, &mut needs) })?;
    Ok(needs)
}

/// A verified release: nothing of it is decrypted yet.
pub struct List {
    _memory: Memory,
    list: *mut pdql_list,
    /// What was signed.
    pub info: pdql_list_info,
    /// What to store, last, once the list is read and stored.
    pub state: [u8; PDQL_STATE_BYTES as usize],
}

// SAFETY: the pointer is into its own memory.
unsafe impl Send for List {}

/// Where reading leaves what it finds. From a delta: `origin` of each row, and the records of what it adds.
struct Sink<'a> {
    file: &'a [u8],
    columns: Columns,
    origin: Vec<u32>,
    halves: Vec<u8>, // lengths of those records, two bytes each; a piece may end between the two
}

impl Sink<'_> {
    fn new(file: &[u8], meta_bytes: u32) -> Sink<'_> {
        Sink { file, columns: Columns { meta_bytes: meta_bytes as usize, ..Columns::default() }, origin: Vec::new(), halves: Vec::new() }
    }
    fn lengths(&mut self, data: &[u8]) {
        self.columns.lengths.extend(data.as_chunks::<2>().0.iter().map(|&l| u16::from_be_bytes(l) as u32));
    }
}

unsafe extern "C" fn read_file(ctx: *mut c_void, at: u64, n: usize, out: *mut u8) -> c_int {
    let sink = unsafe { &*ctx.cast::<Sink>() };
    let from = usize::try_from(at).unwrap_or(usize::MAX);
    match from.checked_add(n).and_then(|to| sink.file.get(from..to)) {
        Some(found) => {
            unsafe { ptr::copy_nonoverlapping(found.as_ptr(), out, n) };
            0
        }
        None => -1,
    }
}

unsafe extern "C" fn take_entries(ctx: *mut c_void, entries: *const pdql_entries) -> c_int {
    let (sink, e) = unsafe { (&mut *ctx.cast::<Sink>(), &*entries) };
    sink.columns.rows.extend_from_slice(unsafe { slice(e.hashes, 32 * e.n) }.as_chunks::<32>().0);
    sink.columns.meta.extend_from_slice(unsafe { slice(e.meta, e.n * sink.columns.meta_bytes) });
    0
}

unsafe extern "C" fn take_records(ctx: *mut c_void, records: *const pdql_records) -> c_int {
    let (sink, r) = unsafe { (&mut *ctx.cast::<Sink>(), &*records) };
    sink.lengths(unsafe { slice(r.lengths, 2 * r.n_lengths) });
    sink.columns.records.extend_from_slice(unsafe { slice(r.body, r.n_body) });
    0
}

unsafe extern "C" fn take_piece(ctx: *mut c_void, piece: *const pdql_delta_piece) -> c_int {
    let (sink, p) = unsafe { (&mut *ctx.cast::<Sink>(), &*piece) };
    match p.kind {
        PDQL_DELTA_ENTRIES => {
            sink.origin.extend_from_slice(unsafe { slice(p.origin, p.entries.n) });
            return unsafe { take_entries(ctx, &p.entries) };
        }
        PDQL_DELTA_LENGTHS => sink.halves.extend_from_slice(unsafe { slice(p.bytes, p.n) }),
        _ => sink.columns.records.extend_from_slice(unsafe { slice(p.bytes, p.n) }),
    }
    0
}

impl List {
    /// Verifies all that needs neither ciphertext nor key.
    pub fn verify<P: Provider>(p: &P, texts: &Texts) -> Result<List, pdql_status> {
        let mut memory = Memory::new(unsafe { pdql_list_size() });
        let (mut policies, mut list) = (Vec::new(), ptr::null_mut());
        let (mut info, mut state) = (unsafe { core::mem::zeroed() }, [0; PDQL_STATE_BYTES as usize]);
        let raw = texts.raw(&mut policies);
        let (size, asked) = (memory.size(), Asked::new(p));
        asked.check(unsafe {
            pdql_list_verify(memory.as_mut(), size, best(), &asked.table(), &raw, &mut list, &mut info, state.as_mut_ptr())
        })?;
        Ok(List { _memory: memory, list, info, state })
    }

    /// The token of the log that this list is in.
    pub fn token(&self) -> Result<[u8; PDQL_TOKEN_BYTES as usize], pdql_status> {
        let mut token = [0; PDQL_TOKEN_BYTES as usize];
        check(unsafe { pdql_list_token(self.list, token.as_mut_ptr()) })?;
        Ok(token)
    }

    /// Reads list.cob, and local.cob if it is given and the list has one, to the verdict.
    pub fn read<P: Provider>(&mut self, p: &P, key: &[u8; 32], list: &[u8], local: Option<&[u8]>) -> Result<Columns, pdql_status> {
        let asked = Asked::new(p);
        let mut sink = Sink::new(list, self.info.meta_bytes);
        self.pass(&asked, key, &mut sink)?;
        if let (Some(file), true) = (local, self.info.keypoints_bytes > 0) {
            check(unsafe { pdql_list_keypoints(self.list) })?;
            sink.file = file;
            self.pass(&asked, key, &mut sink)?;
            sink.columns.lengths.truncate(sink.columns.rows.len());
        }
        Ok(sink.columns)
    }

    /// Applies the delta from the release held, number and content root, to its entries, to the verdict.
    pub fn update<P: Provider>(&mut self, p: &P, key: &[u8; 32], file: &[u8], (seq, pt_root): (u64, [u8; 32]), old: &Columns, keypoints: bool) -> Result<Columns, pdql_status> {
        let (n, width) = (old.rows.len(), self.info.meta_bytes as usize);
        if old.meta_bytes != width || old.meta.len() as u128 != n as u128 * width as u128 {
            return Err(PDQL_ERR_ARG);
        }
        check(unsafe { pdql_list_delta(self.list, &pdql_held { seq, count: n as u64, pt_root }) })?;
        let mut sink = Sink::new(file, self.info.meta_bytes);
        let (hashes, meta) = (old.rows.as_ptr().cast(), old.meta.as_ptr());
        let io = pdql_delta_io { ctx: ptr::from_mut(&mut sink).cast(), read: Some(read_file), take: Some(take_piece), hashes, meta };
        let mut work = Memory::new(PDQL_DELTA_WORK as usize);
        let asked = Asked::new(p);
        asked.check(unsafe { pdql_delta_read(self.list, &asked.table(), key.as_ptr(), &io, work.as_mut(), work.size(), ptr::null_mut()) })?;
        let halves = core::mem::take(&mut sink.halves);
        sink.lengths(&halves);
        let (added_lengths, added) = (core::mem::take(&mut sink.columns.lengths), core::mem::take(&mut sink.columns.records));
        if keypoints && self.info.keypoints_bytes > 0 {
            let (kept, new) = (pieces(&old.records, &old.lengths), pieces(&added, &added_lengths));
            let record = |&from: &u32| if from & PDQL_DELTA_ADDED == 0 { kept.get(from as usize) } else { new.get((from ^ PDQL_DELTA_ADDED) as usize) };
            let records: Vec<&[u8]> = sink.origin.iter().map(|from| record(from).copied().unwrap_or(&[])).collect();
            self.check_records(&records)?;
            sink.columns.lengths = records.iter().map(|r| r.len() as u32).collect();
            sink.columns.records = records.concat();
        }
        Ok(sink.columns)
    }

    fn check_records(&mut self, records: &[&[u8]]) -> Result<(), pdql_status> {
        check(unsafe { pdql_list_records(self.list, records.iter().map(|r| r.len() as u64).sum()) })?;
        for record in records {
            check(unsafe { pdql_list_record(self.list, record.as_ptr(), record.len()) })?;
        }
        check(unsafe { pdql_list_end(self.list, ptr::null_mut()) })
    }

    fn pass<P: Provider>(&mut self, asked: &Asked<P>, key: &[u8; 32], sink: &mut Sink) -> Result<(), pdql_status> {
        let io = pdql_list_io { ctx: ptr::from_mut(sink).cast(), read: Some(read_file), entries: Some(take_entries), records: Some(take_records) };
        asked.check(unsafe { pdql_list_read(self.list, &asked.table(), key.as_ptr(), &io, ptr::null_mut()) })
    }
}

/// What a token says beside one's own: a `PDQL_TOKEN_` number.
pub fn token_compare(own: &[[u8; PDQL_TOKEN_BYTES as usize]], token: &[u8]) -> Result<u32, pdql_status> {
    let mut says = 0;
    check(unsafe { pdql_list_token_compare(own.as_ptr().cast(), own.len(), token.as_ptr(), token.len(), &mut says) })?;
    Ok(says)
}

/// Records one after another, cut where their lengths say.
fn pieces<'a>(mut records: &'a [u8], lengths: &[u32]) -> Vec<&'a [u8]> {
    let mut all = Vec::with_capacity(lengths.len());
    for &n in lengths {
        let (one, rest) = records.split_at((n as usize).min(records.len()));
        all.push(one);
        records = rest;
    }
    all
}
