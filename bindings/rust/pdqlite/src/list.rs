use crate::Error;
use pdqlite_sys::{boundary, ffi};

pub use boundary::Provider;

/// The entries of a list: from a verified one, or hashes that came otherwise.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Entries(pub(crate) boundary::Columns);

impl Entries {
    /// Bare hashes: pictures of no category or source, of unknown quality.
    pub fn from_hashes(rows: Vec<[u8; 32]>) -> Entries {
        Entries(boundary::Columns { rows, ..Default::default() })
    }

    /// Hashes with the bytes that a list has for each (docs/formats/list-content.md, section 6): 6 or 14 bytes an entry.
    /// [`Error::Argument`] for another number of bytes.
    pub fn with_meta(rows: Vec<[u8; 32]>, meta: Vec<u8>, meta_bytes: usize) -> Result<Entries, Error> {
        if !matches!(meta_bytes, 6 | 14) || Some(meta.len()) != rows.len().checked_mul(meta_bytes) {
            return Err(Error::Argument);
        }
        Ok(Entries(boundary::Columns { rows, meta, meta_bytes, ..Default::default() }))
    }

    /// The same with keypoint signatures, one for each entry; an empty one where there is none. [`Error::Argument`] for
    /// another number of them.
    pub fn with_keypoints(mut self, signatures: &[Vec<u8>]) -> Result<Entries, Error> {
        if signatures.len() != self.len() || signatures.iter().any(|s| s.len() > u16::MAX as usize) {
            return Err(Error::Argument);
        }
        self.0.lengths = signatures.iter().map(|s| s.len() as u32).collect();
        self.0.records = signatures.concat();
        Ok(self)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.0.rows.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a list has for each entry, to be stored with the hashes: the bytes, and how many for each; empty and 0 without.
    pub fn meta(&self) -> (&[u8], usize) {
        (&self.0.meta, self.0.meta_bytes)
    }

    /// The keypoint signature of each entry, to be stored likewise; none at all if there are none.
    pub fn keypoints(&self) -> impl Iterator<Item = &[u8]> {
        let mut at = 0;
        self.0.lengths.iter().map(move |&n| {
            at += n as usize;
            &self.0.records[at - n as usize..at]
        })
    }

    /// The hashes, in list order.
    pub fn hashes(&self) -> &[[u8; 32]] {
        &self.0.rows
    }
}

/// What is known of a release and what the device knew before; `pdql_release` of `pdqlite.h`. All but `trust`
/// and `state` may come from anywhere.
#[derive(Clone, Copy, Default)]
pub struct Release<'a> {
    /// What the application pins.
    pub trust: &'a [u8],
    /// The record that the last install left; `None` before the first.
    pub state: Option<&'a [u8]>,
    /// A signed note.
    pub manifest: &'a [u8],
    /// manifest.tlog-proof.
    pub proof: Option<&'a [u8]>,
    /// consistency-N, N from [`Needs`].
    pub consistency: Option<&'a [u8]>,
    /// Note and proof of each policy, from the version that [`Needs`] says.
    pub policies: &'a [(&'a [u8], Option<&'a [u8]>)],
    /// POSIX seconds.
    pub now: u64,
}

/// Which files a release needs beside manifest and proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Version of the first policy, and how many; 0 if keys are pinned.
    pub policies: (u64, u64),
    /// Size of the log that was seen before; 0 for none.
    pub consistency: u64,
}

/// What the endorsers signed, as far as an application needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListInfo {
    /// Number of the release.
    pub seq: u64,
    /// When it was made, POSIX seconds.
    pub issued: u64,
    /// When it ends, POSIX seconds.
    pub expires: u64,
    /// The list's cap on the distance of whole hashes, for [`crate::MatchPolicy::max_distance`].
    pub max_distance: u32,
    /// Bytes of list.cob.
    pub list_bytes: u64,
    /// Bytes of local.cob; 0 if the list has no keypoint signatures.
    pub keypoints_bytes: u64,
    /// No log proof: allowed by the trust file, but say so.
    pub unlogged: bool,
    /// Not enough witnesses: as above.
    pub unwitnessed: bool,
    /// Past its time: as above.
    pub stale: bool,
    /// Too few of the pinned auditors passed it: as above.
    pub unaudited: bool,
    /// Root of the content: to be kept with the entries, as [`Held::root`] for the next delta.
    pub root: [u8; 32],
}

