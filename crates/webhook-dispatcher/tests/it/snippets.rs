//! The code that docs/webhooks.md gives to receivers, run against real deliveries.

use crate::verifiers::cases::{self, Case};
use crate::verifiers::deliveries::{Delivered, deliveries};
use crate::verifiers::{folder, judge, run, snippet};
use http::{HeaderMap, HeaderName, HeaderValue};
use proto::webhook::Profile;
use std::path::Path;
use std::process::Command;

#[expect(
    unreachable_pub,
    reason = "it stands here as it stands in the documentation"
)]
#[path = "verifiers/snippet.rs"]
mod snippet;

/// What every language verifies.
async fn cases() -> Vec<Case> {
    let delivered = deliveries().await;
    let both = |d: &Delivered| [cases::standard(d), cases::body(d)].concat();
    delivered.iter().flat_map(both).collect()
}

#[tokio::test]
async fn the_python_snippet_verifies_deliveries_and_refuses_their_twins() {
    let code = snippet("python");
    let harness = include_str!("verifiers/harness.py");
    let folder = folder(
        "snippet-python",
        &[("verify.py", &code), ("harness.py", harness)],
    );
    let mut program = Command::new("python3");
    program.arg(folder.join("harness.py"));
    judge(
        &mut program,
        "python3",
        &cases().await.iter().collect::<Vec<_>>(),
    );
}

#[tokio::test]
async fn the_php_snippet_verifies_deliveries_and_refuses_their_twins() {
    let code = snippet("php");
    let harness = include_str!("verifiers/harness.php");
    let folder = folder(
        "snippet-php",
        &[("verify.php", &code), ("harness.php", harness)],
    );
    let mut program = Command::new("php");
    program.arg(folder.join("harness.php"));
    judge(
        &mut program,
        "php-cli",
        &cases().await.iter().collect::<Vec<_>>(),
    );
}

#[tokio::test]
async fn the_go_snippet_verifies_deliveries_and_refuses_their_twins() {
    let files = [
        ("go.mod", "module verifiers\n\ngo 1.19\n"),
        ("main.go", include_str!("verifiers/harness.go")),
        ("webhooks/verify.go", &snippet("go")),
    ];
    let folder = folder("snippet-go", &files);
    let program = folder.join("verifier");
    let mut build = go(&folder);
    build.args(["build", "-o"]).arg(&program).arg(".");
    run(&mut build, "golang-go", "");
    judge(
        &mut Command::new(program),
        "golang-go",
        &cases().await.iter().collect::<Vec<_>>(),
    );
}

/// Without the network, and without a home directory.
fn go(folder: &Path) -> Command {
    let mut go = Command::new("go");
    go.current_dir(folder)
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOPATH", folder.join("path"))
        .env(
            "GOCACHE",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache"),
        );
    go
}

#[tokio::test]
async fn the_java_snippet_verifies_deliveries_and_refuses_their_twins() {
    let files = [
        ("Webhooks.java", &*snippet("java")),
        ("Harness.java", include_str!("verifiers/Harness.java")),
    ];
    let folder = folder("snippet-java", &files);
    let mut build = Command::new("javac");
    build
        .current_dir(&folder)
        .args(["-d", ".", "Webhooks.java", "Harness.java"]);
    run(&mut build, "default-jdk-headless", "");
    let mut program = Command::new("java");
    program.arg("-cp").arg(&folder).arg("Harness");
    judge(
        &mut program,
        "default-jdk-headless",
        &cases().await.iter().collect::<Vec<_>>(),
    );
}

#[tokio::test]
async fn the_rust_snippet_verifies_deliveries_and_refuses_their_twins() {
    assert_eq!(
        snippet("rust"),
        include_str!("verifiers/snippet.rs"),
        "docs/webhooks.md and what is compiled here"
    );
    for case in cases().await {
        let verified = match case.claim {
            "standard" => snippet::verify_standard(&case.key, &headers(&case), &case.body),
            _ => snippet::verify_body(&case.key, &case.signature, &case.body),
        };
        assert_eq!(verified, case.genuine, "{case:#?}");
    }
}

fn headers(case: &Case) -> HeaderMap {
    let pairs = case.headers.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    pairs.collect()
}

#[tokio::test]
async fn the_node_snippet_verifies_deliveries_and_refuses_their_twins() {
    let mut cases = Vec::new();
    for delivered in deliveries().await {
        cases.extend(cases::standard(&delivered));
        cases.extend(cases::body(&delivered));
        cases.extend(cases::asymmetric(&delivered));
        cases.extend(reparsed(&delivered));
    }
    for claim in ["standard", "body", "asymmetric", "reparsed", "own"] {
        assert!(cases.iter().any(|c| c.claim == claim), "{claim}");
    }
    let files = [
        ("verify.cjs", &*snippet("js")),
        ("harness.cjs", include_str!("verifiers/harness.cjs")),
        ("cases.cjs", include_str!("verifiers/cases.cjs")),
    ];
    let folder = folder("snippet-node", &files);
    let mut program = Command::new("node");
    program.arg(folder.join("harness.cjs"));
    judge(&mut program, "nodejs", &cases.iter().collect::<Vec<_>>());
}

/// Published receivers of two dialects sign anew what they parsed; one of them also reads the body's own signature.
fn reparsed(delivered: &Delivered) -> Vec<Case> {
    let claims: &[&str] = match delivered.profile {
        Profile::Noddpay => &["reparsed", "own"],
        Profile::PaymentGateway => &["reparsed"],
        Profile::Unspecified | Profile::Noxpay | Profile::Standard => &[],
    };
    let genuine = cases::body(delivered)
        .into_iter()
        .filter(|case| case.genuine);
    genuine
        .flat_map(|case| {
            claims.iter().map(move |claim| Case {
                claim,
                ..case.clone()
            })
        })
        .collect()
}
