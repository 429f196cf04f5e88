//! `noxpay doctor`

mod broker;
mod database;
mod files;
mod gateway;
mod installation;
mod report;
mod services;
pub(crate) mod settings;

use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use report::Report;
use settings::DoctorSettings;

/// Check every dependency and setting, and say what to do
///
/// Looks at the settings of this shell, PostgreSQL and its migrations, RabbitMQ, the gateway, every service's readiness, the
/// clocks, mailboxes, dead letters, and who may read the secrets. Changes nothing. The exit status is 1 if something fails.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Doctor {}

const HELP: &str = "\
It checks what the settings of this shell let it reach, and says what it had to skip. After make up:
  . .local/env && . .local/migrate.env && target/release/noxpay doctor";

impl Doctor {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let mut report = Report::default();
        settings::check(context, &mut report);
        let settings = match context.settings(DoctorSettings::read) {
            Ok(settings) => settings,
            Err(wrong) => {
                report.fail("settings", wrong.to_string());
                return report.end(terminal);
            }
        };
        let http = crate::gateway::client()?;
        database::check(settings.migrate_url.as_ref(), &mut report).await;
        broker::check(settings.broker_url.as_ref(), &mut report).await;
        services::check(&http, &settings.services, &mut report).await;
        gateway::check(context, &http, &mut report).await;
        files::check(&settings.secret_files, &mut report);
        report.end(terminal)
    }
}
