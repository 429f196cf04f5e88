//! The Standard Webhooks libraries, as receivers install them, verify what is delivered.

use crate::verifiers::cases::{Case, standard};
use crate::verifiers::deliveries::deliveries;
use crate::verifiers::{folder, installed, judge};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::process::Command;

/// Those that a sender could have written: each library falls over malformed ones in its own way.
async fn cases() -> Vec<Case> {
    let delivered = deliveries().await;
    let cases = delivered.iter().flat_map(standard);
    cases.filter(|case| case.well_formed).collect()
}

#[tokio::test]
async fn the_library_of_pypi_verifies_deliveries_and_refuses_their_twins() {
    let folder = folder(
        "library-python",
        &[("library.py", include_str!("verifiers/library.py"))],
    );
    let python = installed("python/bin/python");
    let cases = cases().await;
    let mut program = Command::new(python);
    program.arg(folder.join("library.py"));
    judge(
        &mut program,
        "python3-venv",
        &cases.iter().collect::<Vec<_>>(),
    );
}

#[tokio::test]
async fn the_library_of_npm_verifies_deliveries_and_refuses_their_twins() {
    let files = [
        ("library.cjs", include_str!("verifiers/library.cjs")),
        ("cases.cjs", include_str!("verifiers/cases.cjs")),
    ];
    let folder = folder("library-node", &files);
    let modules = installed("node/node_modules");
    let cases = cases().await;
    let mut program = Command::new("node");
    program
        .env("NODE_PATH", modules)
        .arg(folder.join("library.cjs"));
    judge(&mut program, "nodejs", &cases.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn the_library_of_crates_io_verifies_deliveries_and_refuses_their_twins() {
    for case in cases().await {
        let library = standardwebhooks::Webhook::new(&case.key).unwrap();
        let headers: HeaderMap = case
            .headers
            .iter()
            .map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect();
        let verified = library.verify(&case.body, &headers);
        assert_eq!(verified.is_ok(), case.genuine, "{verified:?}: {case:#?}");
    }
}
