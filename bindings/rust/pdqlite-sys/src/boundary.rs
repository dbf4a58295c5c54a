//! Safe functions over `pdqlite.h`, one for each call that the crate `pdqlite` makes: slices and owned memory
//! in, `Result` out. Every buffer is checked here against what C will read or write. No rules of their own.
use crate::ffi::*;
use core::ffi::{CStr, c_int, c_void};
use core::ptr;
use std::sync::{Arc, OnceLock};

mod list;
mod sound;
pub use list::*;
pub use sound::*;

/// Memory for C: zeroed, aligned to 16.
#[repr(C, align(16))]
#[derive(Clone, Copy)]
struct Block([u8; 16]);

/// Memory of the caller that a C object lives in.
pub struct Memory(Vec<Block>);

impl Memory {
    fn new(bytes: usize) -> Memory {
        Memory(vec![Block([0; 16]); bytes.div_ceil(16).max(1)])
    }
    fn size(&self) -> usize {
        self.0.len() * 16
    }
    fn as_ptr<T>(&self) -> *const T {
        self.0.as_ptr().cast()
    }
    fn as_mut<T>(&mut self) -> *mut T {
        self.0.as_mut_ptr().cast()
    }
}

fn check(status: pdql_status) -> Result<(), pdql_status> {
    if status == PDQL_OK { Ok(()) } else { Err(status) }
}

/// Asked once: asking the processor traps in a virtual machine, and takes longer than a small hash.
fn best() -> *const pdql_kernels {
    static KNOWN: OnceLock<usize> = OnceLock::new();
    *KNOWN.get_or_init(|| unsafe { pdql_kernels_best() }.expose_provenance()) as *const pdql_kernels
}

/// The name of the kernels in use.
pub fn kernels() -> &'static str {
    unsafe { CStr::from_ptr(pdql_kernels_name(best())) }.to_str().unwrap_or("")
}

/// The version of the core.
pub fn version() -> &'static str {
    unsafe { CStr::from_ptr(pdql_version()) }.to_str().unwrap_or("")
}

/// The name of a status.
pub fn status_name(status: pdql_status) -> &'static str {
    unsafe { CStr::from_ptr(pdql_status_name(status)) }.to_str().unwrap_or("")
}

/// Pixels inside a slice: the first pixel is at `start`, all others by the strides.
#[derive(Clone, Copy, Debug)]
pub struct Pixels<'a> {
    /// Where they lie.
    pub data: &'a [u8],
    /// The byte of `data` at which the pixel in the top left corner begins.
    pub start: usize,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes from a row to the next; may be negative.
    pub row_stride: isize,
    /// Bytes from a pixel to the next; may be negative.
    pub pixel_stride: isize,
    /// A `pdql_format`; another is `PDQL_ERR_ARG` of the call that takes it.
    pub format: u32,
}

impl Pixels<'_> {
    /// What C wants, if every byte of every pixel lies in the slice.
    fn image(&self) -> Result<pdql_image, pdql_status> {
        let bytes: i128 = match self.format {
            PDQL_RGB | PDQL_BGR => 3,
            PDQL_GRAY16 => 2,
            _ => 1,
        };
        if self.width == 0 || self.height == 0 {
            return Err(PDQL_ERR_SHAPE);
        }
        let across = (self.width as i128 - 1) * self.pixel_stride as i128;
        let down = (self.height as i128 - 1) * self.row_stride as i128;
        let first = self.start as i128 + across.min(0) + down.min(0);
        let last = self.start as i128 + across.max(0) + down.max(0) + bytes;
        if first < 0 || last > self.data.len() as i128 {
            return Err(PDQL_ERR_SHAPE);
        }
        Ok(pdql_image {
            data: unsafe { self.data.as_ptr().add(self.start) },
            width: self.width,
            height: self.height,
            row_stride: self.row_stride,
            pixel_stride: self.pixel_stride,
            channel_stride: 0,
            format: self.format,
        })
    }
}

/// What hashing pictures of one size needs.
pub struct Hasher(Memory);

