// Made by bindings/rust/generate.py from pdqlite.h and pdqlite_sound.h. Do not edit.
use core::ffi::{c_char, c_int, c_uint, c_void};

/// As its name says.
pub const PDQL_HASH_BYTES: u32 = 32;
/// As its name says.
pub const PDQL_HASH_BITS: u32 = 256;
/// pixels
pub const PDQL_MAX_SIDE: u32 = 1048576;
/// of one picture to hash
pub const PDQL_MAX_PIXELS: u32 = 268435456;
/// Rows of one index, or queries of one call, at most: numbers fit 32 bits.
pub const PDQL_MAX_ROWS: u32 = 4294967295;
/// As its name says.
pub const PDQL_INDEX_SELF_RADIUS: u32 = 63;
/// As its name says.
pub const PDQL_REMARK_UNLOGGED: u32 = 1;
/// As its name says.
pub const PDQL_REMARK_UNWITNESSED: u32 = 2;
/// As its name says.
pub const PDQL_REMARK_STALE: u32 = 4;
/// As its name says.
pub const PDQL_REMARK_UNAUDITED: u32 = 8;
/// As its name says.
pub const PDQL_STATE_BYTES: u32 = 256;
/// A token says which log one was shown: 48 bytes, the same for all who are shown the same, for an application to
/// carry from user to user (docs/formats/list-sharing.md, section 16). It tells nothing else, but for how recent
/// one's list is. Keep that of each release that is installed.
pub const PDQL_TOKEN_BYTES: u32 = 48;
/// What somebody's token says beside one's own.
pub const PDQL_TOKEN_SAME: u32 = 0;
/// two logs under one name: keep it, and one's manifest.tlog-proof of that size
pub const PDQL_TOKEN_SPLIT_VIEW: u32 = 1;
/// of a size at which one never looked: nothing follows
pub const PDQL_TOKEN_UNKNOWN: u32 = 2;
/// of a log that one has never seen: nothing follows
pub const PDQL_TOKEN_OTHER_LOG: u32 = 3;
/// With `pdql_list_key_info`.
pub const PDQL_KEY_INFO_MAX: u32 = 320;
/// nothing is left
pub const PDQL_DELTA_END: u32 = 0;
/// decrypt `page` of the delta, call pdql_delta_page
pub const PDQL_DELTA_PAGE: u32 = 1;
/// get entries of the release held from old_first on, call pdql_delta_old
pub const PDQL_DELTA_OLD: u32 = 2;
/// entries of the new release, and where each is from
pub const PDQL_DELTA_ENTRIES: u32 = 3;
/// bytes of lengths of keypoint records of added entries, u16be each
pub const PDQL_DELTA_LENGTHS: u32 = 4;
/// bytes of those records
pub const PDQL_DELTA_RECORDS: u32 = 5;
/// In pdql_delta_piece.origin: an added entry, in the order of the delta; else the slot it had.
pub const PDQL_DELTA_ADDED: u32 = 2147483648;
/// bytes of scratch for one call
pub const PDQL_DELTA_WORK: u32 = 32784;
/// Lists of up to so many rows are looked through in full; of larger ones a search leaves out what can hardly fit.
pub const PDQL_UNCROP_FULL: u32 = 100000;
/// of an entry
pub const PDQL_MAX_KEYPOINTS: u32 = 48;
/// bytes: 3 + 48 * 11
pub const PDQL_KEYPOINTS_RECORD_MAX: u32 = 531;
/// no proof either way: too little of the entry lies in the picture
pub const PDQL_CLAIM_NONE: i32 = -1000;
/// neg_log10_fpr_x100, how sure a match is: minus the decimal logarithm of its false-match rate (FPR), in
/// hundredths. 700 is one false match in 10^7 pairs of an original and a picture (or video) that does not show it.
pub const PDQL_NEG_LOG10_FPR_X100_MAX: u32 = 3000;
/// whole hashes of regions of the query
pub const PDQL_TIER_HASH: u32 = 1;
/// parts of the query against plain hashes
pub const PDQL_TIER_UNCROP: u32 = 2;
/// keypoint signatures
pub const PDQL_TIER_KEYPOINTS: u32 = 3;
/// SHA-256 of a file's bytes
pub const PDQL_TIER_SHA256: u32 = 4;
/// MD5 of a file's bytes
pub const PDQL_TIER_MD5: u32 = 5;
/// As its name says.
pub const PDQL_RADIUS_BY_RATE: u32 = 257;
/// turned and mirrored copies
pub const PDQL_VIEW_TURNED: u32 = 1;
/// dark and light exchanged
pub const PDQL_VIEW_INVERTED: u32 = 2;
/// regions inside the query: without bars, borders, a page around it
pub const PDQL_VIEW_REGIONS: u32 = 4;
/// the list's keypoint signatures
pub const PDQL_VIEW_KEYPOINTS: u32 = 8;
/// the list's keypoint signatures once more, turned by angles that are no quarters
pub const PDQL_VIEW_TILTED: u32 = 16;
/// With `PDQL_VIEW_TILTED`.
pub const PDQL_VIEW_ALL: u32 = 31;
/// Rows a matcher reads at a time: 16 KiB.
pub const PDQL_PAGE_ROWS: u32 = 512;
/// where a number of a decision does not apply
pub const PDQL_NONE: u32 = 4294967295;
/// keypoint signatures: the list has none
pub const PDQL_LACKS_KEYPOINTS: u32 = 1;
/// un-cropping: the rows are not in memory
pub const PDQL_LACKS_UNCROP: u32 = 2;
/// As its name says.
pub const PDQL_MAX_FINDINGS: u32 = 64;
/// With `pdql_match_picture`.
pub const PDQL_MAX_VIEWS: u32 = 136;
/// samples a second that a hasher takes
pub const PDQL_SOUND_RATE: u32 = 8000;
/// With `PDQL_SOUND_RATE`.
pub const PDQL_SOUND_MAX_CHANNELS: u32 = 64;
/// As its name says.
pub const PDQL_SOUND_HYPOTHESES: u32 = 10;
/// of a window; a step is two hops: 1/16 s of the original
pub const PDQL_SOUND_STEPS: u32 = 64;
/// below: too quiet or too empty to list or to look up
pub const PDQL_SOUND_QUALITY: u32 = 25;
/// steps between hashes of a query: 1/8 s
pub const PDQL_SOUND_QUERY: u32 = 2;
/// steps between hashes of a list: 1 s
pub const PDQL_SOUND_LIST: u32 = 16;
/// flag of an entry: a window of sound (docs/formats/list-content.md, section 6)
pub const PDQL_ENTRY_SOUND: u32 = 4;
/// a pdql_verdict: the sound is the entry's; nothing is said of the picture
pub const PDQL_SAME_SOUND: u32 = 7;
/// neg_log10_fpr_x100 of a sound, at most
pub const PDQL_SOUND_RATE_MOST: u32 = 1200;

