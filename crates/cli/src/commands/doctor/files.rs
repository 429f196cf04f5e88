//! Who may read the files with secrets.

use super::report::Report;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const SUBJECT: &str = "secret files";
const OTHERS_READ: u32 = 0o004;

pub(super) fn check(files: &[(&'static str, PathBuf)], report: &mut Report) {
    let mut fine = 0_usize;
    for (variable, path) in files {
        match open_to_all(path) {
            Ok(false) => fine += 1,
            Ok(true) => report.warn(
                SUBJECT,
                format!(
                    "everybody may read {}: chmod o= {0} ({variable})",
                    path.display()
                ),
            ),
            Err(error) => report.fail(
                SUBJECT,
                format!("{} ({variable}) cannot be read: {error}", path.display()),
            ),
        }
    }
    match fine {
        0 if files.is_empty() => report.skip(SUBJECT, "no setting names one"),
        0 => {}
        n => report.ok(SUBJECT, format!("{n} that others cannot read")),
    }
}

/// Whether somebody outside owner and group may read it: the file itself is open, and so is every folder above it.
fn open_to_all(path: &Path) -> std::io::Result<bool> {
    let path = fs::canonicalize(path)?;
    let open = |path: &Path, bit: u32| -> std::io::Result<bool> {
        Ok(fs::metadata(path)?.permissions().mode() & bit != 0)
    };
    if !open(&path, OTHERS_READ)? {
        return Ok(false);
    }
    for folder in path.ancestors().skip(1) {
        if !open(folder, 0o001)? {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::report::Level;

    #[test]
    fn a_secret_that_everybody_may_read_is_told() {
        let dir = std::env::temp_dir().join(format!("noxpay-doctor-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let file = dir.join("secret");
        fs::write(&file, "x").unwrap();
        let level = |file_mode, dir_mode| {
            fs::set_permissions(&file, fs::Permissions::from_mode(file_mode)).unwrap();
            fs::set_permissions(&dir, fs::Permissions::from_mode(dir_mode)).unwrap();
            let mut report = Report::default();
            check(&[("NOXPAY_X_FILE", file.clone())], &mut report);
            report.lines()[0].level
        };
        // A temporary folder may itself be closed to others.
        if open_to_all(&std::env::temp_dir()).unwrap() {
            assert_eq!(level(0o644, 0o755), Level::Warn);
        }
        assert_eq!(level(0o600, 0o755), Level::Ok);
        assert_eq!(level(0o644, 0o700), Level::Ok);
        fs::remove_dir_all(&dir).unwrap();
    }
}
