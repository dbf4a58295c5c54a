use pdqlite_sys::ffi;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $constant:ident, $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = $text] $variant,)*
        }
        impl $name {
            /// Its word in the shared vectors and in other bindings.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
            fn of(number: u32) -> $name {
                match number { $(ffi::$constant => $name::$variant,)* other => unreachable!("{other}") }
            }
        }
    };
}

numbered! {
    /// What a decision comes to.
    Verdict {
        NoMatch = PDQL_NO_MATCH, "no match";
        Match = PDQL_MATCH, "match";
        TooFlat = PDQL_TOO_FLAT, "too flat";
        Negated = PDQL_NEGATED, "negated";
        Unconfirmed = PDQL_UNCONFIRMED, "unconfirmed";
        SharesPart = PDQL_SHARES_PART, "shares a part";
        IdenticalFile = PDQL_IDENTICAL_FILE, "identical file";
    }
}

numbered! {
    /// Whether the entry's keypoints say that the query shows it.
    Confirmed {
        NotAsked = PDQL_CONFIRMED_NOT_ASKED, "not asked";
        Yes = PDQL_CONFIRMED_YES, "yes";
        No = PDQL_CONFIRMED_NO, "no";
        NotPossible = PDQL_CONFIRMED_NOT_POSSIBLE, "not possible";
    }
}

numbered! {
    /// How a rectangle of the query was turned to compare it.
    Orientation {
        AsIs = PDQL_AS_IS, "as is";
        Turned90 = PDQL_TURNED_90, "turned 90";
        Turned180 = PDQL_TURNED_180, "turned 180";
        Turned270 = PDQL_TURNED_270, "turned 270";
        Flipped = PDQL_FLIPPED, "flipped";
        Mirrored = PDQL_MIRRORED, "mirrored";
        Transposed = PDQL_TRANSPOSED, "transposed";
        TransposedBack = PDQL_TRANSPOSED_BACK, "transposed back";
    }
}

numbered! {
    /// What found an entry.
    Tier {
        Hash = PDQL_TIER_HASH, "whole hashes of rectangles";
        Uncrop = PDQL_TIER_UNCROP, "parts against plain hashes";
        Keypoints = PDQL_TIER_KEYPOINTS, "keypoint signatures";
        Sha256 = PDQL_TIER_SHA256, "SHA-256 of a file";
        Md5 = PDQL_TIER_MD5, "MD5 of a file";
    }
}

/// Which part of the query shows the original; fractions of its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Where {
    /// Left edge, 0 to 1, as the others.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
    /// How it was turned.
    pub orientation: Orientation,
    /// Dark and light exchanged.
    pub inverted: bool,
}

/// What a matcher says of one picture or video.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The verdict; only [`Verdict::Match`] and, of a list of files, [`Verdict::IdenticalFile`] are to be acted on.
    pub verdict: Verdict,
    /// Number of the entry that decided.
    pub entry: Option<u32>,
    /// What found it.
    pub tier: Option<Tier>,
    /// The false-match rate of this pair; 1 without.
    pub rate: f64,
    /// False matches as good as this that one picture (or video) meets in the whole list; 1 without.
    pub list_rate: f64,
    /// The policy asks for keypoint signatures, and the list has none.
    pub lacks_keypoints: bool,
    /// The policy asks for un-cropping, and the rows are not in memory.
    pub lacks_uncrop: bool,
    /// Distance of whole hashes, bits.
    pub distance: Option<u32>,
    /// Quality of the query; of a video the best of its frames.
    pub quality: u32,
    /// Categories of the entry, a mask.
    pub categories: u32,
    /// Sources of the entry, a mask.
    pub sources: u32,
    /// Number of the entry's video.
    pub video: Option<u32>,
    /// Frames looked at.
    pub frames: u32,
    /// Of those, how many agree.
    pub agreeing: u32,
    /// Milliseconds in the query, first and last that agrees; `None` for pictures.
    pub span_ms: Option<(u32, u32)>,
    /// The same in the entry's video.
    pub entry_span_ms: Option<(u32, u32)>,
    /// Which part of the query.
    pub place: Option<Where>,
    /// Whether the entry's keypoints say that the query shows it.
    pub confirmed: Confirmed,
    /// How surely, in nats; `None` if it was not looked at.
    pub proof: Option<f64>,
}