/// What a call came to. Numbers are part of the ABI: never reused. 1..15 are mistakes of the caller, 16..31 damaged
/// blocks, 32..63 what verify says of a list.
pub type pdql_status = c_int;
/// As its name says, of `pdql_status`.
pub const PDQL_OK: c_int = 0;
/// a missing pointer or a value out of range
pub const PDQL_ERR_ARG: c_int = 1;
/// a width, height or stride that cannot be
pub const PDQL_ERR_SHAPE: c_int = 2;
/// the memory given is too small
pub const PDQL_ERR_SPACE: c_int = 3;
/// the provider cannot say yet: call again once it can
pub const PDQL_ERR_PENDING: c_int = 4;
/// called before its turn, or after the end
pub const PDQL_ERR_ORDER: c_int = 5;
/// the caller's own function reported a failure
pub const PDQL_ERR_IO: c_int = 6;
/// an index block is damaged, cut or of another version
pub const PDQL_ERR_BLOCK: c_int = 16;
/// a Merkle proof that does not lead to the root
pub const PDQL_ERR_PROOF: c_int = 17;
/// docs/formats/list-verify.md, section 9
pub const PDQL_LIST_FORMAT: c_int = 32;
/// a known signature fails, or the quorum is not reached
pub const PDQL_LIST_UNENDORSED: c_int = 33;
/// another origin or type than pinned
pub const PDQL_LIST_ORIGIN: c_int = 34;
/// a category that is not pinned, or a larger distance
pub const PDQL_LIST_PINS: c_int = 35;
/// the policies do not lead from the pinned one to the one named
pub const PDQL_LIST_POLICY_CHAIN: c_int = 36;
/// no log proof, or one that does not prove this manifest
pub const PDQL_LIST_UNLOGGED: c_int = 37;
/// logged, but the witness quorum is not reached
pub const PDQL_LIST_UNWITNESSED: c_int = 38;
/// older than pinned or stored, or not the newest of its log
pub const PDQL_LIST_ROLLBACK: c_int = 39;
/// witnessed too long ago, or in the future
pub const PDQL_LIST_FREEZE: c_int = 40;
/// two signed texts contradict each other: roots of the log, or manifests of one seq
pub const PDQL_LIST_SPLIT_VIEW: c_int = 41;
/// past the time the manifest sets
pub const PDQL_LIST_EXPIRED: c_int = 42;
/// an encrypted file differs, is cut or absent
pub const PDQL_LIST_CT_MISMATCH: c_int = 43;
/// the key given is not the key of this list
pub const PDQL_LIST_KEY_COMMIT: c_int = 44;
/// the content is not the endorsed content
pub const PDQL_LIST_CONTENT_MISMATCH: c_int = 45;
/// content that breaks section 7
pub const PDQL_LIST_RULE: c_int = 46;
/// a remark only: past its time, and allowed
pub const PDQL_LIST_STALE: c_int = 47;
/// nothing proves that the log goes on from the one stored
pub const PDQL_LIST_UNPROVEN: c_int = 48;
/// too few of the pinned auditors say that this release passed, or not lately
pub const PDQL_LIST_UNAUDITED: c_int = 49;
/// one byte, 0 black .. 255 white; or a full-range Y plane
pub const PDQL_GRAY: u32 = 1;
/// one byte, 16 black .. 235 white: the Y plane of most video
pub const PDQL_GRAY_LIMITED: u32 = 2;
/// As its name says, of `pdql_format`.
pub const PDQL_RGB: u32 = 3;
/// As its name says, of `pdql_format`.
pub const PDQL_BGR: u32 = 4;
/// two bytes, low one first: 256 a gray level, 65280 white
pub const PDQL_GRAY16: u32 = 5;
/// self if at radius 31 it takes at most a quarter of a scan's time, else scan
pub const PDQL_INDEX_AUTO: u32 = 0;
/// 32 bytes a row; for up to some 50 000 rows
pub const PDQL_INDEX_SCAN: u32 = 1;
/// 46 to 52 bytes a row; fast to radius 63, beyond that several times slower than a scan
pub const PDQL_INDEX_SELF: u32 = 2;
/// 40 from some 8 million rows on, at half the speed of self; under a million larger
pub const PDQL_INDEX_COMPACT: u32 = 3;
/// As its name says, of `pdql_verdict`.
pub const PDQL_NO_MATCH: u32 = 0;
/// As its name says, of `pdql_verdict`.
pub const PDQL_MATCH: u32 = 1;
/// near enough, but of too low a quality to act on
pub const PDQL_TOO_FLAT: u32 = 2;
/// near enough, but a negative entry is nearer
pub const PDQL_NEGATED: u32 = 3;
/// near enough, but its keypoints are not where they would be: forged, or much changed
pub const PDQL_UNCONFIRMED: u32 = 4;
/// a part is the entry's (a sticker, page, frame, form), the rest is another picture's
pub const PDQL_SHARES_PART: u32 = 5;
/// the file is one that was listed, byte for byte: pdql_exact_find
pub const PDQL_IDENTICAL_FILE: u32 = 6;
/// As its name says, of `pdql_orientation`.
pub const PDQL_AS_IS: u32 = 0;
/// counter-clockwise, as the others
pub const PDQL_TURNED_90: u32 = 1;
/// As its name says, of `pdql_orientation`.
pub const PDQL_TURNED_180: u32 = 2;
/// As its name says, of `pdql_orientation`.
pub const PDQL_TURNED_270: u32 = 3;
/// top to bottom
pub const PDQL_FLIPPED: u32 = 4;
/// left to right
pub const PDQL_MIRRORED: u32 = 5;
/// As its name says, of `pdql_orientation`.
pub const PDQL_TRANSPOSED: u32 = 6;
/// along the other diagonal
pub const PDQL_TRANSPOSED_BACK: u32 = 7;
/// the policy does not ask, or nothing was found
pub const PDQL_CONFIRMED_NOT_ASKED: u32 = 0;
/// As its name says, of `pdql_confirmed`.
pub const PDQL_CONFIRMED_YES: u32 = 1;
/// As its name says, of `pdql_confirmed`.
pub const PDQL_CONFIRMED_NO: u32 = 2;
/// the entry has no signature, or one of fewer than 8 keypoints
pub const PDQL_CONFIRMED_NOT_POSSIBLE: u32 = 3;
/// int16, this machine's byte order
pub const PDQL_PCM_S16: u32 = 1;
/// float, -1..1; past that, and infinite: clipped; not a number: 0
pub const PDQL_PCM_F32: u32 = 2;

/// One implementation of the hot loops for one instruction set. All give the same answers to the bit. Take the best
/// once and keep the pointer; it is constant and lives as long as the library.
#[repr(C)]
pub struct pdql_kernels {
    _opaque: [u8; 0],
}

/// What hashing pictures of one size needs: weights and a little room. Lives in the caller's memory, aligned to 8
/// bytes; serves any number of pictures of its size, one at a time. A stream of frames makes it once.
#[repr(C)]
pub struct pdql_hasher {
    _opaque: [u8; 0],
}

/// A list on its way from endorsed to read, in memory of the caller: pdql_list_size() bytes (about 100 KiB),
/// aligned to 16. Made by pdql_list_verify alone; then, in this order:
///
/// - pdql_list_ciphertext ... pdql_list_ciphertext_end: the file is the endorsed file
/// - pdql_list_key_info, pdql_list_key: the key is its key
/// - pdql_list_want, pdql_list_give ...: pages of plaintext, as it asks
/// - pdql_list_end: the verdict
///
/// and, if info.keypoints_bytes is not 0 and keypoint signatures are of use, pdql_list_keypoints and the same again
/// over local.cob, with pdql_list_give_keypoints. The first status that is neither PDQL_OK nor PDQL_ERR_ is the
/// verdict: every later call repeats it. Nothing that pdql_list_give handed out may be used before pdql_list_end
/// said PDQL_OK. pdql_list_read does all of it where a provider and a file are at hand. Memory: that block and at
/// most 10 KiB of stack, whatever the size of the list. Threads: one list, one thread at a time; any number of
/// lists at once.
#[repr(C)]
pub struct pdql_list {
    _opaque: [u8; 0],
}

/// Tables of un-cropping in the caller's memory, made once; read-only afterwards, shared by threads.
#[repr(C)]
pub struct pdql_uncrop {
    _opaque: [u8; 0],
}

/// Matches against one list. Read-only once made: any number of threads may share it.
#[repr(C)]
pub struct pdql_matcher {
    _opaque: [u8; 0],
}

/// One video being watched. Its memory does not grow with the video. One thread at a time.
#[repr(C)]
pub struct pdql_watch {
    _opaque: [u8; 0],
}

/// Makes mono at PDQL_SOUND_RATE of a stream. Lives in the caller's memory, aligned to 8 bytes; one thread at a
/// time.
#[repr(C)]
pub struct pdql_resampler {
    _opaque: [u8; 0],
}

/// Hashes a stream. Lives in the caller's memory, aligned to 8 bytes; one thread at a time. Its memory does not
/// grow, however long the stream.
#[repr(C)]
pub struct pdql_sound_hasher {
    _opaque: [u8; 0],
}

/// Looks for sound in one list. Read-only once made: any number of threads may share it.
#[repr(C)]
pub struct pdql_sound_matcher {
    _opaque: [u8; 0],
}

/// One sound being listened to. Its memory does not grow with it. One thread at a time.
#[repr(C)]
pub struct pdql_listen {
    _opaque: [u8; 0],
}

/// What hashing gives.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_hash {
    /// in the order of the shared 64-digit text
    pub bits: [u8; 32],
    /// 0 flat .. 100 detailed; below 50 is too flat to act on
    pub quality: u8,
}

/// Decoded pixels, read only during the call. `data` points at the first channel of the pixel in the top left
/// corner. Strides are bytes and may be negative: a mirrored or flipped view hashes as it looks, columns that lie
/// closer than rows and channels in planes of their own are read in place. No two samples may overlap: each stride
/// steps over all that the smaller ones span.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_image {
    /// As `pdql_image` says.
    pub data: *const u8,
    /// pixels, 5..1048576
    pub width: u32,
    /// pixels, 5..1048576
    pub height: u32,
    /// As `pdql_image` says.
    pub row_stride: isize,
    /// As `pdql_image` says.
    pub pixel_stride: isize,
    /// a pdql_format
    pub format: u32,
    /// of PDQL_RGB and PDQL_BGR; 0: channels lie side by side, as with 1
    pub channel_stride: isize,
}

/// One row within the radius of one query.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_hit {
    /// number of the query in the call, from 0
    pub query: u32,
    /// number of the row, from 0
    pub row: u32,
    /// differing bits, 0..256
    pub distance: u32,
}

/// An open index. Any shape answers any radius. Fields are for pdql_index_open to set and pdql_index_* to read.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_index {
    /// As `pdql_index` says.
    pub block: *const u8,
    /// As `pdql_index` says.
    pub bytes: usize,
    /// As `pdql_index` says.
    pub shape: u32,
    /// As `pdql_index` says.
    pub n_rows: u32,
    /// As `pdql_index` says.
    pub n_unique: u32,
    /// As `pdql_index` says.
    pub n_groups: u32,
    /// As `pdql_index` says.
    pub n_grouped: u32,
    /// As `pdql_index` says.
    pub pair_bits: u32,
    /// As `pdql_index` says.
    pub group_shift: u32,
    /// As `pdql_index` says.
    pub step_bytes: u32,
    /// As `pdql_index` says.
    pub row_bits: u32,
    /// As `pdql_index` says.
    pub n_far: [u32; 16],
    /// As `pdql_index` says.
    pub value_bytes: u32,
    /// As `pdql_index` says.
    pub pair_base: u32,
    /// As `pdql_index` says.
    pub at_dirs: usize,
    /// As `pdql_index` says.
    pub dir_bytes: usize,
    /// As `pdql_index` says.
    pub at_lists: usize,
    /// As `pdql_index` says.
    pub list_bytes: usize,
    /// As `pdql_index` says.
    pub block_bytes: usize,
    /// As `pdql_index` says.
    pub at_highs: usize,
    /// As `pdql_index` says.
    pub high_bytes: usize,
    /// As `pdql_index` says.
    pub at_far: [usize; 16],
    /// As `pdql_index` says.
    pub at_map: usize,
    /// As `pdql_index` says.
    pub at_ends: usize,
    /// As `pdql_index` says.
    pub at_grouped: usize,
}

