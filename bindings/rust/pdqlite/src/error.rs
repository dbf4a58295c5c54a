use pdqlite_sys::{boundary::PANICKED, ffi};
use std::fmt;

macro_rules! errors {
    ($($variant:ident = $status:ident, $text:literal;)*) => {
        /// What a call came to if it is not success; `pdql_status` of `pdqlite.h`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Error {
            $(#[doc = $text] $variant,)*
            /// A [`crate::Provider`] panicked; the message went where panics go. This crate's own: no status of the header.
            Panicked,
            /// A status that this crate does not know: the core is newer.
            Unknown(i32),
        }

        impl Error {
            /// The error of a status of `pdqlite.h`; `None` for success and for what this crate does not know.
            pub fn known(status: i32) -> Option<Error> {
                match status {
                    $(ffi::$status => Some(Error::$variant),)*
                    _ => None,
                }
            }
            pub(crate) fn of(status: ffi::pdql_status) -> Error {
                match status {
                    PANICKED => Error::Panicked,
                    _ => Error::known(status).unwrap_or(Error::Unknown(status)),
                }
            }
            fn text(self) -> &'static str {
                match self {
                    $(Error::$variant => $text,)*
                    Error::Panicked => "the provider panicked",
                    Error::Unknown(_) => "a status that this crate does not know",
                }
            }
            /// The number of the status, part of the ABI; -1 for [`Error::Panicked`], which is none.
            pub fn status(self) -> i32 {
                match self {
                    $(Error::$variant => ffi::$status,)*
                    Error::Panicked => PANICKED,
                    Error::Unknown(status) => status,
                }
            }
        }
    };
}

errors! {
    Argument = PDQL_ERR_ARG, "a value is missing or out of its range";
    Shape = PDQL_ERR_SHAPE, "a width, height or stride cannot be, or the pixels do not lie in the buffer";
    Space = PDQL_ERR_SPACE, "the memory given is too small";
    Pending = PDQL_ERR_PENDING, "the provider cannot say yet: call again once it can";
    Order = PDQL_ERR_ORDER, "called before its turn, or after the end";
    Io = PDQL_ERR_IO, "a file ends early or could not be read";
    Block = PDQL_ERR_BLOCK, "an index block is damaged, cut or of another version";
    Proof = PDQL_ERR_PROOF, "a Merkle proof does not lead to the root";
    ListFormat = PDQL_LIST_FORMAT, "a file of the list breaks its grammar";
    Unendorsed = PDQL_LIST_UNENDORSED, "a known signature fails, or the quorum is not reached";
    Origin = PDQL_LIST_ORIGIN, "another origin or type than pinned";
    Pins = PDQL_LIST_PINS, "a category that is not pinned, or a larger distance";
    PolicyChain = PDQL_LIST_POLICY_CHAIN, "the policies do not lead from the pinned one to the one named";
    Unlogged = PDQL_LIST_UNLOGGED, "no log proof, or one that does not prove this manifest";
    Unwitnessed = PDQL_LIST_UNWITNESSED, "logged, but the witness quorum is not reached";
    Rollback = PDQL_LIST_ROLLBACK, "older than pinned or stored, or not the newest of its log";
    Freeze = PDQL_LIST_FREEZE, "witnessed too long ago, or in the future";
    SplitView = PDQL_LIST_SPLIT_VIEW, "two signed texts contradict each other: another root of the log, or another manifest of one seq";
    Expired = PDQL_LIST_EXPIRED, "past the time the manifest sets";
    Ciphertext = PDQL_LIST_CT_MISMATCH, "an encrypted file differs, is cut or absent";
    WrongKey = PDQL_LIST_KEY_COMMIT, "the key given is not the key of this list";
    Content = PDQL_LIST_CONTENT_MISMATCH, "the content is not the endorsed content";
    Rule = PDQL_LIST_RULE, "content that breaks the rules of entries";
    Stale = PDQL_LIST_STALE, "past its time, and allowed: a remark";
    Unproven = PDQL_LIST_UNPROVEN, "nothing proves that the log goes on from the one stored";
    Unaudited = PDQL_LIST_UNAUDITED, "too few of the pinned auditors say that this release passed, or not lately";
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Panicked => f.write_str(self.text()),
            _ => write!(f, "{} ({})", self.text(), pdqlite_sys::boundary::status_name(self.status())),
        }
    }
}

impl std::error::Error for Error {}
