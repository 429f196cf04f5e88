//! A merchant's own rules.

pub(crate) mod check;
pub(crate) mod save;

use crate::app::App;
use crate::error::CommandError;
use crate::rows::ParserRuleRow;
use alerts::{MerchantRule, RuleFields};
use db::{Scope, Tx};
use domain::ErrorCode;
use proto::convert::non_empty;
use proto::{Fault, mail};
use uuid::Uuid;

/// A rule as a merchant writes it, and it can be used.
#[derive(Debug)]
pub(crate) struct NewRule {
    pub(crate) fields: RuleFields,
}

impl NewRule {
    /// # Errors
    /// `Invalid` names the field, and says at which character of it the fault begins.
    pub(crate) fn parse(wire: Option<mail::ParserRuleFields>) -> Result<Self, Fault> {
        let wire = wire.unwrap_or_default();
        let optional = |text: &str| non_empty(text).map(str::to_owned);
        let fields = RuleFields {
            bank_name: wire.bank_name.trim().to_owned(),
            detect_keyword: wire.detect_keyword.trim().to_owned(),
            sender_regex: optional(&wire.sender_regex),
            remark_regex: optional(&wire.remark_regex),
            amount_regex: wire.amount_regex,
            utr_regex: wire.utr_regex,
        };
        let new = Self { fields };
        new.compiled(Uuid::nil(), 0)?;
        Ok(new)
    }

    fn compiled(&self, rule: Uuid, version: i32) -> Result<MerchantRule, Fault> {
        let reference = crate::own_rules::reference(rule, version);
        MerchantRule::new(&self.fields, reference).map_err(|f| Fault::invalid(f.field, f.said()))
    }
}

pub(crate) async fn list(app: &App, scope: Scope) -> Result<Vec<ParserRuleRow>, CommandError> {
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| Ok(current(tx, scope).await?))
        .await
}

async fn current(tx: &mut Tx, scope: Scope) -> diesel::QueryResult<Vec<ParserRuleRow>> {
    ParserRuleRow::current(tx, scope.merchant.uuid(), scope.mode.is_live()).await
}

fn unknown() -> CommandError {
    Fault::new(ErrorCode::NotFound, "there is no such rule").into()
}
