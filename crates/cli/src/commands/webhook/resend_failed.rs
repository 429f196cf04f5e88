//! `noxpay webhook resend-failed`

use super::since::Since;
use crate::context::Context;
use crate::failure::Failure;
use crate::gateway::{Answer, Gateway};
use crate::scope::{Scope, ScopeArgs};
use crate::terminal::Terminal;
use crate::views::Moment;
use clap::Args;
use domain::Clock;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::sleep;
use uuid::Uuid;

/// A look costs a line in the audit log.
const LOOK: Duration = Duration::from_secs(1);

/// Send again whatever failed since a time, and wait until all of it is on its way
///
/// It is worked off in steps, so that nobody's server is overrun. When the command is stopped, the work goes on.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct ResendFailed {
    #[command(flatten)]
    scope: ScopeArgs,
    /// What was given up since this time: 2026-11-21T10:00:00Z, or how long ago: 90m, 24h, 3d
    #[arg(long)]
    since: Since,
    /// Only to this endpoint; to all of them, unless said
    #[arg(long, value_name = "ID")]
    endpoint: Option<Uuid>,
}

const HELP: &str = "\
Examples:
  noxpay webhook resend-failed --since 24h
  noxpay webhook resend-failed --since 2026-11-21T10:00:00Z --endpoint 01930000-0000-7000-8000-000000000007";

#[derive(Serialize)]
struct Request {
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Job {
    id: Uuid,
    total: u64,
    done: u64,
    finished_at: Option<Moment>,
}

impl ResendFailed {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let request = Request {
            since: self.since.at(Clock::new().now()).to_string(),
            endpoint_id: self.endpoint,
        };
        let path = "webhook-deliveries/resend-failed";
        let started = gateway.post(path, &scope.query(), &request).await?;
        let answer = follow(&gateway, scope, started, terminal).await?;
        let job: Job = answer.read()?;
        terminal.line(format!(
            "{} of {} are on their way again: noxpay webhook deliveries",
            job.done, job.total
        ));
        terminal.result(answer.raw())
    }
}

async fn follow(
    gateway: &Gateway,
    scope: Scope,
    mut answer: Answer,
    terminal: &mut Terminal,
) -> Result<Answer, Failure> {
    let mut told = None;
    loop {
        let job: Job = answer.read()?;
        if job.finished_at.is_some() {
            return Ok(answer);
        }
        if told != Some(job) {
            told = Some(job);
            terminal.progress(format!("{} of {}", job.done, job.total));
        }
        sleep(LOOK).await;
        let path = format!("webhook-resends/{}", job.id);
        answer = gateway.get(&path, &scope.query()).await?;
    }
}
