use crate::{Decision, Entries, Error, decision};
use pdqlite_sys::boundary;

/// What a list of files is asked for: made of the bytes of one file, piece by piece. It finds untouched files alone.
#[derive(Default)]
pub struct FileDigests(boundary::Digests);

impl FileDigests {
    /// Begins a file.
    pub fn new() -> FileDigests {
        FileDigests::default()
    }

    /// Takes the next bytes.
    pub fn add(&mut self, data: &[u8]) {
        self.0.add(data);
    }

    /// Ends the file.
    pub fn end(self) -> FileRows {
        FileRows(self.0.end())
    }
}

/// One file, as a list of files knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRows(pub(crate) [u8; 64]);

impl FileRows {
    /// Of a file that is in memory.
    pub fn of(data: &[u8]) -> FileRows {
        let mut digests = FileDigests::new();
        digests.add(data);
        digests.end()
    }

    /// The rows of its SHA-256 and of its MD5, 32 bytes each.
    pub fn bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl Entries {
    /// Looks for a file in a list of files: [`crate::Verdict::IdenticalFile`], [`crate::Verdict::Negated`] (listed as harmless) or
    /// [`crate::Verdict::NoMatch`]. Files with one MD5 can be made at will: [`crate::Tier::Md5`] says less than
    /// [`crate::Tier::Sha256`]. [`Error::Argument`] for entries of another type of list.
    pub fn find_file(&self, file: &FileRows) -> Result<Decision, Error> {
        boundary::exact_find(&self.0, &file.0).map(|d| decision::decision(&d)).map_err(Error::of)
    }
}