/// The release that a device holds: what a delta starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its [`ListInfo::seq`].
    pub seq: u64,
    /// Its [`ListInfo::root`].
    pub root: [u8; 32],
}

impl Release<'_> {
    fn raw(&self) -> boundary::Texts<'_> {
        boundary::Texts { texts: [Some(self.trust), self.state, Some(self.manifest), self.proof, self.consistency], policies: self.policies, now: self.now }
    }

    /// Says which further files this release needs. Nothing is verified.
    pub fn needs(&self) -> Result<Needs, Error> {
        let n = boundary::list_needs(&self.raw()).map_err(Error::of)?;
        Ok(Needs { policies: (n.first_policy, n.n_policies), consistency: n.consistency })
    }

    /// Verifies all that needs neither ciphertext nor key: policies, signatures, pins, log, witnesses, freshness, state.
    pub fn verify<P: Provider>(&self, provider: P) -> Result<VerifiedList<P>, Error> {
        let list = boundary::List::verify(&provider, &self.raw()).map_err(Error::of)?;
        Ok(VerifiedList { list, provider })
    }
}

/// Says which log one was shown; the same for all who were shown the same.
pub type Token = [u8; 48];

/// What somebody's token says beside one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSays {
    /// Both were shown one log.
    Same,
    /// Two logs under one name: keep the token, and manifest.tlog-proof of one's own release of that size.
    SplitView,
    /// Of a size at which one never looked: nothing follows.
    Unknown,
    /// Of a log that one has never seen: nothing follows.
    OtherLog,
}

/// Compares a token that somebody sent with one's own. [`Error::ListFormat`] if it is none.
pub fn compare_token(own: &[Token], token: &[u8]) -> Result<TokenSays, Error> {
    Ok(match boundary::token_compare(own, token).map_err(Error::of)? {
        ffi::PDQL_TOKEN_SAME => TokenSays::Same,
        ffi::PDQL_TOKEN_SPLIT_VIEW => TokenSays::SplitView,
        ffi::PDQL_TOKEN_UNKNOWN => TokenSays::Unknown,
        _ => TokenSays::OtherLog,
    })
}

/// An endorsed release; nothing of it is decrypted yet.
pub struct VerifiedList<P> {
    list: boundary::List,
    provider: P,
}

impl<P: Provider> VerifiedList<P> {
    /// What was signed.
    pub fn info(&self) -> ListInfo {
        let i = &self.list.info;
        ListInfo {
            seq: i.seq,
            issued: i.issued,
            expires: i.expires,
            max_distance: i.max_distance,
            list_bytes: i.list_bytes,
            keypoints_bytes: i.keypoints_bytes,
            unlogged: i.remarks & ffi::PDQL_REMARK_UNLOGGED != 0,
            unwitnessed: i.remarks & ffi::PDQL_REMARK_UNWITNESSED != 0,
            stale: i.remarks & ffi::PDQL_REMARK_STALE != 0,
            unaudited: i.remarks & ffi::PDQL_REMARK_UNAUDITED != 0,
            root: i.pt_root,
        }
    }

    /// The next state: to be stored last, once the list itself is stored.
    pub fn state(&self) -> &[u8] {
        &self.list.state
    }

    /// The token of the log that this list is in: to be kept with those of earlier releases, and carried to other users
    /// for [`compare_token`]. [`Error::Unlogged`] if the list is in none.
    pub fn token(&self) -> Result<Token, Error> {
        self.list.token().map_err(Error::of)
    }

    /// Reads list.cob, and local.cob if it is given and the list has one, to the verdict.
    pub fn read(mut self, key: &[u8; 32], list: &[u8], local: Option<&[u8]>) -> Result<Entries, Error> {
        self.list.read(&self.provider, key, list, local).map(Entries).map_err(Error::of)
    }

    /// Makes this release's entries of those held and a delta (delta-N.cob, N the number of the release held), to the
    /// verdict. With `keypoints`, keypoint signatures too, if the list has them; `entries` then needs its own.
    /// [`Error::Ciphertext`] if no delta is offered from there: the list can be verified again and read whole.
    pub fn update(mut self, key: &[u8; 32], delta: &[u8], held: &Held, entries: &Entries, keypoints: bool) -> Result<Entries, Error> {
        self.list.update(&self.provider, key, delta, (held.seq, held.root), &entries.0, keypoints).map(Entries).map_err(Error::of)
    }
}
