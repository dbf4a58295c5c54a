use crate::{Decision, Entries, Error, Finding, FrameMatch, Image, decision};
use pdqlite_sys::{boundary, ffi};
use std::sync::Arc;

/// What must hold for a match, as false-match rates for each kind of query; `pdql_match_policy`.
#[derive(Clone, Copy, Debug)]
pub struct MatchPolicy {
    /// Rate for a pair of pictures; advised 1e-7.
    pub picture_rate: f64,
    /// Rate for a pair of videos; advised 1e-6.
    pub video_rate: f64,
    /// The list's own cap on the distance of whole hashes, 0 to 256.
    pub max_distance: u32,
    /// Least quality of query and entry, 0 to 100.
    pub min_quality: u32,
    /// Frames of a video that must agree, at least 1.
    pub frames: u32,
    /// Look at turned and mirrored copies.
    pub turned: bool,
    /// Look at copies with dark and light exchanged.
    pub inverted: bool,
    /// Look for the original inside the query.
    pub regions: bool,
    /// Use the list's keypoint signatures.
    pub keypoints: bool,
    /// Use them again for the picture turned by 22.5, 45 and 67.5 degrees, where they found nothing: copies tilted by any angle.
    pub tilted: bool,
    /// Un-crop in lists of up to so many entries; 0 for never.
    pub uncrop_entries: u32,
    /// What hashes find must be confirmed by the entry's keypoints, where the list has them.
    pub confirm: bool,
    /// Most false matches in a million pictures (or videos) looked at, over the whole list; `None` for no such limit.
    /// The longer the list, the surer a pair must then be; advised 10 000.
    pub false_matches_per_million: Option<f64>,
}

impl Default for MatchPolicy {
    fn default() -> MatchPolicy {
        let p = boundary::policy();
        let rate = |neg_log10_fpr_x100: u32| 10f64.powf(-(neg_log10_fpr_x100 as f64) / 100.0);
        let views = |bit: u32| p.views & bit != 0;
        MatchPolicy {
            picture_rate: rate(p.picture_neg_log10_fpr_x100),
            video_rate: rate(p.video_neg_log10_fpr_x100),
            max_distance: p.max_distance,
            min_quality: p.min_quality,
            frames: p.frames,
            turned: views(ffi::PDQL_VIEW_TURNED),
            inverted: views(ffi::PDQL_VIEW_INVERTED),
            regions: views(ffi::PDQL_VIEW_REGIONS),
            keypoints: views(ffi::PDQL_VIEW_KEYPOINTS),
            tilted: views(ffi::PDQL_VIEW_TILTED),
            uncrop_entries: p.uncrop_entries,
            confirm: p.confirm != 0,
            false_matches_per_million: (p.list_neg_log10_fpr_x100 != 0).then(|| 1e6 * rate(p.list_neg_log10_fpr_x100)),
        }
    }
}

impl MatchPolicy {
    fn raw(&self) -> Result<ffi::pdql_match_policy, Error> {
        let neg_log10_fpr_x100 = |rate: f64| match rate {
            r if (1e-30..=1.0).contains(&r) => Ok((-100.0 * r.log10() - 1e-9).ceil().max(0.0) as u32),
            _ => Err(Error::Argument),
        };
        let views = [
            (self.turned, ffi::PDQL_VIEW_TURNED),
            (self.inverted, ffi::PDQL_VIEW_INVERTED),
            (self.regions, ffi::PDQL_VIEW_REGIONS),
            (self.keypoints, ffi::PDQL_VIEW_KEYPOINTS),
            (self.tilted, ffi::PDQL_VIEW_TILTED),
        ];
        Ok(ffi::pdql_match_policy {
            picture_neg_log10_fpr_x100: neg_log10_fpr_x100(self.picture_rate)?,
            video_neg_log10_fpr_x100: neg_log10_fpr_x100(self.video_rate)?,
            max_distance: self.max_distance,
            min_quality: self.min_quality,
            frames: self.frames,
            views: views.iter().filter(|(wanted, _)| *wanted).map(|(_, bit)| bit).sum(),
            uncrop_entries: self.uncrop_entries,
            confirm: self.confirm as u32,
            list_neg_log10_fpr_x100: self.false_matches_per_million.map_or(Ok(0), |most| neg_log10_fpr_x100(most / 1e6))?,
            ..boundary::policy()
        })
    }
}

/// Matches pictures and videos against one list. Any number of threads may share it; a clone is the same matcher, and
/// the list's memory is freed with the last clone and the last [`Watch`]. To swap a list while others match: put a new
/// matcher where they find it, and let the old one go.
#[derive(Clone)]
pub struct Matcher(Arc<boundary::Matcher>);

impl Matcher {
    /// Takes the entries of a list; builds what searching them needs.
    pub fn new(entries: Entries, policy: &MatchPolicy) -> Result<Matcher, Error> {
        boundary::Matcher::new(entries.0, &policy.raw()?).map(|m| Matcher(Arc::new(m))).map_err(Error::of)
    }

    /// Decides about one picture.
    pub fn match_picture(&self, image: &Image) -> Result<Decision, Error> {
        self.explain_picture(image).map(|(decision, _)| decision)
    }

    /// Decides about one picture, and says what spoke for any entry: at most 64 findings.
    pub fn explain_picture(&self, image: &Image) -> Result<(Decision, Vec<Finding>), Error> {
        let (decided, findings) = self.0.picture(&image.0).map_err(Error::of)?;
        Ok((decision::decision(&decided), findings.iter().map(decision::finding).collect()))
    }

    /// Begins to watch a video: to its end against this list, whatever becomes of this matcher.
    pub fn watch(&self) -> Result<Watch, Error> {
        boundary::Watch::new(&self.0).map(Watch).map_err(Error::of)
    }
}

/// One video being watched: push frames, ask at any time. Its memory does not grow with the video.
pub struct Watch(boundary::Watch);

impl Watch {
    /// Adds one frame, `time_ms` since the start, not before the last. After an error nothing was added.
    pub fn push(&mut self, frame: &Image, time_ms: u32) -> Result<(), Error> {
        self.0.push(&frame.0, time_ms).map_err(Error::of)
    }

    /// True once the frames so far are a match.
    pub fn enough(&self) -> bool {
        self.0.enough()
    }

    /// What the frames so far come to.
    pub fn decision(&self) -> Result<Decision, Error> {
        self.explain().map(|(decision, _)| decision)
    }

    /// The same, with the frames that agree: at most 64.
    pub fn explain(&self) -> Result<(Decision, Vec<FrameMatch>), Error> {
        let (decided, matches) = self.0.decision().map_err(Error::of)?;
        Ok((decision::decision(&decided), matches.iter().map(decision::frame_match).collect()))
    }
}
