//! Cases over the whole crate.

pub(crate) mod bank;
mod claims;
mod corpus;
mod forms;
mod free_text;
mod mutations;
mod signatures;
mod structure;
mod zones;

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of further mails: whatever lies in `testdata`.
pub(crate) fn sets() -> Vec<PathBuf> {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut sets: Vec<PathBuf> = fs::read_dir(folders)
        .expect("testdata")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    sets.sort();
    sets
}
