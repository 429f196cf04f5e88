use super::{NewRule, current, unknown};
use crate::app::App;
use crate::error::CommandError;
use crate::rows::ParserRuleRow;
use crate::rows::parser_rule::take_turns;
use db::types::to_db;
use db::{Scope, Tx};
use domain::ErrorCode;
use jiff::Timestamp;
use proto::Fault;
use uuid::Uuid;

/// Rules of one merchant in one mode: each is tried on every mail of a bank.
const MOST: usize = 20;

/// Stores a rule, or a new version of `replaces`. What says the same as a rule that is there, is that rule.
pub(crate) async fn save(
    app: &App,
    scope: Scope,
    new: NewRule,
    replaces: Option<Uuid>,
) -> Result<ParserRuleRow, CommandError> {
    let now = app.clock.now();
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            take_turns(tx, scope).await?;
            let rules = current(tx, scope).await?;
            let known = match replaces {
                Some(id) => Some(rules.iter().find(|r| r.rule_id == id).ok_or_else(unknown)?),
                None => None,
            };
            if let Some(same) = rules.iter().find(|r| r.fields() == new.fields) {
                if known.is_some_and(|known| known.rule_id != same.rule_id) {
                    let problem = format!("rule {} says the same already", same.rule_id);
                    return Err(Fault::new(ErrorCode::Conflict, problem).into());
                }
                return Ok(same.clone());
            }
            if known.is_none() && rules.len() >= MOST {
                let problem = format!("a merchant has at most {MOST} rules: remove one first");
                return Err(Fault::new(ErrorCode::WrongState, problem).into());
            }
            let (id, version) = known.map_or_else(
                || (Uuid::now_v7(), 1),
                |known| (known.rule_id, known.version + 1),
            );
            let row = version_of(scope, &new, id, version, now);
            row.insert(tx).await?;
            Ok(row)
        })
        .await
}

/// From now on there is no such rule; its versions stay as history.
pub(crate) async fn remove(
    app: &App,
    scope: Scope,
    rule: Uuid,
) -> Result<ParserRuleRow, CommandError> {
    let now = app.clock.now();
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            take_turns(tx, scope).await?;
            let rules = current(tx, scope).await?;
            let known = rules.into_iter().find(|r| r.rule_id == rule);
            let known = known.ok_or_else(unknown)?;
            let row = ParserRuleRow {
                version: known.version + 1,
                removed: true,
                created_at: to_db(now),
                ..known
            };
            row.insert(tx).await?;
            Ok(row)
        })
        .await
}

fn version_of(
    scope: Scope,
    new: &NewRule,
    rule_id: Uuid,
    version: i32,
    now: Timestamp,
) -> ParserRuleRow {
    let fields = new.fields.clone();
    ParserRuleRow {
        merchant_id: scope.merchant.uuid(),
        live: scope.mode.is_live(),
        rule_id,
        version,
        bank_name: fields.bank_name,
        detect_keyword: fields.detect_keyword,
        amount_regex: fields.amount_regex,
        utr_regex: fields.utr_regex,
        sender_regex: fields.sender_regex,
        remark_regex: fields.remark_regex,
        removed: false,
        created_at: to_db(now),
    }
}