/// What an index is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_index_info {
    /// PDQL_INDEX_SCAN, _SELF or _COMPACT
    pub shape: u32,
    /// As `pdql_index_info` says.
    pub n_rows: u32,
    /// different hashes; n_rows if shape is scan, which does not look
    pub n_unique: u32,
    /// self: width of two packed offsets; else 0
    pub pair_bits: u32,
    /// of the whole block
    pub bytes: u64,
    /// self: values and offsets; scan: rows
    pub list_bytes: u64,
    /// As `pdql_index_info` says.
    pub directory_bytes: u64,
    /// self: what gives the caller's row numbers back
    pub row_bytes: u64,
}

/// The cryptography a list needs beyond SHA-256, from the embedder. `ctx` is passed back. A function that is not
/// needed may be NULL. Ready-made tables: csrc/providers/.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_provider {
    /// As `pdql_provider` says.
    pub ctx: *mut c_void,
    /// Ed25519 (RFC 8032 section 5.1.7, without cofactor): 1 good, 0 bad, -1 not known. Where answers come later
    /// (WebCrypto): note the question, say -1, and repeat the call that gave PDQL_ERR_PENDING once they are there.
    pub ed25519_verify: Option<unsafe extern "C" fn(*mut c_void, *const u8, *const u8, *const u8, usize) -> c_int>,
    /// HKDF-Expand with SHA-512 (RFC 5869 section 2.3) under a key of 32 bytes: 0, or -1 on failure.
    pub hkdf_sha512_expand: Option<unsafe extern "C" fn(*mut c_void, *const u8, *const u8, usize, *mut u8, usize) -> c_int>,
    /// AES-256-GCM, nonce of 12 bytes, no associated data; n counts the tag: 0, or -1 if it does not open.
    pub aes256gcm_open: Option<unsafe extern "C" fn(*mut c_void, *const u8, *const u8, *const u8, usize, *mut u8) -> c_int>,
}

/// What the endorsers signed, as far as a reader needs it. Names: the manifest itself.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_list_info {
    /// release; POSIX seconds
    pub seq: u64,
    /// release; POSIX seconds
    pub issued: u64,
    /// release; POSIX seconds
    pub expires: u64,
    /// size of list.cob; places for entries
    pub list_bytes: u64,
    /// size of list.cob; places for entries
    pub slots: u64,
    /// size of local.cob; 0: the list has none
    pub keypoints_bytes: u64,
    /// of an entry: 6 image list, 14 video list, 5 list of files
    pub meta_bytes: u32,
    /// As `pdql_list_info` says.
    pub min_sources: u32,
    /// As `pdql_list_info` says.
    pub max_distance: u32,
    /// bit i: number i is declared
    pub sources: u32,
    /// bit i: number i is declared
    pub categories: u32,
    /// those whose organisation signed this manifest
    pub signed_sources: u32,
    /// bit i: endorser i of the trust file, or of the policy in force, signed
    pub signers: u32,
    /// PDQL_REMARK_...
    pub remarks: u32,
    /// root of the content: what a later delta starts from
    pub pt_root: [u8; 32],
}

/// Bytes of the caller, read during the call alone. data NULL: there is no such file.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_bytes {
    /// As `pdql_bytes` says.
    pub data: *const u8,
    /// As `pdql_bytes` says.
    pub n: usize,
}

/// What is known of a release, and what the device knew before. All texts are untrusted but `trust` and `state`;
/// all are bounded, and refused if they are not the one encoding of what they say.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_release {
    /// what the application pins (section 4)
    pub trust: pdql_bytes,
    /// the record that the last install left, 256 bytes; absent before the first
    pub state: pdql_bytes,
    /// a signed note
    pub manifest: pdql_bytes,
    /// manifest.tlog-proof; may be absent
    pub proof: pdql_bytes,
    /// consistency-\<n\>, n = pdql_needs.consistency; may be absent
    pub consistency: pdql_bytes,
    /// 2 x n_policies: note and proof of each, from pdql_needs.first_policy on
    pub policies: *const pdql_bytes,
    /// As `pdql_release` says.
    pub n_policies: usize,
    /// POSIX seconds, up to 2^53 - 1; where clocks are bad, not before the build's time
    pub now: u64,
}

/// Which files a release needs beside manifest and proof.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_needs {
    /// policy-\<version\> and policy-\<version\>.tlog-proof. 0: keys are pinned. The last is past the one that the
    /// manifest names and mostly absent (data NULL, n 0 or left out); a manifest that it replaced is refused.
    pub first_policy: u64,
    /// policy-\<version\> and policy-\<version\>.tlog-proof. 0: keys are pinned. The last is past the one that the
    /// manifest names and mostly absent (data NULL, n 0 or left out); a manifest that it replaced is refused.
    pub n_policies: u64,
    /// size of the log that was seen before; 0: none
    pub consistency: u64,
}

/// What a state says (docs/formats/list-verify.md, section 13).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_state {
    /// counts up: of two records, the one with more is the newer
    pub installs: u64,
    /// As `pdql_state` says.
    pub seq: u64,
    /// no clock is believed that is behind this, POSIX seconds
    pub floor: u64,
    /// As `pdql_state` says.
    pub log_size: u64,
    /// As `pdql_state` says.
    pub policy_version: u64,
    /// when witnesses saw the log, how old that may be, seconds; 0: no witnesses
    pub seen: u64,
    /// when witnesses saw the log, how old that may be, seconds; 0: no witnesses
    pub max_age: u64,
    /// As `pdql_state` says.
    pub has_policy: u32,
    /// As `pdql_state` says.
    pub log_root: [u8; 32],
    /// SHA-256 of the manifest's text
    pub manifest: [u8; 32],
}

/// A piece of list.cob to decrypt.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_page {
    /// of the piece: the nonce is the base nonce XOR this as 12 bytes, big-endian
    pub index: u64,
    /// where it begins in list.cob
    pub at: u64,
    /// with its tag of 16; 0: nothing is wanted any more
    pub sealed_bytes: u32,
    /// 0..16384
    pub plain_bytes: u32,
}

/// Entries that a page completed, valid until the next call with this list and while the page's bytes stay.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_entries {
    /// number of the first entry
    pub first: u64,
    /// 0..512
    pub n: usize,
    /// n x 32
    pub hashes: *const u8,
    /// n x meta_bytes, section 6
    pub meta: *const u8,
}

/// What a page of local.cob holds: lengths of records, or bytes of them. Valid until the next call with this list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_records {
    /// slot of the first length
    pub first: u64,
    /// may reach past the entries: those are 0
    pub n_lengths: usize,
    /// n_lengths x u16be
    pub lengths: *const u8,
    /// the next bytes of the records, which stand one after the other in slot order
    pub body: *const u8,
    /// As `pdql_records` says.
    pub n_body: usize,
}

/// Where pdql_list_read gets list.cob, or local.cob, and leaves what is in it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_list_io {
    /// As `pdql_list_io` says.
    pub ctx: *mut c_void,
    /// Reads n bytes from `at`: 0, or -1 if the file ends before or fails. One byte past the end is asked for too: a
    /// longer file is not the endorsed one.
    pub read: Option<unsafe extern "C" fn(*mut c_void, u64, usize, *mut u8) -> c_int>,
    /// Takes entries, not to be used before PDQL_OK: 0, or -1 to stop. May be NULL: check only.
    pub entries: Option<unsafe extern "C" fn(*mut c_void, *const pdql_entries) -> c_int>,
    /// the same for what local.cob holds
    pub records: Option<unsafe extern "C" fn(*mut c_void, *const pdql_records) -> c_int>,
}

/// The release that a device holds: what a delta may start from.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_held {
    /// release, number of its entries
    pub seq: u64,
    /// release, number of its entries
    pub count: u64,
    /// info.pt_root of its verification
    pub pt_root: [u8; 32],
}

/// What pdql_delta_next says: `kind` says which of the rest is set.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_delta_piece {
    /// PDQL_DELTA_...
    pub kind: u32,
    /// a piece may be asked for again
    pub page: pdql_page,
    /// As `pdql_delta_piece` says.
    pub old_first: u64,
    /// valid until the next call with this list, as are origin and bytes
    pub entries: pdql_entries,
    /// entries.n x: slot in the release held, or PDQL_DELTA_ADDED | number
    pub origin: *const u32,
    /// As `pdql_delta_piece` says.
    pub bytes: *const u8,
    /// of `bytes`
    pub n: usize,
}

