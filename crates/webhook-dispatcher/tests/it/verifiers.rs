//! Receivers' programs in several languages, which judge what was delivered.

pub(crate) mod cases;
pub(crate) mod deliveries;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cases::Case;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// An empty folder of this test's own with these files in it.
pub(crate) fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    for (file, text) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What `scripts/install verifiers` got from `PyPI` and npm.
pub(crate) fn installed(path: &str) -> PathBuf {
    let path = Path::new(ROOT).join("target/verifiers").join(path);
    assert!(
        path.exists(),
        "{} is missing: scripts/install verifiers installs it",
        path.display()
    );
    path
}

/// The block of docs/webhooks.md in this language.
pub(crate) fn snippet(language: &str) -> String {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/webhooks.md")).unwrap();
    let (_, rest) = page
        .split_once(&format!("\n```{language}\n"))
        .unwrap_or_else(|| panic!("docs/webhooks.md has no block in {language}"));
    let (block, rest) = rest.split_once("\n```\n").unwrap();
    assert!(
        !rest.contains(&format!("\n```{language}\n")),
        "two blocks in {language}"
    );
    format!("{block}\n")
}

/// Runs a program to its end; it must succeed. `package` is what Debian calls it.
pub(crate) fn run(command: &mut Command, package: &str, input: &str) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("{command:?} cannot be started ({error}): scripts/install verifiers installs Debian's {package}")
    });
    // A program that fails early does not read all of it: its exit code says so below.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Lets the program judge every case: a line for each, its parts in base64, and a line of "true" or "false" for an answer.
pub(crate) fn judge(command: &mut Command, package: &str, cases: &[&Case]) {
    let lines: String = cases.iter().map(|case| line(case)).collect();
    let output = run(command, package, &lines);
    let answers = String::from_utf8(output.stdout).unwrap().to_lowercase();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), cases.len(), "{answers:?}");
    assert!(cases.iter().any(|c| c.genuine) && cases.iter().any(|c| !c.genuine));
    for (case, answer) in cases.iter().zip(answers) {
        assert_eq!(answer, case.genuine.to_string(), "{command:?}: {case:#?}");
    }
}

fn line(case: &Case) -> String {
    let headers: String = case
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    let body = STANDARD.encode(&case.body);
    let [key, headers, signature] =
        [&case.key, &headers, &case.signature].map(|text| STANDARD.encode(text));
    format!("{}\t{key}\t{headers}\t{signature}\t{body}\n", case.claim)
}