/// One entry that may be the original, as one view of a picture saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// Number of the entry.
    pub entry: u32,
    /// What saw it.
    pub tier: Tier,
    /// Bits, for [`Tier::Hash`].
    pub distance: Option<u32>,
    /// The entry says what must not match.
    pub negative: bool,
    /// The false-match rate of the pair, this look's share taken off.
    pub rate: f64,
    /// Too little for the policy: it is no reason for a match.
    pub below: bool,
    /// Where.
    pub place: Where,
    /// As in [`Decision`]; of [`Tier::Keypoints`] `No`: a part is shared.
    pub confirmed: Confirmed,
    /// As in [`Decision`].
    pub proof: Option<f64>,
}

/// One frame of a video that agrees with the entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameMatch {
    /// Milliseconds in the query.
    pub time_ms: u32,
    /// Number of the entry.
    pub entry: u32,
    /// Milliseconds in the entry's video.
    pub entry_time_ms: Option<u32>,
    /// Bits.
    pub distance: Option<u32>,
    /// Where.
    pub place: Where,
}

fn rate(neg_log10_fpr_x100: u32) -> f64 {
    10f64.powf(-(neg_log10_fpr_x100 as f64) / 100.0)
}

fn some(number: u32) -> Option<u32> {
    (number != ffi::PDQL_NONE).then_some(number)
}

fn nats(proof: i32) -> Option<f64> {
    (proof != ffi::PDQL_CLAIM_NONE).then(|| proof as f64 / 16.0)
}

fn place(w: &ffi::pdql_where) -> Where {
    let f = |v: u32| v as f64 / 65536.0;
    Where {
        left: f(w.left),
        top: f(w.top),
        right: f(w.right),
        bottom: f(w.bottom),
        orientation: Orientation::of(w.orientation),
        inverted: w.inverted != 0,
    }
}

pub(crate) fn decision(d: &ffi::pdql_decision) -> Decision {
    let entry = some(d.entry);
    Decision {
        verdict: Verdict::of(d.verdict),
        entry,
        tier: (d.tier != 0).then(|| Tier::of(d.tier)),
        rate: rate(d.neg_log10_fpr_x100),
        list_rate: rate(d.list_neg_log10_fpr_x100),
        lacks_keypoints: d.lacks & ffi::PDQL_LACKS_KEYPOINTS != 0,
        lacks_uncrop: d.lacks & ffi::PDQL_LACKS_UNCROP != 0,
        distance: some(d.distance),
        quality: d.quality,
        categories: d.categories,
        sources: d.sources,
        video: some(d.video),
        frames: d.frames,
        agreeing: d.agreeing,
        span_ms: some(d.start_ms).zip(some(d.end_ms)),
        entry_span_ms: some(d.entry_start_ms).zip(some(d.entry_end_ms)),
        place: entry.filter(|_| d.tier < ffi::PDQL_TIER_SHA256).map(|_| place(&d.r#where)),
        confirmed: Confirmed::of(d.confirmed),
        proof: nats(d.proof),
    }
}

pub(crate) fn finding(f: &ffi::pdql_finding) -> Finding {
    Finding {
        entry: f.entry,
        tier: Tier::of(f.tier),
        distance: some(f.distance),
        negative: f.negative != 0,
        rate: rate(f.neg_log10_fpr_x100),
        below: f.below != 0,
        place: place(&f.r#where),
        confirmed: Confirmed::of(f.confirmed),
        proof: nats(f.proof),
    }
}

pub(crate) fn frame_match(f: &ffi::pdql_frame_match) -> FrameMatch {
    FrameMatch { time_ms: f.time_ms, entry: f.entry, entry_time_ms: some(f.entry_time_ms), distance: some(f.distance), place: place(&f.r#where) }
}