/// Where pdql_delta_read gets a delta and the entries held, and leaves what they lead to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_delta_io {
    /// As `pdql_delta_io` says.
    pub ctx: *mut c_void,
    /// as that of pdql_list_io, of the delta
    pub read: Option<unsafe extern "C" fn(*mut c_void, u64, usize, *mut u8) -> c_int>,
    /// Takes a piece of kind PDQL_DELTA_ENTRIES, PDQL_DELTA_LENGTHS or PDQL_DELTA_RECORDS, not to be used before
    /// PDQL_OK: 0, or -1 to stop. May be NULL: check only.
    pub take: Option<unsafe extern "C" fn(*mut c_void, *const pdql_delta_piece) -> c_int>,
    /// of the release held: count x 32 and count x meta_bytes
    pub hashes: *const u8,
    /// of the release held: count x 32 and count x meta_bytes
    pub meta: *const u8,
}

/// A picture box-averaged (or, where small, linearly enlarged) to at most 65 536 cells in its own aspect; sides
/// 64..1024, so aspects beyond 16:1 are squeezed. The samples and sums lie in the caller's memory, to be read
/// alone.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_plane {
    /// cells
    pub width: u32,
    /// cells
    pub height: u32,
    /// height rows of width; brightness 0..255 times 256
    pub samples: *const u16,
    /// height + 1 rows of width + 1: sums of the samples above and left
    pub integral: *const u32,
}

/// What an embedder asks of a match. pdql_match_policy_init fills in what is advised.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_match_policy {
    /// least of a match of a pair of pictures, 0..3000; advised 700
    pub picture_neg_log10_fpr_x100: u32,
    /// of a pair of videos; advised 600
    pub video_neg_log10_fpr_x100: u32,
    /// largest distance of whole hashes, 0..256; PDQL_RADIUS_BY_RATE leaves it to the rates
    pub radius: u32,
    /// the list's own cap on it, 0..256; 256 if it has none
    pub max_distance: u32,
    /// of the hashes of query and entry, 0..100; advised 50
    pub min_quality: u32,
    /// of a video that must agree, at least 1; advised 2
    pub frames: u32,
    /// PDQL_VIEW_... added up; advised PDQL_VIEW_ALL
    pub views: u32,
    /// un-crop in lists of up to so many entries; 0 for never; advised 2000000
    pub uncrop_entries: u32,
    /// 1: what hashes find must be confirmed by the entry's keypoints, if it has them; advised 1
    pub confirm: u32,
    /// Least neg_log10_fpr_x100 of a match against the whole list, 0..PDQL_NEG_LOG10_FPR_X100_MAX: 200 is one false
    /// match in 100 pictures (or videos) looked at, 600 one in a million; 0 for no such limit. A list of n entries asks
    /// it of a pair plus 100 log10(n), where that is more than picture_neg_log10_fpr_x100 or video_neg_log10_fpr_x100;
    /// advised 200.
    pub list_neg_log10_fpr_x100: u32,
}

/// A list as a matcher looks at it: n entries in list order. Everything lies in the caller's memory and stays there
/// unchanged while the matcher is in use.
///
/// - rows: n x 32 bytes, any alignment; NULL if there is an index: then nothing is un-cropped
/// - meta: n x meta_bytes, as pdql_list_read hands it out (docs/formats/list-content.md, section 6: categories,
///   sources, flags, quality, and 14 bytes with video and time); NULL with meta_bytes 0 for bare hashes: pictures
///   of unknown quality, of no category or source keypoints a block of pdql_keypoints_index_build, aligned to 8;
///   NULL if the list has no keypoint signatures
/// - uncrop: tables of pdql_uncrop_init, where the policy un-crops a list of n entries and there are rows; else
///   NULL
/// - packed: pdql_uncrop_pack of these rows; read only where `uncrop` is given and n is within the policy's
///   uncrop_entries
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_match_list {
    /// what to run on; NULL for the best
    pub kernels: *const pdql_kernels,
    /// 0..PDQL_MAX_ROWS
    pub n: usize,
    /// As `pdql_match_list` says.
    pub rows: *const u8,
    /// As `pdql_match_list` says.
    pub meta: *const u8,
    /// 0, 6 or 14
    pub meta_bytes: usize,
    /// a block of pdql_index_build of these rows; NULL reads every row each time
    pub index: *const u8,
    /// As `pdql_match_list` says.
    pub index_bytes: usize,
    /// As `pdql_match_list` says.
    pub keypoints: *const c_void,
    /// As `pdql_match_list` says.
    pub keypoints_bytes: usize,
    /// As `pdql_match_list` says.
    pub uncrop: *const pdql_uncrop,
    /// As `pdql_match_list` says.
    pub packed: *const u8,
    /// As `pdql_match_list` says.
    pub packed_bytes: usize,
}

/// Memory for pdql_matcher_make.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_memory {
    /// As `pdql_memory` says.
    pub ctx: *mut c_void,
    /// `size` bytes aligned to 16, or NULL
    pub get: Option<unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void>,
    /// takes back what `get` gave
    pub give: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
}

/// The entries of a list as a reader hands them out (pdql_list_read). rows and meta as in pdql_match_list: they
/// stay unchanged while the matcher is in use. records and lengths are read once.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_match_entries {
    /// NULL for the best
    pub kernels: *const pdql_kernels,
    /// As `pdql_match_entries` says.
    pub n: usize,
    /// As `pdql_match_entries` says.
    pub rows: *const u8,
    /// As `pdql_match_entries` says.
    pub meta: *const u8,
    /// As `pdql_match_entries` says.
    pub meta_bytes: usize,
    /// keypoint signatures one after another; NULL if the list has none
    pub records: *const u8,
    /// n lengths, 0 for an entry without one; NULL if the list has none
    pub lengths: *const u32,
    /// tables that matchers share, and that outlive them; NULL: each makes its own, 3 MB
    pub uncrop: *const pdql_uncrop,
}

/// Rows that are not in memory, for instance sealed on disk.
///
/// - read: writes rows `first` .. `first + n - 1` (32 n bytes, n \<= PDQL_PAGE_ROWS, `first` a multiple of that) to
///   `rows`: 0, or -1 if they cannot be read or are not those that were stored. Called by whichever thread matches,
///   any number at once; `rows` lies in the work memory of the call
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_row_source {
    /// As `pdql_row_source` says.
    pub ctx: *mut c_void,
    /// As `pdql_row_source` says.
    pub read: Option<unsafe extern "C" fn(*mut c_void, usize, usize, *mut u8) -> c_int>,
}

/// Which part of the query shows the original.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_where {
    /// 1/65536 of the query's width and height, 0..65536
    pub left: u32,
    /// 1/65536 of the query's width and height, 0..65536
    pub top: u32,
    /// 1/65536 of the query's width and height, 0..65536
    pub right: u32,
    /// 1/65536 of the query's width and height, 0..65536
    pub bottom: u32,
    /// a pdql_orientation
    pub orientation: u32,
    /// 1: dark and light exchanged
    pub inverted: u32,
}

/// What a matcher says of one picture or video. Fixed numbers, no pointers: it may be copied as it is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_decision {
    /// a pdql_verdict
    pub verdict: u32,
    /// number of the entry that decided, of a video the nearest; PDQL_NONE without
    pub entry: u32,
    /// PDQL_TIER_... that found it; 0 without
    pub tier: u32,
    /// of the pair; the false-match rate is 10^(-neg_log10_fpr_x100/100)
    pub neg_log10_fpr_x100: u32,
    /// of this picture or video against the whole list
    pub list_neg_log10_fpr_x100: u32,
    /// PDQL_LACKS_..., added up: what the policy asks for and the list has not
    pub lacks: u32,
    /// of whole hashes, bits; PDQL_NONE if none was near
    pub distance: u32,
    /// tiers 2 and 3: 1/16 nat; else 0
    pub score: u32,
    /// of the whole query; of a video, the best of its frames
    pub quality: u32,
    /// mask of the entry
    pub categories: u32,
    /// mask of the entry
    pub sources: u32,
    /// number of the entry's video; PDQL_NONE for a picture
    pub video: u32,
    /// of the query looked at; 1 for a picture
    pub frames: u32,
    /// of those, with the entry
    pub agreeing: u32,
    /// of the query, where the nearest frame is; PDQL_NONE for pictures, as the next two
    pub at_ms: u32,
    /// first and last time in the query that agrees
    pub start_ms: u32,
    /// first and last time in the query that agrees
    pub end_ms: u32,
    /// the same in the entry's video; PDQL_NONE if it is a picture
    pub entry_start_ms: u32,
    /// the same in the entry's video; PDQL_NONE if it is a picture
    pub entry_end_ms: u32,
    /// at `entry`; all 0 without
    pub r#where: pdql_where,
    /// a pdql_confirmed
    pub confirmed: u32,
    /// value of the claim, 1/16 nat; PDQL_CLAIM_NONE if none was looked at
    pub proof: i32,
}

/// The digests of one file while its bytes come. Memory of the caller; one thread at a time.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_exact {
    /// As `pdql_exact` says.
    pub state: [u64; 32],
}

/// One entry that may be the original, as one view of a picture saw it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_finding {
    /// As `pdql_finding` says.
    pub entry: u32,
    /// As `pdql_finding` says.
    pub tier: u32,
    /// tier 1: bits; else PDQL_NONE
    pub distance: u32,
    /// tiers 2 and 3: 1/16 nat; else 0
    pub score: u32,
    /// the lesser of the view's and the entry's
    pub quality: u32,
    /// 1: the entry says what must not match
    pub negative: u32,
    /// of the pair, this look's share of the rate taken off
    pub neg_log10_fpr_x100: u32,
    /// 1: too little for the policy; it is no reason for a match
    pub below: u32,
    /// As `pdql_finding` says.
    pub r#where: pdql_where,
    /// a pdql_confirmed; of tier 3 PDQL_CONFIRMED_NO: a part is shared
    pub confirmed: u32,
    /// as in pdql_decision
    pub proof: i32,
}

