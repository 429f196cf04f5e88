//! `noxpay alerts check`

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::{Table, Terminal};
use alerts::check::{Checked, Expectation, Line, Summary, check};
use alerts::{PinnedDns, Rules};
use clap::{Args, ValueEnum};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const KEYS: &str = "dkim-keys.json";
const TRUSTED: &str = "trusted-domains.json";

/// Read a folder of bank alerts and compare with what should come out
///
/// One JSON line for each .eml file, the summary last. Where a .json of the same name stands beside a file, the two are
/// compared; differences go to standard error, and the exit status is 1. dkim-keys.json in the folder stands in for DNS,
/// trusted-domains.json adds to the known banks. Needs no server and no network.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Check {
    /// The folder with the .eml files
    dir: PathBuf,
    /// Lines for a script or a table for people
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

const HELP: &str = "\
Examples:
  noxpay alerts check ./my-alerts --format table
  noxpay alerts check ./corpus | tail -n 1";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Table,
}

impl Check {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let folder = Folder::open(&self.dir, context.environment().is_production())?;
        let mut summary = Summary::default();
        let mut table = Table::new(
            [
                "FILE",
                "KIND",
                "BANK",
                "AMOUNT",
                "UTR",
                "TAIL",
                "NOTE",
                "TIME",
                "SURE",
                "AUTHENTIC",
                "WHY",
            ],
            "no .eml files in the folder",
        );
        let (mut differing, mut took, mut mails) = (false, Duration::ZERO, 0);
        for file in &folder.files {
            let (checked, time) = folder.check(file).await?;
            took += time;
            mails += 1;
            summary.add(checked.counts);
            differing |= !checked.differences.is_empty();
            match self.format {
                Format::Json => terminal.data(&checked.line)?,
                Format::Table => table.row(cells(&checked.line)),
            }
            for difference in &checked.differences {
                terminal.progress(difference.to_string());
            }
        }
        if self.format == Format::Table {
            terminal.table(&table);
        }
        summary.timed(mails, took);
        terminal.data(&summary)?;
        if differing {
            Err(Failure::Told)
        } else {
            Ok(())
        }
    }
}

fn cells(line: &Line) -> [String; 11] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let kind = serde_json::to_value(line.kind).unwrap_or_default();
    [
        line.file.clone(),
        kind.as_str().unwrap_or_default().to_owned(),
        text(&line.bank),
        line.amount_paise
            .map(|paise| domain::Money::inr(paise).to_decimal())
            .unwrap_or_default(),
        text(&line.utr),
        text(&line.account_tail),
        text(&line.note),
        line.occurred_at
            .clone()
            .or_else(|| line.occurred_on.clone())
            .unwrap_or_default(),
        yes(line.sure),
        yes(line.authentic),
        line.why.clone(),
    ]
}

/// What stands in the folder.
struct Folder {
    /// Sorted by name.
    files: Vec<PathBuf>,
    rules: Rules,
    dns: PinnedDns,
}

impl Folder {
    fn open(dir: &Path, production: bool) -> Result<Self, Failure> {
        let entries = fs::read_dir(dir).map_err(|error| unreadable(dir, &error))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unreadable(dir, &error))?.path();
            if path
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("eml"))
            {
                files.push(path);
            }
        }
        files.sort();
        // The demo bank's own alerts are worth reading too, but production does not know that bank.
        let mut rules = if production {
            Rules::builtin()
        } else {
            Rules::with_demo_bank()
        };
        if let Some(json) = optional(&dir.join(TRUSTED))? {
            rules
                .trust_json(&json)
                .map_err(|error| unusable(&dir.join(TRUSTED), &error))?;
        }
        let dns = match optional(&dir.join(KEYS))? {
            Some(json) => {
                PinnedDns::from_json(&json).map_err(|error| unusable(&dir.join(KEYS), &error))?
            }
            None => PinnedDns::default(),
        };
        Ok(Self { files, rules, dns })
    }

    /// Gives back how long the reading alone took.
    async fn check(&self, file: &Path) -> Result<(Checked, Duration), Failure> {
        let raw = fs::read(file).map_err(|error| unreadable(file, &error))?;
        let beside = file.with_extension("json");
        let expected = match optional(&beside)? {
            Some(json) => Some(Expectation::parse(&json).map_err(|e| unusable(&beside, &e))?),
            None => None,
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let begun = Instant::now();
        let checked = check(&self.rules, &self.dns, &name, &raw, expected.as_ref()).await;
        Ok((checked, begun.elapsed()))
    }
}

/// A file's text; `None` where there is no such file.
fn optional(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{} cannot be read: {error}", path.display()))
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format!("{} is not usable: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::Env;

    const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../alerts/corpus");

    async fn lines(dir: &str) -> (Result<(), Failure>, Vec<serde_json::Value>) {
        let (mut terminal, shown) = Terminal::capturing(false);
        let mut context = Context::new(Env::from_map::<String, String>([]), None);
        let check = Check {
            dir: dir.into(),
            format: Format::Json,
        };
        let ended = check.run(&mut context, &mut terminal).await;
        let text = shown.text();
        let lines = text.lines().map(|l| serde_json::from_str(l).unwrap());
        (ended, lines.collect())
    }

    #[tokio::test]
    async fn a_folder_gives_a_line_per_mail_and_a_summary() {
        let (ended, lines) = lines(CORPUS).await;
        assert!(ended.is_ok(), "nothing differs");
        let (summary, mails) = lines.split_last().unwrap();
        assert_eq!(summary["files"], mails.len());
        for (key, none) in [("wrong_credit", 0), ("forged_accepted", 0)] {
            assert_eq!(summary[key], none, "{key}");
        }
        let names: Vec<_> = mails.iter().map(|m| m["file"].as_str().unwrap()).collect();
        assert!(names.is_sorted() && names.iter().all(|n| n.ends_with(".eml")));
    }

    #[tokio::test]
    async fn a_folder_that_is_none_is_a_usage_error() {
        let (ended, _) = lines("/nowhere").await;
        assert_eq!(ended.unwrap_err().exit_code(), 2);
    }
}
