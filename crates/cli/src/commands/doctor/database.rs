//! PostgreSQL, and whether it is up to date.

use super::report::Report;
use db::migrate::{self, MigrateError};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;
use tokio::time::timeout;

const SUBJECT: &str = "PostgreSQL";
/// A runner of migrations may hold their lock for much longer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn check(url: Option<&SecretString>, report: &mut Report) {
    let Some(url) = url else {
        let text =
            "not looked at: NOXPAY_MIGRATE_URL is not set (after make up: . .local/migrate.env)";
        return report.skip(SUBJECT, text);
    };
    match timeout(PATIENCE, migrate::pending(url.expose_secret())).await {
        Ok(Ok(missing)) if missing.is_empty() => report.ok(SUBJECT, "answers, and is up to date"),
        Ok(Ok(missing)) => report.fail(
            SUBJECT,
            format!(
                "lacks {} of this version's migrations: run noxpay migrate",
                missing.len()
            ),
        ),
        Ok(Err(MigrateError::Connect(error))) => report.fail(
            SUBJECT,
            format!("cannot be reached with NOXPAY_MIGRATE_URL ({error}): is it running, and is the password right?"),
        ),
        Ok(Err(error)) => report.fail(SUBJECT, error.to_string()),
        Err(_) => report.warn(
            SUBJECT,
            "answers, but somebody holds the migrations' lock: is noxpay migrate at work?",
        ),
    }
}