/// One frame of a video that agrees with the entry.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_frame_match {
    /// in the query
    pub time_ms: u32,
    /// As `pdql_frame_match` says.
    pub entry: u32,
    /// in the entry's video; PDQL_NONE if the entry is a picture
    pub entry_time_ms: u32,
    /// bits
    pub distance: u32,
    /// As `pdql_frame_match` says.
    pub r#where: pdql_where,
}

/// Decoded sound, read only during the call. A sample needs no alignment.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_pcm {
    /// the first frame's first channel; NULL: as many frames of silence
    pub data: *const c_void,
    /// samples of each channel
    pub frames: usize,
    /// 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400 or 192000 Hz
    pub rate: u32,
    /// 1..PDQL_SOUND_MAX_CHANNELS
    pub channels: u32,
    /// a pdql_pcm_format
    pub format: u32,
    /// 0: the mean of all; else this one alone, from 1. One channel may be another turned upside down: then their mean
    /// is silence, and each alone is not
    pub channel: u32,
    /// bytes to the next frame; 0: channels lie side by side
    pub frame_stride: isize,
    /// bytes to the next channel; 0: channels lie side by side
    pub channel_stride: isize,
}

/// What may have been done to the speed of a sound. Under the hypothesis nearest to what was done it is hashed as
/// if nothing had been. Hypothesis 0: nothing was done.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_hypothesis {
    /// samples for each 250 of the original: its tempo is 250 / hop of it
    pub hop: u32,
    /// 1: pitch changed as tempo did; 0: it stayed
    pub pitch: u32,
}

/// The hash of one window: 64 steps, 128 hops, 4 s of the original.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_hash {
    /// the window's first sample, counted from the first that was pushed
    pub start: u64,
    /// As `pdql_sound_hash` says.
    pub bits: [u8; 32],
    /// 0..100: percent of cells that are loud against the window's loudest; 0: all is too quiet
    pub quality: u8,
}

/// How to hash.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_options {
    /// 0..PDQL_SOUND_HYPOTHESES - 1
    pub hypothesis: u32,
    /// steps from one hash to the next, 1..64: PDQL_SOUND_QUERY, PDQL_SOUND_LIST
    pub every: u32,
}

/// The windows of sound of a list, in list order. Windows of one video are a second apart: one that is less than
/// 500 ms behind the one before is passed over. Entries that are negative are harmless: what they explain speaks
/// for no other. Everything lies in the caller's memory and stays there unchanged while the matcher is in use.
///
/// - rows, meta: n x 32 and n x 14 bytes: those of the list from pdql_sound_first on
/// - index: a block of pdql_index_build of these rows; NULL reads every row each time
/// - first: number of the first of them in the list
/// - max_distance: the list's cap: so near must the nearest window be, alone and beside frames, 0..256
/// - neg_log10_fpr_x100: least of a match for the whole list, 0..PDQL_SOUND_RATE_MOST; 600 is advised
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_list {
    /// NULL for the best
    pub kernels: *const pdql_kernels,
    /// 0..PDQL_MAX_ROWS
    pub n: usize,
    /// As `pdql_sound_list` says.
    pub rows: *const u8,
    /// As `pdql_sound_list` says.
    pub meta: *const u8,
    /// As `pdql_sound_list` says.
    pub index: *const u8,
    /// As `pdql_sound_list` says.
    pub index_bytes: usize,
    /// As `pdql_sound_list` says.
    pub first: u32,
    /// As `pdql_sound_list` says.
    pub max_distance: u32,
    /// As `pdql_sound_list` says.
    pub neg_log10_fpr_x100: u32,
}

/// One window that was heard.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_heard {
    /// where it begins, since the start
    pub time_ms: u32,
    /// number of the hypothesis; 0: as it is
    pub speed: u32,
    /// of that speed: samples for each 250 of the original; the same for each window of one speed
    pub hop: u32,
    /// As `pdql_heard` says.
    pub bits: [u8; 32],
}

/// What a sound comes to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pdql_sound_decision {
    /// PDQL_SAME_SOUND or PDQL_NO_MATCH
    pub verdict: u32,
    /// number of the nearest window in the list; PDQL_NONE if none was near: then the rest is 0 or PDQL_NONE
    pub entry: u32,
    /// and its video
    pub video: u32,
    /// of the pair, and of this sound against the whole list
    pub neg_log10_fpr_x100: u32,
    /// As `pdql_sound_decision` says.
    pub list_neg_log10_fpr_x100: u32,
    /// of the nearest window, bits
    pub distance: u32,
    /// sum of 107 - distance over windows of the list at one offset, less those that harmless entries explain, less 1
    /// for each 16 windows compared; up to 2^20
    pub score: u32,
    /// windows of the list within 106 bits there
    pub agreeing: u32,
    /// of the query that were pushed as it is
    pub windows: u32,
    /// as in pdql_heard
    pub speed: u32,
    /// as in pdql_heard
    pub hop: u32,
    /// of the query, where the nearest window begins
    pub at_ms: u32,
    /// where the first and the last window that agree begin
    pub start_ms: u32,
    /// where the first and the last window that agree begin
    pub end_ms: u32,
    /// the same in the entry's video
    pub entry_start_ms: u32,
    /// the same in the entry's video
    pub entry_end_ms: u32,
    /// As `pdql_sound_decision` says.
    pub categories: u32,
    /// As `pdql_sound_decision` says.
    pub sources: u32,
}

