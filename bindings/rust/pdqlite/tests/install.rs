//! examples/install.rs: a process killed at any step leaves the old list or the new one, and the next install succeeds.
#[path = "../examples/install.rs"]
mod example;
use example::{install, open};
use pdqlite::Entries;
use std::path::{Path, PathBuf};
use std::{env, fs, process::Command};

fn entries(seq: u64) -> Entries {
    let n = 100 + seq as usize;
    Entries::with_meta((0..n).map(|i| [(i as u8).wrapping_mul(seq as u8); 32]).collect(), vec![seq as u8; 6 * n], 6).unwrap()
}

fn put(directory: &Path, seq: u64, step: &mut dyn FnMut() -> std::io::Result<()>) {
    install(directory, seq, &[seq as u8; 256], &entries(seq), step).unwrap();
}

/// The number of what is installed, once all of it was seen to be that release's.
fn found(directory: &Path) -> u64 {
    let found = open(directory).unwrap().unwrap();
    assert!(found.entries == entries(found.seq) && found.state == [found.seq as u8; 256]);
    found.seq
}

fn fresh(name: &str) -> PathBuf {
    let directory = env::temp_dir().join(format!("pdqlite-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir(&directory).unwrap();
    directory
}

/// Not a test by itself: the process that is killed. It ends itself, as suddenly as SIGKILL would, at the step it is told.
#[test]
fn killed_child() {
    let (Ok(directory), Ok(at)) = (env::var("PDQLITE_INSTALL_IN"), env::var("PDQLITE_KILLED_AT")) else { return };
    let mut left: usize = at.parse().unwrap();
    put(Path::new(&directory), 2, &mut || {
        if left == 0 {
            std::process::abort(); // nothing is flushed, dropped or cleaned up
        }
        left -= 1;
        Ok(())
    });
}

#[test]
fn killed_at_every_step() {
    let mut steps = 0;
    put(&fresh("count"), 1, &mut || Ok(steps += 1));
    let mut seen = Vec::new();
    for at in 0..=steps + 1 {
        let directory = fresh("killed");
        assert!(open(&directory).unwrap().is_none());
        put(&directory, 1, &mut || Ok(()));
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "killed_child"])
            .env("PDQLITE_INSTALL_IN", &directory)
            .env("PDQLITE_KILLED_AT", at.to_string())
            .output()
            .unwrap();
        assert_eq!(child.status.success(), at > steps, "killed at {at} of {steps}");
        seen.push(found(&directory));
        put(&directory, 3, &mut || Ok(()));
        assert_eq!(found(&directory), 3);
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2, "nothing is left behind");
        fs::remove_dir_all(&directory).unwrap();
    }
    assert!(seen.is_sorted() && seen.first() == Some(&1) && seen.last() == Some(&2), "{seen:?}");
}

#[test]
fn damaged_is_an_error_and_not_a_beginning() {
    let directory = fresh("damaged");
    put(&directory, 1, &mut || Ok(()));
    for name in ["current", "list-1"] {
        let whole = fs::read(directory.join(name)).unwrap();
        for cut in [0, 7, 15, whole.len() - 1] {
            fs::write(directory.join(name), &whole[..cut]).unwrap();
            assert!(open(&directory).is_err(), "{name} cut to {cut}");
        }
        fs::write(directory.join(name), &whole).unwrap();
    }
    fs::remove_file(directory.join("list-1")).unwrap();
    assert!(open(&directory).is_err());
    fs::remove_dir_all(&directory).unwrap();
}
