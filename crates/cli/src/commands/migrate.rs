//! `noxpay migrate`

use crate::context::Context;
use crate::failure::Failure;
use crate::settings::MigrateSettings;
use crate::terminal::Terminal;
use clap::Args;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use tokio::sync::mpsc;

/// Bring the database up to this version
///
/// Applies every migration that is missing, sets the passwords of the services' database roles, and records whether this
/// is a production installation. Run again, it changes nothing; several at once take turns.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Migrate {}

const HELP: &str = "\
Needs NOXPAY_MIGRATE_URL (or NOXPAY_MIGRATE_URL_FILE): PostgreSQL as a role that may create roles and schemas.
NOXPAY_ROLE_PASSWORDS_FILE names a JSON object of role to password; without it passwords stay as they are.
NOXPAY_ENV=development lets the installation's clock be moved; production, where it is unset, does not.

Example:
  NOXPAY_MIGRATE_URL=postgres://postgres:…@localhost/noxpay noxpay migrate";

#[derive(Serialize)]
struct Done {
    applied: Vec<String>,
    role_passwords: usize,
    production: bool,
}

impl Migrate {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let settings = context.settings(MigrateSettings::read)?;
        let passwords = match &settings.role_passwords {
            Some(path) => read_passwords(path)?,
            None => BTreeMap::new(),
        };
        let url = settings.url.expose_secret();
        let applied = apply(url, terminal).await?;
        if !passwords.is_empty() {
            db::roles::set_role_passwords(url, &passwords)
                .await
                .map_err(Failure::failed)?;
        }
        set_production(url, settings.production).await?;
        let done = Done {
            applied,
            role_passwords: passwords.len(),
            production: settings.production,
        };
        terminal.line(summary(&done));
        terminal.result(&done)
    }
}

fn summary(done: &Done) -> String {
    let applied = match done.applied.len() {
        0 => "nothing to do: the database is up to date".to_owned(),
        1 => "1 migration applied".to_owned(),
        n => format!("{n} migrations applied"),
    };
    match done.role_passwords {
        0 => applied,
        n => format!("{applied}; passwords of {n} roles are as in the file"),
    }
}

/// A line before each migration begins.
async fn apply(url: &str, terminal: &mut Terminal) -> Result<Vec<String>, Failure> {
    let (began, mut names) = mpsc::unbounded_channel();
    let run = db::migrate::run(url, move |name| {
        // The reader below lives as long as this.
        let _ = began.send(name.to_owned());
    });
    tokio::pin!(run);
    loop {
        tokio::select! {
            biased;
            Some(name) = names.recv() => terminal.progress(format!("migrating: {name}")),
            applied = &mut run => {
                while let Ok(name) = names.try_recv() {
                    terminal.progress(format!("migrating: {name}"));
                }
                return applied.map_err(|error| Failure::failed(format!("the database was not migrated: {error}")));
            }
        }
    }
}

async fn set_production(url: &str, production: bool) -> Result<(), Failure> {
    let set = db::migrate::set_production(url, production).await;
    set.map_err(|error| match &error {
        db::migrate::MigrateError::Database(inner)
            if db::constraint_of(inner) == Some("production_has_no_offset") =>
        {
            Failure::failed(
                "the installation's clock was moved, which production refuses: move it back, or set NOXPAY_ENV=development",
            )
        }
        _ => Failure::failed(error),
    })
}

/// Never repeats what the file holds.
fn read_passwords(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("NOXPAY_ROLE_PASSWORDS_FILE: {path:?} {why}"))
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| wrong(&format_args!("cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|_| wrong(&"is no JSON object of role to password"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_when_nothing_was_to_do() {
        let done = |applied: &[&str], role_passwords| {
            summary(&Done {
                applied: applied.iter().map(|n| (*n).to_owned()).collect(),
                role_passwords,
                production: false,
            })
        };
        assert_eq!(done(&[], 0), "nothing to do: the database is up to date");
        assert_eq!(
            done(&["a", "b"], 8),
            "2 migrations applied; passwords of 8 roles are as in the file"
        );
    }

    #[test]
    fn an_error_about_the_passwords_never_shows_them() {
        let path = std::env::temp_dir().join(format!("noxpay-passwords-{}", std::process::id()));
        std::fs::write(&path, "{\"gateway_request\": hunter2}").unwrap();
        let refused = read_passwords(&path).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(refused.contains("is no JSON object") && !refused.contains("hunter2"));
        assert!(read_passwords(Path::new("/nowhere")).is_err());
    }
}
