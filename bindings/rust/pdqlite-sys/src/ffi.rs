// Made by bindings/rust/generate.py from pdqlite.h, which says what each of these means. Do not edit.
use core::ffi::{c_char, c_int, c_uint, c_void};

pub const PDQL_HASH_BYTES: u32 = 32;
pub const PDQL_HASH_BITS: u32 = 256;
pub const PDQL_MAX_SIDE: u32 = 1048576;
pub const PDQL_MAX_PIXELS: u32 = 268435456;
pub const PDQL_MAX_ROWS: u32 = 4294967295;
pub const PDQL_INDEX_SELF_RADIUS: u32 = 63;
pub const PDQL_REMARK_UNLOGGED: u32 = 1;
pub const PDQL_REMARK_UNWITNESSED: u32 = 2;
pub const PDQL_REMARK_STALE: u32 = 4;
pub const PDQL_REMARK_UNAUDITED: u32 = 8;
pub const PDQL_STATE_BYTES: u32 = 256;
pub const PDQL_TOKEN_BYTES: u32 = 48;
pub const PDQL_TOKEN_SAME: u32 = 0;
pub const PDQL_TOKEN_SPLIT_VIEW: u32 = 1;
pub const PDQL_TOKEN_UNKNOWN: u32 = 2;
pub const PDQL_TOKEN_OTHER_LOG: u32 = 3;
pub const PDQL_KEY_INFO_MAX: u32 = 320;
pub const PDQL_DELTA_END: u32 = 0;
pub const PDQL_DELTA_PAGE: u32 = 1;
pub const PDQL_DELTA_OLD: u32 = 2;
pub const PDQL_DELTA_ENTRIES: u32 = 3;
pub const PDQL_DELTA_LENGTHS: u32 = 4;
pub const PDQL_DELTA_RECORDS: u32 = 5;
pub const PDQL_DELTA_ADDED: u32 = 2147483648;
pub const PDQL_DELTA_WORK: u32 = 32784;
pub const PDQL_UNCROP_FULL: u32 = 100000;
pub const PDQL_MAX_KEYPOINTS: u32 = 48;
pub const PDQL_KEYPOINTS_RECORD_MAX: u32 = 531;
pub const PDQL_CLAIM_NONE: i32 = -1000;
pub const PDQL_NEG_LOG10_FPR_X100_MAX: u32 = 3000;
pub const PDQL_TIER_HASH: u32 = 1;
pub const PDQL_TIER_UNCROP: u32 = 2;
pub const PDQL_TIER_KEYPOINTS: u32 = 3;
pub const PDQL_TIER_SHA256: u32 = 4;
pub const PDQL_TIER_MD5: u32 = 5;
pub const PDQL_RADIUS_BY_RATE: u32 = 257;
pub const PDQL_VIEW_TURNED: u32 = 1;
pub const PDQL_VIEW_INVERTED: u32 = 2;
pub const PDQL_VIEW_REGIONS: u32 = 4;
pub const PDQL_VIEW_KEYPOINTS: u32 = 8;
pub const PDQL_VIEW_TILTED: u32 = 16;
pub const PDQL_VIEW_ALL: u32 = 31;
pub const PDQL_PAGE_ROWS: u32 = 512;
pub const PDQL_NONE: u32 = 4294967295;
pub const PDQL_LACKS_KEYPOINTS: u32 = 1;
pub const PDQL_LACKS_UNCROP: u32 = 2;
pub const PDQL_MAX_FINDINGS: u32 = 64;
pub const PDQL_MAX_VIEWS: u32 = 136;
pub const PDQL_SOUND_RATE: u32 = 8000;
pub const PDQL_SOUND_MAX_CHANNELS: u32 = 64;
pub const PDQL_SOUND_HYPOTHESES: u32 = 10;
pub const PDQL_SOUND_STEPS: u32 = 64;
pub const PDQL_SOUND_QUALITY: u32 = 25;
pub const PDQL_SOUND_QUERY: u32 = 2;
pub const PDQL_SOUND_LIST: u32 = 16;
pub const PDQL_ENTRY_SOUND: u32 = 4;
pub const PDQL_SAME_SOUND: u32 = 7;
pub const PDQL_SOUND_RATE_MOST: u32 = 1200;

