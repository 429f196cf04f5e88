//! Compiles the crate again when a migration comes or changes, and tells it a digest of them all.

use std::hash::Hasher;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let root = Path::new("../../migrations");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    // SipHash with fixed keys: it only has to differ when the content does.
    let mut digest = std::hash::DefaultHasher::new();
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
        digest.write(file.to_string_lossy().as_bytes());
        digest.write(&std::fs::read(&file)?);
    }
    println!(
        "cargo:rustc-env=NOXPAY_MIGRATIONS_DIGEST={:016x}",
        digest.finish()
    );
    Ok(())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