impl Hasher {
    /// For pictures of this size. `PDQL_ERR_SHAPE`: a side out of range, too many pixels.
    pub fn new(width: u32, height: u32) -> Result<Hasher, pdql_status> {
        let size = unsafe { pdql_hasher_size(width, height) };
        if size == 0 {
            return Err(PDQL_ERR_SHAPE);
        }
        let mut memory = Memory::new(size);
        check(unsafe { pdql_hasher_init(memory.as_mut(), memory.size(), width, height) })?;
        Ok(Hasher(memory))
    }
    /// The hash of a picture. `PDQL_ERR_SHAPE`: another size than the hasher's, or pixels outside the slice.
    pub fn hash(&mut self, pixels: &Pixels) -> Result<pdql_hash, pdql_status> {
        let (image, mut out) = (pixels.image()?, pdql_hash { bits: [0; 32], quality: 0 });
        check(unsafe { pdql_hash_image(best(), self.0.as_mut(), &image, &mut out) })?;
        Ok(out)
    }
    /// The hashes of its eight orientations, in the order of `pdql_orientation`; errors as [`hash`](Hasher::hash).
    pub fn orientations(&mut self, pixels: &Pixels) -> Result<[pdql_hash; 8], pdql_status> {
        let (image, mut out) = (pixels.image()?, [pdql_hash { bits: [0; 32], quality: 0 }; 8]);
        check(unsafe { pdql_hash_orientations(best(), self.0.as_mut(), &image, out.as_mut_ptr()) })?;
        Ok(out)
    }
}

/// Differing bits of two hashes.
pub fn distance(a: &[u8; 32], b: &[u8; 32]) -> u32 {
    unsafe { pdql_distance(a.as_ptr(), b.as_ptr()) }
}

/// The block of an index of rows.
pub fn index_build(rows: &[[u8; 32]], shape: u32) -> Result<Vec<u8>, pdql_status> {
    let (shape, mut work_bytes, mut block_bytes) = (shape as c_int, 0, 0);
    check(unsafe { pdql_index_work_size(rows.len(), shape, &mut work_bytes) })?;
    let mut work = Memory::new(work_bytes);
    let (at, n) = (rows.as_ptr().cast(), rows.len());
    check(unsafe { pdql_index_plan(at, n, shape, work.as_mut(), work.size(), &mut block_bytes) })?;
    let mut block = vec![0; block_bytes];
    check(unsafe { pdql_index_build(at, n, work.as_mut(), work.size(), block.as_mut_ptr(), block.len()) })?;
    Ok(block)
}

fn index_of(block: &[u8]) -> Result<pdql_index, pdql_status> {
    let mut index: pdql_index = unsafe { core::mem::zeroed() };
    check(unsafe { pdql_index_open(block.as_ptr(), block.len(), &mut index) })?;
    Ok(index)
}

/// What an index is; also says whether the block's header is one.
pub fn index_info(block: &[u8]) -> Result<pdql_index_info, pdql_status> {
    let (index, mut info) = (index_of(block)?, unsafe { core::mem::zeroed() });
    check(unsafe { pdql_index_describe(&index, &mut info) })?;
    Ok(info)
}

/// All hits, in order of query, then row.
pub fn index_search(block: &[u8], queries: &[[u8; 32]], radius: u32) -> Result<Vec<pdql_hit>, pdql_status> {
    let index = index_of(block)?;
    let mut hits = Vec::new();
    let mut room = 64.max(queries.len());
    loop {
        hits.resize(room, pdql_hit { query: 0, row: 0, distance: 0 });
        let mut n = 0;
        let (q, nq) = (queries.as_ptr().cast(), queries.len());
        check(unsafe { pdql_index_search(best(), &index, q, nq, radius, hits.as_mut_ptr(), room, &mut n) })?;
        if n <= room {
            hits.truncate(n);
            return Ok(hits);
        }
        room = n;
    }
}

/// The columns of a list that a matcher owns.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// A hash for each entry.
    pub rows: Vec<[u8; 32]>,
    /// The meta of the entries, one after another.
    pub meta: Vec<u8>,
    /// Bytes of meta of an entry: 0 for bare hashes, else as the list says.
    pub meta_bytes: usize,
    /// Keypoint signatures one after another; empty if there are none.
    pub records: Vec<u8>,
    /// The length of each entry's signature, bytes; empty if there are none.
    pub lengths: Vec<u32>,
}

/// A matcher and the columns that it reads.
pub struct Matcher {
    matcher: Memory,
    _columns: Columns,
}

// SAFETY: read-only once made (pdqlite.h), and it owns everything it points to.
unsafe impl Send for Matcher {}
unsafe impl Sync for Matcher {}

/// The policy that is advised.
pub fn policy() -> pdql_match_policy {
    let mut policy = unsafe { core::mem::zeroed() };
    unsafe { pdql_match_policy_init(&mut policy) };
    policy
}

/// Tables of un-cropping: made once, shared by every matcher of the process.
fn uncrop_tables() -> *const pdql_uncrop {
    static TABLES: OnceLock<Memory> = OnceLock::new();
    TABLES
        .get_or_init(|| {
            let mut memory = Memory::new(unsafe { pdql_uncrop_size() });
            let status = unsafe { pdql_uncrop_init(memory.as_mut(), memory.size()) };
            assert_eq!(status, PDQL_OK, "memory as large and as aligned as asked for");
            memory
        })
        .as_ptr()
}

