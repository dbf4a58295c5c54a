//! Keeps a list on disk so that a process killed at any point leaves the old list or the new one.
//!
//! Hashes lie there in the clear, without keypoint signatures: encrypt them under a key of the device where others can read its
//! files (docs/formats/store.md does), and store `Entries::keypoints` where parts of pictures are to be found.
//!
//!     cargo run --example install DIRECTORY      says what is installed there
use pdqlite::Entries;
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::Path;

const STATE: usize = 256;

/// What is installed.
pub struct Installed {
    pub seq: u64,
    pub state: Vec<u8>,
    pub entries: Entries,
}

/// Writes a file so that it is there whole or not at all: another name, sync, rename, sync of the directory.
fn put(directory: &Path, name: &str, parts: &[&[u8]], step: &mut dyn FnMut() -> Result<()>) -> Result<()> {
    let fresh = directory.join(format!("{name}.new"));
    let mut file = File::create(&fresh)?;
    for part in parts {
        step()?;
        file.write_all(part)?;
    }
    step()?;
    file.sync_all()?;
    step()?;
    fs::rename(&fresh, directory.join(name))?;
    step()?;
    File::open(directory)?.sync_all() // the name; Windows has no such thing and needs none
}

/// Stores what `VerifiedList::read` gave: the list first, under a name of its own, and last the one file that names it, with
/// the state. `step` is called between all that touches the disk; an error of it ends the install there.
pub fn install(directory: &Path, seq: u64, state: &[u8], entries: &Entries, step: &mut dyn FnMut() -> Result<()>) -> Result<()> {
    let (rows, (meta, meta_bytes)) = (entries.hashes().as_flattened(), entries.meta());
    let head = [(entries.len() as u64).to_be_bytes(), (meta_bytes as u64).to_be_bytes()].concat();
    put(directory, &format!("list-{seq}"), &[&head, rows, meta], step)?;
    put(directory, "current", &[&seq.to_be_bytes(), state], step)?; // from the rename in here on the new list is in force
    for entry in fs::read_dir(directory)?.flatten() {
        let name = entry.file_name();
        if name != "current" && name != format!("list-{seq}").as_str() {
            step()?;
            fs::remove_file(entry.path())?; // lists before, and what an install that was killed left
        }
    }
    Ok(())
}

/// Opens what is installed; `None` before the first install. Anything else that does not fit is an error: do not start anew
/// then, the state is what protects against older lists.
pub fn open(directory: &Path) -> Result<Option<Installed>> {
    let damaged = || Error::new(ErrorKind::InvalidData, "what is installed is damaged");
    let current = match fs::read(directory.join("current")) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        found => found?,
    };
    let (seq, state) = current.split_first_chunk::<8>().filter(|(_, state)| state.len() == STATE).ok_or_else(damaged)?;
    let seq = u64::from_be_bytes(*seq);
    let list = fs::read(directory.join(format!("list-{seq}")))?;
    let (n, rest) = list.split_first_chunk::<8>().ok_or_else(damaged)?;
    let (meta_bytes, body) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
    let [n, meta_bytes] = [n, meta_bytes].map(|&number| u64::from_be_bytes(number) as usize);
    let (rows, meta) = body.split_at_checked(n.checked_mul(32).ok_or_else(damaged)?).ok_or_else(damaged)?;
    let entries = Entries::with_meta(rows.as_chunks().0.to_vec(), meta.to_vec(), meta_bytes).map_err(|_| damaged())?;
    Ok(Some(Installed { seq, state: state.to_vec(), entries }))
}

#[allow(dead_code)] // tests/install.rs has no main
fn main() -> Result<()> {
    let directory = std::env::args().nth(1).ok_or_else(|| Error::other("usage: install DIRECTORY"))?;
    match open(Path::new(&directory))? {
        Some(found) => println!("release {}, {} entries", found.seq, found.entries.len()),
        None => println!("nothing is installed"),
    }
    std::io::stdout().flush()
}
