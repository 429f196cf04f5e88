//! `noxpay rules add`

use super::fields::Fields;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Rule;
use clap::Args;
use serde::Serialize;
use uuid::Uuid;

/// Store a rule, tried before the built-in ones from the next mail on
///
/// Rules only extract: who sent a mail, who signed it and which account it is about are judged as without them, and what they
/// read may settle a payment only where the built-in reader sees a credit of the same amount. Try it first: noxpay rules check.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Add {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    fields: Fields,
    /// Make a new version of this rule instead of a new rule
    #[arg(long, value_name = "RULE")]
    replaces: Option<Uuid>,
}

const HELP: &str = r"Example:
  noxpay rules add --bank-name 'My Bank' --keyword credited --amount 'Rs\.? ?([\d,]+\.\d{2})' --utr 'Ref No[:. ]*(\d{12})' \
    --sender 'from ([\w.-]+@\w+)' --remark 'Remarks?[: ]*([\w-]+)'";

#[derive(Serialize)]
struct Request<'a> {
    #[serde(flatten)]
    fields: &'a Fields,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_id: Option<Uuid>,
}

impl Add {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let request = Request {
            fields: &self.fields,
            rule_id: self.replaces,
        };
        let answer = gateway
            .post("parser-rules", &scope.query(), &request)
            .await?;
        let rule: Rule = answer.read()?;
        terminal.line(format!("rule {}, version {}", rule.rule_id, rule.version));
        terminal.result(answer.raw())
    }
}