/// Gives C memory of the vector of pieces that `ctx` is.
unsafe extern "C" fn memory_get(ctx: *mut c_void, size: usize) -> *mut c_void {
    let pieces = unsafe { &mut *ctx.cast::<Vec<Memory>>() };
    pieces.push(Memory::new(size));
    pieces.last_mut().map_or(ptr::null_mut(), Memory::as_mut)
}

unsafe extern "C" fn memory_give(ctx: *mut c_void, block: *mut c_void) {
    let pieces = unsafe { &mut *ctx.cast::<Vec<Memory>>() };
    pieces.retain(|piece| !ptr::eq(piece.as_ptr::<c_void>(), block));
}

impl Matcher {
    /// Takes the columns over. `PDQL_ERR_ARG`: a policy out of range, or columns whose lengths do not fit.
    pub fn new(columns: Columns, policy: &pdql_match_policy) -> Result<Matcher, pdql_status> {
        let n = columns.rows.len();
        let records: u64 = columns.lengths.iter().map(|&length| u64::from(length)).sum();
        if columns.meta.len() as u128 != n as u128 * columns.meta_bytes as u128
            || !(columns.lengths.is_empty() || columns.lengths.len() == n)
            || records != columns.records.len() as u64
        {
            return Err(PDQL_ERR_ARG);
        }
        let mut entries: pdql_match_entries = unsafe { core::mem::zeroed() };
        (entries.n, entries.rows, entries.meta_bytes, entries.kernels) = (n, columns.rows.as_ptr().cast(), columns.meta_bytes, best());
        entries.meta = if columns.meta_bytes == 0 { ptr::null() } else { columns.meta.as_ptr() };
        if !columns.lengths.is_empty() {
            (entries.records, entries.lengths) = (columns.records.as_ptr(), columns.lengths.as_ptr());
        }
        if n > 0 && n <= policy.uncrop_entries as usize {
            entries.uncrop = uncrop_tables();
        }
        let mut pieces: Vec<Memory> = Vec::new();
        let memory = pdql_memory { ctx: ptr::from_mut(&mut pieces).cast(), get: Some(memory_get), give: Some(memory_give) };
        let mut made = ptr::null_mut();
        check(unsafe { pdql_matcher_make(&entries, policy, &memory, &mut made) })?;
        let at = pieces.iter().position(|piece| ptr::eq(piece.as_ptr(), made)).ok_or(PDQL_ERR_SPACE)?;
        Ok(Matcher { matcher: pieces.swap_remove(at), _columns: columns })
    }

    fn work(&self, width: u32, height: u32) -> Result<Memory, pdql_status> {
        match unsafe { pdql_match_work_size(self.matcher.as_ptr(), width, height) } {
            0 => Err(PDQL_ERR_SHAPE),
            size => Ok(Memory::new(size)),
        }
    }

    /// The decision about a picture, and what it rests on. `PDQL_ERR_SHAPE`: a side out of range, or pixels outside the slice.
    pub fn picture(&self, pixels: &Pixels) -> Result<(pdql_decision, Vec<pdql_finding>), pdql_status> {
        let (image, mut work) = (pixels.image()?, self.work(pixels.width, pixels.height)?);
        let mut decision = unsafe { core::mem::zeroed() };
        let mut findings = vec![unsafe { core::mem::zeroed() }; PDQL_MAX_FINDINGS as usize];
        let mut n = 0;
        check(unsafe {
            pdql_match_picture(self.matcher.as_ptr(), &image, work.as_mut(), work.size(), &mut decision, findings.as_mut_ptr(), findings.len(), &mut n)
        })?;
        findings.truncate(n);
        Ok((decision, findings))
    }
}

/// The digests of one file while its bytes come.
pub struct Digests(pdql_exact);

impl Digests {
    /// Of no bytes yet.
    pub fn new() -> Digests {
        let mut file: pdql_exact = unsafe { core::mem::zeroed() };
        let status = unsafe { pdql_exact_begin(best(), &mut file) };
        debug_assert_eq!(status, PDQL_OK);
        Digests(file)
    }
    /// Takes the next bytes of the file.
    pub fn add(&mut self, data: &[u8]) {
        let status = unsafe { pdql_exact_add(&mut self.0, data.as_ptr(), data.len()) };
        debug_assert_eq!(status, PDQL_OK);
    }
    /// The rows of its SHA-256 and of its MD5.
    pub fn end(mut self) -> [u8; 64] {
        let mut rows = [0; 64];
        let status = unsafe { pdql_exact_end(best(), &mut self.0, rows.as_mut_ptr()) };
        debug_assert_eq!(status, PDQL_OK);
        rows
    }
}

