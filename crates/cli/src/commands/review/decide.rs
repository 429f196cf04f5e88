//! What a person decides about evidence.

use crate::commands::intent::IntentKey;
use crate::commands::word::WordArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::{Evidence, Intent};
use clap::Args;
use serde::Deserialize;
use uuid::Uuid;

pub(super) const HELP: &str = "\
Example:
  noxpay review dismiss 01930000-0000-7000-8000-000000000002 --reason 'our own transfer'";

/// Say which intent's money it is
///
/// What that breaks is listed, and must be named with --accept.
#[derive(Args)]
#[command(after_help = MATCH_HELP)]
pub(crate) struct Match {
    #[command(flatten)]
    decide: Decide,
    /// The intent's id or the merchant's order id
    intent: IntentKey,
}

const MATCH_HELP: &str = "\
Example:
  noxpay review match 01930000-0000-7000-8000-000000000002 ORDER-1017 --reason 'the customer showed the receipt'";

/// About one observation.
#[derive(Args)]
pub(crate) struct Decide {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The observation: noxpay review list
    observation: Uuid,
    #[command(flatten)]
    word: WordArgs,
}

#[derive(Deserialize)]
struct Answer {
    observation: Evidence,
    intent: Option<Intent>,
}

impl Match {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let intent = self.intent.as_str().to_owned();
        self.decide
            .send("match", Some(&intent), context, terminal)
            .await
    }
}

impl Decide {
    pub(crate) async fn run(
        self,
        word: &'static str,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        self.send(word, None, context, terminal).await
    }

    async fn send(
        &self,
        word: &'static str,
        intent: Option<&str>,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("observations/{}/{word}", self.observation);
        let request = self.word.request(intent);
        let answer = gateway.post(&path, &scope.query(), &request).await?;
        let decided: Answer = answer.read()?;
        let last = decided.observation.findings.last();
        let outcome = last.map_or("decided", |finding| finding.outcome.as_str());
        terminal.line(format!(
            "{} of {}: {outcome}",
            decided.observation.direction, decided.observation.amount
        ));
        if let Some(intent) = decided.intent {
            terminal.line(format!("{} is {}", intent.order_id, intent.status));
        }
        terminal.result(answer.raw())
    }
}
