//! `noxpay webhook rotate-secret`

use super::view::{Endpoint, Made};
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;
use uuid::Uuid;

/// Give an endpoint a new secret, printed this once, while the old one goes on for some time
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct RotateSecret {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The endpoint: noxpay webhook list
    endpoint: Uuid,
    /// How long the old secret signs as well where a header can carry two; a day, unless said, and at most a week
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=604_800))]
    overlap: Option<u32>,
    /// Drop the old secret at once: it leaked
    #[arg(long, conflicts_with = "overlap")]
    immediately: bool,
    /// A file with the new secret; one is made, unless said
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

const HELP: &str = "\
Put the new secret into the receiver beside the old one, then: noxpay webhook accept-secret

Example:
  noxpay webhook rotate-secret 01930000-0000-7000-8000-000000000007 --overlap 3600";

#[derive(Serialize)]
struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    overlap_s: Option<u32>,
    immediately: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl RotateSecret {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let secret = self
            .secret_file
            .as_deref()
            .map(super::secret_of)
            .transpose()?;
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let request = Request {
            overlap_s: self.overlap,
            immediately: self.immediately,
            secret,
        };
        let path = format!("webhook-endpoints/{}/rotate-secret", self.endpoint);
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        let (endpoint, made) = (answer.read::<Endpoint>()?, answer.read::<Made>()?);
        terminal.line(format!("secret      {}", made.secret));
        terminal.line("The secret is shown this once: keep it.");
        endpoint.print(terminal);
        terminal.result(answer.raw())
    }
}
