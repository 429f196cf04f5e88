//! What README and docs/ claim: the settings reference is the code's, links lead somewhere, named things exist.
#![cfg(test)]

use runtime::settings::{Variable, markdown_table, variables};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const SETTINGS: &str = "docs/settings.md";
const OPERATIONS: &str = "docs/operations.md";
const REWRITE: &str = "INSTA_UPDATE=always cargo nextest run -p e2e -E 'binary(docs)'";

const SETTINGS_HEAD: &str = "\
# Settings

Every process is configured by environment variables alone. An empty value counts as unset. A wrong value is one line that names the
variable, and exit code 2. A secret may come from a file instead, named by the variable with `_FILE` at its end; both at once are
refused. `MASTER_API_KEY` stands for `NOXPAY_ADMIN_KEY` where that is unset.

This file is made from the code, and a test compares the two. To rewrite it:

```sh
";

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(ROOT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// README.md and every page of docs/, as paths from the root.
fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(Path::new(ROOT).join("docs")).expect("docs/");
    let names = docs.map(|entry| entry.expect("an entry").file_name());
    let pages = names.map(|name| Path::new("docs").join(name));
    let mut pages: Vec<PathBuf> = pages
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .collect();
    pages.push("README.md".into());
    pages
}

/// The lines of a page, each with whether it stands in a block of code.
fn lines(page: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut code = false;
    page.lines().map(move |line| {
        if line.starts_with("```") {
            code = !code;
        }
        (code, line)
    })
}

fn settings_page() -> String {
    let processes: [(&str, Vec<Variable>); 5] = [
        ("api-gateway", variables::<api_gateway::Config>()),
        (
            "intent-service",
            variables::<intent_service::config::Config>(),
        ),
        ("imap-verifier", variables::<imap_verifier::Config>()),
        (
            "webhook-dispatcher",
            variables::<webhook_dispatcher::Config>(),
        ),
        (
            "noxpay (the command; each reads only what it needs)",
            cli::variables(),
        ),
    ];
    let mut page = format!("{SETTINGS_HEAD}{REWRITE}\n```\n");
    for (name, variables) in processes {
        page.push_str(&format!("\n## {name}\n\n{}", markdown_table(&variables)));
    }
    page
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no settings; snapshots are rewritten by the same variable"
)]
fn may_rewrite() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always")
}

#[test]
fn the_settings_reference_says_what_the_code_says() {
    let page = settings_page();
    if may_rewrite() {
        fs::write(Path::new(ROOT).join(SETTINGS), &page).expect("the page is written");
    }
    let written = read(SETTINGS);
    for (line, (is, should)) in written.lines().zip(page.lines()).enumerate() {
        assert_eq!(
            is,
            should,
            "{SETTINGS}, line {}; to rewrite it: {REWRITE}",
            line + 1
        );
    }
    assert!(
        written == page,
        "{SETTINGS} is incomplete; to rewrite it: {REWRITE}"
    );
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = read(&page);
        let prose = lines(&text).filter(|(code, _)| !code);
        let targets = prose.flat_map(|(_, line)| line.split("](").skip(1));
        for target in targets.filter_map(|t| t.split([')', '#']).next()) {
            let elsewhere = target.is_empty() || target.contains("://");
            let file = Path::new(ROOT)
                .join(page.parent().expect("a folder"))
                .join(target);
            if !elsewhere && !file.exists() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_make_target_that_is_named_exists() {
    let makefile = read("Makefile");
    let known: BTreeSet<&str> = makefile
        .lines()
        .filter_map(|line| line.split_once(": ## "))
        .map(|(target, _)| target)
        .collect();
    assert!(known.contains("up"), "{known:?}");
    let mut unknown = Vec::new();
    for page in pages() {
        let text = read(&page);
        for (code, line) in lines(&text) {
            let typed = code.then(|| line.strip_prefix("make ")).flatten();
            for named in line.split("`make ").skip(1).chain(typed) {
                let end = named.find(|c: char| !c.is_ascii_lowercase());
                let target = &named[..end.unwrap_or(named.len())];
                if !known.contains(target) {
                    unknown.push(format!("{}: make {target}", page.display()));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Every Rust file of a folder and those in it.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The names of the metrics that the crates record.
fn recorded() -> BTreeSet<String> {
    let mut files = Vec::new();
    for package in fs::read_dir(Path::new(ROOT).join("crates")).expect("crates/") {
        sources(&package.expect("a crate").path().join("src"), &mut files);
    }
    let mut names = BTreeSet::new();
    for file in files {
        let text: String = read(file).split_whitespace().collect();
        for metric in ["counter!(\"", "gauge!(\"", "histogram!(\""] {
            let found = text.split(metric).skip(1);
            let found = found.filter_map(|t| t.split('"').next());
            // Others are unit tests'.
            let ours = found.filter(|name| name.starts_with("noxpay_"));
            names.extend(ours.map(str::to_owned));
        }
    }
    names
}

#[test]
fn every_metric_is_described_and_no_other() {
    let page = read(OPERATIONS);
    let described: BTreeSet<String> = page
        .split('`')
        .filter(|word| word.starts_with("noxpay_"))
        .map(str::to_owned)
        .collect();
    assert_eq!(described, recorded(), "{OPERATIONS} and the code");
}
