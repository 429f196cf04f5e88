//! Which crate may depend on which. Anything else is a design change: it is made here first.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

/// Crate → what it may use of ours. Pure crates come first; nothing below a service may know a service.
const TABLE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("rails", &["domain"]),
    ("alerts", &["domain"]),
    ("proto", &["domain"]),
    ("runtime", &[]),
    // runtime knows nothing of ours, so that db and bus share its settings, health, shutdown, backoff and trace context
    ("db", &["domain", "runtime"]),
    // proto: every service answers ListDead and ReplayDead from one place
    ("bus", &["domain", "db", "runtime", "proto"]),
    ("testkit", &["domain", "db", "bus", "runtime"]),
    ("api-gateway", SERVICE),
    ("intent-service", SERVICE),
    ("imap-verifier", SERVICE),
    ("webhook-dispatcher", SERVICE),
    ("cli", ANYTHING),
    ("e2e", ANYTHING),
];

/// Never another service.
const SERVICE: &[&str] = &["domain", "runtime", "db", "bus", "proto", "rails", "alerts"];
const ANYTHING: &[&str] = &[
    "domain",
    "rails",
    "alerts",
    "proto",
    "runtime",
    "db",
    "bus",
    "api-gateway",
    "intent-service",
    "imap-verifier",
    "webhook-dispatcher",
    "cli",
];
/// May be used by tests of any crate, and by nothing else.
const TESTS_ONLY: &str = "testkit";

fn edges() -> BTreeMap<String, Vec<(String, DependencyKind)>> {
    let metadata = MetadataCommand::new()
        .no_deps()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .exec()
        .expect("cargo metadata");
    let ours: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|p| p.name.to_string())
        .collect();
    metadata
        .packages
        .iter()
        .map(|p| {
            let uses = p
                .dependencies
                .iter()
                .filter(|d| ours.contains(&d.name))
                .map(|d| (d.name.clone(), d.kind))
                .collect();
            (p.name.to_string(), uses)
        })
        .collect()
}

#[test]
fn every_crate_uses_only_what_the_table_allows() {
    let table: BTreeMap<&str, &[&str]> = TABLE.iter().copied().collect();
    let edges = edges();
    let listed: BTreeSet<&str> = table.keys().copied().collect();
    let present: BTreeSet<&str> = edges.keys().map(String::as_str).collect();
    assert_eq!(listed, present, "the table names each crate, and no other");

    let mut wrong = Vec::new();
    for (name, uses) in &edges {
        let allowed = table[name.as_str()];
        for (dependency, kind) in uses {
            let fine = match kind {
                DependencyKind::Development => {
                    dependency == TESTS_ONLY || allowed.contains(&dependency.as_str())
                }
                // The end-to-end package is nothing but tests.
                _ if name == "e2e" && dependency == TESTS_ONLY => true,
                _ => allowed.contains(&dependency.as_str()),
            };
            if !fine {
                wrong.push(format!("{name} -> {dependency} ({kind})"));
            }
        }
    }
    assert!(wrong.is_empty(), "not in the table: {wrong:#?}");
}

#[test]
fn every_crate_inherits_the_lints_of_the_workspace() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for directory in std::fs::read_dir(format!("{root}/crates")).unwrap() {
        let manifest = directory.unwrap().path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{} does not inherit the lints",
            manifest.display()
        );
    }
}