pub type pdql_status = c_int;
pub const PDQL_OK: c_int = 0;
pub const PDQL_ERR_ARG: c_int = 1;
pub const PDQL_ERR_SHAPE: c_int = 2;
pub const PDQL_ERR_SPACE: c_int = 3;
pub const PDQL_ERR_PENDING: c_int = 4;
pub const PDQL_ERR_ORDER: c_int = 5;
pub const PDQL_ERR_IO: c_int = 6;
pub const PDQL_ERR_BLOCK: c_int = 16;
pub const PDQL_ERR_PROOF: c_int = 17;
pub const PDQL_LIST_FORMAT: c_int = 32;
pub const PDQL_LIST_UNENDORSED: c_int = 33;
pub const PDQL_LIST_ORIGIN: c_int = 34;
pub const PDQL_LIST_PINS: c_int = 35;
pub const PDQL_LIST_POLICY_CHAIN: c_int = 36;
pub const PDQL_LIST_UNLOGGED: c_int = 37;
pub const PDQL_LIST_UNWITNESSED: c_int = 38;
pub const PDQL_LIST_ROLLBACK: c_int = 39;
pub const PDQL_LIST_FREEZE: c_int = 40;
pub const PDQL_LIST_SPLIT_VIEW: c_int = 41;
pub const PDQL_LIST_EXPIRED: c_int = 42;
pub const PDQL_LIST_CT_MISMATCH: c_int = 43;
pub const PDQL_LIST_KEY_COMMIT: c_int = 44;
pub const PDQL_LIST_CONTENT_MISMATCH: c_int = 45;
pub const PDQL_LIST_RULE: c_int = 46;
pub const PDQL_LIST_STALE: c_int = 47;
pub const PDQL_LIST_UNPROVEN: c_int = 48;
pub const PDQL_LIST_UNAUDITED: c_int = 49;
pub const PDQL_GRAY: u32 = 1;
pub const PDQL_GRAY_LIMITED: u32 = 2;
pub const PDQL_RGB: u32 = 3;
pub const PDQL_BGR: u32 = 4;
pub const PDQL_GRAY16: u32 = 5;
pub const PDQL_INDEX_AUTO: u32 = 0;
pub const PDQL_INDEX_SCAN: u32 = 1;
pub const PDQL_INDEX_SELF: u32 = 2;
pub const PDQL_INDEX_COMPACT: u32 = 3;
pub const PDQL_NO_MATCH: u32 = 0;
pub const PDQL_MATCH: u32 = 1;
pub const PDQL_TOO_FLAT: u32 = 2;
pub const PDQL_NEGATED: u32 = 3;
pub const PDQL_UNCONFIRMED: u32 = 4;
pub const PDQL_SHARES_PART: u32 = 5;
pub const PDQL_IDENTICAL_FILE: u32 = 6;
pub const PDQL_AS_IS: u32 = 0;
pub const PDQL_TURNED_90: u32 = 1;
pub const PDQL_TURNED_180: u32 = 2;
pub const PDQL_TURNED_270: u32 = 3;
pub const PDQL_FLIPPED: u32 = 4;
pub const PDQL_MIRRORED: u32 = 5;
pub const PDQL_TRANSPOSED: u32 = 6;
pub const PDQL_TRANSPOSED_BACK: u32 = 7;
pub const PDQL_CONFIRMED_NOT_ASKED: u32 = 0;
pub const PDQL_CONFIRMED_YES: u32 = 1;
pub const PDQL_CONFIRMED_NO: u32 = 2;
pub const PDQL_CONFIRMED_NOT_POSSIBLE: u32 = 3;
pub const PDQL_PCM_S16: u32 = 1;
pub const PDQL_PCM_F32: u32 = 2;