unsafe extern "C" {
    /// A short English name of a status, "ok" or "err-arg" and so on; never NULL.
    pub fn pdql_status_name(status: pdql_status) -> *const c_char;
    /// The version of this library, "major.minor.patch".
    pub fn pdql_version() -> *const c_char;
    /// The fastest table this CPU can run; never NULL.
    pub fn pdql_kernels_best() -> *const pdql_kernels;
    /// The i-th table this CPU can run, fastest first; NULL past the last.
    pub fn pdql_kernels_at(i: usize) -> *const pdql_kernels;
    /// The name of a table: "portable", "avx2", "neon", ...
    pub fn pdql_kernels_name(k: *const pdql_kernels) -> *const c_char;
    /// Bytes that a hasher for this size takes, about 130 kB at 1920 x 1080; 0 if a side is out of range or there are
    /// more than PDQL_MAX_PIXELS.
    pub fn pdql_hasher_size(width: u32, height: u32) -> usize;
    /// The same for pdql_hasher_init_reduced. 0 too where a given side is larger than the original's or below a 16th of
    /// it, or an original side that is reduced is above 131072.
    pub fn pdql_hasher_size_reduced(given_width: u32, given_height: u32, width: u32, height: u32) -> usize;
    /// Makes a hasher in `memory` of `size` bytes. PDQL_ERR_ARG: no memory, or not aligned. PDQL_ERR_SHAPE: a side out
    /// of range, too many pixels. PDQL_ERR_SPACE: `size` is below pdql_hasher_size. The hasher must not be moved.
    pub fn pdql_hasher_init(memory: *mut c_void, size: usize, width: u32, height: u32) -> pdql_status;
    /// As pdql_hasher_init for pictures of width x height that are given reduced to given_width x given_height (a JPEG
    /// decoded at 1/2, 1/4 or 1/8): the weights of the original size are applied to the pixels there are. Close to the
    /// hash of the original, not equal; docs/explanation/hashing.md has the cost in bits. Takes
    /// pdql_hasher_size_reduced.
    pub fn pdql_hasher_init_reduced(memory: *mut c_void, size: usize, given_width: u32, given_height: u32, width: u32, height: u32) -> pdql_status;
    /// PDQ of one picture, full-resolution regime: bits and quality equal those of `pdqhash` for the same pixels.
    /// PDQL_ERR_ARG: a missing pointer or unknown format. PDQL_ERR_SHAPE: not the hasher's size, or strides under which
    /// pixels overlap or addresses overflow.
    pub fn pdql_hash_image(k: *const pdql_kernels, hasher: *mut pdql_hasher, image: *const pdql_image, out: *mut pdql_hash) -> pdql_status;
    /// PDQ of the picture in its eight orientations, each equal to hashing the turned pixels: as it is, turned 90, 180
    /// and 270 degrees counter-clockwise, flipped top to bottom, mirrored left to right, transposed, transposed back.
    pub fn pdql_hash_orientations(k: *const pdql_kernels, hasher: *mut pdql_hasher, image: *const pdql_image, out: *mut pdql_hash) -> pdql_status;
    /// Differing bits of two hashes of 32 bytes, 0..256.
    pub fn pdql_distance(a: *const u8, b: *const u8) -> c_uint;
    /// Finds every row within `radius` bits of each query, by reading every row.
    ///
    /// - queries: n_queries x 32 bytes, any alignment; NULL ok if n_queries is 0
    /// - rows: n_rows x 32 bytes, any alignment; NULL ok if n_rows is 0
    /// - radius: bits, 0..256; a row at exactly `radius` is a hit
    /// - hits: gets the first `cap` hits in order of query, then row; NULL ok if cap is 0
    /// - n_hits: gets the count of all hits; above `cap` means truncated
    ///
    /// Returns PDQL_ERR_ARG on a larger radius, a missing pointer or more than PDQL_MAX_ROWS rows or queries, having
    /// written nothing. Every kernel gives the same answer. Lists that are searched often want an index (below).
    pub fn pdql_scan(k: *const pdql_kernels, queries: *const u8, n_queries: usize, rows: *const u8, n_rows: usize, radius: c_uint, hits: *mut pdql_hit, cap: usize, n_hits: *mut usize) -> pdql_status;
    /// Memory that building needs beside the rows and the block: `work_bytes` for pdql_index_plan and _build, of any
    /// alignment 8 divides. PDQL_ERR_ARG: no such shape, a missing pointer, too many rows or bytes.
    pub fn pdql_index_work_size(n_rows: usize, shape: c_int, work_bytes: *mut usize) -> pdql_status;
    /// Sorts and counts rows, and says in `block_bytes` how large the block will be. `rows` are n_rows x 32 bytes;
    /// `work` then holds the plan. PDQL_ERR_SPACE if work_bytes is too small.
    pub fn pdql_index_plan(rows: *const u8, n_rows: usize, shape: c_int, work: *mut c_void, work_bytes: usize, block_bytes: *mut usize) -> pdql_status;
    /// Writes the block of a plan. `rows` and `n_rows` as given to pdql_index_plan, `work` as it left it (used up: plan
    /// again to build again). PDQL_ERR_SPACE if `block` is smaller than planned, having written nothing.
    pub fn pdql_index_build(rows: *const u8, n_rows: usize, work: *mut c_void, work_bytes: usize, block: *mut u8, block_bytes: usize) -> pdql_status;
    /// Opens a block in O(1), reading its header only. `ix` keeps `block`, any alignment, which must stay in place and
    /// unchanged while `ix` is in use. PDQL_ERR_BLOCK if the header is not one, of another version, or does not fit
    /// `bytes` exactly. A block whose body is damaged opens: searching it reads nothing outside it and ends, with wrong
    /// hits or PDQL_ERR_BLOCK. Its digest is the business of whoever stores it.
    pub fn pdql_index_open(block: *const u8, bytes: usize, ix: *mut pdql_index) -> pdql_status;
    /// Finds every row within `radius` bits of each query; parameters, order and truncation as pdql_scan.
    /// PDQL_ERR_BLOCK if the block proves damaged on the way; `hits` may then hold anything, `n_hits` is not set. Takes
    /// 40 KB of stack.
    pub fn pdql_index_search(k: *const pdql_kernels, ix: *const pdql_index, queries: *const u8, n_queries: usize, radius: c_uint, hits: *mut pdql_hit, cap: usize, n_hits: *mut usize) -> pdql_status;
    /// Says what an index is.
    pub fn pdql_index_describe(ix: *const pdql_index, info: *mut pdql_index_info) -> pdql_status;
    /// Reads a state; PDQL_LIST_FORMAT if it is damaged, cut or of another version.
    pub fn pdql_state_read(k: *const pdql_kernels, data: *const u8, n: usize, state: *mut pdql_state) -> pdql_status;
    /// As its name says.
    pub fn pdql_list_size() -> usize;
    /// Says which further files a release needs: trust, state, manifest of `release` are looked at. Nothing is
    /// verified. `memory` as in pdql_list_verify; it is free again afterwards.
    pub fn pdql_list_needs(memory: *mut c_void, n_memory: usize, k: *const pdql_kernels, release: *const pdql_release, needs: *mut pdql_needs) -> pdql_status;
    /// Verifies all that needs neither ciphertext nor key (docs/formats/list-verify.md, section 9, steps 1 to 8):
    /// grammar, policies, signatures, pins, log, witnesses, freshness, state.
    ///
    /// - memory: pdql_list_size() bytes, aligned to 16; becomes the list
    /// - p: ed25519_verify is all that is used of it
    /// - info: gets what was signed; may be NULL
    /// - state: gets the next state, 256 bytes: to be stored last, once the list is read and stored; may be NULL
    ///
    /// Returns the first status that applies in the order of section 9; PDQL_ERR_PENDING if the provider has to be
    /// waited for, with every question of this release asked.
    pub fn pdql_list_verify(memory: *mut c_void, n_memory: usize, k: *const pdql_kernels, p: *const pdql_provider, release: *const pdql_release, list: *mut *mut pdql_list, info: *mut pdql_list_info, state: *mut u8) -> pdql_status;
    /// The token of a list, any time after pdql_list_verify; PDQL_LIST_UNLOGGED if no log vouches for it.
    pub fn pdql_list_token(list: *const pdql_list, token: *mut u8) -> pdql_status;
    /// Compares a token with `n` of one's own, 48 bytes each, one after the other. PDQL_LIST_FORMAT if it is none.
    /// Pure.
    pub fn pdql_list_token_compare(own: *const u8, n: usize, token: *const u8, n_token: usize, says: *mut u32) -> pdql_status;
    /// Takes list.cob (after pdql_list_keypoints: local.cob) from its beginning, in pieces of any size.
    pub fn pdql_list_ciphertext(list: *mut pdql_list, data: *const u8, n: usize) -> pdql_status;
    /// PDQL_OK if that was the endorsed file, to its end.
    pub fn pdql_list_ciphertext_end(list: *mut pdql_list) -> pdql_status;
    /// Writes the `info` of HKDF-Expand-SHA-512 from which, under the list key, 76 bytes follow: AES key (32), base
    /// nonce (12), commitment (32). `cap` of PDQL_KEY_INFO_MAX always suffices.
    pub fn pdql_list_key_info(list: *const pdql_list, out: *mut u8, cap: usize, n: *mut usize) -> pdql_status;
    /// PDQL_OK if the derived commitment is the endorsed one: the key is the key of this list.
    pub fn pdql_list_key(list: *mut pdql_list, commitment: *const u8) -> pdql_status;
    /// Which piece comes next. Two places of the file are read in turn; local.cob's piece where they meet may come
    /// twice.
    pub fn pdql_list_want(list: *const pdql_list, page: *mut pdql_page) -> pdql_status;
    /// Takes the plaintext of the page that is wanted; NULL says that it did not decrypt.
    pub fn pdql_list_give(list: *mut pdql_list, plain: *const u8, n: usize, entries: *mut pdql_entries) -> pdql_status;
    /// The verdict: content root, then the rules of the entries. `count` gets the number of entries; may be NULL.
    pub fn pdql_list_end(list: *mut pdql_list, count: *mut u64) -> pdql_status;
    /// Goes on to local.cob, after pdql_list_end. PDQL_ERR_ORDER if the list has none.
    pub fn pdql_list_keypoints(list: *mut pdql_list) -> pdql_status;
    /// Takes the plaintext of the page of local.cob that is wanted; NULL says that it did not decrypt.
    pub fn pdql_list_give_keypoints(list: *mut pdql_list, plain: *const u8, n: usize, records: *mut pdql_records) -> pdql_status;
    /// Reads a verified list to its verdict: every step after pdql_list_verify, or after pdql_list_keypoints. `key` is
    /// the list key, 32 bytes, nothing of which is kept. The file is read twice, once in order and once as pages are
    /// wanted.
    pub fn pdql_list_read(list: *mut pdql_list, p: *const pdql_provider, key: *const u8, io: *const pdql_list_io, count: *mut u64) -> pdql_status;
    /// Goes on to the delta that leads from `held` to this release, instead of list.cob: after pdql_list_verify, before
    /// pdql_list_ciphertext. PDQL_LIST_CT_MISMATCH if none is offered from there, and the list may still be read whole.
    /// Then
    ///
    /// - pdql_list_ciphertext ... pdql_list_ciphertext_end, pdql_list_key_info, pdql_list_key: as for a list
    /// - pdql_delta_next: until it says PDQL_DELTA_END
    /// - pdql_list_end: the verdict: root and rules of the result
    ///
    /// What comes out has the same root as the list read whole, and nothing is used before the verdict.
    pub fn pdql_list_delta(list: *mut pdql_list, held: *const pdql_held) -> pdql_status;
    /// Says what comes next. What is wanted is said again until it is there; what is given is given once.
    pub fn pdql_delta_next(list: *mut pdql_list, out: *mut pdql_delta_piece) -> pdql_status;
    /// Takes the plaintext of the page that pdql_delta_next just asked for; NULL says that it did not decrypt.
    pub fn pdql_delta_page(list: *mut pdql_list, plain: *const u8, n: usize) -> pdql_status;
    /// Takes n \>= 1 entries from the old_first on that pdql_delta_next just asked for: n x 32 and n x meta_bytes,
    /// which stay where they are until more are wanted.
    pub fn pdql_delta_old(list: *mut pdql_list, hashes: *const u8, meta: *const u8, n: usize) -> pdql_status;
    /// Reads a delta to its verdict: every step after pdql_list_delta; `key` and errors as pdql_list_read. Local
    /// signatures come afterwards: pdql_list_records. `work`: PDQL_DELTA_WORK bytes, any alignment, else
    /// PDQL_ERR_SPACE.
    pub fn pdql_delta_read(list: *mut pdql_list, p: *const pdql_provider, key: *const u8, io: *const pdql_delta_io, work: *mut c_void, work_size: usize, count: *mut u64) -> pdql_status;
    /// Checks the keypoint signatures that a delta leads to, after pdql_list_end: the record of each entry in order (n
    /// up to 65535, 0: none), then pdql_list_end again. `total` is the sum of their lengths.
    pub fn pdql_list_records(list: *mut pdql_list, total: u64) -> pdql_status;
    /// With `pdql_list_records`.
    pub fn pdql_list_record(list: *mut pdql_list, data: *const u8, n: usize) -> pdql_status;
    /// Bytes that a plane of a picture of this size takes; 0 if a side is 0 or above 1048576.
    pub fn pdql_plane_size(width: u32, height: u32) -> usize;
    /// Makes the plane of a picture in `memory` (`size` bytes, aligned to 8), which must outlive `plane`. Sides may be
    /// 1 and up. Every kernel makes the same cells. PDQL_ERR_ARG: a missing pointer or alignment. PDQL_ERR_SHAPE: an
    /// image that cannot be. PDQL_ERR_SPACE.
    pub fn pdql_plane_make(k: *const pdql_kernels, image: *const pdql_image, memory: *mut c_void, size: usize, plane: *mut pdql_plane) -> pdql_status;
    /// As its name says.
    pub fn pdql_uncrop_size() -> usize;
    /// As its name says.
    pub fn pdql_uncrop_init(memory: *mut c_void, size: usize) -> pdql_status;
    /// Bytes that pdql_uncrop_pack writes for so many rows; 0 if too many.
    pub fn pdql_uncrop_packed_size(n_rows: usize) -> usize;
    /// Lays rows out as columns of 256 rows, for un-cropping: 32 bytes a row, 36 above PDQL_UNCROP_FULL rows, where
    /// they lie in another order and their numbers behind. For this machine only, not to be stored. Takes 44 kB of
    /// stack. PDQL_ERR_SPACE: `packed` too small.
    pub fn pdql_uncrop_pack(rows: *const u8, n_rows: usize, packed: *mut u8, size: usize) -> pdql_status;
    /// Bytes of work that a plane of this size needs (under 1.3 MB for 65 536 cells); 0 for an impossible size.
    pub fn pdql_keypoints_work_size(width: u32, height: u32) -> usize;
    /// Makes the keypoint signature of an entry (docs/formats/keypoints.md).
    ///
    /// - plane: height rows of width samples, brightness 0..255 times 256; sides 1..4096, at most 131 072 cells; about
    ///   65 536 cells, in the picture's own aspect, give signatures that match others
    /// - stride: samples from a row to the next, at least width
    /// - keypoints: most keypoints to keep, 1..48
    /// - work: at least pdql_keypoints_work_size bytes, any alignment
    /// - record: gets at most 3 + 11 * keypoints bytes
    /// - length: gets their number; 3 for a picture without keypoints
    ///
    /// Returns PDQL_ERR_SHAPE, PDQL_ERR_ARG or PDQL_ERR_SPACE, having written nothing to record. Bounded: at most 1152
    /// keypoints are kept of however many a hostile picture has. Same bytes on every machine and kernel.
    pub fn pdql_keypoints_signature(k: *const pdql_kernels, plane: *const u16, width: u32, height: u32, stride: usize, keypoints: c_uint, work: *mut c_void, work_size: usize, record: *mut u8, length: *mut usize) -> pdql_status;
    /// Bytes of an index of n entries with n_points keypoints together, about 18 a keypoint; 0 above 2^30 keypoints.
    pub fn pdql_keypoints_index_size(n: usize, n_points: usize) -> usize;
    /// Builds an index in a block of the caller: flat, for this machine's byte order, to be kept or mapped.
    ///
    /// - records: records one after another
    /// - lengths: n lengths; 0 for an entry without a signature
    /// - rows: n x 32 bytes, the entries' hashes; NULL will do
    /// - block: 8-byte aligned, pdql_keypoints_index_size bytes
    ///
    /// Keypoints that an entry shares with three and more others under one map each are noted: forms, pages and frames
    /// of which a list holds several say nothing. Entries within 31 bits of it are versions of one picture and not
    /// counted. Bounded: an entry looks at 1 024 rows of 48 buckets and is compared with 8 others. Takes 48 kB of
    /// stack. PDQL_ERR_ARG if a record is not one that pdql_keypoints_signature could have made.
    pub fn pdql_keypoints_index_build(records: *const u8, lengths: *const u32, rows: *const u8, n: usize, block: *mut c_void, size: usize) -> pdql_status;
    /// The policy that is advised.
    pub fn pdql_match_policy_init(policy: *mut pdql_match_policy);
    /// Bytes of a matcher; about 500.
    pub fn pdql_matcher_size() -> usize;
    /// Makes a matcher in `memory`, `size` bytes aligned to 8. Copies the two structs, and keeps the pointers in
    /// `list`. PDQL_ERR_ARG: a missing pointer, a policy out of its ranges, meta_bytes that are none of the three, an
    /// index of another number of rows, rows but no tables of un-cropping where the policy asks for it. PDQL_ERR_SPACE:
    /// `size`, or packed_bytes for so many rows. PDQL_ERR_BLOCK: a damaged index.
    pub fn pdql_matcher_init(memory: *mut pdql_matcher, size: usize, list: *const pdql_match_list, policy: *const pdql_match_policy) -> pdql_status;
    /// Makes a matcher with all that its policy asks for and the entries allow: an index, the index of keypoint
    /// signatures, un-cropping. One block of memory is asked for and kept, which is `*matcher`: give it back after the
    /// last call. More is asked for meanwhile, and given back. PDQL_ERR_ARG: as pdql_matcher_init, or a record is no
    /// keypoint signature. PDQL_ERR_SPACE: `get` gave nothing.
    pub fn pdql_matcher_make(entries: *const pdql_match_entries, policy: *const pdql_match_policy, memory: *const pdql_memory, matcher: *mut *mut pdql_matcher) -> pdql_status;
    /// As pdql_matcher_init, for a list whose rows are read page by page: list-\>rows and list-\>index are NULL. A
    /// picture reads every row once, a frame of a video too; where more than 4096 rows are near, again for each view,
    /// and some ten times for a view that alone has as many. Decisions are those of a list without index. Nothing is
    /// un-cropped. Copies `rows`. A read that fails ends the match (or the push) with PDQL_ERR_BLOCK.
    pub fn pdql_matcher_init_paged(memory: *mut pdql_matcher, size: usize, list: *const pdql_match_list, rows: *const pdql_row_source, policy: *const pdql_match_policy) -> pdql_status;
    /// Begins a file, takes its next n bytes, ends it: rows gets 2 x 32 bytes, of its SHA-256 and MD5. ERR_ARG: a NULL.
    pub fn pdql_exact_begin(k: *const pdql_kernels, file: *mut pdql_exact) -> pdql_status;
    /// With `pdql_exact_begin`.
    pub fn pdql_exact_add(file: *mut pdql_exact, data: *const u8, n: usize) -> pdql_status;
    /// With `pdql_exact_begin`.
    pub fn pdql_exact_end(k: *const pdql_kernels, file: *mut pdql_exact, rows: *mut u8) -> pdql_status;
    /// The row of a digest that is known already: PDQL_TIER_SHA256 (32 bytes) or PDQL_TIER_MD5 (16 bytes), else
    /// PDQL_ERR_ARG.
    ///
    /// - row: gets 32 bytes
    pub fn pdql_exact_row(k: *const pdql_kernels, tier: u32, digest: *const u8, row: *mut u8) -> pdql_status;
    /// Looks for a file in a list of files: rows and meta as pdql_list_read hands them out, ascending, meta_bytes 5;
    /// the rest of `entries` is not read.
    ///
    /// - rows: 2 x 32 bytes, as pdql_exact_end gives them; of a digest that is not known: zeros
    /// - decision: PDQL_IDENTICAL_FILE, PDQL_NEGATED (the file is listed as harmless) or PDQL_NO_MATCH; entry, tier,
    ///   categories and sources are those of the entry. SHA-256 decides before MD5: files with one MD5 can be made at
    ///   will, so a match by PDQL_TIER_MD5 alone says less
    /// PDQL_ERR_ARG: a missing pointer, or entries of another type of list.
    pub fn pdql_exact_find(entries: *const pdql_match_entries, rows: *const u8, decision: *mut pdql_decision) -> pdql_status;
    /// Bytes of work that pdql_match_picture and pdql_watch_push need for pictures of this size, a thread; 0 if a side
    /// is out of range. Grows with the sides; some 4 MB with keypoint signatures or un-cropping, 1.5 MB without.
    pub fn pdql_match_work_size(matcher: *const pdql_matcher, width: u32, height: u32) -> usize;
    /// Decides about one picture. Bounded work on any picture and list: at most PDQL_MAX_VIEWS views, of each the 64
    /// nearest rows.
    ///
    /// - work: `size` bytes, aligned to 8; one thread at a time; holds nothing between calls
    /// - decision: gets the decision
    /// - findings: gets up to `cap` of what spoke loudest for any entry, scores first, then nearest; NULL ok if cap is
    ///   0
    /// - n: gets their number; at most PDQL_MAX_FINDINGS
    ///
    /// PDQL_ERR_ARG, PDQL_ERR_SHAPE as pdql_hash_image; PDQL_ERR_SPACE: `size`; PDQL_ERR_BLOCK: the index or the
    /// keypoints block proves damaged.
    pub fn pdql_match_picture(matcher: *const pdql_matcher, image: *const pdql_image, work: *mut c_void, size: usize, decision: *mut pdql_decision, findings: *mut pdql_finding, cap: usize, n: *mut usize) -> pdql_status;
    /// Bytes of a watch, about 420 kB whatever the frames.
    pub fn pdql_watch_size(matcher: *const pdql_matcher) -> usize;
    /// Begins a watch in `memory`, `size` bytes aligned to 8; it keeps `matcher`. What a frame costs is bounded,
    /// whatever it shows: one that looks like the frame before is not looked at again (but counts); regions are
    /// searched for when the picture changes or 3 seconds have passed, and followed in between; in lists above 8192
    /// entries the less likely orientations take turns, where the index is self or compact, a view that met nothing of
    /// late meets rows within 31 bits alone, in every eighth frame within 47; keypoint signatures and un-cropping are
    /// asked of new scenes only, at so much of the video's time a look.
    pub fn pdql_watch_init(memory: *mut pdql_watch, size: usize, matcher: *const pdql_matcher) -> pdql_status;
    /// Adds one frame: at `time_ms` since the start, not before the last. Frames may change their size. `work`:
    /// pdql_match_work_size bytes for this frame's size, aligned to 8. After an error nothing was added.
    pub fn pdql_watch_push(watch: *mut pdql_watch, frame: *const pdql_image, time_ms: u32, work: *mut c_void, size: usize) -> pdql_status;
    /// 1 once the frames so far are a match, else 0: no more of them are needed.
    pub fn pdql_watch_enough(watch: *const pdql_watch) -> c_int;
    /// 0 if the frames so far are near nothing in the list, as far as more than chance would explain; 1 if they are, or
    /// if there were fewer than 4 of them. A caller that has pushed the key frames of a video can stop there at 0: what
    /// lies between them shows the same scenes. At 1 it begins a new watch over all frames.
    pub fn pdql_watch_hopeful(watch: *const pdql_watch) -> c_int;
    /// What the frames so far come to; may be asked after every frame.
    ///
    /// - matches: gets up to `cap` frames that agree, in time order, then one of each twin that matches; NULL ok if cap
    ///   is 0
    /// - n: gets their number; at most PDQL_MAX_FINDINGS
    pub fn pdql_watch_decision(watch: *const pdql_watch, decision: *mut pdql_decision, matches: *mut pdql_frame_match, cap: usize, n: *mut usize) -> pdql_status;
    /// Bytes that a resampler takes, about 30 kB.
    pub fn pdql_resampler_size() -> usize;
    /// Makes one in `memory`. PDQL_ERR_ARG: a missing pointer, memory that is not aligned; PDQL_ERR_SPACE: `size` is
    /// below pdql_resampler_size(). `out` is then not set.
    pub fn pdql_resampler_init(k: *const pdql_kernels, memory: *mut c_void, size: usize, out: *mut *mut pdql_resampler) -> pdql_status;
    /// Samples that one push of `frames` frames writes at most, and finish with 0; 0 if the rate is none of those
    /// known.
    pub fn pdql_resampler_room(frames: usize, rate: u32) -> usize;
    /// Takes the next frames and writes the samples that they complete to `out`, which has room for `room`; `n` gets
    /// their number. However a stream is cut into pushes, the samples are the same. Channels and format may change at
    /// any push. A new rate ends what came before as pdql_resampler_finish does. PDQL_ERR_SPACE, before anything is
    /// taken: `room` is below pdql_resampler_room. PDQL_ERR_ARG, as early: a missing pointer, another rate, number of
    /// channels, format or channel than there is. `n` is then not set.
    pub fn pdql_resampler_push(r: *mut pdql_resampler, pcm: *const pdql_pcm, out: *mut i16, room: usize, n: *mut usize) -> pdql_status;
    /// Writes the samples that are left, as if silence followed: then ceil(frames * 8000 / rate) were written in all.
    /// The next push begins anew. PDQL_ERR_SPACE: `room` is below 64; PDQL_ERR_ARG: a missing pointer. Both before
    /// anything is taken or set.
    pub fn pdql_resampler_finish(r: *mut pdql_resampler, out: *mut i16, room: usize, n: *mut usize) -> pdql_status;
    /// Hypothesis i. Tempo alone: 0.83, 1.2, 1.45; pitch too: 0.83, 0.91, 1.1, 1.21, 1.33, 1.46. Each also finds its
    /// neighbourhood. PDQL_ERR_ARG: there is none of that number, or `out` is NULL.
    pub fn pdql_sound_hypothesis_at(i: u32, out: *mut pdql_sound_hypothesis) -> pdql_status;
    /// Bytes that a hasher takes, about 80 kB.
    pub fn pdql_sound_hasher_size() -> usize;
    /// Makes one in `memory`; copies `options`. PDQL_ERR_ARG: a missing pointer, memory that is not aligned, options
    /// out of range; PDQL_ERR_SPACE: `size` is below pdql_sound_hasher_size(). `out` is then not set.
    pub fn pdql_sound_hasher_init(k: *const pdql_kernels, options: *const pdql_sound_options, memory: *mut c_void, size: usize, out: *mut *mut pdql_sound_hasher) -> pdql_status;
    /// Hashes that one push of n samples gives at most, and finish with 0; 0 if the options are out of range.
    pub fn pdql_sound_hasher_room(n: usize, options: *const pdql_sound_options) -> usize;
    /// Takes the next n samples and writes the hashes that they complete to `hashes`, which has room for `room`;
    /// `n_hashes` gets their number. However a stream is cut into pushes, the hashes are the same. Under 4 s of sound
    /// gives none. Before anything is taken or set: PDQL_ERR_SPACE: `room` is below pdql_sound_hasher_room;
    /// PDQL_ERR_ARG: a missing pointer; PDQL_ERR_ORDER: after finish.
    pub fn pdql_sound_hasher_push(h: *mut pdql_sound_hasher, samples: *const i16, n: usize, hashes: *mut pdql_sound_hash, room: usize, n_hashes: *mut usize) -> pdql_status;
    /// Writes the hashes of the windows that end within the sound and wait for its last steps. Errors as for push, with
    /// no samples; PDQL_ERR_ORDER: a second time.
    pub fn pdql_sound_hasher_finish(h: *mut pdql_sound_hasher, hashes: *mut pdql_sound_hash, room: usize, n_hashes: *mut usize) -> pdql_status;
    /// The number of the first window of sound in a list: entries before it are pictures and frames. n if there is
    /// none. Of a list that keeps to its rules: windows of sound come last.
    pub fn pdql_sound_first(meta: *const u8, meta_bytes: usize, n: usize) -> usize;
    /// What the manifest of a list says of the largest distance of a window of sound, 0..255; PDQL_NONE: it may have
    /// none, or `list` is NULL.
    pub fn pdql_list_sound(list: *const pdql_list) -> u32;
    /// Bytes of a matcher of n windows, 4 a window and a few; 0 if n is out of range.
    pub fn pdql_sound_matcher_size(n: usize) -> usize;
    /// Makes one in `memory`, aligned to 8. Copies the struct, and keeps its pointers. PDQL_ERR_ARG: a missing pointer,
    /// a number out of its range, an index of other rows; PDQL_ERR_SPACE; PDQL_ERR_BLOCK: a damaged index.
    pub fn pdql_sound_matcher_init(memory: *mut pdql_sound_matcher, size: usize, list: *const pdql_sound_list) -> pdql_status;
    /// Bytes of it, about 250 kB.
    pub fn pdql_listen_size() -> usize;
    /// Begins in `memory`, aligned to 8; keeps `matcher`. PDQL_ERR_ARG: a missing pointer, memory that is not aligned;
    /// PDQL_ERR_SPACE: `size` is below pdql_listen_size().
    pub fn pdql_listen_init(memory: *mut pdql_listen, size: usize, matcher: *const pdql_sound_matcher) -> pdql_status;
    /// Adds a window, one each 125 ms of the original; where the sound is too quiet there is none. Windows of one speed
    /// come in the order of time. PDQL_ERR_ARG: a missing pointer, a time that runs backwards, a speed or hop
    /// (125..500) out of range or another hop than that speed had: nothing was added. PDQL_ERR_BLOCK: the index proves
    /// damaged; the window was added, and is not looked for.
    pub fn pdql_listen_push(listen: *mut pdql_listen, heard: *const pdql_heard) -> pdql_status;
    /// 1 once what was heard is a match by itself; 0 for NULL. In a list with harmless entries about a second later:
    /// one could explain it.
    pub fn pdql_listen_enough(listen: *const pdql_listen) -> c_int;
    /// The sound of the list that what was heard speaks for most; may be asked at any time. PDQL_ERR_ARG: a missing
    /// pointer.
    pub fn pdql_listen_decision(listen: *const pdql_listen, decision: *mut pdql_sound_decision) -> pdql_status;
    /// Lets a watch hear: beside frames of a video of the list, sound of the same video at the same offset adds what it
    /// is worth, at most 2 of log10 of the rate. Before the first frame; `listen` stays while the watch is in use, its
    /// matcher is of the same list, and its times are those of the frames. PDQL_ERR_ARG: a missing pointer;
    /// PDQL_ERR_ORDER: a frame was pushed before.
    pub fn pdql_watch_hear(watch: *mut pdql_watch, listen: *mut pdql_listen) -> pdql_status;
}