impl Default for Digests {
    fn default() -> Digests {
        Digests::new()
    }
}

/// Looks for the rows of a file in a list of files.
pub fn exact_find(columns: &Columns, rows: &[u8; 64]) -> Result<pdql_decision, pdql_status> {
    if columns.meta.len() as u128 != columns.rows.len() as u128 * columns.meta_bytes as u128 {
        return Err(PDQL_ERR_ARG);
    }
    let mut entries: pdql_match_entries = unsafe { core::mem::zeroed() };
    (entries.n, entries.rows, entries.meta, entries.meta_bytes) = (columns.rows.len(), columns.rows.as_ptr().cast(), columns.meta.as_ptr(), columns.meta_bytes);
    let mut decision = unsafe { core::mem::zeroed() };
    check(unsafe { pdql_exact_find(&entries, rows.as_ptr(), &mut decision) })?;
    Ok(decision)
}

/// The keypoint signature of a picture, for the entry of a list: of a plane of about 65 536 cells.
pub fn keypoint_signature(pixels: &Pixels) -> Result<Vec<u8>, pdql_status> {
    let image = pixels.image()?;
    let size = match unsafe { pdql_plane_size(pixels.width, pixels.height) } {
        0 => return Err(PDQL_ERR_SHAPE),
        size => size,
    };
    let (mut memory, mut plane) = (Memory::new(size), unsafe { core::mem::zeroed::<pdql_plane>() });
    check(unsafe { pdql_plane_make(best(), &image, memory.as_mut(), memory.size(), &mut plane) })?;
    let mut work = Memory::new(unsafe { pdql_keypoints_work_size(plane.width, plane.height) });
    let (mut record, mut length) = (vec![0; PDQL_KEYPOINTS_RECORD_MAX as usize], 0);
    let (width, height, stride) = (plane.width, plane.height, plane.width as usize);
    check(unsafe {
        pdql_keypoints_signature(best(), plane.samples, width, height, stride, PDQL_MAX_KEYPOINTS, work.as_mut(), work.size(), record.as_mut_ptr(), &mut length)
    })?;
    record.truncate(length);
    Ok(record)
}

/// One video being watched; keeps its matcher.
pub struct Watch {
    watch: Memory,
    work: Memory,
    matcher: Arc<Matcher>,
}

// SAFETY: owns its memory; the matcher it points to may be shared, and is at one address as long as this holds it.
unsafe impl Send for Watch {}

impl Watch {
    /// Of no frame yet.
    pub fn new(matcher: &Arc<Matcher>) -> Result<Watch, pdql_status> {
        let mut watch = Memory::new(unsafe { pdql_watch_size(matcher.matcher.as_ptr()) });
        check(unsafe { pdql_watch_init(watch.as_mut(), watch.size(), matcher.matcher.as_ptr()) })?;
        Ok(Watch { watch, work: Memory::new(0), matcher: matcher.clone() })
    }
    /// Takes the frame shown at `time_ms`. `PDQL_ERR_ARG`: before the last one's time; then nothing has changed.
    pub fn push(&mut self, pixels: &Pixels, time_ms: u32) -> Result<(), pdql_status> {
        let image = pixels.image()?;
        let needed = unsafe { pdql_match_work_size(self.matcher.matcher.as_ptr(), pixels.width, pixels.height) };
        if needed > self.work.size() {
            self.work = Memory::new(needed);
        }
        check(unsafe { pdql_watch_push(self.watch.as_mut(), &image, time_ms, self.work.as_mut(), self.work.size()) })
    }
    /// Whether the frames so far are enough for a match.
    pub fn enough(&self) -> bool {
        unsafe { pdql_watch_enough(self.watch.as_ptr()) == 1 }
    }
    /// The decision about the frames so far, and those it rests on.
    pub fn decision(&self) -> Result<(pdql_decision, Vec<pdql_frame_match>), pdql_status> {
        let mut decision = unsafe { core::mem::zeroed() };
        let mut matches = vec![unsafe { core::mem::zeroed() }; PDQL_MAX_FINDINGS as usize];
        let mut n = 0;
        check(unsafe { pdql_watch_decision(self.watch.as_ptr(), &mut decision, matches.as_mut_ptr(), matches.len(), &mut n) })?;
        matches.truncate(n);
        Ok((decision, matches))
    }
}