#[repr(C)]
pub struct pdql_kernels {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_hasher {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_list {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_uncrop {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_matcher {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_watch {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_resampler {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_sound_hasher {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_sound_matcher {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct pdql_listen {
    _opaque: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_hash {
    pub bits: [u8; 32],
    pub quality: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_image {
    pub data: *const u8,
    pub width: u32,
    pub height: u32,
    pub row_stride: isize,
    pub pixel_stride: isize,
    pub format: u32,
    pub channel_stride: isize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_hit {
    pub query: u32,
    pub row: u32,
    pub distance: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_index {
    pub block: *const u8,
    pub bytes: usize,
    pub shape: u32,
    pub n_rows: u32,
    pub n_unique: u32,
    pub n_groups: u32,
    pub n_grouped: u32,
    pub pair_bits: u32,
    pub group_shift: u32,
    pub step_bytes: u32,
    pub row_bits: u32,
    pub n_far: [u32; 16],
    pub value_bytes: u32,
    pub pair_base: u32,
    pub at_dirs: usize,
    pub dir_bytes: usize,
    pub at_lists: usize,
    pub list_bytes: usize,
    pub block_bytes: usize,
    pub at_highs: usize,
    pub high_bytes: usize,
    pub at_far: [usize; 16],
    pub at_map: usize,
    pub at_ends: usize,
    pub at_grouped: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_index_info {
    pub shape: u32,
    pub n_rows: u32,
    pub n_unique: u32,
    pub pair_bits: u32,
    pub bytes: u64,
    pub list_bytes: u64,
    pub directory_bytes: u64,
    pub row_bytes: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_provider {
    pub ctx: *mut c_void,
    pub ed25519_verify: Option<unsafe extern "C" fn(*mut c_void, *const u8, *const u8, *const u8, usize) -> c_int>,
    pub hkdf_sha512_expand: Option<unsafe extern "C" fn(*mut c_void, *const u8, *const u8, usize, *mut u8, usize) -> c_int>,
    pub aes256gcm_open: Option<unsafe extern "C" fn(*mut c_void, *const u8, *const u8, *const u8, usize, *mut u8) -> c_int>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_list_info {
    pub seq: u64,
    pub issued: u64,
    pub expires: u64,
    pub list_bytes: u64,
    pub slots: u64,
    pub keypoints_bytes: u64,
    pub meta_bytes: u32,
    pub min_sources: u32,
    pub max_distance: u32,
    pub sources: u32,
    pub categories: u32,
    pub signed_sources: u32,
    pub signers: u32,
    pub remarks: u32,
    pub pt_root: [u8; 32],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_bytes {
    pub data: *const u8,
    pub n: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_release {
    pub trust: pdql_bytes,
    pub state: pdql_bytes,
    pub manifest: pdql_bytes,
    pub proof: pdql_bytes,
    pub consistency: pdql_bytes,
    pub policies: *const pdql_bytes,
    pub n_policies: usize,
    pub now: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_needs {
    pub first_policy: u64,
    pub n_policies: u64,
    pub consistency: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_state {
    pub installs: u64,
    pub seq: u64,
    pub floor: u64,
    pub log_size: u64,
    pub policy_version: u64,
    pub seen: u64,
    pub max_age: u64,
    pub has_policy: u32,
    pub log_root: [u8; 32],
    pub manifest: [u8; 32],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_page {
    pub index: u64,
    pub at: u64,
    pub sealed_bytes: u32,
    pub plain_bytes: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_entries {
    pub first: u64,
    pub n: usize,
    pub hashes: *const u8,
    pub meta: *const u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_records {
    pub first: u64,
    pub n_lengths: usize,
    pub lengths: *const u8,
    pub body: *const u8,
    pub n_body: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_list_io {
    pub ctx: *mut c_void,
    pub read: Option<unsafe extern "C" fn(*mut c_void, u64, usize, *mut u8) -> c_int>,
    pub entries: Option<unsafe extern "C" fn(*mut c_void, *const pdql_entries) -> c_int>,
    pub records: Option<unsafe extern "C" fn(*mut c_void, *const pdql_records) -> c_int>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_held {
    pub seq: u64,
    pub count: u64,
    pub pt_root: [u8; 32],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_delta_piece {
    pub kind: u32,
    pub page: pdql_page,
    pub old_first: u64,
    pub entries: pdql_entries,
    pub origin: *const u32,
    pub bytes: *const u8,
    pub n: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_delta_io {
    pub ctx: *mut c_void,
    pub read: Option<unsafe extern "C" fn(*mut c_void, u64, usize, *mut u8) -> c_int>,
    pub take: Option<unsafe extern "C" fn(*mut c_void, *const pdql_delta_piece) -> c_int>,
    pub hashes: *const u8,
    pub meta: *const u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_plane {
    pub width: u32,
    pub height: u32,
    pub samples: *const u16,
    pub integral: *const u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_match_policy {
    pub picture_neg_log10_fpr_x100: u32,
    pub video_neg_log10_fpr_x100: u32,
    pub radius: u32,
    pub max_distance: u32,
    pub min_quality: u32,
    pub frames: u32,
    pub views: u32,
    pub uncrop_entries: u32,
    pub confirm: u32,
    pub list_neg_log10_fpr_x100: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_match_list {
    pub kernels: *const pdql_kernels,
    pub n: usize,
    pub rows: *const u8,
    pub meta: *const u8,
    pub meta_bytes: usize,
    pub index: *const u8,
    pub index_bytes: usize,
    pub keypoints: *const c_void,
    pub keypoints_bytes: usize,
    pub uncrop: *const pdql_uncrop,
    pub packed: *const u8,
    pub packed_bytes: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_memory {
    pub ctx: *mut c_void,
    pub get: Option<unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void>,
    pub give: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_match_entries {
    pub kernels: *const pdql_kernels,
    pub n: usize,
    pub rows: *const u8,
    pub meta: *const u8,
    pub meta_bytes: usize,
    pub records: *const u8,
    pub lengths: *const u32,
    pub uncrop: *const pdql_uncrop,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_row_source {
    pub ctx: *mut c_void,
    pub read: Option<unsafe extern "C" fn(*mut c_void, usize, usize, *mut u8) -> c_int>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_where {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
    pub orientation: u32,
    pub inverted: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_decision {
    pub verdict: u32,
    pub entry: u32,
    pub tier: u32,
    pub neg_log10_fpr_x100: u32,
    pub list_neg_log10_fpr_x100: u32,
    pub lacks: u32,
    pub distance: u32,
    pub score: u32,
    pub quality: u32,
    pub categories: u32,
    pub sources: u32,
    pub video: u32,
    pub frames: u32,
    pub agreeing: u32,
    pub at_ms: u32,
    pub start_ms: u32,
    pub end_ms: u32,
    pub entry_start_ms: u32,
    pub entry_end_ms: u32,
    pub r#where: pdql_where,
    pub confirmed: u32,
    pub proof: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_exact {
    pub state: [u64; 32],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_finding {
    pub entry: u32,
    pub tier: u32,
    pub distance: u32,
    pub score: u32,
    pub quality: u32,
    pub negative: u32,
    pub neg_log10_fpr_x100: u32,
    pub below: u32,
    pub r#where: pdql_where,
    pub confirmed: u32,
    pub proof: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_frame_match {
    pub time_ms: u32,
    pub entry: u32,
    pub entry_time_ms: u32,
    pub distance: u32,
    pub r#where: pdql_where,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_pcm {
    pub data: *const c_void,
    pub frames: usize,
    pub rate: u32,
    pub channels: u32,
    pub format: u32,
    pub channel: u32,
    pub frame_stride: isize,
    pub channel_stride: isize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_hypothesis {
    pub hop: u32,
    pub pitch: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_hash {
    pub start: u64,
    pub bits: [u8; 32],
    pub quality: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_options {
    pub hypothesis: u32,
    pub every: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_list {
    pub kernels: *const pdql_kernels,
    pub n: usize,
    pub rows: *const u8,
    pub meta: *const u8,
    pub index: *const u8,
    pub index_bytes: usize,
    pub first: u32,
    pub max_distance: u32,
    pub neg_log10_fpr_x100: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_heard {
    pub time_ms: u32,
    pub speed: u32,
    pub hop: u32,
    pub bits: [u8; 32],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_decision {
    pub verdict: u32,
    pub entry: u32,
    pub video: u32,
    pub neg_log10_fpr_x100: u32,
    pub list_neg_log10_fpr_x100: u32,
    pub distance: u32,
    pub score: u32,
    pub agreeing: u32,
    pub windows: u32,
    pub speed: u32,
    pub hop: u32,
    pub at_ms: u32,
    pub start_ms: u32,
    pub end_ms: u32,
    pub entry_start_ms: u32,
    pub entry_end_ms: u32,
    pub categories: u32,
    pub sources: u32,
}

unsafe extern "C" {
    pub fn pdql_status_name(status: pdql_status) -> *const c_char;
    pub fn pdql_version() -> *const c_char;
    pub fn pdql_kernels_best() -> *const pdql_kernels;
    pub fn pdql_kernels_at(i: usize) -> *const pdql_kernels;
    pub fn pdql_kernels_name(k: *const pdql_kernels) -> *const c_char;
    pub fn pdql_hasher_size(width: u32, height: u32) -> usize;
    pub fn pdql_hasher_size_reduced(given_width: u32, given_height: u32, width: u32, height: u32) -> usize;
    pub fn pdql_hasher_init(memory: *mut c_void, size: usize, width: u32, height: u32) -> pdql_status;
    pub fn pdql_hasher_init_reduced(memory: *mut c_void, size: usize, given_width: u32, given_height: u32, width: u32, height: u32) -> pdql_status;
    pub fn pdql_hash_image(k: *const pdql_kernels, hasher: *mut pdql_hasher, image: *const pdql_image, out: *mut pdql_hash) -> pdql_status;
    pub fn pdql_hash_orientations(k: *const pdql_kernels, hasher: *mut pdql_hasher, image: *const pdql_image, out: *mut pdql_hash) -> pdql_status;
    pub fn pdql_distance(a: *const u8, b: *const u8) -> c_uint;
    pub fn pdql_scan(k: *const pdql_kernels, queries: *const u8, n_queries: usize, rows: *const u8, n_rows: usize, radius: c_uint, hits: *mut pdql_hit, cap: usize, n_hits: *mut usize) -> pdql_status;
    pub fn pdql_index_work_size(n_rows: usize, shape: c_int, work_bytes: *mut usize) -> pdql_status;
    pub fn pdql_index_plan(rows: *const u8, n_rows: usize, shape: c_int, work: *mut c_void, work_bytes: usize, block_bytes: *mut usize) -> pdql_status;
    pub fn pdql_index_build(rows: *const u8, n_rows: usize, work: *mut c_void, work_bytes: usize, block: *mut u8, block_bytes: usize) -> pdql_status;
    pub fn pdql_index_open(block: *const u8, bytes: usize, ix: *mut pdql_index) -> pdql_status;
    pub fn pdql_index_search(k: *const pdql_kernels, ix: *const pdql_index, queries: *const u8, n_queries: usize, radius: c_uint, hits: *mut pdql_hit, cap: usize, n_hits: *mut usize) -> pdql_status;
    pub fn pdql_index_describe(ix: *const pdql_index, info: *mut pdql_index_info) -> pdql_status;
    pub fn pdql_state_read(k: *const pdql_kernels, data: *const u8, n: usize, state: *mut pdql_state) -> pdql_status;
    pub fn pdql_list_size() -> usize;
    pub fn pdql_list_needs(memory: *mut c_void, n_memory: usize, k: *const pdql_kernels, release: *const pdql_release, needs: *mut pdql_needs) -> pdql_status;
    pub fn pdql_list_verify(memory: *mut c_void, n_memory: usize, k: *const pdql_kernels, p: *const pdql_provider, release: *const pdql_release, list: *mut *mut pdql_list, info: *mut pdql_list_info, state: *mut u8) -> pdql_status;
    pub fn pdql_list_token(list: *const pdql_list, token: *mut u8) -> pdql_status;
    pub fn pdql_list_token_compare(own: *const u8, n: usize, token: *const u8, n_token: usize, says: *mut u32) -> pdql_status;
    pub fn pdql_list_ciphertext(list: *mut pdql_list, data: *const u8, n: usize) -> pdql_status;
    pub fn pdql_list_ciphertext_end(list: *mut pdql_list) -> pdql_status;
    pub fn pdql_list_key_info(list: *const pdql_list, out: *mut u8, cap: usize, n: *mut usize) -> pdql_status;
    pub fn pdql_list_key(list: *mut pdql_list, commitment: *const u8) -> pdql_status;
    pub fn pdql_list_want(list: *const pdql_list, page: *mut pdql_page) -> pdql_status;
    pub fn pdql_list_give(list: *mut pdql_list, plain: *const u8, n: usize, entries: *mut pdql_entries) -> pdql_status;
    pub fn pdql_list_end(list: *mut pdql_list, count: *mut u64) -> pdql_status;
    pub fn pdql_list_keypoints(list: *mut pdql_list) -> pdql_status;
    pub fn pdql_list_give_keypoints(list: *mut pdql_list, plain: *const u8, n: usize, records: *mut pdql_records) -> pdql_status;
    pub fn pdql_list_read(list: *mut pdql_list, p: *const pdql_provider, key: *const u8, io: *const pdql_list_io, count: *mut u64) -> pdql_status;
    pub fn pdql_list_delta(list: *mut pdql_list, held: *const pdql_held) -> pdql_status;
    pub fn pdql_delta_next(list: *mut pdql_list, out: *mut pdql_delta_piece) -> pdql_status;
    pub fn pdql_delta_page(list: *mut pdql_list, plain: *const u8, n: usize) -> pdql_status;
    pub fn pdql_delta_old(list: *mut pdql_list, hashes: *const u8, meta: *const u8, n: usize) -> pdql_status;
    pub fn pdql_delta_read(list: *mut pdql_list, p: *const pdql_provider, key: *const u8, io: *const pdql_delta_io, work: *mut c_void, work_size: usize, count: *mut u64) -> pdql_status;
    pub fn pdql_list_records(list: *mut pdql_list, total: u64) -> pdql_status;
    pub fn pdql_list_record(list: *mut pdql_list, data: *const u8, n: usize) -> pdql_status;
    pub fn pdql_plane_size(width: u32, height: u32) -> usize;
    pub fn pdql_plane_make(k: *const pdql_kernels, image: *const pdql_image, memory: *mut c_void, size: usize, plane: *mut pdql_plane) -> pdql_status;
    pub fn pdql_uncrop_size() -> usize;
    pub fn pdql_uncrop_init(memory: *mut c_void, size: usize) -> pdql_status;
    pub fn pdql_uncrop_packed_size(n_rows: usize) -> usize;
    pub fn pdql_uncrop_pack(rows: *const u8, n_rows: usize, packed: *mut u8, size: usize) -> pdql_status;
    pub fn pdql_keypoints_work_size(width: u32, height: u32) -> usize;
    pub fn pdql_keypoints_signature(k: *const pdql_kernels, plane: *const u16, width: u32, height: u32, stride: usize, keypoints: c_uint, work: *mut c_void, work_size: usize, record: *mut u8, length: *mut usize) -> pdql_status;
    pub fn pdql_keypoints_index_size(n: usize, n_points: usize) -> usize;
    pub fn pdql_keypoints_index_build(records: *const u8, lengths: *const u32, rows: *const u8, n: usize, block: *mut c_void, size: usize) -> pdql_status;
    pub fn pdql_match_policy_init(policy: *mut pdql_match_policy);
    pub fn pdql_matcher_size() -> usize;
    pub fn pdql_matcher_init(memory: *mut pdql_matcher, size: usize, list: *const pdql_match_list, policy: *const pdql_match_policy) -> pdql_status;
    pub fn pdql_matcher_make(entries: *const pdql_match_entries, policy: *const pdql_match_policy, memory: *const pdql_memory, matcher: *mut *mut pdql_matcher) -> pdql_status;
    pub fn pdql_matcher_init_paged(memory: *mut pdql_matcher, size: usize, list: *const pdql_match_list, rows: *const pdql_row_source, policy: *const pdql_match_policy) -> pdql_status;
    pub fn pdql_exact_begin(k: *const pdql_kernels, file: *mut pdql_exact) -> pdql_status;
    pub fn pdql_exact_add(file: *mut pdql_exact, data: *const u8, n: usize) -> pdql_status;
    pub fn pdql_exact_end(k: *const pdql_kernels, file: *mut pdql_exact, rows: *mut u8) -> pdql_status;
    pub fn pdql_exact_row(k: *const pdql_kernels, tier: u32, digest: *const u8, row: *mut u8) -> pdql_status;
    pub fn pdql_exact_find(entries: *const pdql_match_entries, rows: *const u8, decision: *mut pdql_decision) -> pdql_status;
    pub fn pdql_match_work_size(matcher: *const pdql_matcher, width: u32, height: u32) -> usize;
    pub fn pdql_match_picture(matcher: *const pdql_matcher, image: *const pdql_image, work: *mut c_void, size: usize, decision: *mut pdql_decision, findings: *mut pdql_finding, cap: usize, n: *mut usize) -> pdql_status;
    pub fn pdql_watch_size(matcher: *const pdql_matcher) -> usize;
    pub fn pdql_watch_init(memory: *mut pdql_watch, size: usize, matcher: *const pdql_matcher) -> pdql_status;
    pub fn pdql_watch_push(watch: *mut pdql_watch, frame: *const pdql_image, time_ms: u32, work: *mut c_void, size: usize) -> pdql_status;
    pub fn pdql_watch_enough(watch: *const pdql_watch) -> c_int;
    pub fn pdql_watch_hopeful(watch: *const pdql_watch) -> c_int;
    pub fn pdql_watch_decision(watch: *const pdql_watch, decision: *mut pdql_decision, matches: *mut pdql_frame_match, cap: usize, n: *mut usize) -> pdql_status;
    pub fn pdql_resampler_size() -> usize;
    pub fn pdql_resampler_init(k: *const pdql_kernels, memory: *mut c_void, size: usize, out: *mut *mut pdql_resampler) -> pdql_status;
    pub fn pdql_resampler_room(frames: usize, rate: u32) -> usize;
    pub fn pdql_resampler_push(r: *mut pdql_resampler, pcm: *const pdql_pcm, out: *mut i16, room: usize, n: *mut usize) -> pdql_status;
    pub fn pdql_resampler_finish(r: *mut pdql_resampler, out: *mut i16, room: usize, n: *mut usize) -> pdql_status;
    pub fn pdql_sound_hypothesis_at(i: u32, out: *mut pdql_sound_hypothesis) -> pdql_status;
    pub fn pdql_sound_hasher_size() -> usize;
    pub fn pdql_sound_hasher_init(k: *const pdql_kernels, options: *const pdql_sound_options, memory: *mut c_void, size: usize, out: *mut *mut pdql_sound_hasher) -> pdql_status;
    pub fn pdql_sound_hasher_room(n: usize, options: *const pdql_sound_options) -> usize;
    pub fn pdql_sound_hasher_push(h: *mut pdql_sound_hasher, samples: *const i16, n: usize, hashes: *mut pdql_sound_hash, room: usize, n_hashes: *mut usize) -> pdql_status;
    pub fn pdql_sound_hasher_finish(h: *mut pdql_sound_hasher, hashes: *mut pdql_sound_hash, room: usize, n_hashes: *mut usize) -> pdql_status;
    pub fn pdql_sound_first(meta: *const u8, meta_bytes: usize, n: usize) -> usize;
    pub fn pdql_list_sound(list: *const pdql_list) -> u32;
    pub fn pdql_sound_matcher_size(n: usize) -> usize;
    pub fn pdql_sound_matcher_init(memory: *mut pdql_sound_matcher, size: usize, list: *const pdql_sound_list) -> pdql_status;
    pub fn pdql_listen_size() -> usize;
    pub fn pdql_listen_init(memory: *mut pdql_listen, size: usize, matcher: *const pdql_sound_matcher) -> pdql_status;
    pub fn pdql_listen_push(listen: *mut pdql_listen, heard: *const pdql_heard) -> pdql_status;
    pub fn pdql_listen_enough(listen: *const pdql_listen) -> c_int;
    pub fn pdql_listen_decision(listen: *const pdql_listen, decision: *mut pdql_sound_decision) -> pdql_status;
    pub fn pdql_watch_hear(watch: *mut pdql_watch, listen: *mut pdql_listen) -> pdql_status;
}
